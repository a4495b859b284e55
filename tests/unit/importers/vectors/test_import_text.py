from __future__ import annotations

import gzip
import io
import os
import pickle
import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nlucompress.algo.hashing import murmur
from nlucompress.errors import DataError, ForeignFileWarning, FormatError, UsageError
from nlucompress.format.model import Model, Table
from nlucompress.importers.detect import ImportOptions, import_model, recognize
from nlucompress.importers.vectors import text as text_vectors
from nlucompress.importers.vectors.text_layouts import Layout


def load(data: bytes, layout: str | None = None) -> Table:
    model: Model = import_model(io.BytesIO(data), ImportOptions(format=layout))
    assert model.network is None
    assert list(model.tables) == ["embeddings"]
    return model.table()


def keys_of(table: Table) -> list[str]:
    assert table.strings is not None
    return [key.decode() for key in table.strings.encoded()]


def rows_of(table: Table) -> list[list[float]]:
    rows: list[list[float]] = table.matrix.rows(np.arange(table.matrix.shape[0])).tolist()
    return rows


class Pipe(io.RawIOBase):
    """A stream that gives a few bytes at a time and cannot seek."""

    def __init__(self, data: bytes, step: int) -> None:
        self._left = data
        self._step = step

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        taken = min(self._step, size if size >= 0 else len(self._left))
        data, self._left = self._left[:taken], self._left[taken:]
        return data


VALID: list[tuple[str, bytes, str, list[str], list[list[float]]]] = [
    ("keys", b"a\t1 2\nb\t3 4\n", "keys", ["a", "b"], [[1, 2], [3, 4]]),
    ("tabs", b"a\t1\t2\nb\t3  4 \n", "keys", ["a", "b"], [[1, 2], [3, 4]]),
    ("spaces in key", b" a b \t1\nc\t2\n", "keys", [" a b ", "c"], [[1], [2]]),
    ("number as key", b"7 8\t1\n9\t2\n", "keys", ["7 8", "9"], [[1], [2]]),
    ("no line end", b"a\t1\nb\t2", "keys", ["a", "b"], [[1], [2]]),
    ("one line", b"a\t1", "keys", ["a"], [[1]]),
    ("crlf", b"a\t1\r\nb\t2\r\n", "keys", ["a", "b"], [[1], [2]]),
    ("mixed ends", b"a\t1\r\nb\t2\nc\t3\r", "keys", ["a", "b", "c"], [[1], [2], [3]]),
    ("bom", b"\xef\xbb\xbfa\t1\n", "keys", ["a"], [[1]]),
    ("blank end", b"a\t1\n\n", "keys", ["a"], [[1]]),
    ("blank crlf end", b"a\t1\r\n\r\n", "keys", ["a"], [[1]]),
    ("forms", b"a\t+1 -.5 2. 1e2 1E-1 -0\n", "keys", ["a"], [[1, -0.5, 2, 100, 0.1, -0.0]]),
    ("small", b"a\t1e-999\n", "keys", ["a"], [[0]]),
    ("nul", b"a\0b\t1\n\0\t2\n", "keys", ["a\0b", "\0"], [[1], [2]]),
    ("nbsp", "a\u00a0b\t1\n\u00a0\t2\n".encode(), "keys", ["a\u00a0b", "\u00a0"], [[1], [2]]),
    ("u2028", "a\u2028b\t1\n".encode(), "keys", ["a\u2028b"], [[1]]),
    ("cr in key", b"a\rb\t1\n", "keys", ["a\rb"], [[1]]),
    ("glove", b"a 1 2\nb 3 4\n", "glove", ["a", "b"], [[1, 2], [3, 4]]),
    ("glove gaps", b"a  1  2 \nb 3 4\r\n", "glove", ["a", "b"], [[1, 2], [3, 4]]),
    ("glove spaces", b"a 1 2\n. . . 3 4\n", "glove", ["a", ". . ."], [[1, 2], [3, 4]]),
    ("glove first", b"at x 1 2\nb 3 4\n", "glove", ["at x", "b"], [[1, 2], [3, 4]]),
    ("glove nbsp", "a\u00a07 1 2\n".encode(), "glove", ["a\u00a07"], [[1, 2]]),
    ("glove u2028", "a\u2028 1 2\nb 3 4".encode(), "glove", ["a\u2028", "b"], [[1, 2], [3, 4]]),
    ("glove number", b"7 1 2\n8 3 4\n", "glove", ["7", "8"], [[1, 2], [3, 4]]),
    ("glove narrow", b"7 3\n8 4\n", "glove", ["7", "8"], [[3], [4]]),
    ("glove narrow one", b"the 3\n", "glove", ["the"], [[3]]),
    ("glove vt", b"a\x0bb 1 2\n", "glove", ["a\x0bb"], [[1, 2]]),
    ("word2vec", b"2 2\na 1 2\nb 3 4\n", "word2vec", ["a", "b"], [[1, 2], [3, 4]]),
    ("word2vec spaced", b"2 2 \na 1 2 \nb c 3 4 \n", "word2vec", ["a", "b c"], [[1, 2], [3, 4]]),
    ("word2vec narrow", b"2 1\n7 1\n8 2\n", "word2vec", ["7", "8"], [[1], [2]]),
    ("word2vec blank", b"1 2\r\na 1 2\r\n\r\n", "word2vec", ["a"], [[1, 2]]),
]


