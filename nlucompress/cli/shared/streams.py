"""Standard streams: UTF-8 text, whole binary writes, refusals before any work is done."""

from __future__ import annotations

import errno
import io
import os
import sys

from nlucompress.errors import FormatError, NluCompressError, UsageError
from nlucompress.io.addresses import is_address
from nlucompress.native import extension

TYPE_CHECKING = False  # typing takes longer than an answer
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import BinaryIO

STANDARD = "-"
LOST_MAP = 3  # the exit code of bad input
_guarded: list[str] = []  # mapped inputs
_keepers: list[Callable[[str], None]] = []  # what keeps a copy of the lines for people
_preludes: list[Callable[[], None]] = []  # what makes way for data


class Closed(io.TextIOBase):
    """Stands for a standard output that was closed: what is written there is not lost unseen."""

    def write(self, text: str) -> int:
        """Refuse."""
        raise OSError(errno.EBADF, "standard output is closed")


def prepare() -> None:
    """Text goes out as UTF-8 with LF, whatever the locale; what is no Unicode goes out escaped."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")  # type: ignore[union-attr]
    if sys.stdout is None:
        sys.stdout = Closed()


def finish() -> None:
    """Flush both streams. After a failure nothing is left for the interpreter to fail on again."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            if stream is sys.stdout:
                raise


def keep_notes(keeper: Callable[[str], None] | None) -> None:
    """Also hand the lines for people to this, quiet ones too; None ends that."""
    _keepers[:] = [keeper] if keeper is not None else []


def before_data(prelude: Callable[[], None] | None) -> None:
    """Call this before data go to stdout; None ends that."""
    _preludes[:] = [prelude] if prelude is not None else []


def complain(message: str) -> None:
    """One line on stderr; a stderr that is gone is no reason to fail differently."""
    line = f"nlucompress: error: {' '.join(message.splitlines())}"
    try:
        for keep in _keepers:
            keep(line)
        print(line, file=sys.stderr, flush=True)
    except (OSError, ValueError, AttributeError):
        return


def note(message: str, quiet: bool = False) -> None:
    """A line for people, on stderr."""
    for keep in list(_keepers):
        keep(message)
    if not quiet and sys.stderr is not None:
        sys.stderr.write(message + "\n")  # at once, since lines may come from two threads


def say(text: str) -> None:
    """A line of data on stdout."""
    for prelude in _preludes:
        prelude()
    sys.stdout.write(text + "\n")


def read_input(path: str) -> bytes | memoryview:
    """All bytes of a file or of stdin; of a bundle, those of the model that was named.

    Raises:
        UsageError: Stdin is a terminal, or no model of a bundle was named.
        FormatError: The input is missing, empty, or a damaged bundle.
    """
    from nlucompress.cli.shared.bundled import model_in

    return model_in(read_whole(path), named(path))


def read_whole(path: str) -> bytes | memoryview:
    """All bytes of a file (memory-mapped) or of stdin.

    Raises:
        UsageError: Stdin is a terminal.
        FormatError: The input is missing or empty.
    """
    from mmap import mmap

    from nlucompress.format.files import read_bytes

    if path != STANDARD:
        # Only the extension can end a process that reads a lost map with an error.
        held = read_bytes(path, in_memory=extension is None)
        if isinstance(held.obj, mmap):
            _guard(path)
        return held
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("no input: name a file, or pipe the output of another stage into this one")
    data = sys.stdin.buffer.read()
    if not data:
        raise FormatError("standard input is empty: the stage before this one failed")
    return data


def _guard(path: str) -> None:
    """See to it that a mapped input which is shortened in place ends in an error line."""
    assert extension is not None, "nothing is mapped without it"
    text = f"nlucompress: error: {path}: the file was shortened in place while it was being read"
    _guarded.append(path)
    if len(_guarded) > 1:
        text += f"; or one of {', '.join(_guarded[:-1])}"
    # Text beyond the extension's buffer is cut there; the line must end all the same.
    line = " ".join(text.splitlines()).encode("utf-8", "surrogateescape")
    extension.exit_on_lost_map(line[:500] + b"\n", LOST_MAP)


