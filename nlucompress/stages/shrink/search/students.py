"""Students of a large model: narrower, factorized, quantized, trained in its space, and packed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

from nlucompress.data.examples import Examples
from nlucompress.errors import UsageError
from nlucompress.format import codec
from nlucompress.format.model import Model
from nlucompress.format.names import EMBEDDINGS
from nlucompress.networks.neural.layers import KINDS, Settings
from nlucompress.networks.neural.network import Neural
from nlucompress.options import Options, nested, option
from nlucompress.progress import Progress, unheard
from nlucompress.stages.learn.finetune.stage import FinetuneOptions, finetune
from nlucompress.stages.learn.train.neural import NeuralOptions, train_neural
from nlucompress.stages.shrink.factorize import FactorizeOptions, factorize
from nlucompress.stages.shrink.pack import pack
from nlucompress.stages.shrink.phash import phash
from nlucompress.stages.shrink.quantize.stage import QuantizeOptions, quantize
from nlucompress.training.compatible import CompatibleOptions
from nlucompress.training.plan import LoopOptions

Plan = tuple[int, int, int]  # hidden width, rank of the table, bits of its numbers

LAYER_BITS = 8


@dataclass(frozen=True)
class SearchOptions(Options):
    """Students to try, and the bound."""

    title = "Students"

    max_drop: float = option(
        0.01,
        "Most by which top-1 on --dev may lie below the large model's",
        unit="points",
        least=0,
        most=1,
    )
    network: str | None = option(
        None, "Kind of the students", choices=KINDS, absent="the large model's"
    )
    widths: tuple[int, ...] = option(
        (), "Hidden widths to try", kind=int, unit="counts", least=1, absent="the large model's"
    )
    ranks: tuple[int, ...] = option(
        (16, 32, 64),
        "Ranks of the table to try; its width or more leaves it whole",
        unit="counts",
        least=1,
    )
    bits: tuple[int, ...] = option(
        (4, 8),
        "Bits of the table's numbers to try; layers have 8",
        unit="counts",
        least=1,
        most=8,
    )
    loop: LoopOptions = nested(LoopOptions)
    compatible: CompatibleOptions = nested(CompatibleOptions)

    def __post_init__(self) -> None:
        """Check every range.

        Raises:
            UsageError: An option is out of range.
        """
        super().__post_init__()
        if not self.ranks or not self.bits:
            raise UsageError("--ranks and --bits take at least one number")


class Students:
    """Students of one large model, as plans and as packed models."""

    def __init__(
        self,
        large: Model,
        network: Neural,
        examples: Examples,
        dev: Examples,
        options: SearchOptions,
        progress: Progress | None = None,
    ) -> None:
        """Plan them, from the smallest up; ``network`` is that of ``large``."""
        self._large, self._options, self._progress = large, options, progress
        self._examples, self._dev = examples, dev
        self._network = network
        self._kind: Any = options.network or network.settings.kind
        self._starts: dict[int, Model] = {}
        columns = large.tables[EMBEDDINGS].matrix.shape[1]
        ranks = sorted({min(rank, columns) for rank in options.ranks})
        tables = {part: self._table_bytes(*part) for part in product(ranks, options.bits)}

        def cost(plan: Plan) -> tuple[int, Plan]:
            return tables[plan[1:]] + self._layers(plan[0]) * LAYER_BITS // 8, plan

        widths = options.widths or (network.hidden,)
        self.plans: list[Plan] = sorted(product(widths, ranks, options.bits), key=cost)

    def student(self, at: int) -> Model:
        """The student of a plan, trained and packed."""
        width, rank, bits = self.plans[at]
        start = self._start(width, at)
        with unheard():
            model = _squeezed(start, rank, bits)
        assert model.network is not None
        weights = tuple(name for name in model.network.tensors if not name.endswith(".bias"))
        layers = QuantizeOptions(
            bits=LAYER_BITS, per="label", scale_bits=16, tables=(), tensors=weights
        )
        options = FinetuneOptions(loop=self._options.loop, compatible=self._options.compatible)
        model = finetune(
            quantize(model, layers),
            self._examples,
            self._dev,
            options=options,
            progress=self._told(at, 1),
            compatible_with=self._large,
        )
        with unheard():
            return pack(phash(model))

    def _start(self, width: int, at: int) -> Model:
        """The large model, or another network of floats over its table, in its space."""
        if self._alike(width):
            return self._large
        if width not in self._starts:
            self._starts[width] = train_neural(
                self._examples,
                self._dev,
                self._large.tables[EMBEDDINGS],
                NeuralOptions(
                    network=self._kind,
                    hidden_size=width,
                    loop=self._options.loop,
                    compatible=self._options.compatible,
                ),
                self._told(at, 0),
                compatible_with=self._large,
            )
        return self._starts[width]

    def _alike(self, width: int) -> bool:
        return self._kind == self._network.settings.kind and width == self._network.hidden

    def _table_bytes(self, rank: int, bits: int) -> int:
        """Packed size of the large model's table alone."""
        table = Model({EMBEDDINGS: self._large.tables[EMBEDDINGS]})
        return codec.size(pack(phash(_squeezed(table, rank, bits))))

    def _layers(self, width: int) -> int:
        """Numbers of the layers."""
        columns, labels = self._large.tables[EMBEDDINGS].matrix.shape[1], len(self._large.labels)
        if self._alike(width):
            shapes = self._network.settings.shapes(columns, width, labels)
        else:
            shapes = Settings(self._kind).shapes(columns, width, labels, self._network.width)
        return sum(rows * each for rows, each in shapes.values())

    def _told(self, at: int, part: int) -> Progress | None:
        """Progress of the search, as the first or the second training of a student tells it."""
        tell = self._progress
        if tell is None:
            return None
        return lambda what, share: tell(
            f"student {at + 1}, {what}", (at + (part + share) / 2) / len(self.plans)
        )


def _squeezed(model: Model, rank: int, bits: int) -> Model:
    """The model with its table factorized, unless that rank is its width, and quantized."""
    table = model.tables[EMBEDDINGS]
    if rank < table.matrix.shape[1]:
        counted = table.counts is not None and table.counts.any()
        weight: Literal["frequency", "none"] = "frequency" if counted else "none"
        options = FactorizeOptions(rank=rank, weight=weight, power=1.0, tables=(EMBEDDINGS,))
        model = factorize(model, options)
    return quantize(model, QuantizeOptions(bits=bits))
