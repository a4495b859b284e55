"""`nlucompress train --network linear`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nlucompress.cli.shared.common import Target, bytes_text, read_data, write_model
from nlucompress.cli.train.review import review
from nlucompress.progress import tell


def run(target: Target, data: str, dev: str | None, options: Mapping[str, Any]) -> None:
    """Train, write and report; ``options`` are those on the command line."""
    from nlucompress.stages.train.linear import TrainOptions, train

    chosen = TrainOptions.of(options)
    examples = read_data(data)
    held_out = read_data(dev) if dev else None
    review(data, examples, held_out, target)
    model = train(examples, held_out, chosen, tell)
    size = write_model(model, target.output)
    figures = model.history[-1]["figures"]
    accuracy = figures["dev_accuracy"]
    lines = [
        f"{len(model.labels)} labels, {figures['keys']:,} features, "
        f"{figures['nonzero_weights']:,} weights, L2 {figures['l2']:g}"
        + ("" if accuracy is None else f", dev accuracy {100 * accuracy:.2f} %"),
        f"model: {bytes_text(size)}",
    ]
    target.report({"labels": len(model.labels), "size_bytes": size, **figures}, lines)
