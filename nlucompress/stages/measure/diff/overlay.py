"""diff -o: the changes from one linear model or CRF to another, as a sealed overlay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import UsageError
from nlucompress.format import codec
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.model import Model, Network, Table, require_model
from nlucompress.format.names import FEATURES
from nlucompress.networks import overlays
from nlucompress.networks.classifier import Classifier
from nlucompress.networks.crf import network as crf
from nlucompress.networks.linear import network as linear
from nlucompress.networks.overlays import Float64
from nlucompress.networks.tagger import Tagger, is_tagger
from nlucompress.options import Options, option
from nlucompress.stages.measure.diff.stage import structure
from nlucompress.stages.shrink.pack import pack
from nlucompress.stages.shrink.phash import PhashOptions, phash
from nlucompress.stages.shrink.quantize.stage import QuantizeOptions, quantize

TENSOR_BITS = 8  # of the bias or the transitions


@dataclass(frozen=True)
class OverlayOptions(Options):
    """Options of ``diff -o``.

    A change that rounds to zero is left out, and the old weight stays.
    """

    title = "The overlay (-o)"

    bits: int = option(4, "Bits of a change", least=1, most=8)
    keep: float | None = option(
        None,
        "Keep this share of the changes, the largest, 0.5 or 50%",
        kind=float,
        unit="share",
        above=0,
        most=1,
        absent="all",
    )
    fingerprint_bits: int = option(
        6, "A key that did not change passes for one that did with 2^-bits", least=0, most=16
    )


def overlay_of(
    old: Model, new: Model, options: OverlayOptions | None = None
) -> tuple[Model, dict[str, Any]]:
    """What is to be added to the old model, perhaps with overlays on it, to get near the new one.

    Where the old one's keys are hashed, its rows of keys that the new one lacks stay as they are.

    Returns:
        The overlay, and figures of it.

    Raises:
        UsageError: The models are not linear or CRFs of one basis, the new one lacks a label of
            the old, or its keys are hashed.
    """
    require_model(old, overlays=True)
    require_model(new)
    options = options or OverlayOptions()
    kind = _kind(old, new)
    old_table, new_table = (linear.table_of(each) for each in (old, new))
    if new_table.strings is None:
        raise UsageError("the newer model's keys were hashed: take the model from before phash")
    labels = _labels(old, new)
    keys = new_table.strings.decoded()
    of_old = old_table.strings
    gone = [] if of_old is None else sorted(set(of_old.decoded()) - set(keys))
    every = [*keys, *gone]
    change = _rows(new, every, labels) - _rows(old, every, labels)
    tensor = _tensor(kind, new, labels) - _tensor(kind, old, labels)
    moved = np.flatnonzero(change.any(axis=1))
    table = Table(
        Strings.of([every[at] for at in moved]),
        matrices.smaller(matrices.from_dense(change[moved])),
    )
    name = overlays.TENSORS[kind]
    plain = Model(
        {FEATURES: table},
        Network(
            overlays.KIND,
            overlays.describe(codec.digest(old), kind, len(old.labels)),
            {name: matrices.from_dense(tensor)},
        ),
        labels[len(old.labels) :],
    )
    coded = quantize(plain, QuantizeOptions(bits=options.bits, keep=options.keep))
    coded = quantize(coded, QuantizeOptions(bits=TENSOR_BITS, tables=(), tensors=(name,)))
    hashing = PhashOptions(method="static", fingerprint_bits=options.fingerprint_bits)
    update = pack(phash(coded, hashing))
    rows = coded.tables[FEATURES].matrix
    strings = coded.tables[FEATURES].strings
    assert strings is not None
    under = overlays.tables_of(old, old_table)
    known, _ = overlays.rows_of(under, strings.decoded(), len(labels), old.features)
    slots = old_table.find(keys)
    reached = len(np.unique(slots[slots >= 0]))
    return update, {
        "base": codec.digest(old),
        "changed_keys": len(known),
        "new_keys": int((~known).sum()),
        "changed_weights": int(np.count_nonzero(rows.rows(np.arange(rows.shape[0])))),
        "new_labels": list(update.labels),
        # Of a table that still has its keys all are reached: those that are gone lose their rows.
        # Without them some are reached twice, by keys that pass for known ones.
        "unreached_keys": 0 if of_old else max(0, len(old_table.keys) - reached),
    }


def _kind(old: Model, new: Model) -> str:
    """The kind of both models, which an overlay can change."""
    for each, what in ((old, "older"), (new, "newer")):
        kind = each.network.kind if each.network else "tables only"
        if kind not in overlays.TENSORS:
            raise UsageError(
                f"the {what} model is of kind {kind!r}: overlays are for linear and crf"
            )
        (Tagger if is_tagger(each) else Classifier)(each)  # checks that the parts fit together
    for name, (before, after) in structure(old, new).items():
        if before != after:
            raise UsageError(
                f"an overlay changes weights alone, but the models' {name} differ: "
                f"{str(before)[:60]} and {str(after)[:60]}; train the newer one near the older"
            )
    assert old.network is not None
    return old.network.kind


def _labels(old: Model, new: Model) -> tuple[str, ...]:
    """The labels of the older model, then the new ones."""
    gone = [label for label in old.labels if label not in set(new.labels)]
    if gone:
        raise UsageError(
            f"the newer model lacks label {gone[0]!r} of the older, which an overlay cannot take "
            "away; `train --near OLD` keeps it"
        )
    known = set(old.labels)
    return (*old.labels, *(label for label in new.labels if label not in known))


def _places(model: Model, labels: tuple[str, ...]) -> NDArray[np.int64]:
    at = {label: place for place, label in enumerate(labels)}
    return np.array([at[label] for label in model.labels], np.int64)


def _rows(model: Model, keys: list[str], labels: tuple[str, ...]) -> Float64:
    """The rows of keys, a column for each of the labels; zeros of what the model lacks."""
    tables = overlays.tables_of(model, linear.table_of(model))
    known, rows = overlays.rows_of(tables, keys, len(model.labels), model.features)
    result = np.zeros((len(keys), len(labels)))
    result[np.ix_(np.flatnonzero(known), _places(model, labels))] = rows
    return result


def _tensor(kind: str, model: Model, labels: tuple[str, ...]) -> Float64:
    """The bias, shape (1, labels), or the transitions, (labels, labels); zeros as above."""
    at = _places(model, labels)
    if kind == "crf":
        result = np.zeros((len(labels), len(labels)))
        result[np.ix_(at, at)] = crf.transitions_of(model)
        return result
    result = np.zeros((1, len(labels)))
    result[0, at] = linear.bias_and_link(model)[0]
    return result
