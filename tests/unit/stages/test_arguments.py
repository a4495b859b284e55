"""The Python API: a string for a list, a path for a model, and numbers that mean nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.stages.learn.finetune.stage import finetune
from nlucompress.stages.learn.finetune.teaching import LinearFinetuneOptions
from nlucompress.training.plan import LoopOptions
from nlucompress.training.schedules import Schedule

EXAMPLES = nc.Examples(("on", "off", "on", "off"), ("light on", "light off", "lamp on", "lamp off"))


@pytest.fixture(scope="module")
def model() -> nc.Model:
    return nc.train(EXAMPLES, None, nc.TrainOptions(min_count=1))


@pytest.fixture(scope="module")
def tagger() -> nc.Model:
    sentences = nc.Tagged(((("O"), ("B")), ("O", "B")), (("light", "on"), ("lamp", "off")))
    return nc.train_crf(sentences, None, nc.CrfOptions(iterations=2, min_count=1))


def test_one_string_is_no_list_of_texts(model: nc.Model) -> None:
    classifier = nc.Classifier(model)
    for call in (classifier.predict, classifier.scores, classifier.predictions):
        with pytest.raises(TypeError, match=r"write \['light on'\]"):
            call("light on")
    assert classifier.predict(["light on"]) == ["on"]
    assert classifier.predict(("light on", "light off")) == ["on", "off"]


def test_one_string_is_no_list_of_keys(model: nc.Model) -> None:
    for table in (model.table(), nc.phash(model).table()):
        for call in (table.lookup, table.find):
            with pytest.raises(TypeError, match=r"keys are a list .*\['on'\]"):
                call("on")
        assert table.lookup(["on"]).any()


def test_one_string_is_no_sentence(tagger: nc.Model) -> None:
    reads = nc.Tagger(tagger)
    calls: tuple[Any, ...] = (reads.tag, reads.scores, reads.marginals)
    for call in calls:
        with pytest.raises(TypeError, match="sentences are a list"):
            call("light on")
        with pytest.raises(TypeError, match="the tokens of a sentence are a list"):
            call(["light on"])
    with pytest.raises(TypeError, match="the tokens of a sentence are a list"):
        reads.tagged("light on")
    assert len(reads.tag([["light", "on"]])[0]) == 2


def test_what_is_no_model_is_refused(model: nc.Model) -> None:
    calls: tuple[Any, ...] = (
        nc.Classifier, nc.Tagger, nc.quantize, nc.phash, nc.pack,
        lambda given: nc.factorize(given, rank=1),
        lambda given: nc.evaluate(given, EXAMPLES),
        lambda given: nc.merge(given, model),
        lambda given: nc.merge(model, given),
        lambda given: nc.export(given, to="json"),
        lambda given: nc.finetune(given, EXAMPLES),
    )  # fmt: skip
    for call in calls:
        for given in (None, 7, ["m.nlu"]):
            with pytest.raises(TypeError, match="a model, a path, bytes or an open binary file"):
                call(given)


def test_stages_take_models_alone(tmp_path: Path, model: nc.Model) -> None:
    from nlucompress.stages.shrink.quantize.stage import quantize

    path: Any = tmp_path / "m.nlu"
    with pytest.raises(TypeError, match=r"is a path, not a model: read it by load\("):
        quantize(str(path))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"a model is needed, not PosixPath|is a path"):
        quantize(path)


@pytest.mark.parametrize(
    ("kind", "options", "named"),
    [
        (LoopOptions, {"batch_size": -3}, "batch_size: -3 is not at least 1"),
        (LoopOptions, {"epochs": 0}, "epochs: 0"),
        (
            LoopOptions,
            {"optimizer": "nonsense"},
            "optimizer: 'nonsense' is not one of adam, adamw",
        ),
        (LoopOptions, {"device": "abacus"}, "device: 'abacus' is not one of"),
        (LoopOptions, {"dropout": 1.0}, "dropout: 1 is not at least 0 and below 1"),
        (LoopOptions, {"weight_decay": np.nan}, "weight_decay: nan is not finite"),
        (LoopOptions, {"clip": np.nan}, "clip=nan"),
        (Schedule, {"name": "nonsense"}, "schedule: 'nonsense' is not one of fixed, clr"),
        (Schedule, {"learning_rate": np.nan}, "learning_rate: nan"),
        (
            Schedule,
            {"learning_rate": 1e-7},
            "lowest_learning_rate=1e-06 is not below learning_rate=1e-07",
        ),
        (Schedule, {"decay": 1.0}, "decay: 1 is not above 0 and below 1"),
        (nc.QuantizeOptions, {"importance": np.nan}, "importance: nan"),
        (nc.QuantizeOptions, {"threshold": np.inf}, "threshold: inf"),
        (
            nc.QuantizeOptions,
            {"percentile": 99.9},
            "99.9 is not above 0 and at most 1",
        ),
    ],
)
def test_what_means_nothing_is_refused(kind: Any, options: dict[str, Any], named: str) -> None:
    with pytest.raises(nc.UsageError, match=named):
        kind(**options)
    kind()


def test_strengths_are_finite(model: nc.Model) -> None:
    for options in ({"l1": np.nan}, {"l2": np.nan}, {"l2": np.inf}, {"min_count": 0}):
        with pytest.raises(nc.UsageError, match=next(iter(options))):
            nc.train(EXAMPLES, None, nc.TrainOptions(**options))
    for name in ("l1", "l2", "lambda_"):
        chosen: Any = {"distill": "none", name: np.nan}
        with pytest.raises(nc.UsageError, match=f"{name}: nan"):
            finetune(model, EXAMPLES, options=_taught(chosen))


def _taught(options: dict[str, Any]) -> Any:
    from nlucompress.stages.learn.finetune.stage import FinetuneOptions

    return FinetuneOptions(LinearFinetuneOptions(**options))
