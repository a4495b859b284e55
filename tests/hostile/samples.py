"""Small models and files that the hostile tests start from: the valid neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

import nlucompress as nc
from nlucompress.errors import NluCompressError
from nlucompress.format import codec
from nlucompress.format.fields import Tensors
from nlucompress.format.frame import serializer
from nlucompress.format.frame.serializer import Serialized
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense, smaller
from nlucompress.networks.overlays import is_overlay, parts_of
from nlucompress.networks.tagger import is_tagger
from tests.golden.sources import SOURCES, UNDER

Description = dict[str, Any]

LABELS = ("lights", "music", "weather")
KEYS = ("a", "b", "c", "a b", "b c", "on", "off", "play", "rain", "sun", "stop", "go")
LINES: tuple[list[str], ...] = (["b", "w=on\tw=off:-2"], ["play", "w=a\\:b"], [])
SPACED = ("|w the w1:2", "| 7 x |x b", "")
TEXTS = ("a b c", "play", "rain or sun?", "stop", "unseen words", "")


def linear(
    keys: Sequence[str] = KEYS,
    labels: Sequence[str] = LABELS,
    values: NDArray[np.float32] | None = None,
) -> nc.Model:
    """A classifier over these keys; weights are many zeros and some round numbers."""
    if values is None:
        drawn = np.random.default_rng(7).integers(-8, 9, (len(keys), len(labels)))
        values = np.where(np.abs(drawn) > 3, drawn, 0).astype(np.float32) / np.float32(4)
    table = nc.Table(Strings.of(keys), smaller(from_dense(values)))
    bias = from_dense(np.zeros((1, len(labels)), np.float32))
    features = {"kind": "ngrams", "words": [1, 2], "chars": [], "weighting": "binary"}
    network = nc.Network("linear", {"link": "margin"}, {"bias": bias})
    return nc.Model({"features": table}, network, tuple(labels), features)


def wide() -> nc.Model:
    """A classifier large enough that its rows are sparse, and coded when it is packed."""
    keys = [*KEYS, *(f"key {n}" for n in range(60))]
    labels = [*LABELS, *(f"label {n}" for n in range(13))]
    random = np.random.default_rng(9)
    drawn = random.integers(1, 9, (len(keys), len(labels))) * random.choice((-0.25, 0.25))
    kept = random.random(drawn.shape) < 0.2
    kept[0] = True
    return linear(keys, labels, np.where(kept, drawn, 0).astype(np.float32))


def packed(model: nc.Model, fingerprint_bits: int = 8, bits: int = 4) -> nc.Model:
    """Quantized, sealed with a perfect hash."""
    quantized = nc.quantize(model, nc.QuantizeOptions(bits=bits, keep_zero_rows=True))
    options = nc.PhashOptions(method="grouped", fingerprint_bits=fingerprint_bits)
    return nc.pack(nc.phash(quantized, options))


def file_of(serialized: Serialized) -> bytes:
    """The whole file."""
    return serialized.header + b"".join(raw.tobytes() for raw in serialized.tensors)


def model_bytes(model: nc.Model) -> bytes:
    """The file of a model."""
    return file_of(codec.serialize(model))


def taken_apart(file: bytes) -> tuple[Description, Tensors]:
    """Description and tensors of a file, to be changed and joined again."""
    frame, description = codec.taken_apart(file)
    return description, {name: frame.tensor(name).copy() for name in frame.entries}


def joined(description: Mapping[str, Any], tensors: Tensors) -> bytes:
    """A file with valid digests, whatever it says."""
    return file_of(serializer.serialize(description, tensors))


@cache
def under() -> dict[str, nc.Model]:
    """Models that overlays lie on, by digest."""
    models = [SOURCES[name]() for name in UNDER]
    return {codec.digest(model): model for model in models}


def answers(file: bytes | memoryview, verify: bool = True) -> list[object]:
    """Everything that a file says when asked; refuses what the reader refuses.

    Raises:
        NluCompressError: The file is refused, or one of its parts when it is read.
    """
    model = codec.parse(file, verify)
    said: list[object] = [model.labels]
    for name, table in sorted(model.tables.items()):
        said += [name, table.matrix.rows(np.arange(table.matrix.shape[0])).tolist()]
        said += [table.find(KEYS).tolist(), table.lookup([*KEYS, "x", ""]).tolist()]
    if is_overlay(model):
        parts = parts_of(model)
        said.append(parts.tensor.rows(np.arange(parts.tensor.shape[0])).tolist())
        if parts.base not in under():
            return said
        model = nc.overlaid(under()[parts.base], model)
        said.append(model.labels)
    if is_tagger(model):
        tagger = nc.Tagger(model)
        said += [tagger.tag(LINES), [shares.tolist() for shares in tagger.marginals(LINES)]]
    elif model.network is not None and model.network.kind != "tensors":
        texts = SPACED if (model.features or {}).get("kind") == "namespaces" else TEXTS
        for answer in nc.Classifier(model).predictions(texts, 2):
            said += [answer.labels, answer.scores, answer.known, answer.unknown]
    return said


def refused(file: bytes | memoryview, verify: bool = True) -> bool:
    """Whether a file is refused by one of our errors; another exception passes through."""
    try:
        answers(file, verify)
    except NluCompressError:
        return True
    return False
