"""Write the Unicode tables of the C reader, from Python's ``unicodedata``.

    python make_unicode.py           rewrite the tables in place; then run amalgamate.py
    python make_unicode.py --check   exit with 1 if they are not what this Python would write

The tables follow the Unicode version of the Python that runs this; the tables name it.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

HEADER = Path(__file__).with_name("parts") / "unicode_tables.h"
BEGIN, END = "/* --- begin of generated tables --- */\n", "/* --- end of generated tables --- */\n"
LAST = 0x10FFFF
SURROGATES = range(0xD800, 0xE000)
HANGUL = range(0xAC00, 0xD7A4)
# The blocks of CJK compatibility ideographs: nearly every one decomposes, so no keys are stored.
CJK = (range(0xF900, 0xFADA), range(0x2F800, 0x2FA1E))
WIDTH = 100
SIGMA, FINAL_SIGMA = "\u03a3", "\u03c2"


def is_word(code: int) -> bool:
    """Whether a code point is a letter, a mark or a number."""
    return unicodedata.category(chr(code))[0] in "LMN"


def is_symbol(code: int) -> bool:
    """Whether a code point is a punctuation mark or a symbol, but for the one of lost bytes."""
    return unicodedata.category(chr(code))[0] in "PS" and code != 0xFFFD


def folded(code: int) -> int:
    """Folding of a word character: case folding or lower case where that is one character."""
    if not is_word(code):
        return code
    character = chr(code)
    for result in (character.casefold(), character.lower()):
        if len(result) == 1:
            return ord(result)
    return code


def is_alphanumeric(code: int) -> bool:
    """Whether Python's ``\\w`` matches a code point, the underscore aside."""
    return chr(code).isalnum()


def is_cased(code: int) -> bool:
    """Whether a capital sigma behind this character, at the end of a word, is a final one."""
    return (chr(code) + SIGMA).lower().endswith(FINAL_SIGMA)


def is_passed_over(code: int) -> bool:
    """Whether what stands before this character says that instead."""
    return not is_cased(code) and ("a" + chr(code) + SIGMA).lower().endswith(FINAL_SIGMA)


def edges(belongs: Callable[[int], bool]) -> list[int]:
    """Code points where belonging begins or ends."""
    found: list[int] = []
    for code in range(LAST + 1):
        if belongs(code) != bool(len(found) % 2):
            found.append(code)
    return found


def lowered(code: int) -> int:
    """Lower case where that is one character."""
    lower = chr(code).lower()
    return ord(lower) if len(lower) == 1 else code


def fold_runs(change: Callable[[int], int]) -> list[tuple[int, int, int]]:
    """Runs (first, 2 * last + 1 if only every second one, difference) that change alike."""
    runs: list[list[int]] = []  # first, last, step (0: not known yet), difference
    for code in range(LAST + 1):
        if code in SURROGATES or change(code) == code:
            continue
        difference = change(code) - code
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
    lines, line = [], " " * 7
    for value in values:
        word = f" {value},"
        if len(line) + len(word) > WIDTH:
            lines.append(line)
            line = " " * 7
        line += word
    return "\n".join([*lines, line]) + "\n"


def function(name: str, kind: str, values: Sequence[int], counts: Mapping[str, int]) -> str:
    """A C function that returns a table and writes counts where its parameters point."""
    parameters = ", ".join(f"uint32_t *{each}" for each in counts) or "void"
    writes = "".join(f"    *{each} = {count};\n" for each, count in counts.items())
    return (
        f"static inline const {kind} *{name}({parameters})\n{{\n"
        f"    static const {kind} table[] = {{\n{numbers(values)}    }};\n"
        f"{writes}    return table;\n}}\n"
    )


def tables() -> str:
    """The generated text."""
    table = pairs()
    by_parts = composing(table)
    low = sum(row[0] < 0x10000 for row in table)
    low_by_parts = sum(table[row][0] < 0x10000 for row in by_parts)
    folds, lowers, marks = fold_runs(folded), fold_runs(lowered), mark_runs()
    sets = {
        "word": edges(is_word),
        "symbol": edges(is_symbol),
        "alphanumeric": edges(is_alphanumeric),
        "cased": edges(is_cased),
        "passed": edges(is_passed_over),
    }
    members = {
        name: function(f"nlu_{name}_edges", "uint32_t", found, {"count": len(found)})
        for name, found in sets.items()
    }
    ideographs = [decomposition(code) for block in CJK for code in block]
    flat_pairs = [value & 0xFFFF for row in table for value in row]
    flat_folds = [value for run in folds for value in run]
    flat_lowers = [value for run in lowers for value in run]
    flat_marks = [value for run in marks for value in run]
    targets = [each[0] if each else 0 for each in ideographs]
    return "\n".join(
        [
            f'#define NLU_UNICODE_VERSION "{unicodedata.unidata_version}"\n',
            "/* Where being a word character (categories L, M, N) begins and ends, by turns. */",
            members["word"],
            "/* The same of punctuation marks and symbols (categories P, S). */",
            members["symbol"],
            "/* The same of letters and numbers, as Python's \\w has them. */",
            members["alphanumeric"],
            "/* The same of characters behind which a capital sigma may be a final one, and of",
            "   those that leave it to the character before them. */",
            members["cased"],
            members["passed"],
            "/* Runs of characters that fold alike: the first, 2 * the last + 1 if only every",
            "   second one of them does, and the difference to the folded one. */",
            function("nlu_folds", "int32_t", flat_folds, {"count": len(folds)}),
            "/* The same of characters in lower case. */",
            function("nlu_lowers", "int32_t", flat_lowers, {"count": len(lowers)}),
            "/* Runs of one combining class above 0: the first, 256 * the last + class. */",
            function("nlu_marks", "uint32_t", flat_marks, {"count": len(marks)}),
            "/* Canonical decompositions: low 16 bits of the composed, the first and the second",
            "   character (0: none), ascending; `low` of them in plane 0, the rest in plane 1. */",
            function("nlu_pairs", "uint16_t", flat_pairs, {"low": low, "count": len(table)}),
            "/* Rows of nlu_pairs that compose, by first and second; plane 0 comes first. */",
            function(
                "nlu_composing", "uint16_t", by_parts, {"low": low_by_parts, "count": len(by_parts)}
            ),
            "/* What U+F900..U+FAD9 and U+2F800..U+2FA1D decompose to; 0: to nothing. */",
            function("nlu_ideographs", "uint32_t", targets, {}),
        ]
    )


def main() -> int:
    """Write or check the tables."""
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
