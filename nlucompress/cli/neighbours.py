"""`nlucompress evaluate --neighbours`: the report on a table's nearest neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nlucompress.cli import streams
from nlucompress.cli.common import bytes_text, read_model
from nlucompress.cli.gated import tell
from nlucompress.errors import UsageError

if TYPE_CHECKING:
    from nlucompress.stages.neighbours import NeighbourReport


def compare_tables(
    model: str, reference: str | None, as_json: bool, quiet: bool, **options: Any
) -> int:
    """Compare, print and return the exit code."""
    from nlucompress.stages.neighbours import NeighbourOptions, compare

    if reference is None:
        raise UsageError("--neighbours compares with a --reference")
    streams.check_inputs(model, reference)
    old = read_model(reference)
    found = compare(read_model(model), old, NeighbourOptions(**options))
    return tell(found, _lines(found), _gate, as_json, quiet)


def _lines(found: NeighbourReport) -> list[str]:
    size, before = found.size_bytes, found.reference_bytes
    return [
        f"keys              {found.keys:,}, of which {found.missing:,} are missing",
        f"queries           {found.queries:,}, {found.neighbours} neighbours each",
        f"agreement         {100 * found.agreement:.2f} % of the neighbours",
        f"nearest           {100 * found.first:.2f} % the same",
        f"cosine            {found.cosine:.6f} between a key's rows",
        f"size              {bytes_text(size)}",
        f"reference         {bytes_text(before)} ({before / size:.1f} times the size)",
    ]


def _gate(gate: Any) -> str:
    if gate.name == "max_size":
        return f"--max-size {gate.limit:,.0f} bytes, measured {gate.value:,.0f}"
    return f"--min-agreement {100 * gate.limit:g} %, measured {100 * gate.value:.3f}"
