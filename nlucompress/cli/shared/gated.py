"""A report with gates: their options, how they are printed, and the exit code."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nlucompress.cli import main
from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import SCHEMA_VERSION, dump_json, size
from nlucompress.cli.shared.options.shares import Points, Share
from nlucompress.cli.shared.show.printable import printable
from nlucompress.cli.shared.show.terminal import INDENT, is_terminal, say_lines

if TYPE_CHECKING:
    from nlucompress.stages.measure.evaluate.gates import Gate

Function = TypeVar("Function", bound=Callable[..., Any])

# Of each bound how it is read, what stands for it in a help text, and that text.
BOUNDS: dict[str, tuple[click.ParamType[Any] | Callable[[str], int], str, str]] = {
    "min-accuracy": (Share(gate=True), "SHARE", "least accuracy: 0.95 or 95%."),
    "max-accuracy-drop": (
        Points(),
        "POINTS",
        "most percentage points below any reference's accuracy: 0.6% or 0.6pp.",
    ),
    "max-nfr": (
        Points(),
        "POINTS",
        "most negative flips against any reference, in percent of the examples: 0.5%.",
    ),
    "min-unknown-recall": (
        Share(gate=True),
        "SHARE",
        "least share of out-of-scope texts that are answered as unknown: 0.6 or 60%.",
    ),
    "max-size": (size, "SIZE", "largest file, such as 150K or 64Ki."),
}


def _bound_option(name: str) -> Callable[[Function], Function]:
    kind, metavar, text = BOUNDS[name]
    return click.option(f"--{name}", type=kind, metavar=metavar, help=f"Gate: {text}")


max_size_option = _bound_option("max-size")


def bound_options(function: Function) -> Function:
    """The bounds of accuracy and flips."""
    for name in ("max-nfr", "max-accuracy-drop", "min-accuracy"):
        function = _bound_option(name)(function)
    return function


def gate_options(function: Function) -> Function:
    """The gates of accuracy and flips: bounds, and how sure it must be that one is missed."""
    confidence = click.option(
        "--confidence",
        type=Share(above=True, below=True),
        metavar="SHARE",
        help="Flips and drop miss their gate only if an interval of this confidence, 0.95 or 95%, "
        "lies above it.",
    )
    return bound_options(_bound_option("min-unknown-recall")(confidence(function)))


def gate_text(gate: Gate) -> str:
    """A gate's bound and what was measured, against which reference."""
    from nlucompress.stages.measure.evaluate.gates import ReferenceGate

    option = "--" + gate.name.replace("_", "-")
    if gate.name == "max_size":
        return f"{option} {gate.limit:,.0f} bytes, measured {gate.value:,.0f}"
    unit = "points" if gate.name.endswith("_drop") else "%"
    against = f" against {printable(gate.reference)}" if isinstance(gate, ReferenceGate) else ""
    return f"{option} {100 * gate.limit:g} {unit}, measured {100 * gate.value:.3f}{against}"


def tell(
    found: Any,
    lines: Sequence[str],
    as_json: bool,
    quiet: bool,
    text: Callable[[Gate], str] = gate_text,
    schema_version: int = SCHEMA_VERSION,
    figures: Mapping[str, Any] | None = None,
    bare: bool = False,
) -> int:
    """Print a report, a dataclass with ``gates`` and ``passed``, as lines or as JSON.

    ``figures`` are its JSON, where that is not all of its fields; ``bare`` lines are for programs
    and go out as they are, without the gates.

    A gate that was missed is told on stderr too, unless both are one terminal; the exit code says
    whether one was.
    """
    if as_json:
        said = dataclasses.asdict(found) if figures is None else figures
        streams.say(dump_json({"schema_version": schema_version, **said}))
    elif bare:
        streams.say("\n".join(lines))
    elif not quiet:
        gates = [
            f"{'gate':<{INDENT}}{'met' if gate.met else 'MISSED'}: {text(gate)}"
            for gate in found.gates
        ]
        say_lines([*lines, *gates])
    # A person who sees both streams is told once.
    told = not as_json and not quiet and is_terminal() and sys.stderr and sys.stderr.isatty()
    for gate in found.gates:
        if not gate.met and not told:
            streams.note(f"nlucompress: gate missed: {text(gate)}")
    return 0 if found.passed else main.GATE_MISSED