@pytest.mark.parametrize(
    ("data", "layout", "keys", "rows"), [pytest.param(*v[1:], id=v[0]) for v in VALID]
)
def test_valid_files(data: bytes, layout: str, keys: list[str], rows: list[list[float]]) -> None:
    for table in (load(data), load(data, layout), load(gzip.compress(data))):
        assert keys_of(table) == keys
        assert rows_of(table) == np.array(rows, np.float32).tolist()
        assert table.find(keys).tolist() == list(range(len(keys)))
    assert recognize(data) == recognize(gzip.compress(data)) == layout


INVALID: list[tuple[str, bytes, str]] = [
    ("empty", b"", "<stream>: the file is empty"),
    ("bom only", b"\xef\xbb\xbf", "line 1: the line is blank"),
    ("blank only", b"\n", "line 1: the line is blank"),
    ("blank first", b"\na\t1\n", "line 1: the line is blank"),
    ("blank middle", b"a\t1\n\r\nb\t2\n", "line 2: the line is blank"),
    ("two blank at end", b"a\t1\n\n\n", "line 2: the line is blank"),
    ("utf-8", b"a\t1\nb\xff\t2\n", "line 2: no valid UTF-8"),
    ("cut utf-8", b"a\t1\nb\t2\n\xe2\x82\t3", "line 3: no valid UTF-8"),
    ("surrogate", b"a\t1\n\xed\xa0\x80\t2\n", "line 2: no valid UTF-8"),
    ("letters", b"a\t1\nb\tx\n", "line 2: 'x' is not a finite decimal number"),
    ("minus", b"a\t1 2\nb\t1-2 -\n", "line 2: '1-2' is not a finite decimal number"),
    ("exponent", b"a\t1\nb\t1e\n", "line 2: '1e' is not a finite decimal number"),
    ("underscore", b"a\t1_000\n", "line 1: '1_000' is not a finite decimal number"),
    ("unicode digits", "a\t1\nb\t١\n".encode(), "line 2: '١' is not a finite decimal number"),
    ("nbsp number", "a\t1\nb\t1\u00a0\n".encode(), "line 2: '1\\xa0' is not a finite decimal"),
    ("hexadecimal", b"a\t0x10\n", "line 1: '0x10' is not a finite decimal number"),
    ("comma", b"a\t1,5\n", "line 1: '1,5' is not a finite decimal number"),
    ("nan", b"a\t1\nb\tnan\n", "line 2: 'nan' is not a finite decimal number"),
    ("inf", b"a\t1\nb\t-inf\n", "line 2: '-inf' is not a finite decimal number"),
    ("nan in glove", b"a 1 nan\n", "line 1: 'nan' is not a finite decimal number"),
    ("float32", b"a\t1\nb\t-1e39\n", "line 2: '-1e39' is beyond the range of float32"),
    ("float64", b"a\t1\nb\t1e999\n", "line 2: '1e999' is beyond the range of float32"),
    ("vertical tab", b"a\t1 2\nb\t1\x0b2 3\n", "line 2: '1\\x0b2' is not a finite decimal"),
    ("cr in number", b"a\t1 2\nb\t1\r2 3\n", "line 2: '1\\r2' is not a finite decimal"),
    ("cr line ends", b"a\t1\rb\t2\r", "line 1: '1\\rb' is not a finite decimal"),
    ("nul", b"a\t1\nb\t1\0\n", "line 2: '1\\x00' is not a finite decimal"),
    ("no tab", b"a\t1\nb 2\n", "line 2: no tab between key and numbers"),
    ("empty key", b"a\t1\n\t2\n", "line 2: the key before the tab is empty"),
    ("empty first key", b"\t2\n", "line 1: the key before the tab is empty"),
    ("no numbers", b"a\t\n", "line 1: expected key<TAB>numbers"),
    ("few", b"a\t1 2\nb\t1\n", "line 2: 1 numbers after the key instead of 2"),
    ("none", b"a\t1 2\nb\t\n", "line 2: 0 numbers after the key instead of 2"),
    ("many", b"a\t1 2\nb\t1\t2 3\n", "line 2: 3 numbers after the key instead of 2"),
    ("duplicate", b"a\t1\nb\t2\na\t3\n", "lines 1 and 3: the key 'a' occurs twice"),
    ("duplicate glove", b"3 2\na 1 2\nb 2 3\na 3 4\n", "lines 2 and 4: the key 'a'"),
    ("no layout", b"hello world\n", "line 1: no numbers found"),
    ("glove few", b"a 1 2\nb 1\n", "line 2: 1 numbers after the key instead of 2"),
    ("glove many", b"a 1 2\nb 1 2 3\n", "line 2: more than 2 numbers after the key, or a key"),
    ("glove empty key", b"a 1 2\n 1 2\n", "line 2: a space comes first"),
    ("glove middle", b"a 1 x\n", "line 1: no numbers found"),
    ("glove broken", b"a 1x 2\nb 1 2\n", "line 1 ends in 1 numbers after 2 other fields"),
    ("glove broken alone", b"a 1x 2\n", "line 1 ends in 1 numbers after 2 other fields"),
    ("glove bad", b"a 1 2\nb 1_0 2\n", "line 2: '1_0' is not a finite decimal number"),
    ("header more", b"3 2\na 1 2\nb 1 2\n", "line 1 announces 3 vectors but 2 follow"),
    ("header fewer", b"1 2\na 1 2\nb 1 2\n", "line 1 announces 1 vectors but 2 follow"),
    ("header alone", b"400000 300\n", "line 1 announces 400000 vectors but 0 follow"),
    ("header zero", b"0 3\n", "line 1: the header announces no numbers"),
    ("header width", b"1 3\na 1 2\n", "line 2: 2 numbers after the key instead of 3"),
    ("header huge", b"1 999999999999999999\na 1 2\n", "line 2: 2 numbers after the key"),
    (
        "gzip cut",
        gzip.compress(b"a\t1\n" * 9, mtime=0)[:-9],
        "the gzip stream is damaged or cut off",
    ),
    ("gzip bad", b"\x1f\x8b\x08\0\0\0\0\0\0\0\xff\xff", "the gzip stream is damaged or cut off"),
    ("gzip empty", gzip.compress(b"", mtime=0), "the file is empty"),
]


