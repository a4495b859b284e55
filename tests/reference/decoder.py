"""A second reader of `.nlu` files, written from FORMAT.md alone, for comparison.

It shares no code with the package, uses the standard library only, decodes everything when a file
is opened, and prefers being obvious to being fast. Whatever the specification says must be refused
raises ValueError.
"""

from __future__ import annotations

import json
import math
import re
import struct
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.reference.fasttext import Buckets, mean
from tests.reference.fasttext import scores as fasttext_scores
from tests.reference.hash import (
    Bits,
    HashIndex,
    PrefixCode,
    StringIndex,
    digest,
    number_of,
    read_number,
    require,
    tokens,
)
from tests.reference.linearized import expand
from tests.reference.namespaces import Namespaces, Pairs
from tests.reference.neural import READ_WORDS, affine, represent
from tests.reference.static import HashesIndex, StaticIndex, ValueBits
from tests.reference.tagger import TokenReader, viterbi
from tests.reference.vectorizer import VectorizerParts

DTYPES = {"U8": "B", "U16": "H", "U32": "I", "I64": "q", "F16": "e", "F32": "f"}
LARGEST = struct.unpack("<f", b"\xff\xff\x7f\x7f")[0]
STATIC_LABELS = bytes.fromhex(
    "f0ecccccccccccccccccaaabcaccaccccccc686757886a977666a66678989acc"
    "cc4c475546675b8565569454677879ccccf6f4699acbcccccccccfde"
)
APOSTROPHES = "'\u2018\u2019\u02bc\uff07"


# ---- values of the JSON ------------------------------------------------------------------------


def parse(text: str) -> Any:
    """The value of a JSON text: no name twice, no number that is not finite."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        require(len(dict(items)) == len(items), "a name occurs twice in an object")
        return dict(items)

    def constant(name: str) -> float:
        raise ValueError(f"{name} is not a number")

    def real(number: str) -> float:
        require(math.isfinite(float(number)), "a number is not finite")
        return float(number)

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_float=real)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None


def canonical(value: Any) -> str:
    """The canonical JSON of a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def fields(value: Any, required: str, optional: str = "") -> dict[str, Any]:
    """An object with all required and perhaps optional fields, and no others."""
    require(isinstance(value, dict), "not an object")
    needed = set(required.split())
    require(needed <= set(value) <= needed | set(optional.split()), "missing or unknown fields")
    return dict(value)


def integer(value: Any, low: int, high: int) -> int:
    """An integer of a range."""
    require(isinstance(value, int) and not isinstance(value, bool), "not an integer")
    require(low <= value <= high, "an integer out of range")
    return int(value)


def integers(value: Any, *ranges: tuple[int, int]) -> list[int]:
    """A list of as many integers as there are ranges."""
    require(isinstance(value, list) and len(value) == len(ranges), "not a list of this length")
    return [integer(item, *span) for item, span in zip(value, ranges, strict=True)]


def boolean(value: Any) -> bool:
    """A boolean."""
    require(isinstance(value, bool), "not a boolean")
    return bool(value)


def single(number: float) -> float:
    """Round to binary32, ties to even."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", float(number)))[0])
    except OverflowError:
        raise ValueError("beyond binary32") from None


# ---- section 1: frame --------------------------------------------------------------------------


class Tensor:
    """A named, typed piece of the data."""

    def __init__(self, dtype: str, shape: list[int], data: bytes) -> None:
        """Hold the raw bytes."""
        self.dtype, self.shape, self.data = dtype, shape, data

    def digest(self, name: str) -> str:
        """The digest of the tensor under its name (section 3)."""
        head = (name, self.dtype, ",".join(map(str, self.shape)), "")
        return digest("\0".join(head).encode() + self.data)

    def values(self) -> list[Any]:
        """All numbers in C order; floats must be finite."""
        format_ = DTYPES[self.dtype]
        numbers = [n for (n,) in struct.iter_unpack("<" + format_, self.data)]
        require(all(map(math.isfinite, numbers)), "a float is not finite")
        return numbers


class Tensors:
    """All tensors of a file, and which of them the description has not yet used."""

    def __init__(self, stored: dict[str, Tensor]) -> None:
        """Hold tensors by name."""
        self.stored = stored
        self.unused = set(stored)

    def take(self, name: str, dtypes: str, *shape: int | None) -> Tensor:
        """The tensor of a name, with one of the dtypes and this shape; None is any size."""
        require(name in self.stored, f"no tensor {name}")
        tensor = self.stored[name]
        require(tensor.dtype in dtypes.split(), f"{name}: wrong dtype")
        require(len(tensor.shape) == len(shape), f"{name}: wrong number of sizes")
        same = all(want in (None, got) for want, got in zip(shape, tensor.shape, strict=True))
        require(same, f"{name}: wrong shape")
        self.unused.discard(name)
        return tensor


def read_frame(file: bytes) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The description, and the tensors in the order of their data."""
    require(len(file) >= 8, "too short")
    length = int.from_bytes(file[:8], "little")
    require(length <= 100_000_000 and 8 + length <= len(file), "header too long")
    text = file[8 : 8 + length].decode("utf-8").rstrip(" ")
    require(text.startswith("{") and text.endswith("}"), "the header is not an object")
    header = parse(text)
    metadata = header.pop("__metadata__", {})
    require(isinstance(metadata, dict), "__metadata__ is not an object")
    require(all(isinstance(v, str) for v in metadata.values()), "__metadata__ has other values")
    data = file[8 + length :]
    places = []
    for name, entry in header.items():
        name.encode("utf-8")  # refuses lone surrogates
        fields(entry, "dtype shape data_offsets")
        dtype, shape = entry["dtype"], entry["shape"]
        require(isinstance(dtype, str) and dtype in DTYPES, f"{name}: unknown dtype")
        require(isinstance(shape, list) and len(shape) <= 8, f"{name}: wrong shape")
        shape = [integer(size, 0, 2**63) for size in shape]
        size = struct.calcsize("<" + DTYPES[dtype])
        require(math.prod(filter(None, shape)) * size < 2**63, f"{name}: too big")
        begin, end = integers(entry["data_offsets"], *[(0, len(data))] * 2)
        require(end - begin == math.prod(shape) * size, f"{name}: length does not fit the shape")
        places.append((begin, end, name, dtype, shape))
    places.sort(key=lambda place: place[:3])
    at = 0
    for begin, end, *_ in places:
        require(begin == at, "gap or overlap in the data")
        at = end
    require(at == len(data), "the data do not end with the last tensor")
    stored = {
        name: Tensor(dtype, shape, data[begin:end]) for begin, end, name, dtype, shape in places
    }
    if "nlucompress" in metadata:
        return read_open(metadata["nlucompress"], stored), stored
    require(set(stored) == {"nlu"}, "a foreign safetensors file")
    require(stored["nlu"].dtype == "U8" and len(stored["nlu"].shape) == 1, "a foreign file")
    return read_sealed(stored["nlu"].data)


