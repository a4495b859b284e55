"""Binary vector formats: what they hold, what is refused, and what damage does."""

from __future__ import annotations

import contextlib
import io
import json
import pickle
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray

import nlucompress as nc
from nlucompress.errors import DataError, FormatError, NluCompressError, UsageError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import from_dense
from nlucompress.importers.detect import recognize
from nlucompress.networks.fasttext.subwords import Subwords, word_vectors
from tests.builders import vector_files as files
from tests.builders.vector_files import KEYS, VALUES
from tests.fuzz import mutations

PICKLE = b"\x80\x04cgensim.models.keyedvectors\nKeyedVectors\n"


def load(data: bytes, keys: bytes | None = None, **options: Any) -> nc.Model:
    stream = None if keys is None else io.BytesIO(keys)
    return nc.import_model(io.BytesIO(data), nc.ImportOptions(keys=stream, **options))


def keys_of(model: nc.Model) -> list[str]:
    strings = model.table().strings
    assert strings is not None
    return [strings.key(row) for row in range(len(strings))]


def rows_of(model: nc.Model) -> NDArray[np.float32]:
    matrix = model.table().matrix
    return matrix.rows(np.arange(matrix.shape[0]))


def assert_table(model: nc.Model, values: NDArray[np.float32] = VALUES) -> None:
    assert keys_of(model) == KEYS
    assert np.array_equal(rows_of(model), values)


@pytest.mark.parametrize("name", files.FILES)
def test_files_are_recognized_by_their_content(name: str) -> None:
    assert recognize(files.FILES[name]()) == name.split()[0]


def test_binary_rows_that_look_like_text() -> None:
    rows = np.frombuffer(b"abc=def>", "<f4")
    data = b"2 2\nred " + rows.tobytes() + b"blue " + np.array([1, -2], "<f4").tobytes()
    assert recognize(data) == "word2vec-binary"
    assert load(data).table().lookup(["red"]).tolist() == [rows.tolist()]
    assert recognize(b"2 2\nred 1 x\nblue 3 4\n") == "word2vec"


def test_word2vec_binary() -> None:
    for end in (b"\n", b""):
        assert_table(load(files.word2vec(end)))
    zeros = b"1 2\na " + bytes(8)
    assert rows_of(load(zeros)).tolist() == [[0, 0]]
    assert recognize(b"2 3\nred 1 0 0.5\nblue 1 2 3\n") == "word2vec"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (files.word2vec()[:-4], "row 3 of the 3 that line 1 announces breaks off"),
        (files.word2vec().replace(b"3 4", b"9 4"), "row 4 of the 9 that line 1 announces breaks"),
        (files.word2vec() + b"more", "more bytes follow the 3 rows"),
        (files.word2vec(keys=["a", "b", "a"]), "rows 1 and 3: the key 'a' occurs twice"),
        (files.word2vec(keys=["a", "", "c"]), "row 2: the key is empty"),
        (b"1 1\n\xff " + bytes(4), "row 1: the key .* is not valid UTF-8"),
        (b"1 1\na " + np.float32(np.inf).tobytes(), "row 1: a number is not finite"),
        (b"999999999999999999 999999999999999999\na " + bytes(64), "row 1 of the 9999"),
        (b"1 1\n" + b"a" * (1 << 17), "line 1|no numbers|row 1"),
    ],
)
def test_damaged_word2vec_binary(data: bytes, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        load(data, format="word2vec-binary")


def test_npy(tmp_path: Path) -> None:
    text = "\n".join(KEYS).encode()
    for array in (VALUES, np.asfortranarray(VALUES), VALUES.astype(">f4"), VALUES.astype("f8")):
        assert_table(load(files.npy(array), text))
    half = VALUES.astype(np.float16)
    assert_table(load(files.npy(half), text), half.astype(np.float32))
    assert keys_of(load(files.npy())) == ["0", "1", "2"]
    with pytest.raises(DataError, match="tensor 'array' has 3 rows but there are 2 keys"):
        load(files.npy(), b"a\nb\n")
    with pytest.raises(FormatError, match="the elements are 'O', not floats"):
        load(b"\x93NUMPY\x01\x00\x76\x00" + _npy_header("|O", (2, 2)))
    with pytest.raises(FormatError, match="does not fit the file; truncated"):
        load(files.npy()[:-1])
    with pytest.raises(FormatError, match="does not fit the file; truncated"):
        load(b"\x93NUMPY\x01\x00\x76\x00" + _npy_header("<f4", (10**17, 10**17)))


def _npy_header(kind: str, shape: tuple[int, ...]) -> bytes:
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    return text.ljust(0x75).encode() + b"\n"


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_keyedvectors(protocol: int) -> None:
    assert_table(load(files.keyedvectors(protocol)))


def test_keyedvectors_of_gensim_3() -> None:
    """Protocol 2, other names, and an object for every word."""
    words = {key: files.KeyedVectors(count=1, index=at) for at, key in enumerate(KEYS)}
    made = files.KeyedVectors(vectors=VALUES, index2word=KEYS, vector_size=4, vocab=words)
    here = f"{files.__name__}\nKeyedVectors".encode()
    there = b"gensim.models.keyedvectors\nWord2VecKeyedVectors"
    assert_table(load(pickle.dumps(made, protocol=2).replace(here, there)))


def test_keyedvectors_beside_a_file(tmp_path: Path) -> None:
    data = files.keyedvectors(vectors=None, __numpys=["vectors"])
    with pytest.raises(DataError, match="the vectors lie in a file beside this one: name its path"):
        load(data)
    path = tmp_path / "a.kv"
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"a.kv.vectors.npy: this file with the vectors is missing"):
        nc.import_model(path)
    (tmp_path / "a.kv.vectors.npy").write_bytes(files.npy())
    assert_table(nc.import_model(path))


