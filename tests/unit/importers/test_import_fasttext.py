"""Models of fastText: read, answered as fastText answers, refused where they are damaged."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nlucompress as nc
from nlucompress.errors import DataError, FormatError, NluCompressError
from nlucompress.format import codec
from nlucompress.networks.fasttext.network import Tree, _tabulated
from nlucompress.networks.fasttext.subwords import Subwords, word_vectors
from tests.builders import fasttext_files
from tests.builders.fasttext_files import FILES, PRUNED, values
from tests.cli.program import BAD_INPUT, DONE, run, shell
from tests.hostile.samples import model_bytes
from tests.reference.decoder import open_model
from tests.workplace import SAMPLE

TEXTS = ("play on", "Füße füße", "", "on </s> play", "__label__a unseen", "a\tb\vplay", "東京 on")


def load(data: bytes) -> nc.Model:
    return nc.import_model(io.BytesIO(data))


def test_keys_are_words_and_buckets() -> None:
    split = Subwords(2, 3, 1, 1000)
    assert split.text("on") == ["on", *split.word("on")[1:], "</s>"]
    # <o, <on, on, on>, n>: 32-bit FNV-1a of each, modulo 1000
    assert split.word("on")[1:] == [" 36", " 150", " 64", " 2", " 877"]
    assert len(split.word("ü")) == 4  # <ü, <ü>, ü>: characters count, not bytes
    assert split.word("</s>") == ["</s>"]
    assert Subwords(0, 0, 1, 0).text("a  b\x00c") == ["a", "b", "c", "</s>"]
    assert Subwords(0, 0, 3, 7).text("a b")[:3] == ["a", "b", "</s>"]
    assert len(Subwords(0, 0, 3, 7).text("a b")) == 6  # a b, a b </s>, b </s>
    assert Subwords(0, 0, 1, 0).text("a </s> b __label__x") == ["a", "</s>"]
    assert Subwords(0, 0, 1, 0).text("__label__x b") == ["b", "</s>"]


def test_a_table_of_words_and_buckets() -> None:
    model = load(FILES["softmax"])
    table = model.tables["embeddings"]
    assert table.matrix.shape == (14, 4)
    assert np.array_equal(table.lookup(["play", " 0", " 9"]), values(14, 4)[[1, 4, 13]])
    assert model.labels == ("__label__c", "__label__b", "__label__a")
    small = load(FILES["quantized"]).tables["embeddings"]
    # A pruned bucket leads to its row behind the words: 8 to 4, 3 to 5, 5 to 6.
    assert [int(row) for row in small.find([" 8", " 3", " 5", " 4"])] == [4, 5, 6, -1]


@pytest.mark.parametrize("name", [each for each in FILES if each != "vectors"])
def test_the_second_reader_gives_the_same_scores(name: str) -> None:
    model = load(FILES[name])
    reader = open_model(model_bytes(model))
    expected = [reader.scores(text) for text in TEXTS]
    assert np.allclose(nc.Classifier(model).scores(TEXTS), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", [each for each in FILES if each != "vectors"])
def test_the_stages_take_them(name: str) -> None:
    model = load(FILES[name])
    expected = nc.Classifier(model).scores(TEXTS)
    options = nc.PhashOptions(fingerprint_bits=16)
    small = codec.parse(codec.to_bytes(nc.pack(nc.phash(model, options))))
    assert np.allclose(nc.Classifier(small).scores(TEXTS), expected, atol=1e-12)
    assert codec.to_bytes(codec.parse(codec.to_bytes(model))) == codec.to_bytes(model)
    found = nc.Classifier(model).predictions(["play unseen"], count_keys=True)[0]
    assert found.known
    assert found.unknown


def test_a_word_that_was_never_seen_has_a_vector() -> None:
    model = load(FILES["vectors"])
    assert model.network is None
    found, known = word_vectors(model, ["on", "unseen", ""])
    table = model.tables["embeddings"]
    keys = Subwords(2, 3, 1, 10).word("on")
    assert np.allclose(found[0], table.lookup(keys).astype(np.float64).mean(axis=0))
    assert known == [True, True, True]
    assert not np.allclose(found[1], 0)


def test_the_program_looks_words_up(tmp_path: Path) -> None:
    (tmp_path / "vectors.bin").write_bytes(FILES["vectors"])
    assert run(tmp_path, "import", "vectors.bin", "-o", "vectors.nlu").code == DONE
    found = run(tmp_path, "lookup", "vectors.nlu", stdin=b"on\nunseen\n").out.decode().splitlines()
    rows, _ = word_vectors(load(FILES["vectors"]), ["on", "unseen"])
    for line, word, row in zip(found, ("on", "unseen"), rows, strict=True):
        key, numbers = line.split("\t")
        assert key == word
        assert np.array_equal(np.array(numbers.split(), np.float32), row)


def test_the_program_classifies(tmp_path: Path) -> None:
    (tmp_path / "model.ftz").write_bytes(FILES["quantized"])
    line = "nlucompress import model.ftz | nlucompress phash | nlucompress pack -o small.nlu"
    assert shell(tmp_path, line).code == DONE
    done = run(tmp_path, "predict", "small.nlu", "--top", "2", stdin=b"play on\n")
    assert (done.code, len(done.out.split(b"\t"))) == (DONE, 4)
    assert "subwords" in run(tmp_path, "inspect", "small.nlu").out.decode()
    cut = FILES["quantized"][:500]
    done = run(tmp_path, "import", stdin=cut)
    assert (done.code, done.out) == (BAD_INPUT, b"")
    assert "cut off" in done.err


def test_words_that_are_no_utf8_are_kept_apart() -> None:
    model = load(fasttext_files.model(words=(b"</s>", b"a\xff", b"a\xfe", b"on")))
    assert model.tables["embeddings"].find([" =61ff", " =61fe"]).tolist() == [1, 2]


def test_a_word_that_looks_like_a_bucket_is_kept_apart() -> None:
    """A text cannot hold such a word, but a file of gensim can."""
    model = load(fasttext_files.model(words=(b"</s>", b" 5", b"a", b"on"), kind=2, labels=()))
    table = model.tables["embeddings"]
    assert table.find([" =2035", " 5"]).tolist() == [1, 9]
    found, _ = word_vectors(model, [" 5"])
    keys = [" =2035", *Subwords(2, 3, 1, 10).word(" 5")[1:]]
    assert np.allclose(found[0], table.lookup(keys).astype(np.float64).mean(axis=0))


def test_words_that_are_labels_are_none() -> None:
    labels = ((b"#a", 9), (b"#b", 5))
    model = load(fasttext_files.model(labels=labels, lengths=(0, 0), ngrams=1, buckets=0))
    likely = nc.Classifier(model).scores(["play on", "play #a on", "play #c on"])
    assert likely[0].tolist() == likely[1].tolist()
    more = load(fasttext_files.model(labels=labels))
    likely = nc.Classifier(more).scores(["play on", "play #a on", "play #c on"])
    assert likely[0].tolist() == likely[1].tolist() != likely[2].tolist()
    reader = open_model(model_bytes(more))
    assert np.allclose(likely[1], reader.scores("play #a on"), atol=1e-6)


def test_a_word_that_begins_as_a_label_and_is_none() -> None:
    """A model that was trained with another prefix holds it as a word."""
    words = (b"</s>", b"__label__x", b"play", b"on")
    model = load(fasttext_files.model(words=words, labels=((b"#a", 9), (b"#b", 5))))
    texts = ["play on", "play __label__x on", "play __label__y on"]
    likely = nc.Classifier(model).scores(texts)
    assert likely[0].tolist() == likely[2].tolist() != likely[1].tolist()
    reader = open_model(model_bytes(model))
    assert np.allclose(likely, [reader.scores(text) for text in texts], atol=1e-6)


def test_the_steps_of_the_sigmoid_are_those_of_binary32() -> None:
    small = np.array([[-1e-8, 1e-8, -1e-6, -8.0000001, 8.0000001, -9, 9]])
    wanted = [0.5, 0.5, 1 / (1 + np.exp(1 / 32)), 1 / (1 + np.exp(8)), 1 / (1 + np.exp(-8)), 0, 1]
    assert np.allclose(_tabulated(small)[0], wanted, rtol=1e-12)


@pytest.mark.parametrize("mode", [1, 2])
def test_files_of_floret_are_named(mode: int) -> None:
    """Two more arguments stand before the last one."""
    data = FILES["vectors"]
    floret = data[:52] + struct.pack("<2i", mode, 2) + data[52:]
    with pytest.raises(FormatError, match="this is a model of floret, which has fastText's magic"):
        load(floret)
    with pytest.raises(FormatError, match="these are vectors of floret"):
        load(b"50 2 2 3 2 2166136261 < >\n0 0.5 1 \n1 2 3 \n")
    found = load(b"50 2 2 3 2 7 1 2\n51 2 2 3 2 7 1 2\n").table()
    assert found.matrix.shape == (2, 7)


def test_trees() -> None:
    # Counts 5, 3, 2: leaves 2 and 1 make node 3, and node 3 and leaf 0 the root.
    tree = Tree.parse("2", 3)
    assert tree.children.tolist() == [[2, 1], [3, 0]]
    found = np.exp(tree.log_probabilities(np.array([[0.0, np.log(3)]])))
    assert np.allclose(found, [[0.75, 0.125, 0.125]], atol=1e-4)
    assert Tree.parse("", 1).log_probabilities(np.zeros((2, 0))).shape == (2, 1)
    for picks in ("", "f", "22", "g", "8", "5", "0"):
        with pytest.raises(FormatError, match="tree"):
            Tree.parse(picks, 3)


def spoiled(at: int, layout: str, *numbers: Any) -> bytes:
    """The first file with other numbers there."""
    data = bytearray(FILES["softmax"])
    struct.pack_into(layout, data, at, *numbers)
    return bytes(data)


DAMAGED = [
    (spoiled(4, "<i", 13), "version 13"),
    (spoiled(28, "<i", 0), "out of range"),
    (spoiled(32, "<i", 9), "loss 9 is not known"),
    (spoiled(40, "<i", -1), "out of range"),
    (spoiled(40, "<i", 11), "14 rows, but 4 words and buckets|but 15 words"),
    (spoiled(48, "<i", 99), "out of range"),
    (spoiled(64, "<i", 8), "8 entries are not 4 words and 3 labels"),
    (spoiled(84, "<q", -2), "entries are not"),
    (FILES["softmax"] + b"x", "1 bytes follow"),
    (fasttext_files.model(words=(b"a", b"a", b"b", b"c")), "entries 1 and 2.*'a'.*twice"),
    (fasttext_files.model(labels=((b"a", 1), (b"a", 1))), "a label occurs twice"),
    (fasttext_files.model(labels=((b"a", 1), (b"\xff", 1))), "is not valid UTF-8"),
    (fasttext_files.model(labels=((b"a", 10**15),), loss=1), "has a count of"),
    (fasttext_files.model(labels=()), "no labels"),
    (fasttext_files.model(pruned=((3, 1), (8, 1))), "contradict"),
    (fasttext_files.model(pruned=((3, 0),), input=b"\0" + fasttext_files.dense(values(5, 4))),
     "contradict"),
    (fasttext_files.model(input=b"\0" + fasttext_files.dense(values(13, 4))), "13 rows, but 14"),
    (fasttext_files.model(output=b"\0" + fasttext_files.dense(values(2, 4))), "does not fit"),
    (fasttext_files.model(input=b"\2"), "2 is not a bool"),
    (fasttext_files.model(input=b"\0" + struct.pack("<2q", 1 << 40, 1 << 12)), "cut off"),
    (fasttext_files.model(input=b"\0" + fasttext_files.dense(np.full((14, 4), np.inf))),
     "not finite"),
    (fasttext_files.model(
        pruned=PRUNED,
        input=b"\1" + fasttext_files.quantized(7).replace(
            struct.pack("<4i", 4, 2, 2, 2), struct.pack("<4i", 4, 2, 2, 3)),
    ), "subvectors of 2 and 3"),
    (fasttext_files.model(pruned=PRUNED, input=b"\1" + fasttext_files.quantized(7).replace(
        struct.pack("<4i", 4, 2, 2, 2), struct.pack("<4i", 4, 1, 5, 4))), "14 codes are not 1"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "message"), DAMAGED)
def test_damage_is_told(data: bytes, message: str) -> None:
    with (
        np.errstate(all="ignore"),
        pytest.raises((FormatError, DataError), match=message),
    ):
        load(data)


@pytest.mark.parametrize("name", FILES)
def test_every_prefix_is_refused(name: str) -> None:
    data = FILES[name]
    for end in [*range(1, 400), *range(400, len(data), 97), len(data) - 1]:
        with pytest.raises(NluCompressError):
            load(data[:end])


@pytest.mark.parametrize("name", FILES)
def test_changed_bytes_are_refused_or_read(name: str) -> None:
    data = FILES[name]
    for at in [*range(300), *range(300, len(data), 61)]:
        for bit in (0x01, 0x80):
            changed = bytearray(data)
            changed[at] ^= bit
            try:
                model = load(bytes(changed))
            except NluCompressError:
                continue
            if model.network is not None:
                nc.Classifier(model).scores(TEXTS)


WORDS = (b"</s>", *sorted({word.encode() for text in
         nc.read_examples(SAMPLE / "dev.tsv").texts for word in text.split()}))  # fmt: skip
LABELS = tuple((f"__label__{at}".encode(), 1000 // (at + 1)) for at in range(9))
CASES: dict[str, dict[str, Any]] = {
    "words": {"lengths": (0, 0), "ngrams": 1, "buckets": 0},
    "unused buckets": {"lengths": (0, 0), "ngrams": 1},
    "word n-grams": {"lengths": (0, 0), "ngrams": 3, "buckets": 1000},
    "characters": {"lengths": (2, 4), "ngrams": 1, "buckets": 1000},
    "both": {"lengths": (1, 3), "ngrams": 2, "buckets": 500},
    "version 11": {"lengths": (2, 4), "version": 11, "buckets": 300},
    "hierarchical": {"loss": 1, "buckets": 100},
    "one-vs-all": {"loss": 4, "buckets": 100},
    "negative sampling": {"loss": 2, "buckets": 100},
    "pruned": {"buckets": 900, "pruned": [(at, (at // 3 * 7) % 300) for at in range(0, 900, 3)]},
    "pruned away": {"buckets": 900, "pruned": []},
    "quantized output": {
        "buckets": 900,
        "pruned": [(5, 0)],
        "output": b"\1" + fasttext_files.quantized(9, norms=False),
    },
    "quantized": {
        "buckets": 50,
        "input": b"\1" + fasttext_files.quantized(len(WORDS) + 50, norms=False),
    },
}
CASES |= {
    "pieces of three": {"buckets": 50,
        "input": b"\1" + fasttext_files.quantized(len(WORDS) + 50, 3, norms=True)},
    "one number in pieces of two": {"buckets": 50, "dimension": 1,
        "input": b"\1" + fasttext_files.quantized(len(WORDS) + 50, 2, True, 1)},
    "pieces longer than a row": {"buckets": 50,
        "input": b"\1" + fasttext_files.quantized(len(WORDS) + 50, 7, norms=True)},
    "shortest n-gram longer than the longest": {"lengths": (5, 3), "ngrams": 1},
    "the same with words": {"lengths": (5, 3), "ngrams": 2, "buckets": 100},
    "words with the prefix": {"buckets": 50, "lengths": (2, 3),
        "words": (*WORDS, b"__label__x"),
        "labels": tuple((b"#" + label, n) for label, n in LABELS)},
    "labels without the prefix": {"lengths": (2, 3), "buckets": 50,
        "labels": tuple((label, 50 - at) for at, label in enumerate(WORDS[5:14]))},
}  # fmt: skip
MORE_TEXTS = ("", "Füße im Schnee", "東京 へ", "play </s> jazz", "__label__x jazz", "\U0001f600 a")


@pytest.fixture
def library() -> Any:
    """The library, which does not tell what it loads. It reads our files: its own training fails
    at random, by numbers that it does not initialize."""
    pytest.importorskip("fasttext")
    from fasttext import FastText

    FastText.eprint = lambda *args, **kwargs: None
    return FastText


@pytest.mark.parametrize("name", CASES)
def test_fasttext_gives_the_same_answers(name: str, tmp_path: Path, library: Any) -> None:
    options = {"words": WORDS, "labels": LABELS, **CASES[name]}
    (tmp_path / "model").write_bytes(fasttext_files.model(**options))
    model = library.load_model(str(tmp_path / "model"))
    texts = [*nc.read_examples(SAMPLE / "test.tsv").texts[:200], *MORE_TEXTS]
    ours = nc.Classifier(nc.import_model(tmp_path / "model"))
    answers, other = set(), 0
    for text, found in zip(texts, ours.predictions(texts, top=len(LABELS)), strict=True):
        _, likely = model.predict(text, k=3)
        assert np.allclose(found.scores[:3], likely, rtol=1e-4, atol=1e-6)
        (best,), _ = model.predict(text)
        answers.add(best)
        if found.labels[0] != best:  # the two have one probability in binary32
            other += 1
            likelihoods = dict(zip(found.labels, found.scores, strict=True))
            assert found.scores[0] - likelihoods[best] < 1e-8
    assert len(answers) > 1
    assert other <= 1


@pytest.mark.parametrize("kind", [1, 2])
def test_fasttext_gives_the_same_vectors(kind: int, tmp_path: Path, library: Any) -> None:
    data = fasttext_files.model(WORDS, (), kind=kind, lengths=(3, 5), buckets=800)
    (tmp_path / "model").write_bytes(data)
    words = ["music", "play", "unseenword", "Füße", "東京", "</s>"]
    found, _ = word_vectors(nc.import_model(tmp_path / "model"), words)
    model = library.load_model(str(tmp_path / "model"))
    assert np.allclose(found, [model.get_word_vector(word) for word in words], atol=1e-6)
