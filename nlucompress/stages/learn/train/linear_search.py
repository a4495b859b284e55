"""Which features and penalties a linear model of the squared hinge has, by development data.

Scaling of features and texts, then borders, are compared at one pair of strengths; the best then
walks the path. What is taken, `linear_choice` tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nlucompress.stages.learn.train.linear_choice import (
    Measured,
    Scaling,
    best_of,
    measured,
    surest_of,
)
from nlucompress.stages.learn.train.linear_design import Data, Design, Found
from nlucompress.training.linear import dual
from nlucompress.training.linear.dual import SparseWeights, Strengths

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from nlucompress.progress import Progress
    from nlucompress.stages.learn.train.linear_options import TrainOptions

MIDDLE: Strengths = (3e-4, 2e-5)
# From strong to weak, so that each fit begins near its end.
PATH: tuple[Strengths, ...] = (
    (3e-3, 3e-6),
    (1e-3, 3e-6),
    (1e-3, 1e-5),
    (3e-4, 6e-5),
    (3e-4, 3e-5),
    (3e-4, 1e-5),
    (1e-4, 4e-5),
    (1e-4, 1e-5),
)


def searched(
    data: Data, dev: Data | None, labels: int, options: TrainOptions, progress: Progress | None
) -> Found:
    """Train with the given settings; development data choose those that are not given.

    Raises:
        DataError: No n-gram occurs often enough.
    """
    search = _Search(data, dev, labels, options, progress)
    middle = _given(options, MIDDLE)
    if dev is None:
        borders = options.borders is not False
        scaling = Scaling(borders, bool(options.idf), bool(options.normalize))
        fitted = search.fit(scaling, (middle,))[0]
        told: dict[str, Any] = {**scaling._asdict(), "l2": middle[0], "l1": middle[1]}
        return search.found(scaling, fitted, {**told, "dev_accuracy": None})
    for idf in _either(options.idf):
        for normalize in _either(options.normalize):
            search.tried(Scaling(options.borders is not False, idf, normalize), (middle,))
    first = search.results[surest_of(search.results)].tried.scaling
    if options.borders is None:
        search.tried(first._replace(borders=False), (middle,))
    search.tried(search.results[search.best(first)].tried.scaling, _path(options, search))
    at = search.best(first)
    best, fitted = search.results[at].tried, search.weights[at]
    told = {**asdict(best), "tried": [asdict(each.tried) for each in search.results]}
    if options.refit:
        both = _Search(data.with_others(dev), None, labels, options, progress)
        return both.found(best.scaling, both.fit(best.scaling, ((best.l2, best.l1),))[0], told)
    return search.found(best.scaling, fitted, told)


def _either(given: bool | None) -> tuple[bool, ...]:
    return (False, True) if given is None else (given,)


def _given(options: TrainOptions, usual: Strengths) -> Strengths:
    l2, l1 = usual
    return l2 if options.l2 is None else options.l2, l1 if options.l1 is None else options.l1


def _path(options: TrainOptions, search: _Search) -> list[Strengths]:
    """The strengths of the path that agree with the options and were not tried yet."""
    found = [_given(options, usual) for usual in PATH]
    done = {(each.tried.l2, each.tried.l1) for each in search.results}
    return [each for each in dict.fromkeys(found) if each not in done]


class _Search:
    """Fits on the same data, and what they came to."""

    def __init__(
        self,
        data: Data,
        dev: Data | None,
        labels: int,
        options: TrainOptions,
        progress: Progress | None,
    ) -> None:
        self._data, self._dev, self._labels = data, dev, labels
        self._options, self._progress = options, progress
        self._designs: dict[bool, Design] = {}
        self._held_out: dict[bool, csr_matrix] = {}
        self.results: list[Measured] = []
        self.weights: list[SparseWeights] = []

    def best(self, scaling: Scaling) -> int:
        """The place of the fit that is taken so far, with borders or without, scaled like this."""
        places = [
            at
            for at, each in enumerate(self.results)
            if each.tried.scaling._replace(borders=scaling.borders) == scaling
        ]
        return places[best_of([self.results[at] for at in places])]

    def _design(self, borders: bool) -> Design:
        if borders not in self._designs:
            framed = self._designs.get(True)
            self._designs[borders] = (
                Design.of(self._data.texts, self._options, borders)
                if framed is None or self._options.distinct
                else framed.without_borders()
            )
        return self._designs[borders]

    def fit(self, scaling: Scaling, path: Sequence[Strengths]) -> list[SparseWeights]:
        """The weights of the features themselves, however they were scaled."""
        from scipy.sparse import csr_matrix, diags

        made = self._design(scaling.borders)
        problem = made.fitted(self._data, self._labels)
        scales = made.scales() if scaling.idf else None
        margins = made.margins(scales) if scaling.normalize else None
        if scales is not None:
            x = problem.features
            scaled = csr_matrix((x.data * scales[x.indices], x.indices, x.indptr), x.shape)
            problem = replace(problem, features=scaled)
        if margins is not None:
            problem = replace(problem, weights=(problem.weights / margins**2).astype(np.float32))
        what = f"L2 {path[0][0]:g}" if len(path) == 1 else f"{len(path)} strengths"
        what = f"{what}{', borders' * scaling.borders}{', IDF' * scaling.idf}"
        what = f"{what}{', normalized' * scaling.normalize}"
        if self.results:
            top = max(each.tried.dev_accuracy for each in self.results)
            what = f"{what}, dev so far {100 * top:.2f} %"

        def told(done: float) -> None:
            if self._progress is not None:
                self._progress(what, done)

        iterations = self._options.iterations
        fits = dual.fit_path(problem, path, iterations, progress=told, margins=margins)
        if scales is None:
            return fits
        scale = diags(scales)
        return [
            SparseWeights(csr_matrix(scale @ each.matrix, dtype=np.float32), each.bias, each.passes)
            for each in fits
        ]

    def tried(self, scaling: Scaling, path: Sequence[Strengths]) -> None:
        """Fit along a path and measure on the development data."""
        assert self._dev is not None
        if not path:
            return
        fits = self.fit(scaling, path)
        borders = scaling.borders
        if borders not in self._held_out:
            self._held_out[borders] = self._design(borders).features(self._dev)
        for strengths, fitted in zip(path, fits, strict=True):
            x, targets = self._held_out[borders], self._dev.targets
            self.results.append(measured(fitted, scaling, strengths, x, targets))
            self.weights.append(fitted)

    def found(self, scaling: Scaling, fitted: SparseWeights, figures: dict[str, Any]) -> Found:
        """The model of a fit with these borders and scaling."""
        made = self._design(scaling.borders)
        return Found(made.keys, made.counts, made.featurizer, fitted.matrix, fitted.bias, figures)
