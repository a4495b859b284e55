"""The benchmark of closed tables on tiny input."""

from __future__ import annotations

from pathlib import Path

import pytest

import nlucompress as nc
from tests.bench.hashing import closed


def test_closed_tables(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = nc.TrainOptions(iterations=15)
    found = closed.evaluate("tiny", data / "tiny", "ab", options)
    shorter = closed.title(4, True), closed.title(4, False)
    assert set(shorter) < set(found)
    assert found[shorter[0]].passing < found[shorter[1]].passing
    assert found[shorter[0]].asked < found[shorter[1]].asked
    assert "have a part that is not a key" in capsys.readouterr().out
