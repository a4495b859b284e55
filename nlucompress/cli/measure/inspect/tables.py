"""What `inspect` prints of a table, in words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nlucompress.cli.shared.show.printable import printable

if TYPE_CHECKING:
    from nlucompress.stages.measure.inspect.account import Account, TableAccount
    from nlucompress.stages.measure.inspect.contents import MatrixInfo, TableInfo
    from nlucompress.stages.measure.inspect.harm import Harm

WIDTH, NAMES = 80, 15
_PER = {
    "tensor": "one {} for the whole table",
    "row": "a {} for each row",
    "label": "a {} for each column",
    "group": "a {} for every {} columns",
}


def line(name: str, text: str, indent: int = 0) -> Iterator[str]:
    """A name and its value, folded below itself."""
    begin = " " * indent + f"{name:<{NAMES - indent}}"
    yield from textwrap.wrap(
        printable(text), WIDTH, initial_indent=begin, subsequent_indent=" " * NAMES
    ) or [begin.rstrip()]


def table_lines(table: TableInfo, counted: Account | None) -> Iterator[str]:
    """Keys, rows and their encoding; the account of a sound file beside them."""
    keys = "?" if table.keys is None else f"{table.keys:,}"
    if table.index == "hash":
        cells, seeds = table.hash_groups or ("?", "?")
        hashed = f"groups of {cells} cells, {seeds} seed bits, {table.hash_levels} levels"
        yield from line("keys", f"{keys}, minimal perfect hash ({hashed})", 2)
        yield from line("unseen keys", _unseen(table), 2)
    elif table.index == "static":
        yield from line("keys", f"{keys}, static function that holds the rows too", 2)
        yield from line("unseen keys", _unseen(table), 2)
    elif table.index == "hashes":
        text = f"{keys}, 128-bit hashes, for pack to seal as a static function"
        yield from line("keys", text, 2)
        yield from line("unseen keys", f"none passes; once sealed, {_unseen(table)}", 2)
    else:
        seen = "; how often each was seen is kept" if table.counts else ""
        yield from line("keys", f"{keys}, {table.index}{seen}", 2)
    matrix = table.matrix
    account = next((a for a in counted.tables if a.name == table.name), None) if counted else None
    if matrix.rows is not None and matrix.columns is not None:
        values = ""
        if account and account.nonzero is not None and account.keys * account.columns:
            share = 100 * account.nonzero / (account.keys * account.columns)
            values = f"; {account.nonzero:,} numbers ({share:.2f} %) are not zero"
        yield from line("rows", f"{matrix.rows:,} x {matrix.columns:,} columns{values}", 2)
    yield from line("encoding", encoding(matrix), 2)
    yield from number_lines(matrix, 2)
    if account:
        yield from line("bits per key", _bits(account), 2)


def _unseen(table: TableInfo) -> str:
    if table.fingerprint_bits == 0:
        return "WARNING: no fingerprints, so each is given another key's weights"
    if table.false_positive_rate is None:
        return "the fingerprints' size is not known"
    share = f"{100 * table.false_positive_rate:.3g} %"
    whose = "those whose parts are keys" if table.closed else "them"
    return f"{table.fingerprint_bits}-bit fingerprints: {share} of {whose} pass for known keys"


def harm_text(harm: Harm) -> str:
    """What an unseen key does, in words."""
    return (
        f"{100 * harm.rate:.3g} % pass, and then move a score by {harm.mean:.3g} (at most "
        f"{harm.largest:.3g}): {harm.expected:.2g} on average"
    )


def encoding(matrix: MatrixInfo) -> str:
    """How the rows are laid out, in words."""
    if matrix.encoding == "coded":
        if matrix.sparse_rows:
            return f"coded: non-zero numbers in prefix codes, blocks of {matrix.block_rows} rows"
        if matrix.symbol_bits:
            return f"coded: {matrix.symbol_bits} bits for every number"
        return f"coded: every number in a prefix code, blocks of {matrix.block_rows} rows"
    if matrix.encoding == "static":
        if matrix.sparse_rows:
            return "static: non-zero numbers in prefix codes"
        if matrix.symbol_bits:
            return f"static: {matrix.symbol_bits} bits for every number"
        return "static: every number in a prefix code"
    if matrix.encoding == "pq":
        codes = matrix.children.get("codes")
        count = "?" if codes is None or codes.columns is None else f"{codes.columns:,}"
        return f"pq: product quantization, {count} codes a row"
    words = {
        "dense": "dense: every number",
        "sparse": "sparse: non-zero numbers and columns",
        "product": "product: rows of left, times right",
    }
    return words.get(matrix.encoding or "", f"{matrix.encoding or 'unknown'}")


def described(matrix: MatrixInfo) -> str:
    """Shape and encoding of a matrix, and its numbers where it has its own."""
    known = matrix.rows is not None and matrix.columns is not None
    size = f"{matrix.rows:,} x {matrix.columns:,} " if known else ""
    own = "" if matrix.children else f"; {numbers(matrix)}"
    return f"{size}{encoding(matrix)}{own}"


def number_lines(matrix: MatrixInfo, indent: int) -> Iterator[str]:
    """How codes stand for numbers; a line for each matrix that a matrix is made of."""
    if not matrix.children:
        yield from line("numbers", numbers(matrix), indent)
    for name, child in matrix.children.items():
        yield from line(name, described(child), indent)
        if child.children:
            yield from number_lines(child, min(indent + 2, NAMES - 3))


def numbers(matrix: MatrixInfo) -> str:
    """How codes stand for numbers, in words."""
    if matrix.numbers == "float":
        return {"F16": "16-bit floats"}.get(matrix.dtype or "", "32-bit floats")
    what = {"linear": "scale", "codebook": "codebook"}.get(matrix.numbers or "")
    if what is None:
        return str(matrix.numbers or "unknown")
    per = _PER.get(matrix.per or "", "unknown").format(what, matrix.group)
    return f"{matrix.numbers}, {matrix.levels} levels, {per}"


def bounds_text(account: TableAccount) -> str:
    """What keys and rows must take, in words."""
    if account.bound_bits is None:
        return "bound none while the keys are strings"
    of_code = ""
    if account.code_bound_bits is not None:
        of_code = f", by the code's model {account.code_bound_bits:.2f}"
    return f"bound {account.bound_bits:.2f}{of_code}"


def _bits(account: TableAccount) -> str:
    total = account.key_bits + account.value_bits
    hashed = f" (hash {account.hash_bits:.2f})" if account.hash_bits is not None else ""
    bound = bounds_text(account)
    if account.stored_bits is not None and account.overhead is not None:
        known = "" if account.bound_bits is None else f"; {bound}"
        return (
            f"{total:.2f} = function {account.key_bits:.2f} ({account.stored_bits:.2f} stored and "
            f"{100 * account.overhead:.2f} % above) + code tables {account.value_bits:.2f}{known}"
        )
    return (
        f"{total:.2f} = keys {account.key_bits:.2f}{hashed} + rows {account.value_bits:.2f}; "
        f"{bound}"
    )
