"""retrieval: whether a new model's queries find what an old model has indexed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlucompress.data.examples import Examples
from nlucompress.errors import DataError
from nlucompress.format import codec
from nlucompress.format.model import Model, require_model
from nlucompress.networks.neural.network import Neural, representing
from nlucompress.stages.measure.evaluate.gallery import Task
from nlucompress.stages.measure.evaluate.retrieval_report import (
    HeadReport,
    RetrievalOptions,
    RetrievalReport,
    gates_of,
)

Float64 = NDArray[np.float64]


def retrieve(
    gallery: Model,
    query: Model,
    queries: Examples,
    items: Examples | None = None,
    reference: Model | None = None,
    options: RetrievalOptions | None = None,
) -> RetrievalReport:
    """Measure retrieval by cosine across two models; items of the query's label are relevant.

    Args:
        gallery: Model that has embedded the gallery: the old one, or the large one.
        query: Model that embeds the queries: the new one, or the small one.
        queries: Labelled texts that ask.
        items: Labelled texts of the gallery; None is the queries, each without itself.
        reference: A new model that was trained without compatibility: what an update could gain.
        options: See RetrievalOptions.

    Raises:
        UsageError: An option is out of range, or a model has no representations.
        DataError: Queries or gallery are empty or too small, share no label, or the two models'
            representations differ in width.
    """
    require_model(gallery, query)
    options = options or RetrievalOptions()
    before, after = representing(gallery, "gallery model"), representing(query, "query model")
    if before.width != after.width:
        raise DataError(
            f"the query model gives {after.width} numbers for a text and the gallery model "
            f"{before.width}: train it with finetune --compatible-with"
        )
    task = Task(queries, items, options.recall)
    old, new = _Embedded.of(before, task), _Embedded.of(after, task)
    best = None
    if reference is not None:
        alone = _Embedded.of(representing(reference, "reference"), task)
        best = task.found(alone.items, alone.asked)
    before_all = task.found(old.items, old.asked)
    across = task.found(old.items, new.asked)
    after_all = task.found(new.items, new.asked)
    gained = across.top1 - before_all.top1
    most = (best or after_all).top1 - before_all.top1
    gain = gained / most if most > 0 else None
    size = codec.size(query)
    return RetrievalReport(
        len(queries),
        len(task.items),
        task.absent,
        before_all,
        across,
        after_all,
        best,
        gained > 0,
        gain,
        _head(before, gallery.labels, queries.labels, old.asked, new.asked),
        size,
        codec.size(gallery),
        gates_of(options, gain, -gained, size),
    )


@dataclass(frozen=True)
class _Embedded:
    """Representations of the items and of the queries."""

    items: Float64
    asked: Float64

    @classmethod
    def of(cls, model: Neural, task: Task) -> _Embedded:
        asked = model.embed(task.queries.texts)
        return cls(asked if task.itself is not None else model.embed(task.items.texts), asked)


def _head(
    old: Neural,
    labels: tuple[str, ...],
    wanted: tuple[str, ...],
    *representations: Float64,
) -> HeadReport | None:
    if old.projected:
        return None
    weight, bias = old.output
    answers = [np.array(labels)[(each @ weight + bias).argmax(axis=1)] for each in representations]
    return HeadReport(*(float((each == np.array(wanted)).mean()) for each in answers))
