"""What stands for a model or for data: the thing itself, a path, bytes, or an open file."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from typing import BinaryIO, TypeAlias

from nlucompress.data.examples import Examples, parse_data, read_examples
from nlucompress.data.packed import plain_bytes
from nlucompress.data.tagged import Layout, Tagged, parse_tagged, read_tagged
from nlucompress.format.files import Readable, loaded
from nlucompress.format.model import Model

Source: TypeAlias = Model | Readable
TextData: TypeAlias = Examples | Readable
TaggedData: TypeAlias = Tagged | Readable
References: TypeAlias = Source | Mapping[str, Source] | None

NAME = "the data"  # what errors call what has no path


def model_of(source: Source) -> Model:
    """A model, read if it is none yet.

    Raises:
        FormatError: The file is missing, damaged, foreign, hostile or newer.
        TypeError: It is nothing that a model can be read from.
    """
    return loaded(source)


def maybe_model(source: Source | None) -> Model | None:
    """A model, or None."""
    return None if source is None else loaded(source)


def models_of(sources: Sequence[Source]) -> list[Model]:
    """Several models."""
    return [loaded(each) for each in sources]


def references_of(references: References) -> Model | dict[str, Model] | None:
    """The reference, or references by name."""
    if isinstance(references, Mapping):
        return {name: loaded(each) for name, each in references.items()}
    return maybe_model(references)


def examples_of(data: TextData) -> Examples:
    """Labelled texts, read if they are a file's.

    Raises:
        DataError: They are missing, empty or malformed; the message names the line.
    """
    if isinstance(data, Examples):
        return data
    if isinstance(data, str | os.PathLike):
        return read_examples(data)
    return parse_data(_bytes(data), NAME)


def maybe_examples(data: TextData | None) -> Examples | None:
    """Labelled texts, or None."""
    return None if data is None else examples_of(data)


def tagged_of(data: TaggedData, layout: Layout = "words") -> Tagged:
    """Tagged sentences, read if they are a file's; ``layout`` is that of ``read_tagged``.

    Raises:
        DataError: They are missing, empty or malformed; the message names the line.
    """
    if isinstance(data, Tagged):
        return data
    if isinstance(data, str | os.PathLike):
        return read_tagged(data, layout)
    return parse_tagged(io.BytesIO(plain_bytes(_bytes(data), NAME)), NAME, layout)


def maybe_tagged(data: TaggedData | None, layout: Layout = "words") -> Tagged | None:
    """Tagged sentences, or None."""
    return None if data is None else tagged_of(data, layout)


def _bytes(data: bytes | bytearray | memoryview | BinaryIO) -> bytes:
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data)
    if not hasattr(data, "read"):
        raise TypeError(f"{NAME} must be Examples, a path, bytes or a file, not {data!r:.60}")
    return data.read()
