"""The manifest: the newest line of each model, whatever a run that was killed left behind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nlucompress.fleet import manifest
from nlucompress.fleet.job.row import Row, Source, from_line, to_line

ROW = Row(
    "a/b.nlu",
    "done",
    "r",
    {"model": Source("d", "1:2")},
    Source("o", "3:4"),
    {"size_after": 5},
    ({"name": "max_size", "limit": 9, "value": 5, "met": True},),
    None,
    0.5,
    "2030-01-01T00:00:00.000+00:00",
)


def test_rows_are_lines() -> None:
    assert from_line(to_line(ROW)) == ROW
    assert "\n" not in to_line(replace(ROW, error="a\nb"))


def test_unfinished_lines_are_passed_over() -> None:
    line = to_line(ROW)
    assert all(from_line(line[:end]) is None for end in range(len(line)))
    assert from_line(line.replace('"done"', '"great"')) is None
    assert from_line("[]") is None


def test_the_newest_line_counts(tmp_path: Path) -> None:
    output = str(tmp_path)
    assert manifest.read(output).names() == []
    late = replace(ROW, time="2030-01-02T00:00:00.000+00:00", status="missed")
    with manifest.Writer(output) as one, manifest.Writer(output) as two:
        two.add(late)
        one.add(ROW)
        one.add(replace(ROW, name="c.nlu"))
    (tmp_path / ".fleet" / "rows-torn.jsonl").write_text(to_line(ROW)[:50])
    found = manifest.read(output)
    assert found.names() == ["a/b.nlu", "c.nlu"]
    assert found.get("a/b.nlu") == late
    assert found.get("d.nlu") is None


def test_a_run_that_does_nothing_leaves_no_file(tmp_path: Path) -> None:
    with manifest.Writer(str(tmp_path)):
        pass
    assert list(tmp_path.iterdir()) == []
