"""Runs the installed program as a user does."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("nlucompress")
TIMEOUT = 300

DONE, GATE_MISSED, USAGE, BAD_INPUT, INTERRUPTED, CLOSED_PIPE = 0, 1, 2, 3, 130, 141


@dataclass(frozen=True)
class Ran:
    """What a run left behind."""

    code: int
    out: bytes
    err: str

    @property
    def lines(self) -> list[str]:
        """Standard output as lines of text."""
        return self.out.decode().splitlines()


def environment(**changes: str) -> dict[str, str]:
    """The environment of a run: this program first in the path, nothing that colours output."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "_NLUCOMPRESS"))
    }
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    # A busy machine says now and then how far it is: not where a test reads what is said.
    return {**inherited, "PATH": path, "NLUCOMPRESS_PROGRESS_SECONDS": "3600", **changes}


def run(
    folder: Path, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> Ran:
    """`nlucompress ARGUMENTS` in a folder."""
    return _run([str(PROGRAM), *arguments], folder, stdin, env)


def shell(folder: Path, line: str, env: Mapping[str, str] | None = None) -> Ran:
    """A line of bash, in which every stage of a pipeline counts."""
    return _run(["bash", "-c", f"set -o pipefail; {line}"], folder, b"", env)


def python(folder: Path, *arguments: str, stdin: bytes = b"") -> Ran:
    """`python ARGUMENTS` in a folder."""
    return _run([sys.executable, *arguments], folder, stdin, None)


def _run(command: list[str], folder: Path, stdin: bytes, env: Mapping[str, str] | None) -> Ran:
    done = subprocess.run(
        command,
        cwd=folder,
        input=stdin,
        capture_output=True,
        env=environment(**(env or {})),
        timeout=TIMEOUT,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr.decode())


def on_terminal(
    folder: Path, *arguments: str, env: Mapping[str, str] | None = None, columns: int = 80
) -> tuple[int, str]:
    """Exit code and what `nlucompress ARGUMENTS` shows on a terminal of this width."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    changes = {"TERM": "xterm", "COLUMNS": str(columns), **(env or {})}
    started = subprocess.Popen(
        [str(PROGRAM), *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env=environment(**changes),
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # so Linux says that nobody is there any more
        while data := os.read(ours, 1 << 16):
            shown += data
    os.close(ours)
    return started.wait(TIMEOUT), shown.decode().replace("\r\n", "\n")


def files_in(folder: Path) -> set[str]:
    """Names of all files, hidden ones too."""
    return {path.name for path in folder.iterdir()}
