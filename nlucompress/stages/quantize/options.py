"""The options of quantize, and what they must be."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from nlucompress.algo.quantization import affine
from nlucompress.errors import UsageError
from nlucompress.format.matrices.numbers import PARTS, Per

SCALE_BITS = (16, 32)


@dataclass(frozen=True)
class QuantizeOptions:
    """Options of ``quantize``. An embedding table is one whose columns are no labels.

    Attributes:
        bits: 1 to 8; 2^bits levels, or centroids of each subvector.
        method: ``linear`` for evenly spaced levels, ``kmeans`` for a Lloyd-Max codebook, ``pq`` for
            product quantization of dense tables.
        per: What has a range or codebook of its own: ``tensor``, ``row``, ``label`` (column) or
            ``group`` of columns; None for ``row`` where levels of embedding tables and of the
            factors of a product are linear, else ``tensor``.
        group: Columns per group, for ``per="group"``.
        range: ``minmax``, ``percentile`` or ``mse`` (least squared error), for ``linear``.
        percentile: Share of the weights, as a fraction, that the range of ``percentile`` covers.
        scale_bits: 16 or 32 bits for each of several scales; None for 16 in embedding tables and
            factors, else 32. Where a scale is no normal number of binary16, all of them take 32.
        threshold: Weights of a smaller absolute value are dropped first.
        keep: Fraction of the non-zero weights to keep, the most important ones, or None.
        importance: A weight's importance is |w| * count^importance, where count is the number of
            training texts with its key (1 where unknown).
        keep_zero_rows: Keep keys whose whole row became zero; None for yes in embedding tables,
            else no.
        subvectors: Codes of a row, for ``pq``.
        norms: For ``pq``: code the directions of the rows, and their lengths on their own.
        rotate: For ``pq``: rotate the rows first, so that the subvectors share what they hold.
        seed: Of the random numbers of ``pq``.
        tables: Names of tables to quantize; None for all.
        tensors: Names of tensors of the network to quantize too.
    """

    bits: int = 8
    method: Literal["linear", "kmeans", "pq"] = "linear"
    per: Per | None = None
    group: int = 0
    range: affine.RangeRule = "minmax"
    percentile: float = 0.999
    scale_bits: int | None = None
    threshold: float = 0.0
    keep: float | None = None
    importance: float = 0.25
    keep_zero_rows: bool | None = None
    subvectors: int | None = None
    norms: bool = True
    rotate: bool = False
    seed: int = 0
    tables: tuple[str, ...] | None = None
    tensors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check every range.

        Raises:
            UsageError: An option is out of range, or two do not go together.
        """
        if not 1 <= self.bits <= 8:
            raise UsageError(f"--bits {self.bits} is not within 1 to 8")
        if self.method not in ("linear", "kmeans", "pq") or self.per not in (None, *PARTS):
            raise UsageError(f"unknown method {self.method!r} or part {self.per!r}")
        if self.range not in ("minmax", "percentile", "mse"):
            raise UsageError(f"unknown range rule {self.range!r}")
        if (self.per == "group") != (self.group > 0):
            raise UsageError("groups of columns need their size, and only they: --per group:N")
        if self.scale_bits not in (None, *SCALE_BITS):
            raise UsageError(f"--scale-bits {self.scale_bits} is neither 16 nor 32")
        if self.keep is not None and not 0 < self.keep <= 1:
            raise UsageError(f"--keep {self.keep} is not a fraction above 0 and up to 1")
        if not 0 <= self.threshold < math.inf:
            raise UsageError(f"--threshold {self.threshold} is not at least 0 and finite")
        if not math.isfinite(self.importance):
            raise UsageError(f"--importance {self.importance} is not a finite number")
        if not 0 < self.percentile <= 1:
            raise UsageError(
                f"--percentile {self.percentile} is not a fraction above 0 and up to 1"
            )
        if not 0 <= self.seed < 1 << 63:
            raise UsageError(f"--seed {self.seed} is not within 0 to 2^63 - 1")
        self._check_pq()

    def _check_pq(self) -> None:
        if self.method != "pq":
            if self.subvectors is not None or self.rotate or not self.norms:
                raise UsageError("--subvectors, --rotate and --no-norms belong to --method pq")
            return
        if self.subvectors is None or self.subvectors < 1:
            raise UsageError("--method pq needs --subvectors M, the codes of a row, at least 1")
        if self.per is not None or self.keep is not None or self.threshold:
            raise UsageError("--per, --keep and --threshold do not go with --method pq")
        if self.tensors:
            raise UsageError("--method pq is for tables; quantize --tensors on their own")

    def filled(self, embedding: bool) -> QuantizeOptions:
        """The same with what is left open chosen for an embedding table, or for another matrix."""
        per = self.per
        if per is None and self.method != "pq":
            per = "row" if embedding and self.method == "linear" else "tensor"
        return replace(
            self,
            per=per,
            scale_bits=self.scale_bits or (16 if embedding else 32),
            keep_zero_rows=embedding if self.keep_zero_rows is None else self.keep_zero_rows,
        )
