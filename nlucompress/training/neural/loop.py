"""The training loop of the neural networks: batches, schedule, early stopping, checkpoints."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from nlucompress.errors import DataError, UsageError
from nlucompress.format.model import Model
from nlucompress.progress import Progress
from nlucompress.training.compatible import Frozen
from nlucompress.training.distill import Teacher
from nlucompress.training.neural.checkpoint import read_checkpoint, write_checkpoint
from nlucompress.training.neural.identity import identity
from nlucompress.training.neural.influence import Influence
from nlucompress.training.neural.module import Module, scores
from nlucompress.training.plan import Data, Int64, LoopOptions


def fit(
    model: Model,
    data: Data,
    dev: Data | None,
    options: LoopOptions,
    teacher: Teacher | None = None,
    progress: Progress | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    frozen: Frozen | None = None,
    note: Callable[[str], None] | None = None,
) -> tuple[Model, dict[str, Any]]:
    """Train a model on; returns it as of its best epoch on ``dev`` (the last without), and figures.

    The untrained model counts as epoch 0. A loss that is not finite ends the training; the best
    epoch before it is kept, and ``figures["diverged"]`` says so. ``note`` is told, in one line, at
    which epoch a checkpoint goes on.

    Raises:
        UsageError: A matrix cannot be trained, or there is no such device.
        DataError: The loss is not finite before any epoch has ended, or the checkpoint is damaged
            or of another training.
    """
    if options.device == "cuda" and not torch.cuda.is_available():
        raise UsageError("torch sees no CUDA device here; use --device cpu")
    torch.set_num_threads(options.threads)
    module = Module(model, options.dropout, options.word_dropout).to(options.device)
    influence = None if frozen is None else Influence(frozen, options.device)
    optimizers = _optimizers(module, options)
    held_out = None if dev is None else dev.parts(256)
    run = _Run(model, _accuracy(module, held_out))
    begin, which = 0, {}
    if checkpoint is not None:
        which = identity(model, data, dev, options, teacher, frozen)
    if checkpoint is not None and os.path.exists(checkpoint):
        begin = read_checkpoint(checkpoint, module, optimizers, run, which)
        _told(checkpoint, begin, options.epochs, note)
    steps_per_epoch = -(-len(data.targets) // options.batch_size)
    total = steps_per_epoch * options.epochs
    for epoch in range(begin, options.epochs):
        if options.patience and run.waited >= options.patience:
            break
        # Every epoch has random numbers of its own, so that a resumed run takes the same ones.
        batches = data.batches(options.batch_size, np.random.default_rng([options.seed, epoch]))
        torch.manual_seed(options.seed * 100_003 + epoch)
        module.train()
        for number, index in enumerate(batches):
            step = epoch * steps_per_epoch + number
            _set_rate(optimizers, options.schedule.rate(step, total, steps_per_epoch))
            loss = _loss(module, data.take(index), teacher, influence, index)
            if not torch.isfinite(loss):
                if not run.epochs:
                    raise DataError(
                        f"the loss is not finite in epoch {epoch + 1}; lower the learning rate"
                    )
                return run.best, run.figures(diverged=epoch + 1)
            for optimizer in optimizers:
                optimizer.zero_grad()
            loss.backward()
            _clip(module, options.clip)
            for optimizer in optimizers:
                optimizer.step()
            if progress is not None and number % 20 == 0:
                progress(f"epoch {epoch + 1}, {_shown(loss.item(), run.last)}", step / total)
        run.take(module, _accuracy(module, held_out))
        if checkpoint is not None:
            write_checkpoint(checkpoint, epoch + 1, module, optimizers, run, which)
    return run.best, run.figures()


def _shown(loss: float, accuracy: float | None) -> str:
    return f"loss {loss:.4g}" + ("" if accuracy is None else f", dev {100 * accuracy:.2f} %")


def _told(
    checkpoint: str | os.PathLike[str],
    done: int,
    epochs: int,
    note: Callable[[str], None] | None,
) -> None:
    """Say where a training goes on; refuse one that has come too far."""
    if done > epochs:
        raise DataError(
            f"{checkpoint}: the checkpoint has done {done} epochs, more than --epochs {epochs}; "
            "name another file, or delete this one to start anew"
        )
    if note is not None:
        left = f"{epochs - done} of {epochs} are left" if done < epochs else "none is left"
        note(f"{checkpoint}: resumed at epoch {done}, {left}")


class _Run:
    """The best model so far."""

    def __init__(self, model: Model, accuracy: float | None) -> None:
        self.best, self.accuracy = model, accuracy
        self.before = self.last = accuracy
        self.epochs = self.best_epoch = self.waited = 0

    def take(self, module: Module, accuracy: float | None) -> None:
        """Look at the model after one more epoch."""
        self.epochs += 1
        self.waited += 1
        self.last = accuracy
        if accuracy is None or self.accuracy is None or accuracy > self.accuracy:
            self.best, self.accuracy = module.model(), accuracy
            self.best_epoch, self.waited = self.epochs, 0

    def figures(self, diverged: int | None = None) -> dict[str, Any]:
        """What the history tells."""
        return {
            "epochs": self.epochs,
            "best_epoch": self.best_epoch,
            "dev_accuracy_before": self.before,
            "dev_accuracy": self.accuracy,
            "diverged": diverged,
        }


def _loss(
    module: Module,
    part: Data,
    teacher: Teacher | None,
    influence: Influence | None,
    index: Int64,
) -> Tensor:
    states = module.states(part.batch)
    answers = module.answers(states)
    targets = torch.from_numpy(part.targets).to(answers.device)
    loss = functional.cross_entropy(answers, targets)
    if influence is not None:
        loss = loss + influence(module.represented(states), index)
    if teacher is None:
        return loss
    known = np.arange(answers.shape[1]) if teacher.known is None else np.flatnonzero(teacher.known)
    new = answers[:, known]
    old = torch.from_numpy(teacher.scores[index][:, known]).to(answers.device)
    weights = torch.from_numpy(teacher.weights[index]).to(answers.device)
    if teacher.distance == "kl":
        t = teacher.temperature
        divergence = functional.kl_div(
            functional.log_softmax(new / t, 1),
            functional.log_softmax(old / t, 1),
            reduction="none",
            log_target=True,
        )
        return loss + (weights * divergence.sum(dim=1) * t * t).mean()
    apart = new - old
    excess = apart - apart.clamp(-teacher.margin, teacher.margin)
    return loss + (weights * (excess * excess).sum(dim=1) / 2).mean()


def _accuracy(module: Module, parts: list[Data] | None) -> float | None:
    if parts is None:
        return None
    best = scores(module, [part.batch for part in parts]).argmax(axis=1)
    return float((best == np.concatenate([part.targets for part in parts])).mean())


def _optimizers(module: Module, options: LoopOptions) -> list[torch.optim.Optimizer]:
    """One for the layers, and one for rows of which a step touches few."""
    rows: list[nn.Parameter] = []
    layers: list[nn.Parameter] = []
    for name, parameter in module.named_parameters():
        is_rows = name in ("table.weight", "table.left.weight")
        (rows if is_rows else layers).append(parameter)
    upper, decay = options.schedule.learning_rate, options.weight_decay
    dense: torch.optim.Optimizer
    if options.optimizer == "sgd":
        dense = torch.optim.SGD(layers, upper, momentum=0.9, weight_decay=decay)
        return [dense, *([torch.optim.SGD(rows, upper)] if rows else [])]
    kind = torch.optim.AdamW if options.optimizer == "adamw" else torch.optim.Adam
    dense = kind(layers, upper, weight_decay=decay)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [dense, *([torch.optim.SparseAdam(rows, upper)] if rows else [])]


def _set_rate(optimizers: list[torch.optim.Optimizer], rate: float) -> None:
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = rate


def _clip(module: Module, norm: float) -> None:
    """Scale the layers' gradients to this norm at most; those of single rows stay."""
    dense = [each for each in module.parameters() if each.grad is not None]
    nn.utils.clip_grad_norm_([each for each in dense if not each.grad.is_sparse], norm)