@pytest.mark.parametrize("kind", ["word2vec.Word2Vec", "doc2vec.Doc2Vec"])
@pytest.mark.parametrize("apart", [False, True])
def test_models_of_gensim(tmp_path: Path, kind: str, apart: bool) -> None:
    state = {"__numpys": ["vectors"]} if apart else {"vectors": VALUES}
    words = files.KeyedVectors(index_to_key=KEYS, **state)
    documents = files.KeyedVectors(index_to_key=[3, 1, 2], **state)
    path = tmp_path / "m"
    path.write_bytes(files.gensim(kind, wv=words, dv=documents))
    for name in ("wv", "dv") if apart else ():
        (tmp_path / f"m.{name}.vectors.npy").write_bytes(files.npy())
    model = nc.import_model(path)
    if kind == "word2vec.Word2Vec":
        assert_table(model)
        return
    assert (model.tables["words"].lookup(KEYS) == VALUES).all()
    assert (model.tables["documents"].lookup(["3", "1", "2"]) == VALUES).all()


SUBWORDS: dict[str, Any] = {
    "index_to_key": ["ab", " c"],
    "vectors_vocab": np.array([[1, 2], [3, 4]], np.float32),
    "vectors_ngrams": np.arange(20, dtype=np.float32).reshape(10, 2),
    "min_n": 1,
    "max_n": 2,
    "bucket": 10,
    "compatible_hash": True,
}


