"""The design matrix of a linear model: which n-grams are its features, and how they are scaled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError
from nlucompress.networks.linear.featurizer import Featurizer, Weighting
from nlucompress.networks.linear.gather import gathered
from nlucompress.training import design
from nlucompress.training.linear.fit import Problem
from nlucompress.training.linear.losses import Float32

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from nlucompress.stages.learn.train.linear_options import TrainOptions


@dataclass(frozen=True)
class Data:
    """Texts, numbers of their labels, int64, and weights, float32, of which 1 is the mean."""

    texts: Sequence[str]
    targets: NDArray[np.int64]
    weights: Float32

    def with_others(self, others: Data) -> Data:
        """Both."""
        targets = np.concatenate((self.targets, others.targets))
        weights = np.concatenate((self.weights, others.weights))
        return Data((*self.texts, *others.texts), targets, weights)


@dataclass(frozen=True)
class Found:
    """A trained model: its keys, weights, float32 CSR (keys, labels), bias, and figures."""

    keys: Sequence[str]
    counts: Mapping[str, int]
    featurizer: Featurizer
    matrix: csr_matrix
    bias: Float32
    figures: dict[str, Any]


@dataclass(frozen=True)
class Design:
    """What is the same for all fits on some n-grams.

    Attributes:
        featurizer: What makes the n-grams.
        keys: Those that are features, ascending.
        counts: In how many training texts each n-gram occurs.
        x: The training texts, float32 CSR, shape (texts, keys).
    """

    featurizer: Featurizer
    keys: list[str]
    counts: Mapping[str, int]
    x: csr_matrix

    @classmethod
    def of(cls, texts: Sequence[str], options: TrainOptions, borders: bool) -> Design:
        """The features of training texts.

        Raises:
            DataError: No n-gram occurs often enough.
        """
        weighting: Weighting = "count" if options.counts else "binary"
        rule = Featurizer(options.words, options.chars, weighting, options.tokens, borders)
        keys, x = gathered(rule, texts)
        occurrences = np.bincount(x.indices, minlength=len(keys))
        counts = dict(zip(keys, occurrences.tolist(), strict=True))
        if options.min_count > 1:
            kept = np.flatnonzero(occurrences >= options.min_count)
            keys, x = [keys[at] for at in kept.tolist()], x[:, kept]
        if options.distinct:
            named = {key: at for at, key in enumerate(keys)}
            keys = design.distinct_keys(keys, x)
            x = x[:, [named[key] for key in keys]]
        if not keys:
            raise DataError("no key occurs often enough; lower --min-count or give more text")
        return cls(rule, keys, counts, x)

    def without_borders(self) -> Design:
        """The same without the n-grams of beginning and end, which alone have a space there."""
        inner = [at for at, key in enumerate(self.keys) if key[:1] != " " and key[-1:] != " "]
        featurizer = replace(self.featurizer, borders=False)
        return Design(featurizer, [self.keys[at] for at in inner], self.counts, self.x[:, inner])

    def features(self, data: Data) -> csr_matrix:
        """The features of other texts, shape (texts, keys)."""
        from scipy.sparse import csr_matrix

        columns = {key: at for at, key in enumerate(self.keys)}
        keys, x = gathered(self.featurizer, data.texts)
        places = np.array([columns.get(key, -1) for key in keys], np.int64)
        at = places[x.indices]
        rows = np.repeat(np.arange(x.shape[0]), np.diff(x.indptr))
        parts = x.data[at >= 0], (rows[at >= 0], at[at >= 0])
        return csr_matrix(parts, (x.shape[0], len(self.keys)))

    def problem(self, data: Data, labels: int) -> Problem:
        """The problem of other texts."""
        return Problem(self.features(data), data.targets, labels, data.weights)

    def fitted(self, data: Data, labels: int) -> Problem:
        """The problem of the training texts."""
        return Problem(self.x, data.targets, labels, data.weights)

    def margins(self, scales: Float32 | None) -> NDArray[np.float64]:
        """Margins that make rows of one length of all texts, shape (texts,), 1 in the mean square.

        A scaled row with its 1 for the bias, divided by its length, has a margin of 1 where the row
        itself has one of its length: s (w' x + b) >= 1 is w' x + b >= 1 / s. Nothing is left to do
        when the model predicts.
        """
        entries = self.x.data.astype(np.float64)
        if scales is not None:
            entries *= scales[self.x.indices]
        rows = np.repeat(np.arange(self.x.shape[0]), np.diff(self.x.indptr))
        squares = 1 + np.bincount(rows, entries**2, self.x.shape[0])
        result: NDArray[np.float64] = np.sqrt(squares / squares.mean())
        return result

    def scales(self) -> Float32:
        """1 + ln((1 + texts) / (1 + texts with the key)), shape (keys,), as TF-IDF has it.

        Multiplied so that the mean square over all entries is 1: the strengths of penalties mean
        what they mean without it.
        """
        texts = self.x.shape[0]
        occurrences = np.array([self.counts[key] for key in self.keys], np.float64)
        raw = 1 + np.log((1 + texts) / (1 + occurrences))
        mean = np.average(raw**2, weights=np.bincount(self.x.indices, minlength=len(raw)))
        result: Float32 = (raw / np.sqrt(mean)).astype(np.float32)
        return result
