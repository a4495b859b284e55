"""`nlucompress finetune`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nlucompress.cli.finetune.linearized import linearized_line, linearized_options, linearized_plan
from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    Target,
    model_argument,
    read_data,
    read_model,
    read_tagged_data,
    stage_options,
    write_stage,
)
from nlucompress.cli.shared.compatible_options import compatible_options, strengths
from nlucompress.cli.shared.data_options import data_options
from nlucompress.cli.shared.loop_options import loop_options, plan
from nlucompress.cli.train.neural import training_line
from nlucompress.errors import UsageError
from nlucompress.progress import tell

if TYPE_CHECKING:
    from nlucompress.format.model import Model

FLOAT_STRENGTH, ROUNDED_STRENGTH = 0.05, 4.0


@click.command(name="finetune")
@model_argument
@click.option(
    "--data", required=True, metavar="FILE", help="Training data; for a CRF, tagged tokens."
)
@click.option("--dev", metavar="FILE", help="Development data: the best iterate there is kept.")
@click.option(
    "--reference",
    "references",
    multiple=True,
    metavar="MODEL",
    help="An older model to stay near (may be repeated: their mean).",
)
@click.option(
    "--distill",
    type=click.Choice(["none", "plain", "focal", "margin"]),
    help="How; default focal with a reference. Yan et al. 2021, section 4; margin: ELODI. "
    "For linear models it hardly lowers flips and may cost accuracy: `merge` does better there.",
)
@click.option(
    "--lambda",
    "lambda_",
    type=click.FloatRange(0),
    help="Strength of the distillation; see README.",
)
@click.option("--alpha", default=1.0, show_default=True, help="Its weight on every example.")
@click.option("--beta", default=5.0, show_default=True, help="focal: more where they were right.")
@click.option(
    "--distance",
    type=click.Choice(["logits", "kl"]),
    default="logits",
    show_default=True,
    help="Half the squared distance of scores, or the divergence of probabilities.",
)
@click.option("--temperature", default=1.0, show_default=True, help="kl: divides the scores.")
@click.option("--margin", default=0.1, show_default=True, help="margin: free distance per score.")
@click.option(
    "--iterations",
    default=200,
    show_default=True,
    type=click.IntRange(1),
    help="Linear, CRF: steps of the optimizer at most.",
)
@click.option("--l2", type=float, help="Linear, CRF: L2 penalty; default: the one of train.")
@click.option("--l1", default=0.0, show_default=True, help="Linear, CRF of floats: L1 penalty.")
@click.option(
    "--new-labels",
    is_flag=True,
    help="Neural: a fresh output layer for the labels of the data, in place of the model's.",
)
@linearized_options
@compatible_options
@loop_options("calr")
@data_options
@stage_options
def command(
    target: Target,
    model: str,
    data: str,
    dev: str | None,
    references: tuple[str, ...],
    distill: Any,
    lambda_: float | None,
    margin: float,
    checkpoint: str | None,
    compatible_with: str | None,
    **options: Any,
) -> None:
    """Train a model on with the task's data; what it stores its numbers in stays.

    For models that were factorized, quantized or pruned, before phash is best. Neural networks are
    trained by torch through both factors of a product and through the rounding of codes; linear
    models and CRFs keep their features and zeros, and need no torch. With `--reference` the model
    is held near the scores of an older one, so that it breaks less of what that got right; of
    linear models, `merge` of the old and the new one keeps more of that at no loss. With
    `--compatible-with` its representations stay in that model's space, so that texts which that one
    has embedded need not be embedded anew. `--linearized` is for few examples of a label.

    \b
    Example:
      nlucompress finetune quantized.nlu --data train.tsv --dev dev.tsv -o tuned.nlu
    """
    from nlucompress.networks.neural.layers import PROJECTION
    from nlucompress.networks.tagger import is_tagger
    from nlucompress.stages.evaluate.tags import layout_of
    from nlucompress.stages.finetune.crf import finetune_crf
    from nlucompress.stages.finetune.linearized import linearize
    from nlucompress.stages.finetune.stage import FinetuneOptions, finetune
    from nlucompress.stages.finetune.teaching import LinearFinetuneOptions

    others = [path for path in (dev, compatible_with) if path]
    inputs = [model, data, *others, *references]
    streams.check_inputs(*inputs)
    streams.check_output(target.output, inputs, target.force)
    expansion, new_labels = linearized_plan(options), options.pop("new_labels")
    loop, compatible = plan(options), strengths(options)
    before = read_model(model)
    older = [read_model(path) for path in references]
    space = read_model(compatible_with) if compatible_with else None
    if lambda_ is None:
        lambda_ = FLOAT_STRENGTH if _of_floats(before) else ROUNDED_STRENGTH
    chosen: Any = distill or ("focal" if references else "none")
    teaching = LinearFinetuneOptions(
        distill=chosen, lambda_=lambda_, margin=margin, seed=loop.seed, **options
    )
    if is_tagger(before):
        if expansion is not None or space is not None or new_labels:
            raise UsageError(
                "--linearized, --compatible-with and --new-labels are for networks that classify "
                "texts, and this model tags tokens"
            )
        layout = layout_of(before)
        tagged, dev_tagged = read_tagged_data(data, layout), None
        if dev:
            dev_tagged = read_tagged_data(dev, layout)
        write_stage(target, finetune_crf(before, tagged, dev_tagged, older, teaching), _line)
        return
    examples, held_out = read_data(data), read_data(dev) if dev else None
    if space is None and before.network is not None and PROJECTION in before.network.tensors:
        streams.note(
            "nlucompress: warning: the model was made compatible with another one, whose space it "
            "leaves now; name that one by --compatible-with",
            target.quiet,
        )
    if expansion is not None:
        expanded = linearize(before, examples, held_out, expansion, tell)
        write_stage(target, expanded, _line)
        return
    after = finetune(
        before,
        examples,
        held_out,
        older,
        FinetuneOptions(teaching, loop, compatible, new_labels),
        tell,
        checkpoint,
        space,
        lambda line: streams.note(line, target.quiet),
    )
    write_stage(target, after, _line)


def _of_floats(model: Model) -> bool:
    """Whether no table of a model was quantized."""
    from nlucompress.format.matrices.kinds import leaves
    from nlucompress.format.matrices.numbers import Floats

    found = [leaf for table in model.tables.values() for leaf in leaves(table.matrix).values()]
    return all(isinstance(leaf.numbers, Floats) for leaf in found)


def _line(name: str, figures: Any) -> str:
    if "ridge" in figures:
        return f"{name}: {linearized_line(figures)}"
    if "epochs" in figures:
        return f"{name}: {training_line(figures)}"
    return (
        f"{name}: {figures['weights']:,} weights, training accuracy "
        f"{100 * figures['accuracy_before']:.2f} % -> {100 * figures['accuracy']:.2f} %"
    )