def test_subwords_of_gensim() -> None:
    """A word is the mean of its row and of those of its n-grams; one that is new, of these."""
    model = load(files.gensim("fasttext.FastTextKeyedVectors", **SUBWORDS))
    keys = Subwords(1, 2, 1, 10).word("ab")[1:]
    grams = SUBWORDS["vectors_ngrams"][[int(key) for key in keys]]
    found, known = word_vectors(model, ["ab", "ba", " c"])
    assert np.allclose(found[0], np.vstack((grams, [[1, 2]])).mean(axis=0))
    assert known == [True, True, True]
    inner = files.KeyedVectors(**{**SUBWORDS, "max_n": 0})
    whole = load(files.gensim("fasttext.FastText", "fasttext.FastTextKeyedVectors", wv=inner))
    assert word_vectors(whole, ["ab", "ba"])[0].tolist() == [[1, 2], [0, 0]]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"bucket": 9}, "are not one per bucket; load it"),
        ({"max_n": None}, "max_n is not a number"),
        ({"max_n": 99}, "n-grams of 99 characters"),
        ({"compatible_hash": False}, "hashed as gensim 3 did"),
        ({"index_to_key": ["a"]}, "are not one per word"),
    ],
)
def test_subwords_of_gensim_that_are_refused(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(FormatError, match=problem):
        load(files.gensim("fasttext.FastTextKeyedVectors", **{**SUBWORDS, **change}))


def test_models_by_gensim(tmp_path: Path) -> None:
    models = pytest.importorskip("gensim.models")
    texts = [["turn", "the", "heating", "caf\u00e9"], ["play", "the", "music"]] * 20
    made = models.FastText(texts, vector_size=6, min_count=1, epochs=1, bucket=50, min_n=2, max_n=3)
    made.save(str(tmp_path / "ft"), sep_limit=10)
    words = ["heating", "caf\u00e9", "unseen", "x"]
    found, _ = word_vectors(nc.import_model(tmp_path / "ft"), words)
    assert np.allclose(found, [made.wv[word] for word in words], atol=1e-6)


def test_keyedvectors_by_gensim(tmp_path: Path) -> None:
    keyedvectors = pytest.importorskip("gensim.models").KeyedVectors
    saved = keyedvectors(VALUES.shape[1])
    saved.add_vectors(KEYS, VALUES)
    saved.set_vecattr("red", "count", 5)
    saved.save(str(tmp_path / "whole.kv"))
    saved.save(str(tmp_path / "apart.kv"), sep_limit=1)
    assert (tmp_path / "apart.kv.vectors.npy").exists()
    for name in ("whole.kv", "apart.kv"):
        assert_table(nc.import_model(tmp_path / name))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (
            files.keyedvectors(kind="FastTextKeyedVectors"),
            "FastTextKeyedVectors; load it with gensim, save it by .*save_facebook_model",
        ),
        (files.keyedvectors(index_to_key=[1, 2, 3.5]), "the keys are not texts"),
        (files.keyedvectors(vectors=VALUES.astype(int)), "the vectors are not floats"),
        (files.keyedvectors()[:-30], "the pickle"),
        (PICKLE + b"]" * 5000 + b".", "more small values than vectors have"),
        (PICKLE + b")" + b"\x85" * 5000 + b".", "more small values than vectors have"),
        (PICKLE + b"X\0\0\1\0" + b"a" * 65536 + b"\x94\x94h\0h\0\x93.", "a name is too long"),
        (
            b"\x80\x02cgensim.models.x\nKeyedVectors\n(S'echo'\noos\nsystem\n.",
            "is not read|damaged",
        ),
    ],
)
def test_pickles_that_are_refused(data: bytes, problem: str) -> None:
    with pytest.raises(FormatError, match=problem):
        load(data)


def test_duplicate_keys_of_keyedvectors() -> None:
    with pytest.raises(DataError, match="keys 1 and 3: the key 'a' occurs twice"):
        load(files.keyedvectors(index_to_key=["a", "b", "a"]))


def test_a_pickle_runs_nothing(tmp_path: Path) -> None:
    """What unpickling would run leaves no trace."""
    mark = tmp_path / "mark"
    call = f"cposix\nsystem\n(S'touch {mark}'\ntR".encode()
    with pytest.raises(FormatError):
        load(b"\x80\x02cgensim.models.keyedvectors\nKeyedVectors\n" + call + b"0.")
    assert not mark.exists()


