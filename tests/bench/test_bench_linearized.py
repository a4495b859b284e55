"""The bench of linearized networks on tiny input: what is kept, what is told, what is drawn."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import nlucompress as nc
from tests.bench.graceful import linearized as graceful_linearized
from tests.bench.networks import few_shots


@pytest.mark.parametrize("network", ["dan", "cnn"])
def test_fine_tuning_is_compared(
    network: str,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("torch")
    settings = {"ordinary": {"1": [(0.01, 0.3)], "5": [(0.01, 0.5)]}}
    settings["LQF"] = {"1": [(5.0, 0.1)], "5": [(5.0, 0.1)]}
    monkeypatch.setattr(graceful_linearized, "SETTINGS", settings)
    call = ["bench", "--data", str(data), "--cache", str(tmp_path / "cache"), "--jobs", "1"]
    call += ["--source", "tiny", "--data-sets", "tiny", "--networks", network]
    call += ["--shots", "1", "5", "--seeds", "4", "--epochs", "1"]
    monkeypatch.setattr("sys.argv", call)
    code = graceful_linearized.main()
    first = capsys.readouterr()
    assert [line.split(":")[0] for line in first.err.splitlines()] == [
        f"tiny {network} 4 {shots} {setting}"
        for shots, dropout in (("1", 0.3), ("5", 0.5))
        for setting in (f"ordinary 0.01 {dropout}", "LQF 5.0 0.1")
    ]
    assert code == ("MISSED" in first.out)
    assert f"| tiny, {network}, 5 " in first.out
    assert graceful_linearized.main() == code
    assert capsys.readouterr() == (first.out, "")


def test_the_setting_of_best_development_accuracy_is_told() -> None:
    def seeds(dev: tuple[float, float], test: tuple[float, float]) -> list[dict[str, float]]:
        return [{"dev": d, "test": t} for d, t in zip(dev, test, strict=True)]

    ordinary = {(0.1, 0.3): seeds((0.9, 0.5), (1, 1)), (0.2, 0.5): seeds((0.8, 0.8), (0.7, 0.7))}
    linearized = {(5.0, 0.1): seeds((0.1, 0.1), (0.8, 0.9))}
    told, gain = graceful_linearized.row(ordinary, linearized)
    assert told[:3] == ["70.00 ± 0.00", "85.00 ± 5.00", "+15.00"]
    assert told[3:] == ["rate 0.2, dropout 0.5", "row scale 5, word dropout 0.1"]
    assert gain == pytest.approx(15)


def test_examples_are_drawn_per_label_from_half_of_the_labels() -> None:
    labels = tuple("abcd" * 6)
    examples = nc.Examples(labels, tuple(f"{label} {at}" for at, label in enumerate(labels)))
    halves = [few_shots.half({"train": examples, "dev": examples}, odd)["dev"] for odd in (0, 1)]
    assert [set(each.labels) for each in halves] == [{"a", "c"}, {"b", "d"}]
    assert all(
        text[0] == label for label, text in zip(halves[1].labels, halves[1].texts, strict=True)
    )
    few = few_shots.drawn(examples, 2, 3)
    assert Counter(few.labels) == dict.fromkeys("abcd", 2)
    assert len(set(few.texts)) == 8
    assert few == few_shots.drawn(examples, 2, 3) != few_shots.drawn(examples, 2, 4)
    assert few_shots.drawn(examples, None, 3) is examples
