"""Writing a bundle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nlucompress.algo.hashing import murmur
from nlucompress.errors import DataError, NluCompressError, StageOrderError
from nlucompress.fleet.bundle import templates
from nlucompress.fleet.bundle.layout import BLOCK, Front
from nlucompress.fleet.bundle.numbers import halves
from nlucompress.format import codec
from nlucompress.format.frame import sealed
from nlucompress.format.frame.canonical import is_text
from nlucompress.io.protobuf import varint

LEAST_SHARED = 24  # bytes of a tensor below which a reference to it would save nothing


@dataclass(frozen=True)
class _Part:
    """A model: its description, and its tensors in the order of their data."""

    name: bytes
    text: str
    tensors: tuple[bytes, ...]


def chunks(models: Mapping[str, bytes | memoryview]) -> Iterator[bytes]:
    """The bytes of a bundle.

    Args:
        models: Files of sealed models, by name.

    Raises:
        DataError: There is none, or a name is empty or no text.
        FormatError: A file is damaged.
        StageOrderError: A model is not sealed.
    """
    if not models:
        raise DataError("there is no model to put into the bundle")
    parts = sorted((_part(*each) for each in models.items()), key=lambda part: part.name)
    made, filled = templates.templates_of([part.text for part in parts])
    seen = Counter(each for part in parts for each in part.tensors if len(each) >= LEAST_SHARED)
    shared = {
        tensor: number
        for number, tensor in enumerate(sorted(each for each, count in seen.items() if count > 1))
    }
    records, blocks, payload_at, before = bytearray(), bytearray(), 0, b""
    for place, (part, (number, values)) in enumerate(zip(parts, filled, strict=True)):
        if place % BLOCK == 0:
            blocks += len(records).to_bytes(4, "little") + payload_at.to_bytes(8, "little")
            before = b""
        payload = sum(len(each) for each in part.tensors if each not in shared)
        text = templates.filled(made[number], values)
        records += _record(part, before, text, number, payload, values, shared)
        payload_at += payload
        before = part.name
    front = Front(
        len(parts),
        len(made),
        len(shared),
        sum(map(len, made)),
        len(records),
        sum(map(len, shared)),
        payload_at,
    )
    index = b"".join(
        [_offsets(made, 4), _offsets(list(shared), 8), bytes(blocks), *made, bytes(records)]
    )
    yield front.pack(index)
    yield index
    yield from shared
    for part in parts:
        yield b"".join(each for each in part.tensors if each not in shared)


def _part(name: str, data: bytes | memoryview) -> _Part:
    try:
        frame, description = codec.taken_apart(data)
    except NluCompressError as error:
        raise type(error)(f"{name}: {error}") from None
    if not description["sealed"]:
        raise StageOrderError(f"{name}: is not packed; a bundle holds what pack made")
    if not name or not is_text(name):
        raise DataError(f"{name!a}: is not a name for a model in a bundle")
    return _Part(
        name.encode(),
        sealed.text_of(description, frame.entries),
        tuple(frame.raw(n).tobytes() for n in frame.entries),
    )


def _record(
    part: _Part,
    before: bytes,
    text: bytes,
    template: int,
    payload: int,
    values: tuple[str, ...],
    shared: Mapping[bytes, int],
) -> bytes:
    common = 0
    while common < min(len(before), len(part.name)) and before[common] == part.name[common]:
        common += 1
    rest, coded = part.name[common:], halves(values)
    links = [(at, shared[each]) for at, each in enumerate(part.tensors) if each in shared]
    digest = bytes.fromhex(murmur.digest(text, *part.tensors))[:8]
    numbers = (template, payload, len(links), *(number for link in links for number in link))
    head = [varint(common), varint(len(rest)), rest, digest]
    return b"".join([*head, *map(varint, numbers), varint(len(coded)), coded])


def _offsets(pieces: list[bytes], size: int) -> bytes:
    at, result = 0, bytearray(size)
    for piece in pieces:
        at += len(piece)
        result += at.to_bytes(size, "little")
    return bytes(result)
