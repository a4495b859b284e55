"""What changed between two models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.format import codec
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.stages.measure.diff.numbers import changes_of
from tests.golden.sources import (
    LABELS,
    classifier,
    embeddings,
    hashed,
    neural,
    quantized,
    tagger,
    values,
)


def test_the_largest_changes_come_first() -> None:
    before = np.zeros((3, 2))
    after = np.array([[0.0, 1.0], [-3.0, 0.0], [2.0, 0.0]])
    blocks = [(["a", "b"], before[:2], after[:2]), (["c"], before[2:], after[2:])]
    found = changes_of(blocks, ["x", "y"], 2)
    assert (found.numbers, found.changed) == (6, 3)
    assert found.rms == pytest.approx((14 / 6) ** 0.5)
    assert [(each.row, each.column, each.old, each.new) for each in found.largest] == [
        ("b", "x", 0.0, -3.0),
        ("c", "x", 0.0, 2.0),
    ]


def test_the_same_model() -> None:
    found = nc.diff(classifier(), codec.parse(codec.to_bytes(classifier())))
    assert found.same
    changes = found.tables["features"].changes
    assert changes is not None
    assert changes.changed == 0


def test_keys_labels_and_weights() -> None:
    old = classifier(12)
    new = classifier(14, (LABELS[1], LABELS[0], "stop"))
    found = nc.diff(old, new)
    assert not found.same
    assert found.new_labels == ("stop",)
    assert found.gone_labels == ("play_music",)
    assert found.reordered
    assert found.structure == {}
    table = found.tables["features"]
    assert (table.keys, table.new_keys, table.gone_keys) == ((12, 14), 2, 0)
    assert table.first_new == ("word 0", "word 1")
    assert table.compared == 12
    rows = np.arange(12)
    before = old.tables["features"].matrix.rows(rows)[:, [0, 1]]
    after = new.tables["features"].matrix.rows(rows)[:, [1, 0]]
    assert table.changes is not None
    assert (table.changes.numbers, table.changes.changed) == (24, int((before != after).sum()))
    bias = found.tensors["bias"]
    assert bias is not None
    assert [(each.column, each.old, each.new) for each in bias.largest] == [
        ("lights_on", 0.0, 0.125),
        ("lights_off", 0.125, 0.0),
    ]


def test_hashed_models_are_asked_for_the_keys_of_the_other() -> None:
    old = classifier(12)
    small = nc.pack(hashed(quantized(old, bits=8), fingerprint_bits=16))
    found = nc.diff(small, old)
    table = found.tables["features"]
    assert (table.hashed, table.new_keys, table.gone_keys) == ((True, False), 0, None)
    assert table.encodings[1] != table.encodings[0]
    assert table.changes is not None
    assert 0 < table.changes.rms < 0.02
    back = nc.diff(old, small).tables["features"]
    assert (back.new_keys, back.gone_keys, back.compared) == (None, 0, 12)


def test_two_hashed_models_are_compared_slot_by_slot_if_their_keys_are_the_same() -> None:
    same, finer = (nc.pack(hashed(quantized(classifier(12), bits=bits))) for bits in (3, 6))
    marked = [hashed(quantized(classifier(12), bits=bits), method="static") for bits in (3, 6)]
    assert nc.diff(marked[0], marked[1]).tables["features"].compared == 12
    found = nc.diff(same, finer).tables["features"]
    assert (found.compared, found.new_keys, found.gone_keys) == (12, None, None)
    assert found.changes is not None
    assert found.changes.largest[0].row.startswith("slot ")
    other = nc.pack(hashed(quantized(classifier(13), bits=3)))
    found = nc.diff(same, other).tables["features"]
    assert (found.compared, found.changes) == (0, None)


def test_models_of_other_kinds() -> None:
    found = nc.diff(classifier(), neural("dan"))
    assert found.structure["network"] == ("linear", "dan")
    assert (found.new_tables, found.gone_tables) == (("embeddings",), ("features",))
    assert "bias" in found.gone_tensors
    assert "output.weight" in found.new_tensors
    found = nc.diff(neural("dan"), neural("dan", hidden=4))
    assert found.tensors["hidden1.weight"] is None
    assert found.tables["embeddings"].changes is not None
    assert nc.diff(embeddings(), embeddings(3)).tables["embeddings"].gone_keys == 9


def test_transitions_are_compared_by_label() -> None:
    old = tagger("crf", {"kind": "attributes"}, ("b", "w=on"))
    new = replace(old, labels=(LABELS[0], LABELS[2], "stop"))
    found = nc.diff(old, new).tensors["transitions"]
    assert found is not None
    assert found.numbers == 4
    assert found.largest[0].row in LABELS


def test_overlays_count() -> None:
    old, new = classifier(12), classifier(12, (*LABELS, "stop"), 0.3)
    laid = nc.overlaid(old, nc.overlay_of(old, new, nc.OverlayOptions(bits=8))[0])
    found = nc.diff(laid, new)
    assert found.new_labels == ()
    changes, bias = found.tables["features"].changes, found.tensors["bias"]
    assert changes is not None
    assert bias is not None
    assert changes.rms < 0.05
    assert bias.rms < 0.01


def test_numbers_that_differ_in_width_are_not_compared() -> None:
    old, new = (
        nc.Model({"t": nc.Table(embeddings(3).table().keys, from_dense(values(3, n, 1)))})
        for n in (2, 4)
    )
    table = nc.diff(old, new).tables["t"]
    assert table.columns == (2, 4)
    assert (table.compared, table.changes) == (3, None)
