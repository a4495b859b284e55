"""Overlays whose digests are right and whose contents lie, each beside a valid neighbour."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import FormatError, NluCompressError
from nlucompress.format import codec
from nlucompress.format.fields import Tensors
from nlucompress.networks.overlays import parts_of
from tests.golden.sources import UNDER, overlay_on
from tests.hostile.samples import (
    Description,
    answers,
    joined,
    model_bytes,
    taken_apart,
    under,
)
from tests.reference.decoder import open_model

Change = Callable[[Description, Tensors], object]
FILES = {name: model_bytes(overlay_on(name)) for name in UNDER}


def settings(name: str, value: object) -> Change:
    """Set one of the settings of the overlay."""
    return lambda description, _: description["network"]["settings"].update({name: value})


def renamed(description: Description, tensors: Tensors) -> None:
    """Call the changes of the bias something else."""
    network: dict[str, Any] = description["network"]["tensors"]
    network["scale"] = network.pop("bias")
    for name in [each for each in tensors if each.startswith("network.tensors.bias")]:
        tensors[name.replace("bias", "scale")] = tensors.pop(name)


def retabled(description: Description, tensors: Tensors) -> None:
    """Call the table something else."""
    description["tables"]["other"] = description["tables"].pop("features")
    for name in [each for each in tensors if each.startswith("tables.features")]:
        tensors[name.replace("features", "other")] = tensors.pop(name)


LIES: dict[str, Change] = {
    "base short": settings("base", "0" * 31),
    "base long": settings("base", "0" * 33),
    "base upper case": settings("base", "A" * 32),
    "base a number": settings("base", 7),
    "labels fewer": settings("labels", 23),
    "labels none": settings("labels", 0),
    "labels huge": settings("labels", 2**30),
    "labels a float": settings("labels", 24.0),
    "labels a flag": settings("labels", True),
    "network unknown": settings("network", "dan"),
    "network the other": settings("network", "crf"),
    "a setting more": settings("link", "margin"),
    "a setting less": lambda description, _: description["network"]["settings"].pop("base"),
    "features": lambda description, _: description.update(
        {"features": {"kind": "ngrams", "words": [1, 2], "chars": [], "weighting": "binary"}}
    ),
    "a label more": lambda description, _: description.update({"labels": ["stop", "more"]}),
    "tensor of another name": renamed,
    "table of another name": retabled,
}


@pytest.mark.parametrize("name", UNDER)
def test_the_neighbour_is_accepted(name: str) -> None:
    description, tensors = taken_apart(FILES[name])
    assert joined(description, tensors) == FILES[name]
    assert answers(FILES[name])
    assert parts_of(codec.parse(FILES[name])).base in under()


@pytest.mark.parametrize("name", LIES)
def test_lies_are_refused_by_both_readers(name: str) -> None:
    description, tensors = taken_apart(FILES["packed_labels"])
    LIES[name](description, tensors)
    hostile = joined(description, tensors)
    with pytest.raises(FormatError):
        answers(hostile)
    with pytest.raises(ValueError):  # noqa: PT011
        open_model(hostile)


def test_transitions_of_another_shape() -> None:
    update = overlay_on("packed_crf")
    assert update.network is not None
    for lie in (("more",), ("a", "b")):
        with pytest.raises(FormatError, match="are not its"):
            parts_of(nc.Model(update.tables, update.network, lie))


def test_an_overlay_that_names_a_model_of_another_kind_or_width() -> None:
    crf, linear = (overlay_on(name) for name in ("packed_crf", "packed_labels"))
    assert linear.network is not None
    base = parts_of(crf).base
    forged = dict(linear.network.settings, base=base)
    network = nc.Network("overlay", forged, linear.network.tensors)
    update = nc.Model(linear.tables, network, linear.labels)
    with pytest.raises(FormatError, match="under it is a crf model of 3"):
        nc.overlaid(under()[base], update)


def test_every_truncation_and_some_flips_are_refused_or_harmless() -> None:
    file = FILES["packed_labels"]
    right = answers(file)
    random = np.random.default_rng(5)
    for length in random.integers(0, len(file), 40).tolist():
        with pytest.raises(NluCompressError):
            answers(file[:length])
    for bit in random.integers(0, 8 * len(file), 200).tolist():
        flipped = bytearray(file)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            assert answers(bytes(flipped)) == right
        except NluCompressError:
            continue
