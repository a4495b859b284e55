"""One model out of a bundle: the option that names it, and the bytes that it stands for."""

from __future__ import annotations

from typing import Any

import click

from nlucompress.errors import NluCompressError, UsageError

_META = "nlucompress.bundled"


def _kept(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if value is not None:
        ctx.meta[_META] = value


bundled_option = click.option(
    "bundled",
    "--model",
    metavar="NAME",
    expose_value=False,
    callback=_kept,
    help="The model of this name in a bundle.",
)


def named() -> str | None:
    """The name that the running command was given."""
    context = click.get_current_context(silent=True)
    return None if context is None else context.meta.get(_META)


def model_in(data: bytes | memoryview, path: str) -> bytes | memoryview:
    """The file of the model that was named if these are the bytes of a bundle, else the bytes.

    Raises:
        UsageError: None was named, or one that is not there, or one where there is no bundle.
        FormatError: The bundle is damaged.
    """
    name = named()
    if bytes(data[:8]) != b"nlubundl":  # `layout.MAGIC`, which every command would have to import
        if name is not None:
            raise UsageError(f"{path}: is no bundle, so --model {name!r} names nothing in it")
        return data
    from nlucompress.fleet.bundle.reader import Bundle

    try:
        bundle = Bundle(memoryview(data))
        if name is None:
            raise UsageError(f"is a bundle of {len(bundle):,} models: name one with --model")
        return bundle.named_file(name)
    except NluCompressError as error:
        raise type(error)(f"{path}: {error}") from None
