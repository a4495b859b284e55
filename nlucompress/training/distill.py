"""Distillation from an older model: what keeps a new one from breaking what the old one got right.

    1/n sum_i lambda (alpha + beta [old right on i]) D(scores_i, old scores_i)

Positive-congruent training (Yan et al. 2021, section 4): with beta above 0 it is focal
distillation. D is half the squared distance of the scores, of which with a margin only the excess
per score counts (after ELODI, Zhao et al. 2022, where the old scores are the mean of an ensemble),
or the Kullback-Leibler divergence of the softened probabilities (Hinton et al. 2015). Both are
convex in the scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nlucompress.training.linear.losses import Float32

Distance = Literal["logits", "kl"]
CURVATURE = {"logits": 1.0, "kl": 0.5}  # upper bounds of D's second derivative by a score


@dataclass(frozen=True)
class Teacher:
    """Scores to stay near.

    Attributes:
        scores: float32, shape (examples, labels): those of the old model.
        weights: float32, shape (examples,): lambda (alpha + beta [old right]); 0 for an example
            that the old model cannot judge.
        distance: ``logits`` or ``kl``.
        temperature: Divides the scores in ``kl``.
        margin: Distance per score that is free, in ``logits``.
        known: Bools, shape (labels,): labels that the old model has; None is all.
    """

    scores: Float32
    weights: Float32
    distance: Distance = "logits"
    temperature: float = 1.0
    margin: float = 0.0
    known: NDArray[np.bool_] | None = None

    def curvature(self) -> Float32:
        """Bound of the term's second derivative by a score, shape (examples,)."""
        return np.float32(CURVATURE[self.distance] / len(self.weights)) * self.weights

    def __call__(self, scores: Float32) -> tuple[float, Float32]:
        """The term and its gradient by the scores, shape (examples, labels)."""
        columns = slice(None) if self.known is None else np.flatnonzero(self.known)
        share = self.weights / np.float32(len(self.weights))
        new, old = scores[:, columns], self.scores[:, columns]
        if self.distance == "kl":
            losses, slope = _divergence(new, old, np.float32(self.temperature))
        else:
            apart = new - old
            slope = apart - np.clip(apart, -np.float32(self.margin), np.float32(self.margin))
            losses = np.einsum("ij,ij->i", slope, slope, dtype=np.float64) / 2
        gradient = np.zeros_like(scores)
        gradient[:, columns] = slope * share[:, None]
        return float(np.einsum("i,i->", losses, share, dtype=np.float64)), gradient


def _divergence(
    new: Float32, old: Float32, temperature: np.float32
) -> tuple[NDArray[np.floating], Float32]:
    """T^2 KL(softmax(old / T) || softmax(new / T)) per example, and its gradient by ``new``."""
    log_new, log_old = _log_softmax(new / temperature), _log_softmax(old / temperature)
    target = np.exp(log_old)
    losses = np.einsum("ij,ij->i", target, log_old - log_new, dtype=np.float64)
    return losses * float(temperature) ** 2, temperature * (np.exp(log_new) - target)


def _log_softmax(scores: Float32) -> Float32:
    shifted = scores - scores.max(axis=1, keepdims=True)
    result: Float32 = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result
