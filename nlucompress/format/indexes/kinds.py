"""Key indexes: from a string to the number of its row, by the strings themselves or by a hash."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.coding import bits
from nlucompress.algo.hashing import mphf, murmur
from nlucompress.errors import DataError, FormatError
from nlucompress.format.copies import Copied
from nlucompress.format.fields import Fields, Tensors
from nlucompress.format.indexes.static_keys import Hashes, Static
from nlucompress.native import extension

Int64 = NDArray[np.int64]


@dataclass(frozen=True)
class Strings:
    """The keys themselves, in row order.

    Attributes:
        data: uint8: all keys in UTF-8, one behind the other.
        offsets: int64, shape (n + 1,): where each begins; the last is the end.
    """

    kind: ClassVar[str] = "strings"
    data: NDArray[np.uint8]
    offsets: Int64

    @classmethod
    def of(cls, keys: Iterable[str]) -> Strings:
        """Keep these keys."""
        encoded = [murmur.encode_key(key) for key in keys]
        lengths = np.array([len(key) for key in encoded], np.int64)
        offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)))
        return cls(np.frombuffer(b"".join(encoded), np.uint8), offsets)

    def __len__(self) -> int:
        """Number of keys."""
        return len(self.offsets) - 1

    def encoded(self) -> Iterator[bytes]:
        """Every key in UTF-8, in row order."""
        data = self.data.tobytes()
        offsets = self.offsets.tolist()
        for begin, end in pairwise(offsets):
            yield data[begin:end]

    def key(self, row: int) -> str:
        """The key of a row."""
        begin, end = self.offsets[row], self.offsets[row + 1]
        try:
            return self.data[begin:end].tobytes().decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            raise FormatError(f"the key of row {row} is no UTF-8") from None

    def decoded(self) -> list[str]:
        """Every key, in row order."""
        try:
            return [key.decode("utf-8", "surrogatepass") for key in self.encoded()]
        except UnicodeDecodeError:
            return [self.key(row) for row in range(len(self))]  # one of which names its row

    @cached_property
    def _rows(self) -> dict[bytes, int]:
        rows = {key: row for row, key in enumerate(self.encoded())}
        if len(rows) != len(self):
            raise DataError("the table holds a key twice; `nlucompress phash` names it")
        return rows

    def find(self, keys: Sequence[str]) -> Int64:
        """Row of each key, -1 where it is not in the table."""
        rows = self._rows
        return np.array([rows.get(murmur.encode_key(key), -1) for key in keys], np.int64)

    def take(self, order: Int64) -> Strings:
        """The keys of these rows, in this order."""
        lengths = np.diff(self.offsets)[order]
        offsets = np.concatenate((np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)))
        source = np.repeat(self.offsets[order] - offsets[:-1], lengths) + np.arange(offsets[-1])
        return Strings(self.data[source], offsets)

    def store(self, where: str, tensors: Tensors) -> dict[str, Any]:
        """Describe, and add tensors."""
        tensors[f"{where}.data"] = self.data
        tensors[f"{where}.offsets"] = self.offsets
        return {"kind": self.kind}

    @classmethod
    def parse(cls, fields: Fields) -> Strings:
        """Read and check the strings' bounds."""
        data = fields.tensor("data", np.uint8, (None,))
        offsets = fields.tensor("offsets", np.int64, (None,))
        fields.close()
        ends = len(offsets) > 0 and offsets[0] == 0 and offsets[-1] == len(data)
        if not ends or (offsets[1:] < offsets[:-1]).any():
            raise FormatError(f"{fields.where}: the keys' offsets do not divide their bytes")
        return cls(data, offsets)


