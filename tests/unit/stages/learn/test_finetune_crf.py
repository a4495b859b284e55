"""Training on of taggers: the divergence of labellings, what stays, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.data.tagged import Tagged
from nlucompress.errors import DataError, StageOrderError, UsageError
from nlucompress.format.matrices.kinds import Dense, Sparse
from nlucompress.format.matrices.numbers import Linear
from nlucompress.networks.crf.network import transitions_of
from nlucompress.stages.learn.finetune.crf import finetune_crf
from nlucompress.stages.learn.finetune.teaching import LinearFinetuneOptions
from nlucompress.stages.learn.finetune.teaching_tags import crf_teacher_of
from nlucompress.training import design
from nlucompress.training.crf.fit import Objective, Weights
from tests.unit.networks.test_tagger import labellings
from tests.unit.networks.test_tagging import TRAIN

ALONE = LinearFinetuneOptions(distill="none", iterations=20)
FOCAL = LinearFinetuneOptions(distill="focal", lambda_=2.0, iterations=20)
HALF = Tagged(
    TRAIN.labels[::2] + TRAIN.labels[1:8:2], TRAIN.sentences[::2] + TRAIN.sentences[1:8:2]
)
OTHERS = Tagged(
    tuple(("O", "B-city", "I-artist") if len(each) == 3 else each for each in TRAIN.labels),
    TRAIN.sentences,
)


@pytest.fixture(scope="module")
def old() -> nc.Model:
    return nc.train_crf(HALF, None, nc.CrfOptions(iterations=15))


@pytest.fixture(scope="module")
def new() -> nc.Model:
    return nc.train_crf(TRAIN, None, nc.CrfOptions(iterations=25))


def test_the_term_is_the_divergence_of_all_labellings(old: nc.Model, new: nc.Model) -> None:
    few = Tagged(TRAIN.labels[:5], TRAIN.sentences[:5])
    options = replace(FOCAL, alpha=0.5, beta=3.0)
    teacher = crf_teacher_of(new, few, [old], options)
    keys = new.tables["features"].strings
    assert keys is not None
    columns = {keys.key(row): row for row in range(len(keys))}
    read = nc.Tagger(new)
    problem = design.token_problem(
        [read.tokens(each) for each in few.sentences], few, columns, new.labels
    )
    matrix = new.tables["features"].matrix
    rows = matrix.rows(np.arange(matrix.shape[0]))
    weights = Weights(rows, transitions_of(new))
    taught = Objective(problem, 0.0, rows != 0, teacher)
    packed = taught.packed(weights)
    term = taught(packed)[0] - Objective(problem, 0.0, rows != 0)(packed)[0]

    expected, tokens = 0.0, 0
    sentences = zip(
        few.labels, nc.Tagger(old).tag(few.sentences), nc.Tagger(old).scores(few.sentences),
        nc.Tagger(new).scores(few.sentences), strict=True,
    )  # fmt: skip
    assert old.labels == new.labels
    for truth, answers, before, after in sentences:
        share = float(np.mean([a == b for a, b in zip(truth, answers, strict=True)]))
        probable = [np.exp(np.array(list(labellings(scores, transitions_of(model)).values())))
                    for scores, model in ((before, old), (after, new))]  # fmt: skip
        p, q = (each / each.sum() for each in probable)
        expected += 2.0 * (0.5 + 3.0 * share) * float((p * np.log(p / q)).sum())
        tokens += len(truth)
    assert term == pytest.approx(expected / tokens, rel=1e-6)


def test_a_model_does_not_differ_from_itself(old: nc.Model) -> None:
    teacher = crf_teacher_of(old, TRAIN, [old], FOCAL)
    assert teacher is not None
    same = finetune_crf(old, TRAIN, None, [old], replace(FOCAL, lambda_=1e4, l2=0.0))
    apart = np.abs(transitions_of(same) - transitions_of(old)).max()
    free = finetune_crf(old, TRAIN, None, (), ALONE)
    assert apart < 0.05 * np.abs(transitions_of(free) - transitions_of(old)).max()


def flips(model: nc.Model, old: nc.Model) -> int:
    answers = nc.Tagger(old).tag(TRAIN.sentences), nc.Tagger(model).tag(TRAIN.sentences)
    return sum(
        a == truth != b
        for triple in zip(TRAIN.labels, *answers, strict=True)
        for truth, a, b in zip(*triple, strict=True)
    )


def test_a_reference_holds_what_other_labels_would_change(new: nc.Model) -> None:
    alone = finetune_crf(new, OTHERS, None, (), ALONE)
    held = finetune_crf(new, OTHERS, None, [new], replace(FOCAL, alpha=5.0))
    assert flips(alone, new) > 10
    assert flips(held, new) == 0


def test_codes_stay_on_their_grid_and_lower_the_loss(old: nc.Model) -> None:
    rounded = nc.quantize(old, nc.QuantizeOptions(bits=3, tensors=("transitions",)))
    tuned = finetune_crf(rounded, TRAIN, TRAIN, (), ALONE)
    before, after = (each.tables["features"].matrix for each in (rounded, tuned))
    assert isinstance(before, Sparse | Dense)
    assert isinstance(before.numbers, Linear)
    at = np.arange(before.shape[0])
    levels = np.arange(before.numbers.levels)
    grid = before.numbers.decode(levels, np.zeros_like(levels), np.zeros_like(levels))
    assert np.isin(after.rows(at), grid).all()
    assert not np.array_equal(before.rows(at), after.rows(at))
    assert not after.rows(at)[before.rows(at) == 0].any()
    gained = tuned.history[-1]["figures"]["features"]
    assert gained["accuracy"] >= gained["accuracy_before"]
    nc.pack(nc.phash(tuned))


def test_sentences_of_labels_that_the_reference_lacks_are_free(new: nc.Model) -> None:
    songs = [at for at, labels in enumerate(TRAIN.labels) if "I-artist" in labels]
    rest = [at for at in range(len(TRAIN)) if at not in songs]
    fewer = Tagged(
        tuple(TRAIN.labels[at] for at in rest), tuple(TRAIN.sentences[at] for at in rest)
    )
    small = nc.train_crf(fewer, None, nc.CrfOptions(iterations=10))
    teacher = crf_teacher_of(new, TRAIN, [small], FOCAL)
    assert teacher is not None
    assert not teacher.weights[songs].any()
    assert (teacher.weights[rest] > 0).all()
    with pytest.raises(UsageError, match="has a label that the model lacks: 'B-artist'"):
        finetune_crf(small, fewer, None, [new], FOCAL)


@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        (nc.phash, ALONE, StageOrderError, "run finetune before phash"),
        (lambda m: nc.pack(nc.phash(m)), ALONE, StageOrderError, "sealed by pack"),
        (lambda m: m, replace(FOCAL, distill="margin"), UsageError, "plain or focal"),
        (lambda m: m, replace(FOCAL, temperature=2.0), UsageError, "plain or focal"),
        (lambda m: m, FOCAL, UsageError, "needs a reference"),
    ],
)
def test_refusals(old: nc.Model, change, options, error, message) -> None:  # type: ignore[no-untyped-def]
    references = () if options is FOCAL or options is ALONE else (old,)
    with pytest.raises(error, match=message):
        finetune_crf(change(old), TRAIN, None, references, options)


def test_data_and_references_that_do_not_fit(old: nc.Model) -> None:
    strange = Tagged((("O", "B-x"),), (("play", "it"),))
    with pytest.raises(DataError, match="training sentence 1: label 'B-x' is unknown"):
        finetune_crf(old, strange, None, (), ALONE)
    with pytest.raises(DataError, match="development sentence 1: label 'B-x' is unknown"):
        finetune_crf(old, TRAIN, strange, (), ALONE)
    texts = nc.train(nc.Examples(("a", "b"), ("x y", "z w")), None, nc.TrainOptions(min_count=1))
    with pytest.raises(UsageError, match="the reference is not a conditional random field"):
        finetune_crf(old, TRAIN, None, [texts], FOCAL)
    with pytest.raises(UsageError, match="the model is not a conditional random field"):
        finetune_crf(texts, TRAIN, None, (), ALONE)
