"""lookup and import: tables in and rows out."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from tests.cli.program import BAD_INPUT, DONE, USAGE, run, shell

ROWS = ["red\t1.0 0.0 0.5", "blue\t-2.0 0.125 3.0", "violet\tunknown"]


def test_lookup(models: Path) -> None:
    for arguments, stdin in (
        (["words.txt"], b""),
        (["-"], b"red\nblue\nviolet"),
        ([], b"red\r\nblue\r\nviolet\r\n"),
    ):
        done = run(models, "lookup", "vectors.nlu", *arguments, stdin=stdin)
        assert (done.code, done.lines, done.err) == (DONE, ROWS, "")


def test_lookup_json(models: Path) -> None:
    done = run(models, "lookup", "vectors.nlu", "--json", "words.txt")
    assert [json.loads(line) for line in done.lines] == [
        {"key": "red", "known": True, "row": [1, 0, 0.5]},
        {"key": "blue", "known": True, "row": [-2, 0.125, 3]},
        {"key": "violet", "known": False, "row": None},
    ]


def test_lookup_in_every_stage(models: Path) -> None:
    """Quantized to the same codes, the three forms give the same rows."""
    keys = b"call\nmom\nturn it\n"
    rows = {
        name: run(models, "lookup", f"{name}.nlu", "--table", "features", stdin=keys).lines
        for name in ("quantized", "hashed", "small")
    }
    assert len(rows["quantized"]) == 3
    assert rows["quantized"] == rows["hashed"] == rows["small"]
    assert "unknown" not in rows["quantized"][0]


def test_a_table_that_is_not_there(models: Path) -> None:
    done = run(models, "lookup", "vectors.nlu", "--table", "nope", stdin=b"red\n")
    assert (done.code, done.out) == (USAGE, b"")
    assert "no table 'nope'; this model has ['embeddings']" in done.err


def test_keys_stay_on_their_line(models: Path) -> None:
    done = run(models, "lookup", "vectors.nlu", stdin=b"a\tb\0c\x1b[31m\nred\n")
    assert done.lines == ["a\\tb\\x00c\\x1b[31m\tunknown", ROWS[0]]


def test_import(workdir: Path) -> None:
    done = run(workdir, "import", "vectors.txt", "-o", "new.nlu")
    assert (done.code, done.out) == (DONE, b"")
    assert "embeddings: 3 keys x 3 numbers" in done.err
    assert run(workdir, "lookup", "new.nlu", "words.txt").lines == ROWS
    report = run(workdir, "import", "vectors.tsv", "--name", "colours", "--json", "-o", "tsv.nlu")
    figures = json.loads(report.out)
    assert figures == {
        "schema_version": 1,
        "size_bytes": (workdir / "tsv.nlu").stat().st_size,
        "tables": {"colours": {"keys": 3, "columns": 3}},
    }
    assert run(workdir, "lookup", "tsv.nlu", "words.txt").lines == ROWS


def test_import_from_a_pipe_and_gzip(workdir: Path) -> None:
    (workdir / "vectors.gz").write_bytes(gzip.compress((workdir / "vectors.txt").read_bytes()))
    plain = shell(workdir, "cat vectors.txt | nlucompress import | nlucompress lookup - words.txt")
    packed = shell(workdir, "nlucompress import - < vectors.gz | nlucompress lookup - words.txt")
    assert plain.lines == packed.lines == ROWS


def test_what_is_imported_can_be_compressed(workdir: Path) -> None:
    done = shell(
        workdir,
        "nlucompress import vectors.txt -q | nlucompress quantize --per row -q | "
        "nlucompress phash -q | nlucompress pack -q -o new.nlu; "
        "nlucompress lookup new.nlu --json words.txt",
    )
    assert (done.code, done.err) == (DONE, "")
    rows = [json.loads(line)["row"] for line in done.lines]
    assert rows[2] is None
    wanted = [[1, 0, 0.5], [-2, 0.125, 3]]
    for row, exact in zip(rows, wanted, strict=False):
        assert all(abs(a - b) < 0.02 for a, b in zip(row, exact, strict=True))


def test_imports_that_are_refused(models: Path) -> None:
    for data, problem in (
        (b"a\t1\na\t2\n", "a"),
        (b"a\t1\nb\tnan\n", "line 2"),
        (b"a\t1 2\nb\t1\n", "line 2"),
        (b"\x80\x04}.", "pickle"),
        (b"PK\x03\x04zip", "zip"),
    ):
        done = run(models, "import", stdin=data)
        assert (done.code, done.out) == (BAD_INPUT, b"")
        assert problem in done.err
        assert done.err.count("\n") == 1
    own = run(models, "import", "small.nlu")
    assert (own.code, own.out) == (USAGE, b"")
    assert run(models, "import", "vectors.txt", "--tensor", "x").code == USAGE
