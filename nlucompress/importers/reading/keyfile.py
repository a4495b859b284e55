"""Keys of a table's rows from a file: one key a line, or the vocabulary of a ``tokenizer.json``.

The latter is that of the Hugging Face tokenizers library: WordPiece, WordLevel and BPE have an
object of token -> id, Unigram a list of [token, score] in the order of the ids, and tokens that
were added stand beside it. The keys come in the order of the ids, which must leave none out.
"""

from __future__ import annotations

import json
from typing import Any

from nlucompress.errors import DataError, FormatError
from nlucompress.format.frame.canonical import is_text
from nlucompress.format.indexes.kinds import Strings
from nlucompress.importers.reading.keylist import KeyList
from nlucompress.io.foreign import LOOK, instead_of_text
from nlucompress.io.sources import BOM, Opened, opened

KEYS_AT_ONCE = 1 << 16


def read_keys(source: Opened) -> Strings:
    """Read one key per line, as text files of vectors end their lines, or a ``tokenizer.json``.

    Raises:
        DataError: A line is blank or no UTF-8, a key occurs twice, or there is none.
        FormatError: A tokenizer is malformed.
    """
    with opened(source) as stream:
        text = stream.read().removeprefix(BOM)
        if what := instead_of_text(text[:LOOK]):
            raise DataError(f"{stream.name}: no text, but {what}")
        if not text:
            raise stream.empty()
        if stream.name.endswith(".json") or (text.lstrip()[:1] == b"{" and b'"vocab"' in text):
            return Strings.of(tokens_of(text, stream.name))
        return _lines(text, stream.name)


def _lines(text: bytes, where: str) -> Strings:
    keys = KeyList()
    lines = [line.removesuffix(b"\r") for line in text.split(b"\n")]
    for _ in range(2):  # what follows the last line end, and one blank line
        if len(lines) > 1 and not lines[-1]:
            lines.pop()
    try:
        text.decode()
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        raise DataError(f"{where}: line {line}: no valid UTF-8") from None
    if b"" in lines:
        line = lines.index(b"") + 1
        raise DataError(f"{where}: line {line}: the line is blank: a row needs a key")
    for begin in range(0, len(lines), KEYS_AT_ONCE):
        keys.extend(lines[begin : begin + KEYS_AT_ONCE])
    return keys.finish(where, 1)


def tokens_of(text: bytes, where: str) -> list[str]:
    """The tokens of a ``tokenizer.json`` in the order of their ids.

    Raises:
        FormatError: It is malformed, or an id has no token or two.
    """
    by_id = {number: token for token, number in _numbered(load_json(text, where), where)}
    missing = next((at for at in range(len(by_id)) if at not in by_id), None)
    if missing is not None:
        raise FormatError(f"{where}: no token has the id {missing}; ids must leave none out")
    return [by_id[at] for at in range(len(by_id))]


def load_json(text: bytes, where: str) -> Any:
    """A JSON file.

    Raises:
        FormatError: It is none.
    """
    try:
        return json.loads(text.decode())
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{where}: no valid JSON ({str(error)[:80]})") from None


def _numbered(tokenizer: Any, where: str) -> list[tuple[str, int]]:
    """Every token with its id, no id and no token twice."""
    model = tokenizer.get("model") if isinstance(tokenizer, dict) else None
    vocabulary = model.get("vocab") if isinstance(model, dict) else None
    if isinstance(vocabulary, dict):
        pairs = list(vocabulary.items())
    elif isinstance(vocabulary, list) and all(isinstance(e, list) and e for e in vocabulary):
        pairs = [(entry[0], at) for at, entry in enumerate(vocabulary)]
    else:
        raise FormatError(f"{where}: this tokenizer has no vocabulary; is it a tokenizer.json?")
    added = tokenizer.get("added_tokens") or []
    if not isinstance(added, list) or not all(isinstance(each, dict) for each in added):
        raise FormatError(f"{where}: the added tokens are malformed")
    found = dict(pairs) if all(isinstance(token, str) for token, _ in pairs) else {}
    found |= {
        each["content"]: each.get("id") for each in added if isinstance(each.get("content"), str)
    }
    if not found or not all(type(number) is int and number >= 0 for number in found.values()):
        raise FormatError(f"{where}: the vocabulary is empty, or its ids are not numbers")
    if len(found) < len(pairs) or len(set(found.values())) < len(found):
        raise FormatError(f"{where}: a token or an id occurs twice in the vocabulary")
    for token in found:
        if not is_text(token):
            raise FormatError(f"{where}: the token {token!a} holds a lone surrogate")
    return list(found.items())
