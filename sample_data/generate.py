"""Write the sample data: labelled utterances for an imaginary car voice assistant.

The wording lives in ``grammar.json`` beside this script; this file expands the templates,
adds the noise of real users and deals the result into splits that share no utterance.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict, TypeVar

HERE = Path(__file__).resolve().parent
SPLIT_SIZES = {"train": 4800, "dev": 600, "test": 1200, "utterances": 30}

# The difficulty of the task. Every HELD_OUT_STEP-th value of a slot and the "late" templates
# never reach the training split, so that the other splits also ask for generalization.
HELD_OUT_STEP = 5
LATE_RATE = 0.02
OPENER_RATE = 0.30
CLOSER_RATE = 0.18
PUNCTUATION_RATE = 0.10
TYPO_RATE = 0.08

CHOICE = re.compile(r"\[([^\[\]]*)\]")
SLOT = re.compile(r"\{(\w+)\}")
QUESTION = re.compile(
    r"(how|what|when|where|who|why|which|is|are|do|does|did|will|can|has|have|any)\b|"
    r"(what|how|where)'s\b"
)

T = TypeVar("T")


class Intent(TypedDict):
    """How often an intent is drawn, and its templates; ``late`` ones skip the training split."""

    weight: int
    templates: list[str]
    late: list[str]


class Grammar(TypedDict):
    """The content of ``grammar.json``."""

    slots: dict[str, list[str]]
    openers: dict[str, list[str]]
    command_verbs: list[str]
    closers: list[str]
    intents: dict[str, Intent]


def load_grammar(path: Path = HERE / "grammar.json") -> Grammar:
    """Read the grammar file."""
    grammar: Grammar = json.loads(path.read_text(encoding="utf-8"))
    return grammar


def normalized(text: str) -> str:
    """Return the form in which two utterances count as the same one."""
    kept = "".join(c for c in text.casefold() if c.isalnum() or c.isspace())
    return " ".join(kept.split())


class Generator:
    """Draws utterances from a grammar with one seeded stream of random numbers."""

    def __init__(self, grammar: Grammar, seed: int) -> None:
        """Start the stream of random numbers for this grammar."""
        self._grammar = grammar
        # Only random() is promised to give the same sequence in every Python version.
        self._random = random.Random(seed).random
        self._labels = [
            name
            for name, intent in sorted(grammar["intents"].items())
            for _ in range(intent["weight"])
        ]

    def chance(self, rate: float) -> bool:
        """Return True with the given probability."""
        return self._random() < rate

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options, each with the same probability."""
        return options[int(self._random() * len(options))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in random order."""
        return sorted(items, key=lambda _: self._random())

    def utterance(self, *, training: bool) -> tuple[str, str]:
        """Return one intent and one text for it."""
        label = self.pick(self._labels)
        intent = self._grammar["intents"][label]
        late = not training and self.chance(LATE_RATE)
        template = self.pick(intent["late"] if late else intent["templates"])
        text = self._expand(template, training)
        return label, self._disturb(self._wrap(text))

    def _expand(self, template: str, training: bool) -> str:
        """Replace slots and bracketed alternatives, innermost first, until none is left."""

        def choose(match: re.Match[str]) -> str:
            branches: list[str] = match[1].split("|")
            return self.pick(branches)

        def fill(match: re.Match[str]) -> str:
            values = self._grammar["slots"][match[1]]
            if training:
                values = [v for i, v in enumerate(values) if (i + 1) % HELD_OUT_STEP]
            return self.pick(values)

        text = template
        while CHOICE.search(text) or SLOT.search(text):
            # Alternatives go first: a slot in a branch not taken must cost no random number.
            text = CHOICE.sub(choose, text) if CHOICE.search(text) else SLOT.sub(fill, text)
        return " ".join(text.split())

    def _wrap(self, text: str) -> str:
        """Put filler words around an utterance."""
        question = QUESTION.match(text) is not None
        command = text.split(" ", 1)[0] in self._grammar["command_verbs"]
        if self.chance(OPENER_RATE):
            openers = list(self._grammar["openers"]["any"])
            if question:
                openers += self._grammar["openers"]["question"]
            elif command:
                openers += self._grammar["openers"]["command"]
            text = f"{self.pick(openers)} {text}"
        if command and self.chance(CLOSER_RATE):
            text = f"{text} {self.pick(self._grammar['closers'])}"
        if self.chance(PUNCTUATION_RATE):
            text += "?" if question else "."
        return text

    def _disturb(self, text: str) -> str:
        """Add what users do to a text: typing errors, other letter case, other apostrophes."""
        if self.chance(TYPO_RATE):
            words = text.split(" ")
            at = int(self._random() * len(words))
            text = " ".join([*words[:at], self._mistype(words[at]), *words[at + 1 :]])
        if self.chance(0.15):
            text = text.replace("'", "")
        elif self.chance(0.12):
            text = text.replace("'", "\u2019")
        if self.chance(0.40):
            text = text.lower()
        elif self.chance(0.15):
            text = text[:1].upper() + text[1:]
        elif self.chance(0.03):
            text = text.upper()
        return text

    def _mistype(self, word: str) -> str:
        """Swap, drop or double one letter inside a word; leave short words and numbers alone."""
        if len(word) < 3 or not word.isalpha():
            return word
        at = int(self._random() * (len(word) - 1))
        swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        dropped = word[:at] + word[at + 1 :]
        doubled = word[: at + 1] + word[at:]
        return self.pick([swapped, dropped, doubled])


def generate(seed: int) -> dict[str, list[tuple[str, str]]]:
    """Return the splits and the ``utterances``, no two of their texts the same when normalized."""
    generator = Generator(load_grammar(), seed)
    splits: dict[str, list[tuple[str, str]]] = {name: [] for name in SPLIT_SIZES}
    seen: set[str] = set()
    # Filled one after the other, the first split would take the short common phrases for itself.
    deck = generator.shuffled([name for name, size in SPLIT_SIZES.items() for _ in range(size)])
    for name in deck:
        row = generator.utterance(training=name == "train")
        while normalized(row[1]) in seen:
            row = generator.utterance(training=name == "train")
        seen.add(normalized(row[1]))
        splits[name].append(row)
    return splits


def write(splits: dict[str, list[tuple[str, str]]], folder: Path) -> None:
    """Write every split as ``intent<TAB>text`` lines, and the unlabelled lines as text alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in splits.items():
        if name == "utterances":
            path, lines = folder / "utterances.txt", [text for _, text in rows]
        else:
            path, lines = folder / f"{name}.tsv", [f"{label}\t{text}" for label, text in rows]
        path.write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8"))


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Write the sample data.")
    parser.add_argument("--seed", type=int, default=7, help="default: 7")
    parser.add_argument("--out", type=Path, default=HERE, help="folder; default: this script's")
    options = parser.parse_args()
    write(generate(options.seed), options.out)


if __name__ == "__main__":
    main()
