"""`nlucompress train`."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import click

from nlucompress.cli.learn.train import crf, linear, near, neural
from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import Target, stage_options
from nlucompress.cli.shared.gated_writing import written_gates
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.options.data_options import data_options
from nlucompress.cli.shared.options.declared import given, names_of, options_of
from nlucompress.cli.shared.overlays import overlay_option
from nlucompress.errors import UsageError
from nlucompress.options import Options, spelled
from nlucompress.stages.learn.train.crf import CrfOptions
from nlucompress.stages.learn.train.linear import TrainOptions
from nlucompress.stages.learn.train.near.stage import NearOptions
from nlucompress.stages.learn.train.neural import NeuralOptions

KINDS: dict[str, type[Options]] = {
    "linear": TrainOptions,
    "crf": CrfOptions,
    **dict.fromkeys(neural.NETWORKS, NeuralOptions),
}
RUN = {"linear": linear.run, "crf": crf.run, **dict.fromkeys(neural.NETWORKS, neural.run)}
# What belongs to a class of options and is none: names of files.
FILES: dict[type[Options], set[str]] = {
    NearOptions: {"near", "overlays"},
    NeuralOptions: {"embeddings", "compatible_with", "checkpoint"},
}
OWNERS: tuple[type[Options], ...] = (TrainOptions, NearOptions, CrfOptions, NeuralOptions)


class Train(GroupedCommand):
    """Its help shows the options of one kind of network where that is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the arguments, since the help is shown before they are read."""
        ctx.meta[__name__] = list(args)
        return super().parse_args(ctx, args)

    def shown(self, ctx: click.Context) -> list[click.Parameter]:
        """All options, or those of the network behind ``--network``."""
        params = super().shown(ctx)
        args = ctx.meta.get(__name__, [])
        said = [right for left, right in pairwise(args) if left == "--network"]
        owner = KINDS.get(said[-1]) if said else None
        if owner is None:
            return params
        kept = own(owner) | (own(NearOptions) if owner is TrainOptions else set())
        others = {name for each in OWNERS for name in own(each)} - kept
        return [param for param in params if param.name not in others]


def own(owner: type[Options]) -> set[str]:
    """Names of what belongs to a class of options on the command line."""
    return names_of(owner) | FILES.get(owner, set())


@click.command(name="train", cls=Train)
@click.argument("data", metavar="TRAIN.TSV")
@click.option(
    "--network",
    type=click.Choice(list(KINDS)),
    default="linear",
    show_default=True,
    help="linear: n-grams; dan, lstm, bilstm, cnn: word embeddings, need torch; crf: tags tokens. "
    "With -h its options alone are shown.",
)
@click.option(
    "--dev",
    metavar="FILE",
    help="Development data: chooses features and penalties, or when the training ends.",
)
@options_of(
    linear=TrainOptions,
    crf=CrfOptions,
    neural=NeuralOptions,
    near=NearOptions,
    parse={"vocabulary": neural.vocabulary},
)
@near.near_option
@overlay_option
@neural.neural_options
@data_options
@written_gates
@stage_options
def command(target: Target, data: str, dev: str | None, network: str, **options: Any) -> None:
    """Train a linear n-gram classifier on lines of `label<TAB>text`, or a tagger.

    Text is folded to lower case; accents, digits and apostrophes within words are kept. The same
    featurizer is described in the model and used when it predicts.

    With `--network crf` the data are lines of `token<TAB>tag` with a blank line behind each
    sentence, and the model is a conditional random field over each token's word, affixes, shape and
    neighbours.

    With `--near OLD` the model stays near the weights of an older one that it replaces, as near as
    `--dev` finds best: it breaks less of what OLD, which may be quantized or packed, got right.

    With `--network dan`, `lstm`, `bilstm` or `cnn` the model is a neural network over a table of
    word embeddings (`--embeddings`, or learned from scratch), trained by torch.

    \b
    Example:
      nlucompress train train.tsv --dev dev.tsv -o full.nlu
    """
    values = given(options)
    if "overlays" in values and "near" not in values:
        raise UsageError("--overlay lies on the model of --near; name that one")
    check(network, values)
    files = [values[name] for name in ("near", "embeddings", "compatible_with") if name in values]
    inputs = [data, *([dev] if dev else []), *files, *values.get("overlays", ())]
    streams.check_inputs(*inputs)
    streams.check_output(target.output, inputs, target.force)
    run = near.run if "near" in values else RUN[network]
    run(target, data, dev, {"network": network, **values})


def check(network: str, values: dict[str, Any]) -> None:
    """Refuse what was given and is of another kind of model.

    Raises:
        UsageError: Something is.
    """
    owner = NearOptions if "near" in values and network == "linear" else KINDS[network]
    for name in sorted(values.keys() - own(owner)):
        if owner is NearOptions and name in own(TrainOptions):
            raise UsageError(f"{spelled(name)} comes from the model of --near; leave it out")
        if owner is TrainOptions and name in own(NearOptions):
            raise UsageError(f"{spelled(name)} is for --near OLD")
        other = next(kind for kind, each in KINDS.items() if name in own(each) | own_near(kind))
        raise UsageError(f"{spelled(name)} is for --network {other}, not for {network}")


def own_near(kind: str) -> set[str]:
    """What a linear model takes near an older one."""
    return own(NearOptions) if kind == "linear" else set()
