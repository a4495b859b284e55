"""The lines that `predict` and `lookup` print."""

from __future__ import annotations

from nlucompress.cli.shared.show.float_texts import float_texts, floats
from nlucompress.cli.shared.show.printable import cell, printable


def answer_text(answer: list[tuple[str, float]]) -> str:
    """The line of `predict`: labels and their scores."""
    return "\t".join(f"{cell(label)}\t{score:.6f}" for label, score in answer)


def answer_json(answer: list[tuple[str, float]], **others: str | int | None) -> str:
    """The line of `predict --json`."""
    import json

    best = [{"label": label, "score": score} for label, score in answer]
    return json.dumps({"label": answer[0][0], "top": best, **others}, allow_nan=False)


def row_text(key: str, row: bytes | None) -> str:
    """The line of `lookup`, of a row of native floats or None for a key that is unknown."""
    return f"{printable(key)}\t{'unknown' if row is None else float_texts(row)}"


def row_json(key: str, row: bytes | None) -> str:
    """The line of `lookup --json`."""
    import json

    numbers = None if row is None else floats(row)
    return json.dumps({"key": key, "known": row is not None, "row": numbers}, allow_nan=False)
