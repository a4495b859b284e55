"""Bundles: what goes in comes out, by its name; what is damaged is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nlucompress as nc
from nlucompress.errors import DataError, FormatError, NluCompressError, StageOrderError, UsageError
from nlucompress.fleet.bundle import numbers, templates, writer
from nlucompress.fleet.bundle.reader import Bundle, open_bundle
from nlucompress.format import codec
from nlucompress.io.protobuf import varint
from tests.golden.sources import SOURCES


def files() -> dict[str, bytes]:
    """Every packed golden model twice, so that they share; 20 copies of one; a name of no ASCII."""
    packed = {name: made() for name, made in SOURCES.items() if name.startswith("packed")}
    data = {name: codec.to_bytes(model) for name, model in packed.items() if model.sealed}
    found = {f"{name} {copy}": each for name, each in data.items() for copy in range(2)}
    found |= {f"packed_labels {copy}": data["packed_labels"] for copy in range(20)}
    return {**found, "ß/ü": data["packed_crf"]}


@pytest.fixture(scope="module")
def whole() -> dict[str, bytes]:
    return files()


@pytest.fixture(scope="module")
def data(whole: dict[str, bytes]) -> bytes:
    return b"".join(writer.chunks(whole))


def test_what_goes_in_comes_out(whole: dict[str, bytes], data: bytes) -> None:
    bundle = Bundle(memoryview(data))
    assert len(bundle) == len(whole)
    assert list(bundle) == sorted(whole, key=str.encode)
    assert {name: bundle.file(name) for name in bundle} == whole
    assert len(data) < sum(map(len, whole.values())) / 2
    for name in ("", "a", "packed", "zzz", "\ud800", "packed_labels 00"):
        with pytest.raises(KeyError):
            bundle.record(name)
    with pytest.raises(UsageError, match="no model 'nix' in the bundle"):
        bundle.named_file("nix")


def test_the_order_of_the_models_does_not_count(whole: dict[str, bytes], data: bytes) -> None:
    assert b"".join(writer.chunks(dict(reversed(whole.items())))) == data


def test_models_of_a_bundle_answer(data: bytes) -> None:
    model = Bundle(memoryview(data))["packed_labels 0"]
    alone = SOURCES["packed_labels"]()
    texts = ["turn on the light", "stop"]
    assert nc.Classifier(model).predict(texts) == nc.Classifier(alone).predict(texts)


def test_a_bundle_of_one(whole: dict[str, bytes], tmp_path: Path) -> None:
    one = {"a": whole["packed_labels 0"]}
    (tmp_path / "b").write_bytes(b"".join(writer.chunks(one)))
    assert open_bundle(tmp_path / "b").file("a") == one["a"]


def test_what_is_refused(whole: dict[str, bytes], tmp_path: Path) -> None:
    one = whole["packed_labels 0"]
    for models, kind, says in (
        ({}, DataError, "no model"),
        ({"": one}, DataError, "not a name"),
        ({"a": one[:-1]}, FormatError, "a: "),
        ({"a": codec.to_bytes(SOURCES["strings_dense"]())}, StageOrderError, "not packed"),
    ):
        with pytest.raises(kind, match=says):
            list(writer.chunks(models))
    (tmp_path / "b").write_bytes(one)
    with pytest.raises(FormatError, match="b: no bundle"):
        open_bundle(tmp_path / "b")


def damaged(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), max(1, len(data) // 120)):
        yield data[:at]
        yield data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :]
    yield data + b"\0"


@pytest.fixture(scope="module")
def small(whole: dict[str, bytes]) -> bytes:
    return b"".join(writer.chunks({name: whole[name] for name in list(whole)[:5]}))


def test_damage_is_refused(small: bytes) -> None:
    for each in damaged(small):
        with pytest.raises(FormatError):
            [*Bundle(memoryview(each)).values()]


def test_damage_that_nothing_shows_is_refused_or_read(small: bytes) -> None:
    for each in damaged(small):
        try:
            bundle = Bundle(memoryview(each), verify=False)
            for name in bundle:
                bundle.file(name)
        except (NluCompressError, KeyError):
            continue


JSON_NUMBER = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)).map(repr)


@given(st.lists(JSON_NUMBER, max_size=9))
def test_numbers_are_half_bytes(texts: list[str]) -> None:
    assert numbers.numbers_of(numbers.halves(texts)) == texts


@given(st.integers(0, 1 << 62))
def test_varints(number: int) -> None:
    cursor = numbers.Cursor(memoryview(varint(number)))
    assert (cursor.varint(), cursor.at) == (number, len(varint(number)))


@pytest.mark.parametrize("data", [b"", b"\x80", b"\xff" * 12])
def test_varints_that_do_not_end(data: bytes) -> None:
    with pytest.raises(FormatError):
        numbers.Cursor(memoryview(data)).varint()


def test_templates_hold_what_is_the_same() -> None:
    texts = ['{"a":1,"b":[2,2],"c":"7"}', '{"a":1,"b":[3,3],"c":"7"}', '{"a":1}']
    made, found = templates.templates_of(texts)
    assert [values for _, values in found] == [("2",), ("3",), ()]
    assert len(made) == 2
    filled = [templates.filled(made[number], values) for number, values in found]
    assert filled == [text.encode() for text in texts]
