"""The options of quantize, and what they must be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from nlucompress.algo.quantization import affine
from nlucompress.errors import UsageError
from nlucompress.format.matrices.numbers import PARTS, Per
from nlucompress.options import Options, option

Method = Literal["linear", "kmeans", "pq"]


@dataclass(frozen=True)
class QuantizeOptions(Options):
    """Options of ``quantize``. An embedding table is one whose columns are not labels.

    A weight's importance is |w| * count^importance, where count is the number of training texts
    with its key (1 where unknown). Where a scale is no normal number of binary16, all of them take
    32 bits.
    """

    bits: int = option(8, "Bits of a weight, or of the code of a subvector", least=1, most=8)
    method: Method = option(
        "linear",
        "Evenly spaced levels, a codebook of least squared error (Lloyd-Max), or product "
        "quantization of dense tables",
        choices=get_args(Method),
    )
    per: Per | None = option(
        None,
        "What has a range or codebook of its own; a label is a column",
        choices=PARTS,
        absent="row for linear levels of embedding tables, else tensor",
    )
    group: int = option(
        0, "With --per group: columns of each group", least=0, metavar="COLUMNS", absent="none"
    )
    range: affine.RangeRule = option(
        "minmax",
        "Range of the linear levels: all weights, the central ones, or least squared error",
        choices=get_args(affine.RangeRule),
    )
    percentile: float = option(
        0.999, "Share of the weights within --range percentile", unit="share", above=0, most=1
    )
    scale_bits: int | None = option(
        None,
        "Bits of each scale where there are several",
        kind=int,
        choices=(16, 32),
        absent="16 in embedding tables and factors, else 32",
    )
    threshold: float = option(0.0, "First drop weights of a smaller absolute value", least=0)
    keep: float | None = option(
        None,
        "First drop all but this share of the non-zero weights, the most important ones",
        kind=float,
        unit="share",
        above=0,
        most=1,
    )
    importance: float = option(
        0.25, "Importance is |weight| * (training texts with the key) ^ this"
    )
    key_bits: float = option(
        11.0,
        "With --keep: bits that a key costs beside its weights, so that whole keys leave first; 0 "
        "ranks every weight alone",
        least=0,
    )
    keep_zero_rows: bool | None = option(
        None,
        "Whether keys stay whose whole row became zero",
        kind=bool,
        off="drop-zero-rows",
        absent="yes in embedding tables, else no",
    )
    subvectors: int | None = option(
        None, "With --method pq: codes of a row, each of --bits", kind=int, least=1, metavar="M"
    )
    norms: bool = option(
        True,
        "With --method pq: code directions, and lengths in 8 bits beside them",
        off="no-norms",
        absent="yes",
    )
    rotate: bool = option(False, "With --method pq: rotate the rows first (slower, nearer)")
    seed: int = option(0, "Of the random numbers of pq", least=0, most=2**63 - 1)
    tables: tuple[str, ...] | None = option(
        None, "Only this table (may be repeated)", flag="table", many=True, absent="all"
    )
    tensors: tuple[str, ...] = option(
        (),
        "Also quantize this tensor of the network, such as bias (may be repeated)",
        kind=str,
        flag="tensor",
        many=True,
    )

    def __post_init__(self) -> None:
        """Check every range.

        Raises:
            UsageError: An option is out of range, or two do not go together.
        """
        super().__post_init__()
        if (self.per == "group") != (self.group > 0):
            raise UsageError("--per group needs --group COLUMNS, and only it does")
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
            raise UsageError("--method pq is for tables; quantize --tensor on its own")

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
