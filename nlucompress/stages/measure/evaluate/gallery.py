"""Retrieval of labelled texts by their representations."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo import neighbours
from nlucompress.data.examples import Examples
from nlucompress.errors import DataError
from nlucompress.stages.measure.evaluate.retrieval_report import Retrieval

Float64 = NDArray[np.float64]


class Task:
    """Queries, items and which of these are relevant."""

    def __init__(
        self, queries: Examples, items: Examples | None = None, recall: tuple[int, ...] = (1,)
    ) -> None:
        """Look at the labels; ``items`` None is the queries, each without itself.

        Raises:
            DataError: There are none, too few for ``recall``, or none with a query's label.
        """
        self.recall = recall
        self.queries, self.items = queries, queries if items is None else items
        self.itself = np.arange(len(queries)) if items is None else None
        if not len(queries) or not len(self.items):
            raise DataError("there are no queries" if not len(queries) else "the gallery is empty")
        others = len(self.items) - (items is None)
        count = max(recall)
        if count > others:
            raise DataError(f"the gallery has {others} texts to find, too few for --recall {count}")
        self.labels = np.array(self.items.labels)
        self.wanted = np.array(queries.labels)
        names, counts = np.unique(self.labels, return_counts=True)
        at = np.minimum(np.searchsorted(names, self.wanted), len(names) - 1)
        left = np.where(names[at] == self.wanted, counts[at], 0) - (items is None)
        self.absent = int((left <= 0).sum())
        if self.absent == len(queries):
            raise DataError("the gallery has no text of any query's label")

    def found(self, items: Float64, asked: Float64) -> Retrieval:
        """How well queries do among the items, by their representations' cosine."""
        units, others = (neighbours.unit(each.astype(np.float32)) for each in (items, asked))
        index = neighbours.nearest_to(units, others, max(self.recall), self.itself)
        right = self.labels[index] == self.wanted[:, None]
        recall = {k: float(right[:, :k].any(axis=1).mean()) for k in self.recall}
        return Retrieval(float(right[:, 0].mean()), recall)
