"""inspect of a bundle: what is in it."""

from __future__ import annotations

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import bytes_text, dump_json
from nlucompress.cli.shared.show.printable import printable
from nlucompress.errors import FormatError


def tell(path: str, as_json: bool, quiet: bool) -> bool:
    """Describe a bundle, a line for each of its models; False where the file is none.

    Raises:
        FormatError: It is a damaged one.
    """
    from nlucompress.fleet.bundle import reader
    from nlucompress.fleet.bundle.layout import is_bundle

    if path == streams.STANDARD or not is_bundle(_start(path)):
        return False
    bundle = reader.open_bundle(path)
    records = list(bundle.records())
    figures = bundle.figures()
    if as_json:
        models = [{"name": name, "payload_bytes": size} for name, size in records]
        streams.say(dump_json({**figures, "models": models}))
    elif not quiet:
        total = bytes_text(figures["size_bytes"])
        streams.say(f"{path}: bundle of {len(bundle):,} models, {total}")
        for name in ("templates", "records", "shared", "payloads"):
            streams.say(f"{figures[name + '_bytes']:>12,}  {name}")
        for name, size in records:
            streams.say(f"{size:>12,}  {printable(name)}")
    return True


def _start(path: str) -> bytes:
    """The first bytes of a file, nothing where it cannot be read: that is told later."""
    from nlucompress.io import addresses

    try:
        if addresses.is_address(path):
            return addresses.read(path, 8)
        with open(path, "rb") as file:
            return file.read(8)
    except (OSError, FormatError):
        return b""
