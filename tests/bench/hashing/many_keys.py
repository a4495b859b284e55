"""A hash over many keys, which are made, hashed and forgotten: time, bits and memory per key.

The keys look like n-grams of a text: one to three words of an invented vocabulary, of which few
words are in many keys. Exit code 1 says that a bar was missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.hashing import murmur
from nlucompress.algo.hashing.mphf import Cascade, Groups
from nlucompress.algo.hashing.mphf_build import build
from nlucompress.format.indexes.kinds import Hashed
from tests.bench import measure

MEMORY_BAR = 40.0  # bytes per key at most, above those of the program before its first key
JUDGED_FROM = 10_000_000  # keys; with fewer, what does not grow with them weighs too much
CHUNK = 1 << 14
SAMPLE = 10_000
_ORDERS = 16  # orders in which words follow others, each with the frequent words mostly first
_SLOPE = 0.75  # the word of rank r begins r^-0.75 times as many keys as the first
_BIGRAMS = 0.3
_SYLLABLES = [c + v for c in "bdfghjklmnprstvwxyz" for v in "aeiou"] + ["qu", "ch", "sch", "ö", "ü"]


def vocabulary(count: int, seed: int) -> list[bytes]:
    """So many distinct words of letters; the first are the shortest."""
    rng = np.random.default_rng(seed)
    parts = [_SYLLABLES[at].encode() for at in rng.permutation(len(_SYLLABLES))]
    words: list[bytes] = []
    longer = [b""]  # no syllable begins another, so no two rows of them are the same word
    while len(words) < count:
        longer = [word + part for word in longer[: count // len(parts) + 1] for part in parts]
        words += longer
    return words[:count]


@lru_cache(maxsize=4096)
def _shares(total: int, parts: int) -> tuple[int, ...]:
    """A total in falling shares, at most ``parts`` of them."""
    weights = np.cumsum(np.arange(1, parts + 1) ** -_SLOPE)
    ends = np.rint(weights * (total / weights[-1])).astype(np.int64)
    shares: list[int] = np.diff(ends, prepend=0).tolist()
    return tuple(shares)


def key_chunks(count: int, seed: int = 1) -> Iterator[list[bytes]]:
    """So many distinct keys in UTF-8, some ten thousands at a time; the same on every machine."""
    size = min(count, max(count // 50, 10 * int(count**0.5)))
    words = vocabulary(size, seed)
    yield words
    if not (left := count - size):
        return
    bigrams = _shares(max(1, int(_BIGRAMS * left)), size)
    per_bigram = left / sum(bigrams) - 1
    rng = np.random.default_rng(seed)
    most = min(size, 4 * max(bigrams) + 4)
    orders: list[list[bytes]] = []
    for _ in range(_ORDERS):  # Zipf-like sampling without replacement
        arrival = rng.standard_exponential(size) * np.arange(1, size + 1)
        orders.append([words[at] for at in np.argsort(arrival)[:most].tolist()])
    chunk: list[bytes] = []
    for rank, followers in enumerate(bigrams):
        first = words[rank] + b" "
        thirds = _shares(int(followers * per_bigram) + 1, followers) if followers else ()
        seconds = orders[rank % _ORDERS][:followers]
        for at, (second, share) in enumerate(zip(seconds, thirds, strict=True)):
            start = first + second
            chunk.append(start)
            if share:
                start += b" "
                chunk += [start + third for third in orders[(rank + at) % _ORDERS][:share]]
        if len(chunk) >= CHUNK:
            yield chunk[:left]
            if (left := left - len(chunk)) <= 0:
                return
            chunk = []
    yield chunk[:left]


@dataclass
class Streamed:
    """Hashes of the keys, a sample of them by their numbers, and where the time went."""

    h1: NDArray[np.uint64]
    h2: NDArray[np.uint64]
    sample: dict[int, bytes] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def hash_stream(count: int, seed: int = 1) -> Streamed:
    """Make the keys and hash them; only some ten thousands of them are in memory at a time."""
    found = Streamed(np.empty(count, np.uint64), np.empty(count, np.uint64))
    step = max(1, count // SAMPLE)
    making, hashing, end = 0.0, 0.0, 0
    clock = time.perf_counter()
    for chunk in key_chunks(count, seed):
        begin, end = end, end + len(chunk)
        made = time.perf_counter()
        found.h1[begin:end], found.h2[begin:end] = murmur.hash_keys(chunk)
        hashed = time.perf_counter()
        making += made - clock
        hashing += hashed - made
        first = -begin % step
        found.sample.update(zip(range(begin + first, end, step), chunk[first::step], strict=True))
        clock = time.perf_counter()
    if end != count:
        raise RuntimeError(f"{end} keys were made, not {count}")
    found.seconds = {"make the keys": making, "hash them": hashing}
    return found


def is_permutation(cascade: Cascade, h1: NDArray[np.uint64], h2: NDArray[np.uint64]) -> bool:
    """Whether every slot is taken by exactly one key."""
    taken = np.zeros(-(-len(h1) // 8), np.uint8)
    for begin in range(0, len(h1), CHUNK):
        slots = cascade.slots(h1[begin : begin + CHUNK], h2[begin : begin + CHUNK])
        if slots.min() < 0 or slots.max() >= len(h1):
            return False
        np.bitwise_or.at(taken, slots >> 3, (1 << (slots & 7)).astype(np.uint8))
    return int(np.bitwise_count(taken).sum(dtype=np.int64)) == len(h1)


def measure_many(count: int, groups: Groups) -> dict[str, Any]:
    """Stream, build, check; the peaks are those up to the end of each phase."""
    peaks = {"start": measure.peak_bytes()}
    streamed = hash_stream(count)
    h1, h2 = streamed.h1, streamed.h2
    peaks["keys hashed"] = measure.peak_bytes()
    begin = time.perf_counter()
    cascade = build(h1, h2, groups)
    seconds = {**streamed.seconds, "build": time.perf_counter() - begin}
    peaks["built"] = measure.peak_bytes()
    begin = time.perf_counter()
    permutation = is_permutation(cascade, h1, h2)
    chosen = np.fromiter(streamed.sample, np.int64)
    index = Hashed(cascade, 0, np.zeros(0, np.uint8))
    slots = index.find([key.decode() for key in streamed.sample.values()])
    agree = bool((slots == cascade.slots(h1[chosen], h2[chosen])).all())
    seconds["check"] = time.perf_counter() - begin
    return {
        "keys": count,
        "seconds": seconds,
        "bits_per_key": 8 * cascade.nbytes / count,
        "peaks": peaks,
        "bytes_per_key": (peaks["built"] - peaks["start"]) / count,
        "right": permutation and agree,
    }


def show(figures: dict[str, Any]) -> bool:
    """Print the figures; whether the bars were met."""
    whole = sum(figures["seconds"].values())
    rows = [
        [name, f"{each:.2f}", f"{1e9 * each / figures['keys']:,.0f}", f"{each / whole:.0%}"]
        for name, each in figures["seconds"].items()
    ]
    headings = ("phase", "seconds", "ns per key", "share of time")
    measure.show(f"{figures['keys']:,} keys", headings, rows)
    peaks, per_key = figures["peaks"], figures["bytes_per_key"]
    small = None if figures["keys"] < JUDGED_FROM else per_key <= MEMORY_BAR
    hashed = (peaks["keys hashed"] - peaks["start"]) / figures["keys"]
    rows = [
        ["bits per key", f"{figures['bits_per_key']:.3f}", "", ""],
        ["peak, MB", f"{peaks['built'] / 1e6:,.0f}", "", ""],
        ["before the first key, MB", f"{peaks['start'] / 1e6:,.0f}", "", ""],
        ["bytes per key, all hashed", f"{hashed:.1f}", "", ""],
        ["bytes per key, built", f"{per_key:.1f}", f"{MEMORY_BAR:g}", measure.verdict(small)],
        ["every slot once; sample found", "", "", measure.verdict(figures["right"])],
    ]
    measure.show("Hash and memory", ("", "measured", "bar", ""), rows)
    return small is not False and bool(figures["right"])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--groups", type=int, nargs=2, default=(16, 4), metavar=("CELLS", "SEED"))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    chosen = parser.parse_args()
    figures = measure_many(chosen.count, Groups(*chosen.groups))
    met = show(figures)
    measure.write_json(chosen.json, figures)
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
