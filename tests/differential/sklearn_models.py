"""scikit-learn: vectorizers of every kind crossed with classifiers, classes and kinds of labels."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.differential import texts
from tests.differential.harness import Case, Texts

NAME, PACKAGE = "scikit-learn", "scikit-learn"
PATTERNS = (r"(?u)\b\w\w+\b", r"(?u)\b\w+\b", r"\S+", r"[a-z]+", r"[\w-]+", r"\w+|[^\w\s]")


def cases(seed: int, count: int, folder: Path) -> Iterator[Case]:
    """Fitted pipelines as `.skops` files."""
    import skops.io
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.pipeline import make_pipeline, make_union

    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        labels = texts.LABELS[: chance.choice((2, 2, 3, 5))]
        data = texts.labelled(chance, 40, labels)
        steps = [_vectorizer(chance)]
        if chance.random() < 0.25:
            steps = [make_union(*steps, _vectorizer(chance))]
        elif chance.random() < 0.3:
            from sklearn.feature_extraction.text import TfidfTransformer

            steps.append(TfidfTransformer(sublinear_tf=chance.random() < 0.5))
        pipeline = make_pipeline(*steps, _classifier(chance, len(labels)))
        kind = chance.choice(("str", "object", "int"))
        named = [label for label, _ in data]
        target = np.array([labels.index(each) for each in named] if kind == "int" else named)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.simplefilter("ignore", UserWarning)
            try:
                pipeline.fit(
                    [text for _, text in data],
                    target.astype(object if kind == "object" else target.dtype),
                )
            except ValueError:  # an empty vocabulary, or negative counts for naive Bayes
                continue
        asked = [texts.text(chance) for _ in range(30)] + ["", " "]
        path = folder / f"{number}.skops"
        skops.io.dump(pipeline, path)
        yield Case(path, f"{seed} {number} {pipeline}", Texts(asked, _answers(pipeline, asked)))


def _vectorizer(chance: random.Random) -> object:
    from sklearn.feature_extraction.text import (
        CountVectorizer,
        HashingVectorizer,
        TfidfVectorizer,
    )

    analyzer = chance.choice(("word", "word", "char", "char_wb"))
    low = chance.randint(1, 3)
    options: dict[str, object] = {
        "analyzer": analyzer,
        "ngram_range": (low, low + chance.randint(0, 2)) if analyzer != "word" else (1, low),
        "lowercase": chance.random() < 0.7,
        "strip_accents": chance.choice((None, None, "unicode", "ascii")),
        "binary": chance.random() < 0.3,
    }
    if analyzer == "word":
        options["token_pattern"] = chance.choice(PATTERNS)
        options["stop_words"] = chance.choice((None, None, ["the", "été", "on"]))
    kind = chance.choice((CountVectorizer, TfidfVectorizer, TfidfVectorizer, HashingVectorizer))
    if kind is HashingVectorizer:
        options["n_features"] = chance.choice((32, 1024, 2**20))
        options["alternate_sign"] = chance.random() < 0.5
        options["norm"] = chance.choice((None, "l1", "l2"))
    if kind is TfidfVectorizer:
        options["norm"] = chance.choice((None, "l1", "l2"))
        options["use_idf"] = chance.random() < 0.8
        options["sublinear_tf"] = chance.random() < 0.4
        options["max_features"] = chance.choice((None, 40))
    return kind(**options)


def _classifier(chance: random.Random, classes: int) -> object:
    from sklearn.linear_model import LogisticRegression, Perceptron, RidgeClassifier, SGDClassifier
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.naive_bayes import ComplementNB, MultinomialNB
    from sklearn.svm import LinearSVC

    made = chance.choice(
        (
            LogisticRegression(C=chance.choice((0.5, 5)), fit_intercept=chance.random() < 0.8),
            LinearSVC(),
            SGDClassifier(loss=chance.choice(("hinge", "log_loss", "modified_huber"))),
            Perceptron(),
            RidgeClassifier(),
            MultinomialNB(alpha=0.5),
            ComplementNB(norm=chance.random() < 0.5),
            OneVsRestClassifier(LogisticRegression()),
        )
    )
    if hasattr(made, "random_state"):
        made.random_state = 1
    return made


def _answers(pipeline: object, asked: list[str]) -> list[dict[str, float]]:
    names = [str(name) for name in pipeline.classes_]  # type: ignore[attr-defined]
    if hasattr(pipeline, "predict_proba"):
        shown = pipeline.predict_proba(asked)
    else:
        shown = pipeline.decision_function(asked)  # type: ignore[attr-defined]
        if shown.ndim == 1:
            shown = np.stack((np.zeros(len(asked)), shown), axis=1)
    return [dict(zip(names, row, strict=True)) for row in shown.tolist()]
