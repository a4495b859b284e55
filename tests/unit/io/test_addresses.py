"""Files by address: whole or not at all in every file system, and errors that name the address."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from nlucompress.data.examples import read_examples
from nlucompress.errors import DataError, FormatError, OutputError, UsageError
from nlucompress.format import files
from nlucompress.io import addresses

pytest.importorskip("fsspec", reason="addresses need fsspec")


class BrokenError(Exception):
    """The writer stops."""


def halves() -> Iterator[bytes]:
    """Chunks that end in an error."""
    yield b"half"
    raise BrokenError


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_whole_or_not_at_all(kind: str, tmp_path: Path) -> None:
    address = f"memory://{tmp_path}/sub/x" if kind == "memory" else f"file://{tmp_path}/sub/x"
    assert addresses.stamp_of(address) is None
    files.write_whole(address, [b"first ", b"version"])
    stamp = addresses.stamp_of(address)
    assert stamp is not None
    with pytest.raises(OutputError, match="cannot write"):
        files.write_whole(address, halves())
    assert addresses.read(address) == b"first version"
    assert addresses.read(address, 3) == b"fir"
    assert addresses.stamp_of(address) == stamp
    if kind == "file":
        assert [path.name for path in (tmp_path / "sub").iterdir()] == ["x"]
    files.write_whole(address, [b"second"])
    assert addresses.read(address) == b"second"
    assert addresses.stamp_of(address) != stamp


def test_archives_are_read_only(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("sub/dev.tsv", "a\tsome text\nb\tother text\n")
    folder = f"zip://::{tmp_path}/a.zip"
    inside = addresses.joined(folder, "sub/dev.tsv")
    assert inside == f"zip://sub/dev.tsv::{tmp_path}/a.zip"
    assert read_examples(inside).labels == ("a", "b")
    before = (tmp_path / "a.zip").read_bytes()
    with pytest.raises(OutputError, match="an archive can be read only"):
        files.write_whole(addresses.joined(folder, "new"), [b"x"])
    assert (tmp_path / "a.zip").read_bytes() == before


@pytest.mark.parametrize(
    ("folder", "name", "both"),
    [
        ("s3://bucket/a/", "b/c", "s3://bucket/a/b/c"),
        ("s3://bucket", "c", "s3://bucket/c"),
        ("memory://", "c", "memory://c"),
        ("zip://a::s3://bucket/z.zip", "c", "zip://a/c::s3://bucket/z.zip"),
    ],
)
def test_joined(folder: str, name: str, both: str) -> None:
    assert addresses.joined(folder, name) == both


def test_errors_name_the_address() -> None:
    with pytest.raises(FormatError, match=r"memory://none/such: not found"):
        files.load("memory://none/such")
    with pytest.raises(DataError, match=r"memory://none/such: not found"):
        read_examples("memory://none/such")
    with pytest.raises(UsageError, match=r"nosuch://x: Protocol not known"):
        addresses.read("nosuch://x")
