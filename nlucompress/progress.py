"""Long work says how far it is; whoever listens meanwhile hears it.

What takes long tells as it goes, from any depth. Nobody hears it unless a caller listens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

Item = TypeVar("Item")
Progress = Callable[[str, float], None]

_listener: ContextVar[Progress | None] = ContextVar("listener", default=None)


@contextmanager
def heard_by(listener: Progress) -> Iterator[None]:
    """Call ``listener`` with what runs and the share of it that is done, while this is entered."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


@contextmanager
def unheard() -> Iterator[None]:
    """Parts of work that tells of itself as a whole."""
    token = _listener.set(None)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(what: str, share: float) -> None:
    """Say what runs and which share of it, 0 to 1, is done."""
    listener = _listener.get()
    if listener is not None:
        listener(what, share)


def told(what: str, items: Sequence[Item]) -> Iterator[Item]:
    """The items, each told of when it is done."""
    for done, item in enumerate(items, 1):
        yield item
        tell(what, done / len(items))
