"""`nlucompress import` of linear classifiers, to sealed models that predict, and damaged ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.builders.classifier_files import FILES
from tests.cli.program import BAD_INPUT, DONE, USAGE, run, shell

ASKED = {
    "vowpal-wabbit": b"|w the\n2 1 tag|w the:0.5 |s unseen\n\n",
    "vowpal-wabbit places": b"|w the\n| 7 7\n\n",
    "liblinear": b"1:0.5\t3\n2\r\n\n",
    "nlucompress-json": b"light\nF\xc3\xbc\xc3\x9fe, light\n\n",
}
PACKED = (
    "nlucompress import file -o full.nlu && nlucompress quantize full.nlu --bits 8 "
    "--keep-zero-rows | nlucompress phash --fingerprint-bits 16 | nlucompress pack -o small.nlu"
)


@pytest.mark.parametrize("name", FILES)
def test_a_classifier_is_imported_and_packed(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(FILES[name])
    done = shell(tmp_path, PACKED)
    assert done.code == DONE, done.err
    full, small = (
        run(tmp_path, "predict", f"{stem}.nlu", stdin=ASKED[name]) for stem in ("full", "small")
    )
    assert full.code == small.code == DONE, full.err
    labels = [line.split(b"\t")[0] for line in full.out.splitlines()]
    assert len(labels) == 3
    assert [line.split(b"\t")[0] for line in small.out.splitlines()] == labels
    assert run(tmp_path, "inspect", "small.nlu", "--verify").code == DONE


def test_a_line_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(FILES["vowpal-wabbit"])
    assert run(tmp_path, "import", "file", "-o", "model.nlu").code == DONE
    done = run(tmp_path, "predict", "model.nlu", stdin=b"|w the\nturn it on\n|w the\n")
    assert done.code == BAD_INPUT
    assert done.out.count(b"\n") == 1
    assert done.err == (
        "nlucompress: error: standard input, line 2: no `|` in 'turn it on'; features stand behind "
        "`|` or `|namespace`\n"
    )


def test_classifiers_are_evaluated_on_lines(tmp_path: Path) -> None:
    for name, lines in (
        ("liblinear", b"3\t3:-1\n1\t2\n-2\t1:4\t2\n"),
        ("vowpal-wabbit", b"1\t|w the\n2\t| 7:4\n"),
    ):
        (tmp_path / "file").write_bytes(FILES[name])
        (tmp_path / "data").write_bytes(lines)
        assert run(tmp_path, "import", "file", "-f", "-o", "model.nlu").code == DONE
        done = run(tmp_path, "evaluate", "model.nlu", "--data", "data", "--json")
        assert done.code == DONE, done.err
        assert json.loads(done.out)["accuracy"] == 1
    (tmp_path / "data").write_bytes(b"1\t|w the\n2\tplain text\n")
    done = run(tmp_path, "evaluate", "model.nlu", "--data", "data")
    assert done.code == BAD_INPUT
    assert "text 2: no `|` in 'plain text'" in done.err
    shown = run(tmp_path, "inspect", "model.nlu").out.decode()
    assert "features       namespaces, ngrams none, places none" in shown


def test_features_of_liblinear_get_names(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(FILES["liblinear"])
    (tmp_path / "keys.txt").write_bytes("the\nturn the\nfüße\n".encode())
    assert run(tmp_path, "import", "file", "--keys", "keys.txt", "-o", "model.nlu").code == DONE
    lookup = run(tmp_path, "lookup", "model.nlu", stdin=b"turn the\n")
    assert lookup.out == b"turn the\t0.0 0.0 0.2\n"
    (tmp_path / "vowpal").write_bytes(FILES["vowpal-wabbit"])
    done = run(tmp_path, "import", "vowpal", "--keys", "keys.txt", "-o", "other.nlu")
    assert done.code == USAGE
    assert "keys is for safetensors" in done.err
    assert "liblinear" in done.err


def test_an_export_comes_back(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(FILES["nlucompress-json"])
    line = (
        "nlucompress import file | nlucompress export --to json -o one.json && "
        "nlucompress import one.json | nlucompress export --to json -o two.json"
    )
    assert shell(tmp_path, line).code == DONE
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
