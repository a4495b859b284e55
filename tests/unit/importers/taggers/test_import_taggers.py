"""Foreign taggers to models: CRFsuite, Wapiti, averaged perceptrons."""

from __future__ import annotations

import gzip
import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import DataError, FormatError, NluCompressError, UsageError
from nlucompress.format import codec
from nlucompress.format.model import Model
from nlucompress.importers.detect import ImportOptions, import_model, recognize
from nlucompress.networks.tagger import Tagger
from tests.builders import tagger_files
from tests.builders.tagger_files import FILES, PERCEPTRON

WORDS = ("the", "a", "old", "dog", "man", "runs", "sleeps", "東京", "x:y")
TAGS = {"the": "D", "a": "D", "old": "A", "dog": "N", "man": "N", "runs": "V", "sleeps": "V"}


def load(data: bytes, **options: Any) -> Model:
    return import_model(io.BytesIO(data), ImportOptions(**options))


def rows(model: Model, table: str = "features") -> dict[str, list[float]]:
    strings = model.tables[table].strings
    assert strings is not None
    keys = [strings.key(row) for row in range(len(strings))]
    found = model.tables[table].lookup(keys).tolist()
    return dict(zip(keys, found, strict=True))


def transitions(model: Model) -> list[list[float]]:
    assert model.network is not None
    matrix = model.network.tensors["transitions"]
    return [[float(x) for x in row] for row in matrix.rows(np.arange(matrix.shape[0]))]


def sentences(count: int, seed: int) -> list[list[str]]:
    chance = np.random.default_rng(seed)
    return [list(chance.choice(WORDS, chance.integers(1, 9))) for _ in range(count)]


def test_crfsuite() -> None:
    model = load(FILES["crfsuite"])
    assert model.labels == ("O", "B", "füße")
    assert model.features == {"kind": "attributes"}
    assert rows(model) == {
        "w=red": [0, 1.5, -0.25],
        "w=東京": [2, 0, 0],
        "b": [0.125, 0, 0],
        "empty": [0, 0, 0],
    }
    assert transitions(model) == [[0, -1, 0], [0, 0.5, 0], [4, 0, 0]]
    assert codec.to_bytes(codec.parse(codec.to_bytes(model))) == codec.to_bytes(model)
    assert Tagger(model).tag([["w=red", "b"]]) == [["füße", "O"]]  # -0.25 + 4 + 0.125


def test_crfsuite_as_crfsuite_itself(tmp_path: Path) -> None:
    pycrfsuite = pytest.importorskip("pycrfsuite")
    path = str(tmp_path / "model.crfsuite")
    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.set_params({"max_iterations": 30, "feature.possible_transitions": True})
    for words in sentences(60, 1):
        trainer.append(attributes(words), [TAGS.get(word, "O") for word in words])
    trainer.train(path)
    original = pycrfsuite.Tagger()
    original.open(path)
    model = import_model(path)
    told = original.info()
    assert list(model.labels) == original.labels()
    at = {label: row for row, label in enumerate(model.labels)}
    states = {(key, label): w for key, row in rows(model).items()
              for label, w in zip(model.labels, row, strict=True) if w}  # fmt: skip
    assert states == pytest.approx(told.state_features, abs=1e-6)  # it tells six decimals
    found = transitions(model)
    for (before, after), weight in told.transitions.items():
        assert found[at[before]][at[after]] == pytest.approx(weight, abs=1e-6)
    assert np.count_nonzero(found) == len(told.transitions)
    original.dump(str(tmp_path / "dump"))
    dumped = import_model(tmp_path / "dump")
    assert dumped.labels == model.labels
    assert transitions(dumped) == [pytest.approx(row, abs=1e-6) for row in found]
    assert rows(dumped) == {key: pytest.approx(row, abs=1e-6) for key, row in rows(model).items()}
    tagger = Tagger(model)
    for words in sentences(200, 2):
        tokens = [[(name, 1.0) for name in each] for each in attributes(words)]
        assert tagger.tag([tokens]) == [original.tag(attributes(words))]


