"""What --json prints, against the published schemas of every command."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from jsonschema import Draft202012Validator

import nlucompress as nc
from nlucompress.cli.program import cli
from tests import workplace
from tests.cli.program import BAD_INPUT, DONE, GATE_MISSED, run
from tests.cli.schema_page import PAGE, SCHEMAS, section
from tests.golden.sources import neural

TAGGED = "turn\tO\nlights\tB-thing\n\nplay\tO\njazz\tB-genre\nmusic\tI-genre\n\n"
LABELLED = "on\tthe lights\noff\tvolume lights\nplay\tplay the jazz\non\tlights\nplay\tjazz\n"
TEXTS = "the lights\nplay jazz\n"
SMALL_NETWORK = "--epochs 1 --dimensions 4 --hidden-size 4 --min-count 1"
TORCH = (
    "train few.tsv --network dan --epochs 1 --hidden-size 4 --compatible-with dan.nlu -o x.nlu",
    f"train few.tsv --network dan {SMALL_NETWORK} --dev few.tsv -o x.nlu",
    "finetune dan.nlu --data few.tsv --dev few.tsv --epochs 1 -o x.nlu",
    "search dan.nlu --data few.tsv --dev few.tsv --epochs 1 --ranks 1 --bits 4 --max-drop 99% "
    "-o x.nlu",
)
# In this order: some read what one above has written.
CALLS = (
    "train train.tsv --ngrams 1 --iterations 20 --l2 1e-3 -o x.nlu",
    "train train.tsv --dev dev.tsv --ngrams 1 --iterations 20 -o x.nlu",
    "train few.tsv --loss softmax --ngrams 1 --iterations 5 -o x.nlu",
    "train more.tsv --near small.nlu --l2 1e-3 --l1 1e-4 -o near.nlu",
    "train more.tsv --near small.nlu --dev dev.tsv -o x.nlu",
    "train tagged.tsv --network crf --iterations 5 -o tagger.nlu",
    "train tagged.tsv --network crf --dev tagged.tsv --iterations 5 -o x.nlu",
    "train tagged.tsv --near tagger.nlu --dev tagged.tsv --iterations 5 -o x.nlu",
    "train tagged.tsv --near tagger.nlu --step 50% --iterations 5 -o x.nlu",
    "import vectors.txt -o x.nlu",
    "finetune quantized.nlu --data train.tsv --iterations 3 -o x.nlu",
    "finetune tagger.nlu --data tagged.tsv --iterations 3 -o x.nlu",
    "linearize dan.nlu --data few.tsv -o x.nlu",
    "linearize dan.nlu --data few.tsv --dev few.tsv -o x.nlu",
    "merge older.nlu full.nlu -o x.nlu",
    "merge older.nlu full.nlu --search dev.tsv --candidates 3 -o x.nlu",
    "factorize vectors.nlu --rank 2 -o product.nlu",
    "quantize full.nlu --bits 5 -o x.nlu",
    "quantize full.nlu --bits 5 --keep 50% --drop-zero-rows -o x.nlu",
    "quantize vectors.nlu --bits 4 -o x.nlu",
    "quantize vectors.nlu --method pq --subvectors 3 --bits 1 -o x.nlu",
    "phash quantized.nlu -o x.nlu",
    "phash vectors.nlu -o phased.nlu",
    "pack phased.nlu -o x.nlu",
    "phash quantized.nlu --method static -o static.nlu",
    "pack hashed.nlu -o x.nlu",
    "pack static.nlu -o sealed.nlu",
    "pack hashed.nlu --data dev.tsv --reference full.nlu --max-nfr 50% --max-size 1M -o x.nlu",
    "compress full.nlu -o x.nlu",
    "compress full.nlu --dev dev.tsv --max-nfr 20% --max-accuracy-drop 20% --max-size 1M "
    "--effort low --budget 2s -o x.nlu",
    "compress full.nlu --dev dev.tsv --max-size 1 --effort low --budget 1s -o y.nlu",
    "compress tagger.nlu --dev tagged.tsv --max-nfr 90% --effort low --budget 1s -o x.nlu",
    "run recipe.toml skills/first.nlu -o x.nlu",
    "fleet recipe.toml skills -o artifacts --jobs 1",
    "fleet bundle artifacts -o x.bundle",
    "evaluate full.nlu --data test.tsv",
    "evaluate full.nlu --data test.tsv --format json",
    "evaluate small.nlu --data test.tsv --reference full.nlu --max-nfr 50% --min-accuracy 99.9% "
    "--confidence 0.9",
    "evaluate tagger.nlu --data tagged.tsv --reference tagger.nlu --max-nfr 50%",
    "threshold hashed.nlu --dev scoped.tsv -o careful.nlu",
    "evaluate careful.nlu --data scoped.tsv --reference full.nlu --min-unknown-recall 1%",
    "neighbours vectors.nlu --reference vectors.nlu --count 1 --min-agreement 10%",
    "retrieval dan.nlu --gallery dan.nlu --data few.tsv --recall 1",
    "retrieval dan.nlu --gallery dan.nlu --data few.tsv --recall 1,2 --reference dan.nlu "
    "--max-cross-drop 5%",
    "diff small.nlu near.nlu",
    "diff full.nlu older.nlu --data test.tsv",
    "diff dan.nlu other.nlu",
    "diff vectors.nlu full.nlu",
    "diff dan.nlu wide.nlu",
    "diff small.nlu near.nlu --data test.tsv -o update.nlu",
    "merge small.nlu --overlay update.nlu --data train.tsv -o x.nlu",
    "inspect full.nlu --verify",
    "inspect careful.nlu --plot",
    "inspect small.nlu --overlay update.nlu",
    "inspect dan.nlu",
    "inspect tagger.nlu",
    "inspect vectors.nlu",
    "inspect sealed.nlu",
    "inspect x.bundle",
    "inspect phased.nlu",
    "inspect product.nlu",
    "export vectors.nlu --to safetensors -o v.safetensors",
    "inspect v.safetensors",
    "inspect words.txt",
    "predict small.nlu texts.txt --top 2",
    "predict small.nlu texts.txt --unknown",
    "tag tagger.nlu tokens.txt",
    "tag tagger.nlu tokens.txt --marginals",
    "embed dan.nlu texts.txt",
    "lookup vectors.nlu words.txt",
    "export vectors.nlu --to word2vec -o x.txt",
)
EXITS = {DONE, GATE_MISSED, BAD_INPUT}  # with a gate missed, or a model broken, all is told as well


@pytest.fixture(scope="module")
def filled(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data and models, networks and taggers' too; what the calls write stays for the next."""
    folder = tmp_path_factory.mktemp("schemas")
    workplace.copy(models, folder)
    for name, model in {
        "dan": neural("dan"),
        "other": neural("dan", projected=5),
        "wide": neural("dan", 5),
    }.items():
        nc.save(model, folder / f"{name}.nlu")
    zebras = "zebra\ta striped horse\nzebra\thorse of stripes\n" * 5
    texts = {
        "tagged.tsv": TAGGED * 4,
        "few.tsv": LABELLED,
        "texts.txt": TEXTS,
        "tokens.txt": TAGGED.replace("\tO", "").replace("\tB-thing", ""),
        "more.tsv": (folder / "train.tsv").read_text("utf-8") + zebras,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "skills" / "broken.nlu").write_bytes(b"broken")
    return folder


