"""`nlucompress finetune`."""

from __future__ import annotations

from typing import Any

import click

from nlucompress.cli.learn.train.neural import training_line
from nlucompress.cli.learn.train.review import review
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
from nlucompress.cli.shared.gated_writing import written_gates
from nlucompress.cli.shared.network_files import checkpoint_option, compatible_option
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.options.data_options import data_options
from nlucompress.cli.shared.options.declared import given, options_of
from nlucompress.progress import tell
from nlucompress.stages.learn.finetune.stage import FinetuneOptions


@click.command(name="finetune", cls=GroupedCommand)
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
@options_of(FinetuneOptions)
@compatible_option
@checkpoint_option
@data_options
@written_gates
@stage_options
def command(
    target: Target,
    model: str,
    data: str,
    dev: str | None,
    references: tuple[str, ...],
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
    has embedded need not be embedded anew. With few examples of a label `linearize` may do better.

    \b
    Example:
      nlucompress finetune quantized.nlu --data train.tsv --dev dev.tsv -o tuned.nlu
    """
    from nlucompress.networks.neural.layers import PROJECTION
    from nlucompress.networks.tagger import is_tagger
    from nlucompress.stages.learn.finetune.crf import finetune_crf
    from nlucompress.stages.learn.finetune.stage import finetune
    from nlucompress.stages.measure.evaluate.tags import layout_of

    others = [path for path in (dev, compatible_with) if path]
    inputs = [model, data, *others, *references]
    streams.check_inputs(*inputs)
    streams.check_output(target.output, inputs, target.force)
    chosen = FinetuneOptions.of(given(options))
    before = read_model(model)
    older = [read_model(path) for path in references]
    space = read_model(compatible_with) if compatible_with else None
    if is_tagger(before):
        teaching, layout = chosen.of_tagger(space), layout_of(before)
        tagged, dev_tagged = read_tagged_data(data, layout), None
        if dev:
            dev_tagged = read_tagged_data(dev, layout)
        write_stage(target, finetune_crf(before, tagged, dev_tagged, older, teaching), _line)
        return
    examples, held_out = read_data(data), read_data(dev) if dev else None
    review(data, examples, held_out, target)
    if space is None and before.network is not None and PROJECTION in before.network.tensors:
        streams.note(
            "nlucompress: warning: the model was made compatible with another one, whose space it "
            "leaves now; name that one by --compatible-with",
            target.quiet,
        )
    after = finetune(
        before,
        examples,
        held_out,
        older,
        chosen,
        tell,
        checkpoint,
        space,
        lambda line: streams.note(line, target.quiet),
    )
    write_stage(target, after, _line)


def _line(name: str, figures: Any) -> str:
    if "epochs" in figures:
        return f"{name}: {training_line(figures)}"
    return (
        f"{name}: {figures['weights']:,} weights, training accuracy "
        f"{100 * figures['accuracy_before']:.2f} % -> {100 * figures['accuracy']:.2f} %"
    )
