"""`phash --method static`: every stage of the pipe, and what is said of it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.program import BAD_INPUT, DONE, USAGE, run, shell

PIPE = (
    "nlucompress quantize full.nlu --bits 5 "
    "| nlucompress phash --method {} --fingerprint-bits 16 | nlucompress pack"
)


def test_the_pipe(workdir: Path) -> None:
    found = {}
    for method in ("grouped", "static"):
        done = shell(workdir, f"{PIPE.format(method)} -o {method}.nlu")
        assert done.code == DONE
        found[method] = done.err
    assert "for pack to seal as a static function with 16 bits for fingerprints" in found["static"]
    assert "features: function beside them" in found["static"]
    assert " stored, " in found["static"]
    assert "row starts" not in found["static"]
    sizes = {name: (workdir / f"{name}.nlu").stat().st_size for name in found}
    assert sizes["static"] < sizes["grouped"]
    told = [run(workdir, "evaluate", f"{name}.nlu", "--data", "test.tsv") for name in found]
    assert told[0].lines[1] == told[1].lines[1]  # accuracy


def test_the_model_before_pack_answers(workdir: Path) -> None:
    assert run(workdir, "phash", "full.nlu", "--method", "static", "-o", "h.nlu").code == DONE
    first, second = (run(workdir, "predict", name, "test.tsv") for name in ("full.nlu", "h.nlu"))
    assert first.code == DONE
    assert first.out == second.out
    assert "128-bit hashes, for pack to seal" in run(workdir, "inspect", "h.nlu").out.decode()


def test_inspect(workdir: Path) -> None:
    assert shell(workdir, f"{PIPE.format('static')} -q -o s.nlu").code == DONE
    said = run(workdir, "inspect", "s.nlu", "--verify").out.decode()
    assert "static function that holds the rows too" in said
    assert "static: non-zero numbers in prefix codes" in said
    assert " % above)" in said.replace("\n", " ")
    told = json.loads(run(workdir, "inspect", "s.nlu", "--json").out)
    (table,) = told["tables"]
    assert (table["index"], table["matrix"]["encoding"]) == ("static", "static")
    assert table["matrix"]["rows"] == table["keys"]
    assert 0 < table["account"]["overhead"] < 0.1
    assert table["account"]["bound_bits"] is None
    assert shell(workdir, f"{PIPE.format('static').rsplit('|', 1)[0]} -q -o h.nlu").code == DONE
    known = json.loads(run(workdir, "inspect", "s.nlu", "--keys", "h.nlu", "--json").out)
    (table,) = known["tables"]
    stored, least = (table["account"][name] for name in ("stored_bits", "code_bound_bits"))
    assert 0.9 * stored < least < stored
    assert table["account"]["bound_bits"] > 16
    assert run(workdir, "inspect", "s.nlu", "--keys", "h.nlu", "--plot").code == DONE
    other = run(workdir, "inspect", "s.nlu", "--keys", "full.nlu")
    assert other.code == USAGE
    assert "has other keys there" in other.err
    plotted = run(workdir, "inspect", "s.nlu", "--plot")
    assert plotted.code in (USAGE, BAD_INPUT)
    assert "cannot be listed" in plotted.err


def test_what_cannot_be_sealed_so_is_refused(workdir: Path) -> None:
    line = "nlucompress quantize full.nlu --per row --bits 4 -q | nlucompress phash --method static"
    done = shell(workdir, f"{line} -o x.nlu")
    assert done.code == BAD_INPUT
    assert "scale or codebook of its own" in done.err
    assert "--method grouped" in done.err
    assert not (workdir / "x.nlu").exists()
