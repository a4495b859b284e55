"""A pickle that joblib has compressed is called so; text that begins alike is text."""

from __future__ import annotations

import io
import pickle
import zlib

import pytest

import nlucompress as nc
from nlucompress.errors import FormatError


@pytest.mark.parametrize("level", [1, 3, 6, 9])
def test_a_joblib_file_compressed_by_zlib(level: int) -> None:
    data = zlib.compress(pickle.dumps({"a": list(range(1000))}), level)
    with pytest.raises(FormatError, match="a Python pickle compressed by zlib"):
        nc.import_model(io.BytesIO(data))


@pytest.mark.parametrize("key", ["x^", "x^a", "x\u0680", "x\x01"])
def test_keys_that_begin_like_zlib_are_keys(key: str) -> None:
    model = nc.import_model(io.BytesIO(f"{key} 1 2\nb 3 4\n".encode()))
    assert model.table().lookup([key]).tolist() == [[1, 2]]