@dataclass(frozen=True)
class Hashed(Copied):
    """A minimal perfect hash, with fingerprints that tell most unseen keys from the known ones.

    Attributes:
        cascade: The hash; its slot is the row.
        fingerprint_bits: Bits per fingerprint, 0 for none. An unseen key is taken for a known
            one with a probability of about 2^-fingerprint_bits.
        fingerprints: uint8: one fingerprint per slot, bit-packed.
    """

    kind: ClassVar[str] = "hash"
    cascade: mphf.Cascade
    fingerprint_bits: int
    fingerprints: NDArray[np.uint8]

    @classmethod
    def of(
        cls, cascade: mphf.Cascade, slots: Int64, h2: murmur.UInt64, fingerprint_bits: int
    ) -> Hashed:
        """The index of keys with these slots and second halves of their hashes."""
        by_slot = np.empty(len(slots), np.uint16)
        by_slot[slots] = murmur.fingerprints(h2, fingerprint_bits)
        return cls(cascade, fingerprint_bits, bits.pack(by_slot, fingerprint_bits))

    def __len__(self) -> int:
        """Number of keys."""
        return self.cascade.size

    @cached_property
    def joined(self) -> NDArray[np.uint8]:
        """Blocks, anchors and fingerprints behind each other, as in a file."""
        cascade = self.cascade
        return np.concatenate((cascade.blocks.reshape(-1), cascade.anchors, self.fingerprints))

    @cached_property
    def _native(self) -> Any:
        """The index in C, or None."""
        if extension is None:
            return None
        return self.cascade.native(self.joined, self.fingerprint_bits)

    @cached_property
    def slot(self) -> Callable[[str], int]:
        """A function from one key to its row, -1 where it is known to be absent."""
        if self._native is not None:
            native: Callable[[str], int] = self._native.slot
            return native
        return lambda key: int(self.find([key])[0])

    def find(self, keys: Sequence[str]) -> Int64:
        """Row of each key, -1 where it is known to be absent."""
        if self._native is not None:
            return np.frombuffer(self._native.find(keys), np.int64)
        h1, h2 = murmur.hash_keys(murmur.encode_key(key) for key in keys)
        slots = self.cascade.slots(h1, h2)
        width = self.fingerprint_bits
        stored = bits.read(self.fingerprints, np.maximum(slots, 0) * width, width)
        return np.where(stored == murmur.fingerprints(h2, width), slots, -1)

    def store(self, where: str, tensors: Tensors) -> dict[str, Any]:
        """Describe, and add one tensor: blocks, anchors and fingerprints behind each other."""
        cascade = self.cascade
        tensors[f"{where}.hash"] = self.joined
        return {
            "kind": self.kind,
            "size": cascade.size,
            "groups": [cascade.groups.cells, cascade.groups.seed_bits],
            "levels": list(cascade.levels),
            "fingerprint_bits": self.fingerprint_bits,
        }

    @classmethod
    def parse(cls, fields: Fields) -> Hashed:
        """Read the hash and check that its bits and ranks count exactly its keys."""
        size = fields.integer("size", 0, mphf.MAX_KEYS)
        shape = fields.integers("groups", 0, mphf.MAX_CELLS)
        levels = fields.integers("levels", 1, mphf.MAX_KEYS)
        width = fields.integer("fingerprint_bits", 0, 16)
        data = fields.tensor("hash", np.uint8, (None,))
        fields.close()
        if (
            len(shape) != 2
            or shape[0] < 1
            or shape[1] > mphf.MAX_SEED_BITS
            or len(levels) > mphf.MAX_LEVELS
        ):
            raise FormatError(f"{fields.where}: groups {shape} or levels are out of range")
        groups = mphf.Groups(*shape)
        blocks_end = groups.block_count(levels) * mphf.BLOCK_BYTES
        anchors_end = blocks_end + groups.anchor_count(levels) * mphf.ANCHOR_BITS // 8
        if len(data) != anchors_end + bits.byte_length(size * width):
            raise FormatError(f"{fields.where}: the hash has not the size that its levels ask for")
        blocks = data[:blocks_end].reshape(-1, mphf.BLOCK_BYTES)
        cascade = mphf.Cascade(size, groups, levels, blocks, data[blocks_end:anchors_end])
        if not cascade.counts_agree():
            raise FormatError(f"{fields.where}: the ranks do not count the bits of {size} keys")
        index = cls(cascade, width, data[anchors_end:])
        index.__dict__["joined"] = data  # its parts are views of this
        return index


KeyIndex = Strings | Hashed | Hashes | Static

_KINDS: dict[str, type[KeyIndex]] = {each.kind: each for each in (Strings, Hashed, Hashes, Static)}


def parse(fields: Fields) -> KeyIndex:
    """Read a key index."""
    return _KINDS[fields.text("kind", tuple(_KINDS))].parse(fields)
