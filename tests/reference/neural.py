"""Neural networks of the second reader, written from FORMAT.md alone: slow and plain."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

Vector = list[float]
Grid = list[Vector]
READ_WORDS = 512


def affine(inputs: Vector, weight: Grid, bias: Vector) -> Vector:
    """inputs @ weight + bias."""
    result = list(bias)
    for value, row in zip(inputs, weight, strict=True):
        result = [total + value * each for total, each in zip(result, row, strict=True)]
    return result


def activation(settings: Mapping[str, Any]) -> Callable[[Vector], Vector]:
    """The function between two layers."""
    leak = {"relu": 0.0, "leaky-relu": 0.01}[settings["activation"]]
    return lambda values: [v if v > 0 else leak * v for v in values]


def represent(kind: str, settings: Mapping[str, Any], t: Mapping[str, Grid], x: Grid) -> Vector:
    """The representation of a text whose words have these vectors (section 12)."""
    if kind == "dan":
        inputs = len(t["hidden1.weight" if settings["layers"] else "output.weight"])
        result = [sum(column) / len(x) for column in zip(*x, strict=True)] or [0.0] * inputs
        for layer in range(1, settings["layers"] + 1):
            name = f"hidden{layer}"
            moved = affine(result, t[f"{name}.weight"], t[f"{name}.bias"][0])
            result = activation(settings)(moved)
        return result
    if kind == "cnn":
        result = []
        for width in settings["widths"]:
            weight, bias = t[f"convolution{width}.weight"], t[f"convolution{width}.bias"][0]
            zeros = [0.0] * (len(weight) // width)
            padded = [*x, *[zeros] * (width - 1)]
            seen = [
                [value for vector in padded[at : at + width] for value in vector]
                for at in range(len(x))
            ]
            answers = [activation(settings)(affine(each, weight, bias)) for each in seen]
            result += [max(column) for column in zip(*answers, strict=True)] or [0.0] * len(bias)
        return result
    result = recur("forward", settings, t, x)
    return result + (recur("backward", settings, t, x[::-1]) if kind == "bilstm" else [])


def recur(direction: str, settings: Mapping[str, Any], t: Mapping[str, Grid], x: Grid) -> Vector:
    """States of an LSTM, pooled."""
    width = len(t[f"{direction}.recurrent"])
    state, cell = [0.0] * width, [0.0] * width
    states = []
    for vector in x:
        gates = affine(vector, t[f"{direction}.input"], t[f"{direction}.bias"][0])
        gates = affine(state, t[f"{direction}.recurrent"], gates)
        i, f, g, o = (gates[n * width : (n + 1) * width] for n in range(4))
        cell = [sigmoid(f[n]) * cell[n] + sigmoid(i[n]) * math.tanh(g[n]) for n in range(width)]
        state = [sigmoid(o[n]) * math.tanh(cell[n]) for n in range(width)]
        states.append(state)
    if not states:
        return [0.0] * width
    columns = list(zip(*states, strict=True))
    if settings["pooling"] == "mean":
        return [sum(column) / len(states) for column in columns]
    return [max(column) for column in columns]


def sigmoid(value: float) -> float:
    """1 / (1 + exp(-v)), without overflow."""
    return 0.5 * (1 + math.tanh(0.5 * value))
