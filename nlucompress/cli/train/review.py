"""What `train` says of the data that it reads."""

from __future__ import annotations

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import Target, printable
from nlucompress.cli.shared.data_options import given
from nlucompress.errors import DataError
from nlucompress.importers.data.examples import Examples


def review(name: str, examples: Examples, dev: Examples | None, target: Target) -> None:
    """Say what was read, and warn of what looks wrong.

    Raises:
        DataError: Something does, and ``--strict`` was given.
    """
    from nlucompress.stages.train.data_review import described, doubts

    streams.note(
        printable(f"{streams.named(name)}: {described(examples)}"), target.quiet or target.as_json
    )
    for doubt in doubts(examples, dev):
        if given().get("strict"):
            raise DataError(f"{streams.named(name)}: {doubt} (--strict)")
        streams.note(
            f"nlucompress: warning: {printable(f'{streams.named(name)}: {doubt}')}", target.quiet
        )
