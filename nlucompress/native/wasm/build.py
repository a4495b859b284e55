"""Build the reader for WebAssembly, and a page that classifies offline, into a folder.

python nlucompress/native/wasm/build.py build/wasm    # with zig (PyPI: ziglang), or clang and lld
"""

from __future__ import annotations

import base64
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FLAGS = ["-std=c99", "-Oz", "-flto", "-DNLU_CHILDREN=0u", "-Wall", "-Wextra", "-Werror"]
LINK = ["-Wl,--strip-all", "-mexec-model=reactor"]


def compiler() -> list[str] | None:
    """The command of a compiler for WebAssembly, None where there is none."""
    if importlib.util.find_spec("ziglang") is not None:
        return [sys.executable, "-m", "ziglang", "cc", "-target", "wasm32-wasi"]
    if shutil.which("clang") and shutil.which("wasm-ld"):
        return ["clang", "--target=wasm32"]
    return None


def build(command: list[str], folder: Path) -> Path:
    """Write nlu.wasm, reader.js and page.html, which holds both; the module's path."""
    folder.mkdir(parents=True, exist_ok=True)
    module = folder / "nlu.wasm"
    sources = [str(HERE / "reader.c")]

    subprocess.run([*command, *FLAGS, *LINK, *sources, "-o", str(module)], check=True)
    script = (HERE / "reader.js").read_text(encoding="utf-8")
    (folder / "reader.js").write_text(script, encoding="utf-8")
    page = (HERE / "page.html").read_text(encoding="utf-8")
    page = page.replace("/* reader.js */", script.replace("export class", "class"))
    page = page.replace("/* nlu.wasm */", base64.b64encode(module.read_bytes()).decode())
    (folder / "page.html").write_text(page, encoding="utf-8")
    return module


def main() -> None:
    """Build, and print the sizes."""
    command = compiler()
    if command is None:
        sys.exit("no compiler for WebAssembly: pip install ziglang, or install clang and lld")
    module = build(command, Path(sys.argv[1] if len(sys.argv) > 1 else "build/wasm"))
    for path in (module, module.parent / "page.html"):
        print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