@pytest.mark.parametrize(
    ("data", "problem"), [pytest.param(*each[1:], id=each[0]) for each in INVALID]
)
def test_invalid_files(data: bytes, problem: str) -> None:
    with pytest.raises(DataError) as caught:
        load(data)
    assert problem in str(caught.value)
    assert str(caught.value).startswith("<stream>: ")
    assert "\n" not in str(caught.value)


def test_layout_can_be_forced() -> None:
    assert keys_of(load(b"a\tb 1 2\n", "glove")) == ["a\tb"]
    assert rows_of(load(b"5 1\n", "glove")) == [[1]]
    assert rows_of(load(b"1 3\n7 3\n", "glove")) == [[3], [3]]
    with pytest.raises(DataError, match="line 2: 1 numbers after the key instead of 3"):
        load(b"1 3\n7 3\n", "word2vec")
    with pytest.raises(DataError, match="line 1: expected the word2vec header"):
        load(b"a 1 2\n", "word2vec")
    with pytest.raises(DataError, match="line 1: expected key<TAB>numbers"):
        load(b"a 1 2\n", "keys")
    with pytest.raises(UsageError, match="'csv' is not one of keys, glove"):
        ImportOptions(format="csv")


def test_pickle_zip_and_foreign_options_are_refused() -> None:
    with pytest.raises(FormatError, match="<stream>: this is a Python pickle"):
        load(pickle.dumps({"a": 1}))
    with pytest.raises(FormatError, match="the zip archive is damaged"):
        load(b"PK\x03\x04rest", "keys")
    with pytest.raises(UsageError, match="this is keys; tensor is for safetensors"):
        import_model(io.BytesIO(b"a\t1\n"), ImportOptions(tensor="a"))
    with pytest.raises(DataError, match="the file is empty"):
        recognize(b"")
    assert recognize(b"\x80\x04\x95") == "pickle"
    assert recognize(b"PK is a word 1\n") == "glove"


