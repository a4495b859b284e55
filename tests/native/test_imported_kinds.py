"""The kinds of models that people import, in C and in Python: the same answers."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.format import codec
from nlucompress.format.model import Model
from nlucompress.networks.classifier import Classifier
from nlucompress.networks.linear.network import Linear
from nlucompress.networks.tagger import Tagger, is_tagger
from tests.golden.make import FOLDER
from tests.hostile.samples import linear as small
from tests.native import kinds, mutations
from tests.native.build import C99, PREDICT, Driver, compiled, compiler

CC = compiler()
pytestmark = pytest.mark.skipif(CC is None, reason="no C compiler found (cc, gcc, clang or $CC)")
VECTORIZERS, FASTTEXTS = dict(kinds.vectorizers()), dict(kinds.fasttexts())
TAGGERS = dict(kinds.taggers())


@pytest.fixture
def driver(checked: Driver) -> Driver:
    """The driver that stops at undefined behaviour."""
    return checked


def wanted_scores(model: Model, texts: list[str]) -> np.ndarray:
    """Scores by NumPy, also where the extension would answer."""
    classifier = Classifier(model)
    if isinstance(classifier._network, Linear):
        classifier._network._reader = None
    return classifier.scores(texts)


@pytest.mark.parametrize("name", [*VECTORIZERS, *FASTTEXTS])
@pytest.mark.parametrize("packed", [False, True])
def test_scores_are_those_of_python(
    driver: Driver, tmp_path: Path, name: str, packed: bool
) -> None:
    model = {**VECTORIZERS, **FASTTEXTS}[name]
    model = kinds.sealed(model) if packed else model
    nc.save(model, tmp_path / "m.nlu")
    raw = [text.encode() for text in kinds.TEXTS] + kinds.RAW
    lines = driver.ask("scores", tmp_path / "m.nlu", texts=raw)
    got = np.array([[float(score) for score in line.split()] for line in lines])
    wanted = wanted_scores(model, [text.decode("utf-8", "replace") for text in raw])
    assert np.abs(got - wanted).max() <= 1e-9


@pytest.mark.parametrize("name", TAGGERS)
@pytest.mark.parametrize("packed", [False, True])
def test_tags_are_those_of_python(driver: Driver, tmp_path: Path, name: str, packed: bool) -> None:
    model = kinds.sealed(TAGGERS[name]) if packed else TAGGERS[name]
    nc.save(model, tmp_path / "m.nlu")
    raw = ["\n".join(sentence).encode() for sentence in kinds.SENTENCES]
    lines = driver.ask("tags", tmp_path / "m.nlu", texts=raw)
    got = [[model.labels[int(tag)] for tag in line.split()] for line in lines]
    assert got == Tagger(model).tag(kinds.SENTENCES)
    assert len({tag for tags in got for tag in tags}) > 1


def test_attributes_are_bytes(driver: Driver, tmp_path: Path) -> None:
    raw = [b"w=the\xff", b"\xe9\xe6\x9d", b"a\\\xff:2", b"\xed\xb3\xa9"]
    keys = [each.decode("utf-8", "surrogateescape") for each in raw]
    names = [*keys[:2], "a\udcff", keys[3]]
    tables = {"features": kinds.table(names, len(kinds.LABELS), 11)}
    model = kinds.sealed(kinds.linear({"kind": "attributes"}, tables))
    nc.save(model, tmp_path / "m.nlu")
    (line,) = driver.ask("tags", tmp_path / "m.nlu", texts=[b"\n".join(raw)])
    assert [model.labels[int(tag)] for tag in line.split()] == Tagger(model).tag([keys])[0]
    assert all(model.tables["features"].find(names) >= 0)


@pytest.mark.parametrize("value", ["x", "1e31", "1e", "+", ".", "1.2.3", "0x1", "1 ", "nan"])
def test_values_that_are_no_numbers(driver: Driver, tmp_path: Path, value: str) -> None:
    nc.save(TAGGERS["crf"], tmp_path / "m.nlu")
    result = driver.run("tags", tmp_path / "m.nlu", texts=[f"b:{value}".encode()])
    assert b"is not a number up to" in result.stderr
    with pytest.raises(nc.DataError, match="is not a number up to"):
        Tagger(TAGGERS["crf"]).tag([[f"b:{value}"]])


@pytest.mark.parametrize(
    ("name", "kind", "error"),
    [
        ("crf_template", "features", -17),
        ("packed_namespaces", "features", -17),
        ("pairs", "features", -17),
        ("vectorized", "features", -17),
        ("dan", "networks", -16),
        ("packed_bilstm", "networks", -16),
        ("packed_linearized_cnn", "networks", -16),
        ("product", "products", -18),
        ("pq", "rotated", -18),
    ],
)
def test_what_is_not_read_is_named(driver: Driver, name: str, kind: str, error: int) -> None:
    assert driver.ask("open", texts=[(FOLDER / f"{name}.nlu").read_bytes()]) == [str(error)]
    text = driver.run("scores", FOLDER / f"{name}.nlu").stderr.decode()
    assert kind in text
    assert "run the model in Python" in text


@pytest.mark.parametrize("name", ["packed_crf", "packed_linear_tagger", "packed_fasttext_pq"])
def test_golden_files_open(driver: Driver, name: str) -> None:
    assert driver.ask("open", texts=[(FOLDER / f"{name}.nlu").read_bytes()]) == ["0"]


@pytest.mark.parametrize("name", ["crf", "union", "softmax 2-4 2 True"])
def test_damage_is_refused_or_harmless(driver: Driver, tmp_path: Path, name: str) -> None:
    path = tmp_path / "m.nlu"
    nc.save(kinds.sealed({**TAGGERS, **VECTORIZERS, **FASTTEXTS}[name]), path)
    assert driver.ask("damage", path, str(path.stat().st_size * 8 // 300 | 1)) == ["0"]


def python_refuses(file: bytes) -> bool:
    """Whether the reader in Python refuses a file, or rows of its tables."""
    try:
        model = codec.parse(file)
        if is_tagger(model):
            Tagger(model)
        elif model.network is not None and model.network.kind != "tensors":
            Classifier(model)
        if "features" in model.tables:
            matrix = model.tables["features"].matrix
            matrix.rows(np.arange(matrix.shape[0]))
    except nc.NluCompressError:
        return True
    return False


def test_refuses_what_python_refuses(driver: Driver) -> None:
    """Or more, by name: what it does not read."""
    chosen = ["crf", "bounded", "union", "hyphens", "hierarchical-softmax 2-4 2 True"]
    models = [kinds.sealed({**TAGGERS, **VECTORIZERS, **FASTTEXTS}[name]) for name in chosen]
    files = list(mutations.files(models, 2500, seed=2))
    verdicts = [int(line) for line in driver.ask("open", texts=files)]
    unread = (-16, -17, -18)
    wrong = [
        (verdict, codec_description(file))
        for verdict, file in zip(verdicts, files, strict=True)
        if verdict not in unread and (verdict != 0) != python_refuses(file)
    ]
    assert not wrong[:1]
    assert 100 < verdicts.count(0) < len(files) - 100


def codec_description(file: bytes) -> str:
    """What a failure shows of a file."""
    return file[:1500].decode("latin-1")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program for one's own use."""
    target = tmp_path_factory.mktemp("predict") / "nlu-predict"
    return compiled(PREDICT, target, (str(CC), *C99, "-Os"))


