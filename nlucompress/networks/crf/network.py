"""The linear-chain conditional random field (Lafferty et al. 2001): decoding of one sentence.

Score of a labelling y: sum over t of scores[t, y_t] + sum over t > 0 of transitions[y_(t-1), y_t].
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format.model import Model
from nlucompress.networks import overlays

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

KIND = "crf"
TRANSITIONS = "transitions"
MAX_LABELS = 2048  # transitions take the square of it, however few bytes a file spends on them


def transitions_of(model: Model) -> Float64:
    """The transitions of a model of kind ``crf``: row = label before, column = label after.

    With what overlays add to them.

    Raises:
        FormatError: They are missing, or do not fit the labels.
    """
    network, count = model.network, model.own_labels
    if network is None or TRANSITIONS not in network.tensors or network.settings:
        raise FormatError("a crf model needs a tensor 'transitions' and no settings")
    if not 1 <= count <= len(model.labels) <= MAX_LABELS:
        raise FormatError(f"a crf model has 1 to {MAX_LABELS:,} labels, not {len(model.labels):,}")
    matrix = network.tensors[TRANSITIONS]
    if matrix.shape != (count, count):
        raise FormatError(f"tensor 'transitions' has shape {matrix.shape}, not labels x labels")
    return overlays.with_changes(model, matrix.rows(np.arange(count)).astype(np.float64))


def viterbi(scores: Float64, transitions: Float64) -> Int64:
    """The labelling of the highest score (Viterbi 1967), shape (tokens,).

    Of equal scores the lowest label wins: at the last token, and as the one before each label.

    Args:
        scores: Of each token and label, shape (tokens, labels).
        transitions: Shape (labels, labels), row = label before.
    """
    tokens, labels = scores.shape
    best = np.zeros(tokens, np.int64)
    if not tokens:
        return best
    before = np.zeros((tokens, labels), np.uint16)
    reached = scores[0]
    into = np.ascontiguousarray(transitions.T)
    at = np.arange(labels)
    for t in range(1, tokens):
        paths = into + reached
        before[t] = choice = paths.argmax(axis=1)
        reached = scores[t] + paths[at, choice]
    best[-1] = reached.argmax()
    for t in range(tokens - 1, 0, -1):
        best[t - 1] = before[t, best[t]]
    return best


def marginals(scores: Float64, transitions: Float64) -> Float64:
    """Probability of each label at each token over all labellings, shape (tokens, labels).

    Forward-backward in log space (Rabiner 1989, section III): with a, b the logarithms of the sums
    over all that comes before and after, p[t, j] = exp(a[t, j] + b[t, j] - log Z).
    """
    tokens = len(scores)
    forward = np.array(scores)
    backward = np.zeros_like(scores)
    into = np.ascontiguousarray(transitions.T)
    for t in range(1, tokens):
        forward[t] += _logsumexp(into + forward[t - 1])
        back = tokens - 1 - t
        backward[back] = _logsumexp(transitions + (scores[back + 1] + backward[back + 1]))
    joint = forward + backward
    raised = np.exp(joint - _logsumexp(joint)[:, None])
    result: Float64 = raised / raised.sum(axis=1, keepdims=True)
    return result


def _logsumexp(values: Float64) -> Float64:
    """log(sum(exp(v))) along the last axis; every row has a finite highest value."""
    highest = values.max(axis=1)
    result: Float64 = highest + np.log(np.exp(values - highest[:, None]).sum(axis=1))
    return result
