"""Ways to spoil a file: its bytes, its header, or its description and tensors under new digests."""

from __future__ import annotations

import copy
import gzip
import io
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from safetensors.numpy import save as safetensors_save

from nlucompress.errors import NluCompressError
from tests.hostile.samples import joined, taken_apart

Random = np.random.Generator
Chosen = TypeVar("Chosen")

NUMBERS = (0, 1, -1, 2, 3, 7, 8, 15, 16, 17, 40, 57, 58, 64, 127, 128, 255, 256, 512, 1000, 65_535,
           65_536, 1 << 20, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**40, 2**53, 2**62, 2**63 - 1,
           2**63, 2**64, 10**30, -(2**63), 0.5, -0.0, 1e-45, 1e38, 1e300)  # fmt: skip
VALUES: tuple[Any, ...] = (
    *NUMBERS, True, False, None, "", "linear", "dense", "sparse", "coded", "float", "row", "label",
    "group", "tensor", "codebook", "strings", "hash", "\ud800", [], {}, [1], [0, 0], [[]],
    {"kind": "dense"},
)  # fmt: skip
DTYPES = ("u1", "i1", "<u2", "<i2", "<f2", "<u4", "<i4", "<f4", "<u8", "<i8", "<f8", "?")
WORDS = (b"\0", b"\n", b"\r\n", b"\t", b" ", b"nan", b"inf", b"1e999", b"-", b"9" * 400, b"\xff",
         b"\xef\xbb\xbf", b"\xed\xa0\x80", b"{", b"}", b"[", b'"', b"1_0", b"0x1", b"+1",
         "٣".encode(), b"2147483648 99999999\n")  # fmt: skip


def mutate(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Spoil an input once or a few times."""
    for _ in range(int(random.integers(1, 4))):
        kind: Callable[[bytes, Sequence[bytes], Random], bytes] = WAYS[
            int(random.integers(len(WAYS)))
        ]
        data = kind(data, others, random)
    return data


def _pick(choices: Sequence[Chosen], random: Random) -> Chosen:
    return copy.deepcopy(choices[int(random.integers(len(choices)))])


def _flip(data: bytes, _: Sequence[bytes], random: Random) -> bytes:
    """Invert single bits."""
    result = bytearray(data)
    for _flips in range(int(random.integers(1, 9)) if data else 0):
        result[int(random.integers(len(result)))] ^= 1 << int(random.integers(8))
    return bytes(result)


def _overwrite(data: bytes, _: Sequence[bytes], random: Random) -> bytes:
    """Write random bytes over a run of bytes."""
    at = int(random.integers(len(data) + 1))
    run = random.integers(0, 256, int(random.integers(1, 17)), np.uint8).tobytes()
    return data[:at] + run + data[at + len(run) :]


def _truncate(data: bytes, _: Sequence[bytes], random: Random) -> bytes:
    """Cut the end off."""
    return data[: int(random.integers(len(data) + 1))]


def _splice(data: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Put the end of another input behind the front of this one."""
    other = _pick(others, random)
    return (
        data[: int(random.integers(len(data) + 1))] + other[int(random.integers(len(other) + 1)) :]
    )


def _repeat(data: bytes, _: Sequence[bytes], random: Random) -> bytes:
    """Repeat or leave out a run of bytes."""
    begin, end = sorted(random.integers(0, len(data) + 1, 2).tolist())
    return data[:begin] + data[begin:end] * int(random.integers(0, 4)) + data[end:]


def _insert(data: bytes, _: Sequence[bytes], random: Random) -> bytes:
    """Insert a word that is special somewhere."""
    at = int(random.integers(len(data) + 1))
    return data[:at] + _pick(WORDS, random) + data[at:]


def _header(data: bytes, _: Sequence[bytes], random: Random) -> bytes:
    """Change a value of the outer header, and keep the frame whole."""
    length = int.from_bytes(data[:8], "little")
    try:
        header = json.loads(data[8 : 8 + length])
    except (ValueError, RecursionError):
        return data
    if isinstance(header, dict):
        _change(header, random)
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data[8 + length :]


def _redigested(data: bytes, _: Sequence[bytes], random: Random) -> bytes:
    """Change description or tensors and write digests that fit."""
    try:
        description, tensors = taken_apart(data)
        if random.random() < 0.5 or not tensors:
            _change(description, random)
        else:
            name = _pick(sorted(tensors), random)
            tensors[name] = _tensor(tensors[name], random)
        return joined(description, tensors)
    except (NluCompressError, ValueError, KeyError, TypeError, OverflowError):
        return data


def _tensor(array: np.ndarray[Any, Any], random: Random) -> np.ndarray[Any, Any]:
    way = int(random.integers(6))
    if way == 0:
        return array[: int(random.integers(len(array) + 1))].copy()
    if way == 1:
        return np.concatenate((array, array[: int(random.integers(len(array) + 1))]))
    if way == 2:
        with np.errstate(all="ignore"):
            return array.astype(_pick(DTYPES, random))
    raw = bytearray(array.tobytes())
    for _ in range(int(random.integers(1, 5)) if raw else 0):
        raw[int(random.integers(len(raw)))] = int(_pick((0, 1, 127, 128, 255, 17), random))
    return np.frombuffer(bytes(raw), array.dtype).reshape(array.shape)


def _change(value: Any, random: Random) -> None:
    """Change something somewhere in a JSON value, which is an object or a list."""
    names: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
    if not names or random.random() < 0.05:
        if isinstance(value, dict):
            value["more"] = _pick(VALUES, random)
        else:
            value.append(_pick(VALUES, random))
        return
    name = _pick(names, random)
    if isinstance(value[name], (dict, list)) and random.random() < 0.9:
        _change(value[name], random)
    elif random.random() < 0.1:
        del value[name]
    elif isinstance(value[name], int) and random.random() < 0.5:
        value[name] += int(_pick((-1, 1, 2, 8, -8), random))
    else:
        value[name] = _pick(VALUES, random)


WAYS = (_flip, _overwrite, _truncate, _splice, _repeat, _insert, _header, _redigested, _redigested,
        _redigested, _redigested)  # fmt: skip


def gzipped(data: bytes) -> bytes:
    """The data in gzip, the same every time."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as file:
        file.write(data)
    return buffer.getvalue()


def plain_safetensors() -> bytes:
    """A file of the safetensors library that is not ours."""
    return bytes(safetensors_save({"a": np.ones((3, 2), np.float32), "b": np.zeros(4, np.float16)}))