def test_paths_and_names(tmp_path: Path) -> None:
    path = tmp_path / "vectors.gz"
    path.write_bytes(gzip.compress(b"a\t1\n", mtime=0) + gzip.compress(b"b\t2\n", mtime=0))
    model = import_model(path, ImportOptions(name="words"))
    assert keys_of(model.table("words")) == ["a", "b"]
    path.write_bytes(b"a\tx\n")
    with pytest.raises(DataError, match=r"vectors\.gz: line 1: 'x'"):
        import_model(str(path))
    with pytest.raises(DataError, match="missing: cannot open: No such file"):
        import_model(tmp_path / "missing")
    with pytest.raises(FormatError, match=r"no model\.safetensors in this directory"):
        import_model(tmp_path)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_pipe_is_read_forwards(pack: type[bytes]) -> None:
    data = b"".join(b"word %d\t%d %d\n" % (n, n, -n) for n in range(300_000))
    reader, writer = os.pipe()

    def feed() -> None:
        with os.fdopen(writer, "wb") as out:
            out.write(pack(data))

    thread = threading.Thread(target=feed)
    thread.start()
    with os.fdopen(reader, "rb") as stream:
        table = import_model(stream).table()
    thread.join()
    assert table.matrix.shape == (300_000, 2)
    index = np.array([0, 123_456, 299_999])
    assert table.matrix.rows(index).tolist() == [[n, -n] for n in index.tolist()]
    assert table.find(["word 123456", "word 300000"]).tolist() == [123_456, -1]


@pytest.mark.parametrize("layout", ["keys", "word2vec"])
def test_line_numbers_hold_across_blocks(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_vectors, "BLOCK", 16)
    head, gap = (b"99 2\n", b" ") if layout == "word2vec" else (b"", b"\t")
    lines = [b"key%d%s%d 1\n" % (n, gap, n) for n in range(99)]
    assert keys_of(load(head + b"".join(lines))) == [f"key{n}" for n in range(99)]
    first = 1 + bool(head)
    for wrong, problem in (
        (b"x%s1 y\n" % gap, f"line {first + 70}: 'y'"),
        (b"key3%s1 2\n" % gap, f"lines {first + 3} and {first + 70}: the key 'key3'"),
        (b"\n", f"line {first + 70}: the line is blank"),
    ):
        changed = [*lines[:70], wrong, *lines[71:]]
        with pytest.raises(DataError, match=problem):
            load(head + b"".join(changed))


@pytest.mark.parametrize("layout", ["keys", "glove"])
def test_huge_key(layout: str) -> None:
    huge = b"\xc3\xa4" * (1 << 19) + b"x"
    gap = b"\t" if layout == "keys" else b" "
    data = b"%s%s1 2\n%s%s3 4\n%sy%s5 6\n" % (huge, gap, huge[2:], gap, huge, gap)
    table = load(data)
    assert rows_of(table) == [[1, 2], [3, 4], [5, 6]]
    assert keys_of(table)[0] == huge.decode()
    with pytest.raises(DataError) as caught:
        load(data + b"%s%s7 8\n" % (huge, gap))
    assert "lines 1 and 4" in str(caught.value)
    assert len(str(caught.value)) < 400


