"""compress: candidates, their figures, and the choice among them."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, count
from pathlib import Path

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import DataError, StageOrderError, UsageError
from nlucompress.format import codec
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.format.model import Unknown
from nlucompress.networks.tagger import Tagger
from nlucompress.stages.shrink.compress.choices import WEIGHTS, space_of
from nlucompress.stages.shrink.compress.judge import Judge, neighbours
from nlucompress.stages.shrink.compress.measures import LinearTexts, Texts, measure_of
from nlucompress.stages.shrink.compress.options import (
    DEFAULT_GATES,
    PRESETS,
    CompressOptions,
    default_gates,
)
from nlucompress.stages.shrink.compress.pipeline import commands, pipeline
from nlucompress.stages.shrink.compress.report import CompressReport
from nlucompress.stages.shrink.compress.search import moves, search, steps_from
from nlucompress.stages.shrink.compress.stage import by_preset, compress
from nlucompress.stages.shrink.compress.trials import Maker, Trial, Trials

LOOSE = nc.Gates(max_accuracy_drop=0.05, max_nfr=0.08)
QUICK = CompressOptions(gates=LOOSE, effort="low")


@pytest.fixture(scope="module")
def full(models: Path) -> nc.Model:
    return nc.load(models / "full.nlu")


@pytest.fixture(scope="module")
def dev(models: Path) -> nc.Examples:
    return nc.read_examples(models / "dev.tsv")


@pytest.fixture(scope="module")
def found(full: nc.Model, dev: nc.Examples) -> tuple[nc.Model | None, CompressReport]:
    return compress(full, dev, options=QUICK)


def test_the_choice_is_the_smallest_that_meets_the_gates(
    found: tuple[nc.Model | None, CompressReport],
) -> None:
    small, report = found
    assert small is not None
    assert report.chosen is not None
    assert report.chosen.met
    assert codec.size(small) == report.chosen.size_bytes
    assert report.chosen.size_bytes == min(
        each.size_bytes for each in report.candidates if each.met
    )
    assert report.chosen.size_bytes * 15 < report.original_bytes


def test_figures_are_those_of_evaluate(
    full: nc.Model, dev: nc.Examples, found: tuple[nc.Model | None, CompressReport]
) -> None:
    _, report = found
    for each in (report.candidates[0], report.front[0], report.nearest[0]):
        sealed = codec.parse(codec.to_bytes(Maker(full).made(each.steps)))
        measured = nc.evaluate(sealed, dev, full)
        assert measured.reference is not None
        assert each.size_bytes == measured.size_bytes
        assert each.accuracy == pytest.approx(measured.accuracy)
        own = each.references[0]
        assert own.accuracy_drop == pytest.approx(measured.reference.accuracy_drop)
        assert own.nfr == pytest.approx(measured.reference.nfr)
        assert report.interval(each) == measured.accuracy_interval


def test_a_file_that_answers_otherwise_than_its_candidate_is_not_chosen(
    full: nc.Model, dev: nc.Examples, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = LinearTexts.answers

    def flattered(self: LinearTexts, hashed: nc.Model, file: bytes) -> np.ndarray:
        if len(file) < 4000:  # the smallest ones seem to change nothing
            return honest(self, full, file)
        return honest(self, hashed, file)

    monkeypatch.setattr(LinearTexts, "answers", flattered)
    small, report = compress(full, dev, options=QUICK)
    assert small is not None
    assert report.chosen is not None
    measured = nc.evaluate(small, dev, full).reference
    assert measured is not None
    assert report.chosen.references[0].nfr == pytest.approx(measured.nfr)


def test_the_same_on_more_threads(
    full: nc.Model, dev: nc.Examples, found: tuple[nc.Model | None, CompressReport]
) -> None:
    small, report = compress(full, dev, options=replace(QUICK, jobs=3))
    assert report == found[1]
    assert small is not None
    assert found[0] is not None
    assert codec.to_bytes(small) == codec.to_bytes(found[0])


def test_the_front_gets_better_as_it_grows(
    found: tuple[nc.Model | None, CompressReport],
) -> None:
    front = found[1].front
    assert len(front) > 2
    losses = [each.references[0].accuracy_drop + each.references[0].nfr for each in front]
    assert losses == sorted(losses, reverse=True)
    assert [each.size_bytes for each in front] == sorted(each.size_bytes for each in front)


def test_less_risk_takes_more_bytes(full: nc.Model, dev: nc.Examples) -> None:
    sizes = []
    for risk in (0.5, 0.02):
        small, report = compress(full, dev, options=replace(QUICK, risk=risk))
        assert small is not None
        assert report.bounded == (risk < 0.5)
        for gate in (gate for each in report.candidates for gate in each.gates):
            assert gate.bound >= gate.value if report.bounded else gate.bound == gate.value
        sizes.append(codec.size(small))
    assert sizes[0] < sizes[1]


class Planned(Trials):
    """Trials whose sizes and answers are made up: the smaller a file the more answers change."""

    def _try(self, maker: Maker, point: tuple[int, ...]) -> Trial:
        lost = sum(point)
        answers = np.where(np.arange(1000) < lost, 1, 0)
        return Trial(point, self.space.pipeline(point), 10_000 - 100 * lost, answers)


def test_all_neighbours_of_the_choice_are_tried() -> None:
    model = nc.Model({}, labels=("a", "b"))
    dev = nc.Examples(("a",) * 1000, ("text",) * 1000)
    given = {"the model": (model, dev.labels)}
    options = CompressOptions(gates=nc.Gates(max_nfr=0.02))
    judge = Judge(model, Texts(model, dev), given, options)
    trials = Planned(model, WEIGHTS, Texts(model, dev), 250)
    best = trials.found[search(trials, judge, 4, None).order[0]].point
    assert sum(best) == 12  # the most flips of 1,000 whose bound is within 2 %
    tried = {each.point for each in trials.found}
    assert not trials.over
    assert all(point in tried for point in steps_from(WEIGHTS, best))


def test_neighbours_are_a_step_away() -> None:
    weights = neighbours([(0, 0), (0, 1), (1, 1), (3, 3)])
    assert weights.tolist()[0] == [0.5, 0.5, 0, 0]
    assert weights.tolist()[3] == [0, 0, 0, 1]
    assert weights.sum(axis=1) == pytest.approx(1)


def test_few_examples_are_sure_of_nothing(full: nc.Model, dev: nc.Examples) -> None:
    few = nc.Examples(dev.labels[:60], dev.texts[:60])
    options = CompressOptions(gates=nc.Gates(max_nfr=0.01), effort="low")
    small, report = compress(full, few, options=options)
    assert small is None
    assert report.needed == 300
    small, report = compress(full, few, options=replace(options, risk=0.5))
    assert small is not None


def test_default_gates_are_as_narrow_as_the_data_allow() -> None:
    assert default_gates(600) == DEFAULT_GATES
    assert default_gates(150) == nc.Gates(max_accuracy_drop=0.02, max_nfr=0.02)
    assert default_gates(150, risk=0.5) == DEFAULT_GATES


def test_a_size_alone_loses_least_within_it(full: nc.Model, dev: nc.Examples) -> None:
    options = CompressOptions(gates=nc.Gates(max_size=8000), effort="low")
    small, report = compress(full, dev, options=options)
    assert small is not None
    assert codec.size(small) <= 8000
    within = [each for each in report.candidates if each.size_bytes <= 8000]
    chosen = report.chosen
    assert chosen is not None
    losses = [each.references[0].accuracy_drop + each.references[0].nfr for each in within]
    assert chosen.references[0].accuracy_drop + chosen.references[0].nfr == min(losses)
    assert chosen.binding is not None
    assert chosen.binding.name == "max_size"


def test_nothing_meets_gates_that_contradict(full: nc.Model, dev: nc.Examples) -> None:
    gates = nc.Gates(max_nfr=0.03, max_size=2500)
    small, report = compress(full, dev, options=CompressOptions(gates=gates, effort="low"))
    assert small is None
    assert report.chosen is None
    assert all(not each.met for each in report.candidates)
    best = report.nearest[0]
    assert [gate.met for gate in best.gates] == [True, False]
    assert best.binding is not None
    assert best.binding.name == "max_size"


def test_every_reference_counts(full: nc.Model, dev: nc.Examples, models: Path) -> None:
    older = nc.load(models / "older.nlu")
    gates = nc.Gates(max_nfr=0.3, min_accuracy=0.5)
    _, report = compress(
        full, dev, {"older.nlu": older}, CompressOptions(gates=gates, effort="low"), name="full"
    )
    names = [(gate.name, gate.reference) for gate in report.candidates[0].gates]
    assert names == [("min_accuracy", None), ("max_nfr", "full"), ("max_nfr", "older.nlu")]
    sealed = Maker(full).made(report.candidates[0].steps)
    measured = nc.evaluate(sealed, dev, {"full": full, "older.nlu": older})
    for each, against in zip(report.candidates[0].references, measured.references, strict=True):
        assert each.nfr == pytest.approx(against.nfr)


def test_a_budget_stops_behind_a_trial(full: nc.Model, dev: nc.Examples) -> None:
    ticks = count()
    measure = measure_of(full, dev)
    points = [(3, 0, 0, 2, 0), (3, 1, 0, 2, 0), (5, 2, 0, 2, 0), (5, 3, 0, 2, 0)]
    trials = Trials(full, WEIGHTS, measure, 10, budget=2.5, clock=lambda: float(next(ticks)))
    trials.run(points)
    assert trials.over
    assert trials.stopped_by_budget
    assert [each.point for each in trials.found] == points[:2]


def test_there_is_always_a_first_trial(full: nc.Model, dev: nc.Examples) -> None:
    _, report = compress(full, dev, options=replace(QUICK, budget=1e-9))
    assert len(report.candidates) == 1
    assert report.stopped_by_budget


def test_measures_agree(full: nc.Model, dev: nc.Examples) -> None:
    fast = measure_of(full, dev)
    assert isinstance(fast, LinearTexts)
    hashed = nc.phash(
        nc.quantize(full, nc.QuantizeOptions(bits=4)), nc.PhashOptions(fingerprint_bits=2)
    )
    file = codec.to_bytes(nc.pack(hashed))
    assert np.array_equal(fast.answers(hashed, file), Texts(full, dev).answers(hashed, file))


def test_answers_to_unknown_texts_count(full: nc.Model, dev: nc.Examples) -> None:
    doubtful = replace(full, unknown=Unknown("nothing of it", 0.5))
    _, report = compress(doubtful, dev, options=replace(QUICK, budget=1e-9))
    (only,) = report.candidates
    sealed = Maker(doubtful).made(only.steps)
    assert only.accuracy == pytest.approx(nc.evaluate(sealed, dev).accuracy)
    assert report.original_accuracy == pytest.approx(nc.evaluate(doubtful, dev).accuracy)
    assert report.original_accuracy < nc.evaluate(full, dev).accuracy


@pytest.fixture(scope="module")
def tagged() -> nc.Tagged:
    words = (("from", "O"), ("bonn", "B-city"), ("to", "O"), ("new", "B-city"), ("york", "I-city"))
    sentences, labels = [], []
    for begin in range(40):
        picked = [words[(begin + 3 * at) % len(words)] for at in range(2 + begin % 4)]
        sentences.append(tuple(word for word, _ in picked))
        labels.append(tuple(tag for _, tag in picked))
    return nc.Tagged(tuple(labels), tuple(sentences))


@pytest.mark.parametrize("joint", [True, False])
def test_taggers(tagged: nc.Tagged, joint: bool) -> None:
    model = nc.train_crf(tagged, None, nc.CrfOptions(iterations=20))
    if not joint:
        assert model.network is not None
        bias = {"bias": from_dense(np.zeros((1, len(model.labels)), np.float32))}
        network = replace(model.network, kind="linear", settings={"link": "margin"}, tensors=bias)
        model = replace(model, network=network)
    gates = nc.Gates(max_accuracy_drop=0.05, max_nfr=0.05)
    small, report = compress(
        model, tagged, options=CompressOptions(gates=gates, risk=0.5, effort="low")
    )
    assert small is not None
    assert report.chosen is not None
    assert (report.units, report.answers) == (40, sum(map(len, tagged.labels)))
    answers = Tagger(small).tag(tagged.sentences)
    given, truth = (list(chain.from_iterable(each)) for each in (answers, tagged.labels))
    right = np.mean([a == b for a, b in zip(given, truth, strict=True)])
    assert report.chosen.accuracy == pytest.approx(right)


@pytest.mark.parametrize("name", PRESETS)
def test_presets(full: nc.Model, name: str) -> None:
    small, steps = by_preset(full, name)
    assert small.sealed
    assert Maker(full).made(steps) is not None


def test_presets_get_smaller(full: nc.Model, models: Path) -> None:
    for model in (full, nc.load(models / "big.nlu")):
        sizes = [codec.size(by_preset(model, name)[0]) for name in PRESETS]
        assert sizes == sorted(sizes, reverse=True)


def test_commands() -> None:
    steps = pipeline(
        {
            "quantize": {"bits": 4, "per": "group", "group": 3, "norms": True},
            "phash": {"groups": (32, 8), "fingerprint_bits": 8},
        },
        ("quantize", "phash", "pack"),
    )
    assert commands(steps, "a b.nlu", "-") == (
        "nlucompress quantize 'a b.nlu' --bits 4 --group 3 --per group "
        "| nlucompress phash --fingerprint-bits 8 --groups 32x8 | nlucompress pack"
    )
    assert commands(steps[1:], "x.ftz", "y", ("import",)).startswith("nlucompress import x.ftz | ")


def test_moves_go_one_step_or_trade_one_for_another() -> None:
    point = tuple(0 for _ in WEIGHTS.axes)
    found = list(moves(WEIGHTS, point))
    assert len(found) == len(set(found))
    assert all(len(move) == len(point) for move in found)
    assert {sum(move) for move in found} == {1}  # nothing lies before the first values


def test_refusals(full: nc.Model, dev: nc.Examples, models: Path) -> None:
    with pytest.raises(StageOrderError, match="before phash"):
        compress(nc.load(models / "small.nlu"), dev)
    with pytest.raises(StageOrderError, match="before phash"):
        by_preset(nc.load(models / "hashed.nlu"), "small")
    with pytest.raises(DataError, match="no examples"):
        compress(full, nc.Examples((), ()))
    with pytest.raises(DataError, match="no label"):
        compress(full, nc.Examples(("other",), ("text",)))
    with pytest.raises(UsageError, match="tables only"):
        compress(nc.load(models / "vectors.nlu"), dev)
    for wrong in ({"risk": 0.0}, {"risk": 1.0}, {"jobs": 0}, {"budget": 0.0}):
        with pytest.raises(UsageError):
            CompressOptions(**wrong)


def test_what_can_be_chosen_depends_on_the_model(full: nc.Model, models: Path) -> None:
    def names(model: nc.Model) -> list[str]:
        return [axis.name for axis in space_of(model).axes]

    assert "importance" in names(full)
    (table,) = full.tables.values()
    uncounted = full.with_tables({"features": replace(table, counts=None)})
    assert names(uncounted) == [name for name in names(full) if name != "importance"]
    dense = nc.load(models / "big.nlu")
    assert names(dense)[:2] == ["rounding", "rank"]
    space = space_of(dense)
    assert space.pipeline((0,) * len(space.axes))[0].stage == "quantize"
    thin = space.pipeline((0, 2, *(0 for _ in space.axes[2:])))
    assert commands(thin, "a", "b").startswith("nlucompress factorize a --ratio 0.5 | ")
    factorized = nc.factorize(dense, nc.FactorizeOptions(ratio=0.3))
    assert "rank" not in names(factorized)


def test_codes_are_only_hashed_and_packed(models: Path) -> None:
    quantized = nc.load(models / "quantized.nlu")
    space = space_of(quantized)
    assert "quantize" not in space.stages
    small, steps = by_preset(quantized, "faithful")
    assert [step.stage for step in steps] == ["phash", "pack"]
    hashed = nc.phash(quantized, nc.PhashOptions(fingerprint_bits=12))
    assert codec.size(small) == codec.size(nc.pack(hashed))
