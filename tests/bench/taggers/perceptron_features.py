"""Greedy tagging with an averaged perceptron, with the feature templates that NLTK publishes.

A token's features need the two tags before it, so all sentences advance by one token at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import nlucompress as nc
from nlucompress.networks.tagger import Tagger

Sentence = Sequence[str]
Best = Callable[[list[list[str]]], list[str]]  # the best tag of each list of features


def features(context: Sequence[str], at: int, before: str, before2: str) -> list[str]:
    """The features of the word at a place of a padded and normalized sentence."""
    word = context[at]
    return [
        "bias",
        f"i word {word}",
        f"i-1 tag {before}",
        f"i-2 tag {before2}",
        f"i tag+i-2 tag {before} {before2}",
        f"i-1 tag+i word {before} {word}",
        f"i-1 word {context[at - 1]}",
        f"i-1 suffix {context[at - 1][-3:]}",
        f"i-2 word {context[at - 2]}",
        f"i+1 word {context[at + 1]}",
        f"i+1 suffix {context[at + 1][-3:]}",
        f"i+2 word {context[at + 2]}",
    ]


def normalized(word: str) -> str:
    """Lower case; numbers, years and what has a hyphen become a class."""
    if "-" in word and not word.startswith("-"):
        return "!HYPHEN"
    if word.isdigit() and len(word) == 4:
        return "!YEAR"
    return "!DIGITS" if word[0].isdigit() else word.lower()


def tag(sentences: Sequence[Sentence], tagdict: dict[str, str], best: Best) -> list[list[str]]:
    """The tags of each sentence."""
    padded = [
        ["-START-", "-START2-", *map(normalized, words), "-END-", "-END2-"] for words in sentences
    ]
    tags: list[list[str]] = [[] for _ in sentences]
    for at in range(max(map(len, sentences), default=0)):
        asked, wanted = [], []
        for number, words in enumerate(sentences):
            if at >= len(words):
                continue
            known = tagdict.get(words[at])
            if known is not None:
                tags[number].append(known)
                continue
            before2, before = ["-START-", "-START2-", *tags[number]][-2:]
            word = words[at]
            own = [f"i suffix {word[-3:]}", f"i pref1 {word[0]}"]
            asked.append(own + features(padded[number], at + 2, before, before2))
            wanted.append(number)
        for number, found in zip(wanted, best(asked) if asked else [], strict=True):
            tags[number].append(found)
    return tags


def plain(sentences: Sequence[Sentence], parts: dict[str, Any]) -> list[list[str]]:
    """Tags by the weights as the JSON file has them, in binary64."""
    weights, classes = parts["weights"], parts["classes"]

    def best(asked: list[list[str]]) -> list[str]:
        found = []
        for each in asked:
            scores = dict.fromkeys(classes, 0.0)
            for feature in each:
                for label, weight in weights.get(feature, {}).items():
                    scores[label] += weight
            found.append(max(classes, key=lambda label: (scores[label], label)))
        return found

    return tag(sentences, parts["tagdict"], best)


def imported(sentences: Sequence[Sentence], model: nc.Model) -> list[list[str]]:
    """Tags by a model, packed or not."""
    tagger = Tagger(model)
    words = sorted({word for sentence in sentences for word in sentence})
    table = model.tables["tagdict"]
    known = table.find(words) >= 0
    rows = table.lookup(words).argmax(axis=1)
    tagdict = {word: model.labels[row] for word, row, is_in in zip(words, rows, known, strict=True)
               if is_in}  # fmt: skip

    def best(asked: list[list[str]]) -> list[str]:
        scores = tagger.scores([[[(name, 1.0) for name in each] for each in asked]])[0]
        return [model.labels[int(row)] for row in np.argmax(scores, axis=1)]

    return tag(sentences, tagdict, best)
