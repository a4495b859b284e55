"""What a linear model makes of the header and the options of a Vowpal Wabbit model.

With one weight per feature the labels are -1 and 1, the score of -1 is 0, and of equal scores that
label wins: 1 stands for scores above 0 as with `--binary`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nlucompress.errors import FormatError
from nlucompress.format.matrices.plain import MAX_SPARSE_COLUMNS

MAX_BITS = 40  # of places of features of kind `namespaces`
LOGISTIC = [-50.0, 50.0]  # the bounds that logistic loss gives to scores

_KNOWN = ("min label", "max label", "bits", "options")
_VALUES = ("oaa", "csoaa", "link", "hash", "hash_seed", "named_labels", "indexing")
_FLAGS = ("noconstant", "binary", "probabilities")
# Of the training alone: the answers are the weights' as ever.
_TRAINING_VALUES = ("learning_rate", "power_t", "random_seed")
_TRAINING_FLAGS = ("sgd", "adaptive", "invariant", "normalized", "ftrl", "coin", "pistol")


@dataclass(frozen=True)
class Header:
    """What a header says.

    Attributes:
        bits: There are 2^bits places.
        columns: Weights of a feature: one per class, or one for two classes.
        labels: The classes.
        settings: Of the linear network.
        ngrams: Longest n-gram by the namespace's first byte.
        constant: Whether every line has the constant feature.
        digits: Whether names of digits alone are numbers to the hash.
        seed: Of the hash.
        sign: -1 for costs, of which the lowest wins.
        gravity: What --l1 still has to take off each weight, towards 0.
        contraction: What --l2 still has to multiply each weight by, after that.
    """

    bits: int
    columns: int
    labels: tuple[str, ...]
    settings: Mapping[str, Any]
    ngrams: Mapping[str, int]
    constant: bool
    digits: bool
    seed: int
    sign: int
    gravity: float = 0.0
    contraction: float = 1.0

    def final(self, weight: float) -> float:
        """A weight as answers take it."""
        size = max(abs(weight) - self.gravity, 0.0) * self.contraction
        return size if weight > 0 else -size

    @property
    def binary(self) -> bool:
        """Whether one weight tells two classes apart."""
        return len(self.labels) > self.columns

    @property
    def width(self) -> int:
        """Places of a feature."""
        return 1 << (self.columns - 1).bit_length()

    def features(self, named: bool) -> dict[str, Any]:
        """The description of the features, whose keys are names or places."""
        places = {"bits": self.bits, "width": self.width, "digits": self.digits, "seed": self.seed}
        found = dict(self.ngrams)
        return {"kind": "namespaces", "ngrams": found, "places": None if named else places}


def header_of(fields: Mapping[str, str], sizes: Mapping[str, int], where: str) -> Header:
    """The header by its fields and the sizes of its n-grams.

    Raises:
        FormatError: It is of a model that is not a linear classifier; the message names the option.
    """
    missing = [name for name in _KNOWN if name not in fields]
    if missing:
        raise FormatError(f"{where}: the header has no line `{missing[0]}`")
    options = _options(fields["options"], where)
    bits = integer(fields["bits"], 1, MAX_BITS, "bits", where)
    bounds = [number(fields[name], where) for name in ("min label", "max label")]
    reduction = next((name for name in ("oaa", "csoaa") if name in options), None)
    if {"oaa", "csoaa"} <= set(options):
        raise FormatError(f"{where}: both --oaa and --csoaa; one of them can be imported")
    link = options.get("link", "identity")
    if link not in ("identity", "logistic"):
        raise FormatError(f"{where}: --link {link}: only identity and logistic can be imported")
    settings: dict[str, Any] = {"link": "margin"}
    if reduction is None:
        if bounds not in (LOGISTIC, [-1.0, 1.0]):
            raise FormatError(
                f"{where}: labels from {bounds[0]:g} to {bounds[1]:g} without --oaa or --csoaa: a "
                "regression; classes of one weight are -1 and 1"
            )
        columns, labels = 1, ["-1", "1"]
        settings["link"] = "softmax" if link == "logistic" else "margin"
    else:
        columns = integer(options[reduction], 1, MAX_SPARSE_COLUMNS, f"--{reduction}", where)
        first = integer(options.get("indexing", "1"), 0, 1, "--indexing", where)
        labels = [str(each) for each in range(first, first + columns)]
        if "named_labels" in options:
            labels = options["named_labels"].split(",")
        if len(labels) != columns or len(set(labels)) < columns:
            raise FormatError(f"{where}: --named_labels are not {columns} different names")
        if reduction == "oaa" and link == "logistic":
            settings["link"] = "logistic"
        elif reduction == "oaa" and bounds == LOGISTIC:
            settings["link"] = "one-vs-rest"
    if reduction != "csoaa":
        settings["bounds"] = bounds
    hashing = options.get("hash", "strings")
    if hashing not in ("strings", "all"):
        raise FormatError(f"{where}: unknown --hash {hashing}; known: strings, all")
    return Header(
        bits,
        columns,
        tuple(labels),
        settings,
        sizes,
        "noconstant" not in options,
        hashing == "strings",
        integer(options.get("hash_seed", "0"), 0, (1 << 32) - 1, "--hash_seed", where),
        -1 if reduction == "csoaa" else 1,
    )


def _options(text: str, where: str) -> dict[str, str]:
    """Options by name, none that a linear model of the same features cannot have."""
    found: dict[str, str] = {}
    rest = iter(text.split())
    for word in rest:
        name, equals, value = word.removeprefix("--").partition("=")
        if name in (*_VALUES, *_TRAINING_VALUES):
            value = value if equals else next(rest, "")
        elif name not in (*_FLAGS, *_TRAINING_FLAGS):
            raise FormatError(
                f"{where}: {word[:40]!r} makes more of a line than a linear model over its "
                "features does; train without it"
            )
        if name in found:
            raise FormatError(f"{where}: the option {word[:40]!r} comes twice")
        found[name] = value
    return found


def integer(text: str, low: int, high: int, what: str, where: str) -> int:
    """An integer of a header.

    Raises:
        FormatError: It is none, or out of range.
    """
    if not re.fullmatch("[0-9]{1,18}", text) or not low <= int(text) <= high:
        raise FormatError(f"{where}: {what} {text[:20]!r} is not an integer from {low} to {high}")
    return int(text)


def number(text: str, where: str) -> float:
    """A number of a header.

    Raises:
        FormatError: It is none, or absurdly large.
    """
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) <= 1e30:
        raise FormatError(f"{where}: {text[:20]!r} is not a number of a header")
    return value
