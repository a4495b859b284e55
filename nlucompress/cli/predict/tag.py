"""`nlucompress predict --tag`: a token a line in, its label out, at once behind each sentence."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.cells import cell
from nlucompress.cli.shared.lines import read_lines
from nlucompress.errors import DataError

if TYPE_CHECKING:
    from nlucompress.format.model import Model


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
    from nlucompress.importers.data.tagged import MAX_TOKENS

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
