"""The page of evaluate: whole, alone, and every text escaped."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np

import nlucompress as nc
from nlucompress.cli.shared.show.page import document, text
from tests.cli.measure.test_references import BASE, TWO
from tests.cli.program import DONE, GATE_MISSED, run
from tests.hostile.samples import linear

VOID = {"meta", "rect", "line", "circle"}


class Reader(HTMLParser):
    """Collects tags and text, and holds that every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def shows(self, words: str) -> bool:
        return words in "\n".join(self.words)


def read_page(page: bytes) -> Reader:
    """The page, which must need nothing else and run nothing."""
    reader = Reader()
    reader.feed(page.decode())
    assert reader._open == []
    assert not {"script", "link", "img", "iframe", "object"} & set(reader.tags)
    names = {name for name, _ in reader.attributes}
    assert not {"src", "href", "style"} & names
    assert not any(name.startswith("on") for name in names)
    assert b"url(" not in page
    assert b"@import" not in page
    return reader


def test_the_page(workdir: Path) -> None:
    done = run(workdir, *TWO, "--max-nfr", "100%", "--html", "report.html")
    assert (done.code, done.err) == (DONE, "")
    page = (workdir / "report.html").read_bytes()
    reader = read_page(page)
    for words in ("Evaluation of small.nlu", "Every gate met", "Against", "Flips by label"):
        assert reader.shows(words)
    text = run(workdir, *TWO).lines
    figures = {line[:18].rstrip(): line[18:] for line in text if line[:18].endswith("  ")}
    for name in ("accuracy", "macro F1", "size", "agreement", "by chance"):
        assert reader.shows(figures[name])
    spoken = json.loads(run(workdir, *TWO, "--json").out)
    for old in spoken["references"]:
        assert reader.shows(f"{old['size_bytes']:,}")
        assert all(reader.shows(flip["text"]) for flip in old["flips"][:100])
    assert reader.tags.count("circle") == 3
    again = run(workdir, *TWO, "--max-nfr", "100%", "-q", "--html", "again.html")
    assert (again.code, again.out) == (DONE, b"")
    assert (workdir / "again.html").read_bytes() == page


def test_the_page_is_written_when_a_gate_is_missed_and_to_stdout(workdir: Path) -> None:
    asked = (*BASE, "--min-accuracy", "100%", "--html")
    missed = run(workdir, *asked, "report.html")
    assert missed.code == GATE_MISSED
    page = (workdir / "report.html").read_bytes()
    assert read_page(page).shows("Gates missed: 1 of 1")
    assert run(workdir, *asked, "-").out == page


def test_texts_of_the_page_are_escaped(tmp_path: Path) -> None:
    labels = ("<i>&amp;", "\"'>\x1b[31m", "\u202eright")
    keys = ["one", "two", "three"]
    old = linear(keys, labels, np.eye(3, dtype=np.float32))
    new = linear(keys, labels, np.eye(3, dtype=np.float32)[[1, 2, 0]])
    nc.save(old, tmp_path / "<b>old&.nlu")
    nc.save(new, tmp_path / "new.nlu")
    told = "one <script>alert(1)</script>"
    (tmp_path / "data").write_text(
        f"{labels[0]}\t{told}\n{labels[1]}\ttwo \x00\n{labels[2]}\tthree </td></table>\n"
    )
    done = run(
        tmp_path, "evaluate", "new.nlu", "--data", "data", "--reference", "<b>old&.nlu", "--html",
        "page.html", "-q",
    )  # fmt: skip
    assert (done.code, done.err) == (DONE, "")
    page = (tmp_path / "page.html").read_bytes()
    reader = read_page(page)
    for words in (told, "<i>&amp;", "\"'>\\x1b[31m", "two \\x00", "</td></table>", "<b>old&.nlu"):
        assert reader.shows(words)
    assert not {"b", "i"} & set(reader.tags)
    assert b"\x1b" not in page
    assert b"\x00" not in page


def test_what_is_no_unicode_is_written_all_the_same() -> None:
    assert b"\\ud800" in document("\ud800", [text("\ud800")])


def test_force_replaces_the_page(workdir: Path) -> None:
    (workdir / "taken.html").write_text("old")
    done = run(workdir, *BASE, "-q", "--html", "taken.html", "--force")
    assert (done.code, done.out, done.err) == (DONE, b"", "")
    read_page((workdir / "taken.html").read_bytes())
