"""Wrong usage: exit code 2, one reason, nothing on stdout."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.program import USAGE, run


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "--nonsense",
        "quantize --nonsense",
        "quantize a b",
        "quantize full.nlu --bits 0 -o out",
        "quantize full.nlu --bits nine",
        "quantize full.nlu --per nothing",
        "quantize full.nlu --table absent",
        "quantize full.nlu --keep 0",
        "quantize full.nlu --keep 30",
        "quantize full.nlu --percentile 99.9",
        "quantize full.nlu --importance nan",
        "quantize full.nlu --threshold nan",
        "factorize full.nlu --ratio 90",
        "merge full.nlu full.nlu --weight 50",
        "phash quantized.nlu --gamma 0.1",
        "phash quantized.nlu --groups 16",
        "phash quantized.nlu --groups 41x4",
        "phash quantized.nlu --fingerprint-bits 17",
        "pack hashed.nlu --block-rows 0",
        "train",
        "train train.tsv --ngrams 3-1",
        "train train.tsv --ngrams none",
        "train train.tsv --l2 -1",
        "train train.tsv --l1 nan",
        "train train.tsv --l2 inf",
        "train train.tsv --network dan --batch-size -3",
        "train train.tsv --network dan --learning-rate nan",
        "train train.tsv --network dan --optimizer nonsense",
        "train train.tsv --network dan --schedule nonsense",
        "finetune full.nlu --data train.tsv --l1 nan",
        "evaluate small.nlu",
        "evaluate small.nlu --data test.tsv --max-nfr nan",
        "evaluate small.nlu --data test.tsv --min-accuracy 101",
        "predict",
        "lookup",
        "completion tcsh",
    ],
)
def test_usage(models: Path, line: str) -> None:
    done = run(models, *line.split())
    assert (done.code, done.out) == (USAGE, b"")
    assert re.search(r"^(nlucompress: error|Error): ", done.err, re.MULTILINE)
    assert "Traceback" not in done.err


def test_without_arguments_it_helps(models: Path) -> None:
    done = run(models)
    assert done.code == USAGE
    assert "Make it small:" in done.err