def told(folder: Path, call: str) -> list[str]:
    """The name of the schema of a call, and the lines that it prints."""
    words = shlex.split(call)
    name = " ".join(words[: 2 if words[:2] == ["fleet", "bundle"] else 1])
    as_json = [] if "--format json" in call else ["--json"]
    ran = run(folder, *words, *as_json, *(["-f"] if "-o" in words else []))
    assert ran.code in EXITS, f"{call}: {ran.err}"
    assert ran.lines, f"{call}: {ran.err}"
    return [name, *ran.lines]


def check(folder: Path, call: str) -> None:
    name, *lines = told(folder, call)
    validator = Draft202012Validator(SCHEMAS[name])
    for line in lines:
        wrong = [
            f"{error.json_path}: {error.message[:300]}"
            for error in validator.iter_errors(json.loads(line))
        ]
        assert not wrong, f"{call}: {wrong}"


def reporting() -> Iterator[str]:
    """Commands that have --json, and those within them."""
    context = click.Context(cli)
    for name in cli.list_commands(context):
        found = cli.get_command(context, name)
        assert found is not None, "it is listed"
        if any("--json" in option.opts for option in found.params):
            yield name
    yield from ("fleet bundle",)


def test_every_command_with_json_has_a_schema_and_the_reverse() -> None:
    assert set(reporting()) == set(SCHEMAS)
    called = {shlex.split(call)[0] for call in (*CALLS, *TORCH)}
    assert called | {"fleet bundle"} == set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_sound_and_on_the_page(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert section(name) in PAGE.read_text(encoding="utf-8"), "python -m tests.cli.schema_page"


@pytest.mark.skipif(find_spec("distributed") is None, reason="fleet needs distributed")
def test_what_is_printed_fits_the_schema(filled: Path) -> None:
    for call in CALLS:
        check(filled, call)


@pytest.mark.skipif(find_spec("torch") is None, reason="training networks needs torch")
def test_what_is_printed_of_networks_fits_the_schema(filled: Path) -> None:
    for call in TORCH:
        check(filled, call)


def test_a_field_that_the_schema_lacks_is_found() -> None:
    printed = {"schema_version": 1, "format": "glove", "size_bytes": 60}
    validator = Draft202012Validator(SCHEMAS["export"])
    assert validator.is_valid(printed)
    assert not validator.is_valid({**printed, "more": 1})
    assert not validator.is_valid({**printed, "size_bytes": "60"})