def test_a_dump_of_crfsuite() -> None:
    assert recognize(FILES["crfsuite-dump"]) == "crfsuite-dump"
    model = load(FILES["crfsuite-dump"])
    assert model.labels == ("O", "füße")
    assert rows(model) == {"w=red": [1.5, -0.5], "a --> b: 1": [0, 2.125], "empty": [0, 0]}
    assert transitions(model) == [[0, -0.25], [1, 0]]
    assert rows(load(FILES["crfsuite-dump"].replace(b"\n", b"\r\n"))) == rows(model)
    binary = load(FILES["crfsuite"])
    dumped = nc.export(binary, nc.ExportOptions("crfsuite-dump"))
    again = load(b"".join(dumped))  # type: ignore[arg-type]
    assert (again.labels, rows(again)) == (binary.labels, rows(binary))
    assert transitions(again) == transitions(binary)


DUMP = FILES["crfsuite-dump"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (DUMP.partition(b"ATTRIBUTES")[0], "ATTRIBUTES is missing or does not end; is the file"),
        (DUMP.removesuffix(b"}\n"), "STATE_FEATURES is missing or does not end"),
        (DUMP.replace(b"LABELS = {", b"NAMES = {"), "LABELS is missing or does not end"),
        (DUMP + b"MORE = {\n}\n", "line 29: .*MORE.* is not a weight of two names"),
        (DUMP.replace(b"num_labels: 2", b"num_labels: 3"), "2 labels, but the header tells of 3"),
        (DUMP.replace(b"num_attrs: 3\n", b"\n"), "3 attributes, but the header tells of None"),
        (DUMP.replace(b" 1: f", b" 2: f"), "line 12: expected `1: label`"),
        (DUMP.replace(b"2: empty", b"2: w=red"), "attribute 'w=red' occurs twice"),
        (
            DUMP.replace(b"w=red --> O:", b"w=blue --> O:"),
            r"line 27: .* is not a weight of two names",
        ),
        (DUMP.replace(b"1.500000", b"nan"), r"line 27: .* is not a weight"),
        (
            DUMP.replace(b"(0) w=red --> O: 1.5", b"(0) w=red --> f\xc3\xbc\xc3\x9fe: 1.5"),
            "two weights",
        ),
    ],
)
def test_damaged_dumps(data: bytes, problem: str) -> None:
    with pytest.raises(FormatError, match=problem):
        load(data)


def attributes(words: list[str]) -> list[list[str]]:
    return [
        [f"u:w={word}", f"u:p={before}"]
        for before, word in zip(["_x-1", *words], words, strict=False)
    ]


def test_wapiti() -> None:
    model = load(FILES["wapiti"])
    assert model.labels == ("O", "B")
    assert rows(model) == {"u:w=東京": [0, 1.5], "*": [2, 0], "u": [0.75, 0]}
    assert transitions(model) == [[0, -0.25 + 0.5], [0, 0]]
    again = tagger_files.wapiti(header="#mdl#{}\n").replace(b"/1/0\n", b"/1\n")
    assert rows(load(again)) == rows(model)
    assert rows(load(FILES["wapiti"].replace(b"\n", b"\r\n"))) == rows(model)


def test_a_pattern_that_stands_twice_counts_twice() -> None:
    model = load(tagger_files.wapiti(("b", "b"), "OB", ("b",), ((2, "0x1p+0"),)))
    assert transitions(model) == [[0, 0], [2, 0]]
    assert rows(model) == {}


def test_wapiti_refuses_pairs_of_labels_by_the_text() -> None:
    observations = ("u:w=red", "b:w=red")
    patterns = ("u:w=%x[0,0]", "b:w=%x[0,0]")
    data = tagger_files.wapiti(patterns, "OB", observations, ((3, "0x1p+0"),))
    with pytest.raises(FormatError, match="'b:w=red' weighs pairs of labels by the text"):
        load(data)
    harmless = tagger_files.wapiti(patterns, "OB", observations, ((1, "0x1p+0"), (3, "0x0p+0")))
    assert rows(load(harmless)) == {"u:w=red": [0, 1]}
    with pytest.raises(FormatError, match="'b' weighs pairs of labels by the text"):
        load(tagger_files.wapiti((), "OB", ("b",), ((0, "0x1p+0"),)))


