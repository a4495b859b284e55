"""What the golden files are made of: tiny models, one for every encoding of the format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

import nlucompress as nc
from nlucompress.format import codec
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import (
    Coded,
    Dense,
    Matrix,
    Plain,
    Product,
    ProductQuantized,
    StaticRows,
    from_dense,
    smaller,
)
from nlucompress.format.matrices.numbers import Floats, Linear
from nlucompress.format.matrices.pq import code_numbers
from nlucompress.format.names import EMBEDDINGS, TANGENTS
from nlucompress.networks.linear.namespaces import Namespaces
from nlucompress.networks.neural import linearized
from nlucompress.networks.neural.layers import LINEARIZED, PROJECTION, Settings
from nlucompress.networks.neural.network import representing
from nlucompress.networks.overlays import is_overlay, parts_of
from nlucompress.networks.tagger import is_tagger
from tests.builders import fasttext_files

WORDS = (
    "",
    "on",
    "off",
    "a b",
    "füße",
    "東京",
    "light",
    "\U0001f600",
    "play",
    "rain",
    "go",
    "x" * 40,
)
LABELS = ("lights_on", "lights_off", "play_music")
ASKED = ("", "on", "füße", "東京", "rain", "unseen", "also unseen")
TEXTS = ("on off", "Füße, 東京!", "play a b", "unseen", "")
FEATURES = {"kind": "ngrams", "words": [1, 2], "chars": [], "weighting": "binary"}


def values(rows: int, columns: int, share: float) -> NDArray[np.float32]:
    """Quarters from -4 to 4, a share of them not zero, by arithmetic that no library changes."""
    at = np.arange(rows * columns, dtype=np.uint64)
    mixed = (at + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(31)
    mixed = mixed * np.uint64(0xBF58476D1CE4E5B9) >> np.uint64(33)
    drawn = (mixed % np.uint64(33)).astype(np.float32) / 4 - 4
    kept = (mixed // np.uint64(64)) % np.uint64(100) < np.uint64(round(100 * share))
    return np.where(kept, drawn, 0).astype(np.float32).reshape(rows, columns)


def words(count: int) -> list[str]:
    """So many keys; the first are WORDS."""
    return [*WORDS, *(f"word {n}" for n in range(count - len(WORDS)))][:count]


def embeddings(rows: int = 12, columns: int = 4) -> nc.Model:
    """A table alone."""
    return table_of(from_dense(values(rows, columns, 1)))


def classifier(rows: int = 12, labels: tuple[str, ...] = LABELS, share: float = 0.6) -> nc.Model:
    """A linear model, sparse where that is smaller, with counts of its keys."""
    weights = smaller(from_dense(values(rows, len(labels), share)))
    counts = np.arange(rows, dtype=np.uint32) + 2
    table = nc.Table(Strings.of(words(rows)), weights, counts)
    bias = from_dense(np.arange(len(labels), dtype=np.float32)[None, :] / 8)
    network = nc.Network("linear", {"link": "softmax"}, {"bias": bias})
    return nc.Model({"features": table}, network, labels, FEATURES)


def grams() -> nc.Model:
    """A linear model over words and characters, some of whose n-grams lack their parts."""
    keys = ["on", "off", "on off", "play a", "a b", "#<o", "#<on", "#ff>", "#on>", "füße 東京"]
    table = nc.Table(Strings.of(keys), from_dense(values(len(keys), len(LABELS), 0.8)))
    bias = from_dense(np.arange(len(LABELS), dtype=np.float32)[None, :] / 8)
    network = nc.Network("linear", {"link": "margin"}, {"bias": bias})
    features = {"kind": "ngrams", "words": [1, 2], "chars": [2, 3], "weighting": "count"}
    return nc.Model({"features": table}, network, LABELS, features)


ATTRIBUTES = ("b", "w=on", "w=off", "w=a:b", "p=füß", "w=東京", "x=X", "")
TEMPLATE = {"kind": "token-template", "affixes": 2, "grams": 2, "window": 1}
SENTENCES: dict[str, tuple[list[str], ...]] = {
    "attributes": (["b\tw=on", "b:0.5\tw=a\\:b:-2", "unseen", "p=füß:1e1\tx=X"], ["b"], []),
    "token-template": (["Play", "it", "on", "Füße!"], ["off"], []),
}


def tagger(kind: str, features: dict[str, Any], keys: tuple[str, ...]) -> nc.Model:
    """A tagger, with transitions (kind crf) or with a bias."""
    table = nc.Table(Strings.of(keys), smaller(from_dense(values(len(keys), len(LABELS), 0.7))))
    size = len(LABELS)
    tensors: dict[str, Matrix] = {"transitions": from_dense(values(size + 2, size, 1)[2:])}
    settings: dict[str, Any] = {}
    if kind == "linear":
        tensors = {"bias": from_dense(values(1, size, 1))}
        settings = {"link": "softmax"}
    return nc.Model({"features": table}, nc.Network(kind, settings, tensors), LABELS, features)


PAIRS = ("b\tw=on", "b:0.5\tw=a\\:b:-2\tb", "unseen", "p=füß:1e1\t\tx=X", "")
NAMED = ("w^the", "w^w1", "w^the^w1", "7", "é^東京", "x", "7^8^x")
LINES = ("1 x|w the w1:0.5 |7", "| 7 8 x:-2\t|é:3 東京", "|w unseen | 007 x", "", "|w:-1e2 the w1")


def namespaces(settings: dict[str, Any], ngrams: dict[str, int], hashed_names: bool) -> nc.Model:
    """A linear model over namespaces, its keys names or the places that they are hashed to."""
    keys: list[str] = list(NAMED)
    places = None
    if hashed_names:
        places = {"bits": 9, "width": 4, "digits": True, "seed": 3}
        rule = Namespaces.parse({"kind": "namespaces", "ngrams": ngrams, "places": places})
        keys = sorted({key for line in LINES for key in rule(line)} - {"0"})
    table = nc.Table(Strings.of(keys), from_dense(values(len(keys), 3, 0.8)))
    network = nc.Network("linear", settings, {"bias": from_dense(values(1, 3, 1))})
    features = {"kind": "namespaces", "ngrams": ngrams, "places": places}
    return nc.Model({"features": table}, network, LABELS, features)


def pairs() -> nc.Model:
    """A linear model over lines of keys and values."""
    return tagger("linear", {"kind": "pairs"}, ATTRIBUTES)


def _template_tagger() -> nc.Model:
    keys = ("b", "x=x", "x=Xx", "0=play", "-1=<s>", "1=</s>", "p=fü", "s=e!", "0,2=it on", "0=off")
    return tagger("crf", TEMPLATE, keys)


def _attribute_tagger(kind: str) -> nc.Model:
    model = tagger(kind, {"kind": "attributes"}, ATTRIBUTES)
    return nc.pack(hashed(quantized(model, bits=6, tensors=tuple(model.network.tensors))))  # type: ignore[union-attr]


def quantized(model: nc.Model, **options: Any) -> nc.Model:
    """Quantized with every row kept; without history, which holds the program's version."""
    options = {"per": "tensor", "scale_bits": 32, "keep_zero_rows": True, **options}
    made = nc.quantize(model, nc.QuantizeOptions(**options))
    return replace(made, history=())


