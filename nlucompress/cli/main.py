"""The command `nlucompress`: by the quick way or by click; errors become one line and a code."""

from __future__ import annotations

import os
import sys

from nlucompress.cli import quick
from nlucompress.cli.shared import streams
from nlucompress.errors import NluCompressError, UsageError, in_flags

GATE_MISSED, USAGE, BAD_INPUT, INTERRUPTED, CLOSED_PIPE = 1, 2, 3, 130, 141


def main() -> None:
    """Entry point."""
    arguments = sys.argv[1:]
    code = run(arguments)
    try:
        streams.finish()
    except BrokenPipeError:
        code = code or CLOSED_PIPE
    except OSError as error:
        streams.complain(f"standard output: cannot write: {error.strerror or error}")
        code = code or BAD_INPUT
    # Buffers are flushed; leaving at once spares the interpreter's tear-down and its complaints.
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code."""
    with in_flags():
        return _run(arguments)


def _run(arguments: list[str]) -> int:
    debug = "--debug" in arguments
    try:
        streams.prepare()
        if quick.run(arguments):
            return 0
        from nlucompress.cli.program import run as run_by_click

        return run_by_click(arguments)
    except SystemExit as finished:
        return finished.code if isinstance(finished.code, int) else BAD_INPUT
    except KeyboardInterrupt:
        import signal

        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the end has begun
        streams.complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        return CLOSED_PIPE
    except (NluCompressError, OSError, MemoryError) as error:
        if debug:
            _show_traceback()
        streams.complain(_line(error))
        return USAGE if isinstance(error, UsageError) else BAD_INPUT
    except Exception:  # Python's own exit code would be 1, which says that a gate was missed
        _show_traceback()
        streams.complain("this is a defect of nlucompress; please report the lines above")
        return BAD_INPUT


def _show_traceback() -> None:
    import traceback

    if sys.stderr is not None:
        traceback.print_exc()


def _line(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "not enough memory for this input"
    if isinstance(error, OSError) and not isinstance(error, NluCompressError):
        return f"{error.filename or 'input or output'}: {error.strerror or error}"
    return str(error)