def test_wapiti_as_wapiti_itself(tmp_path: Path) -> None:
    wapiti = pytest.importorskip("wapiti")
    original = wapiti.Model(patterns="u:w=%x[0,0]\nu:p=%x[-1,0]\nb\n", nthread=1, maxiter=30)
    for words in sentences(60, 1):
        lines = [f"{word} {TAGS.get(word, 'O')}" for word in words]
        original.add_training_sequence("\n".join(lines))
    original.train()
    original.save(str(tmp_path / "model"))
    tagger = Tagger(import_model(tmp_path / "model"))
    for words in sentences(200, 2):
        tokens = [[(name, 1.0) for name in each] for each in attributes(words)]
        expected = original.label_sequence("\n".join(words)).decode().split()
        assert tagger.tag([tokens]) == [expected]


def test_perceptron() -> None:
    model = load(FILES["perceptron"])
    assert model.labels == ("VB", "NN", "DT")
    expected = {"bias": [-0.25, 1.5, 0], "i word tür": [0, 0, 2], "empty": [0, 0, 0]}
    assert rows(model) == expected
    assert rows(model, "tagdict") == {"the": [0, 0, 1], "a": [0, 0, 1]}
    listed = [PERCEPTRON["weights"], PERCEPTRON["tagdict"], PERCEPTRON["classes"]]
    assert codec.to_bytes(load(tagger_files.perceptron(listed))) == codec.to_bytes(model)
    alone = load(b"\xef\xbb\xbf" + tagger_files.perceptron(PERCEPTRON["weights"]))
    assert rows(alone) == expected
    assert set(alone.tables) == {"features"}


def test_of_equal_scores_a_perceptron_takes_the_last_tag() -> None:
    model = load(tagger_files.perceptron({"x": {"A": 1, "C": 1, "B": 1}}))
    assert Tagger(model).tag([["x", "never seen"]]) == [["C", "C"]]


@pytest.mark.parametrize("name", FILES)
def test_content_tells_the_format(name: str, tmp_path: Path) -> None:
    data = FILES[name]
    assert recognize(data) == recognize(gzip.compress(data)) == name
    expected = codec.to_bytes(load(data))
    assert codec.to_bytes(load(gzip.compress(data), format=name)) == expected
    with pytest.raises(UsageError, match=f"this is {name}; tensor is for safetensors"):
        load(data, tensor="a")
    with pytest.raises(UsageError, match=f"this is {name}; name is for"):
        load(data, name="words")


def test_texts_that_begin_alike_are_vectors() -> None:
    for text in (b"{ 1 2\nx 3 4\n", b'{"a" 1 2\nx 3 4\n', b"[ 1\n", b"#mdl 1 2\n", b"lCR 1\n"):
        assert recognize(text) == "glove"


def spoiled(data: bytes, at: int, value: int) -> bytes:
    return data[:at] + struct.pack("<I", value) + data[at + 4 :]


