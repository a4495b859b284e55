"""The comparisons of neural models on tiny input: what is kept, what is told, what is drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

import nlucompress as nc
from tests.bench import cells
from tests.bench.networks import comparison, comparison_report, composed, epochs, schedules
from tests.bench.networks.comparison_methods import BY_RATIO, FIXED


def test_embedding_compression_is_compared(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch")
    cache = tmp_path / "cache"
    monkeypatch.setattr(comparison_report, "plot", lambda rows, path: None)
    call = ["bench", "--data", str(data), "--cache", str(cache), "--data-sets", "tiny"]
    call += ["--networks", "dan", "--ratios", "0.5", "0.9", "--seeds", "1", "--jobs", "1"]
    monkeypatch.setattr("sys.argv", [*call, "--epochs", "1", "--more-epochs", "1"])
    assert comparison.main() == 0
    first = capsys.readouterr()
    assert len(first.err.splitlines()) == len(FIXED) + 2 * len(BY_RATIO)
    assert all(f"| {method} " in first.out for method in BY_RATIO)
    assert comparison.main() == 0
    again = capsys.readouterr()
    assert (again.err, again.out) == ("", first.out)
    rows = comparison_report.gather(cells.Cells(cache), ["tiny"], ["dan"], [0.5, 0.9], [0])
    size = {(row.method, row.ratio): row.bytes for row in rows}
    assert size["full", None] == 2 * size["16 bits", None] == 8 * size["4 bits", None]
    for method in BY_RATIO:
        assert size[method, 0.5] <= 0.5 * size["full", None]
        assert size[method, 0.9] <= 0.1 * size["full", None]
    assert all(0 <= each <= 100 for row in rows for each in row.accuracies)


def test_schedules_are_compared(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch")
    call = ["bench", "--data", str(data), "--cache", str(tmp_path / "cache"), "--jobs", "1"]
    call += ["--data-sets", "tiny", "--networks", "dan", "--seeds", "1"]
    monkeypatch.setattr("sys.argv", [*call, "--epochs", "1", "--more-epochs", "1"])
    assert schedules.main() in (0, 1)
    shown = capsys.readouterr()
    assert len(shown.err.splitlines()) == len(schedules.NAMES) * len(schedules.RATES)
    assert "tiny, dan" in shown.out
    found = {("calr", rate): [{"dev": dev}] for rate, dev in ((0.1, 0.5), (0.3, 0.7), (0.2, 0.7))}
    assert schedules.best({**found, ("clr", 0.1): [{"dev": 0.9}]}, "calr") == ("calr", 0.2)


def test_the_whole_pipeline_is_measured(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch")
    setting = composed.Setting(5, nc.QuantizeOptions(bits=6, per="tensor"), (0.5, 100.0))
    monkeypatch.setattr(composed, "SETTINGS", {"tiny": setting})
    call = ["bench", "--data", str(data), "--cache", str(tmp_path / "cache"), "--jobs", "1"]
    call += ["--data-sets", "tiny", "--networks", "dan", "--seeds", "1"]
    monkeypatch.setattr("sys.argv", [*call, "--epochs", "1", "--more-epochs", "1"])
    assert composed.main() == 0
    shown = capsys.readouterr()
    assert "tiny, dan" in shown.out
    found = cells.Cells(tmp_path / "cache").get("tiny", "dan", 0, "tiny")
    assert found is not None
    assert 0 < found["bytes"] < 0.5 * found["full_bytes"]


def test_epochs_are_timed(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch")
    call = ["bench", "--data", str(data), "--data-sets", "tiny", "--networks", "dan"]
    monkeypatch.setattr("sys.argv", [*call, "--rounds", "1"])
    assert epochs.main() == 0
    assert "tiny, dan" in capsys.readouterr().out


def test_a_cell_is_measured_once(tmp_path: Path) -> None:
    kept = cells.Cells(tmp_path / "cells")
    assert kept.get("a", 0.5) is None
    assert kept.take(("a", 0.5), lambda: {"x": 1}) == {"x": 1}
    assert kept.take(("a", 0.5), lambda: pytest.fail("again")) == {"x": 1}
    assert kept.get("a", 0.5) == {"x": 1}


def test_the_plot_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    row = comparison_report.Row("tiny", "dan", "ours", 0.9, 100, (90.0, 91.0), (1.0, 0.5))
    full = comparison_report.Row("tiny", "dan", "full", None, 1000, (91.0, 91.5), (0.0, 0.0))
    comparison_report.plot([row, full], tmp_path / "plot.svg")
    assert "tiny, dan" in (tmp_path / "plot.svg").read_text(encoding="utf-8")
