"""Taggers: decoding against brute force, attributes, and a model at every stage."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

import nlucompress as nc
from nlucompress.errors import DataError, FormatError, UsageError
from nlucompress.format import codec
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.networks.crf import network as crf
from nlucompress.networks.crf.attributes import parse_attributes
from nlucompress.networks.crf.template import TokenTemplate
from nlucompress.stages.measure.inspect.decodes import unfit
from tests.builders.samples import model_bytes
from tests.golden.sources import LABELS, SENTENCES, SOURCES, TEMPLATE, tagger
from tests.reference.decoder import open_model
from tests.reference.tagger import TokenReader
from tests.reference.tagger import viterbi as reference_viterbi

Float64 = NDArray[np.float64]


def labellings(scores: Float64, transitions: Float64) -> dict[tuple[int, ...], float]:
    """The score of every labelling."""
    tokens, labels = scores.shape
    return {
        y: float(
            sum(scores[t, y[t]] for t in range(tokens))
            + sum(transitions[a, b] for a, b in itertools.pairwise(y))
        )
        for y in itertools.product(range(labels), repeat=tokens)
    }


@pytest.mark.parametrize("tokens", range(1, 6))
@pytest.mark.parametrize("labels", [1, 2, 3])
def test_decoding_is_that_of_all_labellings(tokens: int, labels: int) -> None:
    random = np.random.default_rng(10 * tokens + labels)
    for _ in range(10):
        # Small integers: ties are frequent, and sums exact.
        scores = random.integers(-2, 3, (tokens, labels)).astype(np.float64)
        transitions = random.integers(-2, 3, (labels, labels)).astype(np.float64)
        listed = labellings(scores, transitions)
        best = tuple(crf.viterbi(scores, transitions).tolist())
        assert listed[best] == max(listed.values())
        assert list(best) == reference_viterbi(scores.tolist(), transitions.tolist())
        expected = np.zeros((tokens, labels))
        for y, score in listed.items():
            for t, label in enumerate(y):
                expected[t, label] += np.exp(score)
        expected /= expected.sum(axis=1, keepdims=True)
        assert np.allclose(crf.marginals(scores, transitions), expected, atol=1e-12)


def test_of_equal_labellings_the_lowest_label_wins_from_the_end() -> None:
    assert crf.viterbi(np.zeros((3, 4)), np.zeros((4, 4))).tolist() == [0, 0, 0]
    away = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert crf.viterbi(np.zeros((2, 2)), away).tolist() == [1, 0]


def test_scores_far_apart_give_marginals() -> None:
    scores = np.array([[1e6, -1e6], [-1e6, 1e6]])
    assert crf.marginals(scores, np.zeros((2, 2))).tolist() == [[1, 0], [0, 1]]
    assert crf.viterbi(np.zeros((0, 2)), np.zeros((2, 2))).tolist() == []


@pytest.mark.parametrize(
    ("line", "token"),
    [
        ("", []),
        ("a\tb", [("a", 1.0), ("b", 1.0)]),
        ("a\t\ta", [("a", 1.0), ("a", 1.0)]),
        ("a:2\tb:-.5e1", [("a", 2.0), ("b", -5.0)]),
        ("a:", [("a", 1.0)]),
        (r"a\:b:3", [("a:b", 3.0)]),
        (r"a\\:3", [("a\\", 3.0)]),
        ("a\\", [("a\\", 1.0)]),
        (r"\a", [("a", 1.0)]),
        (":2", [("", 2.0)]),
        ("w=東京", [("w=東京", 1.0)]),
    ],
)
def test_lines_of_attributes(line: str, token: list[tuple[str, float]]) -> None:
    assert parse_attributes(line) == token
    assert TokenReader({"kind": "attributes"}, str).tokens([line]) == [token]


@pytest.mark.parametrize("line", ["a:b", "a:1:2", "a:nan", "a:inf", "a:1e31", "a: 1", "a:1_0"])
def test_values_that_are_no_numbers(line: str) -> None:
    with pytest.raises(DataError, match="which is not a number"):
        parse_attributes(line)
    with pytest.raises(ValueError, match="a value is"):
        TokenReader({"kind": "attributes"}, str).tokens([line])


def test_the_template_is_that_of_the_specification() -> None:
    template = TokenTemplate(affixes=1, window=1, grams=2)
    keys = [name for name, _ in template(["Go", "7up"])[1]]
    assert keys == ["b", "x=dx", "-1=go", "0=7up", "1=</s>", "p=7", "s=p", "-1,2=go 7up",
                    "0,2=7up </s>"]  # fmt: skip
    assert template([]) == []


@pytest.mark.parametrize("name", ["crf_template", "packed_crf", "packed_linear_tagger"])
def test_the_second_reader_tags_alike(name: str) -> None:
    model = SOURCES[name]()
    sentences = SENTENCES[str((model.features or {})["kind"])]
    reference = open_model(model_bytes(model))
    assert nc.Tagger(model).tag(sentences) == [reference.tag(list(each)) for each in sentences]
    assert nc.Tagger(codec.parse(model_bytes(model))).tag(sentences) == nc.Tagger(model).tag(
        sentences
    )


@pytest.mark.parametrize("kind", ["crf", "linear"])
def test_hashing_and_packing_floats_changes_no_answer(kind: str) -> None:
    model = tagger(kind, TEMPLATE, ("b", "0=play", "x=Xx", "zero"))
    small = codec.parse(model_bytes(nc.pack(nc.phash(model))))
    sentences = SENTENCES["token-template"]
    for a, b in zip(nc.Tagger(model).scores(sentences), nc.Tagger(small).scores(sentences),
                    strict=True):  # fmt: skip
        assert np.array_equal(a, b)
    for shares in nc.Tagger(small).marginals(sentences):
        assert np.allclose(shares.sum(axis=1), 1)


def test_a_batch_gives_what_its_tokens_give(monkeypatch: pytest.MonkeyPatch) -> None:
    model = nc.Tagger(tagger("crf", TEMPLATE, ("b", "0=play", "0=it")))
    (whole,) = model.scores([["play", "it", "play"]])
    tokens = model.tokens(["play", "it", "play"])
    one_by_one = [model.scores([[token]])[0][0] for token in tokens]
    assert np.array_equal(whole, np.array(one_by_one))
    monkeypatch.setattr("nlucompress.networks.tagger.BATCH_VALUES", 1)
    assert np.array_equal(model.scores([["play", "it", "play"]])[0], whole)


def changed(model: nc.Model, **network: object) -> nc.Model:
    assert model.network is not None
    return replace(model, network=replace(model.network, **network))  # type: ignore[arg-type]


def wrong_models() -> Sequence[tuple[nc.Model, str]]:
    model = tagger("crf", {"kind": "attributes"}, ("b",))
    square = from_dense(np.zeros((4, 4), np.float32))
    narrow = nc.Table(Strings.of(["b"]), from_dense(np.zeros((1, 2), np.float32)))
    many = tuple(map(str, range(2049)))
    return [
        (changed(model, tensors={}), "needs a tensor 'transitions'"),
        (changed(model, settings={"link": "margin"}), "needs a tensor 'transitions'"),
        (changed(model, tensors={"transitions": square}), "not labels x labels"),
        (model.with_tables({}), "needs a table 'features'"),
        (model.with_tables({"features": narrow}), "not as many as the labels"),
        (replace(model, labels=()), "has no labels"),
        (replace(model, features=None), "unknown description"),
        (replace(model, features={"kind": "ngrams"}), "unknown description"),
        (replace(model, features={"kind": "attributes", "x": 1}), "unknown description"),
        (replace(model, features={**TEMPLATE, "window": 5}), "window is not an integer"),
        (replace(model, features={**TEMPLATE, "window": True}), "window is not an integer"),
        (replace(model, features={"kind": "token-template"}), "unknown description"),
        (
            replace(
                model,
                labels=many,
                tables={"features": nc.Table(Strings.of([]), from_dense(np.zeros((0, 2049))))},
            ),
            "1 to 2,048 labels",
        ),
    ]


@pytest.mark.parametrize(("model", "problem"), wrong_models(), ids=lambda value: str(value)[:30])
def test_parts_that_do_not_fit(model: nc.Model, problem: str) -> None:
    with pytest.raises(FormatError, match=problem):
        nc.Tagger(model)
    assert problem in unfit(model)[0]
    with pytest.raises(ValueError, match=r".") as refused:
        open_model(model_bytes(model))
    assert refused.type in (ValueError, FormatError)


def test_who_answers_what() -> None:
    words = SOURCES["packed_labels"]()
    with pytest.raises(UsageError, match="does not tag"):
        nc.Tagger(words)
    for name in ("crf_template", "packed_linear_tagger"):
        with pytest.raises(UsageError, match="use `tag`"):
            nc.Classifier(SOURCES[name]())
    assert nc.Tagger(SOURCES["crf_template"]()).labels == LABELS
