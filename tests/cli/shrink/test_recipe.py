"""The recipe of the docs for make: a gate that is missed fails every run, not the first alone."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import nlucompress
from tests.cli.program import DONE, shell

PAGE = Path(nlucompress.__file__).parent / "docs" / "evaluate.md"


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
def test_a_missed_gate_fails_twice(workdir: Path) -> None:
    recipes = re.findall(r"^```make\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    (recipe,) = [each for each in recipes if "pack $@.h" in each]
    (workdir / "small.nlu").unlink(missing_ok=True)
    missed = re.sub(r"--max-accuracy-drop \S+", "--min-accuracy 99.99%", recipe)
    assert missed != recipe
    for _ in range(2):
        (workdir / "Makefile").write_text(missed)
        done = shell(workdir, "make small.nlu")
        assert done.code != DONE
        assert "gate missed: --min-accuracy" in done.err
        assert not (workdir / "small.nlu").exists()
    met = re.sub(r"--max-(accuracy-drop|nfr) \S+", "", recipe)
    (workdir / "Makefile").write_text(met)
    assert shell(workdir, "make small.nlu").code == DONE
    assert "up to date" in shell(workdir, "make small.nlu").out.decode()


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
def test_a_stage_of_its_own_fails_twice_too(workdir: Path) -> None:
    recipes = re.findall(r"^```make\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    (recipe,) = [each for each in recipes if "--gate " in each]
    missed = recipe.replace("--gate max-nfr=1.2%", "--gate min-accuracy=99.99%")
    assert missed != recipe
    (workdir / "Makefile").write_text(missed)
    for _ in range(2):
        done = shell(workdir, "make merged.nlu")
        assert (done.code != DONE, (workdir / "merged.nlu").exists()) == (True, False)
        assert "gate missed: --min-accuracy" in done.err
    (workdir / "Makefile").write_text(re.sub(r"--gate max-(accuracy-drop|nfr)=\S+", "", recipe))
    # Without a gate there is nothing to measure: its files are refused, and nothing is written.
    assert shell(workdir, "make merged.nlu").code != DONE
    (workdir / "Makefile").write_text(re.sub(r"=(0\.6|1\.2)%", "=50%", recipe))
    assert shell(workdir, "make merged.nlu").code == DONE
    assert "up to date" in shell(workdir, "make merged.nlu").out.decode()
