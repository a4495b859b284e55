"""The estimator behaves as scikit-learn asks, as far as that applies to texts."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import nlucompress as nc
from tests.workplace import SAMPLE

pytest.importorskip("sklearn")

from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.utils import estimator_checks

from nlucompress.sklearn import CompressedClassifier

# Of scikit-learn's own checks those that need no matrix of numbers. All others hand numbers to
# `fit`, which refuses what is not text.
CHECKS = (
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_get_params_invariance",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_set_params",
)


@pytest.fixture(scope="module")
def data() -> tuple[list[str], np.ndarray[Any, Any]]:
    examples = nc.read_examples(SAMPLE / "dev.tsv")
    return list(examples.texts), np.array(examples.labels)


@pytest.fixture(scope="module")
def fitted(data: tuple[list[str], np.ndarray[Any, Any]]) -> CompressedClassifier:
    return CompressedClassifier().fit(*data)


@pytest.mark.parametrize("name", CHECKS)
def test_the_checks_of_scikit_learn(name: str) -> None:
    check = getattr(estimator_checks, name, None)
    if check is None:
        pytest.skip("this version of scikit-learn has no such check")
    check("CompressedClassifier", CompressedClassifier())


def test_predictions(data: Any, fitted: CompressedClassifier) -> None:
    texts, labels = data
    assert fitted.classes_.tolist() == sorted(set(labels.tolist()))
    found, shown = fitted.predict(texts), fitted.predict_proba(texts)
    assert shown.shape == (len(texts), len(fitted.classes_))
    assert np.allclose(shown.sum(axis=1), 1)
    assert fitted.score(texts, labels) == np.mean(found == labels) > 0.95
    assert (fitted.classes_[shown.argmax(axis=1)] == found).mean() > 0.999
    assert fitted.model_.sealed
    assert set(fitted.model_.labels) == set(labels)


def test_labels_are_of_any_type(data: Any) -> None:
    texts, labels = data
    kept = np.isin(labels, ["lights", "weather"])
    chosen = [text for text, keep in zip(texts, kept, strict=True) if keep]
    numbers = np.where(labels[kept] == "lights", 10, -3)
    made = CompressedClassifier(loss="squared-hinge").fit(chosen, numbers)
    assert made.classes_.tolist() == [-3, 10]
    assert set(made.predict(chosen).tolist()) == {-3, 10}
    with pytest.raises(AttributeError, match="gives margins"):
        made.predict_proba(chosen)


def test_it_travels_and_is_searched(data: Any, fitted: CompressedClassifier) -> None:
    texts, labels = data
    for made in (pickle.loads(pickle.dumps(fitted)), clone(fitted).fit(texts, labels)):
        assert (made.predict_proba(texts[:50]) == fitted.predict_proba(texts[:50])).all()
    assert min(cross_val_score(CompressedClassifier(), texts, labels, cv=2)) > 0.5
    search = GridSearchCV(CompressedClassifier(), {"bits": [2, 5]}, cv=2).fit(texts, labels)
    assert search.best_params_["bits"] in (2, 5)


@pytest.mark.parametrize(
    ("texts", "labels", "error", "said"),
    [
        ("one", ["a"], TypeError, "list of texts"),
        ([1, 2], ["a", "b"], TypeError, r"X\[0\] is not text but int"),
        (["a b", "c d"], ["a"], ValueError, "2 texts, but labels of shape"),
        (["a b", "c d"], ["a", "a"], ValueError, "only one class"),
    ],
)
def test_what_is_refused(texts: Any, labels: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        CompressedClassifier().fit(texts, labels)


def test_it_is_fitted_first() -> None:
    from sklearn.exceptions import NotFittedError

    with pytest.raises(NotFittedError):
        CompressedClassifier().predict(["a"])
