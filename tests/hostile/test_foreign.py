"""Files of other kinds, and what a newer version might write, are refused by name."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save as safetensors_save

from nlucompress.algo.hashing import murmur
from nlucompress.errors import FormatError
from nlucompress.format import codec
from nlucompress.format.frame import container
from nlucompress.format.frame.canonical import FORMAT_VERSION, canonical
from tests.cli.program import BAD_INPUT, DONE, run
from tests.hostile.samples import answers, joined, model_bytes, taken_apart, wide

OURS = model_bytes(wide())  # of the open form


def zipped() -> bytes:
    """A small zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("weights", b"0" * 100)
    return buffer.getvalue()


FOREIGN = {
    "text": b"call\tcall mom\n" * 20,
    "zeros": bytes(1000),
    "ones": b"\xff" * 1000,
    "short": b"abc",
    "gzip": gzip.compress(OURS),
    "zip": zipped(),
    "pickle": pickle.dumps({"weights": [1.0] * 50}),
    "json": json.dumps({"format": 1}).encode(),
    "safetensors": safetensors_save({"embedding.weight": np.ones((3, 2), np.float32)}),
    "other metadata": safetensors_save({"a": np.ones(1, np.float32)}, {"format": "pt"}),
    "our key": safetensors_save({"a": np.ones(1, np.float32)}, {"nlucompress": "{}"}),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_files(name: str) -> None:
    with pytest.raises(FormatError):
        codec.parse(FOREIGN[name])


def test_the_program_refuses_them_in_one_line(tmp_path: Path) -> None:
    for name, data in FOREIGN.items():
        (tmp_path / "file").write_bytes(data)
        done = run(tmp_path, "predict", "file", stdin=b"text\n")
        assert (done.code, done.out) == (BAD_INPUT, b""), name
        assert done.err.startswith("nlucompress: error: file: ")
        assert done.err.count("\n") == 1
    assert "nlucompress import" in run(tmp_path, "pack", stdin=FOREIGN["safetensors"]).err
    (tmp_path / "file").write_bytes(OURS)
    assert run(tmp_path, "predict", "file", stdin=b"text\n").code == DONE


def reframed(description: object, metadata: dict[str, Any] | None = None) -> bytes:
    """The open file with another description text."""
    length = int.from_bytes(OURS[:8], "little")
    header = json.loads(OURS[8 : 8 + length])
    text = description if isinstance(description, str) else canonical(description)
    header["__metadata__"] = {**(metadata or {}), "nlucompress": text}
    raw = json.dumps(header).encode()
    return len(raw).to_bytes(8, "little") + raw + OURS[8 + length :]


def described() -> dict[str, Any]:
    """Its description, digest and version included."""
    text = container.parse(OURS).metadata["nlucompress"]
    value: dict[str, Any] = json.loads(text)
    return value


def redigested(body: dict[str, Any], version: object = FORMAT_VERSION) -> dict[str, Any]:
    """The description with the digest that fits it."""
    body = {name: value for name, value in body.items() if name not in ("digest", "format")}
    digest = murmur.digest(canonical(body).encode())
    return {**body, "digest": digest, "format": version}


def test_the_description_rewritten_is_the_same_file() -> None:
    assert answers(reframed(described())) == answers(OURS)
    assert answers(reframed(redigested(described()))) == answers(OURS)
    assert answers(reframed(described(), {"other": "key"})) == answers(OURS)


@pytest.mark.parametrize(
    ("version", "problem"),
    [
        (3, "format version 3 is newer than 2"),
        (10**30, "is newer than 2"),
        (1, "format version 1 is older than 2"),
        (0, "no format version"),
        (-1, "no format version"),
        (1.0, "no format version"),
        (True, "no format version"),
        ("1", "no format version"),
        (None, "no format version"),
        ([1], "no format version"),
    ],
)
def test_versions(version: object, problem: str) -> None:
    with pytest.raises(FormatError, match=problem):
        codec.parse(reframed(redigested(described(), version)))


def test_a_newer_version_is_told_before_its_digest() -> None:
    with pytest.raises(FormatError, match="newer"):
        codec.parse(reframed({**described(), "format": 3, "digest": "of another kind"}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{",
        '{"format":1}',
        '{"format":1,"format":1}',
        '{"a":NaN,"format":1}',
        '{"a":1e999,"format":1}',
        '{"a":Infinity,"format":1}',
        '{"a":' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"a":' + '{"a":' * 50_000 + "1" + "}" * 50_000 + "}",
        '{"format":' + "9" * 10_000 + "}",
        '{"format": 1}',
        '{"\\ud800":1,"format":1}',
        "\ufeff{}",
    ],
    ids=lambda text: text[:20],
)
def test_descriptions_that_are_none(text: str) -> None:
    with pytest.raises(FormatError):
        codec.parse(reframed(text))


@pytest.mark.parametrize("value", [{}, 1, None, [], "0" * 32, "", "zz"])
def test_a_digest_of_another_kind(value: object) -> None:
    with pytest.raises(FormatError, match="does not match its digest"):
        codec.parse(reframed({**described(), "digest": value}))


@pytest.mark.parametrize(
    "path",
    [
        ("tables", "features", "matrix", "kind"),
        ("tables", "features", "matrix", "numbers", "kind"),
        ("tables", "features", "keys", "kind"),
        ("network", "kind"),
        ("network", "settings", "link"),
        ("features", "kind"),
        ("features", "weighting"),
    ],
    ids=".".join,
)
def test_unknown_kinds_are_refused_by_name(path: tuple[str, ...]) -> None:
    others: tuple[object, ...] = ("of_2031", "", 1, None, [], {})
    for unknown in others:
        description, tensors = taken_apart(OURS)
        inner = description
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = unknown
        with pytest.raises(FormatError) as caught:
            answers(joined(description, tensors))
        if unknown == "of_2031":
            assert "of_2031" in str(caught.value)


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("tables", "features"),
        ("tables", "features", "matrix"),
        ("tables", "features", "matrix", "numbers"),
        ("tables", "features", "keys"),
        ("network",),
        ("network", "settings"),
        ("network", "tensors", "bias"),
        ("features",),
    ],
    ids=lambda path: ".".join(path) or "root",
)
def test_unknown_fields_are_refused(path: tuple[str, ...]) -> None:
    description, tensors = taken_apart(OURS)
    assert answers(joined(description, tensors)) == answers(OURS)
    inner = description
    for step in path:
        inner = inner[step]
    inner["of_2031"] = 1
    with pytest.raises(FormatError, match="of_2031"):
        answers(joined(description, tensors))
