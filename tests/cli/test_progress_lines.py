"""Progress without a terminal: a line every ten seconds, none in between."""

from __future__ import annotations

import pytest

from nlucompress.cli.shared.progress import lines


def test_a_line_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0.0, 3.0, 9.9, 12.0, 15.0, 21.9, 24.0, 40.0])
    show = lines(lambda: next(times))
    for done in (0.05, 0.1, 0.25, 0.3, 0.4, 0.5, 0.0):
        show("epoch", done)
    assert capsys.readouterr().err.splitlines() == [
        "epoch: 25 % done after 12 s, about 36 s left",
        "epoch: 50 % done after 24 s, about 24 s left",
        "epoch: 0 % done after 40 s",
    ]
