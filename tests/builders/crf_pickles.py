"""Pickles as sklearn-crfsuite and joblib write them, without these packages."""

from __future__ import annotations

import pickle
import struct
import sys
from types import ModuleType
from typing import Any

import numpy as np

DATA = "__FILE_RESOURCE_DATA__"
STANDS_FOR = {
    "FileResource": "sklearn_crfsuite._fileresource",
    "CRF": "sklearn_crfsuite.estimator",
    "Pipeline": "sklearn.pipeline",
    "NumpyArrayWrapper": "joblib.numpy_pickle",
}


def made(name: str, /, **state: Any) -> Any:
    """An object of a class of this name, with these attributes."""
    result = type(name, (), {"__module__": STANDS_FOR[name]})()
    vars(result).update(state)
    return result


def resource(data: Any, name: str | None = None) -> Any:
    """What holds a CRFsuite file; None holds none."""
    kept = {} if data is None else {DATA: data}
    return made("FileResource", name=name, auto=name is None, suffix=".crfsuite", **kept)


def crf(data: Any, name: str | None = None) -> Any:
    """A fitted CRF."""
    options = {"algorithm": "lbfgs", "c1": 0.1, "max_iterations": 100, "verbose": False}
    return made("CRF", **options, modelfile=resource(data, name), _tagger=None)


def dumped(value: Any, protocol: int = 4) -> bytes:
    """The pickle of objects that were made here."""
    kinds: dict[str, Any] = {}
    _collect(value, kinds)
    before = dict(sys.modules)
    try:
        for name, kind in kinds.items():
            module = ModuleType(STANDS_FOR[name])
            setattr(module, name, kind)
            for part in (STANDS_FOR[name].split(".")[0], STANDS_FOR[name]):
                sys.modules[part] = module
        return pickle.dumps(value, protocol)
    finally:
        for name in set(sys.modules) - set(before):
            del sys.modules[name]
        sys.modules.update(before)


def _collect(value: Any, kinds: dict[str, Any]) -> None:
    """Find the classes; all objects of a name share one."""
    if type(value).__name__ in STANDS_FOR:
        name = type(value).__name__
        value.__class__ = kinds.setdefault(name, type(value))
        _collect(list(vars(value).values()), kinds)
    elif isinstance(value, (list, tuple)):
        for each in value:
            _collect(each, kinds)


def of_python_2(data: bytes, text: bool) -> bytes:
    """A CRF as Python 2 pickles it: a string of raw bytes, as text (protocol 0) or counted (2)."""
    if text:
        escaped = repr(data)[1:].encode()  # Python 2 shows a string so
        return (
            b"ccopy_reg\n_reconstructor\np0\n(csklearn_crfsuite.estimator\nCRF\np1\n"
            b"c__builtin__\nobject\np2\nNtp3\nRp4\n(dp5\nS'modelfile'\np6\n"
            b"g0\n(csklearn_crfsuite._fileresource\nFileResource\np7\ng2\nNtp8\nRp9\n"
            b"(dp10\nS'name'\np11\nNsS'" + DATA.encode() + b"'\np12\nS" + escaped + b"\np13\nsbsb."
        )
    counted = b"T" + struct.pack("<I", len(data)) + data
    key = DATA.encode()
    return (
        b"\x80\x02csklearn_crfsuite.estimator\nCRF\nq\x00)\x81q\x01}q\x02U\x09modelfileq\x03"
        b"csklearn_crfsuite._fileresource\nFileResource\nq\x04)\x81q\x05}q\x06"
        b"U" + bytes([len(key)]) + key + b"q\x07" + counted + b"sbsb."
    )


def with_joblib_arrays(value: Any) -> bytes:
    """A list as joblib writes it: an array of floats, one of objects, then a value."""
    head = b"\x80\x04]q\x00("
    parts = [head]
    for array in (np.arange(3.0), np.array(["a", None], object)):
        wrapper = made(
            "NumpyArrayWrapper",
            subclass=None,
            shape=array.shape,
            order="C",
            dtype=array.dtype,
            numpy_array_alignment_bytes=16,
        )
        parts.append(dumped(wrapper, 3)[2:-1])  # without PROTO and STOP
        if array.dtype.hasobject:
            parts.append(pickle.dumps(array, 5))
        else:
            parts.append(b"\x05" + b"\xff" * 5 + array.tobytes())
    parts.append(dumped(value, 3)[2:-1])
    return b"".join([*parts, b"e."])
