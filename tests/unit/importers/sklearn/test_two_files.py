"""A vectorizer and a classifier of scikit-learn that were saved apart."""

from __future__ import annotations

import io
import pickle
from typing import Any

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import FormatError, UsageError
from nlucompress.format import codec
from nlucompress.importers.detect import ImportOptions, import_model

sklearn = pytest.importorskip("sklearn")
skops = pytest.importorskip("skops.io")

TEXTS = ["turn it on", "lights on please", "turn it off", "off with the heating", "play a song"]
LABELS = ["on", "on", "off", "off", "play"]


def parts(hashed: bool) -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfTransformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    vectorizer: Any = make_pipeline(CountVectorizer(), TfidfTransformer())
    if hashed:
        vectorizer = HashingVectorizer()
    return vectorizer, LogisticRegression().fit(vectorizer.fit_transform(TEXTS), LABELS)


@pytest.mark.parametrize("hashed", [False, True])
@pytest.mark.parametrize("trusted", [False, True])
def test_two_files_answer_as_one_pipeline(hashed: bool, trusted: bool) -> None:
    vectorizer, classifier = parts(hashed)
    dump = pickle.dumps if trusted else skops.dumps
    options = ImportOptions(vectorizer=io.BytesIO(dump(vectorizer)), trust_pickle=trusted)
    model = import_model(io.BytesIO(dump(classifier)), options)
    asked = [*TEXTS, "song off", ""]
    wanted = classifier.predict_proba(vectorizer.transform(asked))
    found = [dict(zip(each.labels, each.scores, strict=True))
             for each in nc.Classifier(model).predictions(asked, 3)]  # fmt: skip
    rows = np.array([[row[label] for label in classifier.classes_] for row in found])
    assert np.abs(rows - wanted).max() < 2e-6
    if not hashed:
        from sklearn.pipeline import make_pipeline

        whole = import_model(io.BytesIO(skops.dumps(make_pipeline(vectorizer, classifier))))
        assert codec.to_bytes(model) == codec.to_bytes(whole)


def test_what_does_not_fit_is_refused() -> None:
    vectorizer, classifier = parts(False)
    with pytest.raises(FormatError, match="LogisticRegression, not a Pipeline"):
        import_model(io.BytesIO(skops.dumps(classifier)))
    swapped = ImportOptions(vectorizer=io.BytesIO(skops.dumps(classifier)))
    with pytest.raises(FormatError):
        import_model(io.BytesIO(skops.dumps(vectorizer)), swapped)
    other = ImportOptions(vectorizer=io.BytesIO(pickle.dumps(vectorizer)))
    with pytest.raises(FormatError, match="damaged"):
        import_model(io.BytesIO(skops.dumps(classifier)), other)
    with pytest.raises(UsageError, match=r"vectorizer is for skops, sklearn-pickle"):
        import_model(io.BytesIO(b"a 1 2\nb 3 4\n"), other)
