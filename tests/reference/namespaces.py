"""The features of kinds `namespaces` and `pairs` of FORMAT.md (11.6, 11.7), for the second reader.

Written from the specification alone, like `decoder.py`, which it is a part of.
"""

from __future__ import annotations

import re
from typing import Any

from tests.reference import tagger as reference_tagger
from tests.reference.hash import fmix32, require
from tests.reference.tagger import NUMBER

BLANKS = " \t\r"


class Namespaces:
    """The rule that turns a line into keys."""

    def __init__(self, spec: dict[str, Any]) -> None:
        """Read the rule."""
        require(set(spec) == {"kind", "ngrams", "places"}, "unknown fields of namespaces")
        self.sizes, self.places = spec["ngrams"], spec["places"]
        require(isinstance(self.sizes, dict), "`ngrams` is not an object")
        for name, size in self.sizes.items():
            require(len(name) <= 1 and name < "\u0100", "an n-gram of no byte")
            require(type(size) is int and 1 <= size <= 32, "an n-gram out of range")
        if self.places is None:
            return
        require(isinstance(self.places, dict), "`places` is not an object")
        require(set(self.places) == {"bits", "width", "digits", "seed"}, "unknown fields of places")
        bits, width, seed = (self.places[name] for name in ("bits", "width", "seed"))
        require(type(bits) is int and 1 <= bits <= 40, "bits out of range")
        require(type(width) is int and width in [2**n for n in range(bits + 1)], "a bad width")
        require(type(seed) is int and 0 <= seed < 2**32, "seed out of range")
        require(type(self.places["digits"]) is bool, "digits is not a boolean")

    def weights(self, line: str) -> dict[str, float]:
        """The weight of every key of a line."""
        if "|" not in line:
            require(not line.strip(BLANKS), "no bar")
            return {}
        groups: dict[bytes, list[tuple[str, tuple[str, ...], float]]] = {}
        rest = line.split("|")[1:]
        while rest:
            part = rest.pop(0)
            head, *cells = re.split(f"([{BLANKS}]+)", part)
            cells = cells + [" "] * (len(cells) % 2)
            later = [
                (blank, cell)
                for blank, cell in zip(cells[::2], cells[1::2], strict=True)
                if cell.strip(BLANKS)
            ]
            space, factor, stop = "", 1.0, False
            if head:
                space, colon, text = named(head)
                joined = bool(colon and not text and later)
                if joined:
                    require(later[0][0].strip(" ") == "", "a tab behind a colon")
                    text = later[0][1]
                if text:
                    touches = bool(rest) and len(later) == joined and part[-1] not in BLANKS
                    kind, factor = value_of(text, touches)
                    factor = 1.0 if kind == "nan" else factor
                    stop = kind == "begins" or (kind == "text" and not joined)
                    later = later[1:] if joined and kind != "text" else later
            group = groups.setdefault(utf8(space)[:1], [])
            while later and not stop:
                cell = later.pop(0)[1]
                name, colon, text = named(cell)
                joined = bool(colon and not text and later)
                if joined:
                    blank, text = later.pop(0)
                    require(blank.strip(" ") == "", "a tab behind a colon")
                bar = bool(rest) and not later
                require(bool(text) or not colon or not bar, "a colon before a bar")
                touches = bar and part[-1] not in BLANKS
                kind, value = value_of(text, touches) if text else ("number", 1.0)
                if colon and not text:
                    group.append((space, (name,), 1.0))
                elif kind == "text":
                    require(not touches and not (joined and bar), "a text before a bar")
                    group.append((space, (name, text), 1.0))
                elif value * factor != 0:
                    group.append((space, (name,), value * factor))
                stop = kind == "begins"
            if stop:
                break
        weights: dict[str, float] = {}
        for byte, group in groups.items():
            letter = "".join(map(chr, byte))
            size = self.sizes.get(letter, self.sizes.get("", 1))
            for n in range(1, size + 1):
                for at in range(len(group) - n + 1):
                    run = group[at : at + n]
                    key = self.key([(space, name) for space, name, _ in run])
                    weights[key] = weights.get(key, 0.0) + (run[0][2] if n == 1 else 1.0)
        return weights

    def key(self, run: list[tuple[str, tuple[str, ...]]]) -> str:
        """The key of a feature or of a run of them."""
        if self.places is None:
            names = "^".join("^".join(name) for _, name in run)
            return f"{run[0][0]}^{names}" if run[0][0] else names
        at = 0
        for space, name in run:
            at = (at * 27942141 + self.place(space, name)) % 2**64
        return str(at * self.places["width"] % 2 ** self.places["bits"])

    def place(self, space: str, name: tuple[str, ...]) -> int:
        """p(f) of the specification."""
        seed = self.places["seed"]
        start = 0 if not space and not seed else self.hash(utf8(space), seed)
        kept: int = 2 ** self.places["bits"]
        for each in name:
            start = self.hash(utf8(each), start)
        return start % kept

    def hash(self, name: bytes, seed: int) -> int:
        """H of the specification."""
        if self.places["digits"] and name and all(48 <= byte <= 57 for byte in name):
            value = 0
            for byte in name:
                value = (10 * value + byte - 48) % 2**64
            return (value + int(seed)) % 2**64
        return murmur32(name, int(seed) % 2**32)


