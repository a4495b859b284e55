"""`nlucompress train`."""

from __future__ import annotations

from typing import Any

import click
from click.core import ParameterSource

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.common import (
    Target,
    bytes_text,
    lengths,
    read_data,
    stage_options,
    write_model,
)
from nlucompress.cli.shared.data_options import data_options, strict_option
from nlucompress.cli.shared.overlays import overlay_option
from nlucompress.cli.train import near as train_near
from nlucompress.cli.train import neural as train_neural
from nlucompress.cli.train.review import review
from nlucompress.errors import UsageError
from nlucompress.progress import tell

# Options that only some networks have; the others are common to all.
PENALTIES = {"l2", "l1", "iterations"}
OWN: dict[str, set[str]] = {
    "linear": {
        *("ngrams", "chars", "counts", "loss", "distinct", "class_weight"),
        *("near", "step", "max_nfr"),
        *PENALTIES,
    },
    "crf": {"attributes", "affixes", "window", "grams", *PENALTIES},
    **dict.fromkeys(train_neural.NETWORKS, train_neural.OWN),
}


@click.command(name="train")
@click.argument("data", metavar="TRAIN.TSV")
@click.option(
    "--network",
    type=click.Choice(list(OWN)),
    default="linear",
    show_default=True,
    help="linear: n-grams; dan, lstm, bilstm, cnn: word embeddings, need torch; crf: tags tokens.",
)
@click.option(
    "--dev", metavar="FILE", help="Development data: chooses --l2 and ends the training early."
)
@train_near.near_options
@click.option(
    "--ngrams",
    type=lengths,
    default="1-3",
    show_default=True,
    metavar="RANGE",
    help="Word n-grams, or none.",
)
@click.option(
    "--chars",
    type=lengths,
    default="none",
    show_default=True,
    metavar="RANGE",
    help="Character n-grams, such as 2-5.",
)
@click.option(
    "--counts", is_flag=True, help="Weight a feature by its occurrences; default is 1 each."
)
@click.option(
    "--loss",
    type=click.Choice(["squared-hinge", "logistic", "softmax"]),
    default="squared-hinge",
    show_default=True,
    help="The first two are one-vs-rest; the last two give probabilities.",
)
@click.option(
    "--l2",
    type=float,
    help="Strength of the L2 penalty; default: by --dev, or a middle one; crf: 1e-6.",
)
@click.option(
    "--l1",
    default=3e-5,
    show_default=True,
    help="Strength of the L1 penalty; 0 is none; crf: by --dev, or 1e-6.",
)
@click.option(
    "--min-count",
    default=2,
    show_default=True,
    type=click.IntRange(1),
    help="Leave out features of fewer training texts; crf: of fewer tokens, default 1.",
)
@click.option(
    "--distinct/--all-features",
    default=True,
    show_default=True,
    help="Of features that occur in exactly the same texts keep the shortest one.",
)
@click.option(
    "--class-weight",
    type=click.Choice(["none", "balanced"]),
    default="none",
    show_default=True,
    help="balanced gives every label the same total weight.",
)
@click.option(
    "--iterations",
    default=200,
    show_default=True,
    type=click.IntRange(1),
    help="Steps of the optimizer at most; crf: default 150.",
)
@click.option(
    "--attributes", is_flag=True, help="crf: TRAIN holds lines of `tag<TAB>attribute<TAB>...`."
)
@click.option(
    "--affixes",
    default=4,
    show_default=True,
    metavar="N",
    help="crf: longest prefix and suffix of a word.",
)
@click.option(
    "--window", default=2, show_default=True, metavar="N", help="crf: neighbours to each side."
)
@click.option(
    "--grams", default=3, show_default=True, metavar="N", help="crf: longest run of words."
)
@overlay_option
@train_neural.neural_options
@strict_option
@data_options
@stage_options
def command(
    target: Target,
    data: str,
    dev: str | None,
    network: str,
    ngrams: Any,
    chars: Any,
    counts: bool,
    near: dict[str, Any],
    overlays: tuple[str, ...],
    **options: Any,
) -> None:
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
      nlucompress train train.tsv --dev dev.tsv --ngrams 1-3 -o full.nlu
    """
    from nlucompress.cli.train import crf as train_crf
    from nlucompress.stages.train.linear import TrainOptions, train

    old = near.get("near")
    if overlays and old is None:
        raise UsageError("--overlay lies on the model of --near; name that one")
    inputs = [data, *(path for path in (dev, old) if path), *overlays]
    streams.check_inputs(*inputs)
    streams.check_output(target.output, inputs, target.force)
    given = given_options(network)
    if old is not None:
        train_near.run(target, (old, *overlays), data, dev, given)
        return
    if network == "crf":
        train_crf.run(target, data, dev, given)
        return
    if network in train_neural.NETWORKS:
        own = {name: options[name] for name in (*train_neural.OWN, "min_count")}
        if "min_count" not in given:
            own["min_count"] = 1
        train_neural.run(target, network, data, dev, own)
        return
    others = (OWN["crf"] - PENALTIES) | train_neural.OWN
    options = {name: options[name] for name in options if name not in others}
    examples = read_data(data)
    held_out = read_data(dev) if dev else None
    review(data, examples, held_out, target)
    weighting: Any = "count" if counts else "binary"
    chosen = TrainOptions(words=ngrams, chars=chars, weighting=weighting, **options)
    model = train(examples, held_out, chosen, tell)
    size = write_model(model, target.output)
    figures = model.history[-1]["figures"]
    accuracy = figures["dev_accuracy"]
    lines = [
        f"{len(model.labels)} labels, {figures['keys']:,} features, "
        f"{figures['nonzero_weights']:,} weights, L2 {figures['l2']:g}"
        + ("" if accuracy is None else f", dev accuracy {100 * accuracy:.2f} %"),
        f"model: {bytes_text(size)}",
    ]
    target.report({"labels": len(model.labels), "size_bytes": size, **figures}, lines)


def given_options(network: str) -> dict[str, Any]:
    """The options of the networks that stand on the command line.

    Raises:
        UsageError: One is of another network.
    """
    context = click.get_current_context()
    named = context.params.keys() - {
        "network",
        "data",
        "dev",
        "output",
        "force",
        "quiet",
        "as_json",
    }
    given = {
        name: context.params[name]
        for name in sorted(named)
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT
    }
    for other, own in OWN.items():
        stray = sorted((own - OWN[network]) & given.keys())
        if stray:
            option = {"distinct": "distinct/--all-features"}.get(stray[0], stray[0])
            name = option.replace("_", "-")
            raise UsageError(f"--{name} is for --network {other}, not for {network}")
    return given
