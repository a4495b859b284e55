"""Labelled utterances: lines of ``label<TAB>text`` in UTF-8."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nlucompress.errors import DataError

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Examples:
    """Texts with their labels, in file order."""

    labels: tuple[str, ...]
    texts: tuple[str, ...]

    def __len__(self) -> int:
        """Number of examples."""
        return len(self.texts)


def read_examples(path: str | os.PathLike[str]) -> Examples:
    """Read a file of labelled utterances.

    Raises:
        DataError: It is missing, empty or malformed; the message names file and line.
    """
    try:
        with open(path, "rb") as file:
            return parse_examples(file, str(path))
    except OSError as error:
        raise DataError(f"{path}: {error.strerror or error}") from None


def parse_examples(lines: Iterable[bytes], name: str) -> Examples:
    """Parse lines of ``label<TAB>text``; further tabs belong to the text."""
    labels: list[str] = []
    texts: list[str] = []
    for number, line in decoded_lines(lines, name):
        label, tab, text = line.partition("\t")
        if not tab:
            raise DataError(f"{name}, line {number}: no tab; expected `label<TAB>text`")
        if not label.strip() or not text.strip():
            raise DataError(f"{name}, line {number}: the label or the text is empty")
        labels.append(label)
        texts.append(text)
    if not texts:
        raise DataError(f"{name}: no examples; expected lines of `label<TAB>text`")
    return Examples(tuple(labels), tuple(texts))


def decoded_lines(lines: Iterable[bytes], name: str) -> Iterator[tuple[int, str]]:
    """Number and text of each line, ended by LF or CR LF alone; a byte order mark is dropped."""
    for number, raw in enumerate(lines, start=1):
        line = raw.removesuffix(b"\n").removesuffix(b"\r")
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        try:
            yield number, line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise DataError(f"{name}, line {number}: no valid UTF-8 ({error.reason})") from None
