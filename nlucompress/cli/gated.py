"""A report with gates: printed whole, and the exit code."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from nlucompress.cli import main, streams
from nlucompress.cli.common import dump_json

if TYPE_CHECKING:
    from nlucompress.stages.evaluate import Gate


def tell(
    found: Any,
    lines: Sequence[str],
    gate_text: Callable[[Gate], str],
    as_json: bool,
    quiet: bool,
) -> int:
    """Print a report, a dataclass with ``gates`` and ``passed``, as lines or as JSON.

    A gate that was missed is told on stderr too; the exit code says whether one was.
    """
    if as_json:
        streams.say(dump_json(dataclasses.asdict(found)))
    elif not quiet:
        for line in lines:
            streams.say(line)
        for gate in found.gates:
            streams.say(f"gate              {'met' if gate.met else 'MISSED'}: {gate_text(gate)}")
    for gate in found.gates:
        if not gate.met:
            streams.note(f"nlucompress: gate missed: {gate_text(gate)}")
    return 0 if found.passed else main.GATE_MISSED
