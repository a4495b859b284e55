"""What the commands that train say of the data that they read."""

from __future__ import annotations

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import Target, doubted
from nlucompress.cli.shared.show.printable import printable
from nlucompress.data.examples import Examples


def review(name: str, examples: Examples, dev: Examples | None, target: Target) -> None:
    """Say what was read, and warn of development data that were trained on.

    Raises:
        DataError: They were, and ``--strict`` was given.
    """
    from nlucompress.data.review import described, seen

    streams.note(
        printable(f"{streams.named(name)}: {described(examples)}"), target.quiet or target.as_json
    )
    if dev is not None and (doubt := seen(examples, dev)):
        doubted(name, doubt)
