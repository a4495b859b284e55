"""The benchmarks on tiny input: they run, and their figures hang together."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

import nlucompress as nc
from nlucompress.algo.hashing.mphf import Groups
from tests.bench import device, embeddings, figures, lowrank, speed
from tests.bench.hashing import keys, many_keys, peers, static_functions, subjects
from tests.bench.hashing import throughput as hashing
from tests.bench.networks import distortion
from tests.bench.taggers import tagging

SAMPLE = Path(__file__).parents[2] / "sample_data"


@pytest.fixture(scope="module")
def tiny(models: Path) -> dict[str, nc.Examples]:
    return {part: nc.read_examples(models / f"{part}.tsv") for part in ("train", "dev", "test")}


def test_figures(tiny: dict[str, nc.Examples]) -> None:
    options = nc.TrainOptions(iterations=15)
    settings = figures.SETTINGS + figures.MORE_SETTINGS[:1]
    found = figures.evaluate("snips", tiny["train"], tiny["dev"], tiny["test"], settings, options)
    assert [row.model for row in found.rows] == ["float", "default", "small", "4 bits mse"]
    assert found.features <= found.all_features
    full, default, small, other = found.rows
    assert full.bytes > default.bytes > small.bytes
    assert default.times_smaller == full.bytes / default.bytes
    assert default.met is not None
    assert other.met is None
    for row in found.rows:
        assert len(figures.cells(row)) == len(figures.HEADINGS)


def test_figures_of_taggers() -> None:
    tagged = nc.Tagged((("O", "B-x"), ("O",)), (("a", "b"), ("a",)))
    rows, _ = tagging.evaluate(tagged, None, tagged, 1000, nc.CrfOptions(iterations=10))
    assert [row.model for row in rows] == ["float", *tagging.SETTINGS]
    assert all(len(tagging.cells(row)) == len(tagging.HEADINGS) for row in rows)
    assert all(row.met for row in rows)


def test_figures_of_embeddings(models: Path) -> None:
    rows = embeddings.evaluate("big", nc.load(models / "big.nlu"), queries=20)
    assert [row.setting for row in rows] == list(embeddings.SETTINGS)
    assert rows[0].bytes > rows[1].bytes > rows[3].bytes
    assert rows[0].agreement > rows[1].agreement > rows[3].agreement
    assert rows[0].met is None
    assert all(len(embeddings.cells(row)) == len(embeddings.HEADINGS) for row in rows)


def test_a_missed_bar_is_reported(tiny: dict[str, nc.Examples]) -> None:
    narrow = figures.Setting(
        "narrow", nc.QuantizeOptions(bits=5), bars={"tiny": nc.Gates(max_size=100)}
    )
    options = nc.TrainOptions(iterations=5)
    found = figures.evaluate("tiny", tiny["train"], None, tiny["test"], (narrow,), options)
    assert found.rows[1].met is False
    assert found.rows[1].bars == ("max_size 0.1 KB: MISSED",)


def test_speed(models: Path, tiny: dict[str, nc.Examples]) -> None:
    pair = {"float": nc.load(models / "full.nlu"), "packed": nc.load(models / "small.nlu")}
    found = speed.throughput(pair, tiny["test"].texts[:20], rounds=1)
    assert found["float"]["batch_by_float"] == 1
    assert found["packed"]["single"] > 0
    started = speed.cold_start(pair["packed"], "open the window", rounds=1)
    assert started["import numpy"] == 1
    shares = dict(speed.import_times(pair["packed"], "open the window"))
    assert shares


def test_device(tmp_path: Path, models: Path, tiny: dict[str, nc.Examples]) -> None:
    texts = tiny["test"].texts[:20]
    taken = device.package(models / "small.nlu", texts, rounds=1)
    assert set(taken) == {"batch", "one by one", "load"}
    program = device.build(tmp_path)
    if program is None:
        pytest.skip("there is no C compiler")
    artifact = tmp_path / "small.nlu"
    artifact.write_bytes((models / "small.nlu").read_bytes())
    assert isinstance(device.reader(program, artifact, texts, rounds=1), float)


def test_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = keys.measure_keys(None, 3000, rounds=1, unseen=2000)
    assert found["keys"] == 3000
    assert found["lost"] == 0
    assert set(found["seconds_by_ours"]["build"]) >= {"grouped 16x4", "cascade", "dict"}
    assert set(found["hash_bits_per_key"]) >= set(hashing.SHAPES)
    keys.show(found)
    assert "words lost" in capsys.readouterr().out


def test_keys_are_read_from_a_file(tmp_path: Path) -> None:
    source = tmp_path / "source.tsv"
    source.write_bytes(b"one\t1\ntwo\t2\nthree\t3\n")
    assert keys.write_source(tmp_path, source, None) == source
    cut = keys.write_source(tmp_path, source, 2)
    assert cut.read_bytes() == b"one\t1\ntwo\t2\n"


@pytest.mark.parametrize("count", [1, 60, 101, 200, 5000, 40_000])
def test_keys_of_the_stream_are_distinct(count: int) -> None:
    made = [key for chunk in many_keys.key_chunks(count) for key in chunk]
    assert len(made) == len(set(made)) == count
    assert made == [key for chunk in many_keys.key_chunks(count) for key in chunk]


def test_many_keys(capsys: pytest.CaptureFixture[str]) -> None:
    found = many_keys.measure_many(20_000, Groups(16, 4))
    assert found["right"]
    assert 2 < found["bits_per_key"] < 3
    many_keys.show(found)
    assert "bytes per key, built" in capsys.readouterr().out


def test_peers(capsys: pytest.CaptureFixture[str]) -> None:
    names = subjects.installed()
    found = peers.measure_builds([subjects.OURS], 3000, rounds=1)
    for name in names:
        found |= peers.build_one(name, 3000)
    for name, each in peers.look_up_all(names, 3000, rounds=1).items():
        found.setdefault(name, {}).update(each)
    ours, alone = found[subjects.OURS], found[subjects.OURS_ALONE]
    assert ours["bits"] == pytest.approx(alone["bits"] + 8)
    peers.show(found, 3000)
    assert "fastest single call" in capsys.readouterr().out


@pytest.mark.parametrize("bench", [lowrank, distortion])
def test_matrices(
    bench: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rounds = ["--rounds", "1"] if bench is lowrank else []
    monkeypatch.setattr("sys.argv", ["bench", "--rows", "600", *rounds])
    assert bench.main() in (0, 1)
    assert "600 x 300" in capsys.readouterr().out


def test_static_functions() -> None:
    subject = static_functions.made_up(3000)
    cells, _ = static_functions.figures("made up", subject, 1)
    assert cells[:2] == ["made up", "3,000"]
    assert int(cells[3].replace(",", "")) < int(cells[2].replace(",", ""))
