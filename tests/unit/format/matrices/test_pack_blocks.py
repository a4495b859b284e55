"""How many rows share an offset: the choice holds for sparse and for dense rows."""

from __future__ import annotations

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import UsageError
from nlucompress.format import codec
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import Coded, from_dense

ROWS = 400


def hashed(share: float) -> nc.Model:
    random = np.random.default_rng(2)
    values = random.normal(size=(ROWS, 40)).astype(np.float32)
    values[random.random(values.shape) > share] = 0
    table = nc.Table(Strings.of(map(str, range(ROWS))), from_dense(values))
    options = nc.QuantizeOptions(bits=5, per="tensor", keep_zero_rows=True)
    return nc.phash(nc.quantize(nc.Model({"embeddings": table}), options))


@pytest.mark.parametrize(("share", "sparse", "default"), [(1, False, 1), (0.1, True, 8)])
def test_rows_of_a_block(share: float, sparse: bool, default: int) -> None:
    model = hashed(share)
    expected = model.table().lookup([str(row) for row in range(ROWS)])
    sizes = []
    for given in (None, 1, 8, 16):
        packed = nc.pack(model, nc.PackOptions(block_rows=given))
        matrix = packed.table().matrix
        assert isinstance(matrix, Coded)
        assert (matrix.layout.sparse, matrix.layout.block_rows) == (sparse, given or default)
        found = packed.table().lookup([str(row) for row in range(ROWS)])
        assert found.tolist() == expected.tolist()
        sizes.append(codec.size(packed))
    assert sizes[1] > sizes[2] > sizes[3]
    assert sizes[0] in sizes[1:]


@pytest.mark.parametrize("rows", [0, -1, 1025])
def test_rows_out_of_range(rows: int) -> None:
    with pytest.raises(UsageError, match="is not within 1 to 1024"):
        nc.pack(hashed(1), nc.PackOptions(block_rows=rows))
