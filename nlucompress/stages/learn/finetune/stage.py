"""finetune: a factorized, quantized or pruned model trained on with the task's data."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from nlucompress.data.examples import Examples
from nlucompress.errors import StageOrderError, UsageError
from nlucompress.format.model import Model, require_model
from nlucompress.networks.classifier import Classifier
from nlucompress.networks.neural.layers import KINDS
from nlucompress.networks.neural.network import representing
from nlucompress.options import Options, nested, option
from nlucompress.progress import Progress
from nlucompress.stages.history import with_record
from nlucompress.stages.learn.finetune.linear import finetune_linear
from nlucompress.stages.learn.finetune.new_labels import with_new_labels
from nlucompress.stages.learn.finetune.teaching import LinearFinetuneOptions, settled, teacher_of
from nlucompress.stages.learn.train.compatible import prepare
from nlucompress.stages.learn.train.neural import fit_neural, prepared
from nlucompress.training.compatible import CompatibleOptions
from nlucompress.training.plan import LoopOptions


@dataclass(frozen=True)
class FinetuneOptions(Options):
    """Options of ``finetune``: of references and linear models, of networks, of their space."""

    title = "Neural networks"

    teaching: LinearFinetuneOptions = nested(LinearFinetuneOptions)
    loop: LoopOptions = nested(LoopOptions)
    compatible: CompatibleOptions = nested(CompatibleOptions)
    new_labels: bool = option(
        False, "A fresh output layer for the labels of the data, in place of the model's"
    )

    def of_tagger(self, space: Model | None) -> LinearFinetuneOptions:
        """Those that a tagger takes.

        Raises:
            UsageError: There are others, or a model of texts whose ``space`` is to be kept.
        """
        if space is not None or self.new_labels:
            raise UsageError(
                "--compatible-with and --new-labels are for networks that classify texts, and "
                "this model tags tokens"
            )
        return self.teaching


def finetune(
    model: Model,
    examples: Examples,
    dev: Examples | None = None,
    references: Sequence[Model] = (),
    options: FinetuneOptions | None = None,
    progress: Progress | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    compatible_with: Model | None = None,
    note: Callable[[str], None] | None = None,
) -> Model:
    """Train a model on; its keys and the encoding of its numbers stay.

    Factors of a product are trained both (Acharya et al. 2019, section 3). Codes on a grid are
    trained straight through their rounding; of codebooks and product quantization the centroids
    are trained. References hold the model near their scores: see ``LinearFinetuneOptions``. With
    ``compatible_with`` its representations are trained into the space of that model's (Shen et
    al. 2020), through a projection where network or width differ (Duggal et al. 2021).

    Raises:
        UsageError: The model has no network that can be trained, or options contradict each other.
        StageOrderError: The model is sealed; or it is linear, and its keys are hashed.
        DataError: A label of the data is unknown to the model, the training diverges, or the
            checkpoint is of another training. ``note`` is told at which epoch one goes on.
    """
    require_model(model)
    options = options or FinetuneOptions()
    if model.sealed:
        raise StageOrderError("the model was sealed by pack; finetune the model before it")
    before = model
    if options.new_labels:
        model = with_new_labels(model, examples, options.loop.seed)
    kind = model.network.kind if model.network else "tables only"
    if compatible_with is not None:
        representing(model, "model")
    if kind == "linear":
        return finetune_linear(model, examples, dev, references, options.teaching)
    if kind not in KINDS:
        raise UsageError(f"a model of kind {kind!r} cannot be trained on")
    options = replace(options, teaching=settled(model, references, options.teaching))
    Classifier(model)  # checks that the parts fit together
    targets = prepared(model, examples, "training").targets
    teacher = teacher_of(model, examples, targets, references, options.teaching)
    started, frozen = model, None
    if compatible_with is not None:
        started, frozen = prepare(model, compatible_with, examples, options.compatible)
    loop = options.loop
    fitted, figures = fit_neural(
        started, examples, dev, loop, teacher, progress, checkpoint, frozen, note
    )
    return with_record("finetune", options, before, fitted, {"network": figures})
