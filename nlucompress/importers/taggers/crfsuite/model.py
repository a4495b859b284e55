"""Model files of CRFsuite (its ``lCRF`` format, type ``FOMC``, version 100) to conditional fields.

All integers are unsigned, 32 bits and little-endian; offsets count from the file's beginning.

    header      "lCRF", file size, "FOMC", 100, features (or 0), labels, attributes,
                offsets of: FEAT, dictionary of labels, dictionary of attributes, LFRF, AFRF
    FEAT        "FEAT", chunk size, n; then n times: type (0 state, 1 transition), source, target,
                binary64 weight. A state leads from an attribute, a transition from a label.
    dictionary  "CQDB", chunk size, flag, 0x62445371, n, offset of the backward table; the table has
                n offsets, all counted from the chunk's beginning, of records: id, size, bytes, NUL
    LFRF, AFRF  magic, chunk size, n; n offsets of lists (0 is none): count, then as many features

LFRF and AFRF list the features of each label and attribute once more; CRFsuite reads weights
through them, so they must say the same as FEAT. The hash tables of a dictionary lead from strings
to the ids that the records have already, and are not read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format.model import Model
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading import weights
from nlucompress.io.sources import Opened, opened

Int64 = NDArray[np.int64]

_HEADER = struct.Struct("<4sI4sI8I")
_VERSION = 100
_BYTE_ORDER = 0x62445371
_STATE, _TRANSITION = 0, 1
_FEATURE = np.dtype([("type", "<u4"), ("source", "<u4"), ("target", "<u4"), ("weight", "<f8")])


def read(source: Opened, options: ImportOptions | None = None) -> Model:
    """Read a CRFsuite model; binary64 weights are rounded to float32.

    Raises:
        FormatError: The file is damaged, of another version, or has more than 2048 labels.
        DataError: A weight is no finite float32.
    """
    with opened(source) as stream:
        file = _File(stream.read(), stream.name)
    magic, size, kind, version, count, labels, attributes, *offsets = file.header()
    if (magic, kind, version) != (b"lCRF", b"FOMC", _VERSION):
        found = f"{magic!r}, {kind!r}, version {version}"
        raise file.error("header", f"expected lCRF, FOMC, version {_VERSION}, not {found}")
    if size != len(file.data):
        raise file.error("header", f"{size} bytes announced, {len(file.data)} are here: cut off?")
    weights.check_labels(labels, file.where)
    features = file.features(offsets[0])
    if count not in (0, len(features)):
        raise file.error("header", f"{count} features announced, FEAT has {len(features)}")
    names = file.dictionary(offsets[1], labels, "label")
    keys = file.dictionary(offsets[2], attributes, "attribute")
    state = features["type"] == _STATE
    file.check_references(offsets[3], b"LFRF", features, ~state, labels)
    file.check_references(offsets[4], b"AFRF", features, state, attributes)
    if (features["target"] >= labels).any():
        raise file.error("FEAT", "a feature leads to a label beyond the last")
    matrices = {}
    for part, chosen, rows in (("states", state, attributes), ("transitions", ~state, labels)):
        each = features[chosen]
        places = each["source"].astype(np.int64), each["target"].astype(np.int64)
        shape, where = (rows, labels), f"{file.where}: {part}"
        matrices[part] = weights.matrix_of(shape, *places, each["weight"].astype(np.float64), where)
    return weights.crf(keys, names, matrices["states"], matrices["transitions"])


@dataclass(frozen=True)
class _File:
    """The bytes of a file, every look at them bounded."""

    data: bytes
    where: str

    def error(self, part: str, what: str) -> FormatError:
        return FormatError(f"{self.where}: {part}: {what}")

    def header(self) -> tuple[Any, ...]:
        if len(self.data) < _HEADER.size:
            raise self.error("header", f"the file ends within its {_HEADER.size} bytes")
        return _HEADER.unpack_from(self.data)

    def integers(self, at: int, count: int, part: str) -> Int64:
        """``count`` integers at an offset."""
        if at + 4 * count > len(self.data):
            raise self.error(part, f"{count} integers at offset {at} lie beyond the file's end")
        return np.frombuffer(self.data, "<u4", count, at).astype(np.int64)

    def chunk(self, at: int, magic: bytes) -> int:
        """End of a chunk that begins here with this magic."""
        name = magic.decode()
        if self.data[at : at + 4] != magic:
            raise self.error(name, f"offset {at} is not where the chunk begins")
        size = int(self.integers(at + 4, 1, name)[0])
        if at + size > len(self.data):
            raise self.error(name, f"its {size} bytes at offset {at} lie beyond the file's end")
        return at + size

    def features(self, at: int) -> NDArray[Any]:
        """All features, as ``_FEATURE`` tells them."""
        end = self.chunk(at, b"FEAT")
        count = int(self.integers(at + 8, 1, "FEAT")[0])
        if at + 12 + count * _FEATURE.itemsize != end:
            raise self.error("FEAT", f"{count} features do not fill its {end - at} bytes")
        features = np.frombuffer(self.data, _FEATURE, count, at + 12)
        if (features["type"] > _TRANSITION).any():
            raise self.error("FEAT", "a feature is neither a state nor a transition")
        return features

    def dictionary(self, at: int, count: int, what: str) -> list[str]:
        """The strings of a constant quark database by their ids."""
        part = f"dictionary of {what}s"
        end = self.chunk(at, b"CQDB")
        order, size, table = self.integers(at + 12, 3, part).tolist()
        if order != _BYTE_ORDER:
            raise self.error(part, "its byte order mark is wrong")
        if size != count:
            raise self.error(part, f"it has {size} strings, the header announces {count}")
        starts = self.integers(at + table, count, part).tolist()
        names = []
        room = end - at  # records lie side by side: together they are no longer than the chunk
        for number, start in enumerate(starts):
            begin = at + start + 8
            if not start or begin > end:
                raise self.error(part, f"{what} {number} is missing")
            found, length = struct.unpack_from("<II", self.data, begin - 8)
            room -= 8 + length
            text = self.data[begin : begin + length] if begin + length <= end else b""
            ended = text.endswith(b"\0") and b"\0" not in text[:-1]
            if found != number or room < 0 or not ended:
                raise self.error(part, f"the record of {what} {number} is damaged")
            names.append(text[:-1])
        read = weights.names_of if what == "label" else weights.keys_of
        return read(names, what, self.where)

    def check_references(
        self, at: int, magic: bytes, features: NDArray[Any], chosen: NDArray[np.bool_], count: int
    ) -> None:
        """Refuse lists that do not have exactly the chosen features, each under its source."""
        part = magic.decode()
        self.chunk(at, magic)
        size = int(self.integers(at + 8, 1, part)[0])
        lists = self.integers(at + 12, size, part).tolist()
        left = int(chosen.sum())
        source = np.full(len(features), -1, np.int64)
        for number, start in enumerate(lists[:count]):
            length = int(self.integers(start, 1, part)[0]) if start else 0
            left -= length
            if left < 0:
                break
            listed = self.integers(start + 4, length, part)
            if length and int(listed.max()) >= len(features):
                raise self.error(part, f"list {number} has a feature beyond the last")
            source[listed] = number
        expected = np.where(chosen, features["source"].astype(np.int64), -1)
        if left or (source != expected).any():
            raise self.error(part, "its lists and the features of FEAT contradict each other")
