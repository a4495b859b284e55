"""evaluate against several references: sections, gates, flips, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import BAD_INPUT, DONE, GATE_MISSED, USAGE, files_in, run

BASE = ("evaluate", "small.nlu", "--data", "test.tsv")
TWO = (*BASE, "--reference", "full.nlu", "--reference", "older.nlu")


def test_a_section_for_each_reference(models: Path) -> None:
    done = run(models, *TWO, "--max-nfr", "100%", "--min-accuracy", "100%")
    assert done.code == GATE_MISSED
    names = [line for line in done.lines if line.startswith("reference  ")]
    assert [line.split()[1] for line in names[1:]] == ["full.nlu:", "older.nlu:"]
    table = done.lines[done.lines.index(names[0]) + 1 :]
    assert [line.split()[0] for line in table[:2]] == ["full.nlu", "older.nlu"]
    gates = [line for line in done.lines if line.startswith("gate ")]
    assert [line.split(" against ")[-1] for line in gates[1:]] == ["full.nlu", "older.nlu"]


def test_the_reference_that_missed_is_named(models: Path) -> None:
    spoken = json.loads(run(models, *TWO, "--json").out)
    rates = {old["name"]: old["nfr"] for old in spoken["references"]}
    kept, missed = sorted(rates, key=rates.__getitem__)
    assert rates[kept] < rates[missed]
    bound = f"{50 * (rates['full.nlu'] + rates['older.nlu'])}%"
    done = run(models, *TWO, "--max-nfr", bound, "--json")
    assert done.code == GATE_MISSED
    assert done.err.count("gate missed") == 1
    assert done.err.endswith(f"against {missed}\n")
    gates = json.loads(done.out)["gates"]
    assert [(gate["reference"], gate["met"]) for gate in gates] == [
        (name, name == kept) for name in rates
    ]


def test_flips_are_shown_surest_first(models: Path) -> None:
    asked = (*BASE, "--reference", "older.nlu")
    shown = run(models, *asked, "--show-flips", "3").lines
    flips = [line.split("\t")[1:] for line in shown if line.startswith("flip\t")]
    assert 1 < len(flips) <= 3
    margins = [float(flip[3]) for flip in flips]
    assert margins == sorted(margins, reverse=True)
    (old,) = json.loads(run(models, *asked, "--json").out)["references"]
    assert [each["text"] for each in old["flips"][:3]] == [flip[4] for flip in flips]
    assert sum(each["negative"] for each in old["flips_by_label"]) == len(old["flips"])
    moved = sum(each["examples"] for each in old["changes"])
    assert moved == round(400 * (1 - old["agreement"]))
    by_label = run(models, *asked, "--per-label").out.decode()
    assert "flipped to" in by_label


@pytest.mark.parametrize(
    ("option", "spellings"),
    [
        ("--min-accuracy=1", "write 1% or 100%"),
        ("--min-accuracy=95", "write 0.95 or 95%"),
        ("--max-accuracy-drop=0.6", "write 0.6% or 60%"),
        ("--max-accuracy-drop=1", "write 1% or 100%"),
        ("--max-nfr=1.2", "write 1.2% or 1.2pp"),
        ("--confidence=95", "write 0.95 or 95%"),
    ],
)
def test_what_could_be_read_two_ways_is_refused_with_both_spellings(
    models: Path, option: str, spellings: str
) -> None:
    done = run(models, *BASE, "--reference", "full.nlu", option)
    assert (done.code, done.out) == (USAGE, b"")
    assert spellings in done.err


def test_a_fraction_is_a_gate_that_can_be_missed(models: Path) -> None:
    for bound, code in (("0.999", GATE_MISSED), ("99.9%", GATE_MISSED), ("0.5", DONE)):
        assert run(models, *BASE, "--min-accuracy", bound).code == code


def test_both_spellings_mean_the_same(models: Path) -> None:
    asked = (*BASE, "--reference", "older.nlu", "--json")
    for plain, signed in (
        (("0.005", "0.5pp", "0.5pp"), ("0.5%",) * 3),
        (("0.9", "3pp", "0"), ("90%", "3%", "0%")),
    ):
        found = [
            json.loads(
                run(
                    models, *asked, "--min-accuracy", each[0], "--max-accuracy-drop", each[1],
                    "--max-nfr", each[2],
                ).out
            )["gates"]
            for each in (plain, signed)
        ]  # fmt: skip
        assert found[0] == found[1]
    still = {"SOURCE_DATE_EPOCH": "0"}
    sure = [
        json.loads(run(models, *asked, "--confidence", each, env=still).out)
        for each in ("0.8", "80%")
    ]
    assert sure[0] == sure[1]
    assert sure[0]["confidence"] == 0.8


@pytest.mark.parametrize(
    "option",
    ["--max-nfr=100.1%", "--max-nfr=-1%", "--max-nfr=1%%", "--max-nfr=%", "--min-accuracy=inf",
     "--max-accuracy-drop=nan%", "--confidence=0%", "--confidence=100%", "--confidence=95"],
)  # fmt: skip
def test_rates_out_of_range_are_refused(models: Path, option: str) -> None:
    done = run(models, *BASE, "--reference", "full.nlu", option)
    assert (done.code, done.out) == (USAGE, b"")
    assert option.split("=")[0] in done.err


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        ("--show-flips 3", USAGE, "against a --reference; name one"),
        ("--reference full.nlu --reference full.nlu", USAGE, "full.nlu is named twice"),
        ("--reference vectors.nlu", USAGE, "vectors.nlu: this model holds tables only"),
        ("--reference absent.nlu", BAD_INPUT, "absent.nlu: No such file"),
        ("--html taken.html", USAGE, "taken.html: exists already; --force replaces it"),
        ("--html small.nlu --force", USAGE, "small.nlu: is the input too"),
        ("--html test.tsv --force", USAGE, "test.tsv: is the input too"),
        ("--html . --force", USAGE, "is a directory"),
        ("--html absent/x.html", BAD_INPUT, "absent/x.html: cannot write"),
        ("--html - --json", USAGE, "both go to stdout"),
    ],
)
def test_what_does_not_fit(workdir: Path, arguments: str, code: int, problem: str) -> None:
    (workdir / "taken.html").write_text("kept")
    before = files_in(workdir)
    done = run(workdir, *BASE, *arguments.split())
    assert (done.code, done.out) == (code, b"")
    assert problem in done.err
    assert done.err.count("\n") == 1
    assert files_in(workdir) == before
    assert (workdir / "taken.html").read_text() == "kept"
