"""A small part of the campaign, of the tools that are installed here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.differential.harness import program
from tests.differential.run import TOOLS, tried


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """The program over the reader in C, built once."""
    return program(tmp_path_factory.mktemp("reader"))


@pytest.mark.parametrize("tool", TOOLS, ids=[tool.NAME for tool in TOOLS])
def test_answers_are_those_of_the_tool(tool: Any, tmp_path: Path, reader: Path | None) -> None:
    try:
        tally = tried(tool, 7, 2, tmp_path, reader)
    except ImportError as error:
        pytest.skip(f"{tool.NAME} is not installed: {error}")
    assert tally.mismatches == []
    assert tally.cases > 0
