"""Vowpal Wabbit's text models: what they become, what is refused, and its own answers."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import DataError, FormatError
from nlucompress.format import codec
from nlucompress.importers.detect import recognize
from nlucompress.networks.linear.network import linked
from tests.builders.classifier_files import PLACES, STATE, vowpal

WORDS = [*(f"w{n}" for n in range(40)), "föö", "12", "0", "x^y", "don't"]
SPACES = ("a", "bb", "w", "", "xyz", "N7")


def load(data: bytes) -> nc.Model:
    return nc.import_model(io.BytesIO(data))


def rows(model: nc.Model) -> dict[str, list[float]]:
    strings = model.table().strings
    assert strings is not None
    keys = [strings.key(row) for row in range(len(strings))]
    return dict(zip(keys, model.table().lookup(keys).tolist(), strict=True))


def settings(model: nc.Model) -> dict[str, Any]:
    assert model.network is not None
    return dict(model.network.settings)


def bias(model: nc.Model) -> list[float]:
    assert model.network is not None
    return [float(each) for each in model.network.tensors["bias"].rows(np.zeros(1, np.int64))[0]]


def test_names() -> None:
    data = vowpal()
    assert recognize(data) == "vowpal-wabbit"
    model = load(data)
    assert model.labels == ("1", "2", "3")
    assert rows(model) == {
        "7": [-0.5, 0.25, 0],
        "w^the": [0.125, 0, -1.5],
        "föö": [pytest.approx(0.1), 0, 0],
    }
    assert bias(model) == [0.5, 0, -0.25]
    assert settings(model) == {"link": "margin", "bounds": [-1.0, 1.0]}
    assert model.features == {"kind": "namespaces", "ngrams": {}, "places": None}
    scores = nc.Classifier(model).scores(["|w the:2 the | 7", "1 tag|w unseen"])
    assert scores.tolist() == [[0.375, 0.25, -1], [0.5, 0, -0.25]]  # -4.75 is out of bounds
    assert codec.to_bytes(codec.parse(codec.to_bytes(model))) == codec.to_bytes(model)
    assert rows(load(data.replace(b"\n", b"\r\n"))) == rows(model)
    assert rows(load(vowpal(state=""))) == rows(model)


def test_places() -> None:
    model = load(vowpal(PLACES, "--oaa 3 --hash all --hash_seed 5", ngrams="2 w3"))
    assert rows(model)["28"] == [-0.5, 0.25, 0]
    assert rows(model)["202096"] == bias(model) == [0.5, 0, -0.25]
    places = {"bits": 18, "width": 4, "digits": False, "seed": 5}
    assert model.features == {
        "kind": "namespaces",
        "ngrams": {"": 2, "w": 3},
        "places": places,
    }
    without = load(vowpal(PLACES, "--oaa 3 --noconstant"))
    assert bias(without) == [0, 0, 0]
    assert rows(without) == rows(model)


def test_costs_and_labels() -> None:
    costs = load(vowpal(options="--csoaa 3"))
    assert settings(costs) == {"link": "margin"}
    assert rows(costs)["7"] == [0.5, -0.25, 0]
    assert load(vowpal(options="--oaa 3 --indexing 0")).labels == ("0", "1", "2")
    assert load(vowpal(options="--named_labels a,b,c --oaa 3")).labels == ("a", "b", "c")
    logistic = "-50", "50"
    shares = load(vowpal(bounds=logistic))
    assert settings(shares) == {"link": "one-vs-rest", "bounds": [-50.0, 50.0]}
    assert settings(load(vowpal(options="--oaa 3 --link=logistic", bounds=logistic)))["link"] == (
        "logistic"
    )


def test_two_classes() -> None:
    model = load(vowpal(("a:1:2 1 1", "Constant:202096:-1.5"), "--link logistic", ("-50", "50")))
    # The place of the constant is 11650396 modulo 2^18 with one weight a feature.
    assert rows(model) == {"a": [0, 2], "Constant": [0, -1.5]}
    at = 11650396 % 2**18
    model = load(vowpal(("a:1:2 1 1", f"Constant:{at}:-1.5"), "--link logistic", ("-50", "50")))
    assert (model.labels, rows(model), bias(model)) == (("-1", "1"), {"a": [0, 2]}, [0, -1.5])
    best, even = nc.Classifier(model).predictions(["| a", "| a:0.75"])
    assert best.labels == ("1",)
    assert best.scores == pytest.approx((1 / (1 + np.exp(-0.5)),))
    assert even.labels == ("-1",)  # --binary takes 1 above 0


def test_weights_that_wait_for_l1_and_l2() -> None:
    state = STATE.replace("l1_state 0", "l1_state 0.25").replace("l2_state 1", "l2_state 0.5")
    model = load(vowpal(state=state))
    assert rows(model) == {"7": [-0.125, 0, 0], "w^the": [0, 0, -0.625], "föö": [0, 0, 0]}
    assert bias(model) == [0.125, 0, 0]


REFUSED: dict[str, tuple[bytes, str]] = {
    "interactions": (
        vowpal(options="--oaa 3 --quadratic ab"),
        "'--quadratic' makes more of a line",
    ),
    "other reduction": (vowpal(options="--ect 3"), "'--ect' makes more"),
    "both": (vowpal(options="--oaa 3 --csoaa 3"), "both --oaa and --csoaa"),
    "twice": (vowpal(options="--oaa 3 --oaa 3"), "'--oaa' comes twice"),
    "stray word": (vowpal(options="--oaa 3 4"), "'4' makes more of a line"),
    "link": (vowpal(options="--oaa 3 --link glf1"), "--link glf1: only identity and logistic"),
    "hash": (vowpal(options="--oaa 3 --hash some"), "unknown --hash some"),
    "skips": (vowpal(skips="w1"), "--skips w1 makes features that we do not"),
    "lda": (vowpal().replace(b"lda:0", b"lda:5"), "--lda is not a classifier"),
    "l1": (vowpal(state=STATE.replace("l1_state 0", "l1_state -0.5")), "l1_state -0.5 is below 0"),
    "regression": (vowpal(("1:1",), "", ("0", "5")), "labels from 0 to 5 without --oaa"),
    "too many classes": (
        vowpal(options="--oaa 9999999"),
        "--oaa '9999999' is not an integer from 1",
    ),
    "named labels": (vowpal(options="--oaa 3 --named_labels a,a,b"), "are not 3 different names"),
    "bits": (vowpal(bits=41), "bits '41' is not an integer from 1 to 40"),
    "n-grams": (vowpal(ngrams="w99"), "--ngram '99' is not an integer from 1 to 32"),
    "no class": (vowpal(("a[3]:31:1",)), "line 19: place 31 is of no class"),
    "name of class": (vowpal(("a[2]:29:1",)), r"the name 'a\[2\]' does not end in \[1\]"),
    "no name": (vowpal((":28:1",)), "line 19: the weight has no name; run --invert_hash over all"),
    "some names": (vowpal(("a:28:1", "29:1")), "some weights have names and some have none"),
    "two names": (vowpal(("a:28:1", "b[1]:29:1")), "place 28 has two names, 'b' is one"),
    "name twice": (vowpal(("a:28:1", "a:32:1")), "two features are called 'a'.*--readable_model"),
    "order": (vowpal(("a:32:1", "b:28:1")), "line 20: place 28 does not rise"),
    "beyond": (vowpal(("a:262144:1",)), "line 19: place 262144 does not rise, or is beyond 18"),
    "line": (vowpal(("a:28:nan",)), "line 19: expected `place:weight` or `name:place:weight`"),
    "blank": (vowpal(("a:28:1", "", "b:32:1")), "line 20: expected"),
    "no weights": (vowpal(()), "the model has no weights; is the file cut off"),
    "cut off": (vowpal()[:-1], r"line 2\d has no end; is the file cut off"),
    "header": (vowpal().replace(b"bits:18\n", b""), "the header has no line `bits`"),
    "header line": (vowpal().replace(b"lda:0", b"\xff"), "line 6: .* is not a line of a header"),
    "header end": (
        vowpal().partition(b"Checksum")[0],
        "the header does not end; is the file cut off",
    ),
    "UTF-8": (vowpal((b"\xff:28:1".decode("latin-1"),)).replace(b"\xc3\xbf", b"\xff"), "not valid"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    data, problem = REFUSED[name]
    with pytest.raises(FormatError, match=problem):
        load(data)


def test_a_weight_beyond_float32() -> None:
    with pytest.raises(DataError, match="line 19: the weight is no finite float32"):
        load(vowpal(("a:28:1e39",)))


def line(chance: random.Random) -> str:
    """A line of features, as Vowpal Wabbit reads it."""
    parts = []
    for space in chance.sample(SPACES, chance.randint(1, 3)):
        words = [chance.choice(WORDS) for _ in range(chance.randint(0, 6))]
        cells = [
            f"{word}:{chance.choice(['2', '0.5', '-1.5', '0', '1e-1'])}"
            if chance.random() < 0.2
            else word
            for word in words
        ]
        factor = ":0.5" if space and chance.random() < 0.2 else ""
        parts.append(" ".join([f"|{space}{factor}", *cells]))
    return " ".join(parts)


CLASSES = ("1", "2", "3")
COSTS = ("1:0 2:1 3:1", "1:1 2:0 3:2", "1:1 2:1 3:0")
SIGNS = ("1", "-1")
TRAINED = [
    ("--oaa 3 -b 24", CLASSES),
    ("--oaa 3 -b 9", CLASSES),
    ("--oaa 3 --noconstant --ngram 2 -b 24", CLASSES),
    ("--oaa 3 --ngram w3 --ngram a2 --hash all --hash_seed 5 -b 22", CLASSES),
    ("--csoaa 3 -b 20", COSTS),
    ("--oaa 3 --loss_function logistic --probabilities -b 24", CLASSES),
    ("--loss_function logistic --link logistic -b 24", SIGNS),
    ("--loss_function hinge -b 24", SIGNS),
    ("--binary -b 24", SIGNS),
    ("--oaa 3 -l 0.2 --power_t 0.3 --random_seed 5 -b 24", CLASSES),
    ("--oaa 3 --sgd --l1 1e-5 --l2 1e-4 -b 24", CLASSES),
    ("--l1 1e-4 --l2 1e-4 --loss_function hinge -b 24", SIGNS),
    ("--adaptive --normalized --invariant -b 24", SIGNS),
    ("--ftrl --loss_function logistic -b 24", SIGNS),
    ("--coin --loss_function hinge -b 24", SIGNS),
    ("--pistol --loss_function hinge -b 24", SIGNS),
]


@pytest.mark.parametrize(("options", "labels"), TRAINED, ids=[each for each, _ in TRAINED])
def test_as_vowpal_wabbit_itself(options: str, labels: tuple[str, ...], tmp_path: Path) -> None:
    workspace = pytest.importorskip("vowpalwabbit").Workspace
    chance = random.Random(1)
    files = [tmp_path / name for name in ("inverted", "readable")]
    written = f"--invert_hash {files[0]} --readable_model {files[1]}"
    original = workspace(f"--quiet {options} {written}")
    for _ in range(1000):
        text = line(chance)
        original.learn(f"{labels[len(text) % len(labels)]} {text}")
    asked = [*(line(chance) for _ in range(200)), ""]
    told = [original.predict(text) for text in asked]
    original.finish()
    for file in files[1:] if "-b 9" in options else files:  # so few places make names collide
        agree(nc.import_model(file), asked, told, "--binary" in options)


def agree(model: nc.Model, asked: list[str], told: list[Any], binary: bool) -> None:
    """Classes where their scores are further apart than the file's six digits; else scores."""
    scores = nc.Classifier(model).scores(asked)
    shown = linked(scores, str(settings(model)["link"]))
    best = nc.Classifier(model).predict(asked)
    sure = np.diff(np.sort(scores, axis=1)[:, -2:], axis=1)[:, 0] > 1e-4
    assert sure.mean() > 0.7
    if isinstance(told[0], list):
        assert shown == pytest.approx(np.array(told), abs=1e-5)
    elif isinstance(told[0], float) and not binary:
        assert shown[:, 1] == pytest.approx(told, abs=2e-5)
    else:
        pairs = zip(best, told, sure, strict=True)
        assert [b for b, _, is_sure in pairs if is_sure] == [
            str(int(t)) for t, is_sure in zip(told, sure, strict=True) if is_sure
        ]


def test_long_lines_take_no_long_time() -> None:
    digits = "1" * 300_000
    for data in (
        vowpal((f"a:4:{digits}x",)),
        vowpal((digits + ":" * 300_000,)),
        vowpal(options=f"--oaa 3 --named_labels {',' * 1_000_000}"),
        vowpal().replace(b"lda:0", b"lda:" + b" " * 300_000 + b"x"),
    ):
        with pytest.raises(FormatError):
            load(data)
