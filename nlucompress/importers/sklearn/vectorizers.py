"""Vectorizers of scikit-learn to the description of features and the keys of their columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError, FormatError
from nlucompress.importers.sklearn.estimator import Estimator
from nlucompress.importers.sklearn.vectorizer_options import part_of

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

TEXTS = ("CountVectorizer", "TfidfVectorizer", "HashingVectorizer")
MAX_NESTING = 20
ATTRIBUTES = {"kind": "attributes"}


@dataclass(frozen=True)
class Vocabulary:
    """The columns of one vectorizer.

    Attributes:
        width: Number of columns.
        keys: Their keys; None where a column's key is its number.
        idf: Inverse document frequencies, or None.
        scale: Weight in a union.
        part: Description, or None for attributes.
    """

    width: int
    keys: list[str] | None
    idf: Float64 | None
    scale: float
    part: dict[str, Any] | None


@dataclass(frozen=True)
class Columns:
    """The columns of all vectorizers, side by side."""

    vocabularies: Sequence[Vocabulary]

    @property
    def width(self) -> int:
        """Number of columns."""
        return sum(each.width for each in self.vocabularies)

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The descriptions of the vectorizers of texts."""
        return [each.part for each in self.vocabularies if each.part is not None]

    @property
    def features(self) -> dict[str, Any]:
        """The ``features`` of a model."""
        return {"kind": "vectorizer", "parts": self.parts} if self.parts else dict(ATTRIBUTES)

    def _of(self, column: int) -> tuple[int, Vocabulary, int]:
        """The vectorizer of a column, its number, and the column there."""
        for number, each in enumerate(self.vocabularies):
            if column < each.width:
                return number, each, column
            column -= each.width
        raise IndexError(column)

    def key(self, column: int) -> str:
        """The key of a column."""
        number, vocabulary, at = self._of(column)
        name = str(at) if vocabulary.keys is None else vocabulary.keys[at]
        return f"{number} {name}" if len(self.vocabularies) > 1 else name

    def frequencies(self, columns: Int64) -> Float64:
        """Inverse document frequencies, 1 where there are none."""
        found = [
            np.ones(each.width) if each.idf is None else each.idf for each in self.vocabularies
        ]
        result: Float64 = np.concatenate(found)[columns]
        return result

    def factors(self, columns: Int64) -> Float64:
        """What the classifier's weights are multiplied by."""
        scales = np.repeat(
            [each.scale for each in self.vocabularies], [each.width for each in self.vocabularies]
        )
        result: Float64 = self.frequencies(columns) * scales[columns]
        return result

    def counted(self) -> Int64:
        """The columns of vocabularies that a norm counts."""
        kept = [
            np.full(each.width, each.part is not None and each.part["vocabulary"])
            for each in self.vocabularies
        ]
        return np.flatnonzero(np.concatenate(kept))


def steps_of(pipeline: Estimator, where: str) -> list[Any]:
    """The steps of a pipeline, with those of pipelines in it in their places.

    Raises:
        FormatError: They are malformed, or nested too deeply.
    """
    return _steps(pipeline, where, 0)


def _steps(pipeline: Estimator, where: str, nesting: int) -> list[Any]:
    listed = pipeline.get("steps")
    fits = isinstance(listed, list) and all(
        isinstance(each, (list, tuple)) and len(each) >= 2 for each in listed
    )
    if not fits or nesting > MAX_NESTING:
        raise FormatError(f"{where}: the steps of the pipeline are no pairs of name and estimator")
    found: list[Any] = []
    for _, step, *_ in listed:
        if isinstance(step, Estimator) and step.name == "Pipeline":
            found.extend(_steps(step, where, nesting + 1))
        elif step is not None and step != "passthrough":
            found.append(step)
    return found


def columns_of(steps: Sequence[Any], where: str) -> Columns:
    """The columns that a pipeline's steps before the classifier make.

    Raises:
        FormatError: A step or an option is not supported.
    """
    first = steps[0]
    if first.name == "FeatureUnion":
        if len(steps) > 1:
            raise FormatError(f"{where}: {steps[1].name} behind a FeatureUnion is not supported")
        return Columns(_union(first, 1.0, where, 0))
    return Columns([_vocabulary(steps, 1.0, where)])


