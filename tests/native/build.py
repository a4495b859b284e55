"""Building the C programs and talking to them."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

import nlucompress

HERE = Path(__file__).parent
NATIVE = Path(nlucompress.__file__).parent / "native"
PREDICT, DRIVER = NATIVE / "nlu-predict.c", HERE / "driver.c"
STRICT = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-pedantic", "-Werror", "-I", str(NATIVE))
C99 = ("-std=c99", *STRICT)
SANITIZERS = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
# Compiler and emulator of a machine with the high byte first.
BIG_ENDIAN = (("s390x-linux-gnu-gcc", "qemu-s390x"), ("powerpc-linux-gnu-gcc", "qemu-ppc"))


def compiler() -> str | None:
    """A C compiler, if there is one."""
    names = (os.environ.get("CC", ""), "cc", "gcc", "clang")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def works(target: Path, command: Sequence[str]) -> bool:
    """Whether this compiler, with these options, builds a program at all."""
    source = target.with_suffix(".c")
    source.write_text("#include <stdlib.h>\nint main(void) { return abs(0); }\n")
    call = [*command, str(source), "-o", str(target)]
    return subprocess.run(call, capture_output=True, check=False).returncode == 0


def compiled(source: Path, target: Path, command: Sequence[str]) -> Path:
    """Build a program; a warning is an error."""
    result = subprocess.run(
        [*command, str(source), "-o", str(target)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return target


def framed(texts: Iterable[bytes]) -> bytes:
    """Texts, each behind its length."""
    return b"".join(struct.pack("<I", len(text)) + text for text in texts)


class Driver:
    """The test driver as functions."""

    def __init__(self, *command: str | Path) -> None:
        """How to start it."""
        self._command = [str(word) for word in command]

    def ask(self, *words: str | Path, texts: Iterable[bytes] = ()) -> list[str]:
        """Lines of the answer; any complaint is a failure."""
        result = self.run(*words, texts=texts)
        assert (result.returncode, result.stderr) == (0, b""), result.stderr.decode()
        return result.stdout.decode().splitlines()

    def run(
        self, *words: str | Path, texts: Iterable[bytes] = ()
    ) -> subprocess.CompletedProcess[bytes]:
        """Exit code, answer and complaints."""
        return subprocess.run(
            [*self._command, *map(str, words)],
            input=framed(texts),
            capture_output=True,
            check=False,
            timeout=600,
        )
