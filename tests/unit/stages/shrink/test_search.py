"""The search for the cheapest student that understands a large model's gallery."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import StageOrderError, UsageError
from nlucompress.format import codec
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.networks.neural.network import representing
from nlucompress.stages.shrink.search.stage import Candidate, search
from nlucompress.stages.shrink.search.students import SearchOptions, Students
from nlucompress.training.compatible import CompatibleOptions
from nlucompress.training.plan import LoopOptions
from nlucompress.training.schedules import Schedule
from tests.golden.sources import classifier, hashed, neural
from tests.hostile.samples import model_bytes

LABELS = ("on", "off", "play")
WORDS = 30  # of the texts
ROWS = 600  # of the table
TEXTS = tuple(f"word{at} word{at + len(LABELS)}" for at in range(WORDS - len(LABELS)))
EXAMPLES = nc.Examples(tuple(LABELS[at % 3] for at in range(len(TEXTS))), TEXTS)
DEV = nc.Examples(
    tuple(LABELS[at % 3] for at in range(WORDS)), tuple(f"word{at}" for at in range(WORDS))
)
LOOP = LoopOptions(epochs=20, schedule=Schedule("fixed", 1e-2), dropout=0, word_dropout=0)


@pytest.fixture(scope="module")
def large() -> nc.Model:
    """A network over words of three kinds, around three directions each."""
    random = np.random.default_rng(1)
    directions = np.repeat(np.eye(3), 4, axis=1)
    rows = directions[np.arange(ROWS) % 3] + 0.2 * random.standard_normal((ROWS, 12))
    table = nc.Table(Strings.of([f"word{at}" for at in range(ROWS)]), from_dense(rows))
    model = neural("dan", 3)
    network = model.network
    assert network is not None
    shapes = {"hidden1.weight": (12, 8), "hidden2.weight": (8, 8), "output.weight": (8, 3)}
    shapes |= {"hidden1.bias": (1, 8), "hidden2.bias": (1, 8), "output.bias": (1, 3)}
    tensors = {
        name: from_dense(random.standard_normal(shape) / 2) for name, shape in shapes.items()
    }
    return replace(
        model,
        tables={"embeddings": table},
        network=replace(network, tensors=tensors),
        labels=LABELS,
    )


def options(**changes: object) -> SearchOptions:
    chosen = {"loop": LOOP, "ranks": (1, 4, 12), "bits": (4, 8), "max_drop": 0.0, **changes}
    return SearchOptions(**chosen)  # type: ignore[arg-type]


def test_plans_go_from_the_smallest_up(large: nc.Model) -> None:
    network = representing(large, "large model")
    students = Students(large, network, EXAMPLES, DEV, options(widths=(2, 8)))
    assert len(students.plans) == 12
    assert students.plans[0] == (2, 1, 4)
    assert students.plans[-1] == (8, 12, 8)
    own = Students(large, network, EXAMPLES, DEV, options(ranks=(12, 500)))
    assert own.plans == [(8, 12, 4), (8, 12, 8)]


def test_the_first_student_that_holds_the_bound_is_taken(large: nc.Model) -> None:
    pytest.importorskip("torch")
    told: list[Candidate] = []
    shares: list[float] = []
    student, report = search(
        large, EXAMPLES, DEV, options(), lambda _, share: shares.append(share), told.append
    )
    assert student is not None
    assert tuple(told) == report.candidates
    assert [each.met for each in told] == [False] * (len(told) - 1) + [True]
    assert len(told) > 1
    assert told[-1].size_bytes == codec.size(student) < report.large_bytes
    assert told[-1].drop == report.large_top1 - told[-1].top1 <= 0
    assert student.sealed
    assert shares == sorted(shares)
    again, _ = search(large, EXAMPLES, DEV, options())
    assert again is not None
    assert model_bytes(again) == model_bytes(student)


def test_another_network_is_projected(large: nc.Model) -> None:
    pytest.importorskip("torch")
    chosen = options(network="cnn", widths=(2,), ranks=(12,), bits=(8,), max_drop=1.0)
    student, report = search(large, EXAMPLES, DEV, chosen)
    assert student is not None
    assert representing(student, "student").width == 8
    assert report.candidates[0].top1 > 0.6


def test_none_may_be_good_enough(large: nc.Model) -> None:
    pytest.importorskip("torch")
    student, report = search(large, EXAMPLES, DEV, options(ranks=(1,), bits=(1,)))
    assert student is None
    assert [each.met for each in report.candidates] == [False]


def test_bad_input_is_refused(large: nc.Model) -> None:
    with pytest.raises(UsageError, match="has no representations"):
        search(classifier(), EXAMPLES, DEV)
    with pytest.raises(StageOrderError, match="before phash"):
        search(hashed(large), EXAMPLES, DEV)
    wrong: list[dict[str, object]] = [
        {"max_drop": -1.0},
        {"max_drop": np.nan},
        {"network": "linear"},
        {"ranks": ()},
        {"bits": (9,)},
        {"widths": (0,)},
    ]
    for each in wrong:
        with pytest.raises(UsageError):
            options(**each)
    assert options(compatible=CompatibleOptions(prototypes=0)).compatible.influence == 1
