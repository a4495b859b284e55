"""What a Python user can install to lead from keys to numbers, each behind the same few calls."""

from __future__ import annotations

import importlib
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mmh3
import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.hashing import murmur
from nlucompress.algo.hashing.mphf import Groups
from nlucompress.algo.hashing.mphf_build import build
from nlucompress.format.indexes.kinds import Hashed

OURS = "ours 16x4 + 8 bits"  # with fingerprints, as it is packed unless asked otherwise
OURS_ALONE, OURS_SMALL = "ours 16x4", "ours 32x8"
PEER = "bbhash"
FLOOR = "mmh3 alone"


@dataclass(frozen=True)
class Subject:
    """One of them.

    Attributes:
        build: From the keys, as str where ``takes_text``, in UTF-8 else.
        bits: Of what was built, with the number of keys, the bits per key once saved.
        one_by_one: Look the keys up in a loop, each by the fastest single call.
        batch: Look them up in whatever way is fastest for many.
    """

    takes_text: bool
    build: Callable[[Sequence[Any]], Any]
    bits: Callable[[Any, int], float]
    one_by_one: Callable[[Any, Sequence[str]], object]
    batch: Callable[[Any, Sequence[str]], object]


def _ours(groups: Groups, fingerprint_bits: int) -> Subject:
    def make(keys: Sequence[bytes]) -> Hashed:
        h1, h2 = murmur.hash_keys(keys)
        cascade = build(h1, h2, groups)
        if not fingerprint_bits:
            return Hashed(cascade, 0, np.zeros(0, np.uint8))
        return Hashed.of(cascade, cascade.slots(h1, h2), h2, fingerprint_bits)

    def one_by_one(index: Hashed, keys: Sequence[str]) -> None:
        if index._native is None:
            for key in keys:
                index.find([key])
            return
        slot = index._native.slot
        for key in keys:
            slot(key)

    return Subject(
        False,
        make,
        lambda index, count: 8 * index.joined.nbytes / count,
        one_by_one,
        lambda index, keys: index.find(keys),
    )


def _digests(keys: Iterable[bytes]) -> NDArray[np.uint64]:
    """Half a hash of each key by the fastest way that leads there from Python."""
    joined = b"".join(map(mmh3.mmh3_x64_128_digest, keys))
    return np.frombuffer(joined, "<u8")[::2].astype(np.uint64)


def _mmh3() -> Subject:
    def one_by_one(built: object, keys: Sequence[str]) -> None:
        digest = mmh3.mmh3_x64_128_digest
        for key in keys:
            digest(key.encode())

    return Subject(
        False,
        lambda keys: list(map(mmh3.mmh3_x64_128_digest, keys)),
        lambda *_: 0.0,  # it keeps nothing
        one_by_one,
        lambda built, keys: list(map(mmh3.mmh3_x64_128_digest, map(str.encode, keys))),
    )


def _bbhash() -> Subject:
    from bbhash import PyMPHF

    def size(built: Any, count: int) -> float:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "saved"
            built.save(str(path))
            return 8 * path.stat().st_size / count

    def one_by_one(built: Any, keys: Sequence[str]) -> None:
        lookup, digest = built.lookup, mmh3.mmh3_x64_128_utupledigest
        for key in keys:
            lookup(digest(key.encode())[0])

    return Subject(
        False,
        lambda keys: PyMPHF(_digests(keys).tolist(), len(keys), 1, 1.0),  # one thread, gamma 1
        size,
        one_by_one,
        lambda built, keys: built.lookup_many(_digests(map(str.encode, keys))),
    )


def _container(make: Callable[[Sequence[str]], Any], size: Callable[[Any, int], float]) -> Subject:
    """Anything that is asked with brackets."""

    def one_by_one(built: Any, keys: Sequence[str]) -> None:
        get = built.__getitem__
        for key in keys:
            get(key)

    return Subject(True, make, size, one_by_one, lambda built, keys: [built[key] for key in keys])


def _dict() -> Subject:
    def size(built: dict[str, int], count: int) -> float:
        held = sum(map(sys.getsizeof, built)) + 32 * count  # 32 bytes: an int that is not small
        return 8 * (sys.getsizeof(built) + held) / count

    def one_by_one(built: dict[str, int], keys: Sequence[str]) -> None:
        for key in keys:
            built[key]  # the operator is faster than any call

    return Subject(
        True,
        lambda keys: {key: row for row, key in enumerate(keys)},
        size,
        one_by_one,
        lambda built, keys: [built[key] for key in keys],
    )


def _saved(built: Any, count: int) -> float:
    return 8 * len(built.tobytes()) / count


def _marisa() -> Subject:
    trie = importlib.import_module("marisa_trie").Trie
    return _container(trie, _saved)


def _dawg() -> Subject:
    dawg = importlib.import_module("dawg").IntDAWG
    return _container(lambda keys: dawg(zip(keys, range(len(keys)), strict=True)), _saved)


KNOWN: dict[str, Callable[[], Subject]] = {
    OURS: lambda: _ours(Groups(16, 4), 8),
    OURS_ALONE: lambda: _ours(Groups(16, 4), 0),
    OURS_SMALL: lambda: _ours(Groups(32, 8), 0),
    FLOOR: _mmh3,
    PEER: _bbhash,
    "marisa-trie": _marisa,
    "dawg2": _dawg,
    "dict": _dict,
}


def installed() -> list[str]:
    """Names of the subjects that are there; says why another is not."""
    names = []
    for name, make in KNOWN.items():
        try:
            make()
        except ImportError as error:
            print(f"{name} is left out: {error}")
        else:
            names.append(name)
    return names
