"""evaluate on tagged sentences: accuracy per token and sentence, F1 of spans, and flips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from nlucompress.algo import metrics
from nlucompress.algo.spans import SpanFigures, span_figures
from nlucompress.data.tagged import Layout, Tagged
from nlucompress.errors import DataError, NluCompressError, UsageError
from nlucompress.format import codec
from nlucompress.format.model import Model, require_model
from nlucompress.networks.crf.attributes import KIND
from nlucompress.networks.tagger import Tagger, is_tagger
from nlucompress.stages.measure.evaluate.comparison import (
    Answers,
    Comparison,
    comparable,
    compare,
    references_of,
)
from nlucompress.stages.measure.evaluate.gates import Gate, Gates, outcomes
from nlucompress.stages.measure.evaluate.texts import require_known
from nlucompress.stages.measure.reported import Reported

Tags = Sequence[Sequence[str]]


@dataclass(frozen=True)
class TagComparison(Comparison):
    """A tagger against one reference: tokens as in Comparison, and whole sentences.

    A sentence flips if the reference got all its tokens right and the model does not. Sentences
    with a token of a label that only one of the two has are left out.

    Attributes:
        sentences: How many are compared.
        sentence_accuracy: Of the reference.
        span_f1: Of the reference.
        span_f1_drop: That less the model's on the same sentences.
        sentence_nfr: Negative flip rate of sentences.
    """

    sentences: int
    sentence_accuracy: float
    span_f1: float
    span_f1_drop: float
    sentence_nfr: float


@dataclass(frozen=True)
class TagReport(Reported):
    """Outcome of an evaluation; rates are fractions, ``accuracy`` that of the tokens.

    ``references`` are the comparisons in the order given, ``unknown_labels`` those of the data
    that the model cannot answer.
    """

    sentences: int
    tokens: int
    accuracy: float
    sentence_accuracy: float
    spans: SpanFigures
    size_bytes: int
    references: tuple[TagComparison, ...]
    gates: tuple[Gate, ...]
    unknown_labels: tuple[str, ...]
    labels: tuple[metrics.LabelFigures, ...]

    @property
    def reference(self) -> TagComparison | None:
        """The first comparison, or the only one; None without."""
        return self.references[0] if self.references else None

    @property
    def passed(self) -> bool:
        """Whether every gate was met."""
        return all(gate.met for gate in self.gates)


def layout_of(model: Model) -> Layout:
    """The layout of the lines that a tagger is measured on: its features tell."""
    return "attributes" if (model.features or {}).get("kind") == KIND else "words"


def evaluate_tags(
    model: Model,
    tagged: Tagged,
    reference: Model | Mapping[str, Model] | None = None,
    gates: Gates | None = None,
) -> TagReport:
    """Measure a tagger; the gates of accuracy and flips are about tokens.

    Args:
        model: The tagger.
        tagged: What it is measured on.
        reference: A tagger that it is to replace, or several by name.
        gates: Bounds; those that compare hold against every reference.

    Raises:
        DataError: There are no sentences, or no label of theirs is known to a model; or a reference
            shares too few labels with the model.
        UsageError: A gate needs a reference, a model does not tag or a reference reads other
            lines, or --confidence is given.
    """
    require_model(model, overlays=True)
    gates = gates or Gates()
    if not len(tagged):
        raise DataError("the data hold no sentences, so there is nothing to measure")
    if gates.confidence is not None:
        raise UsageError("--confidence is for texts: the tokens of a sentence flip together")
    references = references_of(reference)
    gates.check(len(references))
    tagger, truth = Tagger(model), _tokens(tagged.labels)
    require_known(model, truth)
    answers = tagger.tag(tagged.sentences)
    given = _tokens(answers)
    accuracy = float(np.mean([a == b for a, b in zip(truth, given, strict=True)]))
    size = codec.size(model)
    compared = tuple(
        _against(model, old, name, tagged, answers) for name, old in references.items()
    )
    return TagReport(
        len(tagged),
        len(truth),
        accuracy,
        float(_right(tagged.labels, answers).mean()),
        span_figures(tagged.labels, answers),
        size,
        compared,
        outcomes(gates, accuracy, size, compared),
        tuple(sorted(set(truth) - set(model.labels))),
        tuple(metrics.per_label(truth, given)),
    )


def _against(model: Model, old: Model, name: str, tagged: Tagged, after: Tags) -> TagComparison:
    if not is_tagger(old):
        raise UsageError(f"{name}: does not tag tokens as the model does; name a tagger")
    if layout_of(old) != layout_of(model):
        raise UsageError(f"{name}: reads other lines than the model, so no data suit both")
    try:
        tagger = Tagger(old)
        before = tagger.tag(tagged.sentences)
    except NluCompressError as error:
        raise type(error)(f"{name}: {error}") from None
    lengths = [len(sentence) for sentence in tagged.sentences]
    sentence_of = np.repeat(np.arange(len(lengths)), lengths)
    begins = np.concatenate([[0], np.cumsum(lengths)])

    def sureness(places: Sequence[int]) -> list[tuple[float, float]]:
        sentences = sorted({int(sentence_of[at]) for at in places})
        shares = tagger.marginals([tagged.sentences[each] for each in sentences])
        found = dict(zip(sentences, shares, strict=True))
        result = []
        for at in places:
            sentence = int(sentence_of[at])
            token = int(at - begins[sentence])
            shown = found[sentence][token]
            answer = old.labels.index(before[sentence][token])
            score, others = float(shown[answer]), np.delete(shown, answer)
            result.append((score, score - float(others.max()) if len(others) else score))
        return result

    truth = _tokens(tagged.labels)
    answers = Answers(_tokens(tagged.sentences), truth, _tokens(before), _tokens(after), sureness)
    compared = compare(model, old, name, answers, None)
    left_out = ~comparable(model, old, name, truth)
    whole = np.setdiff1d(np.arange(len(lengths)), sentence_of[left_out]).tolist()
    if not whole:
        raise DataError(f"{name}: every sentence has a label that only it or only the model knows")
    labels, old_tags, new_tags = (
        [tags[at] for at in whole] for tags in (tagged.labels, before, after)
    )
    right, f1 = _right(labels, old_tags), span_figures(labels, old_tags).f1
    return TagComparison(
        **vars(compared),
        sentences=len(whole),
        sentence_accuracy=float(right.mean()),
        span_f1=f1,
        span_f1_drop=f1 - span_figures(labels, new_tags).f1,
        sentence_nfr=float((right & ~_right(labels, new_tags)).mean()),
    )


def _tokens(sentences: Tags) -> list[str]:
    """What stands at every token, one sentence after the other."""
    return list(chain.from_iterable(sentences))


def _right(truth: Tags, answers: Tags) -> metrics.Bools:
    """Whether every token of a sentence is right, shape (sentences,)."""
    return np.array([list(a) == list(b) for a, b in zip(truth, answers, strict=True)], np.bool_)
