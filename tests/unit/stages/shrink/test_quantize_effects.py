"""An option of quantize that changes nothing says so, and one that changes something does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import nlucompress as nc
from nlucompress.stages.shrink.quantize.effects import without_effect
from tests.cli.program import DONE, run

SAMPLE = Path(__file__).parents[4] / "sample_data"
BOTH = ("keep", "importance")


def found(model: nc.Model, options: nc.QuantizeOptions) -> list[str]:
    return without_effect(model, options, nc.quantize(model, options), BOTH)


def test_options_without_effect_say_so() -> None:
    model = nc.train(nc.read_examples(SAMPLE / "train.tsv"), None, nc.TrainOptions(l2=1e-3))
    table = model.table()
    uncounted = model.with_tables({name: replace(table, counts=None) for name in model.tables})
    assert found(model, nc.QuantizeOptions(bits=8, keep=0.1)) == []
    (line,) = found(model, nc.QuantizeOptions(bits=3, keep=0.999))
    assert line.startswith("--keep 0.999 has no effect: rounding to 3 bits")
    (line,) = found(model, nc.QuantizeOptions(bits=8))
    assert line.startswith("--importance says what --keep keeps")
    (line,) = found(uncounted, nc.QuantizeOptions(bits=8, keep=0.1))
    assert line.startswith("--importance has no effect: the model does not know how often")
    nothing = without_effect(model, nc.QuantizeOptions(bits=8), model, ())
    assert nothing == []


def test_the_command_warns(tmp_path: Path) -> None:
    assert run(tmp_path, "train", str(SAMPLE / "train.tsv"), "-q", "-o", "m.nlu").code == DONE
    warned = run(tmp_path, "quantize", "m.nlu", "--importance", "0.5", "-o", "a.nlu")
    assert warned.code == DONE
    assert "nlucompress: warning: --importance" in warned.err
    silent = run(tmp_path, "quantize", "m.nlu", "--keep", "10%", "-o", "b.nlu")
    assert silent.code == DONE
    assert "warning" not in silent.err
