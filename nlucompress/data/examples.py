"""Labelled utterances: lines of ``label<TAB>text``, or another layout that their content tells."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nlucompress.data import layouts as data_layouts
from nlucompress.data.layouts import DataOptions as DataOptions
from nlucompress.data.layouts import Row
from nlucompress.data.packed import plain_bytes
from nlucompress.errors import DataError, unreadable
from nlucompress.io import addresses
from nlucompress.io.sources import remote_bytes

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Examples:
    """Texts with their labels, in file order.

    Attributes:
        labels: A label for each text.
        texts: The texts.
        blank: How many blank lines were skipped; those of CSV and TSV are not counted.
    """

    labels: tuple[str, ...]
    texts: tuple[str, ...]
    blank: int = field(default=0, compare=False)

    def __len__(self) -> int:
        """Number of examples."""
        return len(self.texts)


def read_examples(path: str | os.PathLike[str], options: DataOptions | None = None) -> Examples:
    """Read a file of labelled utterances, compressed or not, of any layout of ``DataOptions``.

    Raises:
        DataError: It is missing, empty or malformed; the message names file and line.
    """
    return parse_data(file_bytes(path), str(path), options)


def file_bytes(path: str | os.PathLike[str]) -> bytes:
    """All bytes of a data file.

    Raises:
        DataError: It cannot be read.
    """
    if addresses.is_address(path):
        return remote_bytes(str(path))
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise unreadable(path, error, DataError) from None


def parse_data(data: bytes, name: str, options: DataOptions | None = None) -> Examples:
    """Labelled utterances of a file's bytes.

    Raises:
        DataError: They are malformed; the message names the line.
    """
    options = options or DataOptions()
    plain = plain_bytes(data, name)
    lines = list(decoded_lines(io.BytesIO(plain), name))
    first = next((line for _, line in lines if line.strip()), "")
    layout = data_layouts.recognize(first, options)
    blank = sum(not line.strip() for _, line in lines)
    if layout == "lines":
        return _collected(_tab_rows(lines, name), name, "lines of `label<TAB>text`", blank)
    if layout in ("csv", "tsv"):
        text = plain.removeprefix(BYTE_ORDER_MARK).decode()
        rows = data_layouts.table_rows(text, name, layout, options)
        return _collected(rows, name, "rows below a header")
    parse = data_layouts.json_rows if layout == "jsonl" else data_layouts.fasttext_rows
    return _collected(parse(iter(lines), name, options), name, "a line for each", blank)


def parse_examples(lines: Iterable[bytes], name: str) -> Examples:
    """Parse lines of ``label<TAB>text``; further tabs belong to the text, blank lines go."""
    return _collected(
        _tab_rows(decoded_lines(lines, name), name), name, "lines of `label<TAB>text`"
    )


def _tab_rows(lines: Iterable[tuple[int, str]], name: str) -> Iterator[Row]:
    for number, line in lines:
        if not line.strip():
            continue
        label, tab, text = line.partition("\t")
        if not tab:
            raise DataError(f"{name}, line {number}: no tab; expected `label<TAB>text`")
        yield number, label, text


def _collected(rows: Iterable[Row], name: str, expected: str, blank: int = 0) -> Examples:
    """The rows as examples; none may be empty, and a label stands on one line."""
    labels: list[str] = []
    texts: list[str] = []
    for number, label, text in rows:
        if not label.strip() or not text.strip():
            raise DataError(f"{name}, line {number}: the label or the text is empty")
        if any(end in label for end in "\t\n\r"):
            raise DataError(f"{name}, line {number}: the label holds a tab or an end of line")
        labels.append(label)
        texts.append(text)
    if not texts:
        raise DataError(f"{name}: no examples; expected {expected}")
    return Examples(tuple(labels), tuple(texts), blank)


def decoded_lines(
    lines: Iterable[bytes], name: str, errors: str = "strict"
) -> Iterator[tuple[int, str]]:
    """Number and text of each line, ended by LF or CR LF alone; a byte order mark is dropped.

    Args:
        lines: The lines with their ends.
        name: Name of the file, for messages.
        errors: What becomes of bytes that are no UTF-8, as ``bytes.decode`` has it.
    """
    for number, raw in enumerate(lines, start=1):
        line = raw.removesuffix(b"\n").removesuffix(b"\r")
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        try:
            yield number, line.decode("utf-8", errors)
        except UnicodeDecodeError as error:
            raise DataError(f"{name}, line {number}: no valid UTF-8 ({error.reason})") from None
