"""What `diff` prints for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nlucompress.cli.shared.common import bytes_text
from nlucompress.cli.shared.show.printable import printable

if TYPE_CHECKING:
    from nlucompress.stages.measure.diff.numbers import Changes
    from nlucompress.stages.measure.diff.stage import Difference
    from nlucompress.stages.measure.diff.tables import TableDiff

NAMED = 5  # labels that are named
WIDE = 15  # of the first column


def lines_of(old: str, new: str, found: Difference) -> list[str]:
    """The whole report."""
    lines = []
    for what, name, side in (("older", old, found.old), ("newer", new, found.new)):
        sealed = ", sealed" if side.sealed else ""
        lines.append(_row(what, f"{printable(name)}: {bytes_text(side.size_bytes)}{sealed}"))
        lines.append(_row("", f"digest {side.digest}"))
    if found.same:
        return [*lines, "the models are the same"]
    for name, (before, after) in found.structure.items():
        lines.append(_row(name, f"{_short(before)} -> {_short(after)}"))
    lines += _names("new labels", found.new_labels)
    lines += _names("gone labels", found.gone_labels)
    if found.reordered:
        lines.append(_row("labels", "those of both stand in another order"))
    lines += _names("new tables", found.new_tables)
    lines += _names("gone tables", found.gone_tables)
    for name, table in found.tables.items():
        lines += ["", f"table {printable(name)}", *_table(table)]
    for name, changes in found.tensors.items():
        lines += ["", f"tensor {printable(name)}"]
        lines += [_row("  numbers", "of other shapes")] if changes is None else _changes(changes)
    lines += _names("new tensors", found.new_tensors)
    lines += _names("gone tensors", found.gone_tensors)
    return lines


def lines_of_overlay(told: Mapping[str, Any], size: int) -> list[str]:
    """What an overlay holds."""
    lines = []
    names = told["new_labels"]
    if names:
        lines.append(f"new labels: {_listed(names, len(names))}")
    lines.append(
        f"{told['changed_weights']:,} weights of {told['changed_keys']:,} keys change, "
        f"{told['new_keys']:,} of them new"
    )
    if told["unreached_keys"]:
        lines.append(
            f"{told['unreached_keys']:,} hashed keys of the older model are none of the newer's: "
            "their weights stay"
        )
    lines.append(f"overlay: {bytes_text(size)}, for the model of digest {told['base']}")
    return lines


def _row(name: str, text: str) -> str:
    return f"{name:<{WIDE}}{text}"


def _short(value: object) -> str:
    text = printable(str(value))
    return text if len(text) <= 100 else f"{text[:97]}..."


def _listed(names: Sequence[str], count: int) -> str:
    shown = ", ".join(printable(name) for name in names[:NAMED])
    return f"{shown} and {count - NAMED:,} more" if count > NAMED else shown


def _names(what: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield _row(what, f"{len(names):,}: {_listed(names, len(names))}")


def _table(table: TableDiff) -> Iterator[str]:
    hashed = [", hashed" if each else "" for each in table.hashed]
    keys = [f"{count:,}{more}" for count, more in zip(table.keys, hashed, strict=True)]
    yield _row("  keys", f"{keys[0]} -> {keys[1]}")
    if table.columns[0] != table.columns[1]:
        yield _row("  columns", f"{table.columns[0]:,} -> {table.columns[1]:,}")
    if table.encodings[0] != table.encodings[1]:
        yield _row("  rows", f"{table.encodings[0]} -> {table.encodings[1]}")
    for what, count, first in (
        ("new", table.new_keys, table.first_new),
        ("gone", table.gone_keys, table.first_gone),
    ):
        if count is None:
            yield _row(f"  {what} keys", "not known: they are hashed")
        elif count:
            yield _row(f"  {what} keys", f"{count:,}: {_listed(first, count)}")
    if table.changes is None:
        yield _row("  numbers", "not compared: no keys and columns of both are known")
        return
    yield _row("  compared", f"the rows of {table.compared:,} keys")
    yield from _changes(table.changes)


def _changes(changes: Changes) -> Iterator[str]:
    yield _row(
        "  numbers",
        f"{changes.changed:,} of {changes.numbers:,} changed, root mean square {changes.rms:.3g}",
    )
    for each in changes.largest:
        name = printable(each.column if not each.row else f"{each.row} / {each.column}")
        yield f"    {each.new - each.old:+10.4f}  {each.old:.4f} -> {each.new:.4f}  {name}"
