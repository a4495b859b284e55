"""CPU time from the command line to the first answer, as a share of that of `import numpy`.

Every line is run as often, by turns with the import, each in a process of its own; figures are
medians. Limits: 0.5 for answers, 0.35 for what tells of the program.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import nlucompress as nc
from nlucompress.native import extension
from tests.workplace import fill

PROGRAM = str(Path(sys.executable).with_name("nlucompress"))
NUMPY = [sys.executable, "-c", "import numpy"]
RUNS = 15
ANSWER, ABOUT = 0.5, 0.35
LINES: tuple[tuple[str, float, dict[str, str]], ...] = (
    ("predict small.nlu", ANSWER, {}),
    ("predict small.nlu --top 3 --json", ANSWER, {}),
    ("lookup small.nlu", ANSWER, {}),
    ("--version", ABOUT, {}),
    ("--help", ABOUT, {}),
    ("completion bash", ABOUT, {}),
    ("", ABOUT, {"_NLUCOMPRESS_WORDS": "nlucompress\np"}),
)


def cpu_seconds(command: list[str], folder: str, more: dict[str, str]) -> float:
    """User and system time of one run."""
    env = {**os.environ, **more}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, env=env, input=b"call mom\n", capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the table."""
    print(f"nlucompress {nc.__version__}, {'with' if extension else 'without'} the extension")
    print(f"{'line':<40}{'CPU ms':>8}{'of import numpy':>17}{'limit':>7}")
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder))
        for line, limit, words in LINES:
            more = {"_NLUCOMPRESS_COMPLETE": "bash_complete", **words} if words else {}
            pairs = [
                (
                    cpu_seconds([PROGRAM, *line.split()], folder, more),
                    cpu_seconds(NUMPY, folder, {}),
                )
                for _ in range(RUNS)
            ]
            ours, numpy = (median(times) for times in zip(*pairs, strict=True))
            shown = line or "completing `nlucompress p`"
            print(f"{shown:<40}{1e3 * ours:>8.1f}{ours / numpy:>17.2f}{limit:>7}")


if __name__ == "__main__":
    main()
