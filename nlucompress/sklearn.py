"""A scikit-learn estimator: texts and labels in, a compressed model inside. Needs scikit-learn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

import nlucompress as nc


class CompressedClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """``train | quantize | phash | pack`` as one classifier of texts.

    Attributes:
        classes_: The labels, sorted, shape (classes,).
        model_: The packed model, which ``nlucompress.save`` writes. Its labels are the classes if
            they are texts, else their numbers in ``classes_``.
    """

    def __init__(
        self,
        loss: str = "logistic",
        bits: int = 5,
        keep: float | None = None,
        fingerprint_bits: int = 7,
        train_options: nc.TrainOptions | None = None,
    ) -> None:
        """Keep what it is to do; nothing is checked before ``fit``, as scikit-learn asks.

        Args:
            loss: Of the training: ``logistic`` and ``softmax`` give probabilities.
            bits: Of a weight, 1 to 8.
            keep: Share of the weights that is kept, None for all.
            fingerprint_bits: Of a key; an unseen one passes for known once in 2^bits.
            train_options: All options of the training, of which ``loss`` is changed.
        """
        self.loss = loss
        self.bits = bits
        self.keep = keep
        self.fingerprint_bits = fingerprint_bits
        self.train_options = train_options

    def fit(self, X: Iterable[str], y: Sequence[Any] | NDArray[Any]) -> CompressedClassifier:  # noqa: N803
        """Train on texts and their labels, of any type, and compress.

        Raises:
            ValueError: Texts and labels are not as many, or there is one label alone.
            TypeError: A text is none.
        """
        texts, labels = _texts(X), np.asarray(y)
        if labels.ndim != 1 or len(labels) != len(texts):
            raise ValueError(f"{len(texts)} texts, but labels of shape {labels.shape}")
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"only one class: {self.classes_.tolist()}")
        texts_alone = all(isinstance(each, str) for each in self.classes_.tolist())
        listed = [
            str(each) if texts_alone else f"{at:08d}" for at, each in enumerate(self.classes_)
        ]
        names = [listed[number] for number in numbers.tolist()]
        full = nc.train(
            nc.Examples(tuple(names), texts), options=self.train_options, loss=self.loss
        )
        quantized = nc.quantize(full, bits=self.bits, keep=self.keep)
        self.model_ = nc.pack(nc.phash(quantized, fingerprint_bits=self.fingerprint_bits))
        self._classifier = nc.Classifier(self.model_)
        self._order = np.array([listed.index(name) for name in self.model_.labels])
        return self

    def predict(self, X: Iterable[str]) -> NDArray[Any]:  # noqa: N803
        """The label of each text, shape (texts,)."""
        check_is_fitted(self)
        best = self._classifier.scores(_texts(X)).argmax(axis=1)
        result: NDArray[Any] = self.classes_[self._order[best]]
        return result

    def predict_proba(self, X: Iterable[str]) -> NDArray[np.float64]:  # noqa: N803
        """The probability of each label, shape (texts, classes), in the order of ``classes_``.

        Raises:
            AttributeError: The loss gives margins, no probabilities.
        """
        check_is_fitted(self)
        if self.loss not in ("logistic", "softmax"):
            raise AttributeError(f"loss={self.loss!r} gives margins; train with loss='softmax'")
        shown = self._classifier.shown(_texts(X))
        result = np.zeros_like(shown)
        result[:, self._order] = shown
        total: NDArray[np.float64] = result / result.sum(axis=1, keepdims=True)
        return total


def _texts(X: Iterable[str]) -> tuple[str, ...]:  # noqa: N803
    if isinstance(X, str):
        raise TypeError(f"X is a list of texts, not one: write [{X!r}]")
    texts = tuple(X)
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(f"X[{number}] is not text but {type(text).__name__}")
    return tuple(map(str, texts))
