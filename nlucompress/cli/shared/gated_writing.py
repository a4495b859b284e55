"""Gates of `evaluate` on what a command is about to write: when one is missed, nothing is."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nlucompress.cli import main
from nlucompress.cli.measure.evaluate.command import measure
from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import before_writing
from nlucompress.cli.shared.gated import BOUNDS, gate_text
from nlucompress.errors import DataError, UsageError

if TYPE_CHECKING:
    from nlucompress.format.model import Model
    from nlucompress.stages.measure.evaluate.gates import Gate, Gates

Function = TypeVar("Function", bound=Callable[..., Any])

_META = "nlucompress.gates"


def _bound(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> None:
    bounds = ctx.meta.setdefault(_META, {}).setdefault("bounds", {})
    for value in values:
        name, _, bound = value.partition("=")
        if name not in BOUNDS or not bound:
            known = ", ".join(BOUNDS)
            raise click.BadParameter(f"{value!r} is no NAME=BOUND with a name of {known}")
        kind, *_ = BOUNDS[name]
        read = kind.convert(bound, param, ctx) if isinstance(kind, click.ParamType) else kind(bound)
        if bounds.setdefault(name.replace("-", "_"), read) != read:
            raise click.BadParameter(f"{name} is given twice")


def _file(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if value:
        ctx.meta.setdefault(_META, {})[str(param.name)] = value


def written_gates(function: Function) -> Function:
    """``--gate``, ``--gate-data`` and ``--gate-reference`` of a command that writes a model."""

    @wraps(function)  # which keeps the options that were declared before
    def call(**options: Any) -> Any:
        said = click.get_current_context().meta.get(_META, {})
        gates = _checked(said)
        missed: list[Gate] = []
        if gates is not None:

            def met(model: Model) -> bool:
                missed.extend(gate for gate in _outcomes(model, gates, said) if not gate.met)
                return not missed

            before_writing(met)
        code = function(**options)
        for gate in missed:
            streams.complain(f"gate missed: {gate_text(gate)}; nothing was written")
        return main.GATE_MISSED if missed else code

    own: tuple[tuple[str, dict[str, Any]], ...] = (
        (
            "--gate",
            {
                "multiple": True,
                "callback": _bound,
                "metavar": "NAME=BOUND",
                "help": f"Write nothing and end with 1 unless the model meets this bound of "
                f"`evaluate`: {', '.join(BOUNDS)} (may be repeated).",
            },
        ),
        (
            "--gate-data",
            {"callback": _file, "metavar": "FILE", "help": "What gates are measured on."},
        ),
        (
            "--gate-reference",
            {
                "multiple": True,
                "callback": _file,
                "metavar": "OLD",
                "help": "A model that drop and flips are measured against (may be repeated).",
            },
        ),
    )
    for name, rest in reversed(own):
        call = click.option(name, expose_value=False, **rest)(call)
    return call  # type: ignore[return-value]


def _checked(said: dict[str, Any]) -> Gates | None:
    """The gates, None without; what cannot be measured is refused before the work begins."""
    from nlucompress.stages.measure.evaluate.gates import Gates

    bounds, references = said.get("bounds", {}), said.get("gate_reference", ())
    data = said.get("gate_data")
    if not bounds:
        if data or references:
            raise UsageError("--gate-data and --gate-reference are for --gate NAME=BOUND")
        return None
    gates = Gates(**bounds)
    gates.check(len(references))
    if data is None and (references or bounds.keys() - {"max_size"}):
        raise UsageError("gates on accuracy and flips need --gate-data to be measured on")
    for path in (*references, *([data] if data else [])):
        if path == streams.STANDARD:
            raise UsageError("gates are measured on files: name them, not standard input")
        if not os.path.exists(path):
            raise DataError(f"{path}: no such file, and a gate is measured on it")
    return gates


def _outcomes(model: Model, gates: Gates, said: dict[str, Any]) -> tuple[Gate, ...]:
    from nlucompress.format import codec
    from nlucompress.stages.measure.evaluate.gates import within_size

    if "gate_data" in said:
        return measure(model, said["gate_data"], said.get("gate_reference", ()), gates).gates
    return within_size(gates.max_size, codec.serialize(model).size)
