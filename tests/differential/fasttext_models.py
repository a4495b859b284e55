"""fastText: losses, n-grams of words and characters, label prefixes, quantized in many ways."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.differential import texts
from tests.differential.harness import Case, Texts, Vectors

NAME, PACKAGE = "fastText", "fasttext-numpy2-wheel"


def cases(seed: int, count: int, folder: Path) -> Iterator[Case]:
    """Classifiers, a third of them quantized, and some word vectors."""
    import fasttext

    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        prefix = chance.choice(("__label__", "__label__", "#"))
        names = tuple(
            f"{prefix}{name}" for name in ("a", "böse", "x:y", "7")[: chance.randint(2, 4)]
        )
        low = chance.choice((0, 0, 1, 2, 3))
        options = {
            "dim": chance.choice((2, 5, 8, 16)),
            "minn": low,
            "maxn": chance.choice((0, low, low + 2)),
            "bucket": chance.choice((50, 1000)),
            "minCount": 1,
            "epoch": 3,
            "thread": 10,
            "verbose": 0,
        }
        source = folder / f"{number}.txt"
        data = texts.labelled(chance, 60, names)
        source.write_text("".join(f"{label} {line}\n" for label, line in data), encoding="utf-8")
        path = folder / f"{number}.bin"
        what = f"{seed} {number} {options}"
        try:
            if chance.random() < 0.15:
                model = fasttext.train_unsupervised(str(source), ws=2, **options)
                model.save_model(str(path))
                words = [word for word in model.words if word.strip()][:20]
                words += ["unseen", "東京x", "é"]
                rows = np.array([model.get_word_vector(word) for word in words])
                yield Case(path, what, Vectors(words, rows))
                continue
            loss = chance.choice(("softmax", "hs", "ova", "ns"))
            more = {"loss": loss, "label": prefix, "wordNgrams": chance.randint(1, 3)}
            model = fasttext.train_supervised(str(source), lr=0.5, **more, **options)
            if chance.random() < 0.35:
                path = path.with_suffix(".ftz")
                quantize = {
                    "dsub": chance.choice((1, 2, 3, 5)),
                    "qnorm": chance.random() < 0.5,
                    "qout": chance.random() < 0.3,
                    "cutoff": chance.choice((0, 0, 300)),
                    "retrain": chance.random() < 0.3,
                }
                model.quantize(str(source), thread=10, verbose=0, **quantize)
                what += str(quantize)
            model.save_model(str(path))
            model = fasttext.load_model(str(path))  # the prefix of labels is not in the file
        except (RuntimeError, ValueError):  # NaN in training, or too few rows to quantize
            continue
        asked = [texts.text(chance) for _ in range(40)] + ["", names[0], "#neg x", "a </s> b"]
        try:
            told = [model.predict(each, k=-1) for each in asked]
        except RuntimeError:  # NaN in an answer: training left rows as the memory was
            continue
        answers = [dict(zip(found, map(float, shares), strict=True)) for found, shares in told]
        yield Case(path, f"{what} {more}", Texts(asked, answers, 3e-5))
