"""Train, import, ask, compare: `make differential`.

    python -m tests.differential.run [--seed N] [--cases N] [--tool NAME]

Prints for each tool its version, the cases and answers, and the mismatches, and why models were
refused. Ends with 1 if an answer differs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tests.differential import fasttext_models, sklearn_models
from tests.differential.crfpp_models import CrfPp
from tests.differential.harness import Tally, check, program
from tests.differential.linear_models import Liblinear, OpenNlp, Vowpal
from tests.differential.table_models import Gensim, Model2vec
from tests.differential.tagger_models import CrfSuite, Wapiti
from tests.differential.tensor_models import Finalfusion, Onnx, Safetensors

TOOLS: tuple[Any, ...] = (
    fasttext_models,
    sklearn_models,
    CrfSuite,
    Wapiti,
    CrfPp,
    Liblinear,
    Vowpal,
    Gensim,
    Model2vec,
    Finalfusion,
    Safetensors,
    Onnx,
    OpenNlp,
)


def tried(tool: Any, seed: int, count: int, folder: Path, reader: Path | None) -> Tally:
    """All cases of a tool."""
    tally = Tally()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for case in tool.cases(seed, count, folder):
            check(case, tally, reader)
    return tally


def main() -> int:
    """Every tool, or one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=250, help="of each tool")
    parser.add_argument("--tool", help="only the one whose name begins so")
    options = parser.parse_args()
    wrong = 0
    for tool in TOOLS:
        if options.tool and not tool.NAME.lower().startswith(options.tool.lower()):
            continue
        with tempfile.TemporaryDirectory() as folder:
            reader = program(Path(folder))
            try:
                tally = tried(tool, options.seed, options.cases, Path(folder), reader)
            except ImportError as error:
                print(f"{tool.NAME}: left out: {error}", flush=True)
                continue
        wrong += len(tally.mismatches)
        report(tool, tally)
    return int(wrong > 0)


def report(tool: Any, tally: Tally) -> None:
    """What became of a tool's cases."""
    try:
        number = version(tool.PACKAGE)
    except PackageNotFoundError:
        number = ""
    refused = sum(tally.refusals.values())
    print(
        f"{tool.NAME} {number}: {tally.cases:,} models, {tally.answers:,} answers, "
        f"{len(tally.mismatches)} mismatches, {refused} refusals",
        flush=True,
    )
    for line in tally.mismatches[:10]:
        print(f"    mismatch: {line[:600]}")
    for reason, count in sorted(tally.refusals.items()):
        print(f"    refused {count}: {reason}")


if __name__ == "__main__":
    sys.exit(main())
