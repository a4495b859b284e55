"""inspect: what it tells of every stage's model, and of files that are damaged."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.cli.measure.inspect.text import lines_of
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.format.model import Model, Network, Table
from nlucompress.networks.linear.featurizer import Featurizer
from nlucompress.stages.history import with_record
from nlucompress.stages.learn.finetune.linearized_options import LinearizedOptions
from nlucompress.stages.learn.finetune.stage import FinetuneOptions
from nlucompress.stages.learn.finetune.teaching import LinearFinetuneOptions
from nlucompress.stages.learn.merge.stage import MergeOptions
from nlucompress.stages.learn.train.crf import CrfOptions
from nlucompress.stages.learn.train.linear import TrainOptions
from nlucompress.stages.learn.train.neural import NeuralOptions
from nlucompress.stages.measure.inspect.stage import MODEL, Inspection, inspect
from tests.builders.samples import model_bytes

ROWS = 400


@cache
def stages() -> dict[str, Model]:
    values = np.random.default_rng(1).standard_normal((ROWS, 3)).astype(np.float32)
    values[np.abs(values) < 0.8] = 0
    values[:, 0] += np.arange(ROWS, dtype=np.float32) / ROWS + 0.1
    table = Table(Strings.of(f"k{row}" for row in range(ROWS)), from_dense(values))
    network = Network("linear", {"link": "margin"}, {"bias": from_dense(values[:1])})
    model = Model({"features": table}, network, ("a", "b", "c"), Featurizer().describe())
    quantized = nc.quantize(model, nc.QuantizeOptions(bits=4, per="label", keep_zero_rows=True))
    hashed = nc.phash(quantized, nc.PhashOptions(method="grouped"))
    bare = nc.phash(quantized, nc.PhashOptions(method="grouped", fingerprint_bits=0))
    every = {"full": model, "quantized": quantized, "hashed": hashed, "bare": bare}
    return {**every, "packed": nc.pack(hashed, nc.PackOptions(keep_history=True))}


def stage(name: str) -> bytes:
    return model_bytes(stages()[name])


def text_of(found: Inspection) -> str:
    return "\n".join(lines_of("m.nlu", found, False))


@pytest.mark.parametrize("name", ["full", "quantized", "hashed", "bare", "packed"])
def test_a_sound_model_is_verified(name: str) -> None:
    data = stage(name)
    found = inspect(data, verify=True)
    assert (found.kind, found.problems, found.verified) == (MODEL, (), True)
    assert (found.label_count, found.labels, found.format_version) == (3, ("a", "b", "c"), 2)
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
    assert (table.keys, table.index, table.false_positive_rate) == (ROWS, "strings", None)
    assert (table.matrix.encoding, table.matrix.numbers) == ("dense", "float")
    table = quantized.tables[0]
    assert (table.matrix.numbers, table.matrix.levels, table.matrix.per) == ("linear", 16, "label")
    assert "linear, 16 levels, a scale for each column" in text_of(quantized)
    table = hashed.tables[0]
    assert (table.index, table.fingerprint_bits, table.false_positive_rate) == ("hash", 7, 2**-7)
    assert packed.tables[0].matrix.encoding == "coded"
    assert (packed.tables[0].matrix.rows, packed.tables[0].matrix.columns) == (ROWS, 3)
    assert [each.stage for each in packed.history] == ["quantize", "phash", "pack"]
    assert packed.history[0].options == {
        "bits": 4,
        "per": "label",
        "keep_zero_rows": True,
    }
    assert packed.history[1].options == {"method": "grouped"}
    assert packed.history[2].options == {"keep_history": True}


def test_a_table_without_fingerprints_is_warned_of() -> None:
    assert inspect(stage("hashed")).warnings == ()
    found = inspect(stage("bare"))
    assert len(found.warnings) == 1
    assert "every unseen key is given another key's weights" in found.warnings[0]
    assert "WARNING: no fingerprints" in text_of(found)


@pytest.mark.parametrize(
    ("stage", "options"),
    [
        ("train", TrainOptions(loss="softmax")),
        ("train", CrfOptions(l2=0.5)),
        ("train", NeuralOptions(hidden_size=7)),
        ("finetune", FinetuneOptions(new_labels=True)),
        ("finetune", LinearFinetuneOptions(iterations=7)),
        ("finetune", LinearizedOptions(iterations=7)),
        ("merge", MergeOptions(weight=0.25)),
    ],
    ids=lambda each: type(each).__name__,
)
def test_only_options_that_are_no_defaults_are_shown(stage: str, options: Any) -> None:
    model = with_record(stage, options, None, stages()["full"], {})
    default = type(options)()
    (*_, shown) = inspect(model_bytes(model)).history
    assert shown.options == {
        name: value for name, value in vars(options).items() if value != getattr(default, name)
    }
