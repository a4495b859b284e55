"""In-scope accuracy and out-of-scope recall of CLINC150, before and after compression.

The data have no out-of-scope texts for development here, so that every tenth one of
`oos_test.tsv` is taken away for that; the others, and the test set in scope, are only measured.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import nlucompress as nc

EVERY = 10
PARTS = ("train", "dev", "test", "oos_test")
LOSSES = ("squared-hinge", "softmax")


def joined(one: nc.Examples, other: nc.Examples) -> nc.Examples:
    """Both, one behind the other."""
    return nc.Examples(one.labels + other.labels, one.texts + other.texts)


def part(examples: nc.Examples, taken: bool) -> nc.Examples:
    """Every tenth example, or the others."""
    at = [k for k in range(len(examples)) if (k % EVERY == 0) == taken]
    labels, texts = examples.labels, examples.texts
    return nc.Examples(tuple(labels[k] for k in at), tuple(texts[k] for k in at))


def rows(folder: Path, loss: str) -> list[str]:
    """A line for the float model and one for the packed one."""
    train, dev, test, outside = (nc.read_examples(folder / f"{name}.tsv") for name in PARTS)
    full = nc.train(train, dev, nc.TrainOptions(loss=loss))  # type: ignore[arg-type]
    full = nc.choose_threshold(full, joined(dev, part(outside, True)))
    small = nc.pack(nc.phash(nc.quantize(full, nc.QuantizeOptions(bits=5))))
    report = nc.evaluate(small, joined(test, part(outside, False)), full)
    assert report.reference is not None
    assert full.unknown is not None
    lines = []
    for name, scope, size in (
        ("float", report.reference.scope, report.reference.size_bytes),
        ("5 bits, packed", report.scope, report.size_bytes),
    ):
        assert scope is not None
        assert scope.accuracy is not None
        assert scope.recall is not None
        assert scope.precision is not None
        lines.append(
            f"{loss:14} {name:15} threshold {full.unknown.threshold:8g}  {size:>9,} bytes  "
            f"in scope {100 * scope.accuracy:.2f} %  recall {100 * scope.recall:.2f} %  "
            f"precision {100 * scope.precision:.2f} %  flips {100 * report.reference.nfr:.2f} %"
        )
    return lines


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder that holds clinc150/")
    data = parser.parse_args().data
    folder = None if data is None else data / "clinc150"
    if folder is None or not (folder / "oos_test.tsv").exists():
        print("out of scope: left out, no --data with clinc150/oos_test.tsv")
        return
    for loss in LOSSES:
        print("\n".join(rows(folder, loss)), flush=True)


if __name__ == "__main__":
    main()
