"""Whole lines of a text file of vectors, taken apart with array operations."""

from __future__ import annotations

from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError
from nlucompress.importers.reading.keylist import shown
from nlucompress.importers.vectors.text_layouts import NUMBER, Plan
from nlucompress.native import extension

Float32 = NDArray[np.float32]
Int64 = NDArray[np.int64]
UInt8 = NDArray[np.uint8]
Bools = NDArray[np.bool_]

TAB, LF, CR, SPACE = b"\t\n\r "
_IN_NUMBER = np.isin(np.arange(256), list(b" 0123456789+-.eE"))


class Block:
    """Some lines taken apart: where each, its key and its numbers begin and end.

    Attributes:
        ends_blank: Whether a blank line came last; it is left out.
    """

    def __init__(self, block: bytes, plan: Plan, where: str, first_line: int) -> None:
        """Find keys and numbers.

        Args:
            block: Whole lines, each with its end.
            plan: How to read them.
            where: Name of the file, for messages.
            first_line: Line number of the first of them.

        Raises:
            DataError: A line is blank (but for the last), is no UTF-8 or has not key and numbers.
        """
        self._plan, self._where, self._first_line = plan, where, first_line
        self._raw: UInt8 = np.frombuffer(block, np.uint8).copy()
        ends: Int64 = np.flatnonzero(self._raw == LF)
        begins: Int64 = np.concatenate((np.zeros(1, np.int64), ends[:-1] + 1))
        last = np.maximum(ends - 1, begins)
        returns = self._raw[last] == CR
        self._raw[last[returns]] = SPACE
        blank = begins == ends - returns
        self.ends_blank = bool(blank[-1])
        self._refuse_any(blank[:-1], "the line is blank; remove it")
        try:
            block.decode()
        except UnicodeDecodeError as error:
            self.refuse(int(np.searchsorted(ends, error.start)), "no valid UTF-8")
        lines = len(ends) - self.ends_blank
        self._begins, self._ends = begins[:lines], (ends - returns)[:lines]
        self._split = self._tabbed() if plan.layout == "keys" else self._spaced()

    def refuse(self, line: int, problem: str) -> NoReturn:
        """Raise the error of a line, counted from the first of the block."""
        raise DataError(f"{self._where}: line {self._first_line + line}: {problem}")

    def _refuse_any(self, wrong: Bools, problem: str) -> None:
        if wrong.any():
            self.refuse(int(np.argmax(wrong)), problem)

    def _tabbed(self) -> tuple[Int64, Int64]:
        """End of each key and begin of its numbers, around the line's first tab."""
        tabs = np.flatnonzero(self._raw == TAB)
        tab = np.append(tabs, len(self._raw))[np.searchsorted(tabs, self._begins)]
        self._refuse_any(tab >= self._ends, "no tab between key and numbers")
        self._refuse_any(tab == self._begins, "the key before the tab is empty")
        return tab, tab + 1

    def _spaced(self) -> tuple[Int64, Int64]:
        """End of each key and begin of its numbers: the last fields of the line."""
        width = self._plan.width
        self._refuse_any(self._raw[self._begins] == SPACE, "a space comes first: the key is empty")
        full = (self._raw != SPACE) & (self._raw != LF)
        starts, stops = np.flatnonzero(_rises(full)), np.flatnonzero(_falls(full)) + 1
        after = np.searchsorted(starts, self._ends)
        fields = np.diff(after, prepend=0)
        for line in np.flatnonzero(fields <= width)[:1].tolist():
            self.refuse(line, f"{fields[line] - 1} numbers after the key instead of {width}")
        key_ends, last = stops[after - width - 1], starts[after - width - 1]
        for line in np.flatnonzero(fields > width + 1).tolist():
            field = self._raw[last[line] : key_ends[line]].tobytes()
            if NUMBER.fullmatch(field):
                self.refuse(
                    line,
                    f"more than {width} numbers after the key, or a key that ends in the number "
                    f"{shown(field)}: such a key needs the layout key<TAB>numbers",
                )
        return key_ends, starts[after - width]

    def keys(self) -> list[bytes]:
        """The key of each line."""
        raw = self._raw.tobytes()
        return [
            raw[begin:end]
            for begin, end in zip(self._begins.tolist(), self._split[0].tolist(), strict=True)
        ]

    def numbers(self) -> Float32:
        """The numbers of all lines, line by line.

        Raises:
            DataError: There are too few or too many of them, or one is no finite float32.
        """
        width = self._plan.width
        edges = np.zeros(len(self._raw), np.int8)
        edges[self._split[1]] += 1
        edges[self._ends] -= 1
        raw = np.where(np.cumsum(edges, dtype=np.int8) > 0, self._raw, np.uint8(SPACE))
        if self._plan.layout == "keys":
            raw[raw == TAB] = SPACE
        full = raw != SPACE
        counts = np.diff(np.searchsorted(np.flatnonzero(_rises(full)), self._ends), prepend=0)
        for line in np.flatnonzero(counts != width)[:1].tolist():
            self.refuse(line, f"{counts[line]} numbers after the key instead of {width}")
        text = raw.tobytes()
        if not _IN_NUMBER[raw].all():
            self._refuse_number(text)
        values = _values(text)
        if values is None:
            self._refuse_number(text)
        with np.errstate(over="ignore"):
            result: Float32 = values.astype(np.float32)
        for at in np.flatnonzero(~np.isfinite(result))[:1].tolist():
            self.refuse(at // width, f"{shown(text.split()[at])} is beyond the range of float32")
        return result

    def _refuse_number(self, text: bytes) -> NoReturn:
        fields = [field for field in text.split(b" ") if field]
        at = next(i for i, field in enumerate(fields) if not NUMBER.fullmatch(field))
        self.refuse(at // self._plan.width, f"{shown(fields[at])} is not a finite decimal number")


def _values(text: bytes) -> NDArray[np.float64] | None:
    """The numbers between spaces; None if something is not a number."""
    if extension is not None:
        raw = extension.decimals(text)
        return None if raw is None else np.frombuffer(raw, np.float64)
    fields = text.split()
    try:
        return np.fromiter(map(float, fields), np.float64, len(fields))
    except ValueError:
        return None


def _rises(full: Bools) -> Bools:
    """Where a run begins."""
    result = full.copy()
    result[1:] &= ~full[:-1]
    return result


def _falls(full: Bools) -> Bools:
    """Where a run has its last element."""
    result = full.copy()
    result[:-1] &= ~full[1:]
    return result
