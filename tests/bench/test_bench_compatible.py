"""The benches of compatible representations on tiny input: what is kept and what is told."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.bench import graceful_compatible, graceful_device, per_seed

TOLD = {
    graceful_compatible: ("| tiny, dan ", "update gain", "at least as accurate"),
    graceful_device: ("| tiny: dan in floats ", "| tiny: dan of width 256, rank 32, 4 bits "),
}


@pytest.mark.parametrize("bench", TOLD, ids=lambda bench: bench.__name__.split(".")[-1])
def test_a_bench_measures_once_and_tells(
    bench: ModuleType,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("torch")
    call = ["bench", "--data", str(data), "--data-sets", "tiny", "--networks", "dan"]
    call += ["--seeds", "5", "--epochs", "1", "--more-epochs", "1", "--jobs", "1"]
    monkeypatch.setattr("sys.argv", call)
    cache = str(tmp_path / "cache")
    code = per_seed.main("title", cache, bench.figures, bench.show)
    first = capsys.readouterr()
    assert first.err.startswith("tiny dan 5 test: ")
    assert code <= ("MISSED" in first.out)
    assert all(each in first.out for each in TOLD[bench])
    assert per_seed.main("title", cache, bench.figures, bench.show) == code
    assert capsys.readouterr() == (first.out, "")
