"""CRFs of sklearn-crfsuite, out of pickles that are never unpickled."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import DataError, FormatError, UsageError
from nlucompress.format import codec
from nlucompress.importers import detect
from nlucompress.io import packings
from nlucompress.networks.tagger import Tagger
from tests.builders import crf_pickles, tagger_files
from tests.builders.crf_pickles import crf, dumped, made

FILE = tagger_files.crfsuite()
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "none": bytes,
    "zlib": zlib.compress,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
}
PIPELINE = made("Pipeline", steps=[("features", None), ("crf", crf(FILE))], memory=None)
HOLDERS: dict[str, Any] = {
    "alone": crf(FILE),
    "pipeline": PIPELINE,
    "unfitted beside": [crf(None), crf(FILE)],
    "tuple": ({"a": 1}, crf(FILE)),
}


def load(data: bytes, **options: Any) -> bytes:
    return codec.to_bytes(nc.import_model(io.BytesIO(data), nc.ImportOptions(**options)))


EXPECTED = load(FILE)


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("protocol", range(6))
def test_every_protocol_and_compression(packing: str, protocol: int) -> None:
    data = PACKINGS[packing](dumped(crf(FILE), protocol))
    assert detect.recognize(data) == "sklearn-crfsuite"
    assert load(data) == EXPECTED


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_wherever_it_lies(holder: str, protocol: int) -> None:
    assert load(dumped(HOLDERS[holder], protocol)) == EXPECTED


@pytest.mark.parametrize("text", [True, False])
@pytest.mark.parametrize("packing", PACKINGS)
def test_strings_of_python_2(text: bool, packing: str) -> None:
    assert load(PACKINGS[packing](crf_pickles.of_python_2(FILE, text))) == EXPECTED


def test_arrays_that_joblib_writes_between() -> None:
    assert load(crf_pickles.with_joblib_arrays(crf(FILE))) == EXPECTED


def test_what_comes_late_is_read_by_name() -> None:
    data = dumped([bytes(1 << 17), crf(FILE)])
    with pytest.raises(FormatError, match="a Python pickle"):
        load(data)
    assert load(data, format="sklearn-crfsuite") == EXPECTED


def test_a_large_one_in_bzip2() -> None:
    noise = np.random.default_rng(1).bytes(1 << 18)  # a block that does not end within the head
    assert load(bz2.compress(dumped([crf(FILE), noise]))) == EXPECTED


def test_answers_of_python_crfsuite(tmp_path: Path) -> None:
    pycrfsuite = pytest.importorskip("pycrfsuite")
    trainer = pycrfsuite.Trainer(verbose=False)
    chance = np.random.default_rng(3)
    words = ["the", "dog", "füße", "東京", "runs", "a:b"]
    sentences = [list(chance.choice(words, chance.integers(1, 7))) for _ in range(60)]
    for each in sentences:
        trainer.append([{"w": word, "bias": 1.0} for word in each], [word[0] for word in each])
    trainer.train(str(tmp_path / "model"))
    original = pycrfsuite.Tagger()
    original.open(str(tmp_path / "model"))
    content = (tmp_path / "model").read_bytes()
    for protocol in range(6):
        data = zlib.compress(dumped(crf(content), protocol))
        tagger = Tagger(nc.import_model(io.BytesIO(data)))
        for each in sentences:
            tokens: Any = [[(f"w:{word}", 1.0), ("bias", 1.0)] for word in each]
            theirs = original.tag([{"w": word, "bias": 1.0} for word in each])
            assert tagger.tag([tokens]) == [theirs]


class Evil:
    """Runs code where Python unpickles it."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return exec, ("raise SystemExit(66)",)


def test_nothing_is_run() -> None:
    assert load(dumped([Evil(), crf(FILE)])) == EXPECTED
    with pytest.raises(FormatError, match="as its CRFsuite file is none"):
        load(dumped(crf(Evil())))


NESTED = b"\x80\x04]q\x00(csklearn_crfsuite.estimator\nCRF\n"
ARRAYS = crf_pickles.with_joblib_arrays(crf(FILE))
HOSTILE: dict[str, tuple[bytes, str]] = {
    "not fitted": (dumped(crf(None)), "holds no fitted CRF"),
    "beside": (
        dumped(crf(None, "/data/a.crf")),
        "only names its CRFsuite file: import '/data/a.crf'",
    ),
    "two": (dumped([crf(FILE), crf(FILE[:-1])]), "2 fitted CRFs; pickle each"),
    "no model": (dumped(crf(b"abc")), "as its CRFsuite file is none"),
    "a number": (dumped(crf(5)), "as its CRFsuite file is none"),
    "no latin-1": (dumped(crf("lCRF東京")), "as its CRFsuite file is none"),
    "cut model": (dumped(crf(FILE[:-9])), "bytes announced"),
    "cut pickle": (dumped(crf(FILE))[:-30], "the pickle"),
    "cut text": (crf_pickles.of_python_2(FILE, True)[:-20], "the pickle"),
    "an unknown escape": (NESTED + b"S'\\q'\ne.", "a string has an unknown escape"),
    "a persistent id": (NESTED + b"Pabc\ne.", "the pickle's operation PERSID is not read"),
    "no operation": (NESTED + b"\xff", "is not an operation"),
    "many lists": (NESTED + b"]" * 100_000 + b"e.", "more small values"),
    "deep": (NESTED + b"]" * 900 + b"a" * 899 + b"e.", "holds no fitted CRF"),
    "itself": (NESTED + b"h\x00e.", "holds no fitted CRF"),
    "doubling": (
        NESTED
        + b"]q\x01"
        + b"".join(b"(h%ch%clq%c" % (i, i, i + 1) for i in range(1, 200))
        + b"e.",
        "holds no fitted CRF",
    ),
    "an array too long": (
        ARRAYS.replace(b"K\x03\x85", b"J\xff\xff\xff\x7f\x85", 1),
        "an array is cut off",
    ),
    "an array of no shape": (ARRAYS.replace(b"K\x03\x85", b"N\x85", 1), "no shape"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name: str) -> None:
    data, message = HOSTILE[name]
    with pytest.raises((FormatError, DataError), match=message):
        load(data, format="sklearn-crfsuite")


def test_every_prefix_is_refused() -> None:
    for data in (dumped(crf(FILE)), dumped(crf(FILE), 0), crf_pickles.of_python_2(FILE, True)):
        for size in range(0, len(data), 97):
            with pytest.raises((FormatError, DataError)):
                load(data[:size], format="sklearn-crfsuite")


@pytest.mark.parametrize("packing", ["zlib", "bzip2", "xz", "lzma", "gzip"])
def test_damaged_compressions(packing: str) -> None:
    data = PACKINGS[packing](dumped(crf(FILE)))
    with pytest.raises((DataError, FormatError), match=r"cut off|damaged"):
        load(data[:-20], format="sklearn-crfsuite")


def test_a_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packings, "_ROOM", 1000)
    data = dumped([crf(FILE), bytes(10_000_000)])
    for packing in ("zlib", "bzip2", "xz", "lzma"):
        with pytest.raises(DataError, match="unpack to more than"):
            load(PACKINGS[packing](data))


def test_trust_is_not_needed() -> None:
    with pytest.raises(UsageError, match="sklearn-crfsuite, which is read without it"):
        load(dumped(crf(FILE)), trust_pickle=True)


def test_texts_that_name_the_package_stay_texts() -> None:
    assert detect.recognize(b"sklearn_crfsuite 1 2\ncsklearn_crfsuite.CRF 3 4\n") == "glove"
    assert detect.recognize(pickle.dumps("another pickle", 4)) == "pickle"
