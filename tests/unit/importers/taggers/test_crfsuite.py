"""Our decoding against CRFsuite's own, of the same weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.importers.detect import import_model

pycrfsuite = pytest.importorskip("pycrfsuite", reason="python-crfsuite is not installed")


def test_tags_and_marginals_are_those_of_crfsuite(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    labels = ["x", "y", "z"]
    trainer = pycrfsuite.Trainer(verbose=False)
    for _ in range(60):
        length = int(random.integers(1, 7))
        items = [{f"a{n}": float(random.integers(1, 4)) for n in random.integers(0, 9, 3)}
                 for _ in range(length)]  # fmt: skip
        trainer.append(items, random.choice(labels, length).tolist())
    trainer.set_params({"max_iterations": 15})
    trainer.train(str(tmp_path / "model"))
    theirs = pycrfsuite.Tagger()
    theirs.open(str(tmp_path / "model"))
    info = theirs.info()
    keys = sorted(info.attributes)
    names = tuple(theirs.labels())
    rows = np.array([[info.state_features.get((key, label), 0) for label in names] for key in keys])
    steps = np.array([[info.transitions.get((a, b), 0) for b in names] for a in names])
    table = nc.Table(Strings.of(keys), from_dense(rows))
    network = nc.Network("crf", {}, {"transitions": from_dense(steps)})
    ours = nc.Tagger(nc.Model({"features": table}, network, names, {"kind": "attributes"}))
    for _ in range(40):
        length = int(random.integers(1, 7))
        chosen = [set(random.integers(0, 12, 3).tolist()) for _ in range(length)]
        sentence = [[(f"a{n}", float(random.integers(1, 4))) for n in each] for each in chosen]
        theirs.set([dict(token) for token in sentence])
        assert ours.tag([sentence]) == [theirs.tag()]
        wanted = [[theirs.marginal(label, at) for label in names] for at in range(length)]
        assert np.allclose(ours.marginals([sentence])[0], wanted, atol=1e-4)


def test_attributes_of_bytes_and_separators(tmp_path: Path) -> None:
    """The model and the text that the tool dumps of it: ours tags as the tool does."""
    names = (b"caf\xe9", b"a --> x", b"tab\tx", b"end\nof\n", b"34816: 1", b"\r", b" b")
    random = np.random.default_rng(6)
    trainer = pycrfsuite.Trainer(verbose=False)
    for _ in range(80):
        at = random.integers(0, len(names), 4)
        trainer.append([[names[n]] for n in at], [f"l{n % 3}" for n in at])
    trainer.set_params({"max_iterations": 10})
    trainer.train(str(tmp_path / "model"))
    theirs = pycrfsuite.Tagger()
    theirs.open(str(tmp_path / "model"))
    theirs.dump(str(tmp_path / "dump"))
    sentence = [[name] for name in names]
    expected = theirs.tag(sentence)
    ours = [[(name.decode("utf-8", "surrogateescape"), 1.0)] for name in names]
    for file in ("model", "dump"):
        model = import_model(tmp_path / file)
        assert nc.Tagger(model).tag([ours]) == [expected]
        assert len(model.table().keys) == len(names)
