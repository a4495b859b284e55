"""What the subcommands share: options, parameter types, reading and writing of models."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.options.data_options import data_layout, given, refuse_layout
from nlucompress.cli.shared.show.printable import printable
from nlucompress.cli.shared.show.progress import watched
from nlucompress.errors import DataError, NluCompressError

if TYPE_CHECKING:
    from nlucompress.data.examples import Examples
    from nlucompress.data.tagged import Layout, Tagged
    from nlucompress.format.model import Model

Function = TypeVar("Function", bound=Callable[..., Any])

SCHEMA_VERSION = 1

model_argument = click.argument("model", default=streams.STANDARD, metavar="[MODEL]")
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print no report and no progress.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
force_option = click.option("-f", "--force", is_flag=True, help="Replace an existing output file.")
output_option = click.option(
    "-o", "--output", default=streams.STANDARD, metavar="FILE", help="Output file; default stdout."
)


@dataclass(frozen=True)
class Target:
    """Where a stage's model and report go."""

    output: str
    force: bool
    quiet: bool
    as_json: bool

    def report(self, figures: Mapping[str, Any], lines: Sequence[str]) -> None:
        """The report, as JSON on stdout if that is free, else on stderr; as text on stderr."""
        if self.as_json:
            text = dump_json(figures)
            if self.output == streams.STANDARD:
                streams.note(text)
            else:
                streams.say(text)
        else:
            for line in lines:
                streams.note(line, self.quiet)


def stage_options(function: Function) -> Function:
    """The options of every command that writes a model; they arrive as ``target``."""

    heard = watched(function)

    def call(output: str, force: bool, quiet: bool, as_json: bool, **others: Any) -> Any:
        return heard(target=Target(output, force, quiet, as_json), **others)

    call.__doc__ = function.__doc__
    call.__name__ = function.__name__
    call.__click_params__ = heard.__click_params__  # type: ignore[attr-defined]
    for option in (json_option, quiet_option, force_option, output_option):
        call = option(call)
    return call  # type: ignore[return-value]


def read_model(path: str, verify: bool = True) -> Model:
    """Read a model from a file or from stdin."""
    from nlucompress.format import codec

    try:
        return codec.parse(streams.read_input(path), verify)
    except NluCompressError as error:
        raise streams.located(path, error) from None


def read_data(path: str) -> Examples:
    """Read labelled utterances from a file or from stdin, laid out as ``data_options`` say.

    Warns of what looks wrong.

    Raises:
        DataError: They cannot be read, or look wrong and ``--strict`` was given.
    """
    from nlucompress.data.examples import parse_data, read_examples
    from nlucompress.data.review import doubts

    layout = data_layout()
    if path != streams.STANDARD:
        examples = read_examples(path, layout)
    else:
        examples = parse_data(bytes(streams.read_input(path)), streams.named(path), layout)
    for doubt in doubts(examples):
        doubted(path, doubt)
    return examples


def doubted(path: str, doubt: str) -> None:
    """Warn of data that look wrong.

    Raises:
        DataError: ``--strict`` was given.
    """
    text = f"{streams.named(path)}: {doubt}"
    if given().get("strict"):
        raise DataError(f"{text} (--strict)")
    context = click.get_current_context(silent=True)
    quiet = bool(context is not None and context.params.get("quiet"))
    streams.note(f"nlucompress: warning: {printable(text)}", quiet)


def read_tagged_data(path: str, layout: Layout) -> Tagged:
    """Read tagged sentences from a file or from stdin."""
    from nlucompress.data.packed import plain_bytes
    from nlucompress.data.tagged import parse_tagged, read_tagged

    refuse_layout()
    if path != streams.STANDARD:
        return read_tagged(path, layout)
    data = plain_bytes(bytes(streams.read_input(path)), streams.named(path))
    return parse_tagged(io.BytesIO(data), streams.named(path), layout)


_BEFORE_WRITING = "nlucompress.before_writing"


def before_writing(asked: Callable[[Model], bool]) -> None:
    """Ask this whether the model that the running command makes is to be written."""
    click.get_current_context().meta[_BEFORE_WRITING] = asked


def write_model(model: Model, output: str) -> int:
    """Write a model, unless what was set ``before_writing`` refuses it; returns its bytes."""
    from nlucompress.format import codec

    context = click.get_current_context(silent=True)
    asked = context.meta.get(_BEFORE_WRITING) if context is not None else None
    serialized = codec.serialize(model)
    if asked is not None and not asked(model):
        return serialized.size
    tensors = (tensor.data for tensor in serialized.tensors)
    streams.write_output(output, (serialized.header, *tensors))
    return serialized.size


def write_stage(
    target: Target, model: Model, line: Callable[[str, Mapping[str, Any]], str]
) -> None:
    """Write what a stage made, and report its figures: a line per table, then the sizes."""
    size = write_model(model, target.output)
    record = model.history[-1]
    before, figures = record["bytes_before"], record["figures"]
    lines = [line(name, each) for name, each in figures.items()]
    if "left_out" in record:
        streams.note(
            "nlucompress: warning: the threshold for unknown texts is left out, since the weights "
            "were trained since; choose it anew by `nlucompress threshold`",
            target.quiet,
        )
    lines.append(f"model: {bytes_text(before)} -> {bytes_text(size)}")
    target.report({"size_before": before, "size_bytes": size, "figures": figures}, lines)


def dump_json(figures: Mapping[str, Any]) -> str:
    """JSON with the version of its schema; numbers that are not finite cannot occur."""
    return json.dumps({"schema_version": SCHEMA_VERSION, **figures}, allow_nan=False)


def size(value: str) -> int:
    """A number of bytes: 65536, 150K (150,000), 64Ki (65,536), 2M."""
    from nlucompress.stages import units

    try:
        return units.size(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def lengths(value: str) -> tuple[int, int] | None:
    """Lengths of n-grams: 2, 1-3 or none."""
    if value == "none":
        return None
    match = re.fullmatch(r"([0-9]{1,4})(?:-([0-9]{1,4}))?", value)
    if match is None:
        raise click.BadParameter(f"{value!r} is not a range such as 1-3, 2 or none")
    return int(match[1]), int(match[2] or match[1])


def bytes_text(size: float) -> str:
    """A size for people: 56,750 bytes as 56.8 KB."""
    if size < 10_000:
        return f"{size:,.0f} B"
    if size < 999_950:
        return f"{size / 1e3:,.1f} KB"
    amount, unit = (size / 1e6, "MB") if size < 999_950_000 else (size / 1e9, "GB")
    return f"{amount:,.2f} {unit}" if amount < 9.995 else f"{amount:,.1f} {unit}"


LARGEST_COUNT = 1 << 16


def counts(value: str) -> tuple[int, ...]:
    """Numbers with commas between: 1,5,10."""
    parts = value.split(",")
    digits = all(part.isdecimal() and part.isascii() for part in parts)
    if not digits or not all(1 <= int(part) <= LARGEST_COUNT for part in parts):
        raise click.BadParameter(
            f"{value!r} is not a list of numbers from 1 to {LARGEST_COUNT} such as 1,5,10"
        )
    return tuple(sorted({int(part) for part in parts}))
