"""Output files: whole or not at all, never over something else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.cli.program import BAD_INPUT, DONE, USAGE, files_in, run, shell

STAGES = ("quantize full.nlu", "phash quantized.nlu", "pack hashed.nlu", "import vectors.txt",
          "train train.tsv --iterations 1")  # fmt: skip


@pytest.mark.parametrize("stage", STAGES)
def test_an_existing_output_needs_force(workdir: Path, stage: str) -> None:
    (workdir / "out.nlu").write_bytes(b"good")
    refused = run(workdir, *stage.split(), "-o", "out.nlu")
    assert (refused.code, refused.out) == (USAGE, b"")
    assert refused.err == "nlucompress: error: out.nlu: exists already; --force replaces it\n"
    assert (workdir / "out.nlu").read_bytes() == b"good"
    before = files_in(workdir)
    assert run(workdir, *stage.split(), "--force", "-o", "out.nlu").code == DONE
    assert (workdir / "out.nlu").stat().st_size > 100
    assert files_in(workdir) == before


@pytest.mark.parametrize(
    "stage",
    [
        "quantize quantized.nlu",
        "phash hashed.nlu",
        "pack full.nlu",
        "import utterances.txt",
        "train words.txt",
        "quantize absent.nlu",
    ],
)
def test_a_failed_stage_leaves_the_good_file(workdir: Path, stage: str) -> None:
    (workdir / "out.nlu").write_bytes(b"good")
    before = files_in(workdir)
    done = run(workdir, *stage.split(), "-f", "-o", "out.nlu")
    assert (done.code, done.out) == (BAD_INPUT, b"")
    assert done.err.startswith("nlucompress: error: ")
    assert done.err.count("\n") == 1
    assert (workdir / "out.nlu").read_bytes() == b"good"
    assert files_in(workdir) == before
    assert run(workdir, *stage.split(), "-o", "new.nlu").code == BAD_INPUT
    assert files_in(workdir) == before


def test_the_input_is_never_the_output(workdir: Path) -> None:
    os.link(workdir / "full.nlu", workdir / "hard.nlu")
    (workdir / "soft.nlu").symlink_to("full.nlu")
    before = (workdir / "full.nlu").read_bytes()
    for output in ("full.nlu", "./full.nlu", "hard.nlu", "soft.nlu", str(workdir / "full.nlu")):
        done = run(workdir, "quantize", "full.nlu", "--force", "-o", output)
        assert done.code == USAGE
        assert (
            done.err == f"nlucompress: error: {output}: is the input too; write to another file\n"
        )
    assert (workdir / "full.nlu").read_bytes() == before


def test_data_are_inputs_too(workdir: Path) -> None:
    for line in (
        "train train.tsv -f -o train.tsv",
        "train train.tsv --dev dev.tsv -f -o dev.tsv",
        "import vectors.txt -f -o vectors.txt",
    ):
        assert run(workdir, *line.split()).code == USAGE
    assert (workdir / "train.tsv").read_bytes().count(b"\n") == 1500


def test_a_directory_or_none(workdir: Path) -> None:
    (workdir / "folder").mkdir()
    there = run(workdir, "quantize", "full.nlu", "-f", "-o", "folder")
    assert (there.code, there.err) == (USAGE, "nlucompress: error: folder: is a directory\n")
    absent = run(workdir, "quantize", "full.nlu", "-o", "absent/out.nlu")
    assert absent.code == BAD_INPUT
    assert absent.err == (
        "nlucompress: error: absent/out.nlu: cannot write: No such file or directory\n"
    )
    assert run(workdir, "quantize", "full.nlu", "-o", "folder/out.nlu").code == DONE


@pytest.mark.parametrize("umask", ["022", "077", "002"])
def test_permissions_follow_the_umask(workdir: Path, umask: str) -> None:
    done = shell(workdir, f"umask {umask}; nlucompress quantize full.nlu -q -o out.nlu")
    assert (done.code, done.err) == (DONE, "")
    mode = stat.S_IMODE((workdir / "out.nlu").stat().st_mode)
    assert mode == 0o666 & ~int(umask, 8)


def test_a_symbolic_link_stays_one(workdir: Path) -> None:
    (workdir / "folder").mkdir()
    (workdir / "folder" / "target.nlu").write_bytes(b"old")
    (workdir / "link.nlu").symlink_to("folder/target.nlu")
    refused = run(workdir, "quantize", "full.nlu", "-o", "link.nlu")
    assert refused.code == USAGE
    assert run(workdir, "quantize", "full.nlu", "--bits", "5", "-f", "-o", "link.nlu").code == DONE
    assert (workdir / "link.nlu").is_symlink()
    target = workdir / "folder" / "target.nlu"
    assert target.read_bytes() == (workdir / "quantized.nlu").read_bytes()
    assert files_in(workdir / "folder") == {"target.nlu"}


def test_a_long_name(workdir: Path) -> None:
    name = "n" * 251 + ".nlu"
    assert run(workdir, "quantize", "full.nlu", "-o", name).code == DONE
    assert (workdir / name).exists()
    assert run(workdir, "quantize", "full.nlu", "-o", "n" + name).code == BAD_INPUT