def _union(union: Estimator, factor: float, where: str, nesting: int) -> list[Vocabulary]:
    if nesting > MAX_NESTING:
        raise FormatError(f"{where}: a FeatureUnion is nested too deeply")
    weights = union.get("transformer_weights") or {}
    found = []
    for name, each in union.get("transformer_list") or []:
        if each in (None, "drop"):
            continue
        steps = [each]
        if isinstance(each, Estimator) and each.name == "Pipeline":
            steps = steps_of(each, where)
        if not steps or not all(isinstance(step, Estimator) for step in steps):
            raise union.refuse(
                "transformer_list", where, f"holds {name!r}, which is not a vectorizer"
            )
        scale = weights.get(name, 1.0)
        if not isinstance(scale, (int, float)) or not np.isfinite(scale):
            raise union.refuse("transformer_weights", where)
        if len(steps) == 1 and steps[0].name == "FeatureUnion":
            found.extend(_union(steps[0], factor * scale, where, nesting + 1))
        else:
            found.append(_vocabulary(steps, factor * scale, where))
    if not found or any(each.part is None for each in found):
        raise FormatError(f"{where}: a FeatureUnion of other than vectorizers of texts")
    return found


def _vocabulary(steps: Sequence[Estimator], scale: float, where: str) -> Vocabulary:
    """One vectorizer and perhaps a TfidfTransformer behind it."""
    first, *others = steps
    if [step.name for step in others] not in ([], ["TfidfTransformer"]):
        raise FormatError(f"{where}: {others[-1].name} behind {first.name} is not supported")
    tfidf = others[0] if others else None
    if first.name == "DictVectorizer":
        if tfidf is not None:
            raise FormatError(f"{where}: TfidfTransformer behind DictVectorizer is not supported")
        names = _keys(first, where)
        return Vocabulary(len(names), names, None, scale, None)
    if first.name not in TEXTS:
        known = ", ".join((*TEXTS, "DictVectorizer"))
        raise FormatError(f"{where}: {first.name} is not supported; these are: {known}")
    if first.name == "TfidfVectorizer":
        if tfidf is not None:
            raise FormatError(f"{where}: TfidfTransformer behind TfidfVectorizer is not supported")
        tfidf = first.get("_tfidf")
        if not isinstance(tfidf, Estimator):
            raise FormatError(f"{where}: TfidfVectorizer has no _tfidf; was it fitted?")
    hashing = first.name == "HashingVectorizer"
    keys = None if hashing else _keys(first, where)
    width = first.get("n_features") if keys is None else len(keys)
    if type(width) is not int or not 0 < width < 1 << 31:
        raise first.refuse("n_features", where)
    part = part_of(first, tfidf, hashing, width, where)
    return Vocabulary(width, keys, _idf(tfidf, width, where), scale, part)


def _idf(tfidf: Estimator | None, width: int, where: str) -> Float64 | None:
    if tfidf is None or not tfidf.get("use_idf"):
        return None
    value = tfidf.get("idf_")
    if value is None and hasattr(tfidf.get("_idf_diag"), "diagonal"):  # until scikit-learn 1.5
        value = tfidf.get("_idf_diag").diagonal()
    idf = np.ravel(np.asarray([] if value is None else value))
    if idf.dtype.kind != "f" or len(idf) != width:
        raise FormatError(f"{where}: idf_ does not fit the vocabulary; was it fitted?")
    if not np.isfinite(idf).all():
        raise DataError(
            f"{where}: {tfidf.name}: {np.count_nonzero(~np.isfinite(idf)):,} of {width:,} idf_ are "
            "not finite: the columns that no training text has; fit it with smooth_idf=True"
        )
    return idf.astype(np.float64)


def _keys(first: Estimator, where: str) -> list[str]:
    found = first.get("vocabulary_")
    if not isinstance(found, dict) or not found:
        raise FormatError(f"{where}: {first.name} has no vocabulary_; was it fitted?")
    keys = [""] * len(found)
    seen = np.zeros(len(found), np.bool_)
    for key, column in found.items():
        whole = isinstance(column, (int, np.integer)) and 0 <= column < len(found)
        if not isinstance(key, str) or not whole or seen[column]:
            raise FormatError(f"{where}: vocabulary_ has no key for each column, or two for one")
        keys[int(column)], seen[column] = key, True
    return keys
