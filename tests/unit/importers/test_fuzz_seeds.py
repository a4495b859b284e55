"""What the fuzzer mutates: something of every format that is imported."""

from __future__ import annotations

import pytest

from nlucompress.format.frame import container
from nlucompress.importers.detect import DIRECTORY, recognize
from nlucompress.importers.formats import FORMATS, PICKLE
from tests.fuzz import run as fuzz
from tests.fuzz.seeds import INDEX, foreign_files, seeds


def is_ours(reader: str, data: bytes) -> bool:
    """A model of our own, which there is nothing to import from."""
    return reader == "import" and container.METADATA_KEY.encode() in data[:2000]


def test_every_format_is_fuzzed() -> None:
    files = {recognize(data) for data in [*foreign_files(), INDEX]}
    assert files | {DIRECTORY} == set(FORMATS) - {PICKLE}  # which is not read, but run


SEEDS = [(reader, data) for reader, data in seeds() if not is_ours(reader, data)]


@pytest.mark.filterwarnings("ignore::nlucompress.ForeignFileWarning")
@pytest.mark.parametrize(("reader", "data"), SEEDS, ids=lambda each: str(each)[:20])
def test_what_is_mutated_is_valid(reader: str, data: bytes) -> None:
    fuzz.READERS[reader](data)
