"""Writing the outer frame: a safetensors file, open or sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.hashing import murmur
from nlucompress.format.frame import sealed
from nlucompress.format.frame.canonical import FORMAT_VERSION, canonical
from nlucompress.format.frame.container import (
    DTYPES,
    METADATA_KEY,
    Entry,
    data_order,
    tensor_digest,
)
from nlucompress.format.frame.sealed import ALIGNMENT

_NAMES = {np.dtype(code): name for name, code in DTYPES.items() if name != "BF16"}


@dataclass(frozen=True)
class Serialized:
    """A file ready to be written: ``header`` and then the ``tensors`` in order.

    Attributes:
        names: The tensors' names, in the same order.
        digest: 32 hexadecimal digits that identify the model with all of its tensors.
    """

    header: bytes
    tensors: tuple[NDArray[np.uint8], ...]
    names: tuple[str, ...]
    digest: str

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return len(self.header) + sum(len(tensor) for tensor in self.tensors)


def serialize(description: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> Serialized:
    """Frame tensors and description; hash blocks come first, the rest follows by name.

    A description that says ``sealed`` takes the sealed form, every other one the open form.
    """
    ordered = sorted(tensors, key=lambda name: (not name.endswith(".hash"), name))
    entries: dict[str, Entry] = {}
    raws: dict[str, NDArray[np.uint8]] = {}
    at = 0
    for name in ordered:
        array = np.ascontiguousarray(tensors[name])
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        raws[name] = little.reshape(-1).view(np.uint8)
        entry = Entry(_NAMES[np.dtype(little.dtype)], array.shape, at, at + len(raws[name]))
        entries[name] = entry
        at = entry.end
    write = sealed.front if description.get("sealed") is True else _open_front
    header, digest = write(description, entries, raws)
    return Serialized(header, tuple(raws.values()), tuple(raws), digest)


def _open_front(
    description: Mapping[str, Any],
    entries: Mapping[str, Entry],
    raws: Mapping[str, NDArray[np.uint8]],
) -> tuple[bytes, str]:
    """The header of the open form, and the digest of the model."""
    header: dict[str, Any] = {
        name: {
            "dtype": entry.dtype,
            "shape": list(entry.shape),
            "data_offsets": [entry.begin, entry.end],
        }
        for name, entry in entries.items()
    }
    in_data_order = sorted(entries.items(), key=data_order)
    digests = [tensor_digest(name, entry, raws[name]) for name, entry in in_data_order]
    body = {**description, "digests": digests}
    digest = murmur.digest(canonical(body).encode())
    # The version is not under the digest: a newer format may change how digests are made.
    full = {**body, "digest": digest, "format": FORMAT_VERSION}
    header["__metadata__"] = {METADATA_KEY: canonical(full)}
    text = canonical(header).encode()
    text += b" " * (-(len(text) + 8) % ALIGNMENT)
    return len(text).to_bytes(8, "little") + text, digest
