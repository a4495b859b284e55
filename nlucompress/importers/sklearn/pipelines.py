"""Pipelines of scikit-learn to linear models: vectorizers, then a classifier.

The same texts get the same probabilities or margins, or the option that stands against it is named.
Inverse document frequencies and the weights of a union are multiplied into the classifier's; a norm
over a vocabulary keeps them in a table of their own, too. Of two classes the first has no weights:
its score is 0. Of naive Bayes, each row is taken from its mean, which softmax does not see.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError, FormatError
from nlucompress.format.indexes import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.model import Model, Network, Table
from nlucompress.importers.sklearn.estimator import Estimator
from nlucompress.importers.sklearn.vectorizers import Columns, columns_of

Float64 = NDArray[np.float64]

NORMS = "norms"
MARGINS = ("LinearSVC", "Perceptron")
BAYES = ("MultinomialNB", "ComplementNB")
LOGISTIC = ("log_loss", "log")  # the second until scikit-learn 1.1
CLASSIFIERS = ("LogisticRegression", "SGDClassifier", *MARGINS, *BAYES)


def model_of(pipeline: Any, where: str) -> Model:
    """The model of a fitted pipeline.

    Raises:
        FormatError: A step or an option is not supported, which is named, or the parts do not fit.
        DataError: A weight is not finite.
    """
    if not isinstance(pipeline, Estimator) or pipeline.name != "Pipeline":
        found = getattr(pipeline, "name", None) or getattr(pipeline, "what", None)
        found = found or type(pipeline).__name__
        raise FormatError(f"{where}: a {found}, not a Pipeline of vectorizer and classifier")
    steps = [step[1] for step in _list(pipeline.get("steps"), where)]
    steps = [step for step in steps if step is not None and step != "passthrough"]
    if len(steps) < 2 or not all(isinstance(step, Estimator) for step in steps):
        raise FormatError(f"{where}: the pipeline needs a vectorizer and a classifier")
    columns = columns_of(steps[:-1], where)
    coefficients, intercept, link = _classifier(steps[-1], where)
    if coefficients.shape[1] != columns.width:
        raise FormatError(
            f"{where}: the classifier has {coefficients.shape[1]} features, "
            f"the vectorizers make {columns.width}"
        )
    labels = tuple(str(label) for label in np.asarray(steps[-1].get("classes_")).tolist())
    if len(labels) != len(intercept) or len(set(labels)) != len(labels):
        raise FormatError(f"{where}: classes_ does not fit the classifier's weights")
    features = _table(columns, coefficients.T, where)
    tables = {"features": features}
    if any(part["vocabulary"] for part in columns.parts):
        tables[NORMS] = _norms(columns)
    bias = matrices.from_dense(_float32(intercept[None, :], "intercept_", where))
    return Model(
        tables, Network("linear", {"link": link}, {"bias": bias}), labels, columns.features
    )


def _list(value: Any, where: str) -> list[Any]:
    fits = isinstance(value, list) and all(
        isinstance(each, (list, tuple)) and len(each) >= 2 for each in value
    )
    if not fits:
        raise FormatError(f"{where}: the steps of the pipeline are no pairs of name and estimator")
    return list(value)


def _classifier(found: Estimator, where: str) -> tuple[Float64, Float64, str]:
    """Weights, shape (labels, features), intercepts and link."""
    if found.name not in CLASSIFIERS:
        known = ", ".join(CLASSIFIERS)
        raise FormatError(f"{where}: {found.name} is not supported; these are: {known}")
    if found.name in BAYES:
        coefficients = _array(found, "feature_log_prob_", 2, where)
        prior = _array(found, "class_log_prior_", 1, where)
        if not (np.isfinite(coefficients).all() and np.isfinite(prior).all()):
            raise DataError(
                f"{where}: {found.name}: the logarithm of a probability of 0 is not finite; "
                "train it with alpha above 0"
            )
        if found.name == "ComplementNB" and len(prior) > 1:
            prior = np.zeros(len(coefficients))
        return coefficients - coefficients.mean(axis=0), prior - prior.mean(), "softmax"
    coefficients = _array(found, "coef_", 2, where)
    intercept = np.ravel(np.asarray(found.get("intercept_", 0.0), np.float64))
    if len(intercept) != len(coefficients):
        intercept = np.broadcast_to(intercept[:1], len(coefficients))
    link = "softmax"
    if len(coefficients) == 1:
        if found.name == "LogisticRegression" and found.get("multi_class") == "multinomial":
            coefficients, intercept = 2 * coefficients, 2 * intercept
        zeros = np.zeros_like(coefficients)
        coefficients = np.concatenate([zeros, coefficients])
        intercept = np.concatenate([np.zeros(1), intercept])
    elif found.name == "SGDClassifier" or "ovr" in (found.get("multi_class"), _auto(found)):
        link = "one-vs-rest"
    if found.name in MARGINS or (
        found.name == "SGDClassifier" and found.get("loss") not in LOGISTIC
    ):
        link = "clipped" if found.get("loss") == "modified_huber" else "margin"
    return coefficients, intercept, link


def _auto(found: Estimator) -> str:
    """What a logistic regression does with several classes if it is not told."""
    return "ovr" if found.get("solver") == "liblinear" else "multinomial"


def _array(found: Estimator, name: str, dimensions: int, where: str) -> Float64:
    value = found.get(name)
    if value is None:
        raise FormatError(f"{where}: {found.name} has no {name}; was it fitted?")
    if hasattr(value, "toarray"):  # of ``sparsify``
        value = value.toarray()
    array = np.asarray(value)
    if array.dtype.kind not in "fiu" or array.ndim != dimensions or not array.size:
        raise FormatError(f"{where}: {found.name}: {name} is no array of {dimensions} dimensions")
    return array.astype(np.float64)


def _table(columns: Columns, weights: Float64, where: str) -> Table:
    """The rows that say anything, with the vectorizers' factors in them."""
    kept = np.flatnonzero(weights.any(axis=1))
    rows = _float32(weights[kept] * columns.factors(kept)[:, None], "coef_", where)
    keys = Strings.of(columns.key(at) for at in kept.tolist())
    return Table(keys, matrices.smaller(matrices.from_dense(rows)))


def _norms(columns: Columns) -> Table:
    """The factor of every key of the vocabularies that a norm counts."""
    kept = columns.counted()
    factors = columns.frequencies(kept).astype(np.float32)
    keys = Strings.of(columns.key(at) for at in kept.tolist())
    return Table(keys, matrices.from_dense(factors[:, None]))


def _float32(values: Float64, what: str, where: str) -> NDArray[np.float32]:
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        narrow = values.astype(np.float32)
    if not np.isfinite(narrow).all():
        raise DataError(f"{where}: a weight of {what} is no finite float32")
    return narrow
