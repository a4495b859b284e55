"""Linearized networks of the second reader, written from FORMAT.md alone: slow and plain.

Every value goes with its change through the network, as a pair.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.reference.neural import Grid, Vector, affine

Pair = tuple[Vector, Vector]
PREFIX = "tangent."


def affine_pair(pair: Pair, t: Mapping[str, Grid], name: str) -> Pair:
    """v @ weight + bias, and dv @ weight + v @ tangent.weight + tangent.bias."""
    weight, bias = t[f"{name}.weight"], t[f"{name}.bias"][0]
    change, shift = t[f"{PREFIX}{name}.weight"], t[f"{PREFIX}{name}.bias"][0]
    value, moved = pair
    return affine(value, weight, bias), affine(moved, weight, affine(value, change, shift))


def active_pair(settings: Mapping[str, Any], pair: Pair) -> Pair:
    """The activation, whose slope is that of the value."""
    leak = {"relu": 0.0, "leaky-relu": 0.01}[settings["activation"]]
    slopes = [1.0 if value > 0 else leak for value in pair[0]]
    value, moved = ([s * each for s, each in zip(slopes, part, strict=True)] for part in pair)
    return value, moved


def expand(
    kind: str, settings: Mapping[str, Any], t: Mapping[str, Grid], x: Grid, dx: Grid
) -> Vector:
    """Scores of a text whose words have these vectors, with these changes (section 12)."""
    pair = mean_pair(settings, t, x, dx) if kind == "dan" else greatest_pair(settings, t, x, dx)
    scores, moved = affine_pair(pair, t, "output")
    return [score + each for score, each in zip(scores, moved, strict=True)]


def mean_pair(settings: Mapping[str, Any], t: Mapping[str, Grid], x: Grid, dx: Grid) -> Pair:
    """The representation of a DAN, and its change."""
    inputs = len(t["hidden1.weight" if settings["layers"] else "output.weight"])
    means = [
        [sum(column) / len(rows) for column in zip(*rows, strict=True)] or [0.0] * inputs
        for rows in (x, dx)
    ]
    pair = means[0], means[1]
    for layer in range(1, settings["layers"] + 1):
        pair = active_pair(settings, affine_pair(pair, t, f"hidden{layer}"))
    return pair


def greatest_pair(settings: Mapping[str, Any], t: Mapping[str, Grid], x: Grid, dx: Grid) -> Pair:
    """The representation of a CNN, and its change."""
    values: Vector = []
    changes: Vector = []
    for width in settings["widths"]:
        name = f"convolution{width}"
        columns = len(t[f"{name}.weight"]) // width
        answers = []
        for at in range(len(x)):
            seen = [
                [v for row in (rows + [[0.0] * columns] * width)[at : at + width] for v in row]
                for rows in (x, dx)
            ]
            answers.append(active_pair(settings, affine_pair((seen[0], seen[1]), t, name)))
        for column in range(len(t[f"{name}.bias"][0])):
            best = max(
                ((value[column], -at, moved[column]) for at, (value, moved) in enumerate(answers)),
                default=(0.0, 0, 0.0),
            )
            values.append(best[0])
            changes.append(best[2])
    return values, changes
