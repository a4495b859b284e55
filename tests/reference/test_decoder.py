"""The package against a second reader that was written from FORMAT.md alone.

Every file below is written by the package, then read by both; they must agree on all of it.
"""

from __future__ import annotations

import io
import itertools
import random
import struct
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest

import nlucompress as nc
from nlucompress.format import codec
from nlucompress.networks.linear.closure import Parts
from tests.reference.decoder import (
    Matrix,
    ReferenceModel,
    Tensor,
    Tensors,
    canonical,
    open_model,
    read_frame,
)
from tests.reference.hash import HashIndex, digest, fmix32, fmix64

TRAIN = Path(__file__).parents[2] / "sample_data" / "train.tsv"
UNSEEN = [f"{a} {b}" for a, b in itertools.product(range(50), ["ä", "x", "#ab", "😀", "the"])]
UNSEEN += [f"unseen{i}" for i in range(1700)] + [chr(0xD800 + i) + "\0" * i for i in range(50)]

TEXTS = [
    "",
    "   ",
    "Play some MUSIC in the car, please!",
    "turn the volume volume VOLUME up up",
    "Caf\u00e9 M\u00fcller \u00c9COLE na\u00efve \u1e9b\u0323 \u212b \u2126",
    "Cafe\u0301 Mu\u0308ller E\u0301COLE nai\u0308ve a\u0323\u0302 a\u0302\u0323",
    "I'm here, don't, 'quoted' rock 'n' roll ''double'' d''oh l'",
    "I\u2019m here, don\u2018t \u02bcquoted\u02bc rock\uff07n\uff07roll a`b a\u00b4b a\u2032b",
    "123 4.5 1,000 \u0661\u0662\u0663 x\u00b2 \u00bd \u2167 \u2460 A100 7am",
    "\U0001f600 hi\U0001f44d\U0001f3fd there \u2764\ufe0f",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\u4f60\u597d\u4e16\u754c \u3053\u3093\u306b\u3061\u306f\u3001\u4e16\u754c \ud55c\uad6d\uc5b4",
    "\u1112\u1161\u11ab\u1100\u116e\u11a8 \uff21\uff42\uff43 \U00020000",
    "\u0130stanbul I\u0307stanbul D\u0130YARBAKIR \u0131l\u0131k i\u0307",
    "Stra\u00dfe STRASSE STRA\u1e9eE Ma\u00dfstab \ufb01n \ufb03 \u0149a \u01c5",
    "\u039f\u0394\u039f\u03a3 \u03bf\u03b4\u03cc\u03c2 \u03a3\u0391\u03a3 \u1f80 \u1fb3 \u0390",
    "\u13a0\u13a1 \uab70\uab71 \u10a0 \u1c90 \u10d0 \u1e9e \u212a \u017f \U00010400 \U0001e900",
    "\u0939\u093f\u0928\u094d\u0926\u0940 \u0e44\u0e17\u0e22 \u05e2\u05d1\u05e8\u05d9\u05ea",
    "\u0644\u0627 \u0644\u064f\u063a\u064e\u0629",
    "a_b-c/d\\e\tf\ng\u00a0h\u3000i\u200bj\u00adk\x00l\x7fm \ue000 \ufffd \ufffe",
    "lone \ud800 and \udfff halves \ud83d\ude00",
    "'n' it's a''b # #it <x> _ ... $5.00, \U0001f600\U0001f600 \u2764\ufe0f (\u201ca\u201d)",
    "\u0958 \u0344 \u2adc \ufb1d \U0001d15e \u0f73",
]


@pytest.fixture(scope="session")
def examples() -> nc.Examples:
    whole = nc.read_examples(TRAIN)
    return nc.Examples(whole.labels[:400], whole.texts[:400])


@pytest.fixture(scope="session")
def words(examples: nc.Examples) -> nc.Model:
    options = nc.TrainOptions(
        words=(1, 2), tokens="words", borders=False, l2=1e-3, l1=3e-4, min_count=2, distinct=True
    )
    return nc.train(examples, None, options)


