"""Write the Unicode tables at the end of nlucompress.h, from Python's ``unicodedata``.

    python make_unicode.py           rewrite the tables in place
    python make_unicode.py --check   exit with 1 if they are not what this Python would write

The tables follow the Unicode version of the Python that runs this; the header names it.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

HEADER = Path(__file__).with_name("nlucompress.h")
BEGIN, END = "/* --- begin of generated tables --- */\n", "/* --- end of generated tables --- */\n"
LAST = 0x10FFFF
SURROGATES = range(0xD800, 0xE000)
HANGUL = range(0xAC00, 0xD7A4)
# The blocks of CJK compatibility ideographs: nearly every one decomposes, so no keys are stored.
CJK = (range(0xF900, 0xFADA), range(0x2F800, 0x2FA1E))
WIDTH = 100


def is_word(code: int) -> bool:
    """Whether a code point is a letter, a mark or a number."""
    return unicodedata.category(chr(code))[0] in "LMN"


def folded(code: int) -> int:
    """Folding of a word character: case folding or lower case where that is one character."""
    character = chr(code)
    for result in (character.casefold(), character.lower()):
        if len(result) == 1:
            return ord(result)
    return code


def word_edges() -> list[int]:
    """Code points where being a word character begins or ends."""
    edges: list[int] = []
    for code in range(LAST + 1):
        if is_word(code) != bool(len(edges) % 2):
            edges.append(code)
    return edges


def fold_runs() -> list[tuple[int, int, int]]:
    """Runs (first, 2 * last + 1 if only every second one, difference) that fold alike."""
    runs: list[list[int]] = []  # first, last, step (0: not known yet), difference
    for code in range(LAST + 1):
        if code in SURROGATES or not is_word(code) or folded(code) == code:
            continue
        difference = folded(code) - code
        if runs and runs[-1][3] == difference:
            step = code - runs[-1][1]
            if step in (1, 2) and runs[-1][2] in (0, step):
                runs[-1][1:3] = code, step
                continue
        runs.append([code, code, 0, difference])
    return [(first, 2 * last + (step == 2), delta) for first, last, step, delta in runs]


def mark_runs() -> list[tuple[int, int]]:
    """Runs (first, 256 * last + combining class) of characters with the same class above 0."""
    runs: list[list[int]] = []
    for code in range(LAST + 1):
        kind = unicodedata.combining(chr(code))
        if kind and runs and runs[-1][1:] == [code - 1, kind]:
            runs[-1][1] = code
        elif kind:
            runs.append([code, code, kind])
    return [(first, 256 * last + kind) for first, last, kind in runs]


def decomposition(code: int) -> tuple[int, ...]:
    """Canonical decomposition in one step; empty where there is none."""
    text = unicodedata.decomposition(chr(code))
    return () if not text or text.startswith("<") else tuple(int(each, 16) for each in text.split())


def pairs() -> list[tuple[int, int, int]]:
    """Every (composed, first, second or 0) outside of Hangul and the CJK blocks, ascending."""
    result: list[tuple[int, int, int]] = []
    for code in range(LAST + 1):
        parts = decomposition(code)
        if parts and code not in HANGUL and not any(code in block for block in CJK):
            if len({each >> 16 for each in (code, *parts)}) != 1 or code >= 0x20000:
                raise ValueError(f"U+{code:04X} decomposes across planes: the tables cannot say it")
            result.append((code, parts[0], parts[1] if len(parts) > 1 else 0))
    return result


def composing(table: Sequence[tuple[int, int, int]]) -> list[int]:
    """Rows of the pairs that compose, by (first, second)."""
    rows = [
        row
        for row, (code, first, second) in enumerate(table)
        if second and unicodedata.normalize("NFC", chr(first) + chr(second)) == chr(code)
    ]
    return sorted(rows, key=lambda row: table[row][1:])


def numbers(values: Iterable[int]) -> str:
    """Lines of numbers within the width of a line."""
    lines, line = [], "   "
    for value in values:
        word = f" {value},"
        if len(line) + len(word) > WIDTH:
            lines.append(line)
            line = "   "
        line += word
    return "\n".join([*lines, line]) + "\n"


def array(kind: str, name: str, values: Sequence[int]) -> str:
    """A C array."""
    return f"static const {kind} {name}[{len(values)}] = {{\n{numbers(values)}}};\n"


def tables() -> str:
    """The generated part of the header."""
    table = pairs()
    by_parts = composing(table)
    low = [row for row in table if row[0] < 0x10000]
    low_by_parts = [row for row in by_parts if table[row][0] < 0x10000]
    edges, folds, marks = word_edges(), fold_runs(), mark_runs()
    ideographs = [decomposition(code) for block in CJK for code in block]
    return "\n".join(
        [
            f'#define NLU_UNICODE_VERSION "{unicodedata.unidata_version}"',
            f"#define NLU_WORD_EDGES {len(edges)}u",
            f"#define NLU_FOLDS {len(folds)}u",
            f"#define NLU_MARKS {len(marks)}u",
            f"#define NLU_PAIRS {len(table)}u",
            f"#define NLU_PAIRS_LOW {len(low)}u",
            f"#define NLU_COMPOSING {len(by_parts)}u",
            f"#define NLU_COMPOSING_LOW {len(low_by_parts)}u",
            "",
            "/* Where being a word character (categories L, M, N) begins and ends, by turns. */",
            array("uint32_t", "nlu_word_edges", edges),
            "/* First, 2 * last + (1: only every second one), difference to the folded character. */",
            array("int32_t", "nlu_folds", [value for run in folds for value in run]),
            "/* First, 256 * last + canonical combining class. */",
            array("uint32_t", "nlu_marks", [value for run in marks for value in run]),
            "/* Low 16 bits of composed, first and second character (0: no second one), ascending;",
            "   the first NLU_PAIRS_LOW are of plane 0, the others of plane 1. */",
            array("uint16_t", "nlu_pairs", [value & 0xFFFF for row in table for value in row]),
            "/* Rows of nlu_pairs that compose, by first and second; plane 0 before plane 1. */",
            array("uint16_t", "nlu_composing", by_parts),
            "/* What U+F900..U+FAD9 and U+2F800..U+2FA1D decompose to; 0: to nothing. */",
            array("uint32_t", "nlu_ideographs", [each[0] if each else 0 for each in ideographs]),
        ]
    )


def main() -> int:
    """Write or check the header's tables."""
    text = HEADER.read_text(encoding="ascii")
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    made = f"{head}{BEGIN}{tables()}{END}{tail}"
    if "--check" in sys.argv[1:]:
        return int(made != text)
    HEADER.write_text(made, encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
