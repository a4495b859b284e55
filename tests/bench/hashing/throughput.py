"""Bits per key and throughput of the hash, against Python's dict and BBHash in the same run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import mmh3
import numpy as np

from nlucompress.algo.hashing import murmur
from nlucompress.algo.hashing.mphf import PLAIN, Cascade, Groups
from nlucompress.algo.hashing.mphf_build import build
from tests.bench.measure import alternate, median_ratio, timed

BATCH = 10_000
LOOKUPS = 1_000_000
SHAPES = {"cascade": PLAIN, "grouped 16x4": Groups(16, 4), "grouped 32x8": Groups(32, 8)}
BARS = {"cascade": 2.92, "grouped 16x4": 2.31}  # bits per key at most


@dataclass(frozen=True)
class Peer:
    """Something that leads from keys to numbers."""

    build: Callable[[Sequence[bytes]], Any]
    look_up: Callable[[Any, Sequence[bytes]], object]


def peers() -> dict[str, Peer]:
    """Ours and the others; BBHash where it is installed."""
    found = {
        "cascade": Peer(lambda keys: build(*murmur.hash_keys(keys), PLAIN), _slots),
        "grouped 16x4": Peer(lambda keys: build(*murmur.hash_keys(keys), Groups(16, 4)), _slots),
        "dict": Peer(
            lambda keys: {key: row for row, key in enumerate(keys)},
            lambda built, keys: [built[key] for key in keys],
        ),
    }
    try:
        from bbhash import PyMPHF
    except ImportError:
        return found

    def bbhash(keys: Sequence[bytes]) -> Any:
        return PyMPHF([_hash64(key) for key in keys], len(keys), 1, 1.0)

    found["bbhash"] = Peer(
        bbhash,
        lambda built, keys: built.lookup_many(np.array([_hash64(k) for k in keys], np.uint64)),
    )
    return found


def _slots(cascade: Cascade, keys: Sequence[bytes]) -> object:
    return cascade.slots(*murmur.hash_keys(keys))


def _hash64(key: bytes) -> int:
    return mmh3.hash64(key, murmur.SEED, signed=False)[0]


def bits_per_key(keys: Sequence[bytes]) -> dict[str, float]:
    """Bits of the hash alone, gamma 1 everywhere; every slot is checked to be taken once."""
    h1, h2 = murmur.hash_keys(keys)
    found: dict[str, float] = {}
    for name, shape in SHAPES.items():
        cascade = build(h1, h2, shape)
        if not (np.bincount(cascade.slots(h1, h2), minlength=len(keys)) == 1).all():
            raise RuntimeError(f"{name}: the slots are no permutation")
        found[name] = 8 * cascade.nbytes / len(keys)
    bbhash = peers().get("bbhash")
    if bbhash is not None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bbhash"
            bbhash.build(keys).save(str(path))
            found["bbhash"] = 8 * path.stat().st_size / len(keys)
    return found


def throughput(keys: Sequence[bytes], rounds: int) -> dict[str, dict[str, float]]:
    """Seconds of each peer by those of the grouped hash, for building and for looking up.

    Times include hashing the keys. Lookups come in batches of 10,000 keys in random order.
    """
    built: dict[str, Any] = {}
    chosen = np.random.default_rng(2).integers(0, len(keys), min(LOOKUPS, 2 * len(keys)))
    wanted = [keys[row] for row in chosen.tolist()]
    batches = [wanted[at : at + BATCH] for at in range(0, len(wanted), BATCH)]

    def build_one(name: str, peer: Peer) -> float:
        built.pop(name, None)

        def action() -> object:
            built[name] = peer.build(keys)
            return None

        return timed(action)

    def look_up(name: str, peer: Peer) -> float:
        return timed(lambda: [peer.look_up(built[name], batch) for batch in batches])

    all_peers = peers()
    seconds: dict[str, dict[str, list[float]]] = {}
    for what, measured in (("build", build_one), ("look up", look_up)):
        actions = {name: partial(measured, name, peer) for name, peer in all_peers.items()}
        seconds[what] = alternate(actions, rounds)
    ours = "grouped 16x4"
    return {
        what: {name: median_ratio(times, name, ours) for name in times}
        for what, times in seconds.items()
    }
