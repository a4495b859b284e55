"""Tagged sentences: a token a line, a blank line behind each sentence.

Two layouts: ``words`` are lines of ``token<TAB>tag`` (CoNLL; columns between the first and the last
are left out), ``attributes`` are lines of ``tag<TAB>attribute<TAB>...`` as CRFsuite learns from.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from nlucompress.data.examples import decoded_lines, file_bytes
from nlucompress.data.packed import plain_bytes
from nlucompress.errors import DataError

Layout = Literal["words", "attributes"]
MAX_TOKENS = 1 << 14  # of a sentence; more is a file without blank lines


@dataclass(frozen=True)
class Tagged:
    """Sentences with a label for each token, in file order.

    Attributes:
        labels: The labels of each sentence.
        sentences: Its tokens: words, or lines of attributes.
    """

    labels: tuple[tuple[str, ...], ...]
    sentences: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        """Number of sentences."""
        return len(self.sentences)


def read_tagged(path: str | os.PathLike[str], layout: Layout = "words") -> Tagged:
    """Read a file of tagged sentences, compressed or not.

    Raises:
        DataError: It is missing, empty or malformed; the message names file and line.
    """
    plain = plain_bytes(file_bytes(path), str(path))
    return parse_tagged(io.BytesIO(plain), str(path), layout)


def parse_tagged(lines: Iterable[bytes], name: str, layout: Layout = "words") -> Tagged:
    """Parse lines of tagged tokens."""
    labels: list[tuple[str, ...]] = []
    sentences: list[tuple[str, ...]] = []
    tags: list[str] = []
    tokens: list[str] = []
    expected = "`token<TAB>tag`" if layout == "words" else "`tag<TAB>attribute<TAB>...`"

    def finish() -> None:
        if tokens:
            labels.append(tuple(tags))
            sentences.append(tuple(tokens))
            tags.clear()
            tokens.clear()

    # Attributes are bytes, as the models that read them have them.
    unread = "surrogateescape" if layout == "attributes" else "strict"
    for number, line in decoded_lines(lines, name, unread):
        if not line.strip():
            finish()
            continue
        if layout == "words":
            token, tab, tag = line.partition("\t")
            tag = tag.rpartition("\t")[2]
        else:
            tag, tab, token = line.partition("\t")
        if layout == "words" and not tab:
            raise DataError(f"{name}, line {number}: no tab; expected {expected}")
        if not tag.strip() or (layout == "words" and not token.strip()):
            raise DataError(f"{name}, line {number}: the token or its tag is empty")
        if len(tokens) == MAX_TOKENS:
            raise DataError(
                f"{name}, line {number}: a sentence of more than {MAX_TOKENS:,} tokens; "
                "end sentences with a blank line"
            )
        tags.append(tag)
        tokens.append(token)
    finish()
    if not sentences:
        raise DataError(f"{name}: no sentences; expected lines of {expected}")
    return Tagged(tuple(labels), tuple(sentences))
