"""The options of a vectorizer of scikit-learn to the description of features."""

from __future__ import annotations

import re
from typing import Any

from nlucompress.importers.sklearn.estimator import Estimator

MAX_N = 64
OTHERS = r"|[^\w\s]"  # or else one character that is neither of a word nor white space
# Runs of one class of characters, perhaps between \b: (class)(class)*(+ or {n,}); perhaps OTHERS.
_PATTERN = re.compile(
    r"(?:\(\?u\))?(\\b)?"
    r"(\\w|\\S|\[\^\\s\]|\[(?:\\w|[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9_'])+(?:\\?-)?\])"
    r"((?:\2)*)(?:\+|\{([0-9]{1,3}),\})(\\b)?(\|\[\^(?:\\w\\s|\\s\\w)\])?"
)


def part_of(
    first: Estimator, tfidf: Estimator | None, hashing: bool, width: int, where: str
) -> dict[str, Any]:
    """The description of a vectorizer, whose fields are those of FORMAT.md.

    Raises:
        FormatError: An option is not supported.
    """
    for option in ("preprocessor", "tokenizer"):
        if first.get(option) is not None:
            raise first.refuse(option, where, "is a function, which no file describes")
    known: dict[str, tuple[Any, ...]] = {
        "input": ("content",),
        "analyzer": ("word", "char", "char_wb"),
        "strip_accents": (None, "unicode", "ascii"),
        "lowercase": (True, False),
        "binary": (True, False),
    }
    for option, values in known.items():
        if not any(first.get(option) is value or first.get(option) == value for value in values):
            raise first.refuse(option, where)
    ngrams = first.get("ngram_range")
    whole = isinstance(ngrams, (tuple, list)) and all(type(n) is int for n in ngrams)
    if not whole or len(ngrams) != 2 or not 1 <= ngrams[0] <= ngrams[1] <= MAX_N:
        raise first.refuse("ngram_range", where)
    is_word = first.get("analyzer") == "word"
    characters, shortest, bounded = _tokens(first, where) if is_word else (r"\w", 2, False)
    weighting = "binary" if first.get("binary") else "count"
    norm = first.get("norm") if hashing else None
    signed = hashing and bool(first.get("alternate_sign"))
    if tfidf is not None:
        if norm is not None:
            raise first.refuse("norm", where, "before a TfidfTransformer is not supported; None is")
        norm = tfidf.get("norm")
        if tfidf.get("sublinear_tf") and weighting == "count":
            weighting = "logarithm"
        if signed and weighting == "logarithm":
            raise tfidf.refuse("sublinear_tf", where, "with alternate_sign is not supported")
    if norm not in (None, "l1", "l2"):
        raise (tfidf or first).refuse("norm", where)
    return {
        "analyzer": first.get("analyzer"),
        "ngrams": list(ngrams),
        "lowercase": first.get("lowercase"),
        "accents": first.get("strip_accents") or "",
        "characters": characters,
        "shortest": shortest,
        "bounded": bounded,
        "stop_words": _stop_words(first, where) if is_word else [],
        "weighting": weighting,
        "norm": norm or "",
        # A norm of hashed n-grams without frequencies counts them all, each by its own value.
        "vocabulary": norm is not None
        and not (hashing and (tfidf is None or not tfidf.get("use_idf"))),
        "buckets": width if hashing else 0,
        "signed": signed,
    }


def _tokens(first: Estimator, where: str) -> tuple[str, int, bool]:
    """What a word is: characters, how many at least, and whether between \\b."""
    pattern = first.get("token_pattern")
    found = _PATTERN.fullmatch(pattern) if isinstance(pattern, str) else None
    if found is None or bool(found[1]) != bool(found[5]):
        raise first.refuse(
            "token_pattern",
            where,
            r"is not supported; runs of \w, \S, [a-z0-9] or [\w-] are, and |[^\w\s] behind them",
        )
    kind = r"\S" if found[2] == r"[^\s]" else found[2].replace(r"\-", "-")
    more = len(found[3]) // len(found[2])
    shortest = more + int(found[4] or 1)
    # Between \b or not, runs of \w are the same.
    bounded = bool(found[1]) and kind != r"\w"
    if not 1 <= shortest <= MAX_N:
        raise first.refuse("token_pattern", where)
    return kind + (OTHERS if found[6] else ""), shortest, bounded


def _stop_words(first: Estimator, where: str) -> list[str]:
    """Words that are left out before n-grams are made.

    Of single words only those matter that are keys, as those of a fixed vocabulary may be.
    """
    found = first.get("stop_words")
    keys: Any = None
    if first.name != "HashingVectorizer" and tuple(first.get("ngram_range")) == (1, 1):
        keys = first.get("vocabulary_") if first.get("vocabulary") is not None else ()
    if found is None or (keys == () and found == "english"):
        return []
    if found == "english":
        try:
            from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
        except ImportError:
            raise first.refuse(
                "stop_words", where, "is a list of scikit-learn's: install it to import this"
            ) from None
        found = ENGLISH_STOP_WORDS
    if not isinstance(found, (list, tuple, set, frozenset)):
        raise first.refuse("stop_words", where)
    if not all(isinstance(word, str) for word in found):
        raise first.refuse("stop_words", where)
    return sorted(word for word in set(found) if keys is None or word in keys)
