"""The benches of graceful updates on tiny input: what is kept, chosen and told."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.bench.graceful import compatible as graceful_compatible
from tests.bench.graceful import compression as graceful_compression
from tests.bench.graceful import device as graceful_device
from tests.bench.graceful import ensembles as graceful_ensembles
from tests.bench.graceful import near as graceful_near
from tests.bench.graceful import overlays as graceful_overlays
from tests.bench.graceful import update as graceful_update
from tests.bench.networks import per_seed


@pytest.mark.parametrize(
    ("bench", "network", "told"),
    [
        (graceful_update, "linear", ("| tiny, linear: new, untreated ", "merged, focal ")),
        (graceful_near, "linear", ("| tiny: merge --weight 0.5 ", "| tiny: train --near ")),
        (graceful_overlays, "linear", ("| tiny, 50% -> all: old and overlay ", "near, floats ")),
        (graceful_update, "dan", ("| tiny, dan: old, trained on ", "| tiny, dan: old, focal ")),
        (graceful_compatible, "dan", ("| tiny, dan ", "update gain", "at least as accurate")),
        (
            graceful_device,
            "dan",
            ("| tiny: dan in floats ", "| tiny: dan of width 256, rank 32, 4 bits "),
        ),
        (
            graceful_ensembles,
            "dan",
            ("| tiny, dan: ensemble -> ensemble ", "| tiny, dan: single -> ELODI/0."),
        ),
        (graceful_compression, "linear", ("| tiny: 5 bits, focal ", "| tiny: 8 bits ")),
    ],
)
def test_a_bench_measures_once_and_tells(
    bench: ModuleType,
    network: str,
    told: tuple[str, ...],
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if network == "dan":
        pytest.importorskip("torch")
    call = ["bench", "--data", str(data), "--data-sets", "tiny", "--networks", network]
    call += ["--seeds", "5", "--epochs", "1", "--more-epochs", "1", "--jobs", "1"]
    monkeypatch.setattr("sys.argv", call)
    cache = str(tmp_path / "cache")
    code = per_seed.main("title", cache, bench.figures, bench.show)
    first = capsys.readouterr()
    assert first.err.startswith(f"tiny {network} 5 test: ")
    assert code <= ("MISSED" in first.out)
    assert all(each in first.out for each in told)
    assert per_seed.main("title", cache, bench.figures, bench.show) == code
    assert capsys.readouterr() == (first.out, "")


def test_the_strength_is_chosen_on_dev_alone() -> None:
    def figures(dev: tuple[float, float], test: float) -> dict[str, dict[str, float]]:
        return {"dev": {"accuracy": dev[0], "nfr": dev[1]}, "test": {"accuracy": 0, "nfr": test}}

    seed = {
        f"{graceful_update.UNTREATED}/0": figures((0.9, 0.02), 0.02),
        "new, focal/0.1": figures((0.9, 0.015), 0.0),
        "new, focal/0.5": figures((0.898, 0.01), 0.9),
        "new, focal/2": figures((0.89, 0.0), 0.0),
    }
    assert graceful_update.chosen([seed])["new, focal"] == "new, focal/0.5"
