"""Valid inputs of every reader, which the fuzzer spoils."""

from __future__ import annotations

import json

import numpy as np
from safetensors.numpy import save as safetensors_save

from tests.builders import (
    classifier_files,
    crf_pickles,
    fasttext_files,
    opennlp_files,
    skops_files,
    tagger_files,
    vector_files,
)
from tests.fuzz import mutations
from tests.golden.sources import SOURCES
from tests.hostile.samples import model_bytes

TEXTS = {
    "keys": b"red\t1 0 0.5\ngreen\t0 1 -0.25\nblue\t-2 1e-3 3\n",
    "glove": b"red 1 0 0.5\ngreen 0 1 -0.25\nblue -2 .125 3\n",
    "word2vec": b"3 2\nred 1 0\ngreen 0 1\nblue -2 0.125\n",
    "gzip": mutations.gzipped(b"red 1 0 0.5\ngreen 0 1 -0.25\n"),
}
TENSOR = "layers/embedding/vars/0"  # the table of the Keras file
TOKENIZER = "tokenizer.json"
DIRECTORY = {
    "model.safetensors": safetensors_save({"embeddings": np.eye(4, 3, dtype=np.float32)}),
    TOKENIZER: json.dumps(
        {
            "added_tokens": [{"id": 3, "content": "[UNK]", "special": True}],
            "model": {"type": "WordLevel", "vocab": {"red": 0, "füße": 1, "東京": 2}},
        }
    ).encode(),
}
SHARDS = {
    "1.safetensors": safetensors_save({"embedding": np.eye(3, dtype=np.float32)}),
    "2.safetensors": safetensors_save({"output": np.ones(3, np.float16)}),
}
INDEX = b'{"metadata": {}, "weight_map": {"embedding": "1.safetensors", "output": "2.safetensors"}}'
EXAMPLES = "call\tcall mom\nplay\tplay music, please\nfüße\t東京\n".encode()


def seeds() -> list[tuple[str, bytes]]:
    """Valid inputs and their readers; models are worth most of the time."""
    models = [model_bytes(source()) for source in SOURCES.values()]
    return [
        *[("model", data) for data in models],
        *[("import", data) for data in foreign_files()],
        ("import", models[1]),
        ("directory", DIRECTORY[TOKENIZER]),
        ("shards", INDEX),
        ("examples", EXAMPLES),
    ]


def foreign_files() -> list[bytes]:
    """Valid files of every format that is imported and is not a directory."""
    return [
        mutations.plain_safetensors(),
        *TEXTS.values(),
        *tagger_files.FILES.values(),
        tagger_files.crfpp_binary(),
        tagger_files.perceptron_pickle(),
        crf_pickles.of_python_2(tagger_files.crfsuite(), text=True),
        crf_pickles.with_joblib_arrays(crf_pickles.crf(tagger_files.crfsuite())),
        *classifier_files.FILES.values(),
        *fasttext_files.FILES.values(),
        *opennlp_files.FILES.values(),
        skops_files.skops(),
        *[make() for make in vector_files.FILES.values()],
    ]
