"""A model2vec directory: static embeddings and a tokenizer that splits at white space.

A tokenizer needs a token for unknown words. Where no key is ``[UNK]`` it gets the first id behind
the keys, and the tensor ``mapping`` of token ids to rows ends before it: model2vec drops unknown
tokens before it looks rows up, so no row is made for it.

A key with white space would be a row that no text leads to; it is refused, and so are the tokens of
another tokenizer, which texts would not be split into.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from nlucompress.errors import DataError
from nlucompress.exporters import safetensors_file
from nlucompress.exporters.rows import Rows
from nlucompress.format.model import Model

UNKNOWN = "[UNK]"


def write(model: Model, rows: Rows, dtype: str = "float32") -> dict[str, Iterator[bytes]]:
    """The files of the directory by name.

    Args:
        model: An import from model2vec leaves its setting in the network.
        rows: The table.
        dtype: ``float32`` or ``float16``.

    Raises:
        DataError: model2vec would not answer from the rows as the table does.
    """
    network = model.network
    setting = network.settings.get("model2vec") if network is not None else None
    setting = setting if isinstance(setting, dict) else {}
    if "tokenizer" in setting:
        raise DataError(
            f"table {rows.name!r}: its keys are tokens of a tokenizer of the kind "
            f"{str(setting['tokenizer'])[:40]!r}, which is not kept, so model2vec would not find "
            "them in texts; export safetensors or word2vec"
        )
    vocabulary = {_checked(rows, key): at for at, key in enumerate(rows.texts())}
    values = safetensors_file.narrowed(rows.values(), dtype, f"table {rows.name!r}")
    tensors: dict[str, Any] = {"embeddings": values}
    config: dict[str, Any] = {
        "model_type": "model2vec",
        "architectures": ["StaticModel"],
        "hidden_dim": rows.columns,
        "normalize": setting.get("normalize") is True,
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


def _checked(rows: Rows, key: str) -> str:
    """A key that splitting at white space can give."""
    if key.split() != [key]:
        raise DataError(
            f"table {rows.name!r}: the key {key[:40]!r} is empty or holds white space, so "
            "model2vec would never find it; export safetensors or json"
        )
    return key


def _json(value: object) -> Iterator[bytes]:
    yield json.dumps(value, ensure_ascii=False).encode() + b"\n"
