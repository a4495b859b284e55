"""Fitted classifiers of scikit-learn to weights, intercepts and the link of a linear model."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError, FormatError
from nlucompress.importers.sklearn.estimator import Estimator

Float64 = NDArray[np.float64]
Answers = tuple[Float64, Float64, str]

MARGINS = ("LinearSVC", "Perceptron", "RidgeClassifier", "PassiveAggressiveClassifier")
BAYES = ("MultinomialNB", "ComplementNB")
LOGISTIC = ("log_loss", "log")  # the second until scikit-learn 1.1
WRAPPERS = ("OneVsRestClassifier", "CalibratedClassifierCV")
CLASSIFIERS = ("LogisticRegression", "SGDClassifier", *MARGINS, *BAYES, *WRAPPERS)
# What a binary classifier's link is to one of many labels.
_OF_MANY = {"softmax": "one-vs-rest", "margin": "margin"}


def answers_of(found: Estimator, where: str) -> Answers:
    """Weights, shape (labels, features), intercepts and link; of two labels the first has zeros.

    Raises:
        FormatError: The classifier is not supported, or not fitted.
        DataError: A probability is 0.
    """
    if found.name not in CLASSIFIERS:
        known = ", ".join(CLASSIFIERS)
        raise FormatError(f"{where}: {found.name} is not supported; these are: {known}")
    if found.name in BAYES:
        return _bayes(found, where)
    if found.name == "OneVsRestClassifier":
        return _one_vs_rest(found, where)
    if found.name == "CalibratedClassifierCV":
        return _calibrated(found, where)
    coefficients = _array(found, "coef_", 2, where)
    intercept = np.ravel(np.asarray(found.get("intercept_", 0.0), np.float64))
    if len(intercept) != len(coefficients):
        intercept = np.broadcast_to(intercept[:1], len(coefficients))
    link = "softmax"
    if len(coefficients) == 1:
        if found.name == "LogisticRegression" and found.get("multi_class") == "multinomial":
            coefficients, intercept = 2 * coefficients, 2 * intercept
        coefficients, intercept = _after_zeros(coefficients, intercept)
    elif found.name == "SGDClassifier" or "ovr" in (found.get("multi_class"), _auto(found)):
        link = "one-vs-rest"
    if found.name in MARGINS or (
        found.name == "SGDClassifier" and found.get("loss") not in LOGISTIC
    ):
        link = "clipped" if found.get("loss") == "modified_huber" else "margin"
    return coefficients, intercept, link


def labels_of(found: Estimator, where: str) -> tuple[str, ...]:
    """The labels, as strings.

    Raises:
        FormatError: There are none.
    """
    value = found.get("classes_")
    for name in ("_label_binarizer", "label_binarizer_"):
        if value is None and isinstance(found.get(name), Estimator):
            value = found.get(name).get("classes_")
    labels = np.asarray([] if value is None else value)
    if labels.ndim != 1 or not len(labels):
        raise FormatError(f"{where}: {found.name} has no classes_; was it fitted?")
    return tuple(str(label) for label in labels.tolist())


def _after_zeros(coefficients: Float64, intercept: Float64) -> tuple[Float64, Float64]:
    """The weights of the second of two labels, behind those of the first."""
    return np.concatenate([0 * coefficients, coefficients]), np.concatenate([[0.0], intercept])


def _bayes(found: Estimator, where: str) -> Answers:
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


def _one_vs_rest(found: Estimator, where: str) -> Answers:
    """One classifier of two labels each; of two labels there is only the second's."""
    inner = found.get("estimators_")
    binarizer = found.get("label_binarizer_")
    if not isinstance(inner, list) or not all(isinstance(each, Estimator) for each in inner):
        raise FormatError(f"{where}: {found.name} has no estimators_; was it fitted?")
    kind = str(binarizer.get("y_type_")) if isinstance(binarizer, Estimator) else "unknown"
    if kind not in ("binary", "multiclass"):
        raise FormatError(f"{where}: {found.name}: labels of type {kind[:40]} are not supported")
    rows, intercepts, links = [], [], set()
    for each in inner:
        coefficients, intercept, link = answers_of(each, where)
        if link == "clipped" and len(inner) > 1:
            raise FormatError(
                f"{where}: {found.name}: the probabilities of loss='modified_huber' are 0 for all "
                "labels of some texts; train SGDClassifier by itself, which has even shares there"
            )
        if len(coefficients) != 2:
            raise FormatError(f"{where}: {found.name} holds a {each.name} of several labels")
        rows.append(coefficients[1] - coefficients[0])
        intercepts.append(intercept[1] - intercept[0])
        links.add(link)
    if len(links) != 1 or len({len(row) for row in rows}) != 1:
        raise FormatError(f"{where}: {found.name} holds classifiers that do not fit together")
    weights, biases = np.array(rows), np.array(intercepts)
    if len(rows) == 1:
        return *_after_zeros(weights, biases), links.pop()
    return weights, biases, _OF_MANY[links.pop()]


