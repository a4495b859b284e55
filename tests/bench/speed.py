"""Speed of a packed artifact against its float model; the program's start against NumPy's."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import nlucompress as nc
from tests.bench import measure

SAMPLE = Path(__file__).parents[2] / "sample_data"
SINGLE = 300  # texts that are classified one by one
_IMPORT = re.compile(r"import time: +([0-9]+) \| +([0-9]+) \| ( *)(\S+)")


def sample_models(examples: nc.Examples, dev: nc.Examples | None = None) -> dict[str, nc.Model]:
    """A float model and its packed artifact."""
    full = nc.train(examples, dev)
    return {
        "float": full,
        "packed": nc.pack(nc.phash(nc.quantize(full, nc.QuantizeOptions(bits=5)))),
    }


def throughput(
    models: Mapping[str, nc.Model], texts: Sequence[str], rounds: int
) -> dict[str, dict[str, float]]:
    """Per model: texts per second in a batch and one by one, each also by that of ``float``."""
    few = texts[:SINGLE]
    with tempfile.TemporaryDirectory() as folder:
        classifiers = {}
        for name, model in models.items():
            path = Path(folder) / f"{name}.nlu"
            nc.save(model, path, overwrite=True)
            classifiers[name] = nc.Classifier(nc.load(path))

        def batch(name: str) -> float:
            return measure.timed(lambda: classifiers[name].predict(texts))

        def single(name: str) -> float:
            return measure.timed(lambda: [classifiers[name].predict([text]) for text in few])

        found: dict[str, dict[str, float]] = {name: {} for name in models}
        for what, run, count in (("batch", batch, len(texts)), ("single", single, len(few))):
            actions = {name: partial(run, name) for name in models}
            seconds = measure.alternate(actions, rounds)
            for name in models:
                found[name][what] = count / sorted(seconds[name])[rounds // 2]
                found[name][f"{what}_by_float"] = 1 / measure.median_ratio(seconds, name, "float")
    return found


def cold_start(model: nc.Model, text: str, rounds: int) -> dict[str, float]:
    """Seconds of starting, by those of a Python that imports NumPy and leaves."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.nlu"
        nc.save(model, path, overwrite=True)
        commands = {
            "predict one line": ((*measure.PROGRAM, "predict", str(path)), f"{text}\n"),
            "--version": ((*measure.PROGRAM, "--version"), ""),
            "import numpy": ((sys.executable, "-c", "import numpy"), ""),
            "python alone": ((sys.executable, "-c", ""), ""),
        }
        actions = {name: partial(_seconds, *command) for name, command in commands.items()}
        seconds = measure.alternate(actions, rounds)
    return {name: measure.median_ratio(seconds, name, "import numpy") for name in commands}


def _seconds(command: Sequence[str], stdin: str) -> float:
    return measure.run_child(command, stdin).seconds


def import_times(model: nc.Model, text: str, most: int = 15) -> list[tuple[str, float]]:
    """Modules that cost most of ``predict`` to import by themselves, in shares of all imports."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.nlu"
        nc.save(model, path, overwrite=True)
        program = [sys.executable, "-X", "importtime", "-m", "nlucompress", "predict", str(path)]
        done = subprocess.run(
            program, input=f"{text}\n", capture_output=True, text=True, check=True
        )
    own: dict[str, int] = {}
    for micros, _, _, name in _IMPORT.findall(done.stderr):
        package = ".".join(name.split(".")[: 3 if name.startswith("nlucompress") else 1])
        own[package] = own.get(package, 0) + int(micros)
    whole = sum(own.values())
    ranked = sorted(own.items(), key=lambda item: -item[1])[:most]
    return [(name, micros / whole) for name, micros in ranked]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--imports", action="store_true", help="also where the start goes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    chosen = parser.parse_args()
    train, dev, test = (nc.read_examples(SAMPLE / f"{p}.tsv") for p in ("train", "dev", "test"))
    models = sample_models(train, dev)
    figures: dict[str, Any] = {"utterances": throughput(models, test.texts, chosen.rounds)}
    rows = [
        [name, *(f"{each[key]:{form}}" for key, form in _COLUMNS)]
        for name, each in figures["utterances"].items()
    ]
    headings = ("model", "batch, per second", "by float", "one by one, per second", "by float")
    measure.show("Utterances", headings, rows)
    figures["start_by_numpy"] = cold_start(models["packed"], test.texts[0], chosen.rounds)
    rows = [[name, f"{ratio:.2f}"] for name, ratio in figures["start_by_numpy"].items()]
    measure.show("Start", ("", "time by that of `import numpy`"), rows)
    if chosen.imports:
        shares = import_times(models["packed"], test.texts[0])
        measure.show("Imports of predict", ("", "share"), [[n, f"{s:.1%}"] for n, s in shares])
    measure.write_json(chosen.json, figures)
    return 0


_COLUMNS = (
    ("batch", ",.0f"),
    ("batch_by_float", ".2f"),
    ("single", ",.0f"),
    ("single_by_float", ".2f"),
)

if __name__ == "__main__":
    sys.exit(main())
