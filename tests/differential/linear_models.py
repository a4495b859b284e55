"""LIBLINEAR, Vowpal Wabbit and Apache OpenNLP."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from tests.differential import texts
from tests.differential.harness import Case, Labels, Texts


class Liblinear:
    """liblinear-official."""

    NAME, PACKAGE = "LIBLINEAR", "liblinear-official"

    @staticmethod
    def cases(seed: int, count: int, folder: Path) -> Iterator[Case]:
        """Every solver, with and without bias, two classes and more."""
        liblinearutil = import_module("liblinear.liblinearutil")

        for number in range(count):
            chance = random.Random(f"{seed} {number}")
            solver, classes = number % 8, chance.choice((2, 2, 3, 4))
            train = [_features(chance, 20) for _ in range(60)]
            labels = [(1, -1, 7, 12)[int(4 * sum(each)) % classes] for each in train]
            bias = chance.choice(("-1", "1"))
            model = liblinearutil.train(labels, train, f"-s {solver} -B {bias} -q")
            path = folder / f"{number}.liblinear"
            liblinearutil.save_model(str(path), model)
            asked = [_features(chance, 24) for _ in range(30)]
            flags = "-b 1 -q" if solver in (0, 6, 7) else "-q"
            _, _, scores = liblinearutil.predict([], asked, model, flags)
            names = [str(label) for label in model.get_labels()]
            lines = ["\t".join(f"{at}:{value!r}" for at, value in each.items()) for each in asked]
            told = [dict(zip(names[: len(row)], row, strict=True)) for row in scores]
            yield Case(path, f"{seed} {number} -s {solver} -B {bias}", Texts(lines, told))


def _features(chance: random.Random, most: int) -> dict[int, float]:
    return {at: chance.choice((1.0, 0.5, -2.0)) for at in chance.sample(range(1, most), 4)}


class Vowpal:
    """vowpalwabbit."""

    NAME, PACKAGE = "Vowpal Wabbit", "vowpalwabbit"

    @staticmethod
    def cases(seed: int, count: int, folder: Path) -> Iterator[Case]:
        """Readable models of two classes and of one against all."""
        vowpalwabbit = import_module("vowpalwabbit")

        for number in range(count):
            chance = random.Random(f"{seed} {number}")
            classes = chance.choice((2, 3, 4))
            path = folder / f"{number}.vw"
            options = f"-b {chance.choice((10, 18))} --quiet --readable_model {path}"
            options += f" --oaa {classes}" if classes > 2 else " --loss_function logistic"
            options += chance.choice(("", " --ngram 2", " --ngram a2", " --noconstant"))
            options += chance.choice(("", " --hash all", " --hash_seed 3"))
            made = vowpalwabbit.Workspace(options)
            data = texts.labelled(chance, 40, tuple("1234"[:classes]))
            for label, text in data:
                target = label if classes > 2 else {"1": "-1", "2": "1"}[label]
                made.learn(f"{target} {_line(chance, text)}")
            asked = [_line(chance, texts.text(chance)) for _ in range(30)]
            told = [made.predict(line) for line in asked]
            made.finish()
            question: Texts | Labels = Labels(asked, [str(int(each)) for each in told], 1e-4)
            if classes == 2:
                question = Texts(asked, [{"1": float(each)} for each in told])
            yield Case(path, f"{seed} {number} {options}", question)


def _line(chance: random.Random, text: str) -> str:
    words = [word.replace("|", "").replace(":", "") for word in text.split()]
    cells = [word + chance.choice(("", "", ":2", ":-0.5")) for word in words if word]
    half = len(cells) // 2
    return f"|a {' '.join(cells[:half])} |{' '.join(['b', *cells[half:]])}"


class OpenNlp:
    """Debian's package opennlp: its program."""

    NAME, PACKAGE = "Apache OpenNLP", "opennlp"

    @staticmethod
    def cases(seed: int, count: int, folder: Path) -> Iterator[Case]:
        """Document categorizers; a start of Java takes a second, so there are few."""
        if shutil.which("opennlp") is None:
            raise ImportError("Debian's package opennlp is not installed")
        generators = "opennlp.tools.doccat."
        bag, grams = f"{generators}BagOfWordsFeatureGenerator", f"{generators}NGramFeatureGenerator"
        for number in range(min(count, 12)):
            chance = random.Random(f"{seed} {number}")
            data = texts.labelled(chance, 60, ("on", "off", "größe"))
            train = folder / f"{number}.train"
            train.write_text("".join(f"{label} {line}\n" for label, line in data), encoding="utf-8")
            algorithm = chance.choice(("MAXENT", "MAXENT_QN"))
            parameters = folder / f"{number}.params"
            parameters.write_text(f"Algorithm={algorithm}\nIterations=30\nCutoff={number % 3}\n")
            chosen = chance.choice((bag, f"{bag},{grams}", grams))
            path = folder / f"{number}.bin"
            command = [
                "-params",
                str(parameters),
                "-featureGenerators",
                chosen,
                "-model",
                str(path),
            ]
            command += ["-lang", "en", "-data", str(train), "-encoding", "UTF-8"]
            _java(["opennlp", "DoccatTrainer", *command], "")
            asked = [line for line in (texts.text(chance) for _ in range(30)) if line.strip()]
            told = _java(["opennlp", "Doccat", str(path)], "\n\n".join(asked))
            best = [line.split("\t")[0] for line in told.splitlines() if "\t" in line]
            yield Case(path, f"{seed} {number} {algorithm} {chosen}", Labels(asked, best))


def _java(command: list[str], text: str) -> str:
    done = subprocess.run(
        command,
        input=text.encode(),
        capture_output=True,
        check=True,
        env={**os.environ, "JAVA_TOOL_OPTIONS": "-Dfile.encoding=UTF-8"},
    )
    return done.stdout.decode()