@pytest.fixture(scope="session")
def counted(examples: nc.Examples) -> nc.Model:
    options = nc.TrainOptions(
        words=(1, 2), chars=(2, 4), counts=True, loss="softmax", l2=1e-2, l1=0.0,
        min_count=4, iterations=30,
    )  # fmt: skip
    return nc.train(examples, None, options)


@pytest.fixture(scope="session")
def with_symbols(examples: nc.Examples) -> nc.Model:
    texts = tuple(f"{text}{'?!.'[len(text) % 3]}" for text in examples.texts)
    options = nc.TrainOptions(
        words=(1, 2), chars=(2, 2), l2=1e-3, l1=3e-4, iterations=30, tokens="symbols", borders=True
    )
    return nc.train(nc.Examples(examples.labels, texts), None, options)


def many_labels(examples: nc.Examples, name: Callable[[int], str]) -> nc.Model:
    labels = tuple(name(i // 2) for i in range(len(examples.labels)))
    options = nc.TrainOptions(words=(1, 1), l2=1e-2, l1=1e-3, min_count=3, iterations=5)
    return nc.train(nc.Examples(labels, examples.texts), None, options)


@pytest.fixture(scope="session")
def coded_names(examples: nc.Examples) -> nc.Model:
    return many_labels(examples, lambda i: f"intent.größe_{i:03}")


@pytest.fixture(scope="session")
def long_names(examples: nc.Examples) -> nc.Model:
    return many_labels(examples, lambda i: f"{i:03} " + "very long name " * 30)


def vectors(draw: Callable[[], float], rows: int = 300, columns: int = 12) -> nc.Model:
    lines = [" ".join([f"w{i}", *(f"{draw():.6g}" for _ in range(columns))]) for i in range(rows)]
    return nc.import_model(io.BytesIO("\n".join(lines).encode()))


@pytest.fixture(scope="session")
def normal() -> nc.Model:
    source = random.Random(1)
    return vectors(lambda: source.gauss(0, 1))


@pytest.fixture(scope="session")
def uniform() -> nc.Model:
    source = random.Random(2)
    return vectors(lambda: source.uniform(-1, 1))


@pytest.fixture(scope="session")
def wide() -> nc.Model:
    """Far gaps, and in floats long rows: half of the zeros are negative and so must be listed."""
    source = random.Random(3)
    return vectors(lambda: source.gauss(0, 1) * (source.random() < 0.02), 40, 1000)


@pytest.fixture(scope="session")
def lists() -> nc.Model:
    """Rows of one entry only, so that most of the prefix codes are empty or have one symbol."""
    rows = (f"w{i} " + " ".join(str(int(j == 3)) for j in range(200)) for i in range(40))
    return nc.import_model(io.BytesIO("\n".join(rows).encode()))


Q = nc.QuantizeOptions
H = nc.PhashOptions
G = H("grouped")
P = nc.PackOptions
GROUPED: Literal["grouped"] = "grouped"
CASCADE: Literal["cascade"] = "cascade"

Fields = dict[str, Any]
ANY: Fields = {}
FLOAT = {"kind": "float"}
LINEAR = {"kind": "linear"}
BOOK = {"kind": "codebook"}
STATIC = {"kind": "static"}
SPARSE = {"kind": "coded", "sparse": True}
DENSE = {"kind": "coded", "sparse": False, "symbol_bits": 0}
FIXED = {"kind": "coded", "sparse": False}


class Case(NamedTuple):
    """A model, what is done to it, and what the description of its table must then say."""

    source: str
    quantize: nc.QuantizeOptions | None = None
    phash: nc.PhashOptions | None = None
    pack: nc.PackOptions | None = None
    keys: Fields = ANY
    matrix: Fields = ANY
    numbers: Fields = FLOAT


CASES = {
    "float": Case("words", keys={"kind": "strings"}),
    "float symbols": Case("with_symbols", keys={"kind": "strings"}),
    "packed symbols": Case("with_symbols", Q(bits=5), G, P(), ANY, SPARSE, LINEAR),
    "float counted": Case("counted", keys={"kind": "strings"}),
    "float vectors": Case("normal", keys={"kind": "strings"}, matrix={"kind": "dense"}),
    "linear tensor": Case("words", Q(), numbers=LINEAR | {"per": "tensor"}),
    "linear row": Case("words", Q(bits=6, per="row"), numbers=LINEAR | {"per": "row"}),
    "linear label": Case("words", Q(bits=5, per="label"), numbers=LINEAR | {"per": "label"}),
    "linear group": Case(
        "words", Q(bits=7, per="group", group=5), numbers=LINEAR | {"per": "group", "group": 5}
    ),
    "linear mse, bias too": Case(
        "counted", Q(bits=4, range="mse", tensors=("bias",)), numbers=LINEAR
    ),
    "linear keep": Case("words", Q(keep=0.3), numbers=LINEAR),
    "kmeans tensor": Case("words", Q(bits=4, method="kmeans"), numbers=BOOK | {"per": "tensor"}),
    "kmeans label": Case(
        "words", Q(bits=3, method="kmeans", per="label"), numbers=BOOK | {"per": "label"}
    ),
    "cascade 0": Case("words", None, H(CASCADE, fingerprint_bits=0), keys={"fingerprint_bits": 0}),
    "cascade 8": Case("words", Q(), H(CASCADE, gamma=2.0), None, {"groups": [1, 0]}, ANY, LINEAR),
    "grouped 0": Case("words", None, H(fingerprint_bits=0), keys={"groups": [16, 4]}),
    "grouped 5": Case("words", None, H(fingerprint_bits=5), keys={"fingerprint_bits": 5}),
    "grouped 16": Case("counted", None, H(fingerprint_bits=16), keys={"fingerprint_bits": 16}),
    "grouped 32x8": Case("counted", None, H(GROUPED, 1.0, (32, 8), 5), keys={"groups": [32, 8]}),
    "packed words": Case("words", Q(keep=0.3), G, P(), ANY, SPARSE | {"symbol_bits": 0}, LINEAR),
    "packed words, rows": Case("words", Q(per="row", keep=0.3), G, P(1), ANY, SPARSE, LINEAR),
    "packed words, kmeans": Case(
        "words", Q(bits=4, method="kmeans", per="label", keep=0.3), G, P(64), ANY, SPARSE, BOOK
    ),
    "packed words, floats": Case(
        "words", None, G, P(), ANY, SPARSE | {"symbol_bits": 32}
    ),
    "packed words, tight": Case(
        "words", Q(bits=1, keep=0.1), H(GROUPED, 1.0, (32, 8), 0), P(1024), ANY, SPARSE, LINEAR
    ),
    "packed counted": Case("counted", Q(tensors=("bias",)), G, P(), ANY, DENSE, LINEAR),
    "packed coded names": Case("coded_names", Q(), G, P(), ANY, SPARSE, LINEAR),
    "packed long names": Case("long_names", Q(bits=4), G, P(16), ANY, SPARSE, LINEAR),
    "packed normal": Case("normal", Q(bits=5), G, P(), ANY, DENSE, LINEAR),
    "packed normal, plain": Case("normal", Q(), G, P(), ANY, {"kind": "dense"}, LINEAR),
    "packed normal, group": Case(
        "normal", Q(bits=6, per="group", group=5), G, P(), ANY, DENSE, LINEAR
    ),
    "packed normal, floats": Case("normal", None, G, P()),
    "packed uniform": Case(
        "uniform", Q(bits=5, per="tensor"), G, P(), ANY, FIXED | {"symbol_bits": 5}, LINEAR
    ),
    "packed uniform, kmeans": Case(
        "uniform", Q(bits=3, method="kmeans"), G, P(), ANY, {"kind": "coded"}, BOOK
    ),
    "static words": Case("words", Q(keep=0.3), H(), P(), STATIC, {"kind": "static"}, LINEAR),
    "static symbols": Case("with_symbols", Q(bits=5), H(), P(), STATIC, {"kind": "static"}, LINEAR),
    "static counted": Case("counted", Q(), H(fingerprint_bits=3), P(), STATIC, ANY, LINEAR),
    "packed wide": Case("wide", Q(), G, P(), ANY, SPARSE, LINEAR),
    "packed wide, floats": Case("wide", None, G, P(32), ANY, SPARSE),
    "packed lists": Case("lists", Q(bits=1), G, P(), ANY, SPARSE, LINEAR),
}  # fmt: skip


def serialize(model: nc.Model) -> bytes:
    parts = codec.serialize(model)
    return parts.header + b"".join(tensor.tobytes() for tensor in parts.tensors)


def describe(data: bytes) -> Any:
    return read_frame(data)[0]


def build(source: nc.Model, case: Case) -> nc.Model:
    model = source if case.quantize is None else nc.quantize(source, case.quantize)
    model = model if case.phash is None else nc.phash(model, case.phash)
    return model if case.pack is None else nc.pack(model, case.pack)


def known_keys(model: nc.Model, name: str) -> list[str]:
    strings = model.tables[name].strings
    assert strings is not None
    return [strings.key(i) for i in range(len(strings.offsets) - 1)]


def check_tables(source: nc.Model, model: nc.Model, reference: ReferenceModel) -> None:
    assert reference.tables.keys() == model.tables.keys()
    for name, table in model.tables.items():
        known = known_keys(source, name)
        if table.closed:
            known += Parts(nc.Featurizer.parse(model.features or {})).missing(known)
        keys = known + UNSEEN
        found = table.find(keys).tolist()
        mine = [reference.tables[name].find(key) for key in keys]
        assert [-1 if row is None else row for row in mine] == found
        rows = table.lookup(keys)
        matrix = reference.tables[name].matrix
        assert rows.shape[1] == matrix.columns
        rows_of = set(range(matrix.rows)) if table.keys.kind != "static" else set(found) - {-1}
        assert rows_of <= set(found)
        spelled = {-1: bytes(4 * matrix.columns)}
        for i in rows_of:
            spelled[i] = struct.pack(f"<{matrix.columns}f", *reference.tables[name].row(i))
        assert [row.astype("<f4").tobytes() for row in rows] == [spelled[i] for i in found]


def check_texts(texts: list[str], model: nc.Model, reference: ReferenceModel) -> None:
    classifier = nc.Classifier(model)
    mine = [reference.scores(text) for text in texts]
    for text, row, scores in zip(texts, classifier.scores(texts).tolist(), mine, strict=True):
        assert row == pytest.approx(scores, rel=1e-9, abs=1e-9), text
    assert classifier.predict(texts) == [reference.predict(text) for text in texts]


@pytest.mark.parametrize("name", CASES)
def test_both_readers_agree(
    name: str, examples: nc.Examples, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    case = CASES[name]
    source: nc.Model = request.getfixturevalue(case.source)
    made = build(source, case)
    nc.save(made, tmp_path / "model.nlu")
    data = (tmp_path / "model.nlu").read_bytes()
    assert data == serialize(made)
    (table,) = describe(data)["tables"].values()
    assert case.keys.items() <= table["keys"].items()
    assert case.matrix.items() <= table["matrix"].items()
    assert case.numbers.items() <= table["matrix"]["numbers"].items()

    model, reference = nc.load(tmp_path / "model.nlu"), open_model(data)
    assert reference.labels == list(model.labels) == list(source.labels)
    check_tables(source, model, reference)
    if model.network is not None:
        check_texts([*TEXTS, *examples.texts[:60]], model, reference)
    else:
        with pytest.raises(ValueError, match="no classifier"):
            reference.scores("text")


def test_binary16(normal: nc.Model, tmp_path: Path) -> None:
    """No writer makes them yet, so the codes of a file are replaced."""
    spec, stored = read_frame(serialize(normal))
    codes = stored["tables.embeddings.matrix.codes"]
    extremes = [0.0, -0.0, 6e-8, -6e-5, 65504.0, -65504.0]
    numbers = [*extremes, *codes.values()[len(extremes) :]]
    codes.dtype, codes.data = "F16", struct.pack(f"<{len(numbers)}e", *numbers)
    spec["digests"] = [tensor.digest(name) for name, tensor in stored.items()]
    spec = {**spec, "digest": digest(canonical(spec).encode()), "format": 2}
    header: Fields = {"__metadata__": {"nlucompress": canonical(spec)}}
    ends = [0, *itertools.accumulate(len(tensor.data) for tensor in stored.values())]
    for (name, tensor), offsets in zip(stored.items(), itertools.pairwise(ends), strict=True):
        header[name] = {"dtype": tensor.dtype, "shape": tensor.shape, "data_offsets": offsets}
    start = canonical(header).encode()
    data = b"".join([len(start).to_bytes(8, "little"), start, *(t.data for t in stored.values())])
    (tmp_path / "model.nlu").write_bytes(data)
    reference = open_model(data)
    assert reference.tables["embeddings"].row(0)[4] == 65504
    check_tables(normal, nc.load(tmp_path / "model.nlu"), reference)


def test_labels_are_coded_only_where_that_is_meant(
    coded_names: nc.Model, long_names: nc.Model
) -> None:
    def labels(model: nc.Model, pack: bool) -> Any:
        hashed = nc.phash(nc.quantize(model, Q()))
        return describe(serialize(nc.pack(hashed) if pack else hashed))["labels"]

    assert labels(coded_names, pack=True) == {"count": 200}
    assert labels(coded_names, pack=False) == list(coded_names.labels)
    assert labels(long_names, pack=True) == list(long_names.labels)  # too long for that


@pytest.mark.parametrize("weighting", ["binary", "count"])
@pytest.mark.parametrize("text", TEXTS)
def test_features_are_the_same(text: str, weighting: Literal["binary", "count"]) -> None:
    """Training on two texts with nothing left out keeps exactly their keys."""
    options = nc.TrainOptions(
        words=(1, 3), chars=(1, 5), counts=weighting == "count", l2=1e-2, l1=0.0,
        min_count=1, distinct=False, iterations=3,
    )  # fmt: skip
    texts = (text, f"{text} else {text}")
    model = nc.train(nc.Examples(("a", "b"), texts), None, options)
    reference = open_model(serialize(model))
    both = [reference.features(t) for t in texts]
    keys = known_keys(model, "features")
    assert set(keys) == set(both[0]) | set(both[1])
    texts_with = [sum(key in weights for weights in both) for key in keys]
    assert texts_with == reference.tables["features"].counts
    assert all(w == 1 for w in both[1].values()) or weighting == "count"
    check_texts([*texts, text.upper(), text.lower(), text[::-1]], model, reference)


def test_features_of_the_specification(words: nc.Model) -> None:
    reference = open_model(serialize(words))
    assert reference.features('I\'m HERE -- "here"') == dict.fromkeys(
        ["i'm", "here", "i'm here", "here here"], 1
    )


def test_every_character_is_folded_alike() -> None:
    """Each letter, mark and number that changes in normalization, folding or lower case."""
    characters = [
        c
        for c in map(chr, range(0x20000))
        if unicodedata.category(c)[0] in "LMN"
        and len({c, c.lower(), c.casefold(), unicodedata.normalize("NFC", c)}) > 1
    ]
    text = " ".join(f"q{c}" for c in characters)
    options = nc.TrainOptions(words=(1, 1), l2=1e-2, l1=0.0, iterations=1)
    examples = nc.Examples(("a", "b"), (text, "q"))
    model = nc.train(examples, None, options)
    reference = open_model(serialize(model))
    assert set(known_keys(model, "features")) == set(reference.features(text)) | {"q"}


@pytest.fixture(scope="session")
def small() -> bytes:
    """A packed file of two labels with all parts that a packed file may have."""
    texts = ("lights on", "lights off", "fan on", "fan off", "fan up", "lights up")
    examples = nc.Examples(("lights", "lights", "fan", "fan", "fan", "lights"), texts)
    options = nc.TrainOptions(words=(1, 1), l2=1e-2, min_count=1, iterations=5)
    model = nc.quantize(nc.train(examples, None, options), Q(bits=4, per="label"))
    return serialize(nc.pack(nc.phash(model)))


def test_every_truncation_is_refused(small: bytes) -> None:
    assert open_model(small).predict("fan") == "fan"
    for length in range(len(small)):
        with pytest.raises(ValueError):  # noqa: PT011 (any refusal will do)
            open_model(small[:length])
    with pytest.raises(ValueError, match="end with the last tensor"):
        open_model(small + b"\0")


def test_flipped_bits_are_refused(small: bytes) -> None:
    for bit in random.Random(4).sample(range(8 * len(small)), 1500):
        damaged = bytearray(small)
        damaged[bit // 8] ^= 128 >> bit % 8
        with pytest.raises(ValueError):  # noqa: PT011 (any refusal will do)
            open_model(bytes(damaged))


def test_newer_comes_before_damaged(small: bytes) -> None:
    at = small.index(b"}\2") + 1  # the first byte of the data of the sealed form
    for version, match in ((3, "newer"), (1, "older"), (0, "range")):
        with pytest.raises(ValueError, match=match):
            open_model(small[:at] + bytes([version]) + small[at + 1 :])
    with pytest.raises(ValueError, match="damaged"):
        open_model(small[:-1] + bytes([small[-1] ^ 1]))


def test_newer_comes_before_damaged_in_the_open_form(normal: nc.Model) -> None:
    file = serialize(normal)
    with pytest.raises(ValueError, match="newer"):
        open_model(file.replace(rb"\"format\":2", rb"\"format\":3"))
    with pytest.raises(ValueError, match="damaged"):
        open_model(file[:-1] + bytes([file[-1] ^ 1]))


def test_examples_of_the_specification() -> None:
    assert digest(b"") == "b55cff6ee5ab10468335f878aa2d6251"
    assert digest(b"a") == "70cf483707e1ea472837edd28a51e06b"
    assert (fmix64(1), fmix32(1)) == (0xB456BCFC34C2CB2C, 0x514E28B7)
    tensor = bytes(14) + b"\x08\x41" + bytes(48) + bytes(4) + b"\xda\xed\x6b"
    index = HashIndex(tensor, 3, (16, 4), [1], 8)
    assert [index.find(key) for key in ("bc", "é", "a", "x")] == [0, 1, 2, None]


def test_coded_rows_of_the_specification() -> None:
    numbers = {"kind": "linear", "levels": 4, "per": "tensor", "scale": 0.5, "zero_point": 1}
    spec = {"kind": "coded", "numbers": numbers, "shape": [2, 3], "block_rows": 2}
    spec |= {"symbol_bits": 0, "offsets": [16, 0]}
    sparse = bytes.fromhex("0110100110e1e1e1e11e10011e2e2e2e20 08 a4")
    dense = bytes.fromhex("3132 0b 7b00")
    for data, more in (
        (sparse, {"sparse": True, "stream_bits": 8}),
        (dense, {"sparse": False, "stream_bits": 11}),
    ):
        tensors = Tensors({"m.rows": Tensor("U8", [len(data)], data)})
        matrix = Matrix(spec | more, "m", tensors)
        assert [matrix.row(i) for i in range(2)] == [[0, 0.5, 1], [-0.5, 0, 0]]
