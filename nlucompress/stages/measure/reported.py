"""What every report can do: become a dictionary, JSON, or a piece of a page."""

from __future__ import annotations

import dataclasses
from html import escape
from typing import Any


class Reported:
    """Base of the reports, which are dataclasses."""

    def to_dict(self) -> dict[str, Any]:
        """Every figure by name, as plain values: what ``--json`` prints, less the version."""
        return dataclasses.asdict(self)  # type: ignore[call-overload, no-any-return]

    def to_json(self) -> str:
        """The dictionary as JSON; figures that are not finite do not occur."""
        import json

        return json.dumps(self.to_dict(), allow_nan=False)

    def to_html(self) -> str:
        """A table of the figures that are one number or word each, and of the gates."""
        figures = self.to_dict()
        rows = [
            _row(name, _shown(name, value))
            for name, value in figures.items()
            if isinstance(value, bool | int | float | str)
        ]
        for old in figures.get("references", ()):
            for what in ("accuracy", "accuracy_drop", "nfr"):
                if old.get(what) is not None:
                    rows.append(_row(f"{old['name']}: {what}", _shown(what, old[what])))
        for gate in figures.get("gates", ()):
            value, bound = (_shown(gate["name"], gate[each]) for each in ("value", "limit"))
            met = "met" if gate["met"] else "missed"
            rows.append(_row(gate["name"], f"{met}: {value}, bound {bound}"))
        return f"<table><tbody>{''.join(rows)}</tbody></table>"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return self.to_html()


def _row(name: str, value: str) -> str:
    return f'<tr><th scope="row">{escape(name.replace("_", " "))}</th><td>{escape(value)}</td></tr>'


def _shown(name: str, value: Any) -> str:
    """Bytes and counts in thousands, shares in percent."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, int) or name.endswith(("size", "bytes")):
        return f"{value:,.0f}"
    return f"{100 * value:.2f} %" if name != "cosine" else f"{value:.6f}"
