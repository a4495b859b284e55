"""Models of Apache OpenNLP (`.bin`): a zip of a manifest, resources and numbers.

A document categorizer becomes a classifier over texts: its bag of words and n-grams of words are
those of a vectorizer of words between white space. What tags sequences becomes a tagger on given
attributes, the features that the program makes of a token; some of them are its own answers to the
tokens before, as with averaged perceptrons.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nlucompress.errors import FormatError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.model import Model, Network, Table
from nlucompress.importers.opennlp import weights as opennlp
from nlucompress.importers.opennlp.weights import Weights
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading import weights
from nlucompress.io.sources import Opened, opened
from nlucompress.io.zip_archive import Archive

MANIFEST = "manifest.properties"
CATEGORIZER = "DocumentCategorizerME"
NUMBERS = {
    CATEGORIZER: "doccat.model",
    "NameFinderME": "nameFinder.model",
    "POSTaggerME": "pos.model",
    "ChunkerME": "chunker.model",
    "SentenceDetectorME": "sent.model",
    "TokenizerME": "token.model",
}
_BAG = "opennlp.tools.doccat.BagOfWordsFeatureGenerator"
_GRAMS = "opennlp.tools.doccat.NGramFeatureGenerator"
# What a predicate of each generator begins with, and the words of its n-gram.
_GENERATORS = {_BAG: ("bow=", 1), _GRAMS: ("ng=:", 2)}
_WORDS: dict[str, Any] = {
    "analyzer": "word",
    "lowercase": False,
    "accents": "",
    "characters": r"\S",
    "shortest": 1,
    "bounded": False,
    "stop_words": [],
    "weighting": "count",
    "norm": "",
    "vocabulary": False,
    "buckets": 0,
    "signed": False,
}


def recognizes(head: bytes) -> bool:
    """Whether a zip archive's first member is OpenNLP's manifest."""
    return head[:4] == b"PK\x03\x04" and head[30 : 30 + len(MANIFEST)] == MANIFEST.encode()


def read(source: Opened, options: ImportOptions | None = None) -> Model:
    """Read a model; binary64 weights are rounded to float32.

    Raises:
        FormatError: The file is damaged, or a component or its features are not read.
        DataError: A weight is no finite float32.
    """
    with opened(source) as stream:
        archive, where = Archive(stream.read(), stream.name), stream.name
    manifest = _properties(archive.member(MANIFEST))
    component = manifest.get("Component-Name", "")
    if component not in NUMBERS:
        raise FormatError(
            f"{where}: a model of {component[:40] or 'nothing'}; {', '.join(NUMBERS)} are read"
        )
    name = NUMBERS[component]
    numbers = opennlp.parse(archive.member(name), f"{where}: {name}")
    link = "margin" if numbers.kind == "Perceptron" else "softmax"
    bias = matrices.from_dense(np.zeros((1, len(numbers.outcomes)), np.float32))
    network = Network("linear", {"link": link}, {"bias": bias})
    if component != CATEGORIZER:
        table = Table(Strings.of(numbers.predicates), numbers.matrix)
        return Model({"features": table}, network, tuple(numbers.outcomes), weights.FEATURES)
    chosen = manifest.get("doccat.featureGenerators", _BAG).split(",")
    unread = sorted(set(chosen) - set(_GENERATORS))
    if unread or len(set(chosen)) < len(chosen):
        raise FormatError(
            f"{where}: features by {', '.join(unread or chosen)[:80]}; only those of "
            "BagOfWordsFeatureGenerator and NGramFeatureGenerator, once each, are read"
        )
    keys, rows = _keys(numbers, chosen)
    table = Table(Strings.of(keys), numbers.matrix.take(np.array(rows, np.int64)))
    parts = [{**_WORDS, "ngrams": [_GENERATORS[each][1]] * 2} for each in chosen]
    features = {"kind": "vectorizer", "parts": parts}
    return Model({"features": table}, network, tuple(numbers.outcomes), features)


def _keys(numbers: Weights, generators: list[str]) -> tuple[list[str], list[int]]:
    """The vectorizer's keys of the predicates, each with its predicate.

    A word may hold the colon that OpenNLP writes between two: every way to divide a predicate is a
    key of it.
    """
    keys, rows = [], []
    for part, generator in enumerate(generators):
        prefix = f"{part} " if len(generators) > 1 else ""
        begin, words = _GENERATORS[generator]
        for row, predicate in enumerate(numbers.predicates):
            if not predicate.startswith(begin):
                continue
            text = predicate.removeprefix(begin)
            divided = [text] if words == 1 else _halves(text)
            keys += [prefix + each for each in divided]
            rows += [row] * len(divided)
    return keys, rows


def _halves(text: str) -> list[str]:
    """Every two words that a colon between them makes this text of."""
    places = [at for at in range(1, len(text) - 1) if text[at] == ":"]
    return [f"{text[:at]} {text[at + 1 :]}" for at in places]


def _properties(data: bytes) -> dict[str, str]:
    """Names and values of Java's properties, a line each."""
    lines = data.decode("latin-1").splitlines()
    pairs = [line.split("=", 1) for line in lines if "=" in line and line[:1] not in "#!"]
    return {name.strip(): value.strip() for name, value in pairs}
