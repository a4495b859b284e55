"""A folder as a user of the program has one: a part of the sample data, a model of each stage."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

import nlucompress as nc
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense

SAMPLE = Path(__file__).parent.parent / "sample_data"
TRAIN, DEV, TEST, UTTERANCES = 1500, 150, 400, 5

RECIPE = """\
data = "{stem}.dev.tsv"

[[stage]]
name = "quantize"
bits = 5

[[stage]]
name = "phash"

[[stage]]
name = "pack"

[gates]
max-accuracy-drop = "2%"
"""
VECTORS = "red\t1 0 0.5\ngreen\t0 1 -0.25\nblue\t-2 0.125 3\n"
OUT_OF_SCOPE = (
    *("who wrote that opera", "how tall is the tower", "translate this into greek", "zzz qqq"),
    *(
        "book a table for two",
        "what is my bank balance",
        "tell me a riddle",
        "is it a prime number",
    ),
    *("how old are whales", "file my taxes", "sell all shares", "who won the cup last year"),
)
GLOVE = "red 1 0 0.5\ngreen 0 1 -0.25\nblue -2 0.125 3\n"


# A small model of few features, on which the tests of other stages do not depend.
PLAIN = nc.TrainOptions(
    words=(1, 3),
    tokens="words",
    borders=False,
    l2=1e-3,
    l1=3e-5,
    min_count=2,
    distinct=True,
    iterations=40,
)


def fill(folder: Path) -> None:
    """Write data and models into an empty folder."""
    for name, lines in (("train", TRAIN), ("dev", DEV), ("test", TEST)):
        _head(SAMPLE / f"{name}.tsv", folder / f"{name}.tsv", lines)
    _head(SAMPLE / "utterances.txt", folder / "utterances.txt", UTTERANCES)
    outside = "".join(f"oos\t{text}\n" for text in OUT_OF_SCOPE)
    (folder / "scoped.tsv").write_text((folder / "dev.tsv").read_text("utf-8") + outside)
    (folder / "vectors.txt").write_text(GLOVE)
    (folder / "vectors.tsv").write_text(VECTORS)
    (folder / "words.txt").write_text("red\nblue\nviolet\n")
    train = nc.read_examples(folder / "train.tsv")
    full = nc.train(train, None, PLAIN)
    quantized = nc.quantize(full, nc.QuantizeOptions(bits=5))
    hashed = nc.phash(quantized)
    stages = {"full": full, "quantized": quantized, "hashed": hashed, "small": nc.pack(hashed)}
    for name, model in stages.items():
        nc.save(model, folder / f"{name}.nlu")
    half = nc.Examples(train.labels[::2], train.texts[::2])
    nc.save(nc.train(half, None, PLAIN), folder / "older.nlu")
    _add_skills(folder)
    nc.save(nc.import_model(folder / "vectors.txt"), folder / "vectors.nlu")
    nc.save(big_model(), folder / "big.nlu")


def _add_skills(folder: Path) -> None:
    """A recipe, and two models with their development data."""
    (folder / "recipe.toml").write_text(RECIPE)
    (folder / "skills").mkdir()
    for name, model in (("first", "full"), ("second", "older")):
        shutil.copy(folder / f"{model}.nlu", folder / "skills" / f"{name}.nlu")
        shutil.copy(folder / "dev.tsv", folder / "skills" / f"{name}.dev.tsv")


def big_model() -> nc.Model:
    """More bytes than a pipe holds at once."""
    values = np.random.default_rng(1).standard_normal((4000, 40)).astype(np.float32)
    keys = Strings.of(f"key {row}" for row in range(len(values)))
    return nc.Model({"embeddings": nc.Table(keys, from_dense(values))})


def copy(source: Path, target: Path) -> None:
    """Copy such a folder."""
    shutil.copytree(source, target, dirs_exist_ok=True)


def _head(source: Path, target: Path, lines: int) -> None:
    with source.open("rb") as file:
        target.write_bytes(b"".join(line for line, _ in zip(file, range(lines), strict=False)))
