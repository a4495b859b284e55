"""What the rows of weights take by other models of them than the one in the files.

Every model is applied to the same rows, in prefix codes with their tables, as a file would have
them, and as the entropy that an arithmetic coder would reach without tables. The one in the files
takes counts, gaps and symbols as independent but for the class of the row, and tells common rows
beside the counts. Models are trained with the defaults but words of 1 to 3 (`train --words 1-3`),
and quantized by `quantize --bits 5`, or with `--keep 15%` too; the made-up n-grams are drawn.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import nlucompress as nc
from nlucompress.algo.coding import commonrows, entropy, rowcode
from nlucompress.algo.coding.rowcode import Rows, Shape
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import packing
from nlucompress.format.matrices.plain import Dense, Sparse
from nlucompress.networks.linear import closure
from tests.bench import measure
from tests.bench.hashing.static_functions import made_up

Int64 = NDArray[np.int64]
Bits = NDArray[np.float64]  # as entropy, and in prefix codes with their tables


@dataclass(frozen=True)
class Subject:
    """Rows, their shape, the symbol of zero, and of a table of n-grams its keys."""

    rows: Rows
    shape: Shape
    zero: int
    model: nc.Model

    @property
    def of(self) -> Int64:
        """Row of each entry."""
        return np.repeat(np.arange(self.shape.rows), self.rows.counts)

    @property
    def before(self) -> Int64:
        """How many entries of its row stand before each."""
        first = np.cumsum(self.rows.counts) - self.rows.counts
        return np.arange(len(self.rows.columns)) - first[self.of]

    @property
    def classes(self) -> Int64:
        """Class of the row of each entry."""
        return rowcode.count_class(self.rows.counts)[self.of]


def subject(model: nc.Model) -> Subject:
    """The rows of a quantized model."""
    matrix = model.table().matrix
    assert isinstance(matrix, Dense | Sparse)
    elements = packing._elements(matrix)
    height = len(elements.rows.counts)
    shape = Shape(height, elements.columns, True, 1, elements.alphabet, 0)
    return Subject(elements.rows, shape, elements.zero, model)


def written(symbols: Int64, context: Int64) -> Bits:
    """Bits of symbols, each in the code of its context."""
    total = np.zeros(2)
    for each in np.unique(context):
        counts = np.bincount(symbols[context == each])
        code = entropy.fit(counts)
        total += entropy.entropy_bits(counts), code.cost(counts) + sum(entropy.write(code)[1])
    return total


def numbers(tokens: tuple[Int64, Int64, Int64], context: Int64) -> Bits:
    """The same of numbers that are written as tokens with extra bits."""
    return written(tokens[0], context) + float(tokens[2].sum())


def parts(s: Subject, of_gap: Int64, of_symbol: Int64, rows: Rows | None = None) -> Bits:
    """Bits of the rows, gaps and symbols in the codes of these contexts."""
    rows = rows or s.rows
    counts = rowcode.count_tokens(rows, s.shape)
    bits = numbers(counts, np.zeros_like(rows.counts))
    bits += numbers(rowcode.tokenize(rowcode.gaps_of(rows)), of_gap)
    return bits + written(rows.symbols, of_symbol)


def common(s: Subject, least: int) -> Bits:
    """With words for whole rows that occur so often."""
    listed = commonrows.choose(s.rows, s.shape, least)
    rows = listed.reduced(s.rows, s.shape)
    classes = np.repeat(rowcode.count_class(rows.counts), rows.counts)
    return parts(s, classes, classes, rows) + 8 * len(commonrows.write(listed, s.shape))


def positives(s: Subject) -> Bits:
    """The number of positive entries beside the count, and whether any are left as a context."""
    positive = (s.rows.symbols > s.zero).astype(np.int64)
    each = np.bincount(s.of, weights=positive, minlength=s.shape.rows).astype(np.int64)
    seen = np.cumsum(positive) - positive
    first = np.cumsum(s.rows.counts) - s.rows.counts
    left = each[s.of] - (seen - seen[first[s.of]])
    to_come = s.rows.counts[s.of] - s.before
    state = np.where(left == 0, 0, np.where(left == to_come, 1, 2))
    return parts(s, s.classes, 3 * s.classes + state) + written(each, np.minimum(s.rows.counts, 12))


def sign_before(s: Subject) -> Bits:
    """The sign of the entry before as a context of symbols."""
    sign = np.sign(s.rows.symbols - s.zero)
    state = np.where(s.before == 0, 3, np.roll(sign, 1) + 1)
    return parts(s, s.classes, 4 * s.classes + state)


def room(s: Subject) -> Bits:
    """Columns that are left by entries to come, in powers of two, and whether it is the last."""
    to_come = s.rows.counts[s.of] - s.before
    free = s.shape.columns - (s.rows.columns - rowcode.gaps_of(s.rows))
    size = np.log2(np.maximum(free / to_come, 1)).astype(np.int64)
    return parts(s, 2 * size + (to_come == 1), s.classes)


def ordered(s: Subject, columns: Int64) -> Rows:
    """The rows with other columns, in their order again."""
    order = np.lexsort((columns, s.of))
    return Rows(s.rows.counts, columns[order], s.rows.symbols[order])


def by_frequency(s: Subject) -> Bits:
    """Labels in the order of how often they occur, which has to be written too."""
    times = np.bincount(s.rows.columns, minlength=s.shape.columns)
    place = np.argsort(np.argsort(-times, kind="stable"))
    rows = ordered(s, place[s.rows.columns])
    order = s.shape.columns * np.log2(max(s.shape.columns, 2))
    return parts(s, s.classes, s.classes, rows) + float(order)


def by_parts(s: Subject) -> Bits:
    """Labels of an n-gram in the order of the summed rows of its parts, where it has any."""
    strings = s.model.table().strings
    assert isinstance(strings, Strings)
    keys = strings.decoded()
    number = {key: at for at, key in enumerate(keys)}
    of = closure.Parts(nc.Featurizer.parse(s.model.features or {}))
    values = s.model.table().matrix.rows(np.arange(len(keys)))
    columns = s.rows.columns.copy()
    has = np.zeros(len(keys), np.int64)
    first = np.cumsum(s.rows.counts) - s.rows.counts
    for at, key in enumerate(keys):
        known = [number[part] for part in of.of(key) if part in number]
        if known:
            has[at] = 1
            rank = np.argsort(np.argsort(-np.abs(values[known].sum(axis=0)), kind="stable"))
            here = slice(first[at], first[at] + s.rows.counts[at])
            columns[here] = rank[columns[here]]
    rows = ordered(s, columns)
    return parts(s, 2 * s.classes + has[s.of], 2 * s.classes + has[s.of], rows)


def exact_counts(s: Subject) -> Bits:
    """Rows of up to 10 entries each in a class of their own."""
    classes = np.minimum(s.rows.counts, 10)[s.of]
    return parts(s, classes, classes)


MODELS: dict[str, Callable[[Subject], Bits]] = {
    "common rows, 5 times or more": lambda s: common(s, 5),
    "common rows, 12 times or more": lambda s: common(s, 12),
    "gaps: the first of a row apart": lambda s: parts(
        s, 2 * s.classes + (s.before == 0), s.classes
    ),
    "gaps: by room for them": room,
    "gaps: labels by frequency": by_frequency,
    "gaps: labels in the order of the parts' rows": by_parts,
    "symbols: sign of the one before": sign_before,
    "symbols: number of positive ones": positives,
    "both: exact counts up to 10 as classes": exact_counts,
    "symbols: by label": lambda s: parts(s, s.classes, s.rows.columns),
}


def subjects(data: Path | None, count: int) -> Iterator[tuple[str, Subject]]:
    """Models by name."""
    for name in ("clinc150", "snips") if data else ():
        assert data is not None
        train, dev = (nc.read_examples(data / name / f"{part}.tsv") for part in ("train", "dev"))
        full = nc.train(train, dev, nc.TrainOptions(words=(1, 3)))
        for keep in (None, 0.15):
            options = nc.QuantizeOptions(bits=5, keep=keep)
            yield f"{name}{', 15 %' * bool(keep)}", subject(nc.quantize(full, options))
    yield "made up", subject(made_up(count).model)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder that holds clinc150/ and snips/")
    parser.add_argument("--count", type=int, default=200_000, help="made-up n-grams")
    chosen = parser.parse_args()
    lines: dict[str, list[str]] = {name: [name] for name in MODELS}
    headings = ["model of the rows"]
    for name, each in subjects(chosen.data, chosen.count):
        base = parts(each, each.classes, each.classes)
        headings.append(f"{name} ({base[1] / each.shape.rows:.2f} bits a key)")
        for model, bits in MODELS.items():
            if model.endswith("parts' rows") and name == "made up":
                lines[model].append("")
                continue
            entropies, codes = (bits(each) / base - 1).tolist()
            lines[model].append(f"{codes:+.1%} ({entropies:+.1%})")
    measure.show("Rows: prefix codes with tables (entropy)", headings, list(lines.values()))


if __name__ == "__main__":
    main()
