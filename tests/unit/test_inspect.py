"""inspect: what it tells of every stage's model, and of files that are damaged."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.algo import murmur
from nlucompress.cli import plot
from nlucompress.cli.inspection_text import lines_of
from nlucompress.format import container
from nlucompress.format.indexes import Strings
from nlucompress.format.matrices import from_dense
from nlucompress.format.model import Model, Network, Table
from nlucompress.networks.featurizer import Featurizer
from nlucompress.stages.histogram import Histogram, histograms
from nlucompress.stages.inspect import FOREIGN, MODEL, UNKNOWN, Inspection, inspect
from tests.unit.samples import frame_bytes, model_bytes, tiny_model


@cache
def stages() -> dict[str, Model]:
    values = np.random.default_rng(1).standard_normal((60, 3)).astype(np.float32)
    values[np.abs(values) < 0.8] = 0
    values[:, 0] += np.arange(60, dtype=np.float32) / 30 + 0.1
    table = Table(Strings.of(f"k{row}" for row in range(60)), from_dense(values))
    network = Network("linear", {"link": "margin"}, {"bias": from_dense(values[:1])})
    model = Model({"features": table}, network, ("a", "b", "c"), Featurizer().describe())
    quantized = nc.quantize(model, nc.QuantizeOptions(bits=4, per="label"))
    hashed = nc.phash(quantized)
    bare = nc.phash(quantized, nc.PhashOptions(fingerprint_bits=0))
    every = {"full": model, "quantized": quantized, "hashed": hashed, "bare": bare}
    return {**every, "packed": nc.pack(hashed, nc.PackOptions(keep_history=True))}


def stage(name: str) -> bytes:
    return model_bytes(stages()[name])


def text_of(found: Inspection) -> str:
    return "\n".join(lines_of("m.nlu", found, False))


def resigned(data: bytes, change: Callable[[dict[str, object]], None]) -> bytes:
    """The file with another description, whose digest is right."""
    frame = container.parse(data)
    description = json.loads(frame.metadata[container.METADATA_KEY])
    change(description)
    version = description.pop("format")
    del description["digest"]
    digest = murmur.digest(container.canonical(description).encode())
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    whole = {**description, "digest": digest, "format": version}
    header["__metadata__"][container.METADATA_KEY] = container.canonical(whole)
    return frame_bytes(header, data[8 + length :])


@pytest.mark.parametrize("name", ["full", "quantized", "hashed", "bare", "packed"])
def test_a_sound_model_is_verified(name: str) -> None:
    data = stage(name)
    found = inspect(data, verify=True)
    assert (found.kind, found.problems, found.verified) == (MODEL, (), True)
    assert (found.label_count, found.labels, found.format_version) == (3, ("a", "b", "c"), 1)
    assert found.sealed is (name == "packed")
    assert found.account is not None
    assert sum(part.bytes for part in found.account.parts) == found.size_bytes == len(data)
    assert {tensor.state for tensor in found.tensors} == {"matches"}
    assert not inspect(data).verified
    assert inspect(memoryview(data)).digest == found.digest
    assert max(map(len, text_of(found).splitlines())) <= 80


def test_what_each_stage_did_is_told() -> None:
    full, quantized, hashed, packed = (
        inspect(stage(name)) for name in ("full", "quantized", "hashed", "packed")
    )
    table = full.tables[0]
    assert (table.keys, table.index, table.false_positive_rate) == (60, "strings", None)
    assert (table.matrix.encoding, table.matrix.numbers) == ("dense", "float")
    table = quantized.tables[0]
    assert (table.matrix.numbers, table.matrix.levels, table.matrix.per) == ("linear", 16, "label")
    assert "linear, 16 levels, a scale for each column" in text_of(quantized)
    table = hashed.tables[0]
    assert (table.index, table.fingerprint_bits, table.false_positive_rate) == ("hash", 8, 2**-8)
    assert packed.tables[0].matrix.encoding == "coded"
    assert (packed.tables[0].matrix.rows, packed.tables[0].matrix.columns) == (60, 3)
    assert [each.stage for each in packed.history] == ["quantize", "phash", "pack"]
    assert packed.history[0].options == {"bits": 4, "per": "label"}
    assert packed.history[1].options == {}
    assert packed.history[2].options == {"keep_history": True}


def test_a_table_without_fingerprints_is_warned_of() -> None:
    assert inspect(stage("hashed")).warnings == ()
    found = inspect(stage("bare"))
    assert len(found.warnings) == 1
    assert "every unseen key is given another key's weights" in found.warnings[0]
    assert "WARNING: no fingerprints" in text_of(found)


@pytest.mark.parametrize(
    ("data", "kind", "problem"),
    [
        (b"", UNKNOWN, "too few"),
        (b"\0" * 7, UNKNOWN, "too few"),
        (b"label\thello there\n" * 9, UNKNOWN, "begins like text"),
        (b"PK\x03\x04" + b"\xff" * 60, UNKNOWN, "zip archive"),
        (frame_bytes([]), UNKNOWN, "no JSON object"),
        (frame_bytes({"a": 1}), FOREIGN, "malformed"),
        (
            frame_bytes({"a": {"dtype": "Q7", "shape": [1], "data_offsets": [0, 1]}}, b"1"),
            FOREIGN,
            "unknown dtype 'Q7'",
        ),
        (
            frame_bytes({"a": {"dtype": "U8", "shape": [2], "data_offsets": [0, 1]}}, b"1"),
            FOREIGN,
            "does not take",
        ),
        (
            frame_bytes({"a": {"dtype": "U8", "shape": [1], "data_offsets": [1, 2]}}, b"12"),
            FOREIGN,
            "begins at byte 1 instead of 0",
        ),
        (frame_bytes({}, b"12"), FOREIGN, "belong to nothing"),
        (frame_bytes({"__metadata__": {"nlucompress": "{"}}), MODEL, "no valid JSON"),
        (frame_bytes({"__metadata__": {"nlucompress": "{}"}}), MODEL, "no format version"),
    ],
)
def test_a_strange_file_is_described(data: bytes, kind: str, problem: str) -> None:
    found = inspect(data, verify=True)
    assert found.kind == kind
    assert any(problem in each for each in found.problems)
    assert not found.verified
    assert text_of(found)


@pytest.mark.parametrize("dtype", ["U8", "F8_E4M3"])
def test_a_plain_safetensors_file_is_sound_but_cannot_be_verified(dtype: str) -> None:
    header = {"a": {"dtype": dtype, "shape": [2], "data_offsets": [0, 2]}}
    data = frame_bytes({**header, "__metadata__": {"by": "me"}}, b"12")
    found = inspect(data)
    assert (found.kind, found.problems, found.metadata) == (FOREIGN, (), {"by": "me"})
    assert (found.tensors[0].bytes, found.tensors[0].state) == (2, "unchecked")
    assert "no digests" in inspect(data, verify=True).problems[0]


def test_a_truncated_model_still_tells_what_it_held() -> None:
    data = stage("hashed")
    found = inspect(data[:-70])
    assert found.kind == MODEL
    assert "the file ends 70 bytes before its last tensor" in found.problems[0]
    assert (found.labels, found.tables[0].keys) == (("a", "b", "c"), 60)
    assert [t.state for t in found.tensors][-1] == "outside"
    assert found.tensors[0].state == "matches"
    assert found.account is None


def test_every_flipped_bit_and_every_prefix_is_noticed() -> None:
    data = model_bytes(tiny_model())
    damaged = [data[:end] for end in range(len(data))]
    for at in range(len(data)):
        damaged.append(data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :])
    for each in damaged:
        found = inspect(each, verify=True)
        assert found.problems
        assert text_of(found)


def test_the_damaged_tensor_is_named() -> None:
    data = stage("full")
    found = inspect(data[:-1] + bytes([data[-1] ^ 1]))
    assert found.problems == (f"tensor {found.tensors[-1].name!r} does not match its digest",)
    assert [t.state for t in found.tensors].count("damaged") == 1
    assert found.labels == ("a", "b", "c")


def test_a_newer_version_is_named_but_nothing_is_called_damaged() -> None:
    found = inspect(resigned(stage("full"), lambda description: description.update(format=7)))
    assert len(found.problems) == 1
    assert "version 7 is newer" in found.problems[0]
    assert {tensor.state for tensor in found.tensors} == {"unchecked"}


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("digests", [], "not one digest for each tensor"),
        ("tables", {}, "belongs to nothing"),
        ("tables", [1], "'tables' is not of type"),
        ("labels", ["a", "a", "b"], "same name"),
        ("labels", ["a", "b"], "not as many as the labels"),
        ("features", {"kind": "ngrams", "words": [[], {}]}, "features"),
        ("history", [3], "no object"),
        ("network", {"kind": 3}, "'kind' is not of type"),
    ],
)
def test_a_description_that_makes_no_sense_is_no_crash(
    field: str, value: object, problem: str
) -> None:
    data = resigned(stage("full"), lambda description: description.update({field: value}))
    found = inspect(data, verify=True)
    assert problem in found.problems[0]
    assert text_of(found)


def test_verify_decodes_what_the_digests_cannot_know() -> None:
    table = tiny_model().tables["t"]
    twice = dataclasses.replace(table, keys=Strings.of(["a", "a"]))
    data = model_bytes(Model({"t": twice}))
    assert inspect(data).problems == ()
    assert "holds a key twice" in inspect(data, verify=True).problems[0]


def test_histograms_count_every_number_once() -> None:
    model = stages()["packed"]
    values, codes = histograms(model)
    assert (values.what, codes.what) == ("values", "codes")
    for each in (values, codes):
        assert each.zeros + sum(bar.count for bar in each.bars) == each.total == 180
    assert [each.what for each in histograms(stages()["full"])] == ["values"]


def test_a_histogram_of_many_codes_has_bars_of_equally_many() -> None:
    values = np.arange(-127, 128, dtype=np.float32).reshape(-1, 1)
    table = Table(Strings.of(map(str, range(255))), from_dense(values))
    quantized = nc.quantize(Model({"t": table}), nc.QuantizeOptions(keep_zero_rows=True))
    codes = histograms(quantized)[1]
    assert len(codes.bars) <= 24
    assert len({bar.high - bar.low for bar in codes.bars}) == 1
    assert sum(bar.count for bar in codes.bars) == 254


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("width", [40, 80, 100])
def test_a_plot_fits_the_terminal(plain: bool, width: int) -> None:
    for each in histograms(stages()["packed"]):
        lines = plot.lines(each, width, plain)
        assert max(map(len, lines)) <= width
        assert "\n".join(lines).isascii() is plain


def test_a_plot_of_nothing_says_so() -> None:
    assert plot.lines(Histogram("t", "values", 4, 4, ()), 80, False)[1:] == [
        "  all of them are zero"
    ]
    assert plot.lines(Histogram("t", "values", 0, 0, ()), 80, False)[1:] == ["  none"]
