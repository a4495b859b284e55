"""fastText's features and network in the second reader.

Written from the specification alone, like `decoder.py`, which it is a part of.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from typing import Any

Vector = list[float]


class Buckets:
    """Keys of a text (section 11.4)."""

    def __init__(self, spec: dict[str, Any]) -> None:
        """Read the description."""
        if set(spec) != {"kind", "shortest", "longest", "words", "buckets"}:
            raise ValueError("unknown fields of features")
        numbers = [spec[name] for name in ("shortest", "longest", "words", "buckets")]
        if not all(type(number) is int for number in numbers):
            raise ValueError("a length is not an integer")
        self.a, self.b, self.w, self.k = numbers
        used = self.b > 0 or self.w > 1
        if not (0 <= self.a <= self.b <= 64 and 1 <= self.w <= 64 and used <= self.k < 2**31):
            raise ValueError("a length is out of range")

    def keys(
        self, text: str, labels: Sequence[str], find: Callable[[str], int | None]
    ) -> list[str]:
        """All keys in their order; labels are not words, nor what looks so and is not found."""
        names = {label.encode("utf-8", "surrogatepass") for label in labels}
        words: list[bytes] = [b""]
        for byte in text.encode("utf-8", "surrogatepass"):
            if byte in (0, 9, 10, 11, 12, 13, 32):
                words.append(b"")
            else:
                words[-1] += bytes([byte])
        kept = [word for word in words if word and (word not in names or word == b"</s>")]
        kept = [
            word
            for word in kept
            if word[:9] != b"__label__" or found_at(find(word.decode("utf-8", "surrogatepass")))
        ] + [b"</s>"]
        kept = kept[: kept.index(b"</s>") + 1]
        found = [key for word in kept for key in self.of_word(word)]
        for i in range(len(kept)):
            x = signed(fnv(kept[i])) % 2**64
            for j in range(1, self.w):
                if i + j < len(kept):
                    x = (x * 116049371 + signed(fnv(kept[i + j]))) % 2**64
                    found.append(f" {x % self.k}")
        return found

    def of_word(self, word: bytes) -> list[str]:
        """The word, and the buckets of its runs of characters."""
        found = [word.decode("utf-8", "surrogatepass")]
        if self.b == 0 or word == b"</s>":
            return found
        letters = list("<" + found[0] + ">")
        for i in range(len(letters)):
            for n in range(self.a, self.b + 1):
                alone = n == 1 and i in (0, len(letters) - 1)
                if n >= 1 and i + n <= len(letters) and not alone:
                    run = "".join(letters[i : i + n]).encode("utf-8", "surrogatepass")
                    found.append(f" {fnv(run) % self.k}")
        return found


def found_at(row: int | None) -> bool:
    """Whether a key was found."""
    return row is not None and row >= 0


def fnv(data: bytes) -> int:
    """The hash of bytes."""
    h = 2166136261
    for byte in data:
        h = ((h ^ (byte + (0xFFFFFF00 if byte >= 128 else 0))) * 16777619) % 2**32
    return h


def signed(h: int) -> int:
    """32 bits as a signed number."""
    return h - 2**32 if h >= 2**31 else h


def narrow(value: float) -> float:
    """The nearest binary32."""
    (result,) = struct.unpack("<f", struct.pack("<f", value))
    return float(result)


def mean(rows: list[Vector], columns: int) -> Vector:
    """`r` of the rows of a text."""
    return [narrow(sum(row[c] for row in rows) / max(1, len(rows))) for c in range(columns)]


def scores(settings: dict[str, Any], output: list[Vector], labels: int, r: Vector) -> Vector:
    """The score of every label (section 12)."""
    products = [sum(a * b for a, b in zip(row, r, strict=True)) for row in output]
    loss = settings["loss"]
    if set(settings) != ({"loss", "tree"} if loss == "hierarchical-softmax" else {"loss"}):
        raise ValueError("unknown settings")
    if loss == "hierarchical-softmax":
        return hierarchical(settings["tree"], products, labels)
    if len(output) != labels:
        raise ValueError("the output does not fit the labels")
    if loss == "softmax":
        total = sum(math.exp(product - max(products)) for product in products)
        p = [math.exp(product - max(products)) / total for product in products]
    elif loss == "one-vs-all":
        p = [stepped(product) for product in products]
    else:
        raise ValueError("unknown loss")
    return [math.log(each + 0.00001) for each in p]


def stepped(product: float) -> float:
    """The sigmoid in steps."""
    product = narrow(product)
    if product < -8 or product > 8:
        return 0.0 if product < 0 else 1.0
    return 1 / (1 + math.exp(-(math.floor(32 * narrow(product + 8)) / 32 - 8)))


def hierarchical(tree: str, products: Vector, labels: int) -> Vector:
    """Sums of logarithms along the tree."""
    bits = "".join(bin(16 + int(digit, 16))[3:] for digit in tree)
    count = 2 * (labels - 1)
    if len(products) != labels - 1 or len(tree) != (count + 3) // 4 or "1" in bits[count:]:
        raise ValueError("the tree or the output does not fit the labels")
    if tree != tree.lower():
        raise ValueError("upper case in the tree")
    leaves, inner = list(range(labels)), list(range(labels, 2 * labels - 1))
    parent: dict[int, tuple[int, bool]] = {}
    for at, bit in enumerate(bits[:count]):
        node = labels + at // 2
        child = leaves.pop() if bit == "0" else inner.pop(0)
        if child >= node:
            raise ValueError("a node takes one that is not below it")
        parent[child] = node, at % 2 == 1
    found = []
    for j in range(labels):
        node, total = labels - 1 - j, 0.0
        while node in parent:
            node, right = parent[node]
            q = 1 / (1 + math.exp(-products[node - labels]))
            total += math.log((q if right else 1 - q) + 0.00001)
        found.append(total)
    return found