def stated_digest(file: bytes) -> str:
    """The digest that a file, which was read before, states of itself."""
    at = 8 + int.from_bytes(file[:8], "little")
    text = parse(file[8:at].decode()).get("__metadata__", {}).get("nlucompress")
    return str(parse(text)["digest"]) if text is not None else file[at + 1 : at + 17].hex()


def description_of(text: str) -> dict[str, Any]:
    """The description that a text spells."""
    spec = parse(text)
    require(isinstance(spec, dict), "the description is not an object")
    require(canonical(spec) == text, "the description is not canonical JSON")
    return dict(spec)


def check_version(version: Any) -> None:
    """Refuse every other version."""
    require(integer(version, 1, 2**4096) <= 2, "the format is newer than this reader")
    require(version == 2, "the format is older than this reader")


def read_open(text: str, stored: dict[str, Tensor]) -> dict[str, Any]:
    """The description of a file of the open form."""
    spec = description_of(text)
    check_version(spec.pop("format", None))
    stated = spec.pop("digest", None)
    require(stated == digest(canonical(spec).encode()), "the description is damaged")
    digests = [tensor.digest(name) for name, tensor in stored.items()]
    require(spec.pop("digests", None) == digests, "the data are damaged")
    require(spec.get("sealed") is False, "an open file that says that it is sealed")
    require("tensors" not in spec, "an open file that lists its tensors")
    return spec