class TestPredict:
    """``nlu-predict`` answers as ``nlucompress predict``."""

    @staticmethod
    def both(program: Path, path: Path, *words: str, data: bytes) -> tuple[bytes, bytes]:
        """Output of both programs."""
        tags = "--tag" in words
        python = [sys.executable, "-m", "nlucompress", "tag" if tags else "predict", path]
        asked = [word for word in words if word != "--tag"]
        return (
            subprocess.run([program, path, *words], input=data, capture_output=True).stdout,
            subprocess.run([*python, *asked], input=data, capture_output=True).stdout,
        )

    def test_tags(self, program: Path, tmp_path: Path) -> None:
        nc.save(kinds.sealed(TAGGERS["crf"]), tmp_path / "m.nlu")
        full = [[line or "none" for line in sentence] for sentence in kinds.SENTENCES]
        data = "\n \n\n".join("\r\n".join(sentence) for sentence in full).encode()
        got, wanted = self.both(program, tmp_path / "m.nlu", "--tag", data=data)
        assert got == wanted != b""

    @pytest.mark.parametrize("name", ["union", "one-vs-all 2-4 2 True"])
    def test_texts(self, program: Path, tmp_path: Path, name: str) -> None:
        nc.save(kinds.sealed({**VECTORIZERS, **FASTTEXTS}[name]), tmp_path / "m.nlu")
        data = "\n".join(text.replace("\n", " ") for text in kinds.TEXTS).encode()
        got, wanted = self.both(program, tmp_path / "m.nlu", "--top", "3", data=data)
        assert got == wanted != b""

    def test_the_wrong_kind_of_model(self, program: Path, tmp_path: Path) -> None:
        nc.save(TAGGERS["crf"], tmp_path / "crf.nlu")
        nc.save(replace(small(), sealed=False), tmp_path / "text.nlu")
        for words, message in (
            (["crf.nlu"], b"tags the tokens"),
            (["text.nlu", "--tag"], b"does not tag tokens"),
            (["crf.nlu", "--tag", "--top", "2"], b"Usage"),
        ):
            command = [str(program), str(tmp_path / words[0]), *words[1:]]
            result = subprocess.run(command, input=b"", capture_output=True)
            assert (result.returncode, message in result.stderr) == (2, True)
