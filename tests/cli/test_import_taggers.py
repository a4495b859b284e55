"""`nlucompress import` of taggers, down to a sealed model, and of damaged ones."""

from __future__ import annotations

from pathlib import Path

import pytest

import nlucompress as nc
from nlucompress.networks.tagger import Tagger
from tests.builders import classifier_files
from tests.builders.tagger_files import FILES
from tests.cli.program import BAD_INPUT, DONE, USAGE, run, shell

TOKENS = {
    "crfsuite": ["w=red", "b"],
    "crfsuite-dump": ["w=red", "a --> b: 1"],
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
