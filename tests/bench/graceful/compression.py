"""Negative flips of compressed linear models, with and without distillation at the same bytes.

    python -m tests.bench.graceful.compression --data FOLDER

Each seed draws nine tenths of the training data. The model is quantized to 5 bits and packed, and
so is one that was trained on near the model of floats in between (Yan et al. 2021); further, one of
8 bits. The strength is that of fewest negative flips on the development set among those that cost
neither bytes nor accuracy there; the figures are those of the test set. What was measured is kept
in the cache folder.
"""

from __future__ import annotations

import sys

import numpy as np

import nlucompress as nc
from nlucompress.format import codec
from nlucompress.stages.learn.finetune.stage import FinetuneOptions, finetune
from nlucompress.stages.learn.finetune.teaching import LinearFinetuneOptions
from tests.bench import cells, measure
from tests.bench.networks import per_seed
from tests.bench.networks.comparison_methods import Case

FEW_BITS, MANY_BITS = 5, 8
TEACHINGS = {  # distance and strength of the distillation
    "logits, 4": ("logits", 4.0),
    "kl, 20": ("kl", 20.0),
}
CUT, MOST_BYTES, MOST_NFR = 0.4, 150_000, 0.5


def figures(case: Case, _: str) -> cells.Figures:
    """Bytes, accuracy and negative flips of every way, on dev and test."""
    everything, dev = case.examples["train"], case.examples["dev"]
    train = per_seed.drawn(everything, len(everything) * 9 // 10, case.seed)
    full = nc.train(train, dev)

    def told(model: nc.Model) -> cells.Figures:
        packed = codec.parse(codec.to_bytes(nc.pack(nc.phash(model))))
        found: cells.Figures = {}
        for part in ("dev", "test"):
            report = nc.evaluate(packed, case.examples[part], full)
            assert report.reference is not None
            found["bytes"] = report.size_bytes
            found[part] = {"accuracy": report.accuracy, "nfr": report.reference.nfr}
        return found

    def quantized(bits: int) -> nc.Model:
        return nc.quantize(full, nc.QuantizeOptions(bits=bits))

    found = {f"{bits} bits/": told(quantized(bits)) for bits in (FEW_BITS, MANY_BITS)}
    few = quantized(FEW_BITS)
    for distill in ("plain", "focal"):
        for name, (distance, strength) in TEACHINGS.items():
            teaching = LinearFinetuneOptions(
                distill=distill,
                distance=distance,  # type: ignore[arg-type]
                lambda_=strength,
            )
            model = finetune(few, train, dev, (full,), FinetuneOptions(teaching))
            found[f"{FEW_BITS} bits, {distill}/{name}"] = told(model)
    return found


def chosen(seeds: list[cells.Figures]) -> dict[str, str]:
    """Of each way the key of the strength that does best on the development set."""

    def dev(key: str, name: str) -> float:
        return float(np.mean([each[key]["dev"][name] for each in seeds]))

    def size(key: str) -> float:
        return float(np.mean([each[key]["bytes"] for each in seeds]))

    def rank(key: str) -> tuple[bool, float]:
        base = f"{FEW_BITS} bits/"
        worse = dev(key, "accuracy") < dev(base, "accuracy") or size(key) > size(base)
        return worse, dev(key, "nfr")

    return per_seed.best_of_ways(seeds[0], rank)


def show(found: per_seed.Found) -> bool:
    """Print the table; whether both bars are met everywhere."""
    rows, all_met = [], True
    for (data_set, _), seeds in found.items():
        base = float(np.mean([each[f"{FEW_BITS} bits/"]["test"]["nfr"] for each in seeds]))
        for way, key in chosen(seeds).items():
            accuracy, nfr = per_seed.on_test(seeds, key)
            size = float(np.mean([each[key]["bytes"] for each in seeds]))
            cut = 1 - float(nfr.mean()) / max(100 * base, 1e-9)
            met = None
            if way.endswith("focal"):
                met = cut >= CUT
            elif way == f"{MANY_BITS} bits":
                met = size <= MOST_BYTES and float(nfr.mean()) <= MOST_NFR
            all_met &= met is not False
            rows.append(
                [
                    f"{data_set}: {way}",
                    key.split("/")[1],
                    f"{size:,.0f}",
                    f"{accuracy.mean():.2f} ± {accuracy.std():.2f}",
                    f"{nfr.mean():.2f} ± {nfr.std():.2f}",
                    f"{cut:.0%}",
                    measure.verdict(met),
                ]
            )
    bars = f"cut {CUT:.0%}; {MOST_NFR} % in {MOST_BYTES:,} bytes"
    measure.show(
        "Compressed linear models: accuracy and negative flips in percent",
        ("", "distance, lambda", "bytes", "accuracy", "NFR", "cut", bars),
        rows,
    )
    return all_met


if __name__ == "__main__":
    title = __doc__.split("\n")[0]
    sys.exit(per_seed.main(title, "build/graceful_compression", figures, show, ("linear",)))
