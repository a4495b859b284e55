"""`nlucompress compress`: what is written, what is said, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import nlucompress as nc
from tests.builders.fasttext_files import FILES
from tests.cli.program import BAD_INPUT, DONE, GATE_MISSED, USAGE, files_in, run, shell

LOOSE = ("--max-accuracy-drop", "5pp", "--max-nfr", "8%", "--effort", "low")


def same_file(text: str) -> str:
    """The commands that a report names."""
    (line,) = (line for line in text.splitlines() if line.startswith("the same file: "))
    return line.removeprefix("the same file: ")


def test_the_commands_make_the_same_file(workdir: Path) -> None:
    done = run(
        workdir,
        "compress",
        "full.nlu",
        "--dev",
        "dev.tsv",
        *LOOSE,
        "--html",
        "a.html",
        "-o",
        "a.nlu",
    )
    assert (done.code, done.out) == (DONE, b""), done.err
    found = (workdir / "a.nlu").read_bytes()
    line = same_file(done.err)
    (workdir / "a.nlu").unlink()
    assert shell(workdir, line).code == DONE
    assert (workdir / "a.nlu").read_bytes() == found
    assert "gate met: --max-nfr 8 %" in done.err
    page = (workdir / "a.html").read_text(encoding="utf-8")
    assert page.count("<circle") > 20
    assert "<script" not in page
    assert "gates of drop and flips" in page
    gates = ("--data", "dev.tsv", "--reference", "full.nlu", *LOOSE[:4])
    assert run(workdir, "evaluate", "a.nlu", *gates).code == DONE


def test_json_has_every_trial(workdir: Path) -> None:
    done = run(workdir, "compress", "full.nlu", "--dev", "dev.tsv", *LOOSE, "--json", "-o", "a.nlu")
    found = json.loads(done.out)
    assert found["met"]
    assert found["size_bytes"] == (workdir / "a.nlu").stat().st_size
    assert [each["number"] for each in found["candidates"]] == list(
        range(1, len(found["candidates"]) + 1)
    )
    chosen = found["candidates"][found["chosen"] - 1]
    assert chosen["commands"] == found["commands"]
    assert chosen["number"] in found["front"] or chosen["size_bytes"] == found["size_bytes"]
    assert {gate["name"] for gate in chosen["gates"]} == {"max_accuracy_drop", "max_nfr"}
    other = found["candidates"][found["front"][0] - 1]
    assert shell(workdir, other["commands"].replace("a.nlu", "b.nlu")).code == DONE
    assert (workdir / "b.nlu").stat().st_size == other["size_bytes"]


def test_nothing_is_written_where_no_candidate_meets_the_gates(workdir: Path) -> None:
    before = files_in(workdir)
    done = run(
        workdir, "compress", "full.nlu", "--dev", "dev.tsv", "--effort", "low",
        "--max-nfr", "1%", "--max-size", "2K", "-q", "-o", "a.nlu",
    )  # fmt: skip
    assert (done.code, done.out) == (GATE_MISSED, b"")
    assert files_in(workdir) == before
    assert "nearest: " in done.err
    assert "nlucompress: gate missed: --max-size 2,000 bytes, measured " in done.err


def test_without_gates_and_from_stdin(workdir: Path) -> None:
    done = run(
        workdir, "compress", "--dev", "dev.tsv", "--effort", "low",
        stdin=(workdir / "full.nlu").read_bytes(),
    )  # fmt: skip
    assert done.code == DONE, done.err
    assert (
        "gates: --max-accuracy-drop 2pp --max-nfr 2%, as none was named: the narrowest" in done.err
    )
    (workdir / "a.nlu").write_bytes(done.out)
    line = same_file(done.err)
    assert shell(workdir, f"cat full.nlu | {line} > b.nlu").code == DONE
    assert (workdir / "b.nlu").read_bytes() == done.out


def test_presets_without_data(workdir: Path) -> None:
    sizes = []
    for words in (("--preset", "faithful"), (), ("--preset", "small"), ("--max-size", "9K")):
        done = run(workdir, "compress", "full.nlu", *words, "-f", "-o", "a.nlu")
        assert done.code == DONE, done.err
        assert "nothing was measured" in done.err
        found = (workdir / "a.nlu").read_bytes()
        sizes.append(len(found))
        assert shell(workdir, f"rm a.nlu; {same_file(done.err)}").code == DONE
        assert (workdir / "a.nlu").read_bytes() == found
    assert sizes[:3] == sorted(sizes[:3], reverse=True)
    assert sizes[3] <= 9000
    done = run(workdir, "compress", "full.nlu", "--max-size", "100", "-o", "none.nlu")
    assert done.code == GATE_MISSED
    assert not (workdir / "none.nlu").exists()


def test_a_foreign_file_is_imported_first(workdir: Path) -> None:
    (workdir / "model.bin").write_bytes(FILES["softmax"])
    texts = [line.split("\t")[1] for line in (workdir / "dev.tsv").read_text().splitlines()]
    labels = nc.Classifier(nc.import_model(workdir / "model.bin")).predict(texts)
    lines = [f"{label}\t{text}\n" for label, text in zip(labels, texts, strict=True)]
    (workdir / "own.tsv").write_text("".join(lines), encoding="utf-8")
    done = run(workdir, "compress", "model.bin", "--dev", "own.tsv", *LOOSE, "-o", "a.nlu")
    assert done.code == DONE, done.err
    found = (workdir / "a.nlu").read_bytes()
    line = same_file(done.err)
    assert line.startswith("nlucompress import model.bin | ")
    assert shell(workdir, f"rm a.nlu; {line}").code == DONE
    assert (workdir / "a.nlu").read_bytes() == found
    done = run(workdir, "compress", "vectors.txt", "-o", "v.nlu")
    assert done.code == DONE, done.err
    assert "nlucompress import vectors.txt | " in done.err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("full.nlu --preset small --dev dev.tsv", USAGE, "--preset is for a model without data"),
        ("full.nlu --max-nfr 1%", USAGE, "need --dev"),
        ("full.nlu --html a.html", USAGE, "need --dev"),
        ("full.nlu --dev dev.tsv --risk 0", USAGE, "--risk"),
        ("full.nlu --dev dev.tsv --budget 0s", USAGE, "is not a length of time"),
        ("full.nlu --dev dev.tsv --budget 5x", USAGE, "is not a length of time"),
        ("full.nlu --dev dev.tsv --jobs 0", USAGE, "0 is not at least 1"),
        ("full.nlu --dev dev.tsv --reference a --reference a", USAGE, "named twice"),
        ("small.nlu", BAD_INPUT, "compress the model before phash"),
        ("small.nlu --dev dev.tsv", BAD_INPUT, "compress the model before phash"),
        ("vectors.nlu --dev dev.tsv", USAGE, "tables only"),
        ("dev.tsv --dev dev.tsv", BAD_INPUT, "dev.tsv"),
        ("missing.nlu", BAD_INPUT, "missing.nlu"),
        ("- --dev -", USAGE, "only one input"),
    ],
)
def test_refusals(models: Path, words: str, code: int, message: str) -> None:
    before = files_in(models)
    done = run(models, "compress", *words.split(), "-o", "out.nlu")
    assert (done.code, done.out) == (code, b""), done.err
    assert message in done.err
    assert len([line for line in done.err.splitlines() if "error" in line.lower()]) == 1
    assert files_in(models) == before
