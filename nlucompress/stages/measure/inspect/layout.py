"""The header's entries of a file that may be damaged, and what a foreign file looks like."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nlucompress.format.frame import container
from nlucompress.format.frame.container import Entry

# Bits per element of dtypes that other programs write; a model never has them.
FOREIGN = {
    "F4": 4,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "F8_E4M3": 8,
    "F8_E5M2": 8,
    "F8_E8M0": 8,
    "C64": 64,
}
_BITS = {name: 8 * np.dtype(code).itemsize for name, code in container.DTYPES.items()} | FOREIGN
_BEGINNINGS = {
    b"PK\x03\x04": "a zip archive (.npz and PyTorch files are)",
    b"\x1f\x8b": "a gzip file",
    b"GGUF": "a GGUF file",
    b"\x80": "a Python pickle",
    b"\x93NUMPY": "a NumPy array",
}


def looks_like(begin: bytes) -> str:
    """What the first bytes of a file tell of it, to be added to a message."""
    for magic, what in _BEGINNINGS.items():
        if begin.startswith(magic):
            return f"; it begins like {what}"
    if len(begin) == 8 and all(32 <= byte < 127 or byte in b"\t\r\n" for byte in begin):
        return f"; it begins like text: {begin.decode('ascii')!r}"
    return ""


def entries_of(header: dict[str, Any], size: int, problems: list[str]) -> dict[str, Entry]:
    """The tensors in the order of their data; what is wrong with them is added to ``problems``."""
    entries: dict[str, Entry] = {}
    for name, value in header.items():
        try:
            dtype, shape, (begin, end) = value["dtype"], value["shape"], value["data_offsets"]
            whole = all(type(n) is int and 0 <= n < 1 << 62 for n in (*shape, begin, end))
            sane = isinstance(dtype, str) and len(shape) <= 8 and whole and begin <= end
            sane = sane and name.isprintable()
        except (TypeError, KeyError, ValueError):
            sane = False
        if not sane:
            problems.append(f"tensor {name!r}: its header entry is malformed")
            continue
        entries[name] = Entry(dtype, tuple(shape), begin, end)
    ordered = dict(sorted(entries.items(), key=container.data_order))
    most = max((entry.end for entry in ordered.values()), default=0)
    if most > size:
        problems.append(f"the file ends {most - size:,} bytes before its last tensor; truncated?")
    elif most < size:
        problems.append(f"{size - most:,} bytes follow the last tensor and belong to nothing")
    at = 0
    for name, entry in ordered.items():
        if entry.dtype not in _BITS:
            problems.append(f"tensor {name!r}: unknown dtype {entry.dtype[:20]!r}")
        elif math.prod(entry.shape) * _BITS[entry.dtype] != 8 * (entry.end - entry.begin):
            problems.append(
                f"tensor {name!r}: shape {list(entry.shape)} of {entry.dtype} does not take "
                f"{entry.end - entry.begin:,} bytes"
            )
        if entry.begin != at:
            problems.append(f"tensor {name!r} begins at byte {entry.begin:,} instead of {at:,}")
        if entry.end > size:
            there = max(0, size - entry.begin)
            where = f"only {there:,} of its {entry.end - entry.begin:,} bytes are there"
            problems.append(f"tensor {name!r}: {where if there else 'lies outside of the file'}")
        at = entry.end
    return ordered
