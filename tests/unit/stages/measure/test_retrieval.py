"""Retrieval across two models, by networks whose representations are set by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.algo import neighbours
from nlucompress.errors import DataError, UsageError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.format.names import EMBEDDINGS
from nlucompress.networks.neural.layers import Settings
from nlucompress.networks.neural.sequence import FEATURES
from nlucompress.stages.measure.evaluate.retrieval import retrieve
from nlucompress.stages.measure.evaluate.retrieval_report import RetrievalOptions
from tests.golden.sources import classifier, neural

ANGLES = {"red": 0, "rose": 10, "green": 90, "leaf": 100, "blue": 180, "sky": 190}
COLOURS = ("red", "red", "green", "green", "blue", "blue")
EVERY = nc.Examples(COLOURS, tuple(ANGLES))


def circle(
    angles: Mapping[str, float], labels: tuple[str, ...] = ("red", "green", "blue")
) -> nc.Model:
    """A model that puts each word on the unit circle at an angle in degrees.

    Its classifier takes the label whose axis, at 0, 90 or 180 degrees, is nearest.
    """
    turned = np.radians([*angles.values()])
    rows = np.stack([np.cos(turned), np.sin(turned)], axis=1)
    axes = np.radians([0, 90, 180])
    output = np.stack([np.cos(axes), np.sin(axes)])[:, : len(labels)]
    tensors = {
        "output.weight": from_dense(output),
        "output.bias": from_dense(np.zeros((1, len(labels)))),
    }
    return nc.Model(
        {EMBEDDINGS: nc.Table(Strings.of([*angles]), from_dense(rows))},
        nc.Network("dan", Settings("dan", layers=0).describe(), tensors),
        labels,
        dict(FEATURES),
    )


def only(*texts: str) -> nc.Examples:
    """These words with their labels."""
    labels = dict(zip(EVERY.texts, EVERY.labels, strict=True))
    return nc.Examples(tuple(labels[text] for text in texts), texts)


TOP1 = RetrievalOptions(recall=(1,))


def test_each_query_without_itself() -> None:
    found = retrieve(circle(ANGLES), circle(ANGLES), EVERY, options=RetrievalOptions((1, 2)))
    assert (found.queries, found.gallery, found.absent) == (6, 6, 0)
    assert found.old == found.cross == found.new
    assert (found.old.top1, found.old.recall) == (1, {1: 1, 2: 1})
    assert not found.compatible
    assert found.update_gain is None


def test_a_better_model_gains_in_the_old_gallery() -> None:
    old = circle({**ANGLES, "rose": 80, "sky": 120})
    halfway = circle({**ANGLES, "sky": 120})
    items, asked = only("red", "green", "blue"), only("rose", "leaf", "sky")
    found = retrieve(old, halfway, asked, items, circle(ANGLES), TOP1)
    assert found.old.top1 == pytest.approx(1 / 3)
    assert found.cross.top1 == pytest.approx(2 / 3)
    assert found.reference is not None
    assert found.reference.top1 == 1
    assert found.compatible
    assert found.update_gain == pytest.approx(0.5)
    assert found.head is not None
    assert found.head.old == pytest.approx(1 / 3)
    assert found.head.cross == pytest.approx(2 / 3)
    alone = retrieve(old, halfway, asked, items, options=TOP1)
    assert alone.update_gain == pytest.approx(1)


def test_a_turned_space_is_not_compatible() -> None:
    turned = circle({word: angle + 90 for word, angle in ANGLES.items()})
    found = retrieve(circle(ANGLES), turned, EVERY, options=TOP1)
    assert (found.old.top1, found.new.top1) == (1, 1)
    assert found.cross.top1 == pytest.approx(1 / 6)  # 270 degrees is nearest to 190


def test_recall_looks_further() -> None:
    old = circle({**ANGLES, "rose": 80})
    items, asked = only("red", "green", "blue"), only("rose")
    found = retrieve(old, old, asked, items, options=RetrievalOptions((1, 2, 3)))
    assert found.old.recall == {1: 0, 2: 1, 3: 1}


def test_labels_that_the_gallery_lacks_are_counted_as_misses() -> None:
    found = retrieve(circle(ANGLES), circle(ANGLES), EVERY, only("red", "green"), options=TOP1)
    assert found.absent == 2
    assert found.old.top1 == pytest.approx(4 / 6)
    one = only("red", "rose", "green")
    assert retrieve(circle(ANGLES), circle(ANGLES), one, options=TOP1).absent == 1


def test_labels_that_the_old_classifier_lacks_are_misses_of_it() -> None:
    old = circle(ANGLES, ("red", "green"))
    found = retrieve(old, circle(ANGLES), EVERY, options=TOP1)
    assert found.head is not None
    assert found.head.old == found.head.cross == pytest.approx(4 / 6)


def test_gates() -> None:
    old = circle({**ANGLES, "rose": 80, "sky": 120})
    items, asked = only("red", "green", "blue"), only("rose", "leaf", "sky")

    def met(new: nc.Model, **gates: float) -> list[bool]:
        options = RetrievalOptions((1,), **gates)  # type: ignore[arg-type]
        found = retrieve(old, new, asked, items, options=options)
        assert found.passed == all(gate.met for gate in found.gates)
        return [gate.met for gate in found.gates]

    assert met(circle(ANGLES), min_update_gain=1.0, max_cross_drop=0) == [True, True]
    worse = circle({**ANGLES, "rose": 80, "leaf": 170, "sky": 120})
    assert met(worse, min_update_gain=0.5) == [False]
    assert met(worse, max_cross_drop=0.33) == [False]
    assert met(worse, max_cross_drop=0.34) == [True]
    assert met(old, min_update_gain=0, max_size=10) == [False, False]


def test_bad_input_is_refused() -> None:
    old, none = circle(ANGLES), nc.Examples((), ())
    strange = nc.Examples(("black",), ("red",))
    with pytest.raises(UsageError, match="gallery model is of kind 'linear' and has no repres"):
        retrieve(classifier(), old, EVERY)
    with pytest.raises(UsageError, match="query model is of kind 'tables only'"):
        retrieve(old, replace(old, network=None), EVERY)
    with pytest.raises(UsageError, match="the reference is of kind 'linear'"):
        retrieve(old, old, EVERY, EVERY, classifier(), TOP1)
    with pytest.raises(DataError, match="gives 3 numbers for a text and the gallery model 2"):
        retrieve(old, neural("dan"), EVERY, options=TOP1)
    with pytest.raises(DataError, match="the gallery is empty"):
        retrieve(old, old, EVERY, none)
    with pytest.raises(DataError, match="there are no queries"):
        retrieve(old, old, none, EVERY)
    with pytest.raises(DataError, match="5 texts to find, too few for recall=10"):
        retrieve(old, old, EVERY)
    with pytest.raises(DataError, match="no text of any query's label"):
        retrieve(old, old, strange, EVERY, options=TOP1)
    for recall in ((), (0,)):
        with pytest.raises(UsageError, match="at least"):
            RetrievalOptions(recall)


def test_a_projected_model_asks_and_has_no_head() -> None:
    asks, items = (
        neural("dan", projected=5),
        nc.Examples(("on", "off"), ("play the", "jazz lights")),
    )
    found = retrieve(asks, asks, items, items, options=TOP1)
    assert found.head is None
    assert found.cross.top1 == 1


def test_nearest_rows_of_others() -> None:
    random = np.random.default_rng(1).standard_normal((50, 4)).astype(np.float32)
    units, asked = neighbours.unit(random), neighbours.unit(random[::-1])
    order = np.argsort(-(asked @ units.T), axis=1, kind="stable")
    assert np.array_equal(neighbours.nearest_to(units, asked, 50), order)
    assert np.array_equal(neighbours.nearest_to(units, asked, 3), order[:, :3])
    but = neighbours.nearest_to(units, asked, 3, np.arange(50)[::-1].copy())
    assert np.array_equal(but, order[:, 1:4])
