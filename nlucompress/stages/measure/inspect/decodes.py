"""Whether everything in a model can be decoded: every key, every slot, every row."""

from __future__ import annotations

import numpy as np

from nlucompress.errors import DataError, FormatError, UsageError
from nlucompress.format.indexes.kinds import Hashed, KeyIndex
from nlucompress.format.indexes.static_keys import Hashes, Static
from nlucompress.format.matrices.kinds import Matrix, StaticRows
from nlucompress.format.model import Model
from nlucompress.networks.classifier import Classifier
from nlucompress.networks.overlays import is_overlay, parts_of
from nlucompress.networks.tagger import Tagger, is_tagger

BATCH_VALUES = 1 << 22  # numbers that are decoded at once


def unfit(model: Model) -> list[str]:
    """What keeps the parts of the model from working together."""
    if model.network is None or model.network.kind == "tensors":
        return []
    try:
        if is_overlay(model):
            parts_of(model)
        else:
            (Tagger if is_tagger(model) else Classifier)(model)
    except (FormatError, UsageError) as error:
        return [str(error)]
    return []


def undecodable(model: Model) -> list[str]:
    """What cannot be decoded, a line per table or tensor."""
    problems = []
    matrices = {f"table {name!r}": table.matrix for name, table in model.tables.items()}
    if model.network is not None:
        for name, matrix in model.network.tensors.items():
            matrices[f"tensor {name!r} of the network"] = matrix
    for name, table in model.tables.items():
        problems += [f"table {name!r}: {reason}" for reason in _keys(table.keys)]
    for name, matrix in matrices.items():
        problems += [f"{name}: {reason}" for reason in _rows(matrix)]
    return problems


def _keys(keys: KeyIndex) -> list[str]:
    if isinstance(keys, Hashed):
        # Slots count set cells, so agreeing ranks give every slot from 0 to n - 1 exactly once.
        agree = keys.cascade.counts_agree()
        return [] if agree else ["the ranks of the hash do not count its keys"]
    if isinstance(keys, Hashes | Static):  # reading them has checked all that there is to check
        return []
    try:
        for row in range(len(keys)):
            keys.key(row)
        first = keys.find([keys.key(0)]) if len(keys) else np.zeros(1, np.int64)
    except (DataError, FormatError) as error:
        return [str(error)]
    return [] if first[0] == 0 else ["a key does not lead to its row"]


def _rows(matrix: Matrix) -> list[str]:
    if isinstance(matrix, StaticRows):  # found by their keys alone, and any bits are a row
        return []
    height, width = matrix.shape
    step = max(1, BATCH_VALUES // max(width, 1))
    for begin in range(0, height, step):
        index = np.arange(begin, min(begin + step, height))
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                rows = matrix.rows(index)
        except FormatError as error:
            return [str(error)]
        finite = np.isfinite(rows).all(axis=1)
        if not finite.all():
            return [f"row {begin + int(np.argmin(finite)):,} holds NaN or infinite numbers"]
    return []
