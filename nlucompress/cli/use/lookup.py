"""`nlucompress lookup`."""

from __future__ import annotations

import sys

import click

from nlucompress.cli.shared import streams
from nlucompress.cli.shared.bundled import bundled_option
from nlucompress.cli.shared.common import read_model
from nlucompress.cli.shared.options.command import GroupedCommand
from nlucompress.cli.shared.show.answers import row_json, row_text
from nlucompress.cli.shared.show.lines import read_lines
from nlucompress.errors import UsageError

BATCH_VALUES = 1 << 22  # numbers of the rows that are decoded at once


@click.command(name="lookup", cls=GroupedCommand)
@click.argument("model")
@click.argument("keys", default=streams.STANDARD, metavar="[KEYS]")
@click.option("--table", metavar="NAME", help="Which table; needed where there are several.")
@bundled_option
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per line.")
def command(model: str, keys: str, table: str | None, as_json: bool) -> None:
    """Print the rows of keys: a key per line in, `key<TAB>numbers` out.

    KEYS is a file of keys, one a line; by default they are read from stdin. For a key that is not
    in the table the line says `unknown`. In a model of fastText the keys are words, and the row of
    one is the mean over the word and its character n-grams, so that unseen words have one, too. A
    hashed table takes an unseen key for a known one with probability 2^-fingerprint-bits.

    \b
    Example:
      nlucompress lookup vectors.nlu < words.txt
    """
    from nlucompress.networks.fasttext.subwords import describes_subwords, word_vectors

    if model == keys == streams.STANDARD:
        raise UsageError("model and keys cannot both come from stdin; name one of them")
    source = read_model(model)
    chosen = source.table(table)
    most = max(1, BATCH_VALUES // max(chosen.matrix.shape[1], 1))
    read = (
        batch[at : at + most]
        for batch in read_lines(keys, "surrogateescape")
        for at in range(0, len(batch), most)
    )
    for lines in read:
        if describes_subwords(source.features):
            rows, known = word_vectors(source, lines)
        else:
            known = (chosen.find(lines) >= 0).tolist()
            rows = chosen.lookup(lines)
        for key, row, is_known in zip(lines, rows, known, strict=True):
            values = row.tobytes() if is_known else None
            streams.say(row_json(key, values) if as_json else row_text(key, values))
        sys.stdout.flush()
