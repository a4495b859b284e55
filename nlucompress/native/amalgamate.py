"""Write nlucompress.h, the one file that users take, out of the parts that we read and change.

python amalgamate.py           write the header
python amalgamate.py --check   exit with 1 if it is not what the parts give
"""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = Path(__file__).parent
HEADER = FOLDER / "nlucompress.h"

# In this order: a part uses what stands in those before it.
PARTS = (
    "public",  # what the header is, its limits, errors and types
    "bytes",
    "offsets",
    "hash",
    "phrases",
    "json_text",
    "json_values",
    "frame",
    "description",
    "sealed",
    "static",
    "keys",
    "numbers",
    "prefix_codes",
    "matrices",
    "rows",
    "quick_rows",
    "labels",
    "features",
    "overlays",
    "network",
    "open",
    "bundles",
    "arithmetic",
    "unicode",
    "text",
    "vectorizer",
    "subwords",
    "scores",
    "tags",
    "answers",
    "unicode_tables",  # written by make_unicode.py
)


def amalgamated() -> str:
    """The text of the header."""
    parts = [(FOLDER / "parts" / f"{name}.h").read_text(encoding="ascii") for name in PARTS]
    return "".join(parts) + "#endif\n"


def main() -> int:
    """Write or check the header."""
    text = amalgamated()
    if "--check" in sys.argv[1:]:
        return int(text != HEADER.read_text(encoding="ascii"))
    HEADER.write_text(text, encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