def test_finalfusion() -> None:
    model = load(files.finalfusion((5, 1, 2, 6)))
    assert_table(model)
    assert model.network is not None
    assert model.network.tensors["norms"].rows(np.zeros(1, np.int64)).tolist() == [[1, 2, 3]]
    assert load(files.finalfusion((1, 2))).network is None
    assert_table(load(files.finalfusion((1, 4))), files.quantized_rows())


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (files.finalfusion((3, 2)), "a BucketSubwordVocab has rows of n-grams without keys"),
        (files.finalfusion((1, 2))[:-1], "truncated"),
        (files.finalfusion((1, 2)) + b"x", "1 bytes follow the last chunk"),
        (files.finalfusion((1, 1, 2)), "a chunk of kind 1 occurs twice"),
        (files.finalfusion((1,)), "no vocabulary or no rows"),
        (files.finalfusion(keys=["a", "b", "a"]), "words 1 and 3: the key 'a' occurs twice"),
        (files.finalfusion(keys=["a", "b"]), "has 3 rows but there are 2 keys"),
        (b"FiFu\x01\0\0\0\0\0\0\0", "finalfusion version 1 is newer"),
        (b"FiFu\0\0\0\0\xff\xff\xff\xff", "truncated"),
    ],
)
def test_damaged_finalfusion(data: bytes, problem: str) -> None:
    with pytest.raises((FormatError, DataError), match=problem):
        load(data)


@pytest.mark.filterwarnings("ignore::nlucompress.ForeignFileWarning")
def test_keras() -> None:
    text = "\n".join(KEYS).encode()
    name = "layers/embedding/vars/0"
    model = load(files.keras(), text, tensor=name)
    assert_table(model)
    assert model.network is not None
    assert sorted(model.network.tensors) == ["layers/dense/vars/0", "layers/dense/vars/1"]
    with pytest.raises(UsageError, match="several tensors can be the table, name one: layers/dens"):
        load(files.keras())
    with pytest.raises(UsageError, match="no tensor 'x'; there are layers/dense/vars/0"):
        load(files.keras(), tensor="x")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", "{}")
        archive.writestr("model.weights.h5", files.keras())
    assert_table(load(buffer.getvalue(), text, tensor=name))
    with pytest.raises(FormatError, match="the archive is damaged"):
        load(buffer.getvalue()[:-40], text, tensor=name)


def test_keras_of_bfloat16_and_of_integers() -> None:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        halves = np.ascontiguousarray((VALUES.view("<u4") >> 16).astype("<u2")).view("V2")
        made = file.create_dataset("layers/embedding/vars/0", data=halves)
        made.attrs["dtype"] = "bfloat16"
        file.create_dataset("optimizer/step", data=3)
    with pytest.warns(nc.ForeignFileWarning, match=r"not floats: optimizer/step \(int64 \[\]\)"):
        rows = rows_of(load(buffer.getvalue()))
    assert np.array_equal(rows, (VALUES.view("<u4") >> 16 << 16).view(np.float32))
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.create_dataset("layers/embedding/vars/0", data=np.ones((3, 4), np.int8))
        file.create_dataset("layers/dense/vars/0", data=VALUES)
    with pytest.raises(UsageError, match=r"real table: layers/embedding/vars/0 \(int8 \[3, 4\]\)"):
        load(buffer.getvalue())
    assert_table(load(buffer.getvalue(), "\n".join(KEYS).encode(),
                      skip=("layers/embedding/vars/0",)))  # fmt: skip


def test_a_keras_archive_that_grows() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", bytes(1 << 22))
    with pytest.raises(FormatError, match="unpacks to over 16 times the file"):
        load(buffer.getvalue())


