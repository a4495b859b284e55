"""The reader in C gives the answers of the reader in Python, and takes no harm from any file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.format import codec
from nlucompress.format.model import Model
from nlucompress.native.amalgamate import PARTS, amalgamated
from nlucompress.networks.linear.featurizer import words, words_and_symbols
from tests.native import models, mutations
from tests.native.build import (
    BIG_ENDIAN,
    C99,
    DRIVER,
    HERE,
    NATIVE,
    PREDICT,
    STRICT,
    Driver,
    compiled,
    compiler,
    works,
)

CC = compiler()
pytestmark = pytest.mark.skipif(CC is None, reason="no C compiler found (cc, gcc, clang or $CC)")

NAMES = [
    "full",
    "hashed",
    "linear",
    "kmeans",
    "rows",
    "groups",
    "codes",
    "sparse",
    "floats",
    "counts",
    "chars",
    "shares",
    "far",
    "clipped",
    "clipped pair",
    "odd",
    "unknown",
    "symbols",
    "borders",
    "vectors",
]
TEXTS = [text.decode("utf-8", "replace") for text in models.TEXTS]
HEADER = (NATIVE / "nlucompress.h").read_text(encoding="ascii")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models of every kind."""
    result = tmp_path_factory.mktemp("native")
    built = models.build()
    assert list(built) == NAMES
    for name, model in {**built, "tiny": models.tiny()}.items():
        nc.save(model, result / f"{name}.nlu")
    return result


@pytest.fixture(scope="module")
def driver(folder: Path) -> Driver:
    """The driver as the compiler of this machine builds it."""
    return Driver(compiled(DRIVER, folder / "driver", (str(CC), *C99, "-O2")))


@pytest.fixture(scope="module")
def program(folder: Path) -> Path:
    """The program for one's own use."""
    return compiled(PREDICT, folder / "nlu-predict", (str(CC), *C99, "-Os"))


def agree(driver: Driver, path: Path) -> None:
    """Rows bit by bit, look-ups, labels and predictions; scores within 1e-5."""
    model = nc.load(path)
    for name, table in model.tables.items():
        rows = table.matrix.rows(np.arange(table.matrix.shape[0]))
        shown = [row.astype(">f4").tobytes().hex() for row in rows]
        assert driver.ask("rows", path, name) == shown
        keys = [*keys_of(model), *(f"key {row}" for row in range(0, 600, 7))]
        found = table.find(keys).tolist()
        assert min(found) == -1 or not hasattr(table.keys, "fingerprint_bits") or max(found) >= 0
        asked = driver.ask("find", path, name, texts=[key.encode() for key in keys])
        assert [int(row) for row in asked] == found
    if model.network is not None and model.network.kind == "linear":
        labels = [bytes.fromhex(label).decode() for label in driver.ask("labels", path)]
        assert labels == list(model.labels)
        lines = driver.ask("scores", path, texts=models.TEXTS)
        got = np.array([[float(score) for score in line.split()] for line in lines])
        wanted = nc.Classifier(model).scores(TEXTS)
        assert np.abs(got - wanted).max() <= 1e-5
        assert (got.argmax(axis=1) == wanted.argmax(axis=1)).all()


def keys_of(model: Model) -> list[str]:
    """Keys of the texts, known and unknown."""
    if model.features is None:
        return [""]
    featurizer = nc.Featurizer.parse(model.features)
    return sorted({key for text in TEXTS[:17] for key in featurizer(text)} | {"", "never seen"})


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_those_of_python(driver: Driver, folder: Path, name: str) -> None:
    agree(driver, folder / f"{name}.nlu")


def test_models_cover_every_encoding(folder: Path) -> None:
    seen = set()
    for name in NAMES:
        for table in nc.load(folder / f"{name}.nlu").tables.values():
            matrix = table.matrix
            layout = getattr(matrix, "layout", None)
            how = () if layout is None else (layout.sparse, min(layout.symbol_bits, 1))
            numbers = getattr(matrix, "numbers", None)
            seen.add((matrix.kind, getattr(numbers, "kind", None), *how))
    assert seen >= {
        ("dense", "float"),
        ("dense", "linear"),
        ("sparse", "linear"),
        ("coded", "float", True, 1),
        ("coded", "linear", True, 0),
        ("static", "linear", True, 0),
        ("coded", "codebook", True, 0),
        ("coded", "linear", False, 0),
        ("coded", "codebook", False, 0),
        ("coded", "codebook", False, 1),
    }


@pytest.mark.skipif(
    f'"{unicodedata.unidata_version}"' not in HEADER,
    reason="this Python follows another version of Unicode than the header",
)
@pytest.mark.parametrize(
    ("mode", "tokens", "border"),
    [
        ("words", words, ""),
        ("symbols", words_and_symbols, ""),
        ("borders", words, " "),
        ("all", words_and_symbols, " "),
    ],
)
def test_words_are_those_of_python(
    checked: Driver, mode: str, tokens: Callable[[str], list[str]], border: str
) -> None:
    texts = models.odd_texts()
    shown = checked.ask(mode, texts=texts)
    assert len(shown) == len(texts)
    found = [" ".join(tokens(text.decode("utf-8", "replace"))) for text in texts]
    wanted = [border + each + border if each else "" for each in found]
    wrong = [
        text
        for text, line, each in zip(texts, shown, wanted, strict=True)
        if bytes.fromhex(line) != each.encode()
    ]
    assert not wrong[:5]


