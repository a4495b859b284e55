"""`nlucompress import` of tables: what is kept, what is left out, and what is said of it."""

from __future__ import annotations

from pathlib import Path

from tests.builders import vector_files as files
from tests.cli.program import DONE, USAGE, run


def test_some_rows_of_vectors(tmp_path: Path) -> None:
    (tmp_path / "v.txt").write_text("red 1 2\ngreen 3 4\nblue 5 6\n")
    (tmp_path / "words").write_text("blue\nred\ngold\n")
    done = run(tmp_path, "import", "v.txt", "--vocabulary", "words", "-o", "some.nlu")
    assert done.code == DONE
    warning, table, _ = done.err.splitlines()
    assert warning == (
        "nlucompress: warning: v.txt: 1 of 3 words of the vocabulary are not in it, such as 'gold'"
    )
    assert table == "embeddings: 2 keys x 2 numbers"
    assert run(tmp_path, "lookup", "some.nlu", stdin=b"blue\n").out == b"blue\t5.0 6.0\n"
    done = run(tmp_path, "import", "v.txt", "--limit", "1", "-o", "one.nlu", "--quiet")
    assert (done.code, done.err) == (DONE, "")
    assert run(tmp_path, "import", "v.txt", "--limit", "0", "-o", "x.nlu").code == USAGE


def test_what_is_left_out_is_named(tmp_path: Path) -> None:
    (tmp_path / "w.h5").write_bytes(files.keras())
    command = ["import", "w.h5", "--tensor", "layers/embedding/vars/0", "-o", "w.nlu"]
    done = run(tmp_path, *command)
    assert done.code == DONE
    assert done.err.splitlines()[0] == (
        "nlucompress: warning: w.h5: left out, for they are not floats: optimizer/step (int64 [])"
    )