def test_onnx() -> None:
    assert np.allclose(rows_of(load(files.onnx())), VALUES, atol=0.02)
    assert keys_of(load(files.onnx())) == KEYS
    onnx = pytest.importorskip("onnx")
    numpy_helper, helper = onnx.numpy_helper, onnx.helper
    initializers = [
        numpy_helper.from_array(VALUES, "words"),
        numpy_helper.from_array(VALUES[0], "bias"),
        numpy_helper.from_array(np.array([1, 2]), "shape"),
        helper.make_tensor("listed", onnx.TensorProto.FLOAT, [3, 4], VALUES.reshape(-1).tolist()),
    ]
    graph = helper.make_graph([], "g", [], [], initializers)
    data = helper.make_model(graph).SerializeToString()
    with pytest.warns(nc.ForeignFileWarning, match=r"not floats: shape \(INT64 \[2\]\)"):
        model = load(data, "\n".join(KEYS).encode(), tensor="words")
    assert_table(model)
    assert model.network is not None
    assert sorted(model.network.tensors) == ["bias", "listed"]
    skipped = load(data, tensor="listed", skip=("shape",))
    assert np.array_equal(rows_of(skipped), VALUES)
    with pytest.raises(UsageError, match="several tensors can be the table, name one: listed, wor"):
        load(data, skip=("shape",))
    initializers[0].data_location = onnx.TensorProto.EXTERNAL
    graph = helper.make_graph([], "g", [], [], initializers)
    with pytest.raises(FormatError, match="the weights lie in another file"):
        load(helper.make_model(graph).SerializeToString(), tensor="words")


def test_many_small_fields_of_onnx_take_little() -> None:
    """Nodes and sizes without end are read past, not kept."""
    begin = b"\x08\x08\x12\x01x"
    for graph in (b"\x0a\x00" * 200_000, b"\x2a\x84\x80\x08\x0a\x80\x80\x08" + b"\x01" * 131_072):
        size = len(graph)
        head = bytes([size & 127 | 128, size >> 7 & 127 | 128, size >> 14])
        tracemalloc.start()
        with pytest.raises(FormatError):
            load(begin + b"\x3a" + head + graph)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 8 * size


def tokenizer(model: dict[str, Any], added: list[Any] | None = None) -> bytes:
    return json.dumps({"model": model, "added_tokens": added or []}).encode()


def test_keys_of_a_tokenizer() -> None:
    by_name = {"type": "WordPiece", "vocab": {"grün": 1, "東京": 2, "red": 0}}
    unigram = {"type": "Unigram", "vocab": [["red", -1.5], ["grün", -2], ["東京", -3]]}
    added = {"type": "BPE", "vocab": {"red": 0, "grün": 1}}
    for text in (
        tokenizer(by_name),
        tokenizer(unigram),
        tokenizer(added, [{"id": 2, "content": "東京"}, {"id": 0, "content": "red"}]),
    ):
        assert_table(load(files.npy(), text))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (tokenizer({"vocab": {"a": 0, "b": 2}}), "no token has the id 1"),
        (tokenizer({"vocab": {"a": 0, "b": 0}}), "a token or an id occurs twice"),
        (tokenizer({"vocab": [["a", 0], ["a", 0]]}), "a token or an id occurs twice"),
        (tokenizer({"vocab": {"a": -1}}), "its ids are not numbers"),
        (tokenizer({"vocab": {"a": "0"}}), "its ids are not numbers"),
        (tokenizer({"vocab": {}}), "the vocabulary is empty"),
        (tokenizer({"vocab": 3}), "this tokenizer has no vocabulary"),
        (tokenizer({"vocab": {"a": 0}})[:-2], "no valid JSON"),
        (b'{"vocab": ' + b"[" * 100_000, "no valid JSON"),
    ],
)
def test_tokenizers_that_are_refused(text: bytes, problem: str) -> None:
    with pytest.raises(FormatError, match=problem):
        load(files.npy(), text)


