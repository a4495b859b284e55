"""Pickles of averaged perceptrons, read without being unpickled."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import pickle
import zlib
from collections.abc import Callable

import pytest

from nlucompress.errors import FormatError, NluCompressError
from nlucompress.format import codec
from nlucompress.importers.detect import import_model, recognize
from tests.builders.tagger_files import PERCEPTRON, perceptron, perceptron_pickle

# {"füße": {"NN": 1.5}}, {"the": "DT"}, set(["NN", "DT"]) as Python 2 pickles its strings of bytes
PYTHON_2 = (
    b"\x80\x02}U\x06f\xc3\xbc\xc3\x9fe}U\x02NNG?\xf8\x00\x00\x00\x00\x00\x00ss}U\x03theU\x02DTs"
    b"c__builtin__\nset\n](U\x02NNU\x02DTe\x85R\x87."
)


def rows(data: bytes) -> bytes:
    return codec.to_bytes(import_model(io.BytesIO(data)))


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("packed", [bytes, gzip.compress, zlib.compress, bz2.compress])
def test_a_pickle_is_read_as_its_json(protocol: int, packed: Callable[[bytes], bytes]) -> None:
    data = packed(perceptron_pickle(protocol=protocol))
    assert recognize(data) == "perceptron"
    assert rows(data) == rows(perceptron())


def test_dictionaries_of_parts_and_weights_alone() -> None:
    weights = PERCEPTRON["weights"]
    assert rows(pickle.dumps(weights)) == rows(perceptron(weights))
    given = {name: PERCEPTRON[name] for name in ("weights", "tagdict", "classes")}
    data = pickle.dumps([given["weights"], given["tagdict"], given["classes"]], 2)
    with pytest.raises(FormatError, match="a Python pickle"):
        rows(data)  # a list says no more than any other pickle


def test_strings_of_python_2() -> None:
    wanted = {"weights": {"füße": {"NN": 1.5}}, "tagdict": {"the": "DT"}, "classes": ["NN", "DT"]}
    assert rows(PYTHON_2) == rows(json.dumps(wanted).encode())


@pytest.mark.parametrize("value", [{"a": {"b": 1.0}, "c": object}, ({"a": {"b": 1.0}}, 1, 2)])
def test_what_is_none_is_refused(value: object) -> None:
    with pytest.raises(NluCompressError):
        rows(pickle.dumps(value))


def test_every_prefix_is_refused() -> None:
    data = perceptron_pickle()
    for size in range(len(data)):
        with pytest.raises(NluCompressError):
            rows(data[:size])
