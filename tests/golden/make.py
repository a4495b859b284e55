"""Writes the golden files anew, after a change of the format: `make golden`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
EXPECTED = FOLDER / "expected.json"

sys.path.insert(0, str(FOLDER.parent.parent))

import nlucompress as nc  # noqa: E402
from tests.golden.sources import SOURCES, answers  # noqa: E402


def main() -> None:
    """Replace all files of the folder."""
    for old in FOLDER.glob("*.nlu"):
        old.unlink()
    expected = {}
    total = 0
    for name, source in SOURCES.items():
        model = source()
        total += nc.save(model, FOLDER / f"{name}.nlu", overwrite=True)
        expected[name] = answers(model)
    lines = [f'"{name}":{json.dumps(said, sort_keys=True)}' for name, said in expected.items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    EXPECTED.write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(SOURCES)} files of {total:,} bytes, answers of {len(text):,} bytes")


if __name__ == "__main__":
    main()
