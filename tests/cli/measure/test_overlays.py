"""diff, and overlays in every command that takes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import BAD_INPUT, DONE, USAGE, files_in, run

NEAR = ("train", "train.tsv", "--near", "small.nlu", "--l2", "1e-3", "--l1", "1e-4", "-q")
LAID = ("small.nlu", "--overlay", "update.nlu")


@pytest.fixture(scope="module")
def laid(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A packed model, one near it with a new label, and the overlay between them."""
    from tests import workplace

    folder = tmp_path_factory.mktemp("laid")
    workplace.copy(models, folder)
    with (folder / "train.tsv").open("a", encoding="utf-8") as file:
        file.write("zebra\ta striped horse\nzebra\tstriped horse\nzebra\thorse of stripes\n" * 3)
    near = run(folder, *NEAR, "-o", "near.nlu")
    assert near.code == DONE, near.err
    made = run(folder, "diff", "small.nlu", "near.nlu", "-o", "update.nlu", "--json")
    assert made.code == DONE, made.err
    (folder / "made.json").write_bytes(made.out)
    return folder


def test_the_overlay_is_small_and_told_of(laid: Path) -> None:
    figures = json.loads((laid / "made.json").read_text())
    assert figures["new_labels"] == ["zebra"]
    assert figures["size_bytes"] == (laid / "update.nlu").stat().st_size
    assert figures["size_bytes"] < (laid / "near.nlu").stat().st_size / 8
    assert figures["changed_weights"] > figures["changed_keys"] > figures["new_keys"] > 0


def test_predict_adds_it(laid: Path) -> None:
    asked = run(laid, "predict", *LAID, stdin=b"a striped horse\n")
    assert asked.out.startswith(b"zebra\t"), asked.err
    pure = run(laid, "predict", *LAID, stdin=b"a striped horse\n", env={"NLUCOMPRESS_PURE": "1"})
    assert asked.out == pure.out
    without = run(laid, "predict", "small.nlu", stdin=b"a striped horse\n")
    assert not without.out.startswith(b"zebra\t")


def test_evaluate_measures_both(laid: Path) -> None:
    ran = run(laid, "evaluate", *LAID, "--data", "test.tsv", "--reference", "small.nlu", "--json")
    assert ran.code == DONE, ran.err
    figures = json.loads(ran.out)
    sizes = [(laid / name).stat().st_size for name in ("small.nlu", "update.nlu")]
    assert figures["size_bytes"] == sum(sizes)
    assert figures["references"][0]["new_labels"] == ["zebra"]
    measured = run(
        laid, "diff", "small.nlu", "near.nlu", "-o", "again.nlu", "--data", "test.tsv", "--json"
    )
    told = json.loads(measured.out)["measured"]
    assert told["nfr"] == figures["references"][0]["nfr"]
    assert told["accuracy"] == figures["references"][0]["model_accuracy"]
    assert (laid / "again.nlu").read_bytes() == (laid / "update.nlu").read_bytes()


def test_inspect_describes_both_and_finds_the_wrong_one(laid: Path) -> None:
    ran = run(laid, "inspect", *LAID, "--json", "--verify")
    assert ran.code == DONE, ran.err
    figures = json.loads(ran.out)
    assert figures["overlays"][0]["network"]["settings"]["base"] == figures["digest"]
    shown = run(laid, "inspect", *LAID)
    assert "network        overlay, base" in shown.out.decode()
    wrong = run(laid, "inspect", "full.nlu", "--overlay", "update.nlu")
    assert wrong.code == BAD_INPUT
    assert "update.nlu: 1 problem found" in wrong.err
    assert "for the model of digest" in wrong.out.decode()


def test_merge_folds_it_in(laid: Path) -> None:
    ran = run(laid, "merge", *LAID, "--data", "train.tsv", "-o", "folded.nlu", "-f")
    assert ran.code == DONE, ran.err
    assert "of small.nlu" in ran.err
    texts = (laid / "train.tsv").read_text(encoding="utf-8").splitlines()[:200]
    lines = "".join(line.split("\t")[1] + "\n" for line in texts).encode()
    answers = [
        [line.split("\t")[0] for line in run(laid, "predict", *model, stdin=lines).lines]
        for model in (LAID, ("folded.nlu",))
    ]
    assert answers[0] == answers[1]


def test_a_second_one_lies_on_the_first(laid: Path) -> None:
    near = run(
        laid, *NEAR[:4], "--overlay", "update.nlu", *NEAR[4:-2], "1e-3", "-o", "near2.nlu", "-f"
    )
    assert near.code == DONE, near.err
    made = run(
        laid, "diff", "small.nlu", "near2.nlu", "--overlay", "update.nlu", "-o", "second.nlu", "-f"
    )
    assert made.code == DONE, made.err
    both = (*LAID, "--overlay", "second.nlu")
    assert run(laid, "predict", *both, stdin=b"striped horse\n").out.startswith(b"zebra\t")
    alone = run(laid, "predict", "small.nlu", "--overlay", "second.nlu", stdin=b"x\n")
    assert alone.code == USAGE
    assert "second.nlu on small.nlu: the overlay is for the model of digest" in alone.err
    assert alone.out == b""


def test_the_report_names_what_changed(laid: Path) -> None:
    ran = run(laid, "diff", "small.nlu", "near.nlu", "--data", "test.tsv", "--top", "2")
    assert ran.code == DONE, ran.err
    shown = ran.out.decode()
    assert "new labels     1: zebra" in shown
    assert "gone keys    not known: they are hashed" in shown
    assert "negative flips" in shown
    same = run(laid, "diff", "small.nlu", "small.nlu")
    assert same.lines[-1] == "the models are the same"
    figures = json.loads(run(laid, "diff", "older.nlu", "full.nlu", "--json").out)
    assert figures["tables"]["features"]["new_keys"] > 0
    assert figures["old"]["digest"] != figures["new"]["digest"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("diff", "small.nlu", "near.nlu", "--bits", "3"), "--bits is for an overlay"),
        (("diff", "near.nlu", "older.nlu", "-o", "x.nlu"), "lacks label 'zebra'"),
        (("diff", "small.nlu", "small.nlu", "-o", "x.nlu"), "keys were hashed"),
        (("predict", "update.nlu", "test.tsv"), "behind --overlay"),
        (("predict", "small.nlu", "--overlay", "near.nlu", "test.tsv"), "this is not an overlay"),
        (("merge", *LAID, "-o", "x.nlu"), "give --data"),
        (("merge", *LAID, "--weight", "0.5", "-o", "x.nlu"), "takes no NEW, and only --data"),
        (("train", "train.tsv", "--overlay", "update.nlu", "-o", "x.nlu"), "of --near"),
    ],
)
def test_what_does_not_fit_is_refused(laid: Path, arguments: tuple[str, ...], told: str) -> None:
    before = files_in(laid)
    ran = run(laid, *arguments)
    assert ran.code == USAGE, ran.err
    assert told in ran.err
    assert files_in(laid) == before
