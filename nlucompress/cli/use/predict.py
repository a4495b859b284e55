"""`nlucompress predict`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.bundled import bundled_option
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.overlays import overlay_option, read_overlaid
from nlucompress.cli.shared.show.answers import answer_json, answer_text
from nlucompress.cli.shared.show.lines import read_lines
from nlucompress.errors import DataError, UsageError

if TYPE_CHECKING:
    from nlucompress.format.model import Model
    from nlucompress.networks.classifier import Classifier, Prediction


NO_THRESHOLD = float("-inf")


def confidence(value: str) -> float:
    """A score, or none."""
    from nlucompress.format.model import LARGEST_THRESHOLD

    if value == "none":
        return NO_THRESHOLD
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not abs(number) <= LARGEST_THRESHOLD:
        raise click.BadParameter(f"{value!r} is not a score such as 0.4 or -0.25, nor none")
    return number


@click.command(name="predict", cls=GroupedCommand)
@click.argument("model")
@click.argument("texts", default=streams.STANDARD, metavar="[TEXTS]")
@click.option(
    "--top",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    metavar="K",
    help="Print the K best labels, each with its score, on the text's line.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per line.")
@click.option(
    "--unknown", is_flag=True, help="Also print how many features the model knows and does not."
)
@click.option(
    "--threshold",
    type=confidence,
    metavar="SCORE|none",
    help="Answer texts whose best score is lower by --unknown-label; default: the model's own "
    "(see `threshold`), none for none.",
)
@click.option(
    "--unknown-label",
    metavar="NAME",
    help="The answer to them; default: the model's own, or unknown.",
)
@overlay_option
@bundled_option
def command(
    model: str,
    texts: str,
    top: int,
    as_json: bool,
    unknown: bool,
    threshold: float | None,
    unknown_label: str | None,
    overlays: tuple[str, ...],
) -> None:
    """Classify lines of text: a line in, `label<TAB>score` out, at once.

    TEXTS is a file of utterances, one a line; by default they are read from stdin. Scores are
    probabilities (softmax, logistic) or, for models trained with the squared hinge, margins.

    Texts whose best score is below `--threshold`, or below the one that `nlucompress threshold` has
    stored in the model, are answered by the label for unknown texts, with that score.

    `tag` does the same for taggers, `embed` prints the representations of a network.

    \b
    Example:
      nlucompress predict small.nlu --top 3 < utterances.txt
    """
    from nlucompress.networks.classifier import Classifier

    if (model, *overlays, texts).count(streams.STANDARD) > 1:
        raise UsageError("only one of model, overlays and texts can come from stdin; name the rest")
    classifiers = {
        name: Classifier(_with_threshold(each, threshold, unknown_label))
        for name, each in _models(model, overlays).items()
    }
    number = 0
    for lines in read_lines(texts):
        answers = (
            _explained(each, lines, number, texts, top, unknown) for each in classifiers.values()
        )
        for predictions in zip(*answers, strict=True):
            for name, prediction in zip(classifiers, predictions, strict=True):
                shown = _json if as_json else _plain
                streams.say(shown(prediction, unknown, name))
        number += len(lines)
        sys.stdout.flush()


def _models(path: str, overlays: tuple[str, ...]) -> dict[str, Model]:
    """The models to ask by the names that their answers carry, an empty one where there is one.

    Raises:
        UsageError: There are overlays and several models.
    """
    from nlucompress.cli.shared.bundled import all_named, models_in
    from nlucompress.format import codec

    names = all_named()
    if len(names) <= 1:
        return {"": read_overlaid(path, overlays)}
    if overlays:
        raise UsageError("--overlay is for one model; name one with --model")
    found = models_in(streams.read_whole(path), streams.named(path), names)
    return {name: codec.parse(file, verify=False) for name, file in zip(names, found, strict=True)}


def _with_threshold(model: Model, threshold: float | None, label: str | None) -> Model:
    """The model with the threshold and the label of the command line in place of its own.

    Raises:
        UsageError: There is a label without a threshold.
    """
    from dataclasses import replace

    from nlucompress.format.model import Unknown

    own = model.unknown
    if threshold == NO_THRESHOLD:
        return model if own is None else replace(model, unknown=None)
    if threshold is None:
        if label is None:
            return model
        if own is None:
            raise UsageError("--unknown-label needs a --threshold: the model has none of its own")
        return replace(model, unknown=replace(own, label=label))
    name = label or (own.label if own is not None else "unknown")
    return replace(model, unknown=Unknown(name, threshold))


def _explained(
    classifier: Classifier, lines: list[str], before: int, path: str, top: int, unknown: bool
) -> Iterator[Prediction]:
    """Answers to lines; one that the model's features cannot read is an error behind the others."""
    try:
        yield from classifier.predictions(lines, top, count_keys=unknown)
        return
    except DataError:
        pass
    for number, line in enumerate(lines, before + 1):
        try:
            yield from classifier.predictions([line], top, count_keys=unknown)
        except DataError as error:
            raise DataError(f"{streams.named(path)}, line {number}: {error}") from None


def _plain(prediction: Prediction, unknown: bool, name: str) -> str:
    from nlucompress.cli.shared.show.printable import cell

    counts = f"\tknown={prediction.known}\tunknown={prediction.unknown}" if unknown else ""
    named = f"{cell(name)}\t" if name else ""
    return named + answer_text(_answer(prediction)) + counts


def _json(prediction: Prediction, unknown: bool, name: str) -> str:
    counts = {"known": prediction.known, "unknown": prediction.unknown} if unknown else {}
    named = {"model": name} if name else {}
    return answer_json(_answer(prediction), **named, **counts)


def _answer(prediction: Prediction) -> list[tuple[str, float]]:
    return list(zip(prediction.labels, prediction.scores, strict=True))
