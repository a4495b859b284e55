"""How a length of time is written: 90, 90s, 2m or 1h."""

from __future__ import annotations

import re

import click

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}


def seconds(value: str) -> float:
    """Seconds of 90, 90s, 1.5m or 1h, above 0."""
    match = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?([smh]?)", value.strip())
    number = float(match[1]) * _UNITS[match[2]] if match else 0.0
    if number <= 0:
        raise click.BadParameter(f"{value!r} is not a length of time such as 90s, 2m or 1h")
    return number
