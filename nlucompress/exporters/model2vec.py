"""A model2vec directory: static embeddings and a tokenizer that splits at white space.

A tokenizer needs a token for unknown words. Where no key is ``[UNK]`` it gets the first id behind
the keys, and the tensor ``mapping`` of token ids to rows ends before it: model2vec drops unknown
tokens before it looks rows up, so no row is made for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from nlucompress.exporters import safetensors_file
from nlucompress.exporters.rows import Rows

UNKNOWN = "[UNK]"
FILES = ("model.safetensors", "tokenizer.json", "config.json", "modules.json")


def write(rows: Rows, dtype: str = "float32") -> dict[str, Iterator[bytes]]:
    """The files of the directory by name."""
    vocabulary = {key: at for at, key in enumerate(rows.texts())}
    values = safetensors_file.narrowed(rows.values(), dtype, f"table {rows.name!r}")
    tensors: dict[str, Any] = {"embeddings": values}
    config: dict[str, Any] = {
        "model_type": "model2vec",
        "architectures": ["StaticModel"],
        "hidden_dim": rows.columns,
        "normalize": False,
        "embedding_dtype": dtype,
    }
    if UNKNOWN not in vocabulary:
        tensors["mapping"] = np.arange(len(rows))
        config["vocabulary_quantization"] = len(rows)
        vocabulary[UNKNOWN] = len(rows)
    tokenizer: dict[str, Any] = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": None,
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": UNKNOWN},
    }
    static = {
        "idx": 0,
        "name": "0",
        "path": ".",
        "type": "sentence_transformers.models.StaticEmbedding",
    }
    return {
        "model.safetensors": safetensors_file.framed(tensors, {}),
        "tokenizer.json": _json(tokenizer),
        "config.json": _json(config),
        "modules.json": _json([static]),
    }


def _json(value: object) -> Iterator[bytes]:
    yield json.dumps(value, ensure_ascii=False).encode() + b"\n"
