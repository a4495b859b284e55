"""An interactive shell on a terminal, in which a test types."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import environment

START = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "--interactive"],
}
SOURCE = {
    "bash": 'eval "$(nlucompress completion bash)"',
    "zsh": 'autoload -U compinit; compinit -u -D; eval "$(nlucompress completion zsh)"',
    "fish": "nlucompress completion fish | source",
}
PATIENCE = 60.0


class Shell:
    """A shell whose completion of nlucompress is set up."""

    def __init__(self, name: str, folder: Path) -> None:
        """Start it in a folder; skips the test where it is not installed."""
        if shutil.which(name) is None:
            pytest.skip(f"{name} is not installed")
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))
        self._seen = ""
        self._number = 0
        settings = environment(TERM="xterm", HOME=str(folder), XDG_CONFIG_HOME=str(folder))
        self._running = subprocess.Popen(
            START[name],
            cwd=folder,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**settings, "INPUTRC": "/dev/null"},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)
        self.type(f"{SOURCE[name]}; echo re''ady\r")
        self.wait("ready")

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._ours, keys.encode())

    def wait(self, pattern: str) -> re.Match[str]:
        """Read until a pattern is seen, which is then past."""
        end = time.monotonic() + PATIENCE
        while (found := re.search(pattern, self._seen)) is None:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._ours], [], [], left)[0]:
                raise AssertionError(f"{pattern!r} was not seen in {self._seen!r}")
            self._seen += os.read(self._ours, 1 << 16).decode(errors="replace")
        self._seen = self._seen[found.end() :]
        return found

    def completed(self, line: str) -> str:
        """What a line becomes by the tab key."""
        self._number += 1
        # The line is echoed instead of run: ^A goes to its beginning.
        self.type(f"{line}\t")
        time.sleep(0.1)
        self.type(f"\x01echo g''ot{self._number}=\x05=end\r")
        return self.wait(rf"got{self._number}=([^\r\n]*?) ?=end").group(1)

    def close(self) -> None:
        """End it."""
        self._running.kill()
        self._running.wait()
        os.close(self._ours)

    def __enter__(self) -> Shell:
        """The shell itself."""
        return self

    def __exit__(self, *_: Any) -> None:
        """End it."""
        self.close()
