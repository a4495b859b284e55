"""CRFs a step from older ones."""

from __future__ import annotations

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.data.tagged import Tagged
from nlucompress.errors import DataError, UsageError
from nlucompress.format import codec
from tests.unit.networks.test_tagging import TRAIN
from tests.unit.stages.learn.test_finetune_crf import HALF

QUICK = nc.NearCrfOptions(iterations=15)
DEV = Tagged(TRAIN.labels[1::3], TRAIN.sentences[1::3])


@pytest.fixture(scope="module")
def old() -> nc.Model:
    return nc.train_crf(HALF, None, nc.CrfOptions(iterations=15))


def scores(model: nc.Model) -> np.ndarray:
    return np.concatenate(nc.Tagger(model).scores(TRAIN.sentences))


def test_a_step_lies_between(old: nc.Model) -> None:
    zero, half, whole = (
        scores(nc.train_near_crf(old, TRAIN, None, nc.NearCrfOptions(step=step, iterations=15)))
        for step in (0.0, 0.5, 1.0)
    )
    assert np.allclose(zero, scores(old), atol=1e-5)
    assert np.allclose(half, (zero + whole) / 2, atol=1e-5)
    new = nc.train_crf(TRAIN, None, nc.CrfOptions(iterations=15))
    assert np.allclose(whole, scores(new), atol=1e-5)


def test_the_development_data_choose_the_step(old: nc.Model) -> None:
    near = nc.train_near_crf(old, TRAIN, DEV, QUICK)
    figures = near.history[-1]["figures"]
    report = nc.evaluate_tags(near, DEV, old)
    assert figures["step"] >= 0.65
    assert figures["dev_accuracy"] == pytest.approx(report.accuracy)
    assert figures["dev_nfr"] == pytest.approx(report.references[0].nfr)
    assert figures["dev_nfr"] <= figures["untreated"]["nfr"]
    again = nc.train_near_crf(old, TRAIN, DEV, QUICK)
    assert codec.to_bytes(near) == codec.to_bytes(again)
    bound = nc.NearCrfOptions(max_nfr=0.0, iterations=15)
    assert nc.train_near_crf(old, TRAIN, DEV, bound).history[-1]["figures"]["dev_nfr"] == 0


def test_packed_taggers_get_labels_and_overlays(old: nc.Model) -> None:
    small = nc.pack(nc.phash(nc.quantize(old, nc.QuantizeOptions(bits=6))))
    first = TRAIN.labels[0]
    more = Tagged((*TRAIN.labels, *[("B-zebra",)] * 4), (*TRAIN.sentences, *[("zebra",)] * 4))
    near = nc.train_near_crf(small, more, None, QUICK)
    assert near.labels == (*old.labels, "B-zebra")
    assert near.history[-1]["figures"]["new_labels"] == ["B-zebra"]
    update, _ = nc.overlay_of(small, near, nc.OverlayOptions(bits=8, fingerprint_bits=16))
    laid = nc.Tagger(nc.overlaid(small, update))
    assert laid.tag([("zebra",)]) == [["B-zebra"]]
    assert len(laid.tag([TRAIN.sentences[0]])[0]) == len(first)


def test_what_does_not_fit_is_refused(old: nc.Model) -> None:
    with pytest.raises(UsageError, match="of kind 'linear', not crf"):
        nc.train_near_crf(nc.train(nc.Examples(("a", "b") * 2, ("x y", "z w") * 2)), TRAIN)
    with pytest.raises(UsageError, match="give dev"):
        nc.train_near_crf(old, TRAIN, None, nc.NearCrfOptions(max_nfr=0.01))
    with pytest.raises(DataError, match="'nowhere'"):
        nc.train_near_crf(old, TRAIN, Tagged((("nowhere",),), (("x",),)), QUICK)
