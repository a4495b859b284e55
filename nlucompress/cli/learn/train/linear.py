"""`nlucompress train --network linear`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nlucompress.cli.learn.train.review import review
from nlucompress.cli.shared.common import Target, bytes_text, read_data, write_model
from nlucompress.progress import tell


def run(target: Target, data: str, dev: str | None, options: Mapping[str, Any]) -> None:
    """Train, write and report; ``options`` are those on the command line."""
    from nlucompress.stages.learn.train.linear import TrainOptions, train

    chosen = TrainOptions.of(options)
    examples = read_data(data)
    held_out = read_data(dev) if dev else None
    review(data, examples, held_out, target)
    model = train(examples, held_out, chosen, tell)
    size = write_model(model, target.output)
    figures = model.history[-1]["figures"]
    accuracy = figures["dev_accuracy"]
    lines = [
        *_tried(figures.get("tried", [])),
        f"{len(model.labels)} labels, {figures['keys']:,} features, "
        f"{figures['nonzero_weights']:,} weights, L2 {figures['l2']:g}, L1 {figures['l1']:g}"
        + ", borders" * figures["borders"]
        + ", IDF" * figures["idf"]
        + ", normalized" * figures["normalize"]
        + ("" if accuracy is None else f", dev accuracy {100 * accuracy:.2f} %"),
        f"model: {bytes_text(size)}",
    ]
    target.report({"labels": len(model.labels), "size_bytes": size, **figures}, lines)


def _tried(tried: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each fit that was compared on the development data."""
    if not tried:
        return []
    lines = [
        "borders  IDF normal      L2      L1  dev accuracy  in 5 bits    bytes dev loss    weights"
    ]
    for each in tried:
        marks = ["yes" if each[name] else "no" for name in ("borders", "idf", "normalize")]
        shares = [100 * each[name] for name in ("dev_accuracy", "dev_accuracy_in_5_bits")]
        lines.append(
            f"{marks[0]:>7}{marks[1]:>5}{marks[2]:>7}{each['l2']:>8g}{each['l1']:>8g}"
            f"{shares[0]:>12.2f} %{shares[1]:>9.2f} %{each['bytes_in_5_bits']:>9,}"
            f"{each['dev_loss']:>9.4f}{each['nonzero_weights']:>11,}"
        )
    return lines
