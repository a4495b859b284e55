"""Builds a wheel and an sdist, installs each into an empty environment, and runs the demo there.

python -m tests.packaging.distributions dist
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
ABOUT = """
import importlib.metadata as metadata, pathlib, nlucompress
from nlucompress.native import extension
where = pathlib.Path(nlucompress.__file__).parent
assert metadata.version("nlucompress") == nlucompress.__version__
for name in ("py.typed", "docs/python.md", "format/FORMAT.md", "native/nlucompress.h",
             "native/nlucompress.hpp", "native/cmake/CMakeLists.txt", "native/wasm/reader.js"):
    assert (where / name).is_file(), name
print(nlucompress.__version__, "with" if extension else "without", "the extension")
"""


def run(*command: str | Path, path: Path | None = None, cwd: Path = ROOT) -> str:
    """Standard output of a command; a failure ends the run with what it said."""
    environment = {key: each for key, each in os.environ.items() if key != "PYTHONPATH"}
    if path is not None:
        environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}"
    words = [str(word) for word in command]
    done = subprocess.run(
        words, capture_output=True, text=True, cwd=cwd, env=environment, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def environment(folder: Path) -> Path:
    """The folder of programs of a new environment."""
    run(sys.executable, "-m", "venv", folder)
    return folder / "bin"


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


def check(distribution: Path, folder: Path) -> None:
    """Install it into an empty environment and run the demo with that; prints size and time."""
    start = time.monotonic()
    programs = environment(folder / "venv")
    run(programs / "python", "-m", "pip", "install", "--quiet", distribution)
    took = time.monotonic() - start
    about = run(programs / "python", "-c", ABOUT, cwd=folder).strip()
    shutil.copytree(ROOT / "sample_data", folder / "sample_data")
    told = run("sh", "sample_data/demo.sh", folder / "demo", path=programs, cwd=folder)
    installed = size_of(folder / "venv") / 1e6
    print(f"{distribution.name}: {distribution.stat().st_size:,} bytes; {about}")
    print(f"  environment: {installed:.0f} MB, {took:.0f} s; the demo ends with:")
    print("  " + told.strip().splitlines()[-1])


def main() -> None:
    """Build and check both."""
    target = (ROOT / (sys.argv[1] if len(sys.argv) > 1 else "dist")).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        programs = environment(folder / "build")
        run(programs / "python", "-m", "pip", "install", "--quiet", "build")
        shutil.rmtree(target, ignore_errors=True)
        # First the sdist, and the wheel out of that: what it lacks, the wheel lacks too.
        run(programs / "python", "-m", "build", "--outdir", target, ROOT)
        for kind in ("whl", "tar.gz"):
            [distribution] = target.glob(f"*.{kind}")
            (folder / kind).mkdir()
            check(distribution, folder / kind)


if __name__ == "__main__":
    main()
