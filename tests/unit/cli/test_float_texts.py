"""Floats as text: short, and given back by reading; the extension and its twin write the same."""

from __future__ import annotations

import numpy as np
import pytest

from nlucompress.cli.shared.show import float_texts as module
from nlucompress.cli.shared.show.float_texts import float_texts, floats
from nlucompress.native import extension


def numbers() -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    rng = np.random.default_rng(7)
    bits = rng.integers(0, 1 << 32, 3000, np.uint32).view(np.float32)
    powers = np.float32(2.0) ** np.arange(-149, 128, dtype=np.float32)
    plain = rng.normal(size=500).astype(np.float32)
    rounded = plain.round(2)
    all_of_them = np.concatenate((bits[np.isfinite(bits)], powers, -powers, plain, rounded))
    return np.concatenate((all_of_them, np.array([0, -0.0, 1, 1e5, 1e6, 123456789], np.float32)))


@pytest.mark.parametrize("pure", [False, True])
def test_what_is_written_is_read_back(monkeypatch: pytest.MonkeyPatch, pure: bool) -> None:
    if pure:
        monkeypatch.setattr(module, "extension", None)
    row = numbers()
    texts = float_texts(row.tobytes()).split(" ")
    assert np.array_equal(np.array(texts, np.float32).view(np.uint32), row.view(np.uint32))
    assert floats(row.tobytes()) == row.tolist()
    assert max(map(len, texts)) <= len("-1.23456789e-12")
    assert all("." in text or "e" in text for text in texts)
    assert float_texts(np.array([0.1, 1, -0.0, 1e6, 0.25], np.float32).tobytes()) == (
        "0.1 1.0 -0.0 1e+06 0.25"
    )
    assert float_texts(b"") == ""


@pytest.mark.skipif(extension is None, reason="the extension was not built")
def test_both_write_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = float_texts(numbers().tobytes())
    monkeypatch.setattr(module, "extension", None)
    assert float_texts(numbers().tobytes()) == ours
