"""What is registered is told of, frozen and fuzzed: nothing is added by halves."""

from __future__ import annotations

from pathlib import Path

import pytest

import nlucompress
from nlucompress.exporters.formats import FORMATS as EXPORTS
from nlucompress.format.matrices.kinds import Composite, Plain
from nlucompress.importers import detect
from nlucompress.importers.formats import FORMATS
from nlucompress.networks.classifier import KINDS
from tests.fuzz.seeds import foreign_files
from tests.golden.make import EXPECTED, FOLDER

PACKAGE = Path(nlucompress.__file__).parent
SPECIFICATION = (PACKAGE / "format" / "FORMAT.md").read_text(encoding="utf-8")
DOCS = (PACKAGE / "docs" / "formats.md").read_text(encoding="utf-8")
# Directories, files beside others and pickles, of which the fuzzer spoils the parts.
PIECES = {"model2vec", "safetensors-index", "sklearn-pickle"}


@pytest.mark.parametrize("name", FORMATS)
def test_formats_that_are_imported_are_documented(name: str) -> None:
    assert f"`{name}`" in DOCS.split("## export")[0]


@pytest.mark.parametrize("name", EXPORTS)
def test_formats_that_are_exported_are_documented(name: str) -> None:
    assert f"`{name}`" in DOCS.split("## export")[1]


def test_formats_that_are_imported_are_fuzzed() -> None:
    assert {detect.recognize(data[: detect.HEAD]) for data in foreign_files()} | PIECES >= set(
        FORMATS
    )


@pytest.mark.parametrize("kind", [each.kind for each in (Plain | Composite).__args__])
def test_encodings_are_specified_and_frozen(kind: str) -> None:
    assert kind in SPECIFICATION
    word = {"coded": "stream"}.get(kind, kind)
    assert word in EXPECTED.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", [*KINDS, "crf"])
def test_networks_are_specified_and_frozen(kind: str) -> None:
    assert kind in SPECIFICATION
    frozen = [nlucompress.load(path).network for path in FOLDER.glob("*.nlu")]
    assert kind in {network.kind for network in frozen if network is not None}