class Pairs:
    """The rule that reads keys and values from a line."""

    def __init__(self, spec: dict[str, Any]) -> None:
        """Read the rule."""
        require(set(spec) == {"kind"}, "unknown fields of pairs")

    def weights(self, line: str) -> dict[str, float]:
        """The weight of every key of a line."""
        weights: dict[str, float] = {}
        for cell in line.split("\t"):
            if cell:
                name, value = reference_tagger.pair(cell)
                weights[name] = weights.get(name, 0.0) + value
        return weights


def utf8(text: str) -> bytes:
    """UTF-8, also of lone surrogates."""
    return text.encode("utf-8", "surrogatepass")


def named(cell: str) -> tuple[str, str, str]:
    """Name, colon and the rest of a cell."""
    name, colon, text = cell.partition(":")
    require(bool(name), "a feature without a name")
    return name, colon, text


def value_of(text: str, touches: bool) -> tuple[str, float]:
    """What REST is (number, nan, begins, text), and its number."""
    bare = text.lower().lstrip("+-") if text[1:2] not in ("+", "-") else text
    require(not bare.startswith(("inf", "0x")), "no decimal number")
    if re.fullmatch(NUMBER, text):
        require(abs(float(text)) <= 1e30, "a value is too large")
        return "number", float(text)
    loose = re.fullmatch(r"(-?[0-9]*)(\.[0-9]*)?([eE]-?[0-9]*)?", text)
    if loose and not touches:
        mantissa = (loose[1] or "") + (loose[2] or "")
        digits = mantissa if re.search("[0-9]", mantissa) else "0"
        power = (loose[3] or "e0")[1:]
        value = float(f"{digits}e{power if power.strip('-') else 0}")
        require(abs(value) <= 1e30, "a value is too large")
        return "number", value
    if bare == "nan":
        return "nan", 0.0
    begins = re.match(NUMBER, text)
    if begins:
        require(abs(float(begins[0])) <= 1e30, "a value is too large")
        return "begins", float(begins[0])
    return "text", 0.0


def murmur32(data: bytes, seed: int) -> int:
    """MurmurHash3 x86 32."""

    def mixed(block: bytes) -> int:
        k = int.from_bytes(block, "little") * 0xCC9E2D51 % 2**32
        return rotl(k, 15) * 0x1B873593 % 2**32

    h, whole = seed, len(data) // 4 * 4
    for at in range(0, whole, 4):
        h = (rotl(h ^ mixed(data[at : at + 4]), 13) * 5 + 0xE6546B64) % 2**32
    return fmix32(h ^ mixed(data[whole:]) ^ len(data))


def rotl(x: int, r: int) -> int:
    """Rotate 32 bits to the left."""
    return (x << r | x >> 32 - r) % 2**32
