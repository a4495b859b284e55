"""Labelled data of every layout give the same examples, and errors name the line."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path

import pytest

import nlucompress as nc
from nlucompress.data.examples import DataOptions, parse_data
from nlucompress.errors import DataError, UsageError

WANTED = nc.Examples(("on", "off", "on"), ("turn it on", "turn, it off", "start"))
TAB = "on\tturn it on\noff\tturn, it off\non\tstart\n"
CSV = 'text,label\nturn it on,on\n"turn, it off",off\nstart,on\n'
LAYOUTS = {
    "lines": TAB,
    "lines with blanks": TAB.replace("\n", "\n\n"),
    "lines with CR LF": TAB.replace("\n", "\r\n"),
    "csv": CSV,
    "csv with CR LF and blanks": CSV.replace("\n", "\r\n\r\n"),
    "csv with semicolons": "label;utterance\non;turn it on\noff;turn, it off\non;start\n",
    "json": '{"intent": "on", "text": "turn it on"}\n'
    '{"intent": ["off"], "text": "turn, it off", "id": 7}\n\n{"text": "start", "intent": "on"}\n',
}


def read(text: str | bytes, **options: object) -> nc.Examples:
    data = text.encode() if isinstance(text, str) else text
    return parse_data(data, "data", DataOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_is_told_by_content(text: str) -> None:
    assert read(text) == WANTED


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress, bytes])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("text", [TAB, CSV])
def test_compressed_and_in_utf_16(tmp_path: Path, text: str, coding: str, pack: object) -> None:
    (tmp_path / "data").write_bytes(pack(text.encode(coding)))  # type: ignore[operator]
    assert nc.read_examples(tmp_path / "data") == WANTED


def test_columns_have_names() -> None:
    table = "id\tsaid\tmeans\n1\tturn it on\ton\n2\tturn, it off\toff\n3\tstart\ton\n"
    assert read(table, columns=("means", "said")) == WANTED
    assert read(table.replace("turn, it", "turn it").replace("\t", ","), columns=("means", "said"))
    lines = '{"m": 1, "s": "a"}\n{"m": 2, "s": "b"}\n'
    assert read(lines, columns=("m", "s")) == nc.Examples(("1", "2"), ("a", "b"))


def test_a_layout_that_is_named_wins_over_the_content() -> None:
    assert read("label,text\tx\n", layout="lines").labels == ("label,text",)
    assert read("#on turn\n", layout="fasttext", prefix="#").labels == ("#on",)
    # A tab behind the first word makes it `label<TAB>text`, whatever the label looks like.
    assert read("__label__on\tturn it\n").labels == ("__label__on",)


def test_labels_of_fasttext_keep_their_prefix() -> None:
    """So do the labels of its models, which are evaluated on the same file."""
    found = read("__label__on turn it on\n__label__off  turn, it off\n\n__label__on start")
    assert found.labels == ("__label__on", "__label__off", "__label__on")
    assert found.texts == WANTED.texts


def test_text_may_span_lines_in_csv() -> None:
    found = read('label,text\non,"turn\nit on"\n\noff,stop\n')
    assert found.texts == ("turn\nit on", "stop")


def test_blank_lines_are_counted() -> None:
    assert read(TAB.replace("\n", "\n \n")).blank == 3


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("a\tb\n\nc\n", {}, "data, line 3: no tab"),
        ("a\tb\n\n\tc\n", {}, "data, line 3: the label or the text is empty"),
        ("\n\n", {}, "data: no examples"),
        ("label,text\na,b\n\na,b,c\n", {}, "data, line 4: 3 fields, but the header has 2"),
        ('label,text\na,"b\nc"\na\n', {}, "data, line 4: 1 fields, but the header has 2"),
        ('label,text\na,b\na,"b\n', {}, "data, line 3: no valid CSV"),
        ("x,y\na,b\n", {"layout": "csv"}, "line 1: no column of labels and of texts among 'x'"),
        ("x,y\na,b\n", {"columns": ("x", "z")}, "data, line 1: no column 'z' among 'x', 'y'"),
        ("x,y,x\na,b,c\n", {"columns": ("x", "y")}, "data, line 1: more than one column 'x'"),
        ("label,text\n", {}, "data: no examples; expected rows below a header"),
        ('{"label": "a", "text": "b"}\n{"label"\n', {}, "data, line 2: no valid JSON"),
        ('{"label": "a", "text": "b"}\n[1]\n', {}, "data, line 2: expected a JSON object"),
        ('{"label": ["a", "b"], "text": "c"}\n', {}, "data, line 1: several labels per text"),
        ('{"label": "a", "text": null}\n', {}, "data, line 1: the text is null, not a string"),
        ('{"label": "a", "text": "\\ud800"}\n', {}, "data, line 1: the text holds half a"),
        ("__label__a b\n__label__a __label__c d\n", {}, "data, line 2: several labels per text"),
        ("__label__a b\nc d\n", {}, "data, line 2: does not begin with `__label__`"),
        ("__label__ b\n", {}, "data, line 1: the label or the text is empty"),
        ("__label__a\n", {}, "data, line 1: the label or the text is empty"),
    ],
)
def test_errors_name_the_line(text: str, options: dict[str, object], message: str) -> None:
    with pytest.raises(DataError) as refused:
        read(text, **options)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (gzip.compress(b"a\tb\n", mtime=0)[:-4], "data: the gzip stream is damaged"),
        (lzma.compress(b"a\tb\n")[:-4], "data: the xz stream is damaged"),
        (b"\x28\xb5\x2f\xfd\x00", "data: "),
        (b"\xff\xfea\x00\t\x00b\x00\n\x00\x00\xd8", "data, line 2: no valid UTF-16"),
        (b"a\tb\n\xff\tb\n", "data, line 2: no valid UTF-8"),
    ],
)
def test_damage_is_told(data: bytes, message: str) -> None:
    with pytest.raises(DataError) as refused:
        read(data)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    "options",
    [{"layout": "xml"}, {"layout": "lines", "columns": ("a", "b")}, {"prefix": ""}],
)
def test_options_that_cannot_be(options: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        DataOptions(**options)  # type: ignore[arg-type]
