"""`nlucompress train --network crf`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nlucompress.cli.shared.common import Target, bytes_text, read_tagged_data, write_model
from nlucompress.progress import tell


def run(target: Target, data: str, dev: str | None, options: Mapping[str, Any]) -> None:
    """Train, write and report; ``options`` are those on the command line."""
    from nlucompress.data.tagged import Layout
    from nlucompress.stages.learn.train.crf import CrfOptions, train_crf

    chosen = CrfOptions.of(options)
    layout: Layout = "attributes" if chosen.attributes else "words"
    tagged = read_tagged_data(data, layout)
    held_out = read_tagged_data(dev, layout) if dev else None
    model = train_crf(tagged, held_out, chosen, tell)
    size = write_model(model, target.output)
    figures = model.history[-1]["figures"]
    f1 = figures["dev_f1"]
    lines = [
        f"{len(model.labels)} labels, {figures['keys']:,} attributes, "
        f"{figures['nonzero_weights']:,} weights, L1 {figures['l1']:g}"
        + ("" if f1 is None else f", dev span F1 {100 * f1:.2f} %"),
        f"model: {bytes_text(size)}",
    ]
    target.report({"labels": len(model.labels), "size_bytes": size, **figures}, lines)
