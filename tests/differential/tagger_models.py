"""CRFsuite with its five algorithms, over attributes that may be any bytes; Wapiti."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from tests.differential import texts
from tests.differential.harness import Case, Sentences

ALGORITHMS = ("lbfgs", "l2sgd", "ap", "pa", "arow")
ODD = (b"caf\xe9", b"a --> b", b"tab\tx", b"end\nx", b"co:lon", b"back\\slash", b"\xff")


class CrfSuite:
    """python-crfsuite."""

    NAME, PACKAGE = "CRFsuite", "python-crfsuite"

    @staticmethod
    def cases(seed: int, count: int, folder: Path) -> Iterator[Case]:
        """Models over random attributes with values; every second one by way of its dump."""
        import pycrfsuite

        for number in range(count):
            chance = random.Random(f"{seed} {number}")
            names = [texts.word(chance).encode() for _ in range(12)]
            names += chance.sample(ODD, chance.choice((0, 3)))
            labels = texts.LABELS[: chance.randint(2, 5)]
            algorithm = ALGORITHMS[number % 5]
            trainer = pycrfsuite.Trainer(algorithm, verbose=False)
            for _ in range(40):
                tokens = [_token(chance, names) for _ in range(chance.randint(1, 6))]
                found = [labels[sum(map(len, token)) % len(labels)] for token in tokens]
                trainer.append(pycrfsuite.ItemSequence(tokens), found)
            trainer.set_params({"max_iterations": 8})
            path = folder / f"{number}.crfsuite"
            trainer.train(str(path))
            tagger = pycrfsuite.Tagger()
            tagger.open(str(path))
            unseen = [*names, b"never", b"\xe9"]
            unseen = [name for name in unseen if b"\t" not in name and b"\n" not in name]
            asked = [
                [_token(chance, unseen) for _ in range(chance.randint(1, 7))] for _ in range(20)
            ]
            told = [tagger.tag(pycrfsuite.ItemSequence(tokens)) for tokens in asked]
            lines = [[_line(token) for token in tokens] for tokens in asked]
            yield Case(path, f"{seed} {number} {algorithm}", Sentences(lines, told))


def _token(chance: random.Random, names: list[bytes]) -> dict[bytes, float]:
    chosen = chance.sample(names, chance.randint(1, 3))
    return {name: chance.choice((1.0, 1.0, 0.5, -2.0)) for name in chosen}


def _line(token: dict[bytes, float]) -> str:
    """A line of attributes."""
    cells = []
    for name, value in token.items():
        text = name.decode("utf-8", "surrogateescape")
        cells.append(text.replace("\\", "\\\\").replace(":", "\\:") + f":{value!r}")
    return "\t".join(cells)


class Wapiti:
    """libwapiti."""

    NAME, PACKAGE = "Wapiti", "libwapiti"

    @staticmethod
    def cases(seed: int, count: int, folder: Path) -> Iterator[Case]:
        """Models over words and the ends of their bytes."""
        import wapiti

        for number in range(count):
            chance = random.Random(f"{seed} {number}")
            patterns = ["u:w=%x[0,0]", 'u:s=%m[0,0,"..$"]', "u:p=%x[-1,0]", "b"]
            kept = [each for each in patterns if chance.random() < 0.7] or patterns
            model = wapiti.Model(patterns="\n".join([*kept, ""]), nthread=1, maxiter=8)
            words = [word for word in (texts.word(chance) for _ in range(12)) if " " not in word]
            for _ in range(30):
                tokens = [chance.choice(words) for _ in range(chance.randint(1, 6))]
                lines = [f"{word} {'ABC'[len(word.encode()) % 3]}" for word in tokens]
                model.add_training_sequence("\n".join(lines).encode())
            model.train()
            path = folder / f"{number}.wapiti"
            model.save(str(path))
            asked = [
                [chance.choice([*words, "new"]) for _ in range(chance.randint(1, 6))]
                for _ in range(20)
            ]
            told = [
                model.label_sequence("\n".join(each).encode()).decode().split() for each in asked
            ]
            read = [[_observations(kept, each, at) for at in range(len(each))] for each in asked]
            yield Case(path, f"{seed} {number} {kept}", Sentences(read, told))


def _observations(patterns: list[str], words: list[str], at: int) -> str:
    before = words[at - 1] if at else "_x-1"
    whole = words[at].encode()
    end = (whole[-2:] if len(whole) > 1 else b"").decode("utf-8", "surrogateescape")
    made = {"u:w": f"u:w={words[at]}", "u:s": f"u:s={end}", "u:p": f"u:p={before}"}
    cells = [made[each[:3]] for each in patterns if each[:3] in made]
    return "\t".join(cell.replace("\\", "\\\\").replace(":", "\\:") for cell in cells)