def hashed(model: nc.Model, **options: Any) -> nc.Model:
    """By a perfect hash if nothing else is asked for; without history."""
    options = {"method": "grouped", **options}
    return replace(nc.phash(model, nc.PhashOptions(**options)), history=())


def factored(rows: int = 12, coded_factors: bool = False) -> nc.Model:
    """A table that is a product, of floats or of codes."""
    left: Matrix = from_dense(values(rows, 2, 1))
    right: Matrix = from_dense(values(2, 4, 1))
    if coded_factors:
        left, right = (
            quantized(table_of(each), bits=4, per="row").table().matrix for each in (left, right)
        )
    return table_of(Product(left, right))


def product_quantized(rows: int = 12) -> nc.Model:
    """A table of product-quantized rows with norms and a rotation."""
    codes = (np.arange(3 * rows) ** 2 % 7 % 5).astype(np.uint8).reshape(rows, 3)
    turn = np.eye(5, dtype=np.float16)[::-1].copy()
    return table_of(
        ProductQuantized(
            5,
            Dense(code_numbers(5), codes),
            from_dense(values(15, 2, 1)),
            from_dense(values(rows, 1, 1)),
            Dense(Floats(), turn),
        )
    )


def half_scales() -> nc.Model:
    """Codes with scales per row in binary16."""
    matrix = quantized(embeddings(), bits=4, per="row").table().matrix
    assert isinstance(matrix, Dense)
    assert isinstance(matrix.numbers, Linear)
    scale = matrix.numbers.scale.astype(np.float16)
    return table_of(Dense(replace(matrix.numbers, scale=scale), matrix.codes))


