"""inspect: text and JSON, damaged files, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from tests.cli.program import BAD_INPUT, DONE, USAGE, run

STAGES = ("full", "quantized", "hashed", "small", "vectors", "big")
KEYS = ("--keys", "hashed.nlu")  # a static function lists its rows by them


@pytest.mark.parametrize("name", STAGES)
def test_every_model_is_verified(models: Path, name: str) -> None:
    done = run(models, "inspect", f"{name}.nlu", "--verify")
    assert (done.code, done.err) == (DONE, "")
    assert done.lines[0].startswith(f"{name}.nlu: nlucompress model, ")
    assert any("verified: every digest matches" in line for line in done.lines)


def test_stdin_gives_the_same_report(models: Path) -> None:
    data = (models / "small.nlu").read_bytes()
    named, piped = run(models, "inspect", "small.nlu"), run(models, "inspect", stdin=data)
    assert (piped.code, piped.err) == (DONE, "")
    assert piped.lines[1:] == named.lines[1:]
    assert piped.lines[0].startswith("standard input: ")


def test_labels_are_shortened_unless_asked_for(models: Path) -> None:
    short, full = (run(models, "inspect", "small.nlu", *more) for more in ([], ["--labels"]))
    assert any(line.endswith("... (all: --labels)") for line in short.lines)
    assert "  weather" in full.lines
    assert "  weather" not in short.lines


def test_json_holds_everything(models: Path) -> None:
    done = run(models, "inspect", "small.nlu", "--json", "--verify", "--plot", *KEYS)
    assert (done.code, done.err) == (DONE, "")
    report = json.loads(done.out)
    assert report["schema_version"] == 1
    assert (report["kind"], report["verified"], report["sealed"]) == (
        "nlucompress model",
        True,
        True,
    )
    assert report["problems"] == []
    assert report["size_bytes"] == sum(report["parts"].values())
    assert report["size_bytes"] == (models / "small.nlu").stat().st_size
    table = report["tables"][0]
    assert table["account"]["keys"] == table["keys"] == table["matrix"]["rows"]
    assert len(report["labels"]) == report["label_count"]
    assert {len(tensor["digest"]) for tensor in report["tensors"]} == {32}
    assert [each["what"] for each in report["histograms"]] == ["values", "codes"]


def test_history_is_a_line_per_stage(models: Path) -> None:
    lines = run(models, "inspect", "hashed.nlu").lines
    told = [line for line in lines[lines.index("history") + 1 :] if not line.startswith("   ")]
    stages = [line.split()[0] for line in told]
    assert stages == ["train", "quantize", "phash"]
    assert any("; bits 5 (" in line for line in lines)


@pytest.mark.parametrize(
    ("env", "ascii_only"),
    [
        ({"TERM": "dumb", "LC_ALL": "C.UTF-8"}, True),
        ({"TERM": "xterm", "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}, False),
    ],
)
def test_plot_suits_the_terminal(models: Path, env: dict[str, str], ascii_only: bool) -> None:
    done = run(models, "inspect", "small.nlu", "--plot", *KEYS, env=env)
    assert (done.code, done.err) == (DONE, "")
    assert done.out.isascii() is ascii_only
    assert b"\x1b" not in done.out
    assert any(line.rstrip().endswith("#" if ascii_only else "█") for line in done.lines)


def test_a_plain_safetensors_file(tmp_path: Path) -> None:
    save_file({"weight": np.zeros((4, 2), np.float32)}, tmp_path / "plain.safetensors")
    done = run(tmp_path, "inspect", "plain.safetensors", "--plot")
    assert done.code == DONE
    assert "plain.safetensors: safetensors file, " in done.lines[0]
    assert any(line.split()[:4] == ["weight", "F32", "4x2", "32"] for line in done.lines)
    assert "nothing to plot" in done.err
    done = run(tmp_path, "inspect", "plain.safetensors", "--verify")
    assert done.code == BAD_INPUT
    assert any("holds no digests" in line for line in done.lines)


def test_a_flipped_bit(workdir: Path) -> None:
    data = bytearray((workdir / "small.nlu").read_bytes())
    data[-9] ^= 4
    (workdir / "flipped.nlu").write_bytes(data)
    done = run(workdir, "inspect", "flipped.nlu")
    assert done.code == BAD_INPUT
    assert done.err == "nlucompress: error: flipped.nlu: 1 problem found\n"
    assert "table features" in done.lines
    quiet = run(workdir, "inspect", "flipped.nlu", "-q")
    assert (quiet.code, quiet.out) == (BAD_INPUT, b"")
    assert "1 problem found, the first: the sealed file does not match its digest" in quiet.err
    figures = json.loads(run(workdir, "inspect", "flipped.nlu", "--json").out)
    assert len(figures["problems"]) == 1


def test_a_truncated_file(workdir: Path) -> None:
    data = (workdir / "small.nlu").read_bytes()
    done = run(workdir, "inspect", stdin=data[: len(data) * 2 // 3])
    assert done.code == BAD_INPUT
    assert done.err.startswith("nlucompress: error: standard input: ")
    assert any(line.endswith("CUT OFF") for line in done.lines)


def test_a_text_file(models: Path) -> None:
    done = run(models, "inspect", "train.tsv")
    assert done.code == BAD_INPUT
    assert done.lines[0].startswith("train.tsv: unknown file, ")
    assert "begins like text" in " ".join(done.lines)


@pytest.mark.parametrize("arguments", [["gone.nlu"], ["empty.nlu"], ["."], []])
def test_nothing_to_read_is_one_line(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "empty.nlu").write_bytes(b"")
    done = run(tmp_path, "inspect", *arguments)
    assert (done.code, done.out) == (BAD_INPUT, b"")
    assert done.err.startswith("nlucompress: error: ")
    assert done.err.count("\n") == 1


def test_an_unknown_option_is_usage(tmp_path: Path) -> None:
    assert run(tmp_path, "inspect", "--nonsense").code == USAGE
