"""The linear network: scores = bias + sum over the keys of weight * row, within its bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format import codec
from nlucompress.format.model import Model, Table
from nlucompress.format.names import FEATURES, NORMS
from nlucompress.native import extension
from nlucompress.networks import overlays
from nlucompress.networks.linear.text_features import text_features
from nlucompress.networks.linear.vectorizer import KIND as VECTORIZER
from nlucompress.networks.linear.vectorizer import Vectorizer

Float64 = NDArray[np.float64]

BIAS = "bias"
LINKS = ("softmax", "logistic", "margin", "one-vs-rest", "clipped")
Weigh = Callable[[Sequence[str]], Sequence[Mapping[str, float]]]
Choose = Callable[[Sequence[str], tuple[str, ...]], list[str]]
BOUNDS = "bounds"
LARGEST = 1e30  # of a bound


class Linear:
    """Scores of a model of kind ``linear``, read from its table in place."""

    def __init__(self, model: Model) -> None:
        """Check that table, bias and labels fit together.

        Raises:
            FormatError: They do not.
        """
        self._tables = overlays.tables_of(model, table_of(model))
        self._bias, self._link = bias_and_link(model)
        self._bounds = bounds_of(model)
        self._weigh = weights_of(model)
        self._reader = _native_reader(model)
        self._features = model.features

    def known(self, texts: Sequence[str]) -> list[tuple[int, int]]:
        """Per text, how many keys the table knows (or takes for known) and how many not."""
        keyed = [list(weights) for weights in self._weigh(texts)]
        found = [
            int(
                np.logical_or.reduce(
                    [at >= 0 for at in overlays.find(self._tables, keys, self._features)]
                ).sum()
            )
            for keys in keyed
        ]
        return [(known, len(keys) - known) for known, keys in zip(found, keyed, strict=True)]

    def scores(self, texts: Sequence[str]) -> Float64:
        """Raw scores, shape (texts, labels)."""
        if self._reader is not None:
            try:
                scores = np.frombuffer(self._reader.scores(texts), np.float64)
            except ValueError as error:
                raise FormatError(f"table 'features': {error}") from None
            return scores.reshape(len(texts), -1)
        weights = self._weigh(texts)
        keys = sorted(set().union(*weights))
        known, rows = overlays.rows_of(self._tables, keys, len(self._bias), self._features)
        found = [key for key, is_in in zip(keys, known.tolist(), strict=True) if is_in]
        slots = {key: at for at, key in enumerate(found)}
        scores = np.tile(self._bias, (len(texts), 1))
        for score, keyed in zip(scores, weights, strict=True):
            at = [slots[key] for key in keyed if key in slots]
            weight = [keyed[key] for key in keyed if key in slots]
            score += (rows[at] * np.array(weight)[:, None]).sum(axis=0)
        return bounded(scores, self._bounds)

    @property
    def choose(self) -> Choose | None:
        """What finds the label of the best score of each text, where that takes no other scores."""
        return self._choose if self._reader is not None else None

    def _choose(self, texts: Sequence[str], labels: tuple[str, ...]) -> list[str]:
        try:
            chosen: list[str] = self._reader.choose(texts, labels)
        except ValueError as error:
            raise FormatError(f"table 'features': {error}") from None
        return chosen

    def parts(self, text: str) -> tuple[Float64, list[str], Float64, list[str]]:
        """Bias, known keys of a text, their parts in the scores (keys, labels), unknown keys."""
        [weights] = self._weigh([text])
        keys = list(weights)
        known, rows = overlays.rows_of(self._tables, keys, len(self._bias), self._features)
        told = list(zip(keys, known.tolist(), strict=True))
        found = [key for key, is_in in told if is_in]
        each = np.array([weights[key] for key in found], np.float64)
        return self._bias, found, rows * each[:, None], [key for key, is_in in told if not is_in]

    def link(self, scores: Float64) -> Float64:
        """Raw scores to what is shown: probabilities, or the margins themselves."""
        return linked(scores, self._link)


def weights_of(model: Model) -> Weigh:
    """What turns texts into weighted keys.

    Raises:
        FormatError: The features are malformed, of another kind, or lack a table.
    """
    features = model.features or {}
    if features.get("kind") == VECTORIZER:
        return Vectorizer(features, model.tables.get(NORMS))
    featurizer = text_features(features)
    return lambda texts: [featurizer(text) for text in texts]


def table_of(model: Model) -> Table:
    """The table of weights, one column per label of the model itself.

    Raises:
        FormatError: It is missing or does not fit the labels.
    """
    if FEATURES not in model.tables:
        raise FormatError("the network needs a table 'features'")
    table = model.tables[FEATURES]
    if table.matrix.shape[1] != model.own_labels:
        raise FormatError("the columns of table 'features' are not as many as the labels")
    return table


def bias_and_link(model: Model) -> tuple[Float64, str]:
    """The bias of each label, with what overlays add to it, and the link of a linear model.

    Raises:
        FormatError: They are missing or do not fit.
    """
    network = model.network
    if network is None or BIAS not in network.tensors:
        raise FormatError("a linear model needs a tensor 'bias'")
    bias = network.tensors[BIAS]
    if bias.shape != (1, model.own_labels):
        raise FormatError("the columns of tensor 'bias' are not as many as the labels")
    if set(network.settings) - {BOUNDS} != {"link"} or network.settings["link"] not in LINKS:
        raise FormatError(f"unknown settings of the network: {dict(network.settings)}")
    own = bias.rows(np.zeros(1, np.int64)).astype(np.float64)
    return overlays.with_changes(model, own)[0], network.settings["link"]


def bounds_of(model: Model) -> tuple[float, float] | None:
    """The lowest and the highest score of a linear model, None where it has no bounds.

    Raises:
        FormatError: They are not two numbers that rise.
    """
    bounds = model.network.settings.get(BOUNDS) if model.network is not None else None
    if bounds is None and not (model.network and BOUNDS in model.network.settings):
        return None
    if not isinstance(bounds, list) or [type(each) for each in bounds] != [float, float]:
        raise FormatError(f"the bounds of the scores are not two numbers: {str(bounds)[:80]}")
    low, high = bounds
    if not -LARGEST <= low <= high <= LARGEST:
        raise FormatError(f"the bounds of the scores are not two numbers that rise: {bounds}")
    return low, high


def bounded(scores: Float64, bounds: tuple[float, float] | None) -> Float64:
    """Scores with what lies beyond the bounds put onto them."""
    return scores if bounds is None else np.clip(scores, *bounds)


def linked(scores: Float64, link: str) -> Float64:
    """Raw scores as a link shows them."""
    if link == "logistic":
        return _sigmoid(scores)
    if link == "one-vs-rest":
        each = _sigmoid(scores)
        total = each.sum(axis=-1, keepdims=True)
        shares: Float64 = np.where(
            total > 0, each / np.where(total > 0, total, 1), 1 / each.shape[-1]
        )
        return shares
    if link == "clipped":
        return _clipped(scores)
    return softmax(scores) if link == "softmax" else scores


def _clipped(scores: Float64) -> Float64:
    """(clip(s, -1, 1) + 1) / 2, divided by their sum; two labels share the difference of theirs.

    What a modified Huber loss makes of margins (Zhang 2004, "Statistical behavior and consistency
    of classification methods based on convex risk minimization").
    """
    if scores.shape[-1] == 2:
        second = _ramp(scores[..., 1] - scores[..., 0])
        return np.stack([1 - second, second], axis=-1)
    each = _ramp(scores)
    total = each.sum(axis=-1, keepdims=True)
    return np.where(total > 0, each / np.where(total > 0, total, 1), 1 / each.shape[-1])


def _ramp(scores: Float64) -> Float64:
    result: Float64 = (np.clip(scores, -1, 1) + 1) / 2
    return result


def _native_reader(model: Model) -> Any:
    """The reader in C over a sealed model's file, or None where there is none that takes it."""
    if extension is None or not model.sealed:
        return None
    layers = (overlays.bottom(model), *model.overlays)
    try:
        return extension.Reader(*(each.file or codec.to_bytes(each) for each in layers))
    except ValueError:  # it has more labels or tensors than the reader's fixed sizes
        return None


def softmax(scores: Float64) -> Float64:
    """exp(s) / sum(exp(s)) along the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: Float64 = raised / raised.sum(axis=-1, keepdims=True)
    return result


def _sigmoid(scores: Float64) -> Float64:
    """1 / (1 + exp(-s)), by the exponential that cannot overflow and without a difference of
    nearly equal numbers: scores far below zero keep their ratios.
    """
    raised = np.exp(-np.abs(scores))
    result: Float64 = np.where(scores < 0, raised, 1) / (1 + raised)
    return result
