"""What there is to choose, by kind of model: the one place where a new choice is a line.

An axis lists its values from the most faithful to the smallest. The search begins with those that
are marked as coarse, and then moves along all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nlucompress.errors import StageOrderError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import Dense, Matrix, ProductQuantized, leaves
from nlucompress.format.matrices.numbers import Floats
from nlucompress.format.model import Model
from nlucompress.networks.tagger import is_tagger
from nlucompress.stages.shrink.compress.pipeline import Chosen, Pipeline, pipeline

Point = tuple[int, ...]  # an index into each axis


@dataclass(frozen=True)
class Axis:
    """One thing to choose.

    Attributes:
        name: What it is called in reports.
        stage: The stage whose options its values are.
        values: Options, from the most faithful to the smallest.
        coarse: Indices of the values that are tried first.
    """

    name: str
    stage: str
    values: tuple[Chosen, ...]
    coarse: tuple[int, ...]


@dataclass(frozen=True)
class Space:
    """All that can be chosen for a model.

    Attributes:
        stages: The stages of its pipeline in their order.
        axes: What varies.
        presets: By name, the options by stage.
    """

    stages: tuple[str, ...]
    axes: tuple[Axis, ...]
    presets: Mapping[str, Mapping[str, Chosen]]

    def pipeline(self, point: Point) -> Pipeline:
        """The pipeline of a point."""
        parts: dict[str, dict[str, object]] = {}
        for axis, index in zip(self.axes, point, strict=True):
            parts.setdefault(axis.stage, {}).update(axis.values[index])
        return pipeline(parts, self.stages)

    def without(self, axis: Axis) -> Space:
        """The space in which this is not chosen."""
        return replace(self, axes=tuple(each for each in self.axes if each is not axis))

    def instead(self, axis: Axis, other: Axis) -> Space:
        """The space in which another axis has the place of this one."""
        axes = tuple(other if each is axis else each for each in self.axes)
        return replace(self, axes=axes)

    def preset(self, name: str) -> Pipeline:
        """The pipeline of a preset."""
        return pipeline(self.presets[name], self.stages)


ROUNDING = Axis(
    "rounding",
    "quantize",
    (
        {"bits": 8, "range": "mse"},
        {"bits": 8},
        {"bits": 7},
        {"bits": 6},
        {"bits": 5},
        {"bits": 5, "range": "mse"},
        {"bits": 4, "range": "mse"},
        {"bits": 4, "method": "kmeans"},
        {"bits": 3, "range": "mse"},
        {"bits": 3, "method": "kmeans"},
        {"bits": 2, "range": "mse"},
        {"bits": 2, "method": "kmeans"},
    ),
    (1, 4, 6, 8, 9),
)
SHARES = (
    *(0.85, 0.7, 0.6, 0.5, 0.42, 0.35, 0.3, 0.25, 0.21, 0.175),
    *(0.15, 0.125, 0.105, 0.088, 0.07, 0.058, 0.048, 0.04, 0.033, 0.027),
)
KEEP = Axis("keep", "quantize", ({}, *({"keep": share} for share in SHARES)), (0, 4, 8, 12))
# Only of a model that knows how often its keys were seen.
IMPORTANCE = Axis("importance", "quantize", ({}, {"importance": 0.5}), (0,))
FINGERPRINTS = Axis(
    "fingerprints",
    "phash",
    tuple({"fingerprint_bits": bits} for bits in (12, 10, 8, 7, 6, 5, 4, 3, 2, 1)),
    (0, 3, 6),
)
# 1 to 3 % smaller than the default of `pack`, and read 1.5 to 2 times slower.
BLOCKS = Axis("blocks", "pack", ({"block_rows": 32},), (0,))

# Per row a range of its own, as embedding tables have without being asked; per tensor is smaller.
EMBEDDING_ROUNDING = Axis(
    "rounding",
    "quantize",
    (
        {"bits": 8},
        {"bits": 6},
        {"bits": 5},
        {"bits": 4},
        {"bits": 5, "per": "tensor"},
        {"bits": 4, "per": "tensor", "range": "mse"},
        {"bits": 3, "range": "mse"},
        {"bits": 3, "per": "tensor", "range": "mse"},
        {"bits": 2, "range": "mse"},
        {"bits": 2, "per": "tensor", "range": "mse"},
    ),
    (0, 3, 5, 7, 9),
)

# Of a dense table, which the network is not trained on through.
RATIOS = (0.3, 0.5, 0.65, 0.75, 0.82, 0.87, 0.9)
RANK = Axis("rank", "factorize", ({}, *({"ratio": ratio} for ratio in RATIOS)), (0, 2, 4, 6))

STAGES = ("quantize", "phash", "pack")
KEYS = (FINGERPRINTS, BLOCKS)

WEIGHTS = Space(
    STAGES,
    (ROUNDING, KEEP, IMPORTANCE, *KEYS),
    {
        "faithful": {"quantize": {"bits": 6}},
        "balanced": {"quantize": {"bits": 5}, "phash": {"fingerprint_bits": 6}},
        "small": {
            "quantize": {"bits": 4, "range": "mse", "keep": 0.35},
            "phash": {"fingerprint_bits": 5},
            "pack": {"block_rows": 32},
        },
    },
)
TAGS = replace(  # the scores of a whole sentence add up, and so do roundings
    WEIGHTS,
    presets={
        "faithful": {"quantize": {"bits": 8, "range": "mse"}},
        "balanced": {"quantize": {"bits": 8}, "phash": {"fingerprint_bits": 6}},
        "small": {
            "quantize": {"bits": 7, "range": "mse"},
            "phash": {"fingerprint_bits": 6},
            "pack": {"block_rows": 32},
        },
    },
)
EMBEDDINGS = Space(
    ("factorize", *STAGES),
    (EMBEDDING_ROUNDING, RANK, *KEYS),
    {
        "faithful": {"quantize": {"bits": 8}},
        "balanced": {"quantize": {"bits": 4}},
        "small": {
            "quantize": {"bits": 4, "per": "tensor", "range": "mse"},
            "phash": {"fingerprint_bits": 5},
        },
    },
)
CODED = Space(  # numbers that are codes already, such as those of fastText's .ftz
    STAGES[1:],
    KEYS,
    {
        "faithful": {"phash": {"fingerprint_bits": 12}},
        "balanced": {"phash": {"fingerprint_bits": 10}},
        "small": {"phash": {"fingerprint_bits": 8}, "pack": {"block_rows": 32}},
    },
)


def space_of(model: Model) -> Space:
    """What can be chosen for a model.

    Raises:
        StageOrderError: It is hashed or sealed already, or part of its numbers are codes.
    """
    if model.sealed or any(not isinstance(table.keys, Strings) for table in model.tables.values()):
        raise StageOrderError("the keys are hashed already; compress the model before phash")
    coded = [name for name, table in model.tables.items() if _coded(model, name)]
    if coded:
        if len(coded) < len(model.tables):
            raise StageOrderError(f"table {coded[0]!r} is quantized, others are not; quantize all")
        return CODED
    kind = None if model.network is None else model.network.kind
    if kind in ("linear", "crf") or is_tagger(model):
        counted = any(table.counts is not None for table in model.tables.values())
        space = TAGS if kind == "crf" else WEIGHTS
        return space if counted else space.without(IMPORTANCE)
    most = min((_most_saved(table.matrix) for table in model.tables.values()), default=0.0)
    values = tuple(each for each in RANK.values if each.get("ratio", 0) <= most)
    rank = replace(RANK, values=values, coarse=tuple(at for at in RANK.coarse if at < len(values)))
    return EMBEDDINGS.instead(RANK, rank) if len(values) > 1 else EMBEDDINGS.without(RANK)


def _most_saved(matrix: Matrix) -> float:
    """The share of the numbers that rank 1 saves; 0 where no product can be made."""
    rows, columns = matrix.shape
    return 1 - (rows + columns) / (rows * columns) if isinstance(matrix, Dense) and rows else 0.0


def _coded(model: Model, name: str) -> bool:
    matrix = model.tables[name].matrix
    numbers = (leaf.numbers for leaf in leaves(matrix).values())
    return isinstance(matrix, ProductQuantized) or not all(isinstance(n, Floats) for n in numbers)
