"""gensim's KeyedVectors as `save` writes them: a pickle, which is read without being unpickled.

Large arrays stand beside it in `NAME.vectors.npy`. Pickles of protocol 3 and later are
read, which gensim 4 writes. Whole models and subword vectors are refused by name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from nlucompress.errors import DataError, FormatError
from nlucompress.format.model import Model
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading import pickle_values
from nlucompress.importers.reading.keylist import KeyList
from nlucompress.importers.reading.sources import Opened, Source, opened
from nlucompress.importers.tensors import npy_file
from nlucompress.importers.tensors import table as tensors

CLASSES = ("KeyedVectors", "Word2VecKeyedVectors", "EuclideanKeyedVectors")
MODULE = "gensim.models.keyedvectors"
REMEDY = (
    "load it with gensim, save its vectors (a model's are its `wv`) by `save_word2vec_format(FILE, "
    "binary=True)`, and import that"
)
REMEDY_OF_FASTTEXT = (
    "load it with gensim, save it by `gensim.models.fasttext.save_facebook_model(MODEL, FILE)`, "
    "which keeps the n-grams, and import that"
)


def recognizes(head: bytes) -> bool:
    """Whether a file begins as a pickle of something of gensim's."""
    return head[:1] == b"\x80" and head[1:2] <= b"\x09" and b"gensim.models." in head[:128]


def read(source: Opened, options: ImportOptions) -> Model:
    """Read vectors and their keys.

    Raises:
        FormatError: The pickle is damaged or holds something else; the message says how to save it.
        DataError: Keys or numbers cannot be used, or the file beside it is missing.
    """
    with opened(source) as stream:
        where = stream.name
        made = pickle_values.read(stream.read(), where)
        kind = made.kind if isinstance(made, pickle_values.Made) else ""
        if kind not in [f"{MODULE}.{name}" for name in CLASSES] or not isinstance(made.state, dict):
            remedy = REMEDY_OF_FASTTEXT if "FastText" in kind else REMEDY
            raise FormatError(f"{where}: a pickle of {kind or 'something else'}; {remedy}")
        vectors = _vectors(made.state, stream)
    keys = made.state.get("index_to_key", made.state.get("index2word"))
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise FormatError(f"{where}: the keys are no texts; {REMEDY}")
    listed = KeyList()
    listed.extend([key.encode("utf-8", "surrogatepass") for key in keys])
    found = {"vectors": listed.finish(where, 1, "keys")}
    return tensors.model_of({"vectors": vectors}, options, where, found)


def _vectors(state: dict[Any, Any], stream: Source) -> Any:
    """The rows, from the pickle or from the file beside it."""
    vectors = state.get("vectors", state.get("syn0"))
    if isinstance(vectors, pickle_values.Made):
        vectors = vectors.state
    if isinstance(vectors, np.ndarray) and vectors.dtype.kind == "f":
        return vectors
    if vectors is not None or "vectors" not in (state.get("__numpys") or []):
        raise FormatError(f"{stream.name}: the vectors are no floats; {REMEDY}")
    if stream.path is None:
        raise DataError(f"{stream.name}: the vectors lie in a file beside this one: name its path")
    beside = f"{stream.path}.vectors.npy"
    if not Path(beside).is_file():
        raise DataError(f"{beside}: this file with the vectors is missing")
    with opened(beside) as arrays:
        return npy_file.parse(arrays.read(), arrays.name)
