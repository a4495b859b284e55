"""`nlucompress tag`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.bundled import bundled_option
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.overlays import overlay_option, read_overlaid
from nlucompress.cli.shared.show.lines import read_lines
from nlucompress.cli.shared.show.printable import cell
from nlucompress.errors import DataError, UsageError

if TYPE_CHECKING:
    from nlucompress.format.model import Model


@click.command(name="tag", cls=GroupedCommand)
@click.argument("model")
@click.argument("tokens", default=streams.STANDARD, metavar="[TOKENS]")
@click.option("--marginals", is_flag=True, help="The probability of each label, too.")
@overlay_option
@bundled_option
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per sentence.")
def command(
    model: str, tokens: str, marginals: bool, overlays: tuple[str, ...], as_json: bool
) -> None:
    """Tag tokens: a token a line in, its label out, at once behind each sentence.

    TOKENS is a file, by default stdin: a word, or what the model reads as attributes, on each line,
    and a blank line behind each sentence. Out come the labels, a line each, and the blank lines.

    \b
    Example:
      nlucompress tag tagger.nlu --marginals < tokens.txt
    """
    if (model, *overlays, tokens).count(streams.STANDARD) > 1:
        raise UsageError(
            "only one of model, overlays and tokens can come from stdin; name the rest"
        )
    run(read_overlaid(model, overlays), tokens, marginals, as_json)


def run(model: Model, texts: str, marginals: bool, as_json: bool) -> None:
    """Tag every sentence of a file or of stdin."""
    from nlucompress.networks.crf.attributes import KIND
    from nlucompress.networks.tagger import Tagger

    tagger = Tagger(model)
    attributes = (model.features or {}).get("kind") == KIND
    for last, sentence in _sentences(texts, attributes):
        try:
            tokens = tagger.tokens(sentence)
        except DataError as error:
            name = streams.named(texts)
            raise DataError(f"{name}, sentence that ends at line {last}: {error}") from None
        shares: list[float] = []
        if marginals:
            labels, shown = tagger.tagged(tokens)
            columns = {label: column for column, label in enumerate(tagger.labels)}
            pairs = zip(shown, labels, strict=True)
            shares = [float(row[columns[label]]) for row, label in pairs]
        else:
            (labels,) = tagger.tag([tokens])
        if as_json:
            more = {"marginals": shares} if marginals else {}
            streams.say(json.dumps({"labels": labels, **more}, allow_nan=False))
        else:
            cells = [cell(label) for label in labels]
            if marginals:
                cells = [f"{each}\t{share:.6f}" for each, share in zip(cells, shares, strict=True)]
            streams.say("\n".join(cells) + "\n")
        sys.stdout.flush()


def _sentences(path: str, attributes: bool) -> Iterator[tuple[int, list[str]]]:
    """Number of the last line and the lines of each sentence, as soon as it has ended.

    Among attributes a line of tabs alone is a token that has none.
    """
    from nlucompress.data.tagged import MAX_TOKENS

    sentence: list[str] = []
    number = 0
    # Attributes are bytes; what the words of a template hold is text, and reads the same so.
    for lines in read_lines(path, "surrogateescape"):
        for line in lines:
            number += 1
            if line.strip() or (attributes and line and not line.strip("\t")):
                sentence.append(line)
                if len(sentence) > MAX_TOKENS:
                    raise DataError(
                        f"{streams.named(path)}, line {number}: a sentence of more than "
                        f"{MAX_TOKENS:,} tokens; end sentences with a blank line"
                    )
            elif sentence:
                yield number - 1, sentence
                sentence = []
    if sentence:
        yield number, sentence
