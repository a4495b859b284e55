"""The header of Vowpal Wabbit's text models.

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
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from nlucompress.errors import FormatError
from nlucompress.importers.linear.vowpal.options import Header, header_of, integer, number
from nlucompress.importers.reading import weights
from nlucompress.importers.reading.keylist import shown

MAX_N = 32  # of n-grams of features of kind `namespaces`
OTHERS = ""  # there, in the sizes of n-grams: every namespace that is not named

_LINE = re.compile(rb"([A-Za-z ]+|[0-9]+ (?:ngram|skip)|):(.*)", re.DOTALL)
_STATE = re.compile(rb"(?!.*:[0-9]+:)[A-Za-z][A-Za-z0-9_.:]*(?: \S+)*")
_PENDING = {"l1_state": 0.0, "l2_state": 1.0}  # what they are where the weights are final


def parse(lines: Sequence[bytes], where: str) -> tuple[Header, int]:
    """The header, and the index of the first line behind it.

    Raises:
        FormatError: It is damaged, or tells of a model that is not a linear classifier.
    """
    fields: dict[str, str] = {}
    sizes: dict[str, int] = {}
    for at, line in enumerate(lines[2:], 2):
        match = _LINE.fullmatch(line)
        if match is None and at == len(lines) - 1:
            break
        if match is None:
            raise FormatError(f"{where}: line {at + 1}: {shown(line)} is not a line of a header")
        name, value = (each.decode("utf-8", "replace").strip() for each in match.groups())
        if not name:
            end, pending = _after_state(lines, at + 1, value == "1", where)
            header = header_of(fields, sizes, where)
            gravity, contraction = pending["l1_state"], pending["l2_state"]
            return replace(header, gravity=gravity, contraction=contraction), end
        count, _, list_name = name.rpartition(" ")
        if list_name == "ngram" and count.isdigit():
            sizes = _sizes(value.split(), where)
        elif list_name == "skip" and value:
            raise FormatError(
                f"{where}: --skips {value} makes features that we do not; train without"
            )
        elif name == "lda" and value != "0":
            raise FormatError(f"{where}: --lda is not a classifier")
        fields[name.lower()] = value
    raise FormatError(f"{where}: the header does not end; is the file cut off?")


def _after_state(
    lines: Sequence[bytes], begin: int, is_there: bool, where: str
) -> tuple[int, dict[str, float]]:
    """Where the weights begin, behind the state of the training, if it is there; what it does."""
    pending = dict(_PENDING)
    while is_there and begin < len(lines) and (text := lines[begin].strip()):
        if not _STATE.fullmatch(text):
            break
        name, _, value = text.decode("utf-8", "replace").partition(" ")
        if name in _PENDING:
            pending[name] = number(value, where)
            if not 0 <= pending[name] <= weights.LARGEST:
                raise FormatError(f"{where}: line {begin + 1}: {name} {value} is below 0")
        begin += 1
    return begin, pending


def _sizes(words: Sequence[str], where: str) -> dict[str, int]:
    """`2` is for all namespaces, `w2` for those that begin with w; the later one wins."""
    sizes: dict[str, int] = {}
    for word in words:
        space, size = (OTHERS, word) if word.isdigit() else (word[:1], word[1:])
        if space == OTHERS:
            sizes.clear()
        if space > "\x7f":
            raise FormatError(f"{where}: --ngram {word}: name namespaces by ASCII letters")
        sizes[space] = integer(size, 1, MAX_N, "--ngram", where)
    return sizes
