"""How stored codes stand for numbers: as floats, on a linear grid, or through a codebook.

A grid or codebook may differ from part to part of a matrix: the parts are the whole tensor, its
rows, its columns (one per label) or groups of neighbouring columns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.quantization import affine
from nlucompress.errors import FormatError
from nlucompress.format.fields import Fields, Tensors

Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]
Per = Literal["tensor", "row", "label", "group"]

PARTS: tuple[Per, ...] = ("tensor", "row", "label", "group")
FLOAT_MAX = float(np.finfo(np.float32).max)
MAX_LEVELS = 512  # 256 codes around a zero point that parts do not share


@dataclass(frozen=True)
class Partition:
    """Which part of a matrix an element belongs to; ``group`` is the columns per group."""

    per: Per = "tensor"
    group: int = 0

    def count(self, shape: tuple[int, int]) -> int:
        """Number of parts of a matrix of this shape."""
        rows, columns = shape
        return {
            "tensor": 1,
            "row": rows,
            "label": columns,
            "group": -(-columns // self.group) if self.group else 0,
        }[self.per]

    def of(self, rows: Int64, columns: Int64) -> Int64:
        """Part of each element."""
        if self.per == "row":
            return rows
        if self.per == "label":
            return columns
        return columns // self.group if self.per == "group" else np.zeros_like(columns)

    def describe(self) -> dict[str, Any]:
        """Its fields of the description."""
        return {"per": self.per, "group": self.group} if self.group else {"per": self.per}

    @classmethod
    def parse(cls, fields: Fields) -> Partition:
        """Read it from the description."""
        name = fields.text("per", PARTS)
        per: Per = next(each for each in PARTS if each == name)
        return cls(per, fields.integer("group", 1, 1 << 20) if per == "group" else 0)


@dataclass(frozen=True)
class Floats:
    """Codes are the numbers themselves."""

    kind: ClassVar[str] = "float"
    levels: ClassVar[int] = 0

    def decode(self, codes: NDArray[Any], rows: Int64, columns: Int64) -> Float32:
        """Numbers of these codes."""
        return codes.astype(np.float32)

    def take(self, order: Int64) -> Floats:
        """The same for rows in another order."""
        return self

    def store(self, where: str, tensors: Tensors) -> dict[str, Any]:
        """Describe, and add tensors."""
        return {"kind": self.kind}


@dataclass(frozen=True)
class Linear:
    """number = (code - zero_point) * scale.

    Attributes:
        partition: Which parts have a scale of their own.
        scale: float32 or float16, shape (parts,); it is widened to float32 exactly.
        zero_point: int64, shape (parts,) or (1,) where all parts share it.
        levels: Number of codes.
    """

    kind: ClassVar[str] = "linear"
    partition: Partition
    scale: NDArray[np.floating]
    zero_point: Int64
    levels: int

    @classmethod
    def of_grid(cls, partition: Partition, grid: affine.Grid) -> Linear:
        """The grids of all parts."""
        return cls(partition, grid.scale, grid.zero_point.astype(np.int64), grid.levels)

    def zero(self, part: Int64) -> Int64:
        """Zero point of each part."""
        return self.zero_point[part] if len(self.zero_point) > 1 else self.zero_point[0 * part]

    def decode(self, codes: NDArray[Any], rows: Int64, columns: Int64) -> Float32:
        """Numbers of these codes: one float32 multiplication each."""
        part = self.partition.of(rows, columns)
        steps = codes.astype(np.int64) - self.zero(part)
        return steps.astype(np.float32) * self.scale[part].astype(np.float32)

    def take(self, order: Int64) -> Linear:
        """The same for rows in another order: scales per row move along."""
        if self.partition.per != "row":
            return self
        zero_point = self.zero(order) if len(self.zero_point) > 1 else self.zero_point
        return replace(self, scale=self.scale[order], zero_point=zero_point)

    def store(self, where: str, tensors: Tensors) -> dict[str, Any]:
        """Describe; a single scale or zero point goes into the description, others to tensors."""
        result = {"kind": self.kind, "levels": self.levels, **self.partition.describe()}
        if len(self.scale) == 1:
            result["scale"] = float(self.scale[0])
        else:
            tensors[f"{where}.scale"] = self.scale
        if len(self.zero_point) == 1:
            result["zero_point"] = int(self.zero_point[0])
        else:
            tensors[f"{where}.zero_point"] = self.zero_point.astype(np.uint16)
        return result

    @classmethod
    def parse(cls, fields: Fields, partition: Partition, parts: int) -> Linear:
        """Read the grids of all parts."""
        levels = fields.integer("levels", 2, MAX_LEVELS)
        if parts == 1:
            scale: NDArray[np.floating] = np.array([fields.number("scale")], np.float32)
        else:
            scale = fields.finite("scale", (parts,), (np.float32, np.float16))
        if fields.has("zero_point"):
            zero_point = np.array([fields.integer("zero_point", 0, levels - 1)], np.int64)
        else:
            zero_point = fields.tensor("zero_point", np.uint16, (parts,)).astype(np.int64)
        steps = np.maximum(zero_point, levels - 1 - zero_point)
        if (zero_point >= levels).any() or (
            steps * np.abs(scale, dtype=np.float64) > FLOAT_MAX
        ).any():
            raise FormatError(f"{fields.where}: a zero point or scale leads out of float32")
        return cls(partition, scale, zero_point, levels)


@dataclass(frozen=True)
class Codebook:
    """number = centroids[part, code].

    Attributes:
        partition: Which parts have a codebook of their own.
        centroids: float32, shape (parts, levels); the first of each part is zero.
    """

    kind: ClassVar[str] = "codebook"
    partition: Partition
    centroids: Float32

    @property
    def levels(self) -> int:
        """Number of codes."""
        return int(self.centroids.shape[1])

    def zero(self, part: Int64) -> Int64:
        """Code of zero of each part: always the first."""
        return np.zeros_like(part)

    def decode(self, codes: NDArray[Any], rows: Int64, columns: Int64) -> Float32:
        """Numbers of these codes."""
        result: Float32 = self.centroids[self.partition.of(rows, columns), codes]
        return result

    def take(self, order: Int64) -> Codebook:
        """The same for rows in another order."""
        if self.partition.per != "row":
            return self
        return replace(self, centroids=self.centroids[order])

    def store(self, where: str, tensors: Tensors) -> dict[str, Any]:
        """Describe, and add tensors."""
        tensors[f"{where}.centroids"] = self.centroids
        return {"kind": self.kind, "levels": self.levels, **self.partition.describe()}


Numbers = Floats | Linear | Codebook


def parse(fields: Fields, shape: tuple[int, int]) -> Numbers:
    """Read how the codes of a matrix of this shape stand for numbers."""
    kind = fields.text("kind", ("float", "linear", "codebook"))
    numbers: Numbers = Floats()
    if kind != "float":
        partition = Partition.parse(fields)
        parts = partition.count(shape)
        if kind == "codebook":
            levels = fields.integer("levels", 1, 256)
            numbers = Codebook(partition, fields.finite("centroids", (parts, levels)))
            if numbers.centroids[:, 0].any():
                raise FormatError(f"{fields.where}: the first centroid of a part is not zero")
        else:
            numbers = Linear.parse(fields, partition, parts)
    fields.close()
    return numbers
