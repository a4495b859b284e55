"""A table of texts, for the terminal or for a page."""

from __future__ import annotations

from dataclasses import dataclass

from nlucompress.cli.shared.show.printable import printable


@dataclass(frozen=True)
class Grid:
    """Rows under a heading.

    Attributes:
        title: What they are.
        columns: Their names.
        rows: As many texts each.
        left: How many columns are words; those behind them are numbers, set to the right.
        bars: For each row a share of 1 that a page draws as a bar; none draws none.
        more: Rows that were left out at the end.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: int = 1
    bars: tuple[float, ...] = ()
    more: int = 0

    def lines(self) -> list[str]:
        """Columns, two spaces apart; no line where there is no row."""
        if not self.rows:
            return []
        table = [self.columns, *(tuple(printable(cell) for cell in row) for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        return ["  ".join(self._cells(row, widths)).rstrip() for row in table]

    def _cells(self, row: tuple[str, ...], widths: list[int]) -> list[str]:
        return [
            cell.ljust(width) if at < self.left else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
