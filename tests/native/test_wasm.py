"""The reader for WebAssembly gives the scores of Python, in Node.js."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.native.wasm import build
from tests.workplace import SAMPLE

ASK = """
import { readFileSync } from "node:fs";
import { Classifier } from "./reader.mjs";
const model = await Classifier.open(readFileSync("nlu.wasm"), readFileSync("m.nlu"));
const texts = JSON.parse(readFileSync("texts.json"));
console.log(JSON.stringify({
  labels: model.labels,
  scores: texts.map((text) => Array.from(model.scores(text))),
  best: texts.map((text) => model.predict(text, 2)),
}));
let said = "";
await Classifier.open(readFileSync("nlu.wasm"), Buffer.from("no model"))
  .catch((error) => (said = error.message));
console.log(JSON.stringify(said));
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The module, the script and a program that asks it."""
    command = build.compiler()
    if command is None:
        pytest.skip("no compiler for WebAssembly (pip install ziglang)")
    if shutil.which("node") is None:
        pytest.skip("no Node.js")
    made = tmp_path_factory.mktemp("wasm")
    build.build(command, made)
    (made / "reader.js").rename(made / "reader.mjs")
    (made / "ask.mjs").write_text(ASK, encoding="utf-8")
    return made


def test_the_scores_of_python(folder: Path) -> None:
    rng = np.random.default_rng(7)
    words = " ".join(nc.read_examples(SAMPLE / "test.tsv").texts).split()
    texts = [" ".join(rng.choice(words, rng.integers(0, 12))) for _ in range(1000)]
    texts[:3] = ["", "ÇA VA été 12 °C", "日本語 turn it up \U0001f600"]
    full = nc.train(SAMPLE / "dev.tsv", min_count=2)
    for model in (full, nc.pack(nc.phash(nc.quantize(full, bits=5)))):
        nc.save(model, folder / "m.nlu", overwrite=True)
        (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
        asked = subprocess.run(
            ["node", "ask.mjs"], cwd=folder, capture_output=True, text=True, check=False
        )
        assert asked.returncode == 0, asked.stderr
        told, said = map(json.loads, asked.stdout.splitlines())
        assert tuple(told["labels"]) == model.labels
        packed = nc.Classifier(folder / "m.nlu")
        expected = packed.scores(texts)
        if model.sealed:
            assert (np.array(told["scores"]) == expected).all()
        else:  # NumPy adds in another order
            assert np.allclose(told["scores"], expected, atol=1e-9)
        best = [[each["label"] for each in row] for row in told["best"]]
        assert best == [list(each.labels) for each in packed.predictions(texts, top=2)]
        assert said == "no .nlu file, or a truncated one"


def test_the_page_stands_alone(folder: Path) -> None:
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert "/* nlu.wasm */" not in page
    assert "class Classifier" in page
    assert "http://" not in page
    assert "https://" not in page
