"""Where to look next: a few candidates all over the space, then the neighbours of the best.

A beam search that prunes twice: a neighbour that a model of bytes expects to be larger than the
best candidate so far is left out, and so is one that goes further in everything than a candidate
that missed a gate by far. All that are one step away from the best are tried, since it is judged by
them too. The model of bytes is additive, log(bytes) = sum over the axes of an
effect of the axis' value, fitted to all trials by ridge regression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations, product

import numpy as np
from numpy.typing import NDArray

from nlucompress.stages.shrink.compress.choices import Point, Space
from nlucompress.stages.shrink.compress.judge import Judge, Verdict
from nlucompress.stages.shrink.compress.trials import Trial, Trials

Float64 = NDArray[np.float64]

RIDGE = 1e-3
UNSURE = 1.02  # factor by which the model of bytes may be wrong
PRICE = 0.5
FAR = 2.0  # standard errors without doubt


def search(
    trials: Trials,
    judge: Judge,
    beam: int,
    max_size: int | None,
    judged: Callable[[Verdict], None] | None = None,
) -> Verdict:
    """Try candidates until no neighbour of the best promises anything.

    Args:
        trials: Where they are made.
        judge: What they are worth.
        beam: Candidates whose neighbours are looked at.
        max_size: Bytes above which a candidate is of no use, or None.
        judged: Called with what is known of all, each time that it is more.
    """
    space = trials.space
    trials.run(list(product(*(axis.coarse for axis in space.axes))))
    while True:
        verdict = judged_all(judge, trials.found)
        if judged is not None:
            judged(verdict)
        if trials.over:
            return verdict
        best = [trials.found[at].point for at in starts(trials.found, verdict, beam)]
        points = trials.untried(move for point in best for move in moves(space, point))
        points = promising(points, trials.found, verdict, space, max_size)
        points = trials.untried([*steps_from(space, trials.found[verdict.order[0]].point), *points])
        if not points:
            return verdict
        trials.run(points)


def starts(found: Sequence[Trial], verdict: Verdict, beam: int) -> list[int]:
    """Indices of the candidates whose neighbours are tried: the best, and others unlike it.

    Of those that share the value of the first axis the best one may be among them. A candidate
    that misses a gate is as good as one that meets it and is larger by ``PRICE`` in log(bytes) for
    each time the limit that it lies beyond.
    """
    beyond = (verdict.bounds - verdict.limits[:, None]) / np.maximum(
        np.abs(verdict.limits[:, None]), 1e-9
    )
    sizes = np.array([each.size for each in found])
    price = np.log(sizes) + PRICE * np.maximum(beyond, 0).max(axis=0, initial=0)
    if not verdict.names:
        price[list(verdict.order)] = np.arange(len(found))
    chosen = [verdict.order[0]]
    taken = set()
    for at in np.argsort(price, kind="stable").tolist():
        if found[at].point[0] not in taken:
            taken.add(found[at].point[0])
            chosen.append(at)
    return list(dict.fromkeys(chosen))[:beam]


def judged_all(judge: Judge, found: Sequence[Trial]) -> Verdict:
    """What is known of all trials together."""
    sizes, points = [each.size for each in found], [each.point for each in found]
    return judge.verdict(answers_of(found), sizes, points)


def answers_of(found: Sequence[Trial]) -> NDArray[np.int64]:
    """Answers of all trials, shape (trials, answers)."""
    return np.stack([each.answers for each in found])


def moves(space: Space, point: Point) -> Iterator[Point]:
    """A step along one axis, or along one forth and along another one back."""
    yield from steps_from(space, point)
    for forth, back in permutations(range(len(space.axes)), 2):
        yield from moved(space, point, (forth, 1), (back, -1))


def steps_from(space: Space, point: Point) -> Iterator[Point]:
    """A step along one axis."""
    for axis in range(len(space.axes)):
        yield from moved(space, point, (axis, 1))
        yield from moved(space, point, (axis, -1))


def moved(space: Space, point: Point, *steps: tuple[int, int]) -> Iterator[Point]:
    """The place behind steps along axes, if there is one."""
    result = list(point)
    for axis, step in steps:
        result[axis] += step
        if not 0 <= result[axis] < len(space.axes[axis].values):
            return
    yield tuple(result)


def promising(
    points: Sequence[Point],
    found: Sequence[Trial],
    verdict: Verdict,
    space: Space,
    max_size: int | None,
) -> list[Point]:
    """Those that may be smaller than what met every gate, and that are not beyond what failed."""
    if not points:
        return []
    met = [trial.size for trial, ok in zip(found, verdict.met.tolist(), strict=True) if ok]
    bytes_of = size_model(found, space)
    limits = [max_size] if max_size is not None else []
    if verdict.names and met:
        limits.append(min(met))
    far = failures(found, verdict)
    return [
        point
        for point, size in zip(points, bytes_of(points).tolist(), strict=True)
        if all(size <= UNSURE * limit for limit in limits)
        and not (len(far) and (np.array(point) >= far).all(axis=1).any())
    ]


def failures(found: Sequence[Trial], verdict: Verdict) -> NDArray[np.int64]:
    """Places of the trials that miss a gate by far, shape (failures, axes)."""
    points = np.array([each.point for each in found])
    if not verdict.names:
        return points[:0]
    beyond = verdict.figures - FAR * verdict.errors > verdict.limits[:, None]
    result: NDArray[np.int64] = points[beyond.any(axis=0)]
    return result


def size_model(found: Sequence[Trial], space: Space) -> Callable[[Sequence[Point]], Float64]:
    """Bytes that are expected of candidates, fitted to those of the trials."""
    widths = [len(axis.values) for axis in space.axes]
    starts = np.cumsum([0, *widths[:-1]])

    def marked(points: Sequence[Point]) -> Float64:
        result = np.zeros((len(points), sum(widths)))
        np.put_along_axis(result, np.array(points) + starts, 1.0, axis=1)
        return result

    x = marked([each.point for each in found])
    y = np.log([each.size for each in found])
    middle = y.mean()
    effects = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ (y - middle))
    return lambda points: np.exp(middle + marked(points) @ effects)