def test_unicode_tables_are_up_to_date() -> None:
    if f'"{unicodedata.unidata_version}"' not in HEADER:
        pytest.skip("this Python follows another version of Unicode than the header")
    command = [sys.executable, str(NATIVE / "make_unicode.py"), "--check"]
    assert subprocess.run(command, check=False).returncode == 0


def test_header_is_what_its_parts_give() -> None:
    assert amalgamated() == HEADER
    assert {part.stem for part in (NATIVE / "parts").iterdir()} == set(PARTS)


def python_refuses(file: bytes) -> bool:
    """Whether the reader in Python refuses a file, or the rows of its table of features."""
    try:
        model = codec.parse(file)
        if model.network is not None and model.network.kind != "tensors":
            nc.Classifier(model)
        if "features" in model.tables:
            matrix = model.tables["features"].matrix
            matrix.rows(np.arange(matrix.shape[0]))
    except nc.NluCompressError:
        return True
    return False


def test_refuses_what_python_refuses(checked: Driver) -> None:
    every = models.build()
    chosen = [models.tiny(), *(every[name] for name in ("linear", "kmeans", "odd", "sparse"))]
    files = list(mutations.files(chosen, 1500, seed=1))
    verdicts = [line != "0" for line in checked.ask("open", texts=files)]
    wanted = [python_refuses(file) for file in files]
    assert verdicts == wanted
    assert 100 < sum(wanted) < len(files) - 100


@pytest.mark.parametrize(
    "name", ["linear", "counts", "rows", "odd", "sparse", "symbols", "borders", "vectors"]
)
def test_sanitizers_find_nothing(checked: Driver, folder: Path, name: str) -> None:
    agree(checked, folder / f"{name}.nlu")


def test_every_damage_is_refused_or_harmless(checked: Driver, folder: Path) -> None:
    assert checked.ask("damage", folder / "tiny.nlu", "1") == ["0"]


@pytest.mark.parametrize("name", ["kmeans", "groups", "chars", "floats"])
def test_some_damage_of_larger_files(checked: Driver, folder: Path, name: str) -> None:
    path = folder / f"{name}.nlu"
    step = path.stat().st_size * 8 // 400 | 1
    assert checked.ask("damage", path, str(step)) == ["0"]


def test_as_cplusplus(folder: Path) -> None:
    cplusplus = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    if cplusplus is None:
        pytest.skip("no C++ compiler found")
    command = (cplusplus, "-std=c++11", "-x", "c++", *STRICT)
    agree(Driver(compiled(DRIVER, folder / "plusplus", command)), folder / "linear.nlu")


def test_with_32_bits(folder: Path) -> None:
    command = (str(CC), *C99, "-O2", "-m32")
    if not works(folder / "probe32", command):
        pytest.skip("the compiler builds no programs of 32 bits")
    driver = Driver(compiled(DRIVER, folder / "driver32", command))
    for name in NAMES:
        agree(driver, folder / f"{name}.nlu")


def test_with_the_high_byte_first(folder: Path) -> None:
    for cross, emulator in BIG_ENDIAN:
        if shutil.which(cross) and shutil.which(emulator):
            program = compiled(DRIVER, folder / "big", (cross, *C99, "-O2", "-static"))
            for name in NAMES:
                agree(Driver(emulator, program), folder / f"{name}.nlu")
            return
    pytest.skip("no compiler and emulator of a big-endian machine found")


class TestPredict:
    """The program for one's own use."""

    @staticmethod
    def run(*command: str | Path, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        words = [str(word) for word in command]
        return subprocess.run(words, input=data, capture_output=True, check=False)

    @pytest.mark.parametrize("top", ["1", "3", "1000"])
    @pytest.mark.parametrize(
        "name", ["linear", "counts", "chars", "shares", "far", "odd", "unknown"]
    )
    def test_prints_what_python_prints(
        self, program: Path, folder: Path, name: str, top: str
    ) -> None:
        data = b"\r\n".join(text.replace(b"\n", b"") for text in models.TEXTS)
        path = folder / f"{name}.nlu"
        python = [sys.executable, "-m", "nlucompress", "predict", str(path), "--top", top]
        wanted = self.run(*python, data=data)
        got = self.run(program, path, "--top", top, data=data)
        assert (got.returncode, got.stderr) == (0, b"")
        assert got.stdout == wanted.stdout

    def test_exit_codes(self, program: Path, folder: Path, tmp_path: Path) -> None:
        model = folder / "linear.nlu"
        assert self.run(program, model).returncode == 0
        assert self.run(program).returncode == 2
        assert self.run(program, model, "--top", "0").returncode == 2
        assert self.run(program, model, "--what").returncode == 2
        assert self.run(program, folder / "vectors.nlu").returncode == 2
        assert self.run(program, tmp_path / "missing.nlu").returncode == 3
        damaged = bytearray(model.read_bytes())
        damaged[-1] ^= 1
        (tmp_path / "damaged.nlu").write_bytes(damaged)
        result = self.run(program, tmp_path / "damaged.nlu")
        assert result.returncode == 3
        assert b"does not match" in result.stderr

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
    def test_full_disk(self, program: Path, folder: Path) -> None:
        with open("/dev/full", "wb") as full:
            command = [str(program), str(folder / "linear.nlu")]
            result = subprocess.run(
                command, input=b"play\n", stdout=full, stderr=subprocess.PIPE, check=False
            )
        assert result.returncode == 3


def test_fuzz_target_builds(folder: Path) -> None:
    compiled(HERE / "fuzz_reader.c", folder / "fuzz.o", (str(CC), *C99, "-c"))
