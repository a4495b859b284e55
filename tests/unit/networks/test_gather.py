"""The n-grams of many texts: those of the featurizer, by the extension and without it."""

from __future__ import annotations

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.networks.linear import gather
from tests.native.models import TEXTS

RULES = [
    nc.Featurizer(),
    nc.Featurizer((1, 2), tokens="symbols", borders=True),
    nc.Featurizer((2, 3), (2, 4), "count", "symbols"),
    nc.Featurizer(None, (1, 3), "binary", "words", True),
]
LINES = [text.decode("utf-8", "replace")[:3000] for text in TEXTS] + ["a\ud800b", "so so so"]


@pytest.mark.parametrize("rule", RULES, ids=repr)
@pytest.mark.parametrize("pure", [False, True])
def test_it_is_what_the_featurizer_gives(
    rule: nc.Featurizer, pure: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if pure:
        monkeypatch.setattr(gather, "extension", None)
    keys, x = gather.gathered(rule, LINES)
    assert keys == sorted(set(keys))
    assert (x.dtype, x.shape) == (np.float32, (len(LINES), len(keys)))
    assert x.has_sorted_indices
    for row, text in enumerate(LINES):
        span = slice(x.indptr[row], x.indptr[row + 1])
        found = {keys[at]: value for at, value in zip(x.indices[span], x.data[span], strict=True)}
        assert found == rule(text)


def test_no_texts_and_no_words() -> None:
    keys, x = gather.gathered(nc.Featurizer(), ["", " "])
    assert (keys, x.shape, x.nnz) == ([], (2, 0), 0)
    assert gather.gathered(nc.Featurizer(), [])[1].shape == (0, 0)
