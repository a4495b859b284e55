"""Time per answer of a packed linear model against quantized fastText models, in one process.

fastText is trained with ten threads (with fewer it leaves a part of its matrix uninitialized) and
quantized without a cut, so that its file is no smaller than ours. Every figure is the median CPU
time of rounds that take turns; the C reader is nlu-predict with its start taken off.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import nlucompress as nc
from tests.bench import device, measure
from tests.bench.speed import SAMPLE, SINGLE, sample_models

DIMENSIONS = (10, 20, 50)
REPEAT = 5  # times that all texts are given to the C program: its start must not count
EPOCHS, RATE, BUCKETS = 50, 1.0, 20_000


def fasttext_models(train: nc.Examples, folder: Path) -> dict[str, Path]:
    """Quantized models of several widths, by name."""
    import fasttext

    lines = [f"__label__{label} {text}" for label, text in zip(*_pairs(train), strict=True)]
    (folder / "train.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    made = {}
    for width in DIMENSIONS:
        model = fasttext.train_supervised(
            str(folder / "train.txt"),
            dim=width,
            epoch=EPOCHS,
            lr=RATE,
            wordNgrams=2,
            bucket=BUCKETS,
            thread=10,
            verbose=0,
        )
        model.quantize(input=str(folder / "train.txt"), retrain=False)
        path = folder / f"{width}.ftz"
        model.save_model(str(path))
        made[f"fastText, {width} dimensions"] = path
    return made


def _pairs(examples: nc.Examples) -> tuple[Sequence[str], Sequence[str]]:
    return examples.labels, examples.texts


def accuracy(answers: Sequence[str], labels: Sequence[str]) -> float:
    """The share of answers that are right."""
    return sum(one == other for one, other in zip(answers, labels, strict=True)) / len(labels)


def _answers(model: Any, texts: Sequence[str]) -> list[str]:
    """Without the Python layer of fastText, which breaks under newer versions of NumPy."""
    found = model.f.multilinePredict([f"{text}\n" for text in texts], 1, 0.0, "strict")[0]
    return [labels[0].removeprefix("__label__") for labels in found]


def _cpu_seconds(action: Callable[[], object]) -> float:
    begin = time.process_time()
    action()
    return time.process_time() - begin


def reader_seconds(program: Path, artifact: Path, texts: Sequence[str], rounds: int) -> float:
    """Median CPU seconds per text of the C program, its start taken off."""
    lines = artifact.with_suffix(".txt")
    lines.write_text("\n".join([*texts] * REPEAT) + "\n", encoding="utf-8")

    def seconds_of(path: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with open(path, "rb") as stdin:
            command = [str(program), str(artifact)]
            subprocess.run(command, stdin=stdin, stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    taken = [seconds_of(str(lines)) - seconds_of(os.devnull) for _ in range(rounds)]
    return median(taken) / (len(texts) * REPEAT)


def compared(
    classifier: nc.Classifier, others: dict[str, Any], test: nc.Examples, rounds: int
) -> list[list[str]]:
    """A row per model: accuracy, microseconds in a batch and one by one, and our share of them."""
    texts, few = list(test.texts), list(test.texts[:SINGLE])
    ways: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "ours": (
            lambda: classifier.predict(texts),
            lambda: [classifier.predict([text]) for text in few],
        )
    }
    right = {"ours": accuracy(classifier.predict(texts), test.labels)}
    for name, model in others.items():
        ways[name] = (
            lambda model=model: _answers(model, texts),  # type: ignore[misc]
            lambda model=model: [model.f.predict(f"{text}\n", 1, 0.0, "strict") for text in few],  # type: ignore[misc]
        )
        right[name] = accuracy(_answers(model, texts), test.labels)
    seconds = [
        measure.alternate(
            {name: lambda way=way[k]: _cpu_seconds(way) for name, way in ways.items()},  # type: ignore[misc]
            rounds,
        )
        for k in range(2)
    ]
    rows = []
    for name in ways:
        cells = [name, f"{right[name]:.2%}"]
        for taken, count in zip(seconds, (len(texts), len(few)), strict=True):
            share = measure.median_ratio(taken, "ours", name)
            cells += [f"{1e6 * median(taken[name]) / count:.1f}", f"{share:.2f}"]
        rows.append(cells)
    return rows


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--data", type=Path, help="a folder with clinc150/; else the sample data")
    chosen = parser.parse_args()
    folder = chosen.data / "clinc150" if chosen.data else SAMPLE
    train, dev, test = (nc.read_examples(folder / f"{p}.tsv") for p in ("train", "dev", "test"))
    with tempfile.TemporaryDirectory() as scratch:
        import fasttext

        artifact = Path(scratch) / "small.nlu"
        size = nc.save(sample_models(train, dev)["packed"], artifact, overwrite=True)
        paths = fasttext_models(train, Path(scratch))
        sizes = {"ours": size, **{name: path.stat().st_size for name, path in paths.items()}}
        others = {name: fasttext.load_model(str(path)) for name, path in paths.items()}
        rows = compared(nc.Classifier(nc.load(artifact)), others, test, chosen.rounds)
        for row in rows:
            row.insert(1, f"{sizes[row[0]]:,}")
        program = device.build(Path(scratch))
        if program is not None:
            each = reader_seconds(program, artifact, test.texts, chosen.rounds)
            rows.append(["C reader", f"{size:,}", rows[0][2], f"{1e6 * each:.1f}", "", "", ""])
    headings = ("model", "bytes", "accuracy", "batch us", "ours by it", "one us", "ours by it")
    measure.show("Answers", headings, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
