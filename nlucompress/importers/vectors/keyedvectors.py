"""gensim's vectors and models as `save` writes them: a pickle, which is read and not unpickled.

Large arrays stand beside it in files, as `NAME.vectors.npy`; of a model, `NAME.wv.vectors.npy`.

    KeyedVectors             keys and their rows
    FastTextKeyedVectors     rows of words and of buckets of n-grams, whose mean is a word's vector
    Word2Vec, FastText       a model whose `wv` is one of these
    Doc2Vec                  `wv`, and `dv` with the vectors of documents
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlucompress.errors import DataError, FormatError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.format.model import Model, Table
from nlucompress.importers.fasttext.model import MAX_N, keys_of
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading import pickle_values
from nlucompress.importers.reading.keylist import KeyList
from nlucompress.importers.tensors import npy_file
from nlucompress.importers.tensors import table as tensors
from nlucompress.io.sources import Opened, Source, opened

CLASSES = ("KeyedVectors", "Word2VecKeyedVectors", "EuclideanKeyedVectors")
MODULE = "gensim.models.keyedvectors"
SUBWORDS = "gensim.models.fasttext.FastTextKeyedVectors"
MODELS = {
    "gensim.models.word2vec.Word2Vec": ("wv",),
    "gensim.models.fasttext.FastText": ("wv",),
    "gensim.models.doc2vec.Doc2Vec": ("wv", "dv"),
}
TABLES = {"wv": "words", "dv": "documents"}
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
        parts = _parts(made, stream)
        kinds = {name: part.kind for name, part in parts.items()}
        if SUBWORDS in kinds.values() and len(parts) == 1:
            (part,) = parts.values()
            return _subwords(part)
        for kind in kinds.values():
            if kind not in [f"{MODULE}.{name}" for name in CLASSES]:
                remedy = REMEDY_OF_FASTTEXT if "FastText" in kind else REMEDY
                raise FormatError(f"{where}: a pickle of {kind or 'something else'}; {remedy}")
        if "dv" in parts:
            return Model({TABLES[name]: part.table() for name, part in parts.items()})
        (part,) = parts.values()
        return tensors.model_of(
            {"vectors": part.array("vectors", "syn0")}, options, where, {"vectors": part.keys()}
        )


def _parts(made: Any, stream: Source) -> dict[str, _Vectors]:
    """The vectors of a pickle by the names that a model has for them."""
    where = stream.name
    kind = made.kind if isinstance(made, pickle_values.Made) else ""
    state = made.state if isinstance(made, pickle_values.Made) else None
    if not isinstance(state, dict):
        raise FormatError(f"{where}: a pickle of {kind or 'something else'}; {REMEDY}")
    if kind not in MODELS:
        return {"wv": _Vectors(kind, state, stream, "")}
    found = {}
    for name in MODELS[kind]:
        inner = state.get(name)
        if not isinstance(inner, pickle_values.Made) or not isinstance(inner.state, dict):
            remedy = REMEDY_OF_FASTTEXT if "FastText" in kind else REMEDY
            raise FormatError(f"{where}: a pickle of {kind} without `{name}`; {remedy}")
        found[name] = _Vectors(inner.kind, inner.state, stream, f".{name}")
    return found


def _subwords(part: _Vectors) -> Model:
    """Words and buckets of FastText, whose mean is the vector of a word, seen or not."""
    shortest, longest, buckets = map(part.number, ("min_n", "max_n", "bucket"))
    if part.state.get("compatible_hash") is False:
        raise part.error("its n-grams are hashed as gensim 3 did", REMEDY_OF_FASTTEXT)
    words = part.array("vectors_vocab")
    names = [key.encode("utf-8", "surrogatepass") for key in part.texts()]
    if not longest or shortest > longest:
        shortest = longest = buckets = 0
        rows = words
    else:
        grams = part.array("vectors_ngrams")
        if grams.ndim != 2 or words.ndim != 2 or grams.shape != (buckets, words.shape[1]):
            raise part.error("the vectors of n-grams are not one per bucket", REMEDY_OF_FASTTEXT)
        rows = np.concatenate((words, grams))
    if longest > MAX_N:
        raise part.error(f"n-grams of {longest} characters", "at most 64 are read")
    if words.ndim != 2 or len(words) != len(names):
        raise part.error("the vectors are not one per word", REMEDY_OF_FASTTEXT)
    keys = keys_of(names, np.arange(buckets), part.stream.name)
    features = {"kind": "subwords", "shortest": shortest, "longest": longest, "words": 1}
    table = Table(keys, from_dense(tensors.float32(rows, part.stream.name)))
    return Model({"embeddings": table}, None, (), {**features, "buckets": buckets})


@dataclass(frozen=True)
class _Vectors:
    """The state of one of gensim's classes of vectors.

    Attributes:
        kind: Its class.
        state: Its attributes.
        stream: The file.
        within: What names of files beside it have before the name of an array.
    """

    kind: str
    state: dict[Any, Any]
    stream: Source
    within: str

    def error(self, what: str, remedy: str = REMEDY) -> FormatError:
        return FormatError(f"{self.stream.name}: {what}; {remedy}")

    def number(self, name: str) -> int:
        """An attribute that is a number, not below 0."""
        value = self.state.get(name)
        if type(value) is not int or value < 0:
            raise self.error(f"{name} is not a number", REMEDY_OF_FASTTEXT)
        return value

    def texts(self) -> list[str]:
        """The keys; numbers, as tags of documents may be, in decimal."""
        keys = self.state.get("index_to_key", self.state.get("index2word"))
        if not isinstance(keys, list) or not all(type(key) in (str, int) for key in keys):
            raise self.error("the keys are not texts")
        return [str(key) for key in keys]

    def keys(self) -> Strings:
        """The keys as an index."""
        listed = KeyList()
        listed.extend([key.encode("utf-8", "surrogatepass") for key in self.texts()])
        return listed.finish(self.stream.name, 1, "keys")

    def table(self) -> Table:
        """Keys and rows."""
        keys, rows = self.keys(), self.array("vectors")
        if rows.ndim != 2 or len(rows) != len(keys):
            raise self.error("the vectors are not one per key")
        return Table(keys, from_dense(tensors.float32(rows, self.stream.name)))

    def array(self, *names: str) -> Any:
        """An array of floats under one of these names, from the pickle or from beside it."""
        found = next((self.state[name] for name in names if name in self.state), None)
        if isinstance(found, pickle_values.Made):
            found = found.state
        if isinstance(found, np.ndarray) and found.dtype.kind == "f":
            return found
        name = names[0]
        if found is not None or name not in (self.state.get("__numpys") or []):
            raise self.error(f"the {name} are not floats")
        if self.stream.path is None:
            raise DataError(
                f"{self.stream.name}: the {name} lie in a file beside this one: name its path"
            )
        beside = f"{self.stream.path}{self.within}.{name}.npy"
        if not Path(beside).is_file():
            raise DataError(f"{beside}: this file with the {name} is missing")
        with opened(beside) as arrays:
            return npy_file.parse(arrays.read(), arrays.name)
