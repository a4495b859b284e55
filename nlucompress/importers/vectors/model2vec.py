"""model2vec directories: static embeddings in safetensors, their tokens in a tokenizer.json.

Token i has row ``mapping[i]`` times ``weights[i]``, where the tensors are there (vocabulary
quantization), else row i. The unknown token may lie beyond them: model2vec drops it before it looks
a row up. Layouts: model2vec's own, and those of sentence-transformers.

The keys are the tokens; how text becomes tokens is not kept. Where that is more than to split at
white space, or vectors are normalized, the network's setting ``model2vec`` says so to `export`.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError, FormatError, UsageError
from nlucompress.format.frame.container import Frame
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.model import Model, Network
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading import keyfile
from nlucompress.importers.tensors import table as tensors
from nlucompress.importers.tensors.safetensors_file import FLOATS, check_floats, parsed
from nlucompress.io.sources import opened

FOLDERS = (".", "0_StaticEmbedding")
NAMES = ("embeddings", "embedding.weight")
GROWTH = 64  # rows that share numbers take at most so many times the file's bytes


def read(source: str | os.PathLike[str], options: ImportOptions) -> Model:
    """Read a directory; tensors other than those named above are carried along.

    Raises:
        FormatError: Its files are damaged or fit no layout.
        UsageError, DataError: Options, tokens or numbers do not fit.
    """
    where = os.fspath(source)
    folder = next((f for f in FOLDERS if (Path(where) / f / "model.safetensors").is_file()), None)
    if folder is None:
        raise FormatError(
            f"{where}: no model.safetensors in this directory; is it a model2vec one?"
        )
    with opened(Path(where) / folder / "model.safetensors") as stream:
        frame = parsed(stream)
        size = len(frame.data)
    with opened(Path(where) / folder / "tokenizer.json") as stream:
        text = stream.read()
        tokens = keyfile.tokens_of(text, stream.name)
    setting = _setting(json.loads(text), Path(where))
    kept = tensors.without(frame.entries, options, where)
    name = next((each for each in NAMES if each in kept), None)
    if name is None or frame.entries[name].dtype not in (*FLOATS, "I8"):
        raise FormatError(f"{where}: no floats named {' or '.join(NAMES)} in model.safetensors")
    rows = frame.tensor(name)
    if rows.ndim != 2:
        raise FormatError(f"{where}: the tensor {name!r} has not two dimensions")
    rows, count = _mapped(frame, rows, len(tokens), size, where)
    if count < len(tokens) - 1:
        raise DataError(f"{where}: {len(tokens)} tokens but {count} rows")
    others = [each for each in kept if each not in (name, "mapping", "weights")]
    check_floats(frame, others, where)
    arrays = {name: rows, **{each: frame.tensor(each) for each in others}}
    if options.tensor not in (None, name):
        raise UsageError(f"{where}: the table of a model2vec directory is {name!r}")
    keys = {name: Strings.of(tokens[:count])}
    model = tensors.model_of(arrays, options, where, keys)
    if not setting:
        return model
    network = model.network or Network("tensors", {}, {})
    settings = {**network.settings, "model2vec": setting}
    return replace(model, network=replace(network, settings=settings))


def _setting(tokenizer: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What `export` would lose or must repeat: a tokenizer that is not plain, and normalization."""
    result: dict[str, Any] = {}
    kind = str(tokenizer["model"].get("type", "unnamed"))[:40]
    steps = ("normalizer", "pre_tokenizer", "post_processor")
    normalizer, pre, post = (tokenizer.get(name) for name in steps)
    splits = pre == {"type": "WhitespaceSplit"} and kind == "WordLevel"
    if not splits or normalizer or post or tokenizer.get("added_tokens"):
        result["tokenizer"] = kind
    if (folder / "config.json").is_file():
        with opened(folder / "config.json") as stream:
            config = keyfile.load_json(stream.read(), stream.name)
        if isinstance(config, dict) and config.get("normalize") is True:
            result["normalize"] = True
    return result


def _mapped(
    frame: Frame, rows: NDArray[Any], tokens: int, size: int, where: str
) -> tuple[NDArray[Any], int]:
    """The row of each token, and how many tokens have one."""
    count = len(rows)
    if "mapping" in frame.entries:
        mapping = frame.tensor("mapping")
        if mapping.ndim != 1 or mapping.dtype.kind not in "iu" or len(mapping) > tokens:
            raise FormatError(f"{where}: the tensor 'mapping' is not a row number for each token")
        if len(mapping) and not 0 <= int(mapping.min()) <= int(mapping.max()) < len(rows):
            raise FormatError(f"{where}: the tensor 'mapping' leads beyond the rows")
        if len(mapping) * rows.shape[1] * 4 > GROWTH * size:
            raise FormatError(f"{where}: the tokens' rows take over {GROWTH} times the file")
        rows, count = rows[mapping.astype(np.int64)], len(mapping)
    if "weights" in frame.entries:
        weights = frame.tensor("weights")
        if weights.shape not in ((count,), (tokens,)) or weights.dtype.kind != "f":
            raise FormatError(f"{where}: the tensor 'weights' is not a number for each token")
        rows = rows * weights[:count, None]
    return rows, count
