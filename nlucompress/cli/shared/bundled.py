"""One model out of a bundle: the option that names it, and the bytes that it stands for."""

from __future__ import annotations

from collections.abc import Sequence

import click

from nlucompress.errors import NluCompressError, UsageError

_META = "nlucompress.bundled"


def _kept(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> None:
    if twice := [name for at, name in enumerate(value) if name in value[:at]]:
        raise click.BadParameter(f"{twice[0]!r} is named twice")
    ctx.meta[_META] = value


bundled_option = click.option(
    "bundled",
    "--model",
    metavar="NAME",
    multiple=True,
    expose_value=False,
    callback=_kept,
    help="The model of this name in a bundle; `predict` asks several, where it is repeated.",
)


def all_named() -> tuple[str, ...]:
    """The names that the running command was given."""
    context = click.get_current_context(silent=True)
    names: tuple[str, ...] = () if context is None else context.meta.get(_META, ())
    return names


def named() -> str | None:
    """The name that the running command was given.

    Raises:
        UsageError: There are several.
    """
    names = all_named()
    if len(names) > 1:
        raise UsageError("--model names several models, and one is asked for here")
    return names[0] if names else None


def model_in(data: bytes | memoryview, path: str) -> bytes | memoryview:
    """The file of the model that was named if these are the bytes of a bundle, else the bytes.

    Raises:
        UsageError: None was named, or one that is not there, or one where there is no bundle.
        FormatError: The bundle is damaged.
    """
    name = named()
    if bytes(data[:8]) != b"nlubundl":  # `layout.MAGIC`, which every command would have to import
        if name is not None:
            raise UsageError(f"{path}: is not a bundle, so --model {name!r} names nothing in it")
        return data
    return models_in(data, path, [] if name is None else [name])[0]


def models_in(data: bytes | memoryview, path: str, names: Sequence[str]) -> list[bytes]:
    """The files of these models of a bundle.

    Raises:
        UsageError: None was named, or one that is not there.
        FormatError: The bytes are no bundle, or a damaged one.
    """
    from nlucompress.fleet.bundle.reader import Bundle

    try:
        bundle = Bundle(memoryview(data))
        if not names:
            raise UsageError(f"is a bundle of {len(bundle):,} models: name one with --model")
        return [bundle.named_file(name) for name in names]
    except NluCompressError as error:
        raise type(error)(f"{path}: {error}") from None
