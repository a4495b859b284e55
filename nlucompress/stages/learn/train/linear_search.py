"""Which features and penalties a linear model of the squared hinge has, by development data.

Borders and scaling are compared at one pair of strengths; the better of the four then walks the
path. What is taken, `linear_choice` tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from nlucompress.stages.learn.train.linear_choice import Measured, Tried, best_of, measured
from nlucompress.stages.learn.train.linear_design import Data, Design, Found
from nlucompress.training.linear import dual
from nlucompress.training.linear.dual import SparseWeights, Strengths
from nlucompress.training.linear.fit import Problem

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from nlucompress.stages.learn.train.linear_options import Progress, TrainOptions

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
        settings = options.borders is not False, bool(options.idf)
        fitted = search.fit(*settings, (middle,))[0]
        told: dict[str, Any] = dict(zip(("borders", "idf"), settings, strict=True))
        told |= {"l2": middle[0], "l1": middle[1], "dev_accuracy": None}
        return search.found(settings, fitted, told)
    for borders in (True, False) if options.borders is None else (options.borders,):
        for idf in (False, True) if options.idf is None else (options.idf,):
            search.tried(borders, idf, (middle,))
    first = search.best()
    search.tried(first.borders, first.idf, _path(options, search))
    at = best_of(search.results)
    best, fitted = search.results[at].tried, search.weights[at]
    told = {**asdict(best), "tried": [asdict(each.tried) for each in search.results]}
    chosen = best.borders, best.idf
    if options.refit:
        both = _Search(data.with_others(dev), None, labels, options, progress)
        return both.found(chosen, both.fit(*chosen, ((best.l2, best.l1),))[0], told)
    return search.found(chosen, fitted, told)


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

    def best(self) -> Tried:
        """The fit that is taken so far."""
        return self.results[best_of(self.results)].tried

    def _design(self, borders: bool) -> Design:
        if borders not in self._designs:
            framed = self._designs.get(True)
            self._designs[borders] = (
                Design.of(self._data.texts, self._options, borders)
                if framed is None or self._options.distinct
                else framed.without_borders()
            )
        return self._designs[borders]

    def fit(self, borders: bool, idf: bool, path: Sequence[Strengths]) -> list[SparseWeights]:
        """The weights of the features themselves, however they were scaled."""
        from scipy.sparse import csr_matrix, diags

        made = self._design(borders)
        problem = made.fitted(self._data, self._labels)
        scales = made.scales() if idf else None
        if scales is not None:
            x = problem.features
            scaled = csr_matrix((x.data * scales[x.indices], x.indices, x.indptr), x.shape)
            problem = Problem(scaled, problem.targets, problem.labels, problem.weights)
        what = f"L2 {path[0][0]:g}" if len(path) == 1 else f"{len(path)} strengths"

        what = f"{what}{', borders' * borders}{', IDF' * idf}"
        if self.results:
            what = f"{what}, dev so far {100 * self.best().dev_accuracy:.2f} %"

        def told(done: float) -> None:
            if self._progress is not None:
                self._progress(what, done)

        fits = dual.fit_path(problem, path, self._options.iterations, progress=told)
        if scales is None:
            return fits
        scale = diags(scales)
        return [
            SparseWeights(csr_matrix(scale @ each.matrix, dtype=np.float32), each.bias, each.passes)
            for each in fits
        ]

    def tried(self, borders: bool, idf: bool, path: Sequence[Strengths]) -> None:
        """Fit along a path and measure on the development data."""
        assert self._dev is not None
        if not path:
            return
        fits = self.fit(borders, idf, path)
        if borders not in self._held_out:
            self._held_out[borders] = self._design(borders).features(self._dev)
        for (l2, l1), fitted in zip(path, fits, strict=True):
            settings = borders, idf, l2, l1
            x, targets = self._held_out[borders], self._dev.targets
            self.results.append(measured(fitted, settings, x, targets))
            self.weights.append(fitted)

    def found(
        self, settings: tuple[bool, bool], fitted: SparseWeights, figures: dict[str, Any]
    ) -> Found:
        """The model of a fit with these borders and scaling."""
        made = self._design(settings[0])
        return Found(made.keys, made.counts, made.featurizer, fitted.matrix, fitted.bias, figures)
