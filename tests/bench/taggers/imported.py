"""Real taggers, imported and packed: how small, and how many tags stay the same.

Settings were chosen on one half of the text (`--tune` shows it); only the other half is reported.
Exit code 1 says that a bar was missed.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import nlucompress as nc
from nlucompress.format import codec
from nlucompress.networks.tagger import Tagger
from tests.bench import measure
from tests.bench.sentences import sentences
from tests.bench.taggers import address_features, perceptron_features

Tags = list[list[str]]
SENTENCES = 3000


@dataclass(frozen=True)
class Setting:
    """How a tagger is compressed; ``exact`` tables keep 16 bits of fingerprints."""

    quantize: nc.QuantizeOptions
    fingerprint_bits: int
    exact: str | None = None

    def __call__(self, model: nc.Model) -> nc.Model:
        """The sealed model."""
        model = nc.quantize(model, self.quantize)
        if self.exact:
            model = nc.phash(model, nc.PhashOptions(fingerprint_bits=16, tables=(self.exact,)))
        options = nc.PhashOptions(fingerprint_bits=self.fingerprint_bits, tables=("features",))
        return nc.pack(nc.phash(model, options))


ADDRESSES = Setting(nc.QuantizeOptions(bits=7, per="row"), 6)
PERCEPTRON = Setting(nc.QuantizeOptions(bits=7, per="label"), 6, "tagdict")


@dataclass(frozen=True)
class Row:
    """A tagger on one half of its text; ``same`` are shares of tokens with the original's tag."""

    name: str
    original_bytes: int
    bytes: int
    tokens: int
    same_imported: float
    same: float
    max_share: float
    min_same: float

    @property
    def share(self) -> float:
        """Packed bytes by the original's."""
        return self.bytes / self.original_bytes

    @property
    def met(self) -> bool:
        """Whether import is exact and the packed model small and true enough."""
        small = self.share <= self.max_share and self.same >= self.min_same
        return small and self.same_imported == 1


def same_share(found: Tags, expected: Tags) -> float:
    """Share of the tokens that have the expected tag."""
    pairs = [pair for each in zip(found, expected, strict=True) for pair in zip(*each, strict=True)]
    return sum(a == b for a, b in pairs) / len(pairs)


def half(items: Sequence[list[str]], tune: bool) -> list[list[str]]:
    """Every second item: those to choose on, or those to report on."""
    return list(items[not tune :: 2])


def row(
    path: Path,
    setting: Setting,
    expected: Tags,
    tags: Callable[[nc.Model], Tags],
    bars: tuple[float, float],
) -> Row:
    """Import, compress and compare."""
    model = nc.import_model(path)
    small = setting(model)
    size = len(codec.to_bytes(small))
    same = same_share(tags(model), expected), same_share(tags(small), expected)
    count = sum(map(len, expected))
    return Row(path.name, path.stat().st_size, size, count, *same, *bars)


def addresses(folder: Path, tune: bool, setting: Setting = ADDRESSES) -> Row:
    """The CRFsuite model against python-crfsuite, on the labelled addresses."""
    import pycrfsuite

    told = half(address_features.addresses(folder / "labeled.xml"), tune)
    texts = [address_features.attributes(each) for each in told]
    path = folder / "usaddr.crfsuite"
    original = pycrfsuite.Tagger()
    original.open(str(path))
    expected = [original.tag(pycrfsuite.ItemSequence(text)) for text in texts]
    items = [[[(name, 1.0) for name in token] for token in text] for text in texts]
    return row(path, setting, expected, lambda model: Tagger(model).tag(items), (0.08, 0.995))


def perceptron(
    folder: Path, tune: bool, setting: Setting = PERCEPTRON, count: int = SENTENCES
) -> Row:
    """The averaged perceptron against its own weights, on sentences of our own making."""
    path = folder / "averaged_perceptron_tagger.json"
    parts = json.loads(path.read_text(encoding="utf-8"))
    texts = half(sentences(count), tune)
    expected = perceptron_features.plain(texts, parts)
    return row(
        path,
        setting,
        expected,
        lambda model: perceptron_features.imported(texts, model),
        (0.07, 0.997),
    )


HEADINGS = ("tagger", "bytes", "packed", "share", "tokens", "same, imported", "same, packed", "bar")


def cells(each: Row) -> list[str]:
    """A row of the printed table."""
    bar = f"<= {each.max_share:.0%}, >= {each.min_same:.1%}: {measure.verdict(each.met)}"
    sizes = [f"{each.original_bytes:,}", f"{each.bytes:,}", f"{each.share:.2%}"]
    return [each.name, *sizes, f"{each.tokens:,}", f"{each.same_imported:.3%}",
            f"{each.same:.3%}", bar]  # fmt: skip


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("NLUCOMPRESS_DATA"), metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    parser.add_argument("--tune", action="store_true", help="the half that settings were chosen on")
    chosen = parser.parse_args()
    if not chosen.data:
        parser.error("name the folder that holds models/: --data or NLUCOMPRESS_DATA")
    models = Path(chosen.data) / "models"
    rows = [
        addresses(models / "usaddress_crf", chosen.tune),
        perceptron(models / "nltk_perceptron", chosen.tune),
    ]
    title = "Taggers on the half that was " + ("tuned on" if chosen.tune else "not looked at")
    measure.show(title, HEADINGS, [cells(each) for each in rows])
    measure.write_json(chosen.json, {each.name: dataclasses.asdict(each) for each in rows})
    return int(not all(each.met for each in rows))


if __name__ == "__main__":
    sys.exit(main())