def _calibrated(found: Estimator, where: str) -> Answers:
    """Margins with a sigmoid behind each: p = 1 / (1 + exp(a * margin + b)), Platt 1999."""
    folds = found.get("calibrated_classifiers_")
    if not isinstance(folds, list) or not all(isinstance(each, Estimator) for each in folds):
        raise FormatError(f"{where}: {found.name} has no calibrated_classifiers_; was it fitted?")
    if len(folds) != 1:
        raise FormatError(
            f"{where}: {found.name} is a mean of {len(folds)} classifiers, which is not linear; "
            "fit it with ensemble=False"
        )
    inner, calibrators = folds[0].get("estimator"), folds[0].get("calibrators")
    while isinstance(inner, Estimator) and inner.name == "FrozenEstimator":
        inner = inner.get("estimator")
    sigmoids = isinstance(calibrators, list) and all(
        isinstance(each, Estimator) and each.name == "_SigmoidCalibration" for each in calibrators
    )
    if not sigmoids:
        raise found.refuse("method", where, "is not supported; 'sigmoid' is")
    if not isinstance(inner, Estimator) or inner.name in (*BAYES, *WRAPPERS):
        name = inner.name if isinstance(inner, Estimator) else "function"
        raise FormatError(f"{where}: {found.name} over a {name} is not supported")
    coefficients, intercept, _ = answers_of(inner, where)
    if len(coefficients) == 2:
        coefficients, intercept = coefficients[1:], intercept[1:]
    slopes = np.array([[float(each.get(name)) for name in ("a_", "b_")] for each in calibrators])
    if len(slopes) != len(coefficients):
        raise FormatError(f"{where}: {found.name}: there is no calibrator for each label")
    weights, biases = -slopes[:, :1] * coefficients, -slopes[:, 0] * intercept - slopes[:, 1]
    if len(weights) == 1:
        return *_after_zeros(weights, biases), "softmax"
    return weights, biases, "one-vs-rest"


def _auto(found: Estimator) -> str:
    """What a logistic regression does with several classes if it is not told."""
    return "ovr" if found.get("solver") == "liblinear" else "multinomial"


def _array(found: Estimator, name: str, dimensions: int, where: str) -> Float64:
    value: Any = found.get(name)
    if value is None:
        raise FormatError(f"{where}: {found.name} has no {name}; was it fitted?")
    if hasattr(value, "toarray"):  # of ``sparsify``
        value = value.toarray()
    array = np.asarray(value)
    if found.name == "RidgeClassifier" and name == "coef_":  # of two labels, a vector
        array = np.atleast_2d(array)
    if array.dtype.kind not in "fiu" or array.ndim != dimensions or not array.size:
        raise FormatError(
            f"{where}: {found.name}: {name} is not an array of {dimensions} dimensions"
        )
    return array.astype(np.float64)
