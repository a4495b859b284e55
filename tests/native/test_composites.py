"""Products, which the reader in C refuses and NumPy reads, and scales in binary16."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.format.matrices.kinds import Dense, Product, from_dense
from nlucompress.format.matrices.numbers import Linear, Partition
from nlucompress.native import extension
from tests.hostile.samples import KEYS, LABELS, TEXTS, linear, model_bytes

WEIGHTS = linear().table().matrix.rows(np.arange(len(KEYS)))
IDENTITY = np.eye(len(LABELS), dtype=np.float32)


def with_matrix(matrix: nc.Table) -> nc.Model:
    """The small classifier over another matrix, sealed."""
    return nc.pack(nc.phash(linear().with_tables({"features": matrix})))


def halves() -> Dense:
    """The same weights, which are quarters up to 2, as codes with scales in binary16."""
    scale = np.full(len(KEYS), 0.25, np.float16)
    numbers = Linear(Partition("row"), scale, np.full(1, 8, np.int64), 17)
    return Dense(numbers, (WEIGHTS * 4 + 8).astype(np.uint8))


@pytest.mark.parametrize("name", ["product", "half scales"])
def test_answers_are_those_of_floats(name: str) -> None:
    matrix = Product(from_dense(WEIGHTS), from_dense(IDENTITY)) if name == "product" else halves()
    model = with_matrix(replace(linear().table(), matrix=matrix))
    if extension is not None and name == "half scales":
        assert extension.Reader(model_bytes(model))
    elif extension is not None:
        with pytest.raises(ValueError):  # noqa: PT011 (any refusal will do)
            extension.Reader(model_bytes(model))
    expected = nc.Classifier(linear()).predictions(TEXTS, 3)
    assert nc.Classifier(model).predictions(TEXTS, 3) == expected
    assert model.table().lookup(KEYS).tolist() == WEIGHTS.tolist()
