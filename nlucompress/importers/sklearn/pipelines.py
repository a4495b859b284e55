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
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.model import Model, Network, Table
from nlucompress.format.names import NORMS
from nlucompress.importers.sklearn.classifiers import answers_of, labels_of
from nlucompress.importers.sklearn.estimator import Estimator
from nlucompress.importers.sklearn.vectorizers import Columns, columns_of, steps_of

Float64 = NDArray[np.float64]

SEARCHES = ("GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV")


def joined(vectorizer: Any, classifier: Any) -> Estimator:
    """The pipeline of two parts that were saved apart."""
    return Estimator(
        "Pipeline", {"steps": [("vectorizer", vectorizer), ("classifier", classifier)]}
    )


def model_of(pipeline: Any, where: str) -> Model:
    """The model of a fitted pipeline.

    Raises:
        FormatError: A step or an option is not supported, which is named, or the parts do not fit.
        DataError: A weight is not finite.
    """
    while isinstance(pipeline, Estimator) and pipeline.name in SEARCHES:
        pipeline = pipeline.get("best_estimator_")
    if not isinstance(pipeline, Estimator) or pipeline.name != "Pipeline":
        found = getattr(pipeline, "name", None) or getattr(pipeline, "what", None)
        found = found or type(pipeline).__name__
        raise FormatError(f"{where}: a {found}, not a Pipeline of vectorizer and classifier")
    steps = steps_of(pipeline, where)
    if len(steps) < 2 or not all(isinstance(step, Estimator) for step in steps):
        raise FormatError(f"{where}: the pipeline needs a vectorizer and a classifier")
    columns = columns_of(steps[:-1], where)
    coefficients, intercept, link = answers_of(steps[-1], where)
    if coefficients.shape[1] != columns.width:
        raise FormatError(
            f"{where}: the classifier has {coefficients.shape[1]} features, "
            f"the vectorizers make {columns.width}"
        )
    labels = labels_of(steps[-1], where)
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
