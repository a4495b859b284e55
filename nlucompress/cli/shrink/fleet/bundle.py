"""`nlucompress fleet bundle`."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    bytes_text,
    dump_json,
    force_option,
    json_option,
    quiet_option,
)
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.errors import DataError


@click.command(name="bundle", cls=GroupedCommand)
@click.argument("folder")
@click.option("-o", "--output", required=True, metavar="FILE", help="The bundle.")
@force_option
@json_option
@quiet_option
def command(folder: str, output: str, force: bool, as_json: bool, quiet: bool) -> None:
    """Put packed models into one file that is read in place: of a fleet's FOLDER what was done.

    A folder without a manifest gives all of its .nlu files. A model's name in the bundle is its
    path below the folder, without its suffix.

    \b
    Example:
      nlucompress fleet bundle artifacts/ -o skills.bundle
    """
    from nlucompress.fleet import folders, manifest
    from nlucompress.fleet.bundle import writer
    from nlucompress.format import files
    from nlucompress.io import addresses

    streams.check_output(output, [], force)
    known = manifest.read(folder)
    names = known.names()
    if names:
        rows = ((name, known.get(name)) for name in names)
        names = [name for name, row in rows if row is not None and row.status == "done"]
    else:
        names = folders.opened(folder).names("**/*.nlu")
    if not names:
        raise DataError(f"{folder}: holds no model that was done")
    read = {
        str(PurePosixPath(name).with_suffix("")): files.read_bytes(addresses.joined(folder, name))
        for name in names
    }
    if len(read) < len(names):
        raise DataError(f"{folder}: two models differ in their suffix alone")
    pieces = list(writer.chunks(read))
    streams.write_output(output, pieces)
    sizes: dict[str, Any] = {
        "models": len(read),
        "size_before": sum(map(len, read.values())),
        "size_bytes": sum(map(len, pieces)),
    }
    if as_json:
        streams.say(dump_json(sizes))
        return
    streams.note(
        f"{output}: {len(read):,} models, {bytes_text(sizes['size_before'])} in files -> "
        f"{bytes_text(sizes['size_bytes'])}",
        quiet,
    )