def test_equal_hashes_are_no_duplicates(monkeypatch: pytest.MonkeyPatch) -> None:
    def same(keys: Iterable[bytes]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        count = sum(1 for _ in keys)
        return np.ones(count, np.uint64), np.ones(count, np.uint64)

    monkeypatch.setattr(murmur, "hash_keys", same)
    assert keys_of(load(b"a\t1\nb\t2\nc\t3\n")) == ["a", "b", "c"]
    with pytest.raises(DataError, match="lines 2 and 4: the key 'b'"):
        load(b"a\t1\nb\t2\nc\t3\nb\t4\na\t5\n")


def test_short_reads() -> None:
    data = b"2 2\na 1 2\nb c 3 4\n"
    for packed in (data, gzip.compress(data)):
        for step in (1, 3, 7):
            assert keys_of(import_model(Pipe(packed, step)).table()) == ["a", "b c"]


TABBED = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\t\n\ufeff"), min_size=1
)
SPACED = st.text(
    st.characters(exclude_categories=["Cs", "Nd"], exclude_characters="\t\n \ufeff"), min_size=1
)
FLOAT = st.floats(width=32, allow_nan=False, allow_infinity=False)


@st.composite
def vectors(draw: st.DrawFn, key: st.SearchStrategy[str]) -> dict[str, list[float]]:
    width = draw(st.integers(1, 4))
    row = st.lists(FLOAT, min_size=width, max_size=width)
    return draw(st.dictionaries(key, row, min_size=1, max_size=6))


def written(rows: dict[str, list[float]], gap: str, end: str) -> bytes:
    return "".join(f"{k}{gap}{' '.join(map(repr, v))}{end}" for k, v in rows.items()).encode()


@given(vectors(TABBED), st.sampled_from(["\n", "\r\n"]))
def test_keys_layout_round_trips(rows: dict[str, list[float]], end: str) -> None:
    table = load(written(rows, "\t", end), "keys")
    assert keys_of(table) == list(rows)
    assert np.array_equal(rows_of(table), list(rows.values()))


@given(vectors(SPACED), st.booleans())
def test_spaced_layouts_round_trip(rows: dict[str, list[float]], header: bool) -> None:
    width = len(next(iter(rows.values())))
    head = f"{len(rows)} {width}\n".encode() if header else b""
    table = load(head + written(rows, " ", "\n"))
    assert keys_of(table) == list(rows)
    assert np.array_equal(rows_of(table), list(rows.values()))


@given(st.binary(max_size=60) | st.text("ab 1.\t\r\n-e", max_size=40).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        table = load(data)
    except (DataError, FormatError):
        return
    assert np.isfinite(rows_of(table)).all()
    assert len(set(keys_of(table))) == len(table.keys)


def test_a_long_number_takes_no_long_time() -> None:
    with pytest.raises(DataError, match=r"line 2: .* is not a finite decimal number"):
        import_model(io.BytesIO(b"a 1\nb " + b"1" * 300_000 + b"x\n"))


def test_a_header_of_glove_leaves_out_the_unknown_word() -> None:
    lines = b"a 1 2 3\nb 4 5 6\n"
    with pytest.warns(ForeignFileWarning, match="line 1 counts one vector too few: it leaves"):
        table = import_model(io.BytesIO(b"2 3\n" + lines + b"<unk> 7 8 9\n")).table()
    assert table.lookup(["<unk>", "b"]).tolist() == [[7, 8, 9], [4, 5, 6]]
    for wrong in (
        lines + b"c 7 8 9\n",
        lines + b"<unk> 7 8 9\nc 1 2 3\n",
        b"<unk> 1 2 3\n" + lines,
    ):
        with pytest.raises(DataError, match="announces 2 vectors but"):
            import_model(io.BytesIO(b"2 3\n" + wrong))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\x28\xb5\x2f\xfd\x04\x00", "compressed by zstd; unpack it"),
        (pickle.dumps({"a": 1}, protocol=0), "a Python pickle"),
        (pickle.dumps([1, 2], protocol=0), "a Python pickle"),
        (b"ccopy_reg\n_reconstructor\np0\n(csklearn.pipeline\nPipeline\np1\n.", "a Python pickle"),
    ],
)
def test_what_is_no_text_is_named(data: bytes, problem: str) -> None:
    with pytest.raises(FormatError, match=problem):
        import_model(io.BytesIO(data))
