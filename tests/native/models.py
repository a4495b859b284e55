"""Small models of every kind and texts of every kind, for the reader in C."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np

import nlucompress as nc
from nlucompress.data.examples import Examples
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import Dense, from_dense
from nlucompress.format.matrices.numbers import Floats
from nlucompress.format.model import Model, Network, Table, Unknown

SAMPLE = Path(__file__).parent.parent.parent / "sample_data"
LINES = 500
ODD_LABELS = ("caf\u00e9 \U0001f600", 'a "quoted" \\ one', "tab\tand\u2028end \x85 \x7f \\t \\\t")

_CHARACTERS = [
    "what\u2019s the we\u0301ather; \u02bctis \uff07x\uff07 'quoted' o''clock 'n'",
    "de\u0301frost THE re\u0323\u0307ar \u1e69 s\u0307\u0323 \u0344 \u212b\u2126",
    "\u0130STANBUL \u0131 I\u0307 STRASSE stra\u00dfe \u1e9e \ufb01nd",
    "\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2 \u039f\u0394\u039f\u03a3 \u03b1\u0345",
    "\u1112\u1161\u11ab\u1100\u1173\u11af \ud55c\uae00 \uac00\u11a8 \u1100\uac00",
    "\u0928\u093f\u0930\u094d\u0926\u0947\u0936 \u0929\u093c \u0958 \u09cb\u09c7\u09be",
    "\u4e2d\u6587 \uf900\ufa0e \U0002f800 \u304b\u3099 \U00020000",
    "\U0001f600 \U0001f468\u200d\U0001f469 a\U0001d15e\U0001d160",
    "\U00011099\U000110ba \U0001e900",
    "a" + "\u0301\u0323" * 3000 + " defrost",
    "\u0390" * 500 + " " + "\ufb2c" * 500,
]
TEXTS: list[bytes] = [
    b"",
    b" ",
    b"play some music",
    b"what's the weather like in d\xc3\xbcsseldorf",
    b"bad \xff\xfe utf8 \xc3 \xe2\x82 x\xe2\x82\xacy \xed\xa0\x80 \xf0\x9f\x98",
    b"\xf4\x90\x80\x80 \xc0\x80z \xf0\x80\x80 a\xe0\x9f\x80b",
    b"nul\x00inside the text \x7f \x1f",
    b"turn turn turn the the heating heating up up",
    *(text.encode() for text in _CHARACTERS),
    b"find open car wash " * 4000,
    "\U0001f600\u2764\ufe0f!?".encode() * 2000,
    b"it's 'n' # #it <x> _ ... $5.00, a''b '",
    b"x" * 70000,
]

# Few features, of which some encodings need only few bits.
FEW = nc.TrainOptions(
    words=(1, 3), tokens="words", borders=False, l1=3e-5, min_count=2, distinct=True
)


def full(options: nc.TrainOptions) -> Model:
    """A model trained on the beginning of the sample data."""
    return nc.train(examples(), None, replace(options, iterations=15))


def examples() -> Examples:
    """The beginning of the sample data."""
    every = nc.read_examples(SAMPLE / "train.tsv")
    return Examples(every.labels[:LINES], every.texts[:LINES])


def build() -> dict[str, Model]:
    """Models by name."""
    words = full(replace(FEW, words=(1, 2)))
    chars = full(replace(FEW, words=(1, 1), chars=(2, 4), counts=True, loss="softmax"))
    binary = full(replace(FEW, words=None, chars=(3, 3), loss="logistic"))
    eight = nc.quantize(words, nc.QuantizeOptions(bits=8, per="row"))
    assert binary.network is not None
    symbols = full(nc.TrainOptions(words=(1, 2), chars=(2, 3), min_count=1, tokens="symbols"))
    borders = full(nc.TrainOptions(words=(1, 3), tokens="symbols", borders=True))
    shares = replace(binary.network, settings={"link": "one-vs-rest"})
    odd = replace(full_of_three(), labels=ODD_LABELS)
    plain = nc.PhashOptions(method="cascade", fingerprint_bits=0)
    return {
        "full": words,
        "hashed": nc.phash(words),
        "linear": packed(nc.quantize(words, nc.QuantizeOptions(bits=5))),
        "kmeans": packed(
            nc.quantize(words, nc.QuantizeOptions(bits=4, method="kmeans", per="label")), plain
        ),
        "rows": packed(eight, nc.PhashOptions(groups=(32, 8), fingerprint_bits=16)),
        "groups": packed(
            nc.quantize(words, nc.QuantizeOptions(bits=3, per="group", group=7, tensors=("bias",)))
        ),
        "codes": nc.phash(eight),
        "sparse": nc.phash(nc.quantize(words, nc.QuantizeOptions(bits=8, keep=0.1))),
        "floats": packed(words),
        "counts": packed(nc.quantize(chars, nc.QuantizeOptions(bits=6, method="kmeans")), GROUPED),
        "chars": packed(nc.quantize(binary, nc.QuantizeOptions(bits=5, per="label")), GROUPED),
        "shares": packed(replace(binary, network=shares)),
        "far": packed(replace(binary, network=far_below(shares))),
        "clipped": packed(replace(binary, network=clipped(shares))),
        "clipped pair": packed(clipped_pair()),
        "odd": packed(nc.quantize(odd, nc.QuantizeOptions(bits=4))),
        "unknown": replace(packed(binary), unknown=Unknown('n\u00e9 "x"\t\U0001f600', 0.31)),
        "symbols": packed(nc.quantize(symbols, nc.QuantizeOptions(bits=5))),
        "borders": packed(nc.quantize(borders, nc.QuantizeOptions(bits=5))),
        "vectors": vectors(),
    }


def full_of_three() -> Model:
    """A model of three labels."""
    every = examples()
    chosen = sorted(set(every.labels))[:3]
    at = [k for k, label in enumerate(every.labels) if label in chosen]
    few = Examples(tuple(every.labels[k] for k in at), tuple(every.texts[k] for k in at))
    return nc.train(few, None, replace(FEW, iterations=15))


def far_below(network: Network) -> Network:
    """With a bias so low that the logistic function of every score is tiny."""
    bias = network.tensors["bias"]
    low = bias.rows(np.arange(bias.shape[0])) - 300
    return replace(network, tensors={"bias": from_dense(low)})


def clipped(network: Network) -> Network:
    """With probabilities that are a ramp of the margins."""
    return replace(network, settings={"link": "clipped"})


def clipped_pair() -> Model:
    """The same with two labels."""
    every = examples()
    chosen = sorted(set(every.labels))[:2]
    at = [k for k, label in enumerate(every.labels) if label in chosen]
    few = Examples(tuple(every.labels[k] for k in at), tuple(every.texts[k] for k in at))
    model = nc.train(few, None, replace(FEW, iterations=15))
    assert model.network is not None
    return replace(model, network=clipped(model.network))


def packed(model: Model, options: nc.PhashOptions | None = None) -> Model:
    """Hashed and sealed."""
    return nc.pack(nc.phash(model, options))


def vectors() -> Model:
    """Tables of dense rows in many encodings, and no classifier."""
    generator = np.random.default_rng(1)
    keys = Strings.of(f"key {row}" for row in range(300))
    normal = generator.standard_normal((300, 12)).astype(np.float32)
    skewed = (np.round(normal * 2) / 2).astype(np.float32)
    tables = {
        "half": Table(keys, Dense(Floats(), normal.astype(np.float16))),
        "single": Table(keys, from_dense(normal)),
    }
    model = Model(tables, Network("tensors", {}, {"more": from_dense(skewed)}))
    kinds = {
        "coarse": (normal, nc.QuantizeOptions(bits=2)),
        "fine": (normal, nc.QuantizeOptions(bits=8, per="row")),
        "book": (skewed, nc.QuantizeOptions(bits=3, method="kmeans", per="group", group=5)),
        "prefix": (skewed**5, nc.QuantizeOptions(bits=5)),
    }
    for name, (values, options) in kinds.items():
        floats = Model({name: Table(keys, from_dense(values))})
        quantized = nc.quantize(floats, replace(options, keep_zero_rows=True))
        model = model.with_tables({**model.tables, **quantized.tables})
    return nc.pack(nc.phash(model))


GROUPED = nc.PhashOptions(method="grouped")


def tiny() -> Model:
    """A model of a few hundred bytes, for every damage that there is."""
    few = Examples(
        ("on", "off", "on", "off", "on", "off"),
        ("turn it on", "turn it off", "heating on", "heating off", "\u00e9t\u00e9 on", "music off"),
    )
    model = nc.train(few, None, replace(FEW, words=(1, 1), min_count=1, iterations=10))
    return packed(nc.quantize(model, nc.QuantizeOptions(bits=3)))


def odd_texts() -> list[bytes]:
    """Every character, alone and between letters; and what composes, in random order."""
    result = [
        f"a{chr(code)}b {chr(code)}\u0301 \u0915{chr(code)}\u0323\u0301".encode()
        for code in range(0x110000)
        if not 0xD800 <= code < 0xE000
    ]
    random_number = random.Random(1)
    pool = (
        "aeiouAEIO' -\u2019\u0301\u0300\u0302\u0323\u0327\u0345\u0308\u0344\u1100\u1161\u11a8\uac00"
        "\u03b1\u0391\u0342\u0313\u093c\u0928\u09c7\u09be\u0b47\u0b57\u3099\u304b\u05e9\u05bc\u05c1"
        "\U000110a5\U000110ba\U0001d157\U0001d165\U0001d16e\U00011131\U00011127"
    )
    for _ in range(20000):
        letters = random_number.choices(pool, k=random_number.randint(1, 12))
        result.append("".join(letters).encode())
    for _ in range(20000):
        size = random_number.randint(1, 12)
        lead = random_number.choices(b"\xc2\xe0\xe1\xed\xef\xf0\xf4\xc0\xf5", k=size)
        tail = random_number.choices(b"a\x80\x90\x9f\xa0\xbf' A", k=size)
        result.append(bytes(byte for pair in zip(lead, tail, tail, strict=True) for byte in pair))
    return result