CRF = FILES["crfsuite"]
FEAT = 48
LABELS = CRF.index(b"CQDB")
RECORDS = LABELS + 24 + 2048
REFERENCES = CRF.index(b"LFRF")
HUGE = 0xFFFFFFFF
DAMAGED_CRFSUITE = [
    (CRF[:47], "header: the file ends within its 48 bytes"),
    (CRF[:-1], "bytes announced, .* are here: cut off?"),
    (CRF + b"\0", "bytes announced, .* are here: cut off?"),
    (spoiled(CRF, 12, 101), "expected lCRF, FOMC, version 100, not .*version 101"),
    (spoiled(CRF, 16, 8), "8 features announced, FEAT has 7"),
    (spoiled(CRF, 20, 0), "0 labels; 1 to 2,048 can be imported"),
    (spoiled(CRF, 20, HUGE), "4,294,967,295 labels"),
    (spoiled(CRF, 24, HUGE), "dictionary of attributes: it has 4 strings"),
    (spoiled(CRF, 28, HUGE), "FEAT: offset 4294967295 is not where the chunk begins"),
    (spoiled(CRF, FEAT + 4, HUGE), "FEAT: its 4294967295 bytes at offset 48 lie beyond"),
    (spoiled(CRF, FEAT + 8, 6), "FEAT: 6 features do not fill its"),
    (spoiled(CRF, FEAT + 12, 2), "FEAT: a feature is neither a state nor a transition"),
    (spoiled(CRF, FEAT + 20, 3), "FEAT: a feature leads to a label beyond the last"),
    (spoiled(CRF, FEAT + 16, 1), "AFRF: its lists and the features of FEAT contradict"),
    (spoiled(CRF, FEAT + 20, 2), "states: row 0, column 2 has two weights"),
    (spoiled(CRF, FEAT + 28, 0x7FF00000), "states: the weight inf is no finite float32"),
    (spoiled(CRF, LABELS + 12, 1), "dictionary of labels: its byte order mark is wrong"),
    (spoiled(CRF, LABELS + 20, HUGE), "3 integers at offset .* lie beyond the file's end"),
    (spoiled(CRF, RECORDS, 1), "the record of label 0 is damaged"),
    (spoiled(CRF, RECORDS + 4, 0), "the record of label 0 is damaged"),
    (spoiled(CRF, RECORDS + 4, HUGE), "the record of label 0 is damaged"),
    (CRF.replace("füße".encode(), b"f\xff\xffabc"), "label 2, .* is not valid UTF-8"),
    (tagger_files.crfsuite(labels=("O", "B", "B")), "label 'B' occurs twice"),
    (spoiled(CRF, REFERENCES + 12, 8), "LFRF"),
    (spoiled(CRF, REFERENCES + 8, HUGE), "LFRF: 4294967295 integers at offset"),
]
WAPITI = FILES["wapiti"]
DAMAGED_WAPITI = [
    (b"#mdl#", "at byte 0: expected a line #mdl#"),
    (WAPITI.replace(b"#mdl#2", b"#mdl#1"), "a maximum-entropy Markov model"),
    (WAPITI.replace(b"#rdr#4", b"#rdr#5"), "expected a string `length:bytes,`, found '#qrk"),
    (WAPITI.replace(b"1:b,", b"999999999999:b,"), "the end of a string of 999999999999 bytes"),
    (WAPITI.replace(b"#qrk#2", b"#qrk#999999999999999999"), "expected a string `length:bytes,`"),
    (WAPITI.replace(b"=0x1p+1\n", b"=nan\n"), "expected a line `index=weight`, found '6=nan"),
    (WAPITI.replace(b"0x1p+1", b"0x1p+999999"), "weight 6 is no finite float32"),
    (WAPITI.replace(b"0.75", b"1e39"), "weight 12 is no finite float32"),
    (WAPITI.replace(b"12=", b"99=").replace(b"\n99", b"\n14"), "weight 14 belongs to no"),
    (WAPITI.replace(b"\n12=", b"\n9="), "a weight is listed twice"),
    (WAPITI[:-8], "line 1 announces 5 weights but 4 follow; is the file cut off?"),
    (tagger_files.wapiti(observations=("x",), weights=()), "'x' begins with none of u, b, *"),
    (tagger_files.wapiti(labels=(), weights=()), "0 labels; 1 to 2,048"),
    (tagger_files.wapiti(labels=("O", "O")), "label 'O' occurs twice"),
    (tagger_files.wapiti(labels=("O",), observations=("u", "u"), weights=()), "'u' occurs twice"),
    (tagger_files.wapiti(labels=("O", "ü")).replace("ü".encode(), b"\xff\xff"), "UTF-8"),
]
DAMAGED_PERCEPTRON = [
    (b'{"a": {"b": 1}', "line 1: no JSON"),
    (b'{"a": {"b": 1}} x', "line 1: no JSON: Extra data"),
    (b'{"a": {"b": 1, "b": 2}}', "name 'b' occurs twice"),
    (b'{"a": {"b": 1}, "a": {}}', "name 'a' occurs twice"),
    (b'{"a": {"b": 1}, "c": 3}', "expected weights {feature: {tag: number}}"),
    (b'{"a": {"b": "1"}}', "'a': the weight of 'b' is no finite float32"),
    (b'{"a": {"b": true}}', "'a': the weight of 'b' is no finite float32"),
    (b'{"a": {"b": NaN}}', "'a': the weight of 'b' is no finite float32"),
    (b'{"a": {"b": 1e39}}', "'a': the weight of 'b' is no finite float32"),
    (b'{"a": {"b": ' + b"9" * 400 + b"}}", "is no finite float32"),
    (b'{"a": {"b": ' + b"9" * 5000 + b"}}", "no JSON"),
    (b'{"a": {"\\ud800": 1}}', "label '.ud800' holds a lone surrogate"),
    (b'{"a": {"\xff": 1}}', "no valid UTF-8 at byte 8"),
    (b'{"a": {}}', "0 classes"),
    (b'{"a": {"b": ' + b"[" * 100_000, "nested too deeply|no JSON"),
    (b'[{"a": {"b": 1}}, {}]', "expected an object, or a list of weights, tagdict, classes"),
    (b'[{"a": {"b": 1}}, [], []]', "tagdict is not an object"),
    (b'[{"a": {"b": 1}}, {}, 7]', "hold something that is not a string"),
    (b'[{"a": {"b": 1}}, {"c": 7}, ["b"]]', "hold something that is not a string"),
    (b'[{"a": {"b": 1}}, {}, ["b", "b"]]', "class 'b' occurs twice"),
    (b'[{"a": {"b": 1}}, {}, ["c"]]', "'a': the tag 'b' is not a class"),
    (b'[{"a": {"b": 1}}, {"c": "d"}, ["b"]]', "tagdict: 'c': the tag 'd' is not a class"),
]


