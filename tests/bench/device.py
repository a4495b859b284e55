"""The C reader's time per utterance beside the package's, and what loading an artifact takes."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from shutil import which

import nlucompress as nc
from tests.bench import measure
from tests.bench.speed import SAMPLE, sample_models

NATIVE = Path(nc.__file__).parent / "native"
REPEAT = 5  # times that all utterances are given to the program: its start must not count


def build(folder: Path) -> Path | None:
    """The program ``nlu-predict`` at -O2, stripped; None without a C compiler."""
    compiler = which("cc") or which("gcc") or which("clang")
    if compiler is None:
        return None
    program = folder / "nlu-predict"
    source = str(NATIVE / "nlu-predict.c")
    subprocess.run([compiler, "-std=c99", "-O2", "-s", "-o", str(program), source], check=True)
    return program


def reader(program: Path, artifact: Path, texts: Sequence[str], rounds: int) -> float:
    """Median seconds per utterance of the C program, its start and its output taken off."""
    lines = artifact.with_suffix(".txt")
    lines.write_text("\n".join([*texts] * REPEAT) + "\n", encoding="utf-8")

    def seconds_of(path: Path) -> float:
        with path.open("rb") as stdin:
            run = partial(subprocess.run, stdin=stdin, stdout=subprocess.DEVNULL, check=True)
            return measure.timed(lambda: run([str(program), str(artifact)]))

    actions = {
        "many": partial(seconds_of, lines),
        "none": partial(seconds_of, Path(os.devnull)),
    }
    seconds = measure.alternate(actions, rounds)
    spent = statistics.median(seconds["many"]) - statistics.median(seconds["none"])
    return spent / (len(texts) * REPEAT)


def package(artifact: Path, texts: Sequence[str], rounds: int) -> dict[str, float]:
    """Median seconds per utterance of the package, in a batch and one by one, and of loading."""
    classifier = nc.Classifier(nc.load(artifact))
    few = texts[:300]
    actions = {
        "batch": lambda: measure.timed(lambda: classifier.predict(texts)) / len(texts),
        "one by one": lambda: (
            measure.timed(lambda: [classifier.predict([text]) for text in few]) / len(few)
        ),
        "load": lambda: measure.timed(lambda: nc.Classifier(nc.load(artifact))),
    }
    seconds = measure.alternate(actions, rounds)
    return {name: statistics.median(taken) for name, taken in seconds.items()}


def resident(artifact: Path, text: str) -> int:
    """Bytes of memory that a Python takes above its imports to load and to classify once."""
    size = "int(open('/proc/self/statm').read().split()[1]) * os.sysconf('SC_PAGE_SIZE')"
    use = (
        f"import os, nlucompress as nc; nc.load, nc.Classifier; before = {size}; "
        f"nc.Classifier(nc.load({str(artifact)!r})).predict([{text!r}]); print({size} - before)"
    )
    return int(measure.run_child((sys.executable, "-c", use)).output)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--data", type=Path, help="a folder with clinc150/; else the sample data")
    chosen = parser.parse_args()
    folder = chosen.data / "clinc150" if chosen.data else SAMPLE
    train, dev, test = (
        nc.read_examples(folder / f"{part}.tsv") for part in ("train", "dev", "test")
    )
    with tempfile.TemporaryDirectory() as scratch:
        artifact = Path(scratch) / "small.nlu"
        size = nc.save(sample_models(train, dev)["packed"], artifact, overwrite=True)
        program = build(Path(scratch))
        rows = [["artifact", f"{size:,} bytes, {len(set(train.labels))} labels"]]
        if sys.platform == "linux":
            above = resident(artifact, test.texts[0])
            rows.append(["resident above the imports", f"{above:,} bytes"])
        taken = package(artifact, test.texts, chosen.rounds)
        rows += [[f"package, {name}", f"{1e6 * each:.1f} us"] for name, each in taken.items()]
        if program is not None:
            each = reader(program, artifact, test.texts, chosen.rounds)
            rows.append(["C reader", f"{1e6 * each:.1f} us per utterance"])
            rows.append(["by the package's batch", f"{each / taken['batch']:.2f}"])
            rows.append(["nlu-predict, stripped", f"{program.stat().st_size:,} bytes"])
    measure.show("Device", ("", "median"), rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
