"""evaluate on tagged sentences: accuracy per token and sentence, F1 of spans, and flips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from nlucompress.algo import metrics
from nlucompress.algo.spans import SpanFigures, span_figures
from nlucompress.errors import DataError, UsageError
from nlucompress.format import codec
from nlucompress.format.model import Model
from nlucompress.importers.tagged import Layout, Tagged
from nlucompress.networks.attributes import KIND
from nlucompress.networks.tagger import Tagger
from nlucompress.stages.evaluate import Flip, Gate, Gates

Tags = Sequence[Sequence[str]]


@dataclass(frozen=True)
class TagReference:
    """Comparison with the reference; rates are fractions of the tokens or of the sentences.

    A sentence flips if the reference got all its tokens right and the model does not.
    """

    accuracy: float
    accuracy_drop: float
    sentence_accuracy: float
    span_f1: float
    span_f1_drop: float
    nfr: float
    relative_nfr: float | None
    pfr: float
    agreement: float
    sentence_nfr: float
    size_bytes: int


@dataclass(frozen=True)
class TagReport:
    """Outcome of an evaluation; rates are fractions, ``accuracy`` that of the tokens."""

    sentences: int
    tokens: int
    accuracy: float
    sentence_accuracy: float
    spans: SpanFigures
    size_bytes: int
    reference: TagReference | None
    gates: tuple[Gate, ...]
    unknown_labels: tuple[str, ...]
    labels: tuple[metrics.LabelFigures, ...]
    flips: tuple[Flip, ...]

    @property
    def passed(self) -> bool:
        """Whether every gate was met."""
        return all(gate.met for gate in self.gates)


def layout_of(model: Model) -> Layout:
    """The layout of the lines that a tagger is measured on: its features tell."""
    return "attributes" if (model.features or {}).get("kind") == KIND else "words"


def evaluate_tags(
    model: Model, tagged: Tagged, reference: Model | None = None, gates: Gates | None = None
) -> TagReport:
    """Measure a tagger; the gates of accuracy and flips are about tokens.

    Raises:
        DataError: No label of the data is known to the model.
        UsageError: A gate needs a reference, or a model does not tag.
    """
    gates = gates or Gates()
    needs = gates.max_accuracy_drop is not None or gates.max_nfr is not None
    if needs and reference is None:
        raise UsageError("--max-accuracy-drop and --max-nfr compare with a --reference")
    if reference is not None and layout_of(reference) != layout_of(model):
        raise UsageError("the reference reads other lines than the model, so no data suit both")
    answers = _answers(model, tagged)
    truth = list(chain.from_iterable(tagged.labels))
    given = list(chain.from_iterable(answers))
    spans = span_figures(tagged.labels, answers)
    right = _right(tagged.labels, answers)
    accuracy = float(np.mean([a == b for a, b in zip(truth, given, strict=True)]))
    size = codec.size(model)
    compared = None
    flipped: tuple[Flip, ...] = ()
    if reference is not None:
        old = _answers(reference, tagged)
        flips = metrics.flips(truth, list(chain.from_iterable(old)), given)
        f1 = span_figures(tagged.labels, old).f1
        old_right = _right(tagged.labels, old)
        compared = TagReference(
            flips.accuracy,
            flips.accuracy - accuracy,
            float(old_right.mean()),
            f1,
            f1 - spans.f1,
            flips.nfr,
            flips.relative,
            flips.pfr,
            flips.agreement,
            float((old_right & ~right).mean()),
            codec.size(reference),
        )
        texts = list(chain.from_iterable(tagged.sentences))
        flipped = tuple(
            Flip(texts[at], truth[at], given[at]) for at in np.flatnonzero(flips.negative).tolist()
        )
    return TagReport(
        len(tagged),
        len(truth),
        accuracy,
        float(right.mean()),
        spans,
        size,
        compared,
        tuple(_gates(gates, accuracy, size, compared)),
        tuple(sorted(set(truth) - set(model.labels))),
        tuple(metrics.per_label(truth, given)),
        flipped,
    )


def _answers(model: Model, tagged: Tagged) -> Tags:
    tagger = Tagger(model)
    if {label for sentence in tagged.labels for label in sentence}.isdisjoint(model.labels):
        first = tagged.labels[0][0]
        raise DataError(f"no label of the data is known to the model (the first is {first!r})")
    return tagger.tag(tagged.sentences)


def _right(truth: Tags, answers: Tags) -> metrics.Bools:
    """Whether every token of a sentence is right, shape (sentences,)."""
    return np.array([list(a) == list(b) for a, b in zip(truth, answers, strict=True)], np.bool_)


def _gates(gates: Gates, accuracy: float, size: int, old: TagReference | None) -> list[Gate]:
    slack = 1e-12
    result = []
    if gates.min_accuracy is not None:
        limit = gates.min_accuracy / 100
        result.append(Gate("min_accuracy", limit, accuracy, accuracy >= limit - slack))
    if old is not None:
        for name, percent, value in (
            ("max_accuracy_drop", gates.max_accuracy_drop, old.accuracy_drop),
            ("max_nfr", gates.max_nfr, old.nfr),
        ):
            if percent is not None:
                result.append(Gate(name, percent / 100, value, value <= percent / 100 + slack))
    if gates.max_size is not None:
        result.append(Gate("max_size", gates.max_size, size, size <= gates.max_size))
    return result