def test_model2vec_with_a_mapping(tmp_path: Path) -> None:
    save = pytest.importorskip("safetensors.numpy").save
    tensors = {
        "embeddings": VALUES[:2],
        "mapping": np.array([1, 0, 1]),
        "weights": np.array([1, 2, 0.5], np.float32),
        "more": np.ones(3, np.float32),
    }
    (tmp_path / "model.safetensors").write_bytes(save(tensors))
    (tmp_path / "tokenizer.json").write_bytes(
        tokenizer({"vocab": {key: at for at, key in enumerate(KEYS)}})
    )
    model = nc.import_model(tmp_path)
    assert_table(model, VALUES[[1, 0, 1]] * np.array([[1], [2], [0.5]], np.float32))
    assert model.network is not None
    assert list(model.network.tensors) == ["more"]
    tensors["mapping"][0] = 2
    (tmp_path / "model.safetensors").write_bytes(save(tensors))
    with pytest.raises(FormatError, match="'mapping' leads beyond the rows"):
        nc.import_model(tmp_path)
    (tmp_path / "tokenizer.json").unlink()
    with pytest.raises(DataError, match=r"tokenizer.json: cannot open"):
        nc.import_model(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(FormatError, match=r"no model.safetensors in this directory"):
        nc.import_model(tmp_path)


def model2vec_folder(folder: Path, config: dict[str, Any], **tokenizer: Any) -> nc.Model:
    """A directory that is exported, with these changes, and imported again."""
    table = nc.Table(Strings.of(KEYS), from_dense(VALUES))
    made = nc.export(nc.Model({"embeddings": table}), nc.ExportOptions("model2vec"))
    assert isinstance(made, dict)
    for name, pieces in made.items():
        data = b"".join(pieces)
        if name in ("tokenizer.json", "config.json"):
            changes = tokenizer if name == "tokenizer.json" else config
            data = json.dumps(json.loads(data) | changes).encode()
        (folder / name).write_bytes(data)
    return nc.import_model(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"model": {"type": "WordPiece", "vocab": {k: i for i, k in enumerate([*KEYS, "[UNK]"])}}},
        {"normalizer": {"type": "Lowercase"}},
        {"pre_tokenizer": {"type": "BertPreTokenizer"}},
        {"added_tokens": [{"id": 0, "content": "red"}]},
    ],
)
def test_tokens_of_another_tokenizer_do_not_go_back(change: dict[str, Any], tmp_path: Path) -> None:
    model = model2vec_folder(tmp_path, {}, **change)
    assert_table(model)
    with pytest.raises(DataError, match=r"tokens of a tokenizer of the kind 'Word\w+'"):
        nc.export(model, nc.ExportOptions("model2vec"))
    small = nc.phash(nc.quantize(model, nc.QuantizeOptions(bits=8)))
    keys = io.BytesIO("\n".join(KEYS).encode())
    with pytest.raises(DataError, match="which is not kept"):
        nc.export(small, nc.ExportOptions("model2vec", keys=keys))
    assert nc.export(model, nc.ExportOptions("word2vec"))


def test_normalization_goes_back(tmp_path: Path) -> None:
    for wanted in (True, False):
        model = model2vec_folder(tmp_path, {"normalize": wanted})
        made = nc.export(model, nc.ExportOptions("model2vec"))
        assert isinstance(made, dict)
        assert json.loads(b"".join(made["config.json"]))["normalize"] is wanted
    assert model.network is None


@pytest.mark.parametrize("key", ["new york", " red", "", "a\u2003b"])
def test_model2vec_would_never_find_keys_with_white_space(key: str) -> None:
    model = nc.Model({"embeddings": nc.Table(Strings.of(["a", key, "c"]), from_dense(VALUES))})
    with pytest.raises(DataError, match="is empty or holds white space, so model2vec would never"):
        nc.export(model, nc.ExportOptions("model2vec"))


@pytest.mark.filterwarnings("ignore::nlucompress.ForeignFileWarning")
@pytest.mark.parametrize("name", files.FILES)
def test_damage_is_told_of(name: str) -> None:
    """Every prefix, some flipped bits and some mutations give an answer or one of our errors."""
    data, kind = files.FILES[name](), name.split()[0]
    random = np.random.default_rng(7)
    spoiled = [data[:end] for end in range(1, len(data), max(1, len(data) // 300))]
    spoiled += [mutations.mutate(data, [data], random) for _ in range(300)]
    for each in spoiled:
        with contextlib.suppress(NluCompressError):
            load(each, format=kind)
