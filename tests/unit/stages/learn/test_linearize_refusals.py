"""linearize: what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import DataError, StageOrderError, UsageError
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.stages.learn.finetune.linearized import linearize
from nlucompress.stages.learn.finetune.linearized_options import LinearizedOptions
from tests.golden.sources import classifier, expanded, hashed, neural
from tests.unit.networks.test_linearized import activated
from tests.unit.stages.learn.test_linearize import EXAMPLES


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: neural("lstm"), "is for dan and cnn, not for 'lstm'"),
        (lambda: neural("bilstm"), "is for dan and cnn, not for 'bilstm'"),
        (classifier, "is linear already"),
        (lambda: expanded("dan"), "is linearized already"),
        (lambda: activated(neural("cnn"), "relu"), "activation='leaky-relu'"),
        (lambda: nc.Model({"words": neural("dan").tables["embeddings"]}), "not for 'tables only'"),
    ],
)
def test_models_of_other_kinds_are_refused(model: object, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        linearize(model(), EXAMPLES)  # type: ignore[operator]


def test_models_at_a_later_stage_are_refused() -> None:
    with pytest.raises(StageOrderError, match="before phash"):
        linearize(hashed(neural("dan")), EXAMPLES)
    with pytest.raises(StageOrderError, match="sealed by pack"):
        linearize(nc.pack(hashed(neural("dan"))), EXAMPLES)


@pytest.mark.parametrize(
    "options",
    [
        {"target_scale": 0.0},
        {"target_scale": float("inf")},
        {"ridge": 0.0},
        {"ridge": -1.0},
        {"row_scale": 0.0},
        {"iterations": 0},
        {"readings": 0},
        {"word_dropout": 1.0},
        {"preconditioner": "diagonal"},
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        linearize(neural("dan"), EXAMPLES, None, LinearizedOptions(**options))  # type: ignore[arg-type]


def test_the_full_preconditioner_is_for_few_scores() -> None:
    options = LinearizedOptions(preconditioner="full", readings=49)
    with pytest.raises(UsageError, match=r"343 readings of texts have 1,029; take kronecker"):
        linearize(neural("dan"), EXAMPLES, None, options)
    linearize(neural("dan"), EXAMPLES, None, replace(options, readings=3))


def test_weights_that_are_not_finite_are_refused() -> None:
    model = neural("dan")
    assert model.network is not None
    bad = from_dense(np.full(model.network.tensors["output.bias"].shape, np.nan))
    tensors = {**model.network.tensors, "output.bias": bad}
    with pytest.raises(DataError, match="not finite"):
        linearize(replace(model, network=replace(model.network, tensors=tensors)), EXAMPLES)


def test_data_without_known_words_are_refused() -> None:
    with pytest.raises(DataError, match="no word of the training data"):
        linearize(neural("dan"), nc.Examples(("on", "off"), ("qq", "zz")))
    with pytest.raises(DataError, match="development"):
        linearize(neural("dan"), EXAMPLES, nc.Examples(("on",), ("qq",)))
