"""The foreign formats: how their files begin, and which importer reads them.

An importer is imported only when a file asks for it, and the names alone cost nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from nlucompress.importers.vectors.text_layouts import LAYOUTS
from nlucompress.io.sources import BOM

_JSON_HEAD = re.compile(rb'\s*(?:\[\s*)?\{\s*"(?:[^"\\]|\\.)*"\s*:\s*[\[{]', re.DOTALL)


@dataclass(frozen=True)
class Format:
    """A foreign format.

    Attributes:
        module: The file of this room with its ``read(source, options)``.
        recognizes: Whether a file that begins with these bytes has the format; None for the text
            layouts, which are what nothing else recognizes, and for directories.
        takes: Options of ``ImportOptions`` beside ``format`` that mean something for it.
    """

    module: str
    recognizes: Callable[[bytes], bool] | None = None
    takes: tuple[str, ...] = ()


def _safetensors(head: bytes) -> bool:
    from nlucompress.format.frame.container import MAX_HEADER  # with it comes NumPy

    return head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= MAX_HEADER


def _asked(module: str, takes: tuple[str, ...] = ()) -> Format:
    """A format whose own module says whether a file's head is one; it is imported when asked."""

    def recognizes(head: bytes) -> bool:
        result: bool = import_module(f"nlucompress.importers.{module}").recognizes(head)
        return result

    return Format(module, recognizes, takes)


def _perceptron(head: bytes) -> bool:
    """An object, or a list that begins with one, whose first value is an object or a list.

    Or a pickle of such.
    """
    if _JSON_HEAD.match(head.removeprefix(BOM)) is not None:
        return True
    return _asked("taggers.perceptron_pickle").recognizes(head)  # type: ignore[misc]


PICKLE = "sklearn-pickle"
CRF_PICKLE = "sklearn-crfsuite"
_TENSORS = ("name", "tensor", "keys", "skip")

FORMATS: dict[str, Format] = {
    **{layout: Format("vectors.text", takes=("name",)) for layout in LAYOUTS},
    "word2vec-binary": _asked("vectors.word2vec_binary", ("name",)),
    "keyedvectors": _asked("vectors.keyedvectors", ("name",)),
    "finalfusion": Format(
        "vectors.finalfusion", lambda head: head[:4] == b"FiFu", takes=("name", "skip")
    ),
    "safetensors": Format("tensors.safetensors_file", _safetensors, takes=_TENSORS),
    "safetensors-index": _asked("tensors.safetensors_index", _TENSORS),
    "model2vec": Format("vectors.model2vec", takes=("name", "skip")),
    "npy": Format(
        "tensors.npy_file", lambda head: head[:6] == b"\x93NUMPY", takes=("name", "keys")
    ),
    "keras": _asked("tensors.keras_file", _TENSORS),
    "onnx": _asked("tensors.onnx_file", _TENSORS),
    "fasttext": Format(
        "fasttext.model", lambda head: head[:4] == (793_712_314).to_bytes(4, "little")
    ),
    "skops": _asked("sklearn.skops", ("vectorizer",)),
    PICKLE: Format("sklearn.objects", takes=("vectorizer",)),
    "crfsuite": Format("taggers.crfsuite.model", lambda head: head.startswith(b"lCRF")),
    "crfsuite-dump": _asked("taggers.crfsuite.dump"),
    CRF_PICKLE: _asked("taggers.crfsuite.pickled"),
    "opennlp": _asked("opennlp.model"),
    "crfpp": _asked("taggers.crfpp"),
    "wapiti": Format("taggers.wapiti", lambda head: head.startswith(b"#mdl#")),
    "vowpal-wabbit": _asked("linear.vowpal.model"),
    "liblinear": Format(
        "linear.liblinear", lambda head: head.startswith(b"solver_type "), ("keys",)
    ),
    "nlucompress-json": _asked("linear.exported_json"),
    "perceptron": Format("taggers.perceptron", _perceptron),
}
