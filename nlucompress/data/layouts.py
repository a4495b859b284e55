"""The layouts of labelled texts: tables with a header, JSON lines, fastText lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nlucompress.errors import DataError, UsageError

LAYOUTS = ("lines", "csv", "tsv", "jsonl", "fasttext")
LABEL_NAMES = ("label", "intent", "class", "category", "target")
TEXT_NAMES = ("text", "utterance", "sentence", "query")
PREFIX = "__label__"
SEVERAL = "several labels per text are not supported; give each text one"

Row = tuple[int, str, str]  # number of the line, label, text


@dataclass(frozen=True)
class DataOptions:
    """How a file of labelled texts is laid out.

    Attributes:
        layout: One of ``LAYOUTS``; None tells it by content. ``lines`` are ``label<TAB>text``
            without a header, ``csv`` and ``tsv`` have a header, ``fasttext`` are lines
            ``__label__x text``.
        columns: Names of the columns (or of the JSON fields) of label and text; None takes the
            first that are called so.
        prefix: What stands before a label in fastText lines.
    """

    layout: str | None = None
    columns: tuple[str, str] | None = None
    prefix: str = PREFIX

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.layout is not None and self.layout not in LAYOUTS:
            raise UsageError(f"unknown layout {self.layout!r}; known: {', '.join(LAYOUTS)}")
        if self.columns is not None and self.layout in ("lines", "fasttext"):
            raise UsageError(f"columns have names in csv, tsv and jsonl, not in {self.layout}")
        if not self.prefix:
            raise UsageError("the prefix of labels is empty")


def recognize(first: str, options: DataOptions) -> str:
    """The layout of data by their first line that is not blank."""
    if options.layout is not None:
        return options.layout
    if first.lstrip().startswith("{") and _is_object(first):
        return "jsonl"
    if options.columns is not None:
        return "tsv" if "\t" in first else "csv"
    if first.startswith(options.prefix) and "\t" not in first:
        return "fasttext"
    if "\t" not in first and _delimiter(first, None) is not None:
        return "csv"
    return "lines"


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return "\t" not in line


def table_rows(text: str, name: str, layout: str, options: DataOptions) -> Iterator[Row]:
    """Rows of a table with a header. CSV is quoted as RFC 4180 says, TSV never.

    Raises:
        DataError: A column is missing, or a row has not as many fields as the header.
    """
    lines = io.StringIO(text, newline="")
    first = next((line for line in text.split("\n") if line.strip()), "")
    if layout == "tsv":
        reader = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    else:
        found = _delimiter(first, options.columns) or ","
        reader = csv.reader(lines, delimiter=found, strict=True)
    places: tuple[int, int] | None = None
    width, start = 0, 1
    try:
        for fields in reader:
            here, start = start, reader.line_num + 1
            if not any(field.strip() for field in fields):
                continue
            if places is None:
                places, width = (
                    _places(fields, f"{name}, line {here}", options.columns),
                    len(fields),
                )
                continue
            if len(fields) != width:
                raise DataError(
                    f"{name}, line {here}: {len(fields)} fields, but the header has {width}"
                )
            yield here, fields[places[0]], fields[places[1]]
    except csv.Error as error:
        raise DataError(f"{name}, line {start}: no valid {layout.upper()} ({error})") from None


def json_rows(lines: Iterator[tuple[int, str]], name: str, options: DataOptions) -> Iterator[Row]:
    """Rows of JSON lines: an object a line.

    Raises:
        DataError: A line is not an object, or a field is missing or of another type.
    """
    for number, line in lines:
        if not line.strip():
            continue
        where = f"{name}, line {number}"
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{where}: no valid JSON ({error})") from None
        if not isinstance(value, dict):
            raise DataError(f"{where}: expected a JSON object with a label and a text")
        keys = list(value)
        label_at, text_at = _places(keys, where, options.columns)
        label, text = value[keys[label_at]], value[keys[text_at]]
        yield number, _label(label, where), _string(text, where, "text")


def fasttext_rows(
    lines: Iterator[tuple[int, str]], name: str, options: DataOptions
) -> Iterator[Row]:
    """Rows of fastText lines; a label keeps its prefix, as in the models of fastText.

    Raises:
        DataError: A line has no label, or several.
    """
    for number, line in lines:
        if not line.strip():
            continue
        where = f"{name}, line {number}"
        words = line.split()
        if not words[0].startswith(options.prefix):
            raise DataError(f"{where}: does not begin with `{options.prefix}`")
        if any(word.startswith(options.prefix) for word in words[1:]):
            raise DataError(f"{where}: {SEVERAL}")
        if words[0] == options.prefix:
            raise DataError(f"{where}: the label or the text is empty")
        yield number, words[0], line.strip()[len(words[0]) :].strip()


def _delimiter(first: str, columns: tuple[str, str] | None) -> str | None:
    """The delimiter of a CSV header: the one at which it has both columns."""
    for delimiter in ",;":
        try:
            fields = [field.strip() for field in next(csv.reader([first], delimiter=delimiter), [])]
        except csv.Error:
            continue
        if columns is not None and set(columns) <= set(fields):
            return delimiter
        if columns is None and None not in _found(fields):
            return delimiter
    return None


def _found(fields: list[str]) -> tuple[int | None, int | None]:
    names = [field.strip().casefold() for field in fields]
    label = next((names.index(name) for name in LABEL_NAMES if name in names), None)
    return label, next((names.index(name) for name in TEXT_NAMES if name in names), None)


def _places(fields: list[str], where: str, columns: tuple[str, str] | None) -> tuple[int, int]:
    shown = ", ".join(repr(field) for field in fields[:8])
    if columns is None:
        label, text = _found(fields)
        if label is None or text is None:
            raise DataError(
                f"{where}: no column of labels and of texts among {shown}; name them: "
                "--columns LABEL,TEXT"
            )
        return label, text
    names = [field.strip() for field in fields]
    for each in columns:
        if names.count(each) != 1:
            many = "no" if each not in names else "more than one"
            raise DataError(f"{where}: {many} column {each!r} among {shown}")
    return names.index(columns[0]), names.index(columns[1])


def _label(value: Any, where: str) -> str:
    if isinstance(value, list):
        if len(value) != 1:
            raise DataError(f"{where}: {SEVERAL}")
        value = value[0]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _string(value, where, "label")


def _string(value: Any, where: str, what: str) -> str:
    if not isinstance(value, str):
        raise DataError(f"{where}: the {what} is {json.dumps(value)[:40]}, not a string")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise DataError(f"{where}: the {what} holds half a surrogate pair") from None
    return value
