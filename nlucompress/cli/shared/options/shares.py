"""How shares and differences are written, the same in every command; stages take fractions.

A share is ``0.95`` or ``95%``. A difference, or a bound of flips, is in percentage points and has a
sign: ``0.6%`` or ``0.6pp``. What could be read two ways is refused with both spellings.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import click

_PERCENT = Decimal("0.01")

if TYPE_CHECKING:
    Fraction = click.ParamType[float]  # which older versions of click cannot subscribe
else:
    Fraction = click.ParamType


class Share(Fraction):
    """A share, ``0.95`` or ``95%``; it arrives as a fraction."""

    name = "share"

    def __init__(self, gate: bool = False, above: bool = False, below: bool = False) -> None:
        """Which shares are in range.

        Args:
            gate: Refuse ``1``, which may be meant as one percent or as all.
            above: It must be above 0.
            below: It must be below 1.
        """
        self._gate, self._above, self._below = gate, above, below

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The fraction of what was written; of a default, itself."""
        if not isinstance(value, str):
            return float(value)
        plain, sign = _split(value, "%")
        number = _number(plain)
        if not sign and 1 < number <= 100:
            self.fail(
                f"{value!r} is not a share: write {float(number * _PERCENT):g} or {plain}%",
                param,
                ctx,
            )
        if not sign and number == 1 and self._gate:
            self.fail(f"{value!r} could be read two ways: write 1% or 100%", param, ctx)
        share = float(number * _PERCENT if sign else number)
        low = share > 0 if self._above else share >= 0
        if not (low and (share < 1 if self._below else share <= 1)):
            lower = "above 0" if self._above else "from 0"
            bounds = f"{lower} and below 1" if self._below else f"{lower} to 1"
            self.fail(f"{value!r} is not a share {bounds} such as 0.95 or 95%", param, ctx)
        return share


class Points(Fraction):
    """A difference, ``0.6%`` or ``0.6pp``, or 0; it arrives as a fraction: 0.006."""

    name = "points"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The fraction of what was written; of a default, itself."""
        if not isinstance(value, str):
            return float(value)
        plain, sign = _split(value, "%", "pp")
        number = _number(plain)
        if not 0 <= number <= 100:
            self.fail(
                f"{value!r} is not percentage points from 0 to 100 such as 0.6pp or 0.6%",
                param,
                ctx,
            )
        if not sign and number:
            spellings = f"{plain}% or {plain}pp"
            if number <= 1:
                spellings = f"{plain}% or {float(100 * number):g}%"
            self.fail(f"{value!r} lacks its sign: write {spellings}", param, ctx)
        return float(number * _PERCENT)


def _split(value: str, *signs: str) -> tuple[str, str]:
    """The number's text and the sign behind it, empty without one."""
    text = value.strip()
    for sign in signs:
        if text.endswith(sign):
            return text.removesuffix(sign).rstrip(), sign
    return text, ""


def _number(text: str) -> Decimal:
    """The number, -1 for text that is none; decimal, so that 99.9% is 0.999 to the last bit."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return Decimal(-1)
    return number if number.is_finite() else Decimal(-1)