def opened(path: str) -> str | BinaryIO:
    """The path, or stdin for `-`.

    Raises:
        UsageError: Stdin is a terminal.
    """
    if path != STANDARD:
        return path
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("no input: name a file or pipe one in")
    return sys.stdin.buffer


def named(path: str) -> str:
    """What to call an input in a message."""
    return "standard input" if path == STANDARD else path


def check_inputs(*paths: str | None) -> None:
    """Refuse to read stdin twice.

    Raises:
        UsageError: More than one of the inputs is stdin.
    """
    if paths.count(STANDARD) > 1:
        raise UsageError("only one input can come from stdin; name the others")


def check_output(output: str, inputs: Iterable[str], force: bool, binary: bool = True) -> None:
    """Refuse an output before work begins.

    Raises:
        UsageError: A terminal would get binary data, the file exists without ``force``, is one of
            the inputs or is a directory.
    """
    if output == STANDARD:
        if binary and sys.stdout.isatty():
            raise UsageError("the output is binary: give -o FILE, or pipe it into the next stage")
        return
    if is_address(output):
        _check_address(output, inputs, force)
        return
    from pathlib import Path

    target = Path(output)
    if target.is_dir():
        raise UsageError(f"{output}: is a directory")
    for path in inputs:
        if path != STANDARD and target.exists() and Path(path).exists() and target.samefile(path):
            raise UsageError(f"{output}: is the input too; write to another file")
    if target.is_file() and not force:
        raise UsageError(f"{output}: exists already; --force replaces it")


def _check_address(output: str, inputs: Iterable[str], force: bool) -> None:
    from nlucompress.io import addresses

    if any(addresses.same(output, path) for path in inputs):
        raise UsageError(f"{output}: is the input too; write to another file")
    if addresses.stamp_of(output) is not None and not force:
        raise UsageError(f"{output}: exists already; --force replaces it")


def check_folder(output: str, inputs: Iterable[str], force: bool, known: Iterable[str]) -> None:
    """Refuse an output directory before work begins.

    Raises:
        UsageError: It is stdout or a file, exists without ``force``, or holds files other than the
            known ones, which would be lost with it.
    """
    from pathlib import Path

    target = Path(output)
    if output == STANDARD:
        raise UsageError("the output is a directory: name it with -o")
    if is_address(output):
        raise UsageError(f"{output}: the output is a directory; name one of this machine")
    if not target.is_dir():
        check_output(output, inputs, force=False)
        return
    others = sorted({each.name for each in target.iterdir()} - set(known))
    if others:
        raise UsageError(f"{output}: holds {others[0]!r}, which is none of ours; name another")
    if not force:
        raise UsageError(f"{output}: exists already; --force replaces it")


def write_output(output: str, chunks: Iterable[bytes | memoryview]) -> None:
    """Write chunks to stdout, or to a file that appears whole or not at all."""
    from nlucompress.format.files import write_atomically

    if output != STANDARD:
        write_atomically(output, chunks)
        return
    for prelude in _preludes:
        prelude()
    if isinstance(sys.stdout, Closed):
        sys.stdout.write("")
    sys.stdout.flush()
    for chunk in chunks:
        view = memoryview(chunk).cast("B") if len(chunk) else memoryview(b"")
        # An unbuffered stdout may take a part only.
        while len(view):
            view = view[sys.stdout.buffer.write(view) or 0 :]
    sys.stdout.buffer.flush()


def located(path: str, error: NluCompressError) -> NluCompressError:
    """The same error with the name of the input in front."""
    name = named(path)
    return error if str(error).startswith(name) else type(error)(f"{name}: {error}")
