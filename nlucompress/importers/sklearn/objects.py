"""Fitted pipelines of scikit-learn in memory, or in a pickle that somebody vouches for."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from nlucompress.errors import FormatError, UsageError
from nlucompress.format.model import Model
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.sklearn.estimator import Estimator, Opaque
from nlucompress.importers.sklearn.pipelines import joined, model_of
from nlucompress.io.sources import Opened, opened

_PLAIN = (type(None), bool, int, float, str)


def from_sklearn(pipeline: object) -> Model:
    """A model that answers as a fitted pipeline of scikit-learn does.

    The pipeline has a vectorizer of texts (CountVectorizer, TfidfVectorizer, HashingVectorizer, a
    FeatureUnion of them, each perhaps with a TfidfTransformer) or a DictVectorizer, then a
    classifier: LogisticRegression, LinearSVC, SGDClassifier, Perceptron, RidgeClassifier,
    PassiveAggressiveClassifier, MultinomialNB, ComplementNB, OneVsRestClassifier of these or
    CalibratedClassifierCV (``ensemble=False``, ``method="sigmoid"``). A search over pipelines
    stands for the best one. Probabilities, or margins where it has none, are the same to about
    1e-6; of two classes the score of the first is 0.

    Raises:
        FormatError: A step or an option is not supported; the message names it.
        DataError: A weight is not finite.
    """
    return model_of(_plain(pipeline), "the pipeline")


def read(source: Opened, options: ImportOptions) -> Model:
    """Read a pickle, plain or of joblib, and what is pickled in it; this runs code of the file.

    Raises:
        UsageError: scikit-learn is not installed.
        FormatError: It is not a pipeline, or one that is not supported.
    """
    found = _loaded(source)
    if options.vectorizer is not None:
        vectorizer = _loaded(options.vectorizer)
        return model_of(joined(vectorizer[0], found[0]), found[1])
    return model_of(*found)


def _loaded(source: Opened) -> tuple[Any, str]:
    """What is pickled in a file, in plain values, and the file's name."""
    with opened(source) as stream:
        data, where = stream.read(), stream.name
    try:
        import joblib
    except ImportError:
        raise UsageError(
            f"{where}: pickles are opened by scikit-learn: pip install 'nlucompress[sklearn]'"
        ) from None
    try:
        found = joblib.load(BytesIO(data))
    except Exception as error:  # a pickle may raise anything
        raise FormatError(f"{where}: the pickle does not open: {error!r:.200}") from None
    return _plain(found), where


def _plain(value: Any) -> Any:
    """An object in the values that an ``Estimator`` holds."""
    import numpy as np

    if isinstance(value, (*_PLAIN, np.ndarray)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, (set, frozenset)):
        return frozenset(value)
    kind = type(value)
    known = hasattr(value, "get_params") or kind.__name__ == "_CalibratedClassifier"
    if kind.__module__.startswith("sklearn.") and known:
        return Estimator(kind.__name__, {name: _plain(each) for name, each in vars(value).items()})
    if kind.__module__.startswith("scipy."):
        return value
    return Opaque(getattr(value, "__qualname__", kind.__qualname__))
