"""Histograms of values and codes, and how they are drawn."""

from __future__ import annotations

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.cli.measure.inspect import plot
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.format.model import Model, Table
from nlucompress.stages.measure.inspect.histogram import Histogram, histograms


def full() -> Model:
    values = np.random.default_rng(1).standard_normal((60, 3)).astype(np.float32)
    values[np.abs(values) < 0.8] = 0
    return Model({"t": Table(Strings.of(map(str, range(60))), from_dense(values))})


def packed() -> Model:
    options = nc.QuantizeOptions(bits=4, per="label", keep_zero_rows=True)
    return nc.pack(nc.phash(nc.quantize(full(), options)))


def test_histograms_count_every_number_once() -> None:
    model = packed()
    values, codes = histograms(model)
    assert (values.what, codes.what) == ("values", "codes")
    for each in (values, codes):
        assert each.zeros + sum(bar.count for bar in each.bars) == each.total == 180
    assert [each.what for each in histograms(full())] == ["values"]


def test_a_histogram_of_many_codes_has_bars_of_equally_many() -> None:
    values = np.arange(-127, 128, dtype=np.float32).reshape(-1, 1)
    table = Table(Strings.of(map(str, range(255))), from_dense(values))
    quantized = nc.quantize(Model({"t": table}), nc.QuantizeOptions(keep_zero_rows=True))
    codes = histograms(quantized)[1]
    assert len(codes.bars) <= 24
    assert len({bar.high - bar.low for bar in codes.bars}) == 1
    assert sum(bar.count for bar in codes.bars) == 254


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_plot_fits_the_terminal(plain: bool, width: int) -> None:
    for each in histograms(packed()):
        lines = plot.lines(each, width, plain)
        assert max(map(len, lines)) <= width
        assert "\n".join(lines).isascii() is plain


def test_a_plot_of_nothing_says_so() -> None:
    assert plot.lines(Histogram("t", "values", 4, 4, ()), 80, False)[1:] == [
        "  all of them are zero"
    ]
    assert plot.lines(Histogram("t", "values", 0, 0, ()), 80, False)[1:] == ["  none"]