def neural(
    kind: str, hidden: int = 3, factored_table: bool = False, projected: int = 0
) -> nc.Model:
    """A network over word embeddings, with a projection of so many columns or none."""
    keys = ["play", "the", "jazz", "lights", "volume"]
    table: Matrix = from_dense(values(5, 4, 1))
    if factored_table:
        table = Product(from_dense(values(5, 2, 1)), from_dense(values(2, 4, 1)))
    settings = Settings(kind, layers=2, widths=(1, 3), activation="leaky-relu", pooling="mean")
    shapes = settings.shapes(4, hidden, 3, projected)
    tensors: dict[str, Matrix] = {
        name: from_dense(0.25 * values(*shape, 1)) for name, shape in shapes.items()
    }
    return nc.Model(
        {EMBEDDINGS: nc.Table(Strings.of(keys), table)},
        nc.Network(kind, settings.describe(), tensors),
        ("on", "off", "play"),
        {"kind": "words"},
    )


def expanded(kind: str) -> nc.Model:
    """The first-order expansion of such a network, with changes of three words."""
    model = neural(kind)
    network = model.network
    assert network is not None
    changes = {
        f"{linearized.PREFIX}{name}": from_dense(np.flip(matrix.rows(np.arange(matrix.shape[0]))))
        for name, matrix in network.tensors.items()
    }
    tensors = {**network.tensors, **changes}
    rows = nc.Table(Strings.of(["volume", "play", "jazz"]), from_dense(values(3, 4, 1)))
    return replace(
        model,
        tables={**model.tables, TANGENTS: rows},
        network=nc.Network(LINEARIZED[kind], network.settings, tensors),
    )


def table_of(matrix: Matrix) -> nc.Model:
    """A table alone of these rows."""
    return nc.Model({"embeddings": nc.Table(Strings.of(words(matrix.shape[0])), matrix)})


def _history() -> nc.Model:
    return replace(embeddings(3), history=({"stage": "import", "seed": 1}, {"stage": "quantize"}))


MANY = tuple(f"intent_{name}_{n}" for n in range(12) for name in ("search", "play"))


def fasttext(name: str) -> nc.Model:
    """A fastText model, imported."""
    return nc.import_model(BytesIO(fasttext_files.FILES[name]))


def clipped() -> nc.Model:
    """A linear model whose probabilities are scores cut off at -1 and 1."""
    model = classifier()
    assert model.network is not None
    return replace(model, network=replace(model.network, settings={"link": "clipped"}))


def vectorized() -> nc.Model:
    """A linear model over two vectorizers, one of them hashing, as of scikit-learn."""
    part = {
        "analyzer": "word",
        "ngrams": [1, 2],
        "lowercase": True,
        "accents": "unicode",
        "characters": "\\w",
        "shortest": 2,
        "bounded": False,
        "stop_words": ["the"],
        "weighting": "logarithm",
        "norm": "l2",
        "vocabulary": True,
        "buckets": 0,
        "signed": False,
    }
    hashing = {
        "analyzer": "char_wb",
        "weighting": "count",
        "norm": "l1",
        "vocabulary": False,
        "buckets": 20,
        "signed": True,
    }
    keys = ["0 on", "0 off", "0 on off", "0 fuße", "0 東京", *(f"1 {at}" for at in range(20))]
    weights = from_dense(values(len(keys), len(LABELS), 0.8))
    norms = nc.Table(Strings.of(keys[:5]), from_dense(values(5, 1, 1)))
    tables = {"features": nc.Table(Strings.of(keys), weights), "norms": norms}
    bias = from_dense(np.arange(len(LABELS), dtype=np.float32)[None, :] / 8)
    network = nc.Network("linear", {"link": "one-vs-rest"}, {"bias": bias})
    parts = [part, {**part, **hashing, "stop_words": []}]
    return nc.Model(tables, network, LABELS, {"kind": "vectorizer", "parts": parts})


def static(model: nc.Model, fingerprint_bits: int = 8) -> nc.Model:
    """The model sealed as a static function."""
    return nc.pack(hashed(model, method="static", fingerprint_bits=fingerprint_bits))


def symbols() -> nc.Model:
    """A linear model in whose texts punctuation marks and symbols are tokens."""
    model = classifier(20, MANY, 0.3)
    keys = (
        ",",
        "!",
        " füße",
        "東京 !",
        "! ",
        "füße ,",
        ", 東京",
        "'",
        "#",
        "# on",
        "#<o",
        "#",
        "#<!",
        "#on>",
    )
    named = Strings.of([*dict.fromkeys((*keys, *words(20)))][:20])
    table = replace(model.tables["features"], keys=named)
    features = {**FEATURES, "chars": [2, 3], "words_and": ["borders", "symbols"]}
    return replace(model, tables={"features": table}, features=features)


