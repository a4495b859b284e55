"""`nlucompress diff`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    dump_json,
    force_option,
    json_option,
    quiet_option,
    read_model,
    write_model,
)
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.options.data_options import data_options
from nlucompress.cli.shared.options.declared import options_of
from nlucompress.cli.shared.overlays import overlay_option, read_overlaid
from nlucompress.cli.shared.show.printable import printable
from nlucompress.errors import UsageError
from nlucompress.stages.measure.diff.overlay import OverlayOptions

if TYPE_CHECKING:
    from nlucompress.format.model import Model


@click.command(name="diff", cls=GroupedCommand)
@click.argument("old", metavar="OLD")
@click.argument("new", default=streams.STANDARD, metavar="[NEW]")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Write the changes as an overlay, a small sealed file that is added to OLD.",
)
@options_of(OverlayOptions)
@overlay_option
@click.option(
    "--data",
    metavar="TEST.TSV",
    help="Also measure both models (with -o OLD and its overlay) on it, as evaluate does.",
)
@click.option(
    "--top",
    default=10,
    show_default=True,
    type=click.IntRange(0),
    metavar="N",
    help="List the N largest changes of each table and tensor.",
)
@force_option
@json_option
@quiet_option
@data_options
def command(
    old: str,
    new: str,
    output: str | None,
    overlays: tuple[str, ...],
    data: str | None,
    top: int,
    force: bool,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Tell what changed from one model to another, or write it as an overlay.

    The report names structure, sizes, labels, keys and the largest changes of weights. Keys are
    known where a model still has them; the other may be hashed or packed.

    With `-o`, the changes of a linear model or CRF become a small file that the devices add to the
    OLD that they have: `predict OLD --overlay FILE`. NEW has its keys, so it is the model before
    phash, best one that `train --near OLD` made. --overlay names those that lie on OLD already.

    \b
    Example:
      nlucompress diff older.nlu full.nlu --data test.tsv
    """
    from nlucompress.cli.measure.diff.text import lines_of, lines_of_overlay
    from nlucompress.stages.measure.diff.stage import diff

    inputs = [old, new, *overlays, *([data] if data else [])]
    streams.check_inputs(*inputs)
    given = {name: value for name, value in options.items() if value is not None}
    if output is None and given:
        raise UsageError(f"--{min(given).replace('_', '-')} is for an overlay: name it with -o")
    if output is not None:
        streams.check_output(output, inputs, force)
    before, after = read_overlaid(old, overlays), read_model(new)
    if output is not None:
        if after.unknown not in (None, before.unknown):
            streams.note(
                "nlucompress: warning: an overlay carries no threshold for unknown texts: the one "
                "of OLD holds, or none",
                quiet,
            )
        update, told = _overlay(before, after, given)
        size = write_model(update, output)
        figures = {"size_bytes": size, **told}
        lines = lines_of_overlay(told, size)
        after = _laid(before, update)
    else:
        found = diff(before, after, top)
        figures = dataclasses.asdict(found)
        lines = lines_of(streams.named(old), streams.named(new), found)
    if data is not None:
        figures["measured"], more = _measured(before, after, data)
        lines += more
    _tell(figures, lines, as_json, quiet, output)


def _overlay(before: Model, after: Model, given: dict[str, Any]) -> tuple[Model, dict[str, Any]]:
    from nlucompress.stages.measure.diff.overlay import overlay_of

    return overlay_of(before, after, OverlayOptions(**given))


def _laid(before: Model, update: Model) -> Model:
    from nlucompress.networks.overlays import overlaid

    return overlaid(before, update)


def _measured(before: Model, after: Model, data: str) -> tuple[dict[str, Any], list[str]]:
    """Flips from one model to the other, in figures and in lines."""
    from nlucompress.cli.measure.evaluate.command import report_on
    from nlucompress.cli.measure.evaluate.text import against

    report = report_on(after, data, {"older": before})
    (compared,) = report.references
    kept = ("examples", "accuracy", "accuracy_drop", "nfr", "relative_nfr", "pfr", "agreement")
    figures = {name: getattr(compared, name) for name in kept}
    figures["accuracy"], figures["old_accuracy"] = compared.model_accuracy, compared.accuracy
    rows = [("accuracy", f"{100 * compared.model_accuracy:.2f} %"), *against(report, compared)]
    return figures, [f"{printable(name):<18}{text}" for name, text in rows]


def _tell(
    figures: dict[str, Any], lines: list[str], as_json: bool, quiet: bool, output: str | None
) -> None:
    """The report: data on stdout; beside an overlay there, or as a word about one, on stderr."""
    if as_json:
        text = dump_json(figures)
        (streams.note if output == streams.STANDARD else streams.say)(text)
        return
    for line in [] if quiet else lines:
        (streams.say if output is None else streams.note)(line)
