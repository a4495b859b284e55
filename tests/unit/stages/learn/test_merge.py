"""Models mixed from an older and a newer one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import DataError, StageOrderError, UsageError
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.stages.learn.finetune.stage import FinetuneOptions, finetune
from nlucompress.training.plan import LoopOptions
from tests.golden.sources import neural
from tests.workplace import SAMPLE

TEXTS = ["turn the heating up", "play some jazz", "call mom", "nothing known at all", ""]


def head(part: str, count: int, step: int = 1) -> nc.Examples:
    found = nc.read_examples(SAMPLE / f"{part}.tsv")
    return nc.Examples(found.labels[: count * step : step], found.texts[: count * step : step])


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[nc.Model, nc.Model]:
    """Linear models of a part of the data and of all, with other n-grams."""
    options = nc.TrainOptions(iterations=40)
    old, new = nc.train(head("train", 400, 3), None, options), nc.train(head("train", 1200))
    return old, new


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_linear_scores_are_mixed(models: tuple[nc.Model, nc.Model], share: float) -> None:
    old, new = models
    merged = nc.merge(old, new, nc.MergeOptions(share))
    before, after = (nc.Classifier(each).scores(TEXTS) for each in models)
    expected = (1 - share) * before + share * after
    assert np.allclose(nc.Classifier(merged).scores(TEXTS), expected, atol=1e-5)
    assert merged.history[-1]["options"]["weight"] == share


def test_quantized_models_become_floats(models: tuple[nc.Model, nc.Model]) -> None:
    old, new = (nc.quantize(each, nc.QuantizeOptions(bits=6)) for each in models)
    merged = nc.merge(old, new, nc.MergeOptions(1.0))
    assert np.allclose(nc.Classifier(merged).scores(TEXTS), nc.Classifier(new).scores(TEXTS))
    nc.quantize(merged, nc.QuantizeOptions(bits=6))


def test_the_search_meets_its_bound(models: tuple[nc.Model, nc.Model]) -> None:
    old, new = models
    dev = head("dev", 500)
    free = nc.merge(old, new, nc.MergeOptions(None), dev=dev)
    bound = nc.merge(old, new, nc.MergeOptions(None, max_nfr=0.002), dev=dev)
    report = nc.evaluate(bound, dev, old)
    assert report.reference is not None
    assert report.reference.nfr <= 0.002
    accuracy = [nc.evaluate(each, dev).accuracy for each in (old, new, free)]
    assert accuracy[2] >= max(accuracy[:2])
    told = free.history[-1]["figures"]["weights"]
    assert told["dev_accuracy"] == accuracy[2]


def test_fisher_weights_what_the_answers_depend_on(models: tuple[nc.Model, nc.Model]) -> None:
    old, new = models
    data = head("train", 300)
    merged = nc.merge(old, new, nc.MergeOptions(0.5, fisher=True), data)
    plain = nc.merge(old, new, nc.MergeOptions(0.5))
    weighted, even = (nc.Classifier(each).scores(TEXTS) for each in (merged, plain))
    assert not np.allclose(weighted, even)
    same = nc.merge(new, new, nc.MergeOptions(0.3, fisher=True), data)
    assert np.allclose(
        nc.Classifier(same).scores(TEXTS), nc.Classifier(new).scores(TEXTS), atol=1e-5
    )


def tuned(model: nc.Model) -> nc.Model:
    examples = nc.Examples(model.labels[:2] * 3, ("play jazz", "lights", "the volume") * 2)
    return finetune(model, examples, options=FinetuneOptions(loop=LoopOptions(epochs=2)))


@pytest.mark.parametrize("kind", ["dan", "lstm", "cnn"])
@pytest.mark.parametrize("fisher", [False, True])
def test_neural_models(kind: str, fisher: bool) -> None:
    pytest.importorskip("torch")
    old = neural(kind)
    new = tuned(old)
    data = nc.Examples(old.labels[:1] * 2, ("play jazz", "lights")) if fisher else None
    merged = nc.merge(old, new, nc.MergeOptions(0.5, fisher=fisher), data)
    assert old.network is not None
    assert new.network is not None
    assert merged.network is not None
    name = sorted(old.network.tensors)[0]
    rows = np.arange(old.network.tensors[name].shape[0])
    before, after, mixed = (
        each.network.tensors[name].rows(rows) for each in (old, new, merged) if each.network
    )
    low, high = np.minimum(before, after), np.maximum(before, after)
    assert ((mixed >= low - 1e-6) & (mixed <= high + 1e-6)).all()
    if not fisher:
        assert np.allclose(mixed, (before + after) / 2, atol=1e-6)
    assert nc.Classifier(merged).predict(["play jazz"])


def test_models_without_a_common_basis_are_refused(models: tuple[nc.Model, nc.Model]) -> None:
    old, new = models
    other = nc.train(head("train", 300), None, nc.TrainOptions(iterations=5, words=(1, 1)))
    with pytest.raises(UsageError, match="their features differ"):
        nc.merge(other, new)
    with pytest.raises(UsageError, match="their labels differ"):
        nc.merge(replace(old, labels=tuple(reversed(old.labels))), new)
    with pytest.raises(UsageError, match="neither was trained from the other"):
        nc.merge(neural("dan"), _moved(neural("dan")))
    with pytest.raises(UsageError, match="kinds differ"):
        nc.merge(neural("dan"), neural("lstm"))
    with pytest.raises(StageOrderError, match="newer model were hashed by phash; merge before"):
        nc.merge(old, nc.phash(new))
    with pytest.raises(StageOrderError, match="older model was sealed"):
        nc.merge(nc.pack(nc.phash(old)), new)
    with pytest.raises(StageOrderError, match="taken apart by factorize"):
        nc.merge(neural("dan"), nc.factorize(neural("dan"), nc.FactorizeOptions(rank=2)))


def _moved(model: nc.Model) -> nc.Model:
    table = model.tables["embeddings"]
    values = table.matrix.rows(np.arange(table.matrix.shape[0])) + 1
    return model.with_tables({"embeddings": replace(table, matrix=from_dense(values))})


def test_wrong_options_are_refused(models: tuple[nc.Model, nc.Model]) -> None:
    dev = head("dev", 20)
    for options, data, given in (
        (nc.MergeOptions(0.5), None, dev),
        (nc.MergeOptions(0.5, max_nfr=0.01), None, None),
        (nc.MergeOptions(0.5, fisher=True), None, None),
        (nc.MergeOptions(0.5), dev, None),
    ):
        with pytest.raises(UsageError):
            nc.merge(*models, options, data, given)
    with pytest.raises(UsageError, match="is not within 0 to 1"):
        nc.MergeOptions(1.5)
    with pytest.raises(UsageError, match="candidates: 1"):
        nc.MergeOptions(candidates=1)
    assert nc.merge(*models).history[-1]["options"]["weight"] == 0.5
    with pytest.raises(DataError, match="no label"):
        nc.merge(*models, nc.MergeOptions(None), dev=nc.Examples(("x",), ("y",)))


def test_the_program(models: tuple[nc.Model, nc.Model], tmp_path: Path) -> None:
    from tests.cli.program import BAD_INPUT, DONE, USAGE, run

    for name, model in zip(("old", "new"), models, strict=True):
        nc.save(model, tmp_path / f"{name}.nlu")
    done = run(tmp_path, "merge", "old.nlu", "new.nlu", "-o", "merged.nlu")
    assert done.code == DONE
    assert "weights: 0.5 of the newer model" in done.err
    newer = (tmp_path / "new.nlu").read_bytes()
    again = run(tmp_path, "merge", "old.nlu", "--weight", "0.5", stdin=newer)
    assert again.out == (tmp_path / "merged.nlu").read_bytes()
    assert run(tmp_path, "merge", "old.nlu", "new.nlu", "--fisher", "-o", "a.nlu").code == USAGE
    nc.save(nc.phash(models[1]), tmp_path / "hashed.nlu")
    refused = run(tmp_path, "merge", "old.nlu", "hashed.nlu", "-o", "a.nlu")
    assert (refused.code, (tmp_path / "a.nlu").exists()) == (BAD_INPUT, False)
