"""Recipes: what they may say, and errors that name the line."""

from __future__ import annotations

from typing import Literal

import pytest

from nlucompress.errors import DataError
from nlucompress.fleet.recipe import recipe, toml_file, values
from nlucompress.stages.shrink.phash import PhashOptions
from nlucompress.stages.shrink.quantize.options import QuantizeOptions

WHOLE = """\
# A comment.
inputs = "*/model.nlu"
data = "{stem}.tsv"
keep-stages = true

[[stage]]
name = "quantize"
bits = 5
keep = "30%"
tables = [
  "features",
]

[[stage]]
name = "phash"
groups = [32, 8]

[gates]
max-size = "20K"
max_nfr = "1.2%"
"""


def test_a_recipe() -> None:
    read = recipe.parse(WHOLE, "r")
    assert (read.inputs, read.data, read.keep_stages) == ("*/model.nlu", "{stem}.tsv", True)
    assert [step.stage for step in read.steps] == ["quantize", "phash"]
    assert read.steps[0].options == QuantizeOptions(bits=5, keep=0.3, tables=("features",))
    assert read.steps[1].options == PhashOptions(groups=(32, 8))
    assert read.gates.max_size == 20_000
    assert read.gates.max_nfr == pytest.approx(0.012)


STAGE = '[[stage]]\nname = "pack"\n'


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a = \n", 1, "Invalid value"),
        (f'{STAGE}\nx = """\n\n"""\n', 4, "unknown option 'x'"),
        ("stage = 3\n", 0, "no stage"),
        ("", 0, "no stage"),
        (f'intputs = "*"\n{STAGE}', 1, "did you mean `inputs`?"),
        ('[[stage]]\nname = "quantize"\nbits = 9\n', 3, "bits: 9 is not within 1 to 8"),
        ('[[stage]]\nname = "quantize"\n\n[[stage]]\nname="quantize"\nbits = "a"', 6, "size"),
        ('[[stage]]\nname = "quantize"\nrange = "most"\n', 3, "minmax, percentile, mse"),
        ('[[stage]]\nname = "quantize"\nbits = true\n', 3, "expected a whole number"),
        ('[[stage]]\nname = "phash"\ngroups = [1]\n', 3, "expected 2 values"),
        ('[[stage]]\nname = "phash"\nfingerprint-bits=1\nfingerprint_bits=1\n', 4, "given twice"),
        ('[[stage]]\nname = "quantise"\n', 2, "unknown stage 'quantise'"),
        ("[[stage]]\nbits = 1\n", 1, "no name"),
        ('[[stage]]\nname = "phash"\n[[stage]]\nname = "quantize"\n', 4, "cannot follow phash"),
        (f"{STAGE}{STAGE}", 4, "once only"),
        ('[[stage]]\nname = "compress"\n', 1, 'a preset = "balanced"'),
        ('[[stage]]\nname = "compress"\npreset = "tiny"\n', 3, "faithful, balanced, small"),
        ('[[stage]]\nname = "compress"\nrisk = 2.0\n', 3, "risk"),
        (f'[[stage]]\nname = "compress"\n{STAGE}', 4, "leave out the other stages"),
        ('[[stage]]\nname = "phash"\n[[stage]]\nname = "compress"\n', 4, "leave out the other"),
        (
            'data = "{stem}"\n[[stage]]\nname = "compress"\n[gates]\nconfidence = 0.9\n',
            5,
            "holds its gates by risk",
        ),
        (f"{STAGE}[gates]\nmax-size = -1\nmax_nfr = 1\n", 5, "two ways"),
        (f"{STAGE}[gates]\nmax-size = 10\nmax-nfr = 0.1\n", 5, "needs data"),
        (f'data = "dev.tsv"\n{STAGE}', 1, "has no {stem}"),
        (f'inputs = "*"\nlisting = "l"\n{STAGE}', 2, "names models"),
    ],
)
def test_an_error_names_the_line(text: str, line: int, says: str) -> None:
    with pytest.raises(DataError) as caught:
        recipe.parse(text, "r.toml")
    assert says in str(caught.value)
    assert str(caught.value).startswith(f"r.toml, line {line}: " if line else "r.toml: ")


def test_lines_of_keys() -> None:
    places = {
        ("inputs",): 2,
        ("keep-stages",): 4,
        ("stage", 0): 6,
        ("stage", 0, "tables"): 10,
        ("stage", 1): 14,
        ("stage", 1, "groups"): 16,
        ("gates", "max_nfr"): 20,
    }
    assert {path: toml_file.line_of(WHOLE, path) for path in places} == places


def test_a_key_in_a_text_is_no_key() -> None:
    text = 'a = """\nb = 1\n"""\nb = 2\n'
    assert toml_file.line_of(text, ("b",)) == 4


def test_values() -> None:
    assert values.typed(float | None, "0.6pp") == pytest.approx(0.006)
    assert values.typed(int, "64Ki") == 65536
    assert values.typed(tuple[str, ...], ["a"]) == ("a",)
    assert values.typed(Literal["a", 1], 1) == 1
    for hint, value in [(Literal["a", 1], True), (float, True), (float, "x%"), (int, 1.0)]:
        with pytest.raises(ValueError, match=r"expected|not one of"):
            values.typed(hint, value)


def test_digests_tell_stages_and_gates_apart() -> None:
    one = recipe.parse('[[stage]]\nname = "quantize"\n[[stage]]\nname = "phash"\n', "r")
    two = recipe.parse('[[stage]]\nname = "quantize"\n[[stage]]\nname = "phash"\ngamma = 2.0', "r")
    gated = recipe.parse(
        '[[stage]]\nname="quantize"\n[[stage]]\nname="phash"\n[gates]\nmax_size=1', "r"
    )
    assert len({one.digest, two.digest, gated.digest}) == 3
    assert one.chain("a")[0] == two.chain("a")[0] != one.chain("b")[0]
    assert one.chain("a")[1] != two.chain("a")[1]
    assert one.chain("a") == gated.chain("a")


def test_what_compress_makes_depends_on_gates_and_data() -> None:
    text = 'data = "{stem}"\n[[stage]]\nname = "compress"\n[gates]\nmax_nfr = 0.01\n'
    one, two = recipe.parse(text, "r"), recipe.parse(text.replace("0.01", "0.02"), "r")
    assert one.chain("a", ["b"]) == one.chain("a", ["b"])
    assert (
        len({tuple(each) for each in (one.chain("a"), one.chain("a", ["b"]), two.chain("a"))}) == 3
    )
