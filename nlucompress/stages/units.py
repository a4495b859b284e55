"""How sizes are written, the same on the command line and in recipes."""

from __future__ import annotations

_SIZES = {"": 1, "K": 1000, "M": 1000**2, "G": 1000**3, "KI": 1024, "MI": 1024**2, "GI": 1024**3}


def size(text: str) -> int:
    """A number of bytes: 65536, 150K (150,000), 64Ki (65,536), 2M.

    Raises:
        ValueError: It is none.
    """
    plain = text.strip().upper().removesuffix("B")
    digits = plain.rstrip("KMGI")
    try:
        number = int(float(digits) * _SIZES[plain[len(digits) :]])
    except (KeyError, OverflowError, ValueError):
        number = -1
    if number < 0:
        raise ValueError(f"{text!r} is not a size such as 65536, 150K or 64Ki")
    return number
