"""`nlucompress import` of taggers, down to a sealed model, and of damaged ones."""

from __future__ import annotations

from pathlib import Path

import pytest

import nlucompress as nc
from nlucompress.networks.tagger import Tagger
from tests.builders import classifier_files, tagger_files
from tests.builders.tagger_files import FILES
from tests.cli.program import BAD_INPUT, DONE, USAGE, run, shell

FEATURES = ((0, 0, 1, 2.0), (0, 1, 2, 1.0), (0, 2, 0, 1.0))
TOKENS = {
    "crfsuite": ["w=red", "b"],
    "crfsuite-dump": ["w=red", "a --> b: 1"],
    "crfpp": ["U00:a", "U00:b"],
    "wapiti": ["u:w=東京", "u:w=東京"],
    "perceptron": ["bias", "i word tür"],
    "sklearn-crfsuite": ["w=red", "b"],
}


@pytest.mark.parametrize("name", FILES)
def test_a_tagger_is_imported_and_packed(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(FILES[name])
    line = (
        "nlucompress import file -o full.nlu && nlucompress quantize full.nlu --per row "
        "| nlucompress phash --fingerprint-bits 16 | nlucompress pack -o small.nlu"
    )
    done = shell(tmp_path, line)
    assert done.code == DONE, done.err
    sentence = [[(name, 1.0)] for name in TOKENS[name]]
    full, small = (Tagger(nc.load(tmp_path / f"{stem}.nlu")) for stem in ("full", "small"))
    assert full.tag([sentence]) == small.tag([sentence])
    assert run(tmp_path, "inspect", "small.nlu", "--verify").code == DONE


@pytest.mark.parametrize("data", [*FILES.values(), *classifier_files.FILES.values()])
def test_damaged_taggers_and_classifiers(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "file").write_bytes(data[: len(data) * 2 // 3])
    done = run(tmp_path, "import", "file", "-o", "model.nlu")
    assert (done.code, done.out) == (BAD_INPUT, b"")
    assert done.err.startswith("nlucompress: error: file: ")
    assert done.err.count("\n") == 1
    assert not (tmp_path / "model.nlu").exists()


def test_an_option_of_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(FILES["wapiti"])
    done = run(tmp_path, "import", "file", "--name", "words", "-o", "model.nlu")
    assert done.code == USAGE
    assert "this is wapiti; name is for keys" in done.err


def test_attributes_that_are_no_text_and_labels_with_tabs(tmp_path: Path) -> None:
    crf = tagger_files.crfsuite(("O", "B\tx", "C\\tx"), ("w=\u00e9", "b", "c"), FEATURES)
    (tmp_path / "file").write_bytes(crf.replace("w=\u00e9".encode(), b"w=\xe9\xff"))
    assert run(tmp_path, "import", "file", "-o", "m.nlu").code == DONE
    lines = b"w=\xe9\xff\n\t\nb:2\n\n"
    told = run(tmp_path, "tag", "m.nlu", stdin=lines)
    assert (told.code, told.out) == (DONE, b"B\\tx\nO\nC\\\\tx\n\n"), told.err
    labels = told.out.splitlines()
    data = b"".join(b"%b\t%b\n" % pair for pair in zip(labels, lines.splitlines(), strict=True))
    measured = run(tmp_path, "evaluate", "m.nlu", "--data", "-", "--json", stdin=data)
    assert b'"accuracy": 1.0' in measured.out, measured.err
    found = run(tmp_path, "lookup", "m.nlu", stdin=b"w=\xe9\xff\nw=\xe9\n")
    assert [line.endswith(b"unknown") for line in found.out.splitlines()] == [False, True]
    dumped = run(tmp_path, "export", "m.nlu", "--to", "crfsuite-dump", "-o", "dump")
    assert dumped.code == DONE, dumped.err
    assert b"0: w=\xe9\xff\n" in (tmp_path / "dump").read_bytes()
    assert run(tmp_path, "import", "dump", "-o", "again.nlu").code == DONE
    again = run(tmp_path, "tag", "again.nlu", stdin=lines)
    assert again.out == told.out
