"""LIBLINEAR's model files: what they become, what is refused, and LIBLINEAR's own answers."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import DataError, FormatError
from nlucompress.format import codec
from nlucompress.importers.detect import recognize
from tests.builders.classifier_files import liblinear

SOLVERS = {
    "L2R_LR": 0,
    "L2R_L2LOSS_SVC_DUAL": 1,
    "L2R_L2LOSS_SVC": 2,
    "L2R_L1LOSS_SVC_DUAL": 3,
    "MCSVM_CS": 4,
    "L1R_L2LOSS_SVC": 5,
    "L1R_LR": 6,
    "L2R_LR_DUAL": 7,
}
LOGISTIC = ("L2R_LR", "L1R_LR", "L2R_LR_DUAL")


def load(data: bytes, **options: Any) -> nc.Model:
    return nc.import_model(io.BytesIO(data), nc.ImportOptions(**options))


def rows(model: nc.Model) -> dict[str, list[float]]:
    strings = model.table().strings
    assert strings is not None
    keys = [strings.key(row) for row in range(len(strings))]
    return dict(zip(keys, model.table().lookup(keys).tolist(), strict=True))


def bias(model: nc.Model) -> list[float]:
    assert model.network is not None
    return [float(each) for each in model.network.tensors["bias"].rows(np.zeros(1, np.int64))[0]]


def test_three_classes() -> None:
    assert recognize(liblinear()) == "liblinear"
    model = load(liblinear())
    assert model.labels == ("3", "1", "-2")
    assert rows(model) == {"1": [0.5, -0.25, 1], "2": [0, 0, pytest.approx(0.2)], "3": [-1, 0, 0]}
    assert bias(model) == [0.125, 0.25, -1.5]
    assert bias(load(liblinear(bias="2"))) == [0.25, 0.5, -3]
    without = liblinear(bias="-1", features=4)
    assert rows(load(without))["4"] == [0.125, 0.25, -1.5]
    assert bias(load(without)) == [0, 0, 0]
    assert codec.to_bytes(codec.parse(codec.to_bytes(model))) == codec.to_bytes(model)
    assert rows(load(liblinear().replace(b"\n", b"\r\n"))) == rows(model)
    scores = nc.Classifier(model).scores(["1:2\t3", "4\t1", ""])
    assert scores.tolist() == [[0.125, -0.25, 0.5], [0.625, 0, -0.5], [0.125, 0.25, -1.5]]


def test_two_classes_share_a_column() -> None:
    model = load(liblinear("L2R_L2LOSS_SVC", (1, -1), ("0.5", "0", "-1", "0.25")))
    assert (model.labels, bias(model)) == (("-1", "1"), [0, 0.25])
    assert rows(model) == {"1": [0, 0.5], "2": [0, 0], "3": [0, -1]}
    assert nc.Classifier(model).predict(["1", "3", "3:0.25"]) == ["1", "-1", "-1"]  # 0 is no 1
    own = load(liblinear("MCSVM_CS", (1, -1), ("0.5 -0.5", "0 0", "-1 1", "0.25 -0.25")))
    assert (own.labels, rows(own)["1"], bias(own)) == (("-1", "1"), [-0.5, 0.5], [-0.25, 0.25])
    assert nc.Classifier(own).predict(["1", "3", "3:0.25"]) == ["1", "-1", "-1"]


def test_keys(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("the\nturn the\nfüße\n", encoding="utf-8")
    model = load(liblinear(), keys=tmp_path / "keys")
    assert list(rows(model)) == ["the", "turn the", "füße"]
    (tmp_path / "keys").write_text("the\nturn the\n", encoding="utf-8")
    with pytest.raises(DataError, match="nr_feature is 3 but there are 2 keys"):
        load(liblinear(), keys=tmp_path / "keys")


REFUSED: dict[str, tuple[bytes, str]] = {
    "regression": (liblinear("L2R_L2LOSS_SVR"), "solver_type L2R_L2LOSS_SVR is not a classifier"),
    "one class": (
        b"solver_type ONECLASS_SVM\nnr_class 2\nnr_feature 1\nbias -1\nrho 0.5\nw\n1\n",
        "solver_type ONECLASS_SVM is not a classifier",
    ),
    "no labels": (liblinear().replace(b"label 3 1 -2\n", b""), "nr_class is 3 but there are 0"),
    "labels": (liblinear().replace(b"-2\nnr", b"-2 9\nnr"), "nr_class is 3 but there are 4 labels"),
    "label twice": (liblinear(labels=(3, 1, 3)), "label '3' occurs twice"),
    "classes": (
        liblinear().replace(b"nr_class 3", b"nr_class 99999999"),
        "nr_class .* not an integer",
    ),
    "features": (liblinear(features=4), "5 lines of weights are announced but 4 follow"),
    "many features": (liblinear(features=1 << 31), "2,147,483,649 lines .* but 4 follow; is the"),
    "no bias": (liblinear().replace(b"bias 1\n", b""), "the header has no line `bias`"),
    "cut header": (liblinear()[:40], "there is no line `w`; is the file cut off"),
    "cut line": (liblinear().removesuffix(b" -1.5 \n"), "line 10: 2 numbers, but there are 3"),
    "header line": (liblinear().replace(b"bias 1", b"bias"), "line 5: 'bias' is not a line of a"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    data, problem = REFUSED[name]
    with pytest.raises(FormatError, match=problem):
        load(data)


@pytest.mark.parametrize("word", [b"nan", b"1e39", b"0x1", b"1_0", b"\xff", "٣".encode()])
def test_numbers_that_are_none(word: bytes) -> None:
    with pytest.raises(DataError, match=r"line 8: .* is no finite float32"):
        load(liblinear().replace(b"0 0 2e-1", b"0 0 " + word))


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("classes", [2, 4])
def test_as_liblinear_itself(solver: str, classes: int, tmp_path: Path) -> None:
    library = pytest.importorskip("liblinear.liblinearutil")
    random = np.random.default_rng(classes)

    def examples(count: int, features: int) -> list[dict[int, float]]:
        values = [1.0, 0.5, -2.0, 1 / 3]
        return [
            {int(at) + 1: float(random.choice(values)) for at in random.permutation(features)[:5]}
            for _ in range(count)
        ]

    train = examples(150, 30)
    labels = [(1, -1, 7, 12)[int(3 * sum(each)) % classes] for each in train]
    for value in ("-1", "0.5"):
        original = library.train(labels, train, f"-s {SOLVERS[solver]} -B {value} -q")
        path = str(tmp_path / "model")
        library.save_model(path, original)
        # Features that are too large are not known, and a line without any has a score of 0.
        asked = [{}, {35: 1.0}, *examples(100, 35)]
        shares = "-b 1 -q" if solver in LOGISTIC else "-q"
        told, _, scores = library.predict([], asked, original, shares)
        lines = ["\t".join(f"{at}:{value!r}" for at, value in each.items()) for each in asked]
        found = nc.Classifier(nc.import_model(path)).predictions(lines, classes)
        assert [each.labels[0] for each in found] == [str(int(label)) for label in told]
        names = [str(label) for label in original.get_labels()]
        for each, told_scores in zip(found, scores, strict=True):
            by_name = dict(zip(each.labels, each.scores, strict=True))
            mine = [by_name[name] for name in names[: len(told_scores)]]
            assert mine == pytest.approx(told_scores, abs=1e-5)
