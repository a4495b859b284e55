"""The header of Vowpal Wabbit's text models, and what a linear model makes of its options.

    Version 9.11.9
    Id ...
    Min label:-1                 scores are kept within these two, but for csoaa
    Max label:1
    bits:18                      there are 2^18 places of weights
    lda:0
    1 ngram:2                    how many sizes follow; `w3` is that of namespaces beginning with w
    0 skip:
    options: --oaa 3 ...
    Checksum: ...
    :1                           1: lines `name number` on the state of the training follow

With one weight per feature the labels are -1 and 1, the score of -1 is 0, and of equal scores that
label wins: 1 stands for scores above 0 as with `--binary`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nlucompress.errors import FormatError
from nlucompress.format.plain import MAX_SPARSE_COLUMNS
from nlucompress.importers.keylist import shown

MAX_BITS, MAX_N = 40, 32  # of features of kind `namespaces`
OTHERS = ""  # there, in the sizes of n-grams: every namespace that is not named
LOGISTIC = [-50.0, 50.0]  # the bounds that logistic loss gives to scores

_LINE = re.compile(rb"([A-Za-z ]+|[0-9]+ (?:ngram|skip)|):\s*(.*?)\s*\r?", re.DOTALL)
_STATE = re.compile(rb"(?!.*:[0-9]+:)[A-Za-z][A-Za-z0-9_.:]*(?: \S+)*")
_KNOWN = ("min label", "max label", "bits", "options")
_VALUES = ("oaa", "csoaa", "link", "hash", "hash_seed", "named_labels", "indexing")
_FLAGS = ("noconstant", "binary", "probabilities")
_NEUTRAL = {"l1_state": 0.0, "l2_state": 1.0}  # of weights that are final


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


def parse(lines: Sequence[bytes], where: str) -> tuple[Header, int]:
    """The header, and the index of the first line behind it.

    Raises:
        FormatError: It is damaged, or tells of a model that is no linear classifier.
    """
    fields: dict[str, str] = {}
    sizes: dict[str, int] = {}
    for at, line in enumerate(lines[2:], 2):
        match = _LINE.fullmatch(line)
        if match is None:
            raise FormatError(f"{where}: line {at + 1}: {shown(line)} is no line of a header")
        name, value = (each.decode("utf-8", "replace") for each in match.groups())
        if not name:
            end = at + 1
            return _header(fields, sizes, where), _after_state(lines, end, value == "1", where)
        count, _, list_name = name.rpartition(" ")
        if list_name == "ngram" and count.isdigit():
            sizes = _sizes(value.split(), where)
        elif list_name == "skip" and value:
            raise FormatError(
                f"{where}: --skips {value} makes features that we do not; train without"
            )
        elif name == "lda" and value != "0":
            raise FormatError(f"{where}: --lda is no classifier")
        fields[name.lower()] = value
    raise FormatError(f"{where}: the header does not end; is the file cut off?")


def _after_state(lines: Sequence[bytes], begin: int, is_there: bool, where: str) -> int:
    """Where the weights begin: behind the state of the training, if it is there."""
    while is_there and begin < len(lines) and (text := lines[begin].strip()):
        if not _STATE.fullmatch(text):
            break
        name, _, value = text.decode("utf-8", "replace").partition(" ")
        if name in _NEUTRAL and _number(value, where) != _NEUTRAL[name]:
            raise FormatError(f"{where}: {name} {value}: the weights wait for --l1 or --l2")
        begin += 1
    return begin


def _header(fields: Mapping[str, str], sizes: Mapping[str, int], where: str) -> Header:
    missing = [name for name in _KNOWN if name not in fields]
    if missing:
        raise FormatError(f"{where}: the header has no line `{missing[0]}`")
    options = _options(fields["options"], where)
    bits = _integer(fields["bits"], 1, MAX_BITS, "bits", where)
    bounds = [_number(fields[name], where) for name in ("min label", "max label")]
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
        columns = _integer(options[reduction], 1, MAX_SPARSE_COLUMNS, f"--{reduction}", where)
        first = _integer(options.get("indexing", "1"), 0, 1, "--indexing", where)
        labels = [str(each) for each in range(first, first + columns)]
        if "named_labels" in options:
            labels = options["named_labels"].split(",")
        if len(labels) != columns or len(set(labels)) < columns:
            raise FormatError(f"{where}: --named_labels are not {columns} different names")
        if reduction == "oaa" and link == "logistic":
            settings["link"] = "logistic"
        elif reduction == "oaa" and bounds == LOGISTIC:
            settings["link"] = "logistic-shares"
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
        _integer(options.get("hash_seed", "0"), 0, (1 << 32) - 1, "--hash_seed", where),
        -1 if reduction == "csoaa" else 1,
    )


def _options(text: str, where: str) -> dict[str, str]:
    """Options by name, none that a linear model of the same features cannot have."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise FormatError(f"{where}: the options are malformed: {error}") from None
    found: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.removeprefix("--").partition("=")
        if name in _VALUES:
            value = value if equals else next(rest, "")
        elif name not in _FLAGS:
            raise FormatError(
                f"{where}: {word} makes more of a line than a linear model over its features "
                "does; train without it"
            )
        if name in found:
            raise FormatError(f"{where}: the option {word} comes twice")
        found[name] = value
    return found


def _sizes(words: Sequence[str], where: str) -> dict[str, int]:
    """`2` is for all namespaces, `w2` for those that begin with w; the later one wins."""
    sizes: dict[str, int] = {}
    for word in words:
        space, size = (OTHERS, word) if word.isdigit() else (word[:1], word[1:])
        if space == OTHERS:
            sizes.clear()
        if space > "\x7f":
            raise FormatError(f"{where}: --ngram {word}: name namespaces by ASCII letters")
        sizes[space] = _integer(size, 1, MAX_N, "--ngram", where)
    return sizes


def _integer(text: str, low: int, high: int, what: str, where: str) -> int:
    if not re.fullmatch("[0-9]{1,18}", text) or not low <= int(text) <= high:
        raise FormatError(f"{where}: {what} {text[:20]!r} is no integer from {low} to {high}")
    return int(text)


def _number(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not abs(value) <= 1e30:
        raise FormatError(f"{where}: {text[:20]!r} is no number of a header")
    return value
