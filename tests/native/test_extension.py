"""The C extension against its NumPy twins: same bytes, same slots, same scores."""

from __future__ import annotations

from pathlib import Path

import mmh3
import numpy as np
import pytest

import nlucompress as nc
from nlucompress.algo.coding import bits as bits_of
from nlucompress.algo.hashing import mphf, mphf_build, murmur
from nlucompress.format.indexes import kinds as indexes
from nlucompress.format.matrices.coded import Coded
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.native import extension
from nlucompress.networks.linear import network as linear
from tests.workplace import SAMPLE

pytestmark = pytest.mark.skipif(
    extension is None, reason="the extension was not built, or NLUCOMPRESS_PURE is set"
)

KEYS = [f"key {n}" for n in range(3000)] + ["", "\0", "é", "日本", "\ud800", "x" * 1_000_000]
SHAPES = [mphf.PLAIN, mphf.Groups(), mphf.Groups(32, 8), mphf.Groups(7, 3), mphf.Groups(40, 0)]


@pytest.fixture(params=["native", "numpy"])
def twin(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with the extension and without."""
    if request.param == "numpy":
        for module in (murmur, mphf, mphf_build, indexes, linear):
            monkeypatch.setattr(module, "extension", None)
    return str(request.param)


def hashes() -> tuple[murmur.UInt64, murmur.UInt64]:
    return murmur.hash_keys(murmur.encode_key(key) for key in KEYS)


def test_hashes_are_those_of_the_library(twin: str) -> None:
    h1, h2 = hashes()
    for row in range(0, len(KEYS), 7):
        key = murmur.encode_key(KEYS[row])
        low, high = mmh3.hash64(key, murmur.SEED, signed=False)
        assert (int(h1[row]), int(h2[row])) == (low, high)


@pytest.mark.parametrize("shape", SHAPES)
def test_levels_are_the_same(shape: mphf.Groups) -> None:
    h1, h2 = hashes()
    for level, count in ((1, max(1, len(h1) // shape.cells)), (5, 3), (2, 4000)):
        ours = mphf_build._native_best_seeds(h1, h2, level, count, shape)
        twins = mphf_build._best_seeds(h1, h2, level, count, shape)
        for one, other in zip(ours, twins, strict=True):
            assert one.dtype == other.dtype
            assert np.array_equal(one, other)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("bits", [0, 5, 16])
def test_slots_are_found(twin: str, shape: mphf.Groups, bits: int) -> None:
    h1, h2 = hashes()
    cascade = mphf_build.build(h1, h2, shape)
    order = np.argsort(cascade.slots(h1, h2))
    prints = murmur.fingerprints(h2[order], bits)
    index = indexes.Hashed(cascade, bits, bits_of.pack(prints, bits))
    slots = index.find(KEYS)
    assert np.array_equal(np.sort(slots), np.arange(len(KEYS)))
    assert np.array_equal(slots, cascade.slots(h1, h2))
    unseen = [f"unseen {n}" for n in range(2000)]
    accepted = int((index.find(unseen) >= 0).sum())
    assert accepted <= 2000 * 2.0**-bits + 5 * (2000 * 2.0**-bits) ** 0.5
    assert index.find([]).tolist() == []


def test_a_single_key(twin: str) -> None:
    h1, h2 = hashes()
    cascade = mphf_build.build(h1, h2, mphf.Groups())
    index = indexes.Hashed(cascade, 0, np.zeros(0, np.uint8))
    assert [index.slot(key) for key in KEYS] == cascade.slots(h1, h2).tolist()
    if twin == "native":
        with pytest.raises(TypeError, match="a str is expected"):
            index.slot(b"key 1")  # type: ignore[arg-type]


@pytest.mark.parametrize("chars", [None, (2, 4)])
@pytest.mark.parametrize("weighting", ["binary", "count"])
def test_scores(monkeypatch: pytest.MonkeyPatch, chars: tuple[int, int], weighting: str) -> None:
    lines = (SAMPLE / "train.tsv").read_bytes().splitlines(keepends=True)[:400]
    examples = _examples(lines)
    options = nc.TrainOptions(chars=chars, counts=weighting == "count", iterations=25)
    model = nc.pack(nc.phash(nc.quantize(nc.train(examples, None, options))))
    texts = [*examples.texts, "", "Zoë’s e\u0301", "\ud800", "ΟΔΟΣ ǅ İ", "turn " * 5000, "a\0b"]
    ours = nc.Classifier(model)
    assert _reader(ours) is not None
    monkeypatch.setattr(linear, "extension", None)
    twin = nc.Classifier(model)
    assert _reader(twin) is None
    assert np.allclose(ours.scores(texts), twin.scores(texts), rtol=0, atol=1e-9)
    assert ours.predict(texts) == twin.predict(texts)
    assert ours.predictions(texts[:5], 2, count_keys=True) == twin.predictions(texts[:5], 2, True)


def test_the_best_labels(models: Path) -> None:
    model = nc.load(models / "small.nlu")
    reader = extension.Reader(model.file)
    texts = ["call mom", "", "turn it up"]
    scores = np.frombuffer(reader.scores(texts), np.float64).reshape(3, -1)
    best = [model.labels[label] for label in scores.argmax(axis=1)]
    assert reader.choose(texts, model.labels) == best == nc.Classifier(model).predict(texts)
    assert nc.Classifier(model).predict(texts[:1]) == best[:1]
    assert reader.choose([], model.labels) == nc.Classifier(model).predict([]) == []
    with pytest.raises(ValueError, match="more labels, or fewer"):
        reader.choose(texts, model.labels[1:])
    with pytest.raises(TypeError):
        reader.choose([1], model.labels)


def _reader(classifier: nc.Classifier) -> object:
    assert isinstance(classifier._network, linear.Linear)
    return classifier._network._reader


def _examples(lines: list[bytes]) -> nc.Examples:
    pairs = [line.decode().rstrip("\n").split("\t") for line in lines]
    return nc.Examples(tuple(label for label, _ in pairs), tuple(text for _, text in pairs))


@pytest.mark.parametrize(
    "options",
    [
        nc.QuantizeOptions(bits=5),
        nc.QuantizeOptions(bits=4, per="row", range="mse"),
        nc.QuantizeOptions(bits=3, per="group", group=7, threshold=1.0),
        nc.QuantizeOptions(bits=4, method="kmeans", per="label", threshold=1.5),
    ],
)
def test_rows_of_a_file(tmp_path: Path, options: nc.QuantizeOptions) -> None:
    values = np.random.default_rng(3).standard_normal((200, 30)).astype(np.float32)
    model = nc.Model({"t": nc.Table(indexes.Strings.of(map(str, range(200))), from_dense(values))})
    nc.save(nc.pack(nc.phash(nc.quantize(model, options))), tmp_path / "t.nlu")
    table = nc.load(tmp_path / "t.nlu").table()
    assert isinstance(table.matrix, Coded)
    index = np.array([5, 5, 0, table.matrix.shape[0] - 1])
    assert table.matrix._native is not None
    ours = table.matrix.rows(index)
    table.matrix.__dict__["_native"] = None
    assert ours.tobytes() == table.matrix.rows(index).tobytes()
    assert table.matrix.rows(index[:0]).shape == (0, 30)


def test_more_labels_than_the_reader_takes(tmp_path: Path) -> None:
    labels = tuple(f"label {n}" for n in range(9000))
    examples = nc.Examples(labels[:2], ("yes", "no"))
    options = nc.TrainOptions(min_count=1, iterations=1, words=(1, 1))
    model = nc.train(examples, None, options)
    nc.save(nc.pack(nc.phash(_widened(model, labels))), tmp_path / "wide.nlu")
    classifier = nc.Classifier(nc.load(tmp_path / "wide.nlu"))
    assert _reader(classifier) is None
    assert classifier.scores(["yes"]).shape == (1, 9000)


def _widened(model: nc.Model, labels: tuple[str, ...]) -> nc.Model:
    table = model.table()
    rows = np.eye(table.matrix.shape[0], len(labels), dtype=np.float32)
    assert model.network is not None
    bias = {"bias": from_dense(np.zeros((1, len(labels)), np.float32))}
    network = nc.Network("linear", model.network.settings, bias)
    tables = {"features": nc.Table(table.keys, from_dense(rows))}
    return nc.Model(tables, network, labels, model.features)
