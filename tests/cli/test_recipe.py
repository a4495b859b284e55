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
    (recipe,) = [each for each in recipes if "--max-nfr" in each]
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
