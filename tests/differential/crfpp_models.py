"""CRF++: `crf_learn` and `crf_test` on the path, which no package registry has for every system."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.differential import texts
from tests.differential.harness import Case, Sentences


class CrfPp:
    """CRF++'s programs."""

    NAME, PACKAGE = "CRF++", "crfpp"

    @staticmethod
    def cases(seed: int, count: int, folder: Path) -> Iterator[Case]:
        """CRFs and MIRA over words and their neighbours, as text and binary files."""
        if shutil.which("crf_learn") is None or shutil.which("crf_test") is None:
            raise ImportError("crf_learn and crf_test are not on the path")
        for number in range(count):
            chance = random.Random(f"{seed} {number}")
            words = [word for word in (texts.word(chance) for _ in range(12)) if word.strip()]
            columns = chance.sample((-2, -1, 0, 1), chance.randint(1, 3))
            pair = chance.random() < 0.3
            templates = [f"U{at:02}:%x[{at_row},0]" for at, at_row in enumerate(columns)]
            templates += ["U90:%x[-1,0]/%x[0,0]"] * pair
            templates += ["B"] * chance.choice((0, 1, 1))
            labels = [label.replace(" ", "_") for label in texts.LABELS[: chance.randint(2, 4)]]
            train = folder / f"{number}.train"
            train.write_text(
                "\n".join(_trained(chance, words, labels) for _ in range(30)), encoding="utf-8"
            )
            template = folder / f"{number}.template"
            template.write_text("\n".join([*templates, ""]), encoding="utf-8")
            path = folder / f"{number}.crfpp"
            kind = chance.choice(("CRF-L2", "CRF-L2", "CRF-L1", "MIRA"))
            options = ["-t", "-m", "15", "-a", kind, "-c", chance.choice(("1", "4"))]
            files = [str(template), str(train), str(path)]
            done = subprocess.run(["crf_learn", *options, *files], capture_output=True, check=False)
            if done.returncode:  # L1 finds no step now and then
                continue
            asked = [
                [chance.choice([*words, "new"]) for _ in range(chance.randint(1, 6))]
                for _ in range(20)
            ]
            text = "".join("".join(f"{word}\n" for word in each) + "\n" for each in asked)
            done = subprocess.run(
                ["crf_test", "-m", str(path)], input=text.encode(), capture_output=True, check=True
            )
            blocks = done.stdout.decode().rstrip("\n").split("\n\n")
            told = [[line.split("\t")[-1] for line in block.split("\n")] for block in blocks]
            read = [[_line(columns, pair, each, at) for at in range(len(each))] for each in asked]
            if chance.random() < 0.5:
                path = path.with_suffix(".crfpp.txt")
            yield Case(path, f"{seed} {number} {options} {templates}", Sentences(read, told))


def _trained(chance: random.Random, words: list[str], labels: list[str]) -> str:
    tokens = [chance.choice(words) for _ in range(chance.randint(1, 6))]
    return "".join(f"{word}\t{labels[len(word.encode()) % len(labels)]}\n" for word in tokens)


def _line(columns: list[int], pair: bool, words: list[str], at: int) -> str:
    """A token's attributes, as the templates make them."""
    seen = {row: _word(words, at + row) for row in (-2, -1, 0, 1)}
    cells = [f"U{number:02}:{seen[row]}" for number, row in enumerate(columns)]
    cells += [f"U90:{seen[-1]}/{seen[0]}"] * pair
    return "\t".join(cell.replace("\\", "\\\\").replace(":", "\\:") for cell in cells)


def _word(words: list[str], at: int) -> str:
    if at < 0:
        return f"_B{at}"
    return words[at] if at < len(words) else f"_B+{at - len(words) + 1}"
