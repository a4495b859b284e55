"""Some rows of what is imported: the first ones, or those of a vocabulary."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import DataError, ForeignFileWarning, UsageError
from tests.builders import fasttext_files
from tests.builders import vector_files as files
from tests.builders.vector_files import KEYS, VALUES


def load(data: bytes, vocabulary: str | None = None, **options: Any) -> nc.Model:
    words = None if vocabulary is None else io.BytesIO(vocabulary.encode())
    return nc.import_model(io.BytesIO(data), nc.ImportOptions(vocabulary=words, **options))


def keys(model: nc.Model) -> list[str]:
    strings = model.table().strings
    assert strings is not None
    return strings.decoded()


@pytest.mark.parametrize("make", [files.word2vec, files.keyedvectors, files.finalfusion])
def test_rows_that_are_kept(make: Any) -> None:
    data = make()
    assert keys(load(data, limit=2)) == KEYS[:2]
    assert keys(load(data, limit=9)) == KEYS
    kept = load(data, "東京\nred\n")
    assert keys(kept) == ["red", "東京"]
    assert np.array_equal(kept.table().lookup(["東京", "red"]), VALUES[[2, 0]])
    assert keys(load(data, "東京\ngrün\n", limit=1)) == ["grün"]
    with pytest.warns(ForeignFileWarning, match="1 of 2 words of the vocabulary are not in it, su"):
        assert keys(load(data, "red\nblue\n")) == ["red"]
    with pytest.raises(DataError, match="none of the 2 words of the vocabulary is in it"):
        load(data, "blue\nblack\n")
    with pytest.raises(DataError, match="lines 1 and 2: the key 'red' occurs twice"):
        load(data, "red\nred\n")


def test_numbers_per_row_follow_them() -> None:
    model = load(files.finalfusion((1, 2, 6)), "red\n東京\n")
    assert model.network is not None
    assert model.network.tensors["norms"].rows(np.zeros(1, np.int64)).tolist() == [[1, 3]]
    assert model.network.settings == {"shapes": {"norms": [2]}}


def test_buckets_of_fasttext_stay() -> None:
    data = fasttext_files.FILES["vectors"]
    whole, some = load(data), load(data, limit=2)
    assert keys(some) == [*keys(whole)[:2], *(f" {bucket}" for bucket in range(10))]
    assert np.array_equal(some.table().lookup([" 3"]), whole.table().lookup([" 3"]))
    assert keys(load(data, "on\n"))[0] == "on"


def test_a_classifier_keeps_its_rows() -> None:
    for options in ({"limit": 2}, {"vocabulary": "on\n"}):
        with pytest.raises(UsageError, match="limit and vocabulary are for tables of vectors"):
            load(fasttext_files.FILES["softmax"], **options)
    for limit in (0, -1, True, 1.5):
        with pytest.raises(UsageError, match="limit: "):
            nc.ImportOptions(limit=limit)  # type: ignore[arg-type]