@pytest.mark.parametrize(
    ("data", "message"), [*DAMAGED_CRFSUITE, *DAMAGED_WAPITI, *DAMAGED_PERCEPTRON]
)
def test_damage_is_told(data: bytes, message: str) -> None:
    with pytest.raises((FormatError, DataError), match=message) as told:
        load(data)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", FILES)
def test_every_prefix_is_refused(name: str) -> None:
    data = FILES[name]
    for end in range(len(data)):
        with pytest.raises(NluCompressError):
            load(data[:end], format=name)


@pytest.mark.parametrize("name", FILES)
def test_changed_bytes_are_refused_or_read(name: str) -> None:
    """No other exception, and where the file passes, its model tags."""
    chance = np.random.default_rng(7)
    data = FILES[name]
    outcomes = set()
    for _ in range(1500):
        changed = bytearray(data)
        for at in chance.integers(0, len(data), chance.integers(1, 4)):
            changed[at] = (0, 1, 2, 48, 57, 127, 255, int(chance.integers(256)))[chance.integers(8)]
        try:
            model = load(bytes(changed), format=name)
        except NluCompressError:
            outcomes.add("refused")
            continue
        outcomes.add("read")
        assert len(Tagger(model).tag([["b", "w=red"]])[0]) == 2
    assert outcomes == {"read", "refused"}


def test_attributes_are_bytes() -> None:
    """What is no UTF-8 stands for its bytes: in CRFsuite, and an e cut in two in Wapiti."""
    crf = load(CRF.replace("w=東京".encode(), b"w=\xe6\xff\xe4\xba\xac\xe9"))
    key = b"w=\xe6\xff\xe4\xba\xac\xe9".decode("utf-8", "surrogateescape")
    assert crf.table("features").find([key]).tolist() == [1]
    assert nc.Tagger(crf).tag([[key], ["w=東京"]]) == [["O"], ["O"]]
    wapiti = tagger_files.wapiti(observations=("u:w=東京", "b", "*", "uü"))
    model = load(wapiti.replace("uü".encode(), b"u\xc3\xff"))
    assert model.table("features").find(["u\udcc3\udcff"]).tolist() == [2]
    again = codec.parse(codec.to_bytes(nc.pack(nc.phash(crf))))
    assert again.table("features").find([key, "never"])[0] >= 0
