"""Spans of tagged sentences, and their F1 as conlleval counts it (Tjong Kim Sang 2000)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

OUTSIDE = "O"
Span = tuple[int, int, str]


@dataclass(frozen=True)
class SpanFigures:
    """Precision, recall and F1 over all spans; 0 where undefined."""

    precision: float
    recall: float
    f1: float
    spans: int


def spans_of(tags: Sequence[str]) -> set[Span]:
    """First token, end and type of every span.

    ``B-x`` and ``S-x`` begin a span of type x, ``I-x`` and ``E-x`` go on with one of their type or
    begin one, ``E-x`` and ``S-x`` end it; ``O`` is outside. A tag without such a prefix is a type:
    a run of it is one span.
    """
    found: set[Span] = set()
    begin, open_type = 0, ""
    is_open = False
    for at, tag in enumerate(tags):
        prefix, of_type = _parts(tag)
        if is_open and (prefix in "BSO" or of_type != open_type):
            found.add((begin, at, open_type))
            is_open = False
        if prefix != OUTSIDE and not is_open:
            begin, open_type, is_open = at, of_type, True
        if prefix in "ES":
            found.add((begin, at + 1, open_type))
            is_open = False
    if is_open:
        found.add((begin, len(tags), open_type))
    return found


def _parts(tag: str) -> tuple[str, str]:
    if tag == OUTSIDE:
        return OUTSIDE, ""
    if tag[:2] in ("B-", "I-", "E-", "S-"):
        return tag[0], tag[2:]
    return "I", tag


def span_figures(truth: Sequence[Sequence[str]], answers: Sequence[Sequence[str]]) -> SpanFigures:
    """Figures over sentences; a span is right if its tokens and its type are."""
    gold = [spans_of(tags) for tags in truth]
    given = [spans_of(tags) for tags in answers]
    right = sum(len(a & b) for a, b in zip(gold, given, strict=True))
    of_gold, of_given = sum(map(len, gold)), sum(map(len, given))
    f1 = 2 * right / (of_gold + of_given) if of_gold + of_given else 0.0
    return SpanFigures(right / max(of_given, 1), right / max(of_gold, 1), f1, of_gold)
