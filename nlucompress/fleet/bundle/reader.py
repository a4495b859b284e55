"""Reading a bundle: a model by its name, from a memory map."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np

from nlucompress.algo.hashing import murmur
from nlucompress.errors import FormatError, NluCompressError, UsageError
from nlucompress.fleet.bundle import layout, templates
from nlucompress.fleet.bundle.layout import BLOCK
from nlucompress.fleet.bundle.numbers import Cursor, numbers_of
from nlucompress.format import codec, files
from nlucompress.format.frame import sealed
from nlucompress.format.model import Model


@dataclass(frozen=True)
class Record:
    """A model's place in a bundle; ``begin`` counts from the first byte of the payloads."""

    name: bytes
    digest: bytes
    template: int
    begin: int
    size: int
    shared: dict[int, int]
    values: bytes


class Bundle(Mapping[str, Model]):
    """Packed models by name. Opening reads the index; a model is read when it is asked for."""

    def __init__(self, data: memoryview, verify: bool = True) -> None:
        """Take the bytes of a bundle.

        Raises:
            FormatError: They are none, or are damaged or newer.
        """
        self._data, self._verify = data, verify
        self._front = layout.unpack(data, verify)
        tables, sections = self._front.tables, self._front.sections
        whole = np.frombuffer(data, np.uint8)
        self._templates = whole[tables[0] : tables[1]].view("<u4")
        self._shared = whole[tables[1] : tables[2]].view("<u8")
        self._blocks = whole[tables[2] : sections[0]].view([("record", "<u4"), ("payload", "<u8")])
        self._records = data[sections[1] : sections[2]]
        for offsets, size in (
            (self._templates, self._front.template_bytes),
            (self._shared, self._front.shared_bytes),
        ):
            rising = (offsets[1:] >= offsets[:-1]).all()
            if offsets[0] != 0 or int(offsets[-1]) != size or not rising:
                raise FormatError("the bundle is damaged: its offsets do not fit its sections")

    def __len__(self) -> int:
        """How many models there are."""
        return self._front.models

    def __iter__(self) -> Iterator[str]:
        """Their names, in the order of their bytes."""
        return (name for name, _ in self.records())

    def __getitem__(self, name: str) -> Model:
        """A model.

        Raises:
            KeyError: There is none of this name.
            FormatError: It is damaged.
        """
        return codec.parse(self.file(name), verify=False)

    def named_file(self, name: str) -> bytes:
        """The sealed file of a model, with an error for people where there is none of this name.

        Raises:
            UsageError: There is none.
            FormatError: It is damaged.
        """
        try:
            return self.file(name)
        except KeyError:
            some = [*islice(self, 3), *([".."] if len(self) > 3 else [])]
            raise UsageError(
                f"no model {name!r} in the bundle, which has {len(self):,}: {', '.join(some)}"
            ) from None
        except NluCompressError as error:
            raise type(error)(f"model {name!r}: {error}") from None

    def file(self, name: str) -> bytes:
        """The sealed file of a model; written from here, it is the one that went in.

        Raises:
            KeyError: There is none of this name.
            FormatError: It is damaged.
        """
        record = self.record(name)
        text = self.text(record)
        description = sealed.described(text)
        entries = sealed.entries_of(description.pop("tensors", None))
        at, raws = record.begin, {}
        end = record.begin + record.size
        payloads = self._section(3)
        for number, (tensor, entry) in enumerate(entries.items()):
            size = entry.end - entry.begin
            if number in record.shared:
                raws[tensor] = self._blob(record.shared[number])
            else:
                raws[tensor] = payloads[at : min(at + size, end)]
                at += size
            if len(raws[tensor]) != size:
                raise FormatError(f"tensor {tensor!r} has another size than its bytes: damaged")
        if at != end or not set(record.shared) <= set(range(len(entries))):
            raise FormatError("the tensors do not fill what the bundle holds of them: damaged")
        if self._verify:
            found = murmur.digest(text, *raws.values())
            if bytes.fromhex(found)[:8] != record.digest:
                raise FormatError("the model does not match its digest: it is damaged")
        arrays = {tensor: np.frombuffer(raw, np.uint8) for tensor, raw in raws.items()}
        front, _ = sealed.front(description, entries, arrays)
        return front + b"".join(raws.values())

    def text(self, record: Record) -> bytes:
        """The description of a model in phrases.

        Raises:
            FormatError: The record is damaged.
        """
        if record.template >= self._front.templates:
            raise FormatError("the bundle is damaged: a template lacks")
        begin, end = (int(at) for at in self._templates[record.template : record.template + 2])
        template = bytes(self._section(0)[begin:end])
        return templates.filled(template, numbers_of(record.values))

    def records(self) -> Iterator[tuple[str, int]]:
        """Name and bytes of its own of every model.

        Raises:
            FormatError: The index is damaged.
        """
        for block in range(self._front.blocks):
            for record in self._block(block):
                yield _decoded(record.name), record.size

    def figures(self) -> dict[str, int]:
        """Bytes of the bundle and of its sections."""
        front = self._front
        return {
            "size_bytes": len(self._data),
            "templates_bytes": front.template_bytes,
            "records_bytes": front.record_bytes,
            "shared_bytes": front.shared_bytes,
            "payloads_bytes": front.payload_bytes,
        }

    def record(self, name: str) -> Record:
        """Where a model is.

        Raises:
            KeyError: There is none of this name.
            FormatError: The index is damaged.
        """
        wanted = name.encode("utf-8", "surrogatepass")
        low, high = 0, self._front.blocks
        while high - low > 1:
            middle = (low + high) // 2
            if next(self._block(middle)).name <= wanted:
                low = middle
            else:
                high = middle
        for record in self._block(low) if self._front.blocks else ():
            if record.name == wanted:
                return record
        raise KeyError(name)

    def _block(self, number: int) -> Iterator[Record]:
        """The models of a block."""
        block = self._blocks[number]
        cursor, begin = Cursor(self._records, int(block["record"])), int(block["payload"])
        name = b""
        for _ in range(min(BLOCK, self._front.models - BLOCK * number)):
            common, rest = cursor.varint(), cursor.varint()
            if common > len(name):
                raise FormatError("the bundle is damaged: a name shares more than there is")
            name = name[:common] + bytes(cursor.bytes(rest))
            digest = bytes(cursor.bytes(8))
            template, size, links = cursor.varint(), cursor.varint(), cursor.varint()
            if links > len(self._records):
                raise FormatError("the bundle is damaged: a record ends beyond its section")
            shared = {cursor.varint(): cursor.varint() for _ in range(links)}
            values = bytes(cursor.bytes(cursor.varint()))
            if size > self._front.payload_bytes - begin:
                raise FormatError("the bundle is damaged: a payload ends beyond its section")
            yield Record(name, digest, template, begin, size, shared, values)
            begin += size

    def _section(self, number: int) -> memoryview:
        begin, end = self._front.sections[number : number + 2]
        return self._data[begin:end]

    def _blob(self, number: int) -> memoryview:
        if number >= self._front.shared:
            raise FormatError("the bundle is damaged: a shared tensor lacks")
        begin, end = (int(at) for at in self._shared[number : number + 2])
        return self._section(2)[begin:end]


def _decoded(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise FormatError("the bundle is damaged: a name is no UTF-8") from None


def open_bundle(path: str | os.PathLike[str], verify: bool = True) -> Bundle:
    """Open a bundle; a large one stays in its memory map.

    Args:
        path: The file.
        verify: Check the digests of the index, and of every model that is read.

    Raises:
        FormatError: It is missing, no bundle, damaged or newer.
    """
    try:
        return Bundle(files.read_bytes(path, whole=0), verify)
    except NluCompressError as error:
        if str(error).startswith(f"{path}: "):
            raise
        raise type(error)(f"{path}: {error}") from None
