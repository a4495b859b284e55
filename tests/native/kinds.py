"""Models of the kinds that people import, made by hand: vectorizers, fastText, taggers."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

import numpy as np

import nlucompress as nc
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import Dense, Matrix, from_dense
from nlucompress.format.matrices.pq import ProductQuantized, code_numbers
from nlucompress.format.model import Model, Network, Table
from nlucompress.networks.fasttext.subwords import Subwords
from nlucompress.networks.linear.vectorizer import Vectorizer

LABELS = ("on", "off", "caf\u00e9 au lait")
PLAIN: dict[str, Any] = {
    "analyzer": "word",
    "ngrams": [1, 2],
    "lowercase": True,
    "accents": "",
    "characters": r"\w",
    "shortest": 2,
    "bounded": True,
    "stop_words": [],
    "weighting": "count",
    "norm": "l2",
    "vocabulary": False,
    "buckets": 0,
    "signed": False,
}
CHANGES: dict[str, list[dict[str, Any]]] = {
    "plain": [{}],
    "stop words": [{"stop_words": ["the", "\u00e9t\u00e9", "o'clock", "\u03bf\u03b4\u03cc\u03c2"]}],
    "case": [{"lowercase": False, "norm": "", "bounded": False, "shortest": 1}],
    "signs": [{"characters": r"[\w'-]|[^\w\s]", "weighting": "logarithm", "norm": "l1"}],
    "letters": [{"characters": "[a-z0-9_]", "shortest": 1, "weighting": "binary"}],
    "spaces": [{"characters": r"\S", "bounded": False, "ngrams": [2, 3]}],
    "hyphens": [{"characters": r"[\w-]", "vocabulary": True, "shortest": 3}],
    "chars": [{"analyzer": "char", "ngrams": [1, 4], "vocabulary": True, "norm": "l1"}],
    "within": [{"analyzer": "char_wb", "ngrams": [2, 5], "weighting": "logarithm"}],
    "hashed": [{"buckets": 64, "signed": True}],
    "hashed chars": [{"analyzer": "char_wb", "ngrams": [3, 3], "buckets": 50, "norm": "l1"}],
    "hashed once": [{"buckets": 16, "signed": True, "weighting": "binary", "norm": ""}],
    "union": [
        {},
        {"analyzer": "char", "ngrams": [3, 3], "vocabulary": True},
        {"buckets": 30, "signed": True, "norm": ""},
        {"characters": r"[A-Z]", "lowercase": False, "shortest": 1},
    ],
}
TEXTS = [
    "turn the heating on",
    "  Turn\tOFF   the\n\nheating, please!! o'clock it's ",
    "well-known -- state-of-the-art a-b-c- -x- ___ a_b 7up 3.14 \u00bd \u0664 x\u00b2",
    "\u00c9T\u00c9 \u00e9t\u00e9 e\u0301te\u0301 na\u00efve STRASSE \u1e9e \ufb01nd"
    " \u0130stanbul I\u0307",
    "\u039f\u0394\u039f\u03a3 \u039f\u0394\u039f\u03a3. \u039f\u0394\u039f\u03a3\u0391 \u03a3"
    " a\u03a3b a\u03a3"
    " \u0345\u03a3 a\u00ad\u03a3 a\u03a3\u00ad a\u03a3\u00adb 1\u03a3 \u1d2c\u03a3"
    " a'\u03a3'b",
    "\u4e2d\u6587\u5b57 \u0928\u093f\u0930\u094d\u0926\u0947\u0936 \ud55c\uae00"
    " \U0001f600 \U00020000 \u0301",
    "a\u00a0b\u2003c\u3000d\u0085e\u001cf\u200bg\u2028h",
    "",
    " ",
    "x",
    "the the the the heating heating",
    "a" * 300 + " " + "b c " * 60,
]
RAW = [
    b"bad \xff\xfe utf8 \xc3 \xe2\x82 x\xe2\x82\xacy \xed\xa0\x80 \xf0\x9f\x98",
    b"nul\x00in \x01",
]
SENTENCES = [
    ["w=the\tb:2", "w=car\tb:-0.5", "", "w=caf\u00e9\tb"],
    ["w\\:x:1.5\ta\\\\b\tw=the:3e0", "b:.25\tb:1.\tb", "unknown:1e30\t\t\tb:", "b\\"],
    ["b:100000000000000000000000000000", "b:-1E+2\tw=car", "b:0.30000000000000000001"],
    ["b"],
    [],
    ["w=the", "w=car"] * 40,
]
ATTRIBUTES = ("b", "w=the", "w=car", "w=caf\u00e9", "w:x", "a\\b", "b\\")


def table(keys: list[str], columns: int, seed: int) -> Table:
    """Random rows of quarters, so that sums are exact in any order."""
    generator = np.random.default_rng(seed)
    rows = generator.integers(-8, 9, (len(keys), columns)).astype(np.float32) / 4
    return Table(Strings.of(keys), from_dense(rows))


def linear(features: dict[str, Any], tables: dict[str, Table]) -> Model:
    """A linear model over features."""
    bias = from_dense(np.array([[0.25, -0.5, 0.125]], np.float32))
    return Model(tables, Network("linear", {"link": "softmax"}, {"bias": bias}), LABELS, features)


def vectorizers() -> Iterator[tuple[str, Model]]:
    """Models over vectorizers of many options; their tables know half of the keys."""
    for name, changes in CHANGES.items():
        features: dict[str, Any] = {
            "kind": "vectorizer",
            "parts": [{**PLAIN, **each} for each in changes],
        }
        free = [{**part, "vocabulary": False} for part in features["parts"]]
        values = Vectorizer({**features, "parts": free}, None)(TEXTS)
        keys = sorted(set().union(*values))
        known = random.Random(1).sample(keys, len(keys) // 2)
        tables = {"features": table(known, len(LABELS), 1)}
        if any(part["vocabulary"] for part in features["parts"]):
            tables["norms"] = table(known[::2], 1, 2)
        yield name, linear(features, tables)


def product_quantized(
    rows: int, columns: int, size: int, seed: int, norms: bool
) -> ProductQuantized:
    """Rows of vectors of this size each, the last one shorter where they do not fit."""
    generator = np.random.default_rng(seed)
    pieces = -(-columns // size)
    codes = generator.integers(0, 5, (rows, pieces)).astype(np.uint8)
    centroids = generator.integers(-4, 5, (pieces * 5, size)).astype(np.float32) / 4
    scales = product_quantized(rows, 1, 1, seed + 1, norms=False) if norms else None
    return ProductQuantized(columns, Dense(code_numbers(5), codes), from_dense(centroids), scales)


def fasttexts() -> Iterator[tuple[str, Model]]:
    """fastText's classifiers: every loss, with and without n-grams, quantized or not."""
    losses = ("softmax", "one-vs-all", "hierarchical-softmax")
    shapes = (
        Subwords(2, 4, 2, 40),
        Subwords(0, 0, 3, 30),
        Subwords(1, 1, 1, 9),
        Subwords(0, 0, 1, 0),
    )
    for loss, split, quantized in itertools.product(losses, shapes, (False, True)):
        keys = sorted({key for text in TEXTS for key in split.text(text)} | {"__label__known"})
        known = [key for number, key in enumerate(keys) if number % 5]
        rows = len(LABELS) - (loss == "hierarchical-softmax")
        output: Matrix = table([str(row) for row in range(rows)], 5, 4).matrix
        embeddings = table(known, 5, 3)
        if quantized:
            output = product_quantized(rows, 5, 2, 5, norms=False)
            matrix = product_quantized(len(known), 5, 2, 6, norms=split.words > 1)
            embeddings = Table(Strings.of(known), matrix)
        settings = {"loss": loss, **({"tree": "2"} if rows < len(LABELS) else {})}
        network = Network("fasttext", settings, {"output": output})
        name = f"{loss} {split.shortest}-{split.longest} {split.words} {quantized}"
        yield name, Model({"embeddings": embeddings}, network, LABELS, split.describe())


def taggers() -> Iterator[tuple[str, Model]]:
    """A conditional random field and a linear tagger, with and without bounds."""
    features, rows = {"kind": "attributes"}, {"features": table(list(ATTRIBUTES), len(LABELS), 7)}
    transitions = table([str(row) for row in range(len(LABELS))], len(LABELS), 8).matrix
    joint = Network("crf", {}, {"transitions": transitions})
    yield "crf", Model(rows, joint, LABELS, features)
    yield "alone", linear(features, rows)
    bounded = Network(
        "linear",
        {"link": "margin", "bounds": [-1.0, 0.5]},
        {"bias": from_dense(np.zeros((1, len(LABELS)), np.float32))},
    )
    yield "bounded", Model(rows, bounded, LABELS, features)


def sealed(model: Model) -> Model:
    """Hashed with fingerprints that tell every key apart, and packed."""
    return nc.pack(nc.phash(model, nc.PhashOptions(fingerprint_bits=16)))