SOURCES: dict[str, Callable[[], nc.Model]] = {
    "empty": lambda: nc.Model({}),
    "strings_dense": embeddings,
    "strings_history": _history,
    "strings_sparse": lambda: classifier(20, MANY, 0.1),
    "linear_tensor": lambda: quantized(classifier(), bits=5, tensors=("bias",)),
    "linear_row": lambda: quantized(embeddings(), bits=4, per="row"),
    "linear_label": lambda: quantized(classifier(20, MANY, 0.1), bits=3, per="label"),
    "linear_group": lambda: quantized(embeddings(), bits=8, per="group", group=3),
    "codebook": lambda: quantized(embeddings(), bits=2, method="kmeans"),
    "codebook_row": lambda: quantized(embeddings(5), bits=1, method="kmeans", per="row"),
    "hash_plain": lambda: hashed(embeddings(), method="cascade", gamma=1.5, fingerprint_bits=0),
    "hash_grouped": lambda: hashed(classifier(), fingerprint_bits=8),
    "hash_wide_groups": lambda: hashed(embeddings(), groups=(32, 8), fingerprint_bits=16),
    "packed_sparse": lambda: nc.pack(hashed(quantized(classifier(80, MANY, 0.1), bits=5))),
    "packed_sparse_floats": lambda: nc.pack(hashed(classifier(60, MANY, 0.05))),
    "packed_fixed_linear": lambda: nc.pack(hashed(quantized(embeddings(200, 3), bits=2))),
    "packed_prefix": lambda: nc.pack(hashed(quantized(embeddings(150, 6), bits=3, per="row"))),
    "packed_fixed": lambda: nc.pack(hashed(quantized(embeddings(120, 4), bits=4, method="kmeans"))),
    "hashes": lambda: hashed(classifier(), method="static", fingerprint_bits=6),
    "packed_static": lambda: static(quantized(classifier(400, MANY, 0.1), bits=5)),
    "packed_static_common": lambda: static(quantized(classifier(1500, LABELS, 0.15), bits=2)),
    "packed_static_floats": lambda: static(classifier(60, MANY, 0.05), fingerprint_bits=16),
    "packed_static_fixed": lambda: static(quantized(embeddings(12, 2), bits=2)),
    "packed_static_prefix": lambda: static(
        quantized(embeddings(150, 6), bits=3, per="label"), fingerprint_bits=0
    ),
    "packed_static_empty": lambda: static(quantized(embeddings(0, 3), bits=2)),
    "product": factored,
    "pq": product_quantized,
    "linear_row_half": half_scales,
    "packed_product": lambda: nc.pack(hashed(factored(120, True))),
    "packed_pq": lambda: nc.pack(hashed(product_quantized(300))),
    "crf_template": _template_tagger,
    "packed_crf": lambda: _attribute_tagger("crf"),
    "packed_linear_tagger": lambda: _attribute_tagger("linear"),
    "namespaces": lambda: namespaces({"link": "one-vs-rest"}, {"w": 2}, False),
    "pairs": pairs,
    "packed_symbols": lambda: nc.pack(hashed(quantized(symbols(), bits=4))),
    "packed_namespaces": lambda: nc.pack(
        hashed(namespaces({"link": "margin", "bounds": [-2.5, 2.5]}, {"": 3, "w": 1}, True))
    ),
    "dan": lambda: neural("dan"),
    "cnn": lambda: neural("cnn"),
    "lstm": lambda: neural("lstm"),
    "linearized_dan": lambda: expanded("dan"),
    "packed_linearized_cnn": lambda: nc.pack(hashed(expanded("cnn"))),
    "projected": lambda: neural("dan", projected=5),
    "packed_bilstm": lambda: nc.pack(
        hashed(quantized(neural("bilstm"), bits=4, tensors=("backward.input",)))
    ),
    "packed_dan": lambda: nc.pack(hashed(neural("dan", 2, True))),
    "fasttext": lambda: fasttext("softmax"),
    "fasttext_one_vs_all": lambda: fasttext("one-vs-all"),
    "fasttext_vectors": lambda: fasttext("vectors"),
    "packed_fasttext": lambda: nc.pack(hashed(fasttext("hierarchical"))),
    "packed_fasttext_pq": lambda: nc.pack(hashed(fasttext("quantized"))),
    "vectorized": vectorized,
    "packed_vectorized": lambda: nc.pack(hashed(vectorized())),
    "packed_clipped": lambda: nc.pack(hashed(clipped())),
    "unknown": lambda: replace(classifier(), unknown=nc.Unknown("unklar", 0.5)),
    "packed_unknown": lambda: nc.pack(
        replace(hashed(clipped()), unknown=nc.Unknown(LABELS[1], 0.375))
    ),
    "packed_closed": lambda: nc.pack(hashed(grams(), fingerprint_bits=6, closed=True)),
    "packed_labels": lambda: nc.pack(hashed(quantized(classifier(12, MANY, 0.5), bits=4))),
    "packed_overlay": lambda: overlay_on("packed_labels"),
    "packed_crf_overlay": lambda: overlay_on("packed_crf"),
}
UNDER = ("packed_labels", "packed_crf")  # what overlays lie on


