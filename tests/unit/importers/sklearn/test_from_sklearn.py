"""Pipelines of scikit-learn: the same answers, or a refusal that names the option."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nlucompress as nc
from nlucompress.errors import DataError, FormatError
from nlucompress.format import codec
from tests.reference.decoder import open_model

pytest.importorskip("sklearn")
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import (
    CountVectorizer,
    HashingVectorizer,
    TfidfTransformer,
    TfidfVectorizer,
)
from sklearn.linear_model import LogisticRegression, Perceptron, RidgeClassifier, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import ComplementNB, MultinomialNB
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import MaxAbsScaler
from sklearn.svm import LinearSVC

TRAIN = [
    ("turn the in-door lights, on on!", "light"), ("Switch the café lamp off", "light"),
    ("lamp on please", "light"), ("play some JAZZ music", "music"), ("Play Beyoncé", "music"),
    ("stop the music", "music"), ("how is the weather", "weather"),
    ("will it rain in Zürich", "weather"), ("weather in Køge, 3 pm", "weather"),
]  # fmt: skip
TEXTS = (
    "turn the lamp on", "PLAY beyonce", "beyoncé in zurich", "", "unknown things", "a b c d",
    "rain  rain\train\nthe", "the the the lights", "ǅ ﬁ ½ Ⅷ 東京", "e\u0301 cafe\u0301", "x",
    "in-door light! don't -- stop... the-music's on-",
)  # fmt: skip


def fitted(*steps: Any, labels: int = 3) -> Any:
    """A pipeline trained on a few sentences."""
    kept = [pair for pair in TRAIN if labels > 2 or pair[1] != "weather"]
    pipeline = Pipeline([(f"step{at}", step) for at, step in enumerate(steps)])
    return pipeline.fit([text for text, _ in kept], [label for _, label in kept])


def same(pipeline: Any, model: nc.Model, texts: Any = TEXTS) -> None:
    """Hold a model's answers against the pipeline's."""
    classifier = nc.Classifier(model)
    found = [
        dict(zip(each.labels, each.scores, strict=True))
        for each in classifier.predictions(texts, top=len(model.labels))
    ]
    labels = [str(label) for label in pipeline.classes_]
    shown = np.array([[each[label] for label in labels] for each in found])
    if hasattr(pipeline, "predict_proba"):
        assert np.allclose(shown, pipeline.predict_proba(list(texts)), atol=1e-6)
    else:
        decision = pipeline.decision_function(list(texts))
        shown = shown[:, 1] if decision.ndim == 1 else shown
        assert np.allclose(shown, decision, rtol=1e-6, atol=1e-6)


VECTORIZERS: dict[str, Any] = {
    "count": lambda: [CountVectorizer()],
    "n-grams": lambda: [CountVectorizer(ngram_range=(1, 3), binary=True)],
    "pairs alone": lambda: [CountVectorizer(ngram_range=(2, 2), stop_words=["the", "on"])],
    "english": lambda: [CountVectorizer(ngram_range=(1, 2), stop_words="english")],
    "case": lambda: [CountVectorizer(lowercase=False, token_pattern=r"\S+")],
    "accents": lambda: [TfidfVectorizer(strip_accents="unicode")],
    "ascii": lambda: [TfidfVectorizer(strip_accents="ascii", norm="l1")],
    "letters": lambda: [CountVectorizer(token_pattern=r"(?u)\b[a-zA-Z]{3,}\b")],
    "signs": lambda: [CountVectorizer(token_pattern=r"\w+|[^\w\s]")],
    "signs, longer words": lambda: [
        TfidfVectorizer(token_pattern=r"(?u)\b\w\w+\b|[^\s\w]", ngram_range=(1, 2))
    ],
    "hyphens": lambda: [CountVectorizer(token_pattern=r"[\w-]+")],
    "bounded hyphens": lambda: [
        CountVectorizer(token_pattern=r"\b[\w'\-]{2,}\b", stop_words=["the"], ngram_range=(1, 2))
    ],
    "one letter": lambda: [CountVectorizer(token_pattern=r"(?u)\b\w+\b", max_features=9)],
    "char": lambda: [TfidfVectorizer(analyzer="char", ngram_range=(1, 4))],
    "char_wb": lambda: [TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)],
    "long char_wb": lambda: [CountVectorizer(analyzer="char_wb", ngram_range=(5, 7))],
    "no idf": lambda: [TfidfVectorizer(use_idf=False)],
    "no norm": lambda: [TfidfVectorizer(norm=None, smooth_idf=False)],
    "vocabulary": lambda: [TfidfVectorizer(vocabulary=["the", "lamp", "never seen"])],
    "stop words in a vocabulary": lambda: [
        TfidfVectorizer(vocabulary=["the", "lamp", "on", "play"], stop_words=["the", "on"])
    ],
    "english in a vocabulary": lambda: [
        CountVectorizer(vocabulary={"the": 1, "lamp": 0, "music": 2}, stop_words="english")
    ],
    "transformer": lambda: [CountVectorizer(), TfidfTransformer(sublinear_tf=True)],
    "hashing": lambda: [HashingVectorizer(n_features=64)],
    "hashing, no norm": lambda: [
        HashingVectorizer(n_features=32, norm=None, alternate_sign=False, analyzer="char")
    ],
    "hashing, binary": lambda: [HashingVectorizer(n_features=16, binary=True, norm="l1")],
    "hashing, no idf": lambda: [
        HashingVectorizer(n_features=64, norm=None),
        TfidfTransformer(use_idf=False),
    ],
    "hashing, idf": lambda: [HashingVectorizer(n_features=64, norm=None), TfidfTransformer()],
    "union": lambda: [
        FeatureUnion(
            [
                ("words", TfidfVectorizer(ngram_range=(1, 2))),
                ("chars", Pipeline([("c", CountVectorizer(analyzer="char_wb", ngram_range=(2, 3))),
                                    ("t", TfidfTransformer(norm="l1"))])),
                ("hashes", HashingVectorizer(n_features=32)),
                ("not", "drop"),
            ],
            transformer_weights={"words": 2.0, "hashes": 0.25},
        )
    ],
    "nested pipelines": lambda: [
        Pipeline([("c", Pipeline([("c", CountVectorizer())])), ("t", TfidfTransformer())])
    ],
    "nested unions": lambda: [
        FeatureUnion(
            [
                ("inner", FeatureUnion(
                    [("a", CountVectorizer()), ("b", TfidfVectorizer(analyzer="char"))],
                    transformer_weights={"a": 3.0},
                )),
                ("words", Pipeline([("u", FeatureUnion([("c", CountVectorizer(binary=True))]))])),
            ],
            transformer_weights={"inner": 0.5},
        )
    ],
}  # fmt: skip
CLASSIFIERS: dict[str, Any] = {
    "logistic": lambda: LogisticRegression(C=10),
    "svc": lambda: LinearSVC(),
    "sgd hinge": lambda: SGDClassifier(random_state=0),
    "sgd log": lambda: SGDClassifier(loss="log_loss", random_state=0),
    "sgd huber": lambda: SGDClassifier(loss="modified_huber", random_state=0),
    "perceptron": lambda: Perceptron(random_state=0),
    "ridge": lambda: RidgeClassifier(),
    "one-vs-rest logistic": lambda: OneVsRestClassifier(LogisticRegression(C=10)),
    "one-vs-rest svc": lambda: OneVsRestClassifier(LinearSVC()),
    "one-vs-rest bayes": lambda: OneVsRestClassifier(MultinomialNB()),
    "calibrated svc": lambda: CalibratedClassifierCV(LinearSVC(), cv=2, ensemble=False),
    "calibrated logistic": lambda: CalibratedClassifierCV(
        LogisticRegression(), cv=2, ensemble=False
    ),
    "no intercept": lambda: LogisticRegression(fit_intercept=False),
}
BAYES: dict[str, Any] = {
    "multinomial": lambda: MultinomialNB(),
    "complement": lambda: ComplementNB(norm=True),
}


@pytest.mark.parametrize("name", VECTORIZERS)
def test_vectorizers(name: str) -> None:
    pipeline = fitted(*VECTORIZERS[name](), LogisticRegression(C=10))
    same(pipeline, nc.from_sklearn(pipeline))


@pytest.mark.parametrize("labels", [2, 3])
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers(name: str, labels: int) -> None:
    pipeline = fitted(TfidfVectorizer(ngram_range=(1, 2)), CLASSIFIERS[name](), labels=labels)
    same(pipeline, nc.from_sklearn(pipeline))


@pytest.mark.parametrize("labels", [2, 3])
def test_probabilities_of_clipped_margins(labels: int) -> None:
    pipeline = fitted(
        CountVectorizer(), SGDClassifier(loss="modified_huber", random_state=0), labels=labels
    )
    pipeline[-1].coef_ *= 0.1
    pipeline[-1].intercept_ -= 1  # so that all of them are 0 for some texts, but not for others
    model = nc.from_sklearn(pipeline)
    scores = nc.Classifier(model).scores(TEXTS)
    assert ((scores <= -1).all(axis=1).any() and (abs(scores) < 1).any()) or labels == 2
    same(pipeline, model)
    hashed = nc.phash(model, nc.PhashOptions(fingerprint_bits=16))
    same(pipeline, codec.parse(codec.to_bytes(nc.pack(hashed))))


@pytest.mark.parametrize("labels", [2, 3])
@pytest.mark.parametrize("name", BAYES)
def test_naive_bayes(name: str, labels: int) -> None:
    pipeline = fitted(CountVectorizer(), BAYES[name](), labels=labels)
    same(pipeline, nc.from_sklearn(pipeline))


def test_a_sparse_classifier() -> None:
    pipeline = fitted(CountVectorizer(), SGDClassifier(penalty="l1", random_state=0))
    expected = codec.to_bytes(nc.from_sklearn(pipeline))
    pipeline[-1].sparsify()
    assert codec.to_bytes(nc.from_sklearn(pipeline)) == expected


def test_norms_that_are_all_one_are_not_kept() -> None:
    hashing = HashingVectorizer(norm=None)
    model = nc.from_sklearn(fitted(hashing, TfidfTransformer(use_idf=False), LinearSVC()))
    assert list(model.tables) == ["features"]


def test_labels_become_strings() -> None:
    pipeline = Pipeline([("v", CountVectorizer()), ("c", LogisticRegression())])
    pipeline.fit([text for text, _ in TRAIN], np.arange(len(TRAIN)) % 2)
    assert nc.from_sklearn(pipeline).labels == ("0", "1")


@settings(max_examples=40)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=5), st.sampled_from(sorted(VECTORIZERS)))
def test_any_text(texts: list[str], name: str) -> None:
    pipeline = fitted(*VECTORIZERS[name](), LogisticRegression(C=10))
    same(pipeline, nc.from_sklearn(pipeline), texts)


@pytest.mark.parametrize("name", ["union", "char_wb", "hashing", "letters"])
def test_the_stages_take_them(name: str) -> None:
    pipeline = fitted(*VECTORIZERS[name](), LogisticRegression(C=10))
    model = nc.from_sklearn(pipeline)
    hashed = nc.phash(model, nc.PhashOptions(fingerprint_bits=16))
    same(pipeline, codec.parse(codec.to_bytes(nc.pack(hashed))))
    small = nc.pack(nc.phash(nc.quantize(model, nc.QuantizeOptions(bits=6))))
    train = [text for text, _ in TRAIN]
    assert nc.Classifier(small).predict(train) == pipeline.predict(train).tolist()
    if "norms" in model.tables:  # no key that a norm counts is dropped
        rows = small.tables["norms"].matrix.shape[0]
        assert rows == model.tables["norms"].matrix.shape[0]


@pytest.mark.parametrize("name", VECTORIZERS)
def test_the_second_reader_gives_the_same_scores(name: str) -> None:
    model = nc.from_sklearn(fitted(*VECTORIZERS[name](), LogisticRegression(C=10)))
    reader = open_model(codec.to_bytes(model))
    expected = [reader.scores(text) for text in TEXTS]
    assert np.allclose(nc.Classifier(model).scores(TEXTS), expected, rtol=1e-9, atol=1e-9)


def test_dictionaries_become_attributes() -> None:
    rows = [{"word": "on", "length": 2.0}, {"word": "off", "length": 3.0, "x": 1}] * 3
    pipeline = Pipeline([("v", DictVectorizer()), ("c", LogisticRegression())])
    pipeline.fit(rows, ["a", "b"] * 3)
    model = nc.from_sklearn(pipeline)
    items = [[("word=on", 1.0), ("length", 2.0)], [("word=off", 1.0), ("length", 3.0), ("x", 1.0)]]
    assert nc.Tagger(model).tag([items]) == [["a", "b"]]
    scores = np.array(nc.Tagger(model).scores([items])[0])
    assert np.allclose(scores[:, 1], pipeline.decision_function(rows[:2]), atol=1e-6)


def test_attributes_with_another_separator() -> None:
    rows = [{"word": "on"}, {"word": "off", "x": 1}] * 3
    pipeline = Pipeline([("v", DictVectorizer(separator="~")), ("c", LogisticRegression())])
    pipeline.fit(rows, ["a", "b"] * 3)
    model = nc.from_sklearn(pipeline)
    scores = np.array(nc.Tagger(model).scores([[[("word~on", 1.0)], [("word~off", 1.0)]]])[0])
    expected = pipeline.decision_function([{"word": "on"}, {"word": "off"}])
    assert np.allclose(scores[:, 1], expected, atol=1e-6)


def test_a_search_stands_for_its_best_pipeline() -> None:
    pipeline = Pipeline([("v", CountVectorizer()), ("c", LogisticRegression())])
    search = GridSearchCV(pipeline, {"c__C": [0.1, 10]}, cv=2)
    search.fit([text for text, _ in TRAIN], [label for _, label in TRAIN])
    same(search.best_estimator_, nc.from_sklearn(search))


def test_wrapped_classifiers_that_are_not_linear() -> None:
    mean = CalibratedClassifierCV(LinearSVC(), cv=2, ensemble=True)
    with pytest.raises(FormatError, match=r"a mean of 2 classifiers.*ensemble=False"):
        nc.from_sklearn(fitted(CountVectorizer(), mean))
    steps = CalibratedClassifierCV(LinearSVC(), cv=2, ensemble=False, method="isotonic")
    with pytest.raises(FormatError, match="method='isotonic' is not supported"):
        nc.from_sklearn(fitted(CountVectorizer(), steps))
    bayes = CalibratedClassifierCV(MultinomialNB(), cv=2, ensemble=False)
    with pytest.raises(FormatError, match="over a MultinomialNB is not supported"):
        nc.from_sklearn(fitted(CountVectorizer(), bayes))
    clipped = OneVsRestClassifier(SGDClassifier(loss="modified_huber", random_state=0))
    same(pair := fitted(CountVectorizer(), clipped, labels=2), nc.from_sklearn(pair))
    with pytest.raises(FormatError, match=r"modified_huber.* are 0 for all labels of some texts"):
        nc.from_sklearn(fitted(CountVectorizer(), clipped))
    many = Pipeline([("v", CountVectorizer()), ("c", OneVsRestClassifier(LinearSVC()))])
    many.fit([text for text, _ in TRAIN], np.eye(3, dtype=int)[np.arange(len(TRAIN)) % 3])
    with pytest.raises(FormatError, match="labels of type multilabel-indicator"):
        nc.from_sklearn(many)


REFUSED: list[tuple[Any, str]] = [
    (lambda: CountVectorizer(tokenizer=str.split, token_pattern=None), "tokenizer=.*split"),
    (lambda: CountVectorizer(preprocessor=str.lower), "preprocessor="),
    (lambda: CountVectorizer(analyzer=str.split), "analyzer="),
    (lambda: CountVectorizer(token_pattern=r"(\w)\w+"), "token_pattern="),
    (lambda: CountVectorizer(token_pattern=r"(?:a+)+b|[^\w\s]"), "token_pattern="),
    (lambda: CountVectorizer(strip_accents=str.lower), "strip_accents="),
]


@pytest.mark.parametrize(("make", "message"), REFUSED)
def test_what_is_not_supported_is_named(make: Any, message: str) -> None:
    pipeline = fitted(make(), LogisticRegression())
    with pytest.raises(FormatError, match=message):
        nc.from_sklearn(pipeline)


def test_numbers_that_are_not_finite_are_told_of() -> None:
    hashing = HashingVectorizer(n_features=64, norm=None)
    tfidf = TfidfTransformer(smooth_idf=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        pipeline = Pipeline([("h", hashing), ("t", tfidf), ("c", LogisticRegression())])
        pipeline.fit([text for text, _ in TRAIN], [label for _, label in TRAIN])
        bayes = fitted(CountVectorizer(), MultinomialNB(alpha=0, force_alpha=True))
    with pytest.raises(DataError, match=r"of 64 idf_ are not finite.*smooth_idf=True"):
        nc.from_sklearn(pipeline)
    with pytest.raises(DataError, match=r"MultinomialNB: .* alpha above 0"):
        nc.from_sklearn(bayes)


def test_steps_that_are_not_supported_are_named() -> None:
    with pytest.raises(FormatError, match="MaxAbsScaler behind CountVectorizer"):
        nc.from_sklearn(fitted(CountVectorizer(), MaxAbsScaler(), LogisticRegression()))
    with pytest.raises(FormatError, match="norm='l2' before a TfidfTransformer"):
        nc.from_sklearn(fitted(HashingVectorizer(), TfidfTransformer(), LogisticRegression()))
    with pytest.raises(FormatError, match="MaxAbsScaler is not supported; these are: Logistic"):
        nc.from_sklearn(fitted(CountVectorizer(), MaxAbsScaler()))
    with pytest.raises(FormatError, match="no vocabulary_; was it fitted"):
        nc.from_sklearn(Pipeline([("v", CountVectorizer()), ("c", LogisticRegression())]))
    with pytest.raises(FormatError, match="a LogisticRegression, not a Pipeline"):
        nc.from_sklearn(LogisticRegression())
    with pytest.raises(FormatError, match="a dict, not a Pipeline"):
        nc.from_sklearn({})


@pytest.mark.filterwarnings("ignore:Class PassiveAggressiveClassifier:FutureWarning")
@pytest.mark.parametrize("labels", [2, 3])
def test_passive_aggressive_classifiers(labels: int) -> None:
    models = pytest.importorskip("sklearn.linear_model")
    classifier = models.PassiveAggressiveClassifier(random_state=0)
    pipeline = fitted(CountVectorizer(), classifier, labels=labels)
    same(pipeline, nc.from_sklearn(pipeline))