def read_sealed(data: bytes) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The description and the tensors of a file of the sealed form."""
    require(bool(data), "an empty tensor")
    check_version(data[0])
    require(data[1:17].hex() == digest(data[17:]), "the file is damaged")
    require(len(data) >= 21, "too short")
    at = 21 + int.from_bytes(data[17:21], "little")
    require(at <= len(data), "the description is longer than the file")
    spec = description_of(expanded(data[21:at]))
    listed = spec.pop("tensors", None)
    require(isinstance(listed, list), "no list of tensors")
    require(spec.get("sealed") is True, "a sealed file that says that it is open")
    stored: dict[str, Tensor] = {}
    for entry in listed:
        require(isinstance(entry, list) and len(entry) >= 2, "no entry of a tensor")
        name, dtype, *shape = entry
        require(isinstance(name, str) and name not in stored, "no name of a tensor")
        name.encode("utf-8")  # refuses lone surrogates
        require(isinstance(dtype, str) and dtype in DTYPES, f"{name}: unknown dtype")
        require(len(shape) <= 8, f"{name}: wrong shape")
        shape = [integer(size, 0, 2**63) for size in shape]
        size = struct.calcsize("<" + DTYPES[dtype])
        require(math.prod(filter(None, shape)) * size < 2**63, f"{name}: too big")
        size *= math.prod(shape)
        require(size <= len(data) - at, f"{name}: beyond the end of the file")
        stored[name] = Tensor(dtype, shape, data[at : at + size])
        at += size
    require(at == len(data), "the data do not end with the last tensor")
    return spec, stored


def phrases_of(document: str) -> dict[int, str]:
    """The phrases in the table of section 1.2."""
    section = document[document.index("### 1.2") : document.index("### 1.3")]
    rows = re.findall(r"^\| `((?:7F )?[0-9A-F]{2})` \| `(.*)` \|$", section, re.MULTILINE)
    return {int(byte.replace(" ", ""), 16): text for byte, text in rows}


DOCUMENT = Path(__file__).parents[2] / "nlucompress/format/FORMAT.md"
PHRASES = phrases_of(DOCUMENT.read_text("utf-8"))


def expanded(data: bytes) -> str:
    """The text of a description in phrases."""
    text = []
    at = 0
    while at < len(data):
        two = data[at] == 0x7F
        require(not two or at + 1 < len(data), "half of a phrase")
        text.append(phrase(0x7F00 + data[at + 1] if two else data[at]))
        at += 1 + two
    return "".join(text)


def phrase(byte: int) -> str:
    """What a byte of the description stands for, or two behind 7F as one number."""
    if 0x20 <= byte <= 0x7E:
        return chr(byte)
    if 0x80 <= byte < 0x80 + 100:
        return f"{byte - 0x80:02}"
    require(byte in PHRASES, "a byte that stands for nothing")
    return PHRASES[byte]


# ---- section 8: numbers ------------------------------------------------------------------------


class Numbers:
    """The rule that turns a stored code into a number."""

    def __init__(self, spec: Any, path: str, tensors: Tensors, rows: int, columns: int) -> None:
        """Read the rule for a matrix of this shape."""
        self.kind = fields(spec, "kind", "levels per group scale zero_point")["kind"]
        if self.kind == "float":
            fields(spec, "kind")
            return
        require(self.kind in ("linear", "codebook"), "unknown kind of numbers")
        linear = self.kind == "linear"
        more = " scale zero_point" if linear else ""
        fields(spec, "kind levels per" + (" group" if spec.get("per") == "group" else ""), more)
        self.levels = integer(spec["levels"], 2 if linear else 1, 512 if linear else 256)
        self.per = spec["per"]
        parts = {"tensor": 1, "row": rows, "label": columns}
        if self.per == "group":
            self.group = integer(spec["group"], 1, 2**20)
            parts["group"] = -(-columns // self.group)
        require(isinstance(self.per, str) and self.per in parts, "unknown `per`")
        count = parts[self.per]
        if linear:
            self.read_grid(spec, path, tensors, count)
        else:
            flat = tensors.take(f"{path}.centroids", "F32", count, self.levels).values()
            self.centroids = [flat[p * self.levels :][: self.levels] for p in range(count)]
            require(all(part[0] == 0 for part in self.centroids), "a first centroid is not 0")

    def read_grid(self, spec: dict[str, Any], path: str, tensors: Tensors, count: int) -> None:
        """Read scale and zero point of each part of a linear grid."""
        require(("scale" in spec) == (count == 1), "`scale` is a field for exactly one part")
        if count == 1:
            scale = spec["scale"]
            real = isinstance(scale, (int, float)) and not isinstance(scale, bool)
            require(real, "`scale` is not a number")
            self.scale = [single(scale)]
        else:
            self.scale = tensors.take(f"{path}.scale", "F32 F16", count).values()
        if "zero_point" in spec:
            self.zero = [integer(spec["zero_point"], 0, self.levels - 1)] * count
        else:
            self.zero = tensors.take(f"{path}.zero_point", "U16", count).values()
        for zero, scale in zip(self.zero, self.scale, strict=True):
            require(zero < self.levels, "a zero point beyond the levels")
            widest = max(zero, self.levels - 1 - zero)
            require(widest * abs(scale) <= LARGEST, "the grid leaves binary32")

    def check(self, code: float) -> None:
        """Refuse a code that stands for no number."""
        require(self.kind == "float" or code < self.levels, "a code beyond the levels")

    def value(self, i: int, j: int, code: Any) -> float:
        """The number of a code in row `i` and column `j`."""
        if self.kind == "float":
            return float(code)
        part = {"tensor": 0, "row": i, "label": j}.get(self.per)
        if part is None:
            part = j // self.group
        if self.kind == "codebook":
            return float(self.centroids[part][code])
        return single(float(code - self.zero[part]) * self.scale[part])


# ---- sections 7 and 9: matrices ----------------------------------------------------------------


class Matrix:
    """Rows of numbers, decoded to codes."""

    def __init__(self, spec: Any, path: str, tensors: Tensors) -> None:
        """Read all codes."""
        self.codes: dict[tuple[int, int], float] = {}
        require(isinstance(spec, dict) and isinstance(spec.get("numbers"), dict), "no matrix")
        floats = spec["numbers"].get("kind") == "float"
        kind = spec.get("kind")
        if kind == "dense":
            fields(spec, "kind numbers")
            dtypes = "F32 F16" if floats else "U8"
            tensor = tensors.take(f"{path}.codes", dtypes, None, None)
            self.rows, self.columns = tensor.shape
            for index, code in enumerate(tensor.values()):
                self.codes[divmod(index, self.columns)] = code
        elif kind == "sparse":
            self.read_sparse(fields(spec, "kind numbers columns"), path, tensors, floats)
        else:
            require(kind == "coded", "unknown kind of matrix")
            self.rows, self.columns = integers(spec.get("shape"), (0, 2**40), (0, 2**20))
        path_of_numbers = f"{path}.numbers"
        self.numbers = Numbers(spec["numbers"], path_of_numbers, tensors, self.rows, self.columns)
        if kind == "coded":
            self.read_coded(spec, tensors.take(f"{path}.rows", "U8", None).data, floats)
        for code in self.codes.values():
            self.numbers.check(code)

    def read_sparse(self, spec: dict[str, Any], path: str, tensors: Tensors, floats: bool) -> None:
        """Read a matrix that lists the entries of each row."""
        starts = tensors.take(f"{path}.starts", "I64", None).values()
        columns = tensors.take(f"{path}.columns", "U16 U32", None).values()
        codes = tensors.take(f"{path}.codes", "F32" if floats else "U8", len(columns)).values()
        require(bool(starts), "no starts")
        require(starts[0] == 0 and starts[-1] == len(columns), "starts miss the entries")
        self.rows, self.columns = len(starts) - 1, integer(spec["columns"], 0, 2**20)
        for i in range(self.rows):
            require(starts[i] <= starts[i + 1], "starts fall")
            before = -1
            for at in range(starts[i], starts[i + 1]):
                require(before < columns[at] < self.columns, "columns do not ascend in range")
                before = columns[at]
                self.codes[i, before] = codes[at]

    def read_coded(self, spec: dict[str, Any], data: bytes, floats: bool) -> None:
        """Read coded rows (section 9)."""
        names = "kind numbers shape sparse block_rows symbol_bits offsets stream_bits"
        fields(spec, names)
        sparse = boolean(spec["sparse"])
        block_rows = integer(spec["block_rows"], 1, 1024)
        width = integer(spec["symbol_bits"], 0, 32)
        require((width == 32) == floats, "32 bits are for floats")
        stride, offset_width = integers(spec["offsets"], (16, 128), (0, 57))
        require(stride in (16, 32, 64, 128), "no valid stride")
        end = integer(spec["stream_bits"], 0, 8 * len(data))
        rows, columns = self.rows, self.columns
        require((rows if sparse else rows * columns) <= end, "too many rows for the stream")
        if width and not sparse:
            require(end == rows * columns * width, "wrong length of the stream")
            require(len(data) == -(-end // 8), "wrong length of the tensor")
            bits = Bits(data, end)
            for at in range(rows * columns):
                self.codes[divmod(at, columns)] = self.symbol(bits, width, None)
            return
        tables = Bits(data)
        codes: list[PrefixCode] = []
        if sparse:
            codes.append(PrefixCode(tables, tokens(columns + 1)))
            codes.extend(PrefixCode(tables, tokens(columns)) for _ in range(6))
        if width == 0:
            levels = self.numbers.levels
            codes.extend(PrefixCode(tables, levels) for _ in range(6 if sparse else 1))
        rest = data[tables.align() :]
        blocks = -(-rows // block_rows)
        anchor_width, anchors = end.bit_length(), -(-blocks // stride) + 1
        stream_at = -(-(anchors * anchor_width + blocks * offset_width) // 8)
        require(len(rest) == stream_at + -(-end // 8), "wrong length of the tensor")
        packed, stream = Bits(rest[:stream_at]), Bits(rest[stream_at:], end)
        last = packed.value((anchors - 1) * anchor_width, anchor_width)
        require(last == end, "the last anchor is not the end of the stream")
        require(sparse or block_rows == 1 or block_rows * columns <= 65536, "a block too big")
        # Without any bits, there are no rows or endlessly many rows of no columns.
        for block in range(blocks if end or offset_width else 0):
            j, k = divmod(block, stride)
            low = packed.value(j * anchor_width, anchor_width)
            high = packed.value((j + 1) * anchor_width, anchor_width)
            at = anchors * anchor_width + block * offset_width
            correction = packed.value(at, offset_width) - 2**offset_width // 2
            stream.at = low + (high - low) * k // stride + correction
            require(0 <= stream.at <= end, "an offset outside the stream")
            here = range(block * block_rows, min(rows, (block + 1) * block_rows))
            if sparse:
                self.read_sparse_block(stream, here, codes, width)
            else:
                for i in here:
                    for column in range(columns):
                        self.codes[i, column] = self.symbol(stream, width, codes[0])

    def read_sparse_block(
        self, stream: Bits, here: range, codes: list[PrefixCode], width: int
    ) -> None:
        """Read the counts and the entries of a sparse block's rows."""
        counts = [read_number(codes[0], stream) for _ in here]
        require(max(counts) <= self.columns, "more entries than columns")
        require(len(here) == 1 or sum(counts) <= 65536, "a block too big")
        for i, count in zip(here, counts, strict=True):
            class_ = min((count - 1).bit_length(), 5) if count else 0
            column = -1
            for _ in range(count):
                column += read_number(codes[1 + class_], stream) + 1
                require(column < self.columns, "a column beyond the last")
                code = None if width else codes[7 + class_]
                self.codes[i, column] = self.symbol(stream, width, code)

    def symbol(self, bits: Bits, width: int, code: PrefixCode | None) -> float:
        """The symbol at the cursor: a code of the numbers, or a finite float."""
        value: float = bits.read(width) if code is None else code.read(bits)
        if self.numbers.kind == "float":
            value = struct.unpack(">f", int(value).to_bytes(4, "big"))[0]
            require(math.isfinite(value), "a float is not finite")
        return value

    def row(self, i: int) -> list[float]:
        """The numbers of a row, each exactly a binary32."""
        require(0 <= i < self.rows, "no such row")
        return [
            self.numbers.value(i, j, self.codes[i, j]) if (i, j) in self.codes else 0.0
            for j in range(self.columns)
        ]


