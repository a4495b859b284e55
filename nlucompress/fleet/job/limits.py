"""A model that takes too long or too much memory ends in an error of its own."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from collections.abc import Iterator

from nlucompress.errors import NluCompressError

GRACE = 10.0  # seconds that a model has to notice that its time is over
KILLED = 75  # exit code of a worker that ended itself


class TooLongError(NluCompressError):
    """A model took longer than it may."""


@contextlib.contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Raise ``TooLongError`` in this thread after so many seconds.

    The error comes between two steps of the interpreter. A call of foreign code that does not
    return within ``GRACE`` more seconds takes the process with it, which the engine replaces.
    """
    if seconds is None:
        yield
        return
    thread = threading.get_ident()
    lock = threading.Lock()
    over = False

    def interrupt() -> None:
        with lock:
            if over:
                return
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(thread), ctypes.py_object(TooLongError)
            )
        last.start()

    first = threading.Timer(seconds, interrupt)
    last = threading.Timer(GRACE, os._exit, (KILLED,))
    first.daemon = last.daemon = True
    first.start()
    try:
        yield
    except TooLongError:
        raise TooLongError(f"took longer than {seconds:g} s") from None
    finally:
        with lock:
            over = True
        first.cancel()
        last.cancel()


def limit_memory(limit: int | None) -> None:
    """Hold this process to so many bytes of data, so that too large a model is a MemoryError.

    Where the system has no such limit, the engine's own, which ends the process, is all there is.
    """
    if limit is None:
        return
    try:
        import resource
    except ImportError:  # Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or limit <= hard:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
