"""export and neighbours, as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import DataError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.stages.measure.evaluate.neighbours import NeighbourOptions, compare
from tests.cli.program import BAD_INPUT, DONE, GATE_MISSED, USAGE, files_in, run, shell

TO = ["word2vec", "word2vec-binary", "glove", "safetensors", "onnx"]


@pytest.mark.parametrize("to", TO)
def test_export_and_import_again(workdir: Path, to: str) -> None:
    done = run(workdir, "export", "vectors.nlu", "--to", to, "-o", "out", "--json")
    size = (workdir / "out").stat().st_size
    assert json.loads(done.out) == {"schema_version": 1, "format": to, "size_bytes": size}
    again = shell(workdir, f"nlucompress export vectors.nlu --to {to} -q > piped; cmp piped out")
    assert (again.code, again.err) == (DONE, "")
    back = shell(workdir, "nlucompress import out -q | nlucompress lookup - words.txt").lines
    assert back == run(workdir, "lookup", "vectors.nlu", "words.txt").lines
    assert run(workdir, "export", "vectors.nlu", "--to", to, "-o", "out").code == USAGE


def test_export_a_directory(workdir: Path) -> None:
    command = ["export", "vectors.nlu", "--to", "model2vec"]
    assert run(workdir, *command).code == USAGE
    before = files_in(workdir)
    assert run(workdir, *command, "-o", "m", "-q").code == DONE
    assert files_in(workdir) == before | {"m"}
    names = {"config.json", "model.safetensors", "modules.json", "tokenizer.json"}
    assert files_in(workdir / "m") == names
    done = run(workdir, *command, "-o", "m")
    assert (done.code, "--force replaces it" in done.err) == (USAGE, True)
    assert run(workdir, *command, "-o", "m", "--force").code == DONE
    back = shell(workdir, "nlucompress import m -q | nlucompress lookup - words.txt").lines
    assert back == run(workdir, "lookup", "vectors.nlu", "words.txt").lines
    (workdir / "m" / "precious").touch()
    done = run(workdir, *command, "-o", "m", "--force")
    assert (done.code, "holds 'precious', which is none of ours" in done.err) == (USAGE, True)
    done = run(workdir, *command, "-o", "vectors.txt", "--force")
    assert done.code == USAGE
    assert (workdir / "vectors.txt").is_file()


def test_a_failed_export_leaves_nothing(workdir: Path) -> None:
    before = files_in(workdir)
    for to in ("word2vec", "glove"):
        done = run(workdir, "export", "full.nlu", "--to", to, "-o", "out")
        assert done.code == BAD_INPUT
        assert "is empty or holds white space" in done.err
    assert files_in(workdir) == before
    done = run(workdir, "export", "small.nlu", "--to", "json", "-o", "out")
    assert (done.code, "give them with --keys" in done.err) == (USAGE, True)
    assert files_in(workdir) == before


def test_export_a_hashed_table(workdir: Path) -> None:
    line = (
        "nlucompress quantize vectors.nlu -q | nlucompress phash -q | nlucompress pack -q -o v; "
        "printf 'blue\\ngreen\\nred\\n' | nlucompress export v --to word2vec --keys - -q"
    )
    done = shell(workdir, line)
    assert (done.code, done.err) == (DONE, "")
    assert [line.split()[0] for line in done.lines] == ["3", "blue", "green", "red"]
    done = run(workdir, "export", "v", "--to", "glove", "--keys", "words.txt")
    assert (done.code, done.out) == (BAD_INPUT, b"")
    assert "words.txt: line 3: 'violet' is not a key of table 'embeddings'" in done.err


def test_neighbours(workdir: Path) -> None:
    shell(
        workdir,
        "nlucompress quantize big.nlu --bits 4 --per row -q | nlucompress phash -q | "
        "nlucompress pack -q -o small",
    )
    command = ["neighbours", "small", "--reference", "big.nlu"]
    done = run(workdir, *command, "--queries", "50", "--min-agreement", "20%", "--max-size", "1K")
    assert done.code == GATE_MISSED
    shown = done.out.decode()
    assert "queries           50, 10 neighbours each" in shown
    assert "gate              met: --min-agreement 20 %" in shown
    assert "gate missed: --max-size 1,000 bytes" in done.err
    report = json.loads(run(workdir, *command, "--queries", "50", "--json").out)
    assert report["keys"] == 4000
    assert report["missing"] == 0
    assert 0.3 < report["agreement"] < 1
    assert 0.98 < report["cosine"] < 1
    same = run(workdir, "neighbours", "big.nlu", *command[2:], "--queries", "50", "--json")
    assert json.loads(same.out)["agreement"] == json.loads(same.out)["first"] == 1


def test_neighbours_that_cannot_be_compared(models: Path) -> None:
    for arguments, code, problem in (
        ([], USAGE, "Missing option '--reference'"),
        (["--count", "0", "--reference", "big.nlu"], USAGE, "0 is not at least 1"),
        (["--min-agreement", "1", "--reference", "big.nlu"], USAGE, "write 1% or 100%"),
        (["--count", "2", "--reference", "big.nlu"], BAD_INPUT, "have 3 and 40 numbers"),
        (["--count", "3", "--reference", "vectors.nlu"], BAD_INPUT, "too few for 3 neighb"),
    ):
        done = run(models, "neighbours", "vectors.nlu", *arguments)
        assert (done.code, problem in done.err) == (code, True), done.err


def test_neighbours_are_those_of_all_pairs() -> None:
    """Against the plain definition, with ties, zeros and a key that is missing."""
    random = np.random.default_rng(3)
    values = random.integers(-2, 3, (40, 4)).astype(np.float32)
    values[7] = 0
    keys = [f"k{row}" for row in range(40)]
    full = nc.Model({"t": nc.Table(Strings.of(keys), from_dense(values))})
    changed = values + random.normal(0, 0.2, values.shape).astype(np.float32)
    small = nc.Model({"t": nc.Table(Strings.of(keys[1:]), from_dense(changed[1:]))})
    found = compare(small, full, NeighbourOptions(5))
    changed[0] = 0

    def nearest(rows: np.ndarray) -> list[set[int]]:
        lengths = np.sqrt((rows.astype(np.float64) ** 2).sum(axis=1))
        units = (rows / np.where(lengths > 0, lengths, 1)[:, None]).astype(np.float32)
        cosines = units @ units.T
        np.fill_diagonal(cosines, -np.inf)
        return [set(np.argsort(-line, kind="stable")[:5].tolist()) for line in cosines]

    pairs = zip(nearest(values), nearest(changed), strict=True)
    assert found.agreement == pytest.approx(np.mean([len(a & b) / 5 for a, b in pairs]))
    assert found.missing == 1
    with pytest.raises(DataError, match="no key of the reference is in the model"):
        compare(nc.Model({"t": nc.Table(Strings.of("ab"), from_dense(values[:2]))}), full)
    with pytest.raises(DataError, match="the reference's keys are hashed"):
        compare(full, nc.phash(full))
