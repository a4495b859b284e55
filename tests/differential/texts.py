"""Seeded texts in several languages, with the odd characters that tools treat in their own ways."""

from __future__ import annotations

import random

_TEXT = """
turn the heating on off it's state-of-the-art 7up 3.14 a I e-mail C++ don't
café naïve Zürich straße STRASSE ÉTÉ été œuvre İstanbul ﬁnd ½ x²
ὀδός ΟΔΟΣ Привет мир שלום नमस्ते สวัสดี 東京 你好 世界 서울 😀 👍🏽 … — « » ! ? , .
"""
WORDS = tuple(_TEXT.split())
LABELS = ("on", "off", "__label__x", "größe", "a b", "7", "c:d")


def word(chance: random.Random) -> str:
    """A word, sometimes made of two."""
    made = chance.choice(WORDS)
    return made + chance.choice(("", "", "", "", chance.choice(WORDS)))


def text(chance: random.Random, most: int = 9) -> str:
    """Words with white space of several kinds between; sometimes none."""
    words = [word(chance) for _ in range(chance.randint(0, most))]
    return chance.choice((" ", " ", " ", "  ", "\t", "\u00a0")).join(words)


def labelled(chance: random.Random, count: int, labels: tuple[str, ...]) -> list[tuple[str, str]]:
    """Texts whose labels show in them: a word in two belongs to a label."""
    own = {label: chance.sample(WORDS, 4) for label in labels}
    made = []
    for number in range(count):
        label = labels[number % len(labels)]
        words = [chance.choice((word(chance), chance.choice(own[label]))) for _ in range(6)]
        made.append((label, " ".join(words)))
    return made
