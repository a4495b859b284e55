"""Decimal numbers by the extension, as Python's float() reads them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlucompress.native import extension

pytestmark = pytest.mark.skipif(extension is None, reason="the extension was not built")

EDGES = tuple(
    """0 -0 +1.5 .5 5. 1e22 1e23 9007199254740992 9007199254740993 90071992547409921
    123456789012345678901234567890 1e-400 1e400 -1e400 0e99999999999 1e-22 4.35 1E5 1e+5
    000000000000000000000000000000.1 0.00000000000000000000000000000000000001""".split()  # noqa: SIM905
)
DIGITS = st.text("0123456789", min_size=1, max_size=25)
NUMBERS = st.builds(
    "{}{}.{}{}".format,
    st.sampled_from(["", "-", "+"]),
    DIGITS,
    DIGITS,
    st.integers(-400, 400).map("e{}".format) | st.just(""),
)


@given(st.lists(NUMBERS, max_size=20))
def test_numbers_are_those_of_python(drawn: list[str]) -> None:
    fields = [*drawn, *EDGES]
    found = np.frombuffer(extension.decimals("  ".join(fields).encode()), np.int64)
    assert found.tolist() == np.array([float(each) for each in fields]).view(np.int64).tolist()


@pytest.mark.parametrize(
    "text",
    ["e5", "1e", ".", "-", "1..2", "1.2.3", "--1", "1e5.", "nan", "inf", "1-2", "0x10", "1,5"],
)
def test_what_is_no_number_is_told(text: str) -> None:
    assert extension.decimals(f"1 {text} 2".encode()) is None


def test_no_numbers() -> None:
    assert extension.decimals(b"") == extension.decimals(b"   ") == b""
    with pytest.raises(TypeError):
        extension.decimals("1")