def overlay_on(name: str) -> nc.Model:
    """The changes from a packed model to one of other weights, another key and another label."""
    new = classifier(13, (*MANY, "stop"), 0.2)
    if name == "packed_crf":
        new = tagger("crf", {"kind": "attributes"}, (*ATTRIBUTES, "w=new"))
        new = replace(new, labels=(LABELS[2], *LABELS[:2]))
    return nc.overlay_of(SOURCES[name](), new, nc.OverlayOptions(bits=5, fingerprint_bits=8))[0]


def laid(update: nc.Model) -> nc.Model:
    """An overlay on the model that it is for."""
    base = parts_of(update).base
    for name in UNDER:
        model = SOURCES[name]()
        if codec.digest(model) == base:
            return nc.overlaid(model, update)
    raise LookupError(base)


def encoding(matrix: Matrix) -> str:
    """The encoding of a matrix in words."""
    if isinstance(matrix, (Product, ProductQuantized)):
        parts = (f"{name} {encoding(each)}" for name, each in matrix.children.items())
        return f"{matrix.kind} of {'; '.join(parts)}"
    assert isinstance(matrix, Plain)
    form = matrix.kind
    if isinstance(matrix, Coded | StaticRows):
        where = "stream" if isinstance(matrix, Coded) else "function"
        form = f"sparse {where}" if matrix.layout.sparse else f"dense {where}"
        form += f", {matrix.layout.symbol_bits} bits" if matrix.layout.symbol_bits else ", prefixes"
    elif isinstance(matrix, Dense):
        form += f" {matrix.codes.dtype.name}"
    return f"{form}, {matrix.numbers.kind}"


def texts_for(model: nc.Model) -> tuple[str, ...]:
    """Texts that a classifier can read."""
    return {"namespaces": LINES, "pairs": PAIRS}.get((model.features or {})["kind"], TEXTS)


def _number(value: float, digits: int | None) -> float:
    return float(value) if digits is None else round(float(value), digits)


def answers(model: nc.Model) -> dict[str, Any]:
    """What a model says, as JSON holds it without loss."""
    said: dict[str, Any] = {"labels": list(model.labels), "sealed": model.sealed}
    said["tables"] = {
        name: {
            "keys": table.keys.kind,
            "matrix": encoding(table.matrix),
            "shape": list(table.matrix.shape),
            "known": [bool(row >= 0) for row in table.find(ASKED)],
            "rows": [[float(value) for value in row[:6]] for row in table.lookup(ASKED)],
        }
        for name, table in model.tables.items()
    }
    if is_overlay(model):
        model = laid(model)
        said["laid"] = list(model.labels)
    if is_tagger(model):
        sentences = SENTENCES[str((model.features or {})["kind"])]
        found = nc.Tagger(model).scores(sentences)
        said["scores"] = [[float(score) for score in row] for each in found for row in each]
        said["tags"] = nc.Tagger(model).tag(sentences)
    elif model.network is not None:
        if PROJECTION in model.network.tensors:
            represented = representing(model, "model").embed(TEXTS)
            said["representations"] = [[_number(each, 6) for each in row] for row in represented]
        texts = texts_for(model)
        scores = nc.Classifier(model).scores(texts)
        # Networks with exp and tanh differ in the last bits between systems.
        digits = None if model.network.kind == "linear" else 6
        said["scores"] = [[_number(score, digits) for score in row[:4]] for row in scores]
        said["best"] = nc.Classifier(model).predict(texts)
    return said