class Product:
    """The product of two matrices (section 7.1)."""

    rows: int
    columns: int

    def __init__(self, spec: Any, path: str, tensors: Tensors, nesting: int) -> None:
        """Read both factors."""
        fields(spec, "kind left right")
        self.left = read_matrix(spec["left"], f"{path}.left", tensors, nesting + 1)
        right = read_matrix(spec["right"], f"{path}.right", tensors, nesting + 1)
        require(self.left.columns == right.rows, "the factors do not meet")
        self.rows, self.columns = self.left.rows, right.columns
        self.right = whole(right)

    def row(self, i: int) -> list[float]:
        """The numbers of a row."""
        return times(self.left.row(i), self.right, self.columns)


class Quantized:
    """Product-quantized rows (section 7.2)."""

    rows: int
    columns: int

    def __init__(self, spec: Any, path: str, tensors: Tensors, nesting: int) -> None:
        """Read codes, centroids, norms and rotation."""
        fields(spec, "kind columns codes centroids", "norms rotation")
        self.columns = integer(spec["columns"], 1, 2**20)
        children = {
            name: read_matrix(spec[name], f"{path}.{name}", tensors, nesting + 1)
            for name in ("codes", "centroids", "norms", "rotation")
            if name in spec
        }
        codes, centroids = children["codes"], children["centroids"]
        if not isinstance(codes, Matrix):
            raise ValueError("codes are made of matrices")
        numbers = codes.numbers
        require(numbers.kind == "linear" and numbers.per == "tensor", "codes are no codes")
        require(numbers.scale == [1] and numbers.zero == [0], "numbers are not their codes")
        self.codes, self.rows = codes, codes.rows
        require(1 <= codes.columns <= self.columns, "wrong number of subvectors")
        self.size = -(-self.columns // codes.columns)
        require(centroids.columns == self.size, "centroids of a wrong size")
        require(centroids.rows % codes.columns == 0, "centroids that no subvector has")
        self.each = centroids.rows // codes.columns
        require(numbers.levels <= self.each, "codes without centroids")
        self.centroids = whole(centroids)
        self.norms, self.rotation = children.get("norms"), None
        if self.norms is not None:
            require((self.norms.rows, self.norms.columns) == (self.rows, 1), "wrong norms")
        if "rotation" in children:
            turn = children["rotation"]
            require(turn.rows == turn.columns == self.columns, "a rotation of a wrong shape")
            self.rotation = whole(turn)

    def row(self, i: int) -> list[float]:
        """The numbers of a row."""
        x: list[float] = []
        for j, code in enumerate(self.codes.row(i)):
            x += self.centroids[j * self.each + int(code)]
        x = x[: self.columns]
        if self.norms is not None:
            norm = self.norms.row(i)[0]
            x = [single(norm * value) for value in x]
        return x if self.rotation is None else times(x, self.rotation, self.columns)


class StaticRows:
    """Rows that are values of a static function (section 9.5)."""

    def __init__(self, spec: Any, path: str, tensors: Tensors, keys: StaticIndex) -> None:
        """Read the code tables."""
        fields(spec, "kind columns sparse symbol_bits longest numbers", "common")
        require(spec["kind"] == "static", "no static rows behind static keys")
        self.keys, self.rows = keys, keys.size
        self.columns = integer(spec["columns"], 0, 2**20)
        self.sparse = boolean(spec["sparse"])
        self.width = integer(spec["symbol_bits"], 0, 32)
        self.end = keys.fingerprint_bits + integer(spec["longest"], 0, keys.places)
        self.numbers = Numbers(spec["numbers"], f"{path}.numbers", tensors, 0, self.columns)
        floats = self.numbers.kind == "float"
        require(floats or self.numbers.per != "row", "numbers for every row")
        require((self.width == 32) == floats, "32 bits are for floats")
        data = tensors.take(f"{path}.rows", "U8", None).data
        tables = Bits(data)
        self.codes: list[PrefixCode] = []
        common = [integer(each, 0, 1024) for each in spec["common"]] if "common" in spec else []
        if "common" in spec:
            require(0 < len(common) <= 16 and common[-1] > 0, "no list of common rows")
            require(sum(common) <= 1024 and self.sparse and not floats, "no common rows here")
        if self.sparse:
            self.codes.append(PrefixCode(tables, tokens(self.columns + 1) + sum(common)))
            self.codes.extend(PrefixCode(tables, tokens(self.columns)) for _ in range(6))
        if self.width == 0:
            levels = self.numbers.levels
            self.codes.extend(PrefixCode(tables, levels) for _ in range(6 if self.sparse else 1))
        tables.align()
        self.common = [
            self.entries(tables, count) for count, rows in enumerate(common, 1) for _ in range(rows)
        ]
        require(tables.align() == len(data), "wrong length of the code tables")

    def entries(self, bits: Bits, count: int) -> list[tuple[int, int]]:
        """Columns and symbols of a common row."""
        found: list[tuple[int, int]] = []
        for _ in range(count):
            column = bits.read((self.columns - 1).bit_length())
            symbol = bits.read((self.numbers.levels - 1).bit_length())
            require(column < self.columns and symbol < self.numbers.levels, "no entry of a row")
            require(not found or column > found[-1][0], "columns that do not ascend")
            found.append((column, symbol))
        return found

    def row(self, handle: int) -> list[float]:
        """The numbers of a row, each exactly a binary32."""
        row = [0.0] * self.columns
        bits = ValueBits(self.keys, handle, self.end)
        bits.at = self.keys.fingerprint_bits
        try:
            count = self.columns
            if self.sparse:
                token = self.codes[0].read(bits)
                at = token - tokens(self.columns + 1)
                if at >= 0:
                    for place, code in self.common[at]:
                        row[place] = self.numbers.value(0, place, code)
                    return row
                count = number_of(token, bits)
            if count > self.columns:
                return row
            class_ = min((count - 1).bit_length(), 5) if self.sparse and count else 0
            column = -1
            for _ in range(count):
                column += read_number(self.codes[1 + class_], bits) + 1 if self.sparse else 1
                if column >= self.columns:
                    return row
                if self.width:
                    symbol: float = bits.read(self.width)
                else:
                    symbol = self.codes[7 + class_ if self.sparse else 0].read(bits)
                if self.numbers.kind == "float":
                    symbol = struct.unpack(">f", int(symbol).to_bytes(4, "big"))[0]
                    if not math.isfinite(symbol):
                        return row
                elif symbol >= self.numbers.levels:
                    return row
                row[column] = self.numbers.value(0, column, symbol)
        except ValueError:
            pass
        return row


AnyMatrix = Matrix | Product | Quantized


def read_matrix(spec: Any, path: str, tensors: Tensors, nesting: int = 1) -> AnyMatrix:
    """A matrix of any kind (section 7)."""
    require(nesting <= 8, "matrices nested too deeply")
    kind = spec.get("kind") if isinstance(spec, dict) else None
    if kind == "product":
        return Product(spec, path, tensors, nesting)
    if kind == "pq":
        return Quantized(spec, path, tensors, nesting)
    return Matrix(spec, path, tensors)


def whole(matrix: AnyMatrix) -> list[list[float]]:
    """All rows of a matrix that is not too big."""
    require(matrix.rows * matrix.columns <= 2**22, "too big to be decoded whole")
    return [matrix.row(i) for i in range(matrix.rows)]


def times(x: list[float], matrix: list[list[float]], columns: int) -> list[float]:
    """A row times a matrix, each sum rounded once."""
    sums = (math.fsum(a * row[j] for a, row in zip(x, matrix, strict=True)) for j in range(columns))
    return [single(total) for total in sums]


class Table:
    """Keys, and a row for each."""

    def __init__(self, spec: Any, path: str, tensors: Tensors) -> None:
        """Read a table (section 2)."""
        fields(spec, "keys matrix", "counts closed")
        self.closed = boolean(spec.get("closed", False))
        keys = spec["keys"]
        optional = "size groups levels fingerprint_bits stored places offsets"
        kind = fields(keys, "kind", optional)["kind"]
        self.keys: StringIndex | HashIndex | HashesIndex | StaticIndex
        if kind == "strings":
            fields(keys, "kind")
            data = tensors.take(f"{path}.keys.data", "U8", None).data
            offsets = tensors.take(f"{path}.keys.offsets", "I64", None).values()
            require(bool(offsets), "no offsets")
            self.keys = StringIndex(data, offsets)
        elif kind == "hashes":
            r = integer(fields(keys, "kind fingerprint_bits")["fingerprint_bits"], 0, 16)
            self.keys = HashesIndex(tensors.take(f"{path}.keys.hashes", "U8", None, 16).data)
        elif kind == "static":
            fields(keys, "kind size fingerprint_bits stored places offsets")
            size = integer(keys["size"], 0, 2**32 - 1)
            r = integer(keys["fingerprint_bits"], 0, 16)
            stored, places = (integer(keys[name], 0, 2**40) for name in ("stored", "places"))
            stride, width = integers(keys["offsets"], (16, 128), (0, 57))
            data = tensors.take(f"{path}.keys.hash", "U8", None).data
            self.keys = StaticIndex(data, size, r, stored, places, (stride, width))
        else:
            require(kind == "hash", "unknown kind of key index")
            fields(keys, "kind size groups levels fingerprint_bits")
            size = integer(keys["size"], 0, 2**32 - 1)
            c, s = integers(keys["groups"], (1, 40), (0, 8))
            levels = keys["levels"]
            require(isinstance(levels, list) and len(levels) <= 255, "wrong levels")
            levels = [integer(level, 1, 2**32 - 1) for level in levels]
            r = integer(keys["fingerprint_bits"], 0, 16)
            data = tensors.take(f"{path}.keys.hash", "U8", None).data
            self.keys = HashIndex(data, size, (c, s), levels, r)
        self.matrix: AnyMatrix | StaticRows
        if isinstance(self.keys, StaticIndex):
            self.matrix = StaticRows(spec["matrix"], f"{path}.matrix", tensors, self.keys)
        else:
            self.matrix = read_matrix(spec["matrix"], f"{path}.matrix", tensors)
        require(self.matrix.rows == self.keys.size, "keys and rows differ in number")
        self.counts: list[int] | None = None
        if boolean(spec.get("counts", False)):
            self.counts = tensors.take(f"{path}.counts", "U32", self.keys.size).values()

    def find(self, key: str) -> int | None:
        """The row of a key, or None if the key is unknown."""
        return self.keys.find(key)

    def row(self, index: int) -> list[float]:
        """The numbers of a row, each exactly a binary32."""
        return self.matrix.row(index)


# ---- sections 10 to 12: labels, features, network ----------------------------------------------


def read_labels(spec: Any, tensors: Tensors) -> list[str]:
    """The names of the classes, plain or coded."""
    labels: list[str] = []
    if isinstance(spec, list):
        require(all(isinstance(label, str) for label in spec), "a label is not a string")
        labels = spec
    else:
        count = integer(fields(spec, "count")["count"], 1, 2**20)
        bits = Bits(tensors.take("labels.coded", "U8", None).data)
        static = bits.value(0, 4) == 13
        code = PrefixCode(Bits(STATIC_LABELS) if static else bits, 512)
        bits.at = 4 if static else bits.at
        label, size = bytearray(), 0
        while len(labels) < count:
            symbol = code.read(bits)
            if symbol < 256:
                label.append(symbol)
                continue
            labels.append(label.decode("utf-8"))
            size += len(label) + 1
            require(size <= 65536, "too much text")
            shared = symbol - 256
            require(shared <= len(label), "a beginning longer than the label")
            whole = len(labels) % 16 == 0 or len(labels) == count
            require(not (whole and shared), "a label that must be whole is not")
            label = label[:shared]
        require(bits.length - bits.at < 8, "data behind the labels")
    "\n".join(labels).encode("utf-8")  # refuses lone surrogates
    require(len(set(labels)) == len(labels), "two labels are equal")
    return labels


def fold(character: str) -> str:
    """What a character of a text in NFC is replaced with."""
    if character in APOSTROPHES:
        return "'"
    if unicodedata.category(character)[0] not in "LMN":
        return " "
    for other in (character.casefold(), character.lower()):
        if len(other) == 1:
            return other
    return character


def split_words(text: str, symbols: bool = False) -> list[tuple[str, bool]]:
    """The words of a text, folded, and whether each is a symbol or an apostrophe."""
    clean, found = "", list[str]()
    for character in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(character)[0]
        lone = symbols and kind in "PS" and character != "\ufffd"
        if lone and fold(character) != "'":
            clean += f" {len(found)}\0 "  # a place in `found`, behind what no word contains
            found.append(character)
        else:
            clean += fold(character)
    words = []
    for match in re.finditer("[^ ']+('[^ ']+)*|'", clean):
        word = match.group()
        if word.endswith("\0"):
            words.append((found[int(word[:-1])], True))
        elif word != "'":
            words.append((word, False))
        elif symbols:
            words.append((word, True))
    return words


class NGrams:
    """The rule that turns a text into keys."""

    def __init__(self, spec: Any) -> None:
        """Read the rule (section 11)."""
        fields(spec, "kind words chars weighting", "words_and")
        others = spec.get("words_and", ["symbols"])
        require(
            others in (["borders"], ["symbols"], ["borders", "symbols"]),
            "unknown tokens beside words",
        )
        found = spec.get("words_and", [])
        self.symbols, self.borders = "symbols" in found, "borders" in found
        require(spec["kind"] == "ngrams", "unknown kind of features")
        self.words, self.chars = self.sizes(spec["words"]), self.sizes(spec["chars"])
        require(spec["weighting"] in ("binary", "count"), "unknown weighting")
        self.count = spec["weighting"] == "count"

    @staticmethod
    def sizes(spec: Any) -> range:
        """The sizes of the n-grams that a RANGE stands for."""
        if spec == []:
            return range(0)
        low, high = integers(spec, (1, 32), (1, 32))
        require(low <= high, "a range that falls")
        return range(low, high + 1)

    def keys(self, text: str) -> Iterator[str]:
        """All keys of a text, with repetitions."""
        words = split_words(text, self.symbols)
        border = [("", True)] if self.borders and words else []
        framed = border + words + border
        for n in self.words:
            for at in range(len(framed) - n + 1):
                if n > 1 or framed[at][0]:
                    yield " ".join(word for word, _ in framed[at : at + n])
        for word, lone in words:
            if lone:
                continue
            marked = f"<{word}>"
            for n in self.chars:
                for at in range(len(marked) - n + 1):
                    yield "#" + marked[at : at + n]

    def weights(self, text: str) -> dict[str, int]:
        """The weight of every key of a text."""
        weights: dict[str, int] = {}
        for key in self.keys(text):
            weights[key] = weights.get(key, 0) + 1 if self.count else 1
        return weights


class ReferenceModel:
    """Everything that a file holds."""

    def __init__(self, spec: dict[str, Any], tensors: Tensors) -> None:
        """Read all parts that the description names."""
        fields(spec, "tables labels sealed", "network features history unknown")
        require(isinstance(spec["tables"], dict), "`tables` is not an object")
        history = spec.get("history", [])
        require(isinstance(history, list), "`history` is not a list")
        require(all(isinstance(record, dict) for record in history), "a record is not an object")
        self.labels = read_labels(spec["labels"], tensors)
        self.tables = {
            name: Table(table, f"tables.{name}", tensors) for name, table in spec["tables"].items()
        }
        self.ngrams: NGrams | Namespaces | Pairs | None = None
        self.neural: tuple[str, dict[str, Any]] | None = None
        self.tokens: TokenReader | None = None
        self.buckets: Buckets | None = None
        self.fasttext: dict[str, Any] | None = None
        self.vectorizer: VectorizerParts | None = None
        features = spec.get("features", {})
        if features.get("kind") in ("attributes", "token-template"):
            self.tokens = TokenReader(features, fold)
        elif features.get("kind") == "words":
            fields(features, "kind")
        elif features.get("kind") == "namespaces":
            self.ngrams = Namespaces(features)
        elif features.get("kind") == "pairs":
            self.ngrams = Pairs(features)
        elif features.get("kind") == "subwords":
            self.buckets = Buckets(features)
        elif features.get("kind") == "vectorizer":
            self.vectorizer = VectorizerParts(features)
            if any(part["vocabulary"] for part in features["parts"]):
                require("norms" in self.tables, "no table `norms`")
                require(self.tables["norms"].matrix.columns == 1, "norms of several columns")
        elif "features" in spec:
            self.ngrams = NGrams(features)
        self.digest = ""
        self.base: tuple[str, str, int] | None = None
        self.over: list[ReferenceModel] = []
        self.transitions: list[list[float]] | None = None
        self.link: str | None = None
        self.bounds: list[float] | None = None
        self.tensors: dict[str, AnyMatrix] = {}
        if spec.get("network", {}).get("kind") == "overlay":
            require("features" not in spec, "features of an overlay")
        if "network" in spec:
            self.read_network(fields(spec["network"], "kind settings tensors"), tensors)
        self.unknown: tuple[str, float] | None = None
        if "unknown" in spec:
            self.read_unknown(spec["unknown"], spec.get("network", {}).get("kind", "tensors"))
        require(not tensors.unused, "a tensor that the description does not use")

    def read_network(self, spec: dict[str, Any], tensors: Tensors) -> None:
        """Read the network (section 12)."""
        layered = ("dan", "lstm", "bilstm", "cnn", "linearized-dan", "linearized-cnn")
        known = ("linear", "crf", "tensors", "fasttext", "overlay", *layered)
        require(spec["kind"] in known, "unknown kind of network")
        require(isinstance(spec["settings"], dict), "`settings` is not an object")
        require(isinstance(spec["tensors"], dict), "`tensors` is not an object")
        for name, matrix in spec["tensors"].items():
            self.tensors[name] = read_matrix(matrix, f"network.tensors.{name}", tensors)
        if spec["kind"] == "linear":
            settings = fields(spec["settings"], "link", "bounds")
            self.link = settings["link"]
            links = ("softmax", "logistic", "margin", "one-vs-rest", "clipped")
            require(self.link in links, "unknown link")
            if "bounds" in settings:
                self.bounds = settings["bounds"]
                require([type(x) for x in list(settings["bounds"])] == [float, float], "no bounds")
                low, high = settings["bounds"]
                require(-1e30 <= low <= high <= 1e30, "bounds out of range")
            count = len(self.labels)
            known_features = (self.ngrams, self.tokens, self.vectorizer)
            require(any(each is not None for each in known_features), "no features")
            bias = self.tensors.get("bias")
            require(bias is not None and (bias.rows, bias.columns) == (1, count), "no bias")
        if spec["kind"] == "crf":
            fields(spec["settings"], "")
            count = len(self.labels)
            require(count <= 2048 and self.tokens is not None, "too many labels or no features")
            matrix = self.tensors.get("transitions")
            if matrix is None or (matrix.rows, matrix.columns) != (count, count):
                raise ValueError("no transitions")
            self.transitions = [matrix.row(i) for i in range(count)]
        if spec["kind"] == "overlay":
            self.read_base(fields(spec["settings"], "base labels network"))
        if spec["kind"] == "fasttext":
            require("embeddings" in self.tables, "no table `embeddings`")
            require(self.buckets is not None, "no features of subwords")
            require(set(self.tensors) == {"output"}, "tensors other than `output`")
            self.fasttext = spec["settings"]
        if spec["kind"] in layered:
            require("embeddings" in self.tables, "no table `embeddings`")
            self.neural = spec["kind"], spec["settings"]
            if spec["kind"].startswith("linearized-"):
                self.check_changes()
        if spec["kind"] in ("linear", "crf"):
            require(len(self.labels) > 0, "no labels")
            require("features" in self.tables, "no table `features`")
            columns = self.tables["features"].matrix.columns
            require(columns == len(self.labels), "columns are not labels")

    def read_base(self, settings: dict[str, Any]) -> None:
        """Read what an overlay says of the model under it."""
        base, kind = settings["base"], settings["network"]
        require(isinstance(base, str), "the base is not a digest")
        require(re.fullmatch("[0-9a-f]{32}", base) is not None, "the base is not a digest")
        require(kind in ("linear", "crf"), "an overlay of an unknown network")
        self.base = base, kind, integer(settings["labels"], 1, 2**20)
        width = settings["labels"] + len(self.labels)
        name = "bias" if kind == "linear" else "transitions"
        require(set(self.tensors) == {name}, "tensors of an overlay")
        shape = (self.tensors[name].rows, self.tensors[name].columns)
        require(shape == (1 if kind == "linear" else width, width), "changes of another shape")
        require(set(self.tables) == {"features"}, "tables of an overlay")
        require(self.tables["features"].matrix.columns == width, "columns are not labels")

    def lay(self, update: ReferenceModel) -> None:
        """Lay an overlay on this model and on those that lie on it already."""
        require(update.base is not None and self.base is None, "no overlay on a model")
        assert update.base is not None
        digest_under = self.over[-1].digest if self.over else self.digest
        kind = "linear" if self.transitions is None else "crf"
        require(update.base == (digest_under, kind, len(self.labels)), "for another model")
        require(set(update.labels).isdisjoint(self.labels), "a label twice")
        self.labels = [*self.labels, *update.labels]
        require(kind == "linear" or len(self.labels) <= 2048, "too many labels")
        if self.transitions is not None:
            changes = update.tensors["transitions"]
            count = len(self.labels)
            grown = [row + [0.0] * len(update.labels) for row in self.transitions]
            grown += [[0.0] * count for _ in update.labels]
            self.transitions = [
                [a + b for a, b in zip(row, changes.row(i), strict=True)]
                for i, row in enumerate(grown)
            ]
        self.over.append(update)

    def start(self) -> list[float]:
        """The scores before any key: the bias, and its changes."""
        scores = [0.0] * len(self.labels)
        if self.transitions is not None:
            return scores
        for each in (self, *self.over):
            for j, x in enumerate(each.tensors["bias"].row(0)):
                scores[j] += x
        return scores

    def add(self, scores: list[float], key: str, weight: float) -> None:
        """Add the rows of a key, of the model and of its overlays."""
        for each in (self, *self.over):
            index = each.tables["features"].find(key) if each.is_possible(key) else None
            if index is not None:
                for j, x in enumerate(each.tables["features"].row(index)):
                    scores[j] += weight * x

    def read_unknown(self, spec: Any, kind: str) -> None:
        """Read the answer to unknown texts (section 12.2)."""
        found = fields(spec, "label threshold")
        label, threshold = found["label"], found["threshold"]
        require(isinstance(label, str) and label != "", "no label for unknown texts")
        require(not any("\ud800" <= c <= "\udfff" for c in label), "a lone surrogate")
        if type(threshold) is int:
            integer(threshold, -(2**53), 2**53)
        require(type(threshold) in (int, float) and abs(threshold) <= 1e30, "no threshold")
        require(
            kind not in ("tensors", "crf", "overlay") and self.tokens is None,
            "no classifier of texts",
        )
        self.unknown = label, float(threshold)

    def shown(self, scores: list[float]) -> list[float]:
        """Scores as they are shown."""
        top = max(scores)
        if self.fasttext is not None:
            return [math.exp(score) for score in scores]
        if self.neural is not None or self.link == "softmax":
            raised = [math.exp(score - top) for score in scores]
            return [each / sum(raised) for each in raised]
        if self.link == "margin":
            return scores
        if self.link == "clipped":
            if len(scores) == 2:
                second = (min(max(scores[1] - scores[0], -1), 1) + 1) / 2
                return [1 - second, second]
            each = [(min(max(score, -1), 1) + 1) / 2 for score in scores]
        else:
            each = [1 / (1 + math.exp(-max(score, -700))) for score in scores]
        if self.link == "logistic":
            return each
        return [x / sum(each) if sum(each) > 0 else 1 / len(each) for x in each]

    def check_changes(self) -> None:
        """Every tensor has a change of its shape, and there are changes of vectors."""
        require("tangents" in self.tables, "no table `tangents`")
        columns = [self.tables[name].matrix.columns for name in ("embeddings", "tangents")]
        require(columns[0] == columns[1], "changes of other vectors")
        names = {name for name in self.tensors if not name.startswith("tangent.")}
        require(set(self.tensors) == names | {f"tangent.{name}" for name in names}, "no changes")
        require("projection.weight" not in names, "a projection")
        for name in names:
            value, change = self.tensors[name], self.tensors[f"tangent.{name}"]
            require((value.rows, value.columns) == (change.rows, change.columns), "wrong changes")

    def bounded(self, scores: list[float]) -> list[float]:
        """Scores within the bounds."""
        if self.bounds is None:
            return scores
        low, high = self.bounds
        return [min(max(score, low), high) for score in scores]

    def norm_factor(self, key: str) -> float:
        """The number of a key in table `norms`, 0 if it is unknown."""
        index = self.tables["norms"].find(key)
        return 0.0 if index is None else self.tables["norms"].row(index)[0]

    def features(self, text: str) -> Mapping[str, float]:
        """The weight of every key of a text, known or not."""
        if self.vectorizer is not None:
            return self.vectorizer.weights(text, self.norm_factor)
        if self.ngrams is None:
            raise ValueError("the model has no features")
        return self.ngrams.weights(text)

    def is_possible(self, key: str) -> bool:
        """Whether a closed table knows all parts of an n-gram (section 12)."""
        table = self.tables["features"]
        if not table.closed or not isinstance(self.ngrams, NGrams):
            return True
        if key.startswith("#") and key[1:2] not in ("", " "):
            size, low, parts = len(key) - 1, self.ngrams.chars, (key[:-1], "#" + key[2:])
        else:
            words = key.split(" ")
            size, low = len(words), self.ngrams.words
            parts = (" ".join(words[:-1]), " ".join(words[1:]))
        if size <= low[0]:
            return True
        return all(
            table.find(part) is not None and self.is_possible(part) for part in parts if part
        )

    def scores(self, text: str) -> list[float]:
        """The score of every label, before the link."""
        if self.neural is not None:
            return self.neural_scores(text)
        if self.fasttext is not None and self.buckets is not None:
            rows = self.tables["embeddings"]
            indices = [rows.find(key) for key in self.buckets.keys(text, self.labels, rows.find)]
            r = mean([rows.row(i) for i in indices if i is not None], rows.matrix.columns)
            output = whole(self.tensors["output"])
            return fasttext_scores(self.fasttext, output, len(self.labels), r)
        require(self.link is not None, "the model has no classifier")
        scores = self.start()
        for key, weight in self.features(text).items():
            self.add(scores, key, weight)
        return self.bounded(scores)

    def neural_scores(self, text: str) -> list[float]:
        """The scores of a network over word embeddings."""
        assert self.neural is not None
        if self.neural[0].startswith("linearized-"):
            return self.expanded_scores(text)
        return self.affine(self.states(text), "output")

    def representation(self, text: str) -> list[float]:
        """The representation of a text, projected if the network has a projection."""
        found = self.states(text)
        return self.affine(found, "projection") if "projection.weight" in self.tensors else found

    def affine(self, inputs: list[float], name: str) -> list[float]:
        """Inputs times the weight of a layer, and its bias."""
        return affine(
            inputs, whole(self.tensors[f"{name}.weight"]), self.tensors[f"{name}.bias"].row(0)
        )

    def states(self, text: str) -> list[float]:
        """What the last layer reads."""
        assert self.neural is not None
        table = self.tables["embeddings"]
        found = [table.find(word) for word, _ in split_words(text)[:READ_WORDS]]
        vectors = [table.row(index) for index in found if index is not None]
        return represent(*self.neural, self.grids(), vectors)

    def grids(self) -> dict[str, list[list[float]]]:
        """Every tensor of the network, decoded."""
        return {name: whole(matrix) for name, matrix in self.tensors.items()}

    def expanded_scores(self, text: str) -> list[float]:
        """The scores of a network's first-order expansion."""
        assert self.neural is not None
        table, tangents = self.tables["embeddings"], self.tables["tangents"]
        vectors, changes = [], []
        for word, _ in split_words(text)[:READ_WORDS]:
            index, other = table.find(word), tangents.find(word)
            if index is not None:
                vectors.append(table.row(index))
                none = [0.0] * tangents.matrix.columns
                changes.append(none if other is None else tangents.row(other))
        kind, settings = self.neural
        return expand(kind.removeprefix("linearized-"), settings, self.grids(), vectors, changes)

    def tag(self, lines: list[str]) -> list[str]:
        """The label of every token of a sentence."""
        if self.tokens is None:
            raise ValueError("the model does not tag")
        scores = [self.token_scores(token) for token in self.tokens.tokens(lines)]
        best = [score.index(max(score)) for score in scores]
        if self.transitions is not None:
            best = viterbi(scores, self.transitions)
        return [self.labels[label] for label in best]

    def token_scores(self, token: list[tuple[str, float]]) -> list[float]:
        """The score of every label for a token."""
        scores = self.start()
        for key, value in token:
            self.add(scores, key, value)
        return scores if self.transitions is not None else self.bounded(scores)

    def predict(self, text: str) -> str:
        """The label with the highest score, of equal ones the first, if that suffices."""
        scores = self.scores(text)
        best = scores.index(max(scores))
        if self.unknown is not None and self.shown(scores)[best] < self.unknown[1]:
            return self.unknown[0]
        return self.labels[best]


def open_model(data: bytes) -> ReferenceModel:
    """Read a whole file; ValueError for everything that must be refused."""
    spec, stored = read_frame(data)
    model = ReferenceModel(spec, Tensors(stored))
    model.digest = stated_digest(data)
    return model
