"""Ways to make the embeddings of a trained network smaller, each as a function of a Case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

import nlucompress as nc
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import Matrix, Product, from_dense, leaves
from nlucompress.stages.learn.finetune.stage import FinetuneOptions, finetune
from nlucompress.stages.learn.finetune.teaching import LinearFinetuneOptions
from nlucompress.stages.learn.train.neural import NeuralOptions, train_neural
from nlucompress.stages.learn.train.starting import start_tensors
from nlucompress.training.plan import LoopOptions
from nlucompress.training.schedules import Schedule

HIDDEN = {"dan": 256, "lstm": 128}
TABLE = "embeddings"
# Chosen on development sets with other seeds than those that are reported.
EPOCHS = {"dan": 10, "lstm": 8}  # of the full network
MORE_EPOCHS = {"dan": 8, "lstm": 4}  # of training on
RATES = {"sst2": (1e-3, 3e-4)}  # of both, by data set
OTHER_RATES = (2e-3, 1e-3)
TEACHING = LinearFinetuneOptions(distill="plain", lambda_=5.0, distance="kl", temperature=2.0)
UNTAUGHT = LinearFinetuneOptions(distill="none")


def read_table(folder: Path) -> nc.Table:
    """Words and float16 vectors of a folder."""
    words = (folder / "words.txt").read_text(encoding="utf-8").split("\n")
    vectors = np.load(folder / "vectors_f16.npy").astype(np.float32)
    return nc.Table(Strings.of(words[: len(vectors)]), from_dense(vectors))


@dataclass(frozen=True)
class Case:
    """A data set, a network and a seed; what its methods share is made once.

    Attributes:
        folder: Holds train.tsv, dev.tsv and test.tsv.
        table: Word embeddings to start from.
        epochs, more_epochs: Of the full network, and of training on; None takes the defaults.
        networks: Folder where full networks are kept for other runs.
    """

    folder: Path
    table: nc.Table
    network: str
    seed: int
    epochs: int | None = None
    more_epochs: int | None = None
    networks: Path | None = None

    @cached_property
    def examples(self) -> dict[str, nc.Examples]:
        """Train, dev and test."""
        return {n: nc.read_examples(self.folder / f"{n}.tsv") for n in ("train", "dev", "test")}

    def loop(self, epochs: int, rate: float, schedule: str = "onecycle") -> LoopOptions:
        """A loop that keeps the best epoch of the development set."""
        planned = Schedule(schedule, rate)  # type: ignore[arg-type]
        return LoopOptions(epochs=epochs, schedule=planned, patience=0, seed=self.seed)

    @property
    def budget(self) -> tuple[int, int]:
        """Epochs of the full network, and of training on."""
        first = EPOCHS[self.network] if self.epochs is None else self.epochs
        more = MORE_EPOCHS[self.network] if self.more_epochs is None else self.more_epochs
        return first, more

    @property
    def rates(self) -> tuple[float, float]:
        """Highest learning rates of the full network, and of training on."""
        return RATES.get(self.folder.name, OTHER_RATES)

    @cached_property
    def full(self) -> nc.Model:
        """The network over the whole table, trained along."""
        if self.networks is None:
            return self._trained_in_full()
        name = f"{self.folder.name}-{self.network}-{self.seed}-{self.budget[0]}.nlu"
        path = self.networks / name
        if not path.exists():
            self.networks.mkdir(parents=True, exist_ok=True)
            nc.save(self._trained_in_full(), path, overwrite=True)
        return nc.load(path)

    def _trained_in_full(self) -> nc.Model:
        options = NeuralOptions(
            network=self.network,  # type: ignore[arg-type]
            hidden_size=HIDDEN[self.network],
            loop=self.loop(self.budget[0], self.rates[0]),
        )
        return train_neural(self.examples["train"], self.examples["dev"], self.table, options)

    def trained(self, model: nc.Model, loop: LoopOptions, taught: bool = False) -> nc.Model:
        """The model trained on, near the full network's answers if it is taught."""
        teachers = (self.full,) if taught else ()
        options = FinetuneOptions(TEACHING if taught else UNTAUGHT, loop)
        return finetune(model, self.examples["train"], self.examples["dev"], teachers, options)

    def more(self, model: nc.Model, taught: bool = False) -> nc.Model:
        """The model trained on for the epochs that every method has."""
        return self.trained(model, self.loop(self.budget[1], self.rates[1]), taught)

    def svd(self, ratio: float) -> nc.Model:
        """The full network's table as a product, by SVD weighted with the words' frequency."""
        return nc.factorize(
            self.full, nc.FactorizeOptions(ratio=ratio, weight="frequency", power=1.0)
        )

    def offline(self, ratio: float) -> nc.Model:
        """Plain SVD of the table as it came; both factors trained with a new network.

        It has as many epochs as the full network and training on together.
        """
        raw = nc.factorize(nc.Model({TABLE: self.table}), nc.FactorizeOptions(ratio=ratio))
        fresh = start_tensors(self.full, np.random.default_rng(self.seed))
        started = replace(self._with(raw.table().matrix), network=fresh)
        return self.trained(started, self.loop(sum(self.budget), self.rates[0]))

    def projected(self, ratio: float) -> nc.Model:
        """The full network's table projected on as many random directions, and trained on."""
        rank = nc.factorize(self.full, nc.FactorizeOptions(ratio=ratio)).table(TABLE).matrix
        assert isinstance(rank, Product)
        width = rank.right.shape
        random = np.random.default_rng(self.seed).standard_normal(width[::-1])
        basis = np.linalg.qr(random)[0]
        rows = self.full.table(TABLE).matrix
        left = rows.rows(np.arange(rows.shape[0])) @ basis
        return self.more(self._with(Product(from_dense(left), from_dense(basis.T))))

    def fixed(self, bits: int) -> nc.Model:
        """The full network with fixed-point embeddings; 16 bits are rounded, not stored so."""
        if bits <= 8:
            return nc.quantize(self.full, nc.QuantizeOptions(bits=bits))
        matrix = self.full.table(TABLE).matrix
        rows = matrix.rows(np.arange(matrix.shape[0]))
        scale = np.abs(rows).max() / (2 ** (bits - 1) - 1)
        return self._with(from_dense(np.rint(rows / scale) * scale))

    def _with(self, matrix: Matrix) -> nc.Model:
        """The full network over other rows."""
        table = replace(self.full.table(TABLE), matrix=matrix)
        return self.full.with_tables({TABLE: table})


BY_RATIO: dict[str, Callable[[Case, float], nc.Model]] = {
    "ours": lambda case, ratio: case.more(case.svd(ratio)),
    "ours, distilled": lambda case, ratio: case.more(case.svd(ratio), taught=True),
    "SVD alone": Case.svd,
    "offline SVD": Case.offline,
    "random projection": Case.projected,
}
FIXED: dict[str, Callable[[Case], nc.Model]] = {
    "full": lambda case: case.full,
    "16 bits": lambda case: case.fixed(16),
    "8 bits": lambda case: case.fixed(8),
    "4 bits": lambda case: case.fixed(4),
}


def embedding_bytes(model: nc.Model, bits: int) -> int:
    """Bytes of the embeddings' numbers at this many bits each, without the words."""
    numbers = sum(
        leaf.shape[0] * leaf.shape[1] for leaf in leaves(model.table(TABLE).matrix).values()
    )
    return numbers * bits // 8
