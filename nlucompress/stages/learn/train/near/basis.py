"""The n-grams and labels of an older linear model and of new data, and its weights for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlucompress.data.examples import Examples
from nlucompress.format.model import Model
from nlucompress.networks import overlays
from nlucompress.networks.linear import network as network_linear
from nlucompress.training import design
from nlucompress.training.linear.fit import Weights
from nlucompress.training.linear.losses import LossName


@dataclass(frozen=True)
class Basis:
    """What both models stand on.

    Attributes:
        keys: Of both, ascending.
        counts: In how many training texts a key occurs.
        fresh: int64: of the keys, the places of those that a new model would have.
        labels: The older model's in their order, then the new ones.
        old: The older model's weights and bias, 0 and rare where it knows none.
        found: Keys that the older model knows.
    """

    keys: list[str]
    counts: Mapping[str, int]
    fresh: NDArray[np.int64]
    labels: tuple[str, ...]
    old: Weights
    found: int


def basis_of(
    old: Model,
    weigh: network_linear.Weigh,
    examples: Examples,
    chosen: tuple[int, bool],
    loss: LossName,
) -> Basis:
    """The basis; ``chosen`` are ``min_count`` and ``distinct`` of TrainOptions, for new keys.

    Keys of a hashed table are those of the training texts that it finds.

    Raises:
        DataError: No key occurs often enough.
    """
    counts = design.count_keys(weigh, examples.texts)
    fresh = design.chosen_keys(weigh, examples.texts, counts, *chosen)
    tables = overlays.tables_of(old, network_linear.table_of(old))
    asked = set[str]()
    for table in tables:
        asked.update(counts if table.strings is None else table.strings.decoded())
    candidates = sorted(asked)
    is_known, _ = overlays.rows_of(tables, candidates, len(old.labels), old.features)
    found = [key for key, is_in in zip(candidates, is_known.tolist(), strict=True) if is_in]
    keys = sorted({*fresh, *found})
    known, rows = overlays.rows_of(tables, keys, len(old.labels), old.features)
    new = sorted(set(examples.labels) - set(old.labels))
    labels = (*old.labels, *new)
    matrix = np.zeros((len(keys), len(labels)), np.float32)
    matrix[known, : len(old.labels)] = rows
    bias, _ = network_linear.bias_and_link(old)
    # A new label begins as unlikely as any of so many.
    rare = 2 / len(labels) - 1 if loss == "squared-hinge" else -np.log(len(labels))
    begin = np.concatenate((bias, np.full(len(new), rare))).astype(np.float32)
    places = np.searchsorted(np.array(keys, object), np.array(fresh, object)).astype(np.int64)
    return Basis(keys, counts, places, labels, Weights(matrix, begin), int(known.sum()))
