"""Models of Apache OpenNLP: categories, tags, and what is refused."""

from __future__ import annotations

import contextlib
import io
import math
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import DataError, FormatError, NluCompressError
from nlucompress.format.model import Model
from nlucompress.importers.detect import import_model, recognize
from nlucompress.networks.tagger import Tagger
from tests.builders import opennlp_files as files
from tests.fuzz import mutations


def load(data: bytes) -> Model:
    return import_model(io.BytesIO(data))


def test_categories() -> None:
    model = load(files.FILES["opennlp"])
    assert recognize(files.FILES["opennlp"]) == "opennlp"
    assert model.labels == files.OUTCOMES
    classifier = nc.Classifier(model)
    # Words count as often as they come; case and marks stay; two words are an n-gram.
    texts = ["turn off off", "ON on\u00a0on", "東京,", "a:b c", "a b:c", "a b c", ""]
    expected = [
        [0, 2 * 2 + 1, 0.25 * 2 - 1],
        [3, 0, 0],
        [0, 0, 0],
        [0.5, 0.5, 0.5],
        [0.5, 0.5, 0.5],
        [0, 0, 0],
        [0, 0, 0],
    ]
    assert classifier.scores(texts).tolist() == expected
    first = classifier.predictions(["on"], 3)[0]
    assert math.isclose(first.scores[0], math.exp(1.5) / (math.exp(1.5) + 2))


def test_a_bag_of_words_alone_is_the_default() -> None:
    for generators in ("", files.BAG):
        scores = nc.Classifier(load(files.model(generators=generators))).scores(["turn off"])
        assert scores.tolist() == [[0, 2, 0.25]]


@pytest.mark.parametrize("kind", ["GIS", "QN", "Perceptron"])
def test_tags(kind: str) -> None:
    model = load(files.model("POSTaggerME", "pos.model", "", files.numbers(kind)))
    tagger = Tagger(model)
    tokens = [["bow=on"], ["bow=off\tng=\\:turn\\:off"], ["bow=東京"]]
    assert tagger.tag(tokens) == [["on"], ["off"], ["off"]]
    (shares,) = tagger.marginals([["bow=on"]])
    wanted = [1.5, 0, 0] if kind == "Perceptron" else np.exp([1.5, 0, 0]) / (math.exp(1.5) + 2)
    assert np.allclose(shares[0], wanted)


DATA = files.numbers()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (files.model("ParserME"), "a model of ParserME; DocumentCategorizerME, .* are read"),
        (files.model(generators="a.B"), "features by a.B; only those of BagOfWords"),
        (files.model(generators=f"{files.BAG},{files.BAG}"), "once each"),
        (files.model(name="other.model"), "there is no 'doccat.model' in the archive"),
        (files.model(data=files.numbers("NaiveBayes")), "type 'NaiveBayes'; GIS, QN, Perceptron"),
        (files.model(data=files.numbers(constant=7)), "its correction constant is 7"),
        (files.model(data=files.numbers(outcomes=())), "0 outcomes"),
        (files.model(data=files.numbers(outcomes=("a", "b", "a"))), "outcome 'a' occurs twice"),
        (files.model(data=DATA.replace(b"\0\x032 0", b"\0\x039 0")), "not those of 5 predicates"),
        (files.model(data=DATA.replace(b"2 1 2", b"2 1 3")), "pattern of outcomes '2 1 3' is dam"),
        (files.model(data=DATA.replace(b"2 1 2", b"2 2 1")), "pattern of outcomes '2 2 1' is dam"),
        (files.model(data=DATA.replace(b"bow=on", b"bow=\xffn")), "predicates: a text is no UTF-8"),
        (files.model(data=DATA[:-1]), "weights: the file ends within it"),
        (files.model(data=DATA + b"\0"), "1 bytes follow the weights"),
        (files.model()[:-5], "the zip archive is damaged"),
    ],
)
def test_what_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(FormatError, match=problem):
        load(data)


def test_a_weight_that_is_no_number() -> None:
    data = DATA[:-8] + b"\x7f\xf0" + bytes(6)
    with pytest.raises(DataError, match="the weight inf is no finite float32"):
        load(files.model(data=data))


def test_damage_is_refused_or_harmless() -> None:
    random = np.random.default_rng(1)
    for _ in range(300):
        with contextlib.suppress(NluCompressError):
            load(files.model(data=mutations.mutate(DATA, [DATA], random)))


@pytest.mark.skipif(shutil.which("opennlp") is None, reason="Apache OpenNLP is not installed")
def test_categories_are_those_of_the_tool(tmp_path: Path) -> None:
    words = {"music": "play some café", "heating": "turn off warm", "way": "find Paris near"}
    random = np.random.default_rng(1)
    lines = []
    for label in random.choice(list(words), 150, p=[0.5, 0.3, 0.2]).tolist():
        lines.append(f"{label} {' '.join(random.choice(words[label].split(), 4))}\n")
    (tmp_path / "train").write_text("".join(lines), encoding="utf-8")
    options = ["-model", "model.bin", "-lang", "en", "-data", "train", "-encoding", "UTF-8"]
    subprocess.run(
        ["opennlp", "DoccatTrainer", *options], cwd=tmp_path, check=True, capture_output=True
    )
    every = sorted(set(" ".join(words.values()).split()) | {"unseen"})
    texts = [" ".join(random.choice(every, size)) for size in random.integers(1, 7, 60)]
    told = subprocess.run(
        ["opennlp", "Doccat", "model.bin"],
        input="\n\n".join(texts).encode(),
        cwd=tmp_path,
        check=True,
        capture_output=True,
        env={"JAVA_TOOL_OPTIONS": "-Dfile.encoding=UTF-8", "PATH": "/usr/bin:/bin"},
    )
    answers = [line.split("\t")[0] for line in told.stdout.decode().splitlines() if "\t" in line]
    classifier = nc.Classifier(import_model(tmp_path / "model.bin"))
    scores = classifier.scores(texts)
    theirs = [classifier.labels.index(answer) for answer in answers]
    # Of scores that differ by rounding alone either is the best one.
    assert (scores[range(len(texts)), theirs] > scores.max(axis=1) - 1e-6).all()
    assert len(set(answers)) == 3
