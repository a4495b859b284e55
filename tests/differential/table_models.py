"""Tables of vectors: gensim's own files, and model2vec."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.differential import texts
from tests.differential.harness import Case, Vectors


class Gensim:
    """gensim."""

    NAME, PACKAGE = "gensim", "gensim"

    @staticmethod
    def cases(seed: int, count: int, folder: Path) -> Iterator[Case]:
        """KeyedVectors, Word2Vec and FastText models, with arrays within and beside; word2vec."""
        from gensim.models import FastText, Word2Vec

        for number in range(count):
            chance = random.Random(f"{seed} {number}")
            data = [texts.text(chance).split() for _ in range(20)]
            options = {
                "vector_size": chance.choice((2, 7)),
                "min_count": 1,
                "epochs": 1,
                "workers": 1,
            }
            subwords = {
                "min_n": chance.randint(1, 3),
                "max_n": chance.choice((0, 3, 5)),
                "bucket": 40,
            }
            kind = chance.choice(("Word2Vec", "FastText"))
            if kind == "Word2Vec":
                model = Word2Vec(data, **options)
            else:
                model = FastText(data, **options, **subwords)
            words = model.wv.index_to_key[:30]
            if kind == "FastText" and subwords["max_n"] >= subwords["min_n"]:
                words = [*words, "unseen", "東京都", "été"]
            rows = np.array([model.wv[word] for word in words])
            path = folder / f"{number}.gensim"
            how = chance.choice(("model", "vectors", "text"))
            apart = {"sep_limit": chance.choice((1, 1 << 20))}
            if how == "model":
                model.save(str(path), **apart)
            elif how == "vectors" or kind == "FastText":
                model.wv.save(str(path), **apart)
            else:
                model.wv.save_word2vec_format(str(path), binary=chance.random() < 0.5)
            yield Case(path, f"{seed} {number} {kind} {how} {subwords}", Vectors(words, rows))


class Model2vec:
    """model2vec."""

    NAME, PACKAGE = "model2vec", "model2vec"

    @staticmethod
    def cases(seed: int, count: int, folder: Path) -> Iterator[Case]:
        """Directories of static models over a vocabulary of words."""
        from model2vec import StaticModel
        from tokenizers import Tokenizer, models, pre_tokenizers

        for number in range(count):
            chance = random.Random(f"{seed} {number}")
            words = sorted({texts.word(chance) for _ in range(20)})
            listed = {word: at for at, word in enumerate(["[UNK]", *words])}
            tokenizer = Tokenizer(models.WordLevel(listed, unk_token="[UNK]"))
            tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
            dtype = chance.choice((np.float32, np.float16))
            rows = np.random.default_rng(number).normal(size=(len(listed), 4)).astype(dtype)
            path = folder / f"{number}.model2vec"
            StaticModel(rows, tokenizer, normalize=False).save_pretrained(path)
            told = rows[1:].astype(np.float32)
            yield Case(path, f"{seed} {number} {dtype.__name__}", Vectors(words, told))
