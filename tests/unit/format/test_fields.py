"""Typed access to a description that nobody trusts: each getter, its neighbours and refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nlucompress.errors import FormatError
from nlucompress.format.fields import Fields


def fields(value: object, **tensors: Any) -> Fields:
    """Fields at ``here`` with tensors below it."""
    return Fields(value, "here", {f"here.{name}": array for name, array in tensors.items()})


@pytest.mark.parametrize("value", [None, [], "x", 1])
def test_only_objects(value: object) -> None:
    with pytest.raises(FormatError, match="here: an object"):
        fields(value)


def test_each_field_is_asked_for_once() -> None:
    read = fields({"n": 3, "rest": 1})
    assert read.has("n")
    assert read.integer("n", 3, 3) == 3
    assert not read.has("n")
    with pytest.raises(FormatError, match="'n' is missing"):
        read.integer("n", 3, 3)
    with pytest.raises(FormatError, match="unknown field 'rest'"):
        read.close()
    read.integer("rest", 0, 1)
    read.close()


@pytest.mark.parametrize("value", [2, 6, True, 3.0, "3", None, [3]])
def test_bad_integer(value: object) -> None:
    with pytest.raises(FormatError, match="here: "):
        fields({"n": value}).integer("n", 3, 5)


@pytest.mark.parametrize("value", [3, 5])
def test_bounds_belong_to_the_range(value: int) -> None:
    assert fields({"n": value}).integer("n", 3, 5) == value


@pytest.mark.parametrize("value", [0, -7, 1.5, 3.4e38, 1 << 53])
def test_number(value: float) -> None:
    assert fields({"x": value}).number("x") == value


@pytest.mark.parametrize(
    "value", [1e39, -1e39, float("inf"), float("nan"), True, "1", (1 << 53) + 1]
)
def test_bad_number(value: object) -> None:
    with pytest.raises(FormatError, match="x"):
        fields({"x": value}).number("x")


def test_flag_and_text() -> None:
    read = fields({"f": False, "t": "b", "free": "anything"})
    assert read.flag("f") is False
    assert read.text("t", ("a", "b")) == "b"
    assert read.text("free") == "anything"
    with pytest.raises(FormatError, match="not of type bool"):
        fields({"f": 0}).flag("f")
    with pytest.raises(FormatError, match="unknown t 'c'"):
        fields({"t": "c"}).text("t", ("a", "b"))


def test_lists() -> None:
    read = fields({"s": ["a", ""], "i": [1, 2]})
    assert read.strings("s") == ("a", "")
    assert read.integers("i", 1, 2) == (1, 2)
    no_strings: list[object] = [[1], ["a", None], "ab", {}]
    for bad in no_strings:
        with pytest.raises(FormatError, match="'s'"):
            fields({"s": bad}).strings("s")
    no_integers: list[object] = [0, 3, 1.0, True, "1", [1]]
    for item in no_integers:
        with pytest.raises(FormatError, match="i holds"):
            fields({"i": [item]}).integers("i", 1, 2)


def test_children_know_where_they_are() -> None:
    read = fields({"c": {"x": 1}, "many": {"b": {}, "a": {}}})
    child = read.child("c")
    assert child.where == "here.c"
    assert {name: each.where for name, each in read.children("many").items()} == {
        "a": "here.many.a",
        "b": "here.many.b",
    }
    with pytest.raises(FormatError, match=r"here\.c: unknown field 'x'"):
        child.close()
    with pytest.raises(FormatError, match=r"here\.many\.a: an object"):
        fields({"many": {"a": 1}}).children("many")


def test_tensor() -> None:
    array = np.zeros((2, 3), np.float32)
    right: list[tuple[int | None, ...]] = [(2, 3), (None, 3), (2, None), (None, None)]
    for shape in right:
        assert fields({}, w=array).tensor("w", np.float32, shape) is array
    assert fields({}, w=array).tensor("w", (np.uint8, np.float32), (2, 3)) is array
    wrong: list[tuple[int | None, ...]] = [(3, 2), (6,), (2, 3, 1), (None, 4)]
    for shape in wrong:
        with pytest.raises(FormatError, match="has shape"):
            fields({}, w=array).tensor("w", np.float32, shape)
    with pytest.raises(FormatError, match="has dtype float32"):
        fields({}, w=array).tensor("w", (np.uint8, np.float16), (2, 3))
    with pytest.raises(FormatError, match=r"'here\.v' is missing"):
        fields({}, w=array).tensor("v", np.float32, (2, 3))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_finite(bad: float) -> None:
    assert fields({}, w=np.ones(2, np.float32)).finite("w", (2,)).tolist() == [1, 1]
    with pytest.raises(FormatError, match="NaN or infinite"):
        fields({}, w=np.array([1, bad], np.float32)).finite("w", (2,))
