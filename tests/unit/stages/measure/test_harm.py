"""The expected harm of an unseen key, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.stages.measure.inspect.harm import Harm, harm_of, median_margin
from tests.golden.sources import embeddings, grams, hashed

ROWS = np.array([[1, -3, 0], [0, 0.5, 0], [0, 0, 0], [0.25, 0.25, -0.5]], np.float32)


def model() -> nc.Model:
    table = nc.Table(Strings.of(["a", "b", "c", "d"]), from_dense(ROWS))
    return replace(grams(), tables={"features": table})


def test_by_hand() -> None:
    """Largest weights of the rows: 3, 0.5, 0 and 0.5."""
    found = harm_of(hashed(model(), fingerprint_bits=4))
    assert found == Harm(1 / 16, 1.0, 3.0)
    assert found.expected == 1 / 16


@pytest.mark.parametrize("packed", [False, True])
def test_the_same_however_rows_are_coded(packed: bool) -> None:
    made = hashed(model(), fingerprint_bits=7)
    assert harm_of(nc.pack(made) if packed else made) == Harm(2**-7, 1.0, 3.0)


def test_none_where_nothing_is_known() -> None:
    assert harm_of(model()) is None  # strings
    assert harm_of(hashed(embeddings())) is None  # no weights


def test_median_margin() -> None:
    """Bias 0, 1/8 and 1/4: `a` gives 1, -2.875, 0.25 and nothing 0, 0.125, 0.25."""
    assert median_margin(model(), ["a", "x", "x"]) == 0.125
    assert median_margin(model(), ["a"]) == 0.75
    assert median_margin(model(), []) is None
