from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from safetensors.numpy import save

from nlucompress.errors import DataError, ForeignFileWarning, FormatError, UsageError
from nlucompress.format import codec
from nlucompress.format.model import Model, Table
from nlucompress.importers.detect import ImportOptions, import_model, recognize

WEIGHT = np.arange(6, dtype=np.float32).reshape(3, 2)


def load(data: bytes, keys: bytes | None = None, **options: Any) -> Model:
    stream = None if keys is None else io.BytesIO(keys)
    return import_model(io.BytesIO(data), ImportOptions(keys=stream, **options))


def dense(model_or_table: Model | Table) -> NDArray[np.float32]:
    table = model_or_table.table() if isinstance(model_or_table, Model) else model_or_table
    return table.matrix.rows(np.arange(table.matrix.shape[0]))


def frame(dtype: str, shape: list[int], raw: bytes, name: str = "w") -> bytes:
    entry = {"dtype": dtype, "shape": shape, "data_offsets": [0, len(raw)]}
    header = json.dumps({name: entry}).encode()
    return len(header).to_bytes(8, "little") + header + raw


def test_one_tensor_without_keys_counts_its_rows() -> None:
    data = save({"w": WEIGHT})
    model = load(data)
    assert model.network is None
    assert model.table("embeddings").find(["0", "2", "3"]).tolist() == [0, 2, -1]
    assert np.array_equal(dense(model), WEIGHT)
    assert np.array_equal(dense(load(gzip.compress(data), name="words")), WEIGHT)
    assert recognize(data) == recognize(gzip.compress(data)) == "safetensors"


def test_keys_name_the_rows(tmp_path: Path) -> None:
    data = save({"w": WEIGHT})
    for text in (
        b"a\nb c\n\xc2\xa0",
        b"\xef\xbb\xbfa\r\nb c\r\n\xc2\xa0\r\n",
        b"a\nb c\n\xc2\xa0\n\n",
    ):
        assert load(data, text).table().find(["a", "b c", "\u00a0"]).tolist() == [0, 1, 2]
    (tmp_path / "w").write_bytes(data)
    (tmp_path / "k").write_bytes(gzip.compress(b"a\tx\n\0\nb\n"))
    model = import_model(tmp_path / "w", ImportOptions(keys=tmp_path / "k"))
    assert model.table().find(["a\tx", "\0", "b"]).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        (b"", "<stream>: the file is empty"),
        (b"a\nb\n", "tensor 'w' has 3 rows but there are 2 keys"),
        (b"a\nb\nc\nd\n", "tensor 'w' has 3 rows but there are 4 keys"),
        (b"a\n\nc\n", "line 2: the line is blank"),
        (b"a\nb\na\n", "lines 1 and 3: the key 'a' occurs twice"),
        (b"a\nb\n\xff\n", "line 3: no valid UTF-8"),
    ],
)
def test_wrong_keys(keys: bytes, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        load(save({"w": WEIGHT}), keys)


def test_other_tensors_are_carried_along() -> None:
    rng = np.random.default_rng(1)
    cube = rng.standard_normal((2, 3, 4)).astype(np.float32)
    others: dict[str, NDArray[Any]] = {
        "bias": np.array([1.5, 2], np.float32),
        "conv": cube,
        "dense": WEIGHT.T.copy().astype(np.float64),
        "scale": np.array(0.5, np.float16),
        "void": np.zeros((0, 2, 3), np.float32),
    }
    model = load(save({"w": WEIGHT, **others}), tensor="w")
    network = model.network
    assert network is not None
    assert network.kind == "tensors"
    shapes = {"bias": [2], "conv": [2, 3, 4], "scale": [], "void": [0, 2, 3]}
    assert network.settings == {"shapes": shapes}
    assert {name: matrix.shape for name, matrix in network.tensors.items()} == {
        "bias": (1, 2),
        "conv": (2, 12),
        "dense": (2, 3),
        "scale": (1, 1),
        "void": (0, 6),
    }
    assert np.array_equal(network.tensors["conv"].rows(np.arange(2)), cube.reshape(2, 12))
    serialized = codec.serialize(model)
    again = codec.parse(
        b"".join((serialized.header, *(raw.tobytes() for raw in serialized.tensors)))
    )
    assert again.network is not None
    assert again.network.settings == network.settings
    assert np.array_equal(dense(again), WEIGHT)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_float_types(dtype: type[np.floating[Any]]) -> None:
    assert np.array_equal(dense(load(save({"w": WEIGHT.astype(dtype)}))), WEIGHT)


def test_bfloat16() -> None:
    raw = (WEIGHT.view(np.uint32) >> 16).astype("<u2").tobytes()
    assert np.array_equal(dense(load(frame("BF16", [3, 2], raw))), WEIGHT)


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_])
def test_integers_may_be_the_table_or_are_left_out(dtype: type[np.generic]) -> None:
    data = save({"w": WEIGHT, "ids": np.ones((2, 2), dtype)})
    with pytest.raises(UsageError, match=r"may be the real table: ids \([A-Z0-9]+ \[2, 2\]\)"):
        load(data)
    with pytest.warns(ForeignFileWarning, match=r"left out, for they are not floats: ids \("):
        assert np.array_equal(dense(load(data, tensor="w")), WEIGHT)
    with pytest.warns(ForeignFileWarning, match=r"left out, for they are not floats: n \("):
        load(save({"w": WEIGHT, "n": np.ones(2, dtype)}))
    with pytest.raises(FormatError, match="no tensor is of floats; there are ids"):
        load(save({"ids": np.ones((2, 2), dtype)}))
    model = load(data, skip=("ids",))
    assert model.network is None
    assert np.array_equal(dense(model), WEIGHT)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, "several tensors can be the table, name one: v, w"),
        ({"tensor": "x"}, "no tensor 'x'; there are b, v, w"),
        ({"tensor": "b"}, r"tensor 'b' has the shape \[2\]"),
        ({"tensor": "w", "skip": ("w",)}, "cannot be both the table and skipped"),
        ({"skip": ("x",)}, "no tensor 'x'; there are b, v, w"),
    ],
)
def test_wrong_options(options: dict[str, Any], problem: str) -> None:
    data = save({"w": WEIGHT, "v": WEIGHT, "b": np.ones(2, np.float32)})
    with pytest.raises(UsageError, match=problem) as caught:
        load(data, **options)
    assert str(caught.value).startswith("<stream>: ")
    assert load(data, tensor="w").network is not None
    assert load(data, skip=("v", "b")).network is None


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (save({}), "the file holds no tensors"),
        (save({"b": np.ones(2, np.float32)}), "no tensor has two dimensions: b"),
        (save({"w": WEIGHT})[:-1], "<stream>: the tensors take 24 bytes but 23 follow"),
        (frame("F8_E4M3", [1, 1], b"\0"), "unknown dtype 'F8_E4M3'"),
        (frame("F32", [1, 1], bytes(4), "\ud800"), r"'\\ud800', which is not valid Unicode"),
    ],
)
def test_unusable_files(data: bytes, problem: str) -> None:
    with pytest.raises(FormatError, match=problem):
        load(data)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf, 1e39])
def test_numbers_must_be_finite(number: float) -> None:
    values = WEIGHT.astype(np.float64)
    values[2, 1] = number
    with pytest.raises(DataError, match=r"tensor 'w': .* at \[2, 1\] is no finite float32"):
        load(save({"w": values}))
    with pytest.raises(DataError, match=r"tensor 'v': .* at \[2, 1\] is no finite float32"):
        load(save({"v": values, "w": WEIGHT}), tensor="w")
    assert np.array_equal(dense(load(save({"v": values, "w": WEIGHT}), skip=("v",))), WEIGHT)


@pytest.mark.parametrize("shape", [(0, 2), (2, 0)])
def test_a_table_needs_numbers(shape: tuple[int, int]) -> None:
    with pytest.raises(DataError, match=r"tensor 'w' has the shape \[.*\]: no numbers"):
        load(save({"w": np.zeros(shape, np.float32)}))


def test_a_model_of_our_own_is_refused() -> None:
    serialized = codec.serialize(load(save({"w": WEIGHT})))
    data = b"".join((serialized.header, *(raw.tobytes() for raw in serialized.tensors)))
    for packed in (data, gzip.compress(data)):
        with pytest.raises(UsageError, match="<stream>: this is an nlucompress model already"):
            load(packed)
    with pytest.raises(UsageError, match="model already"):
        load(data, format="safetensors")


@given(
    hnp.arrays(
        np.float32,
        hnp.array_shapes(min_dims=2, max_dims=2, max_side=5),
        elements=st.floats(width=32, allow_nan=False, allow_infinity=False),
    ),
    st.data(),
)
def test_round_trip(values: NDArray[np.float32], data: st.DataObject) -> None:
    letter = st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\ufeff")
    rows = len(values)
    keys = data.draw(
        st.lists(st.text(letter, min_size=1), min_size=rows, max_size=rows, unique=True)
    )
    model = load(save({"w": values}), "\n".join(keys).encode())
    assert np.array_equal(model.table().lookup(keys), values)


def sharded(folder: Path, index: object) -> Path:
    (folder / "one.safetensors").write_bytes(save({"embedding.weight": WEIGHT.astype(np.float16)}))
    (folder / "two.safetensors").write_bytes(
        save({"output.weight": WEIGHT.T.copy(), "ids": np.arange(3)})
    )
    path = folder / "model.safetensors.index.json"
    path.write_text(json.dumps(index))
    return path


FILES = {"embedding.weight": "one.safetensors", "output.weight": "two.safetensors"}


def test_tensors_in_several_files(tmp_path: Path) -> None:
    path = sharded(tmp_path, {"metadata": {"total_size": 1}, "weight_map": FILES})
    assert recognize(path.read_bytes()) == "safetensors-index"
    keys = io.BytesIO(b"a\nb\nc\n")
    model = import_model(path, ImportOptions(tensor="embedding.weight", keys=keys))
    assert model.table().lookup(["a", "c"]).tolist() == [[0, 1], [4, 5]]
    assert model.network is not None
    assert set(model.network.tensors) == {"output.weight"}
    alone = import_model(path, ImportOptions(skip=("output.weight",)))
    assert alone.network is None
    with pytest.raises(UsageError, match=r"name one: embedding.weight, output.weight"):
        import_model(path)
    with pytest.raises(UsageError, match="lie beside the index"):
        import_model(io.BytesIO(path.read_bytes()))
    path = sharded(tmp_path, {"weight_map": FILES | {"ids": "two.safetensors"}})
    with pytest.warns(ForeignFileWarning, match=r"left out, for they are not floats: ids \(I64"):
        import_model(path, ImportOptions(tensor="embedding.weight"))
    path = sharded(tmp_path, {"weight_map": {"ids": "two.safetensors"}})
    with pytest.raises(FormatError, match="no tensor is of floats"):
        import_model(path)


@pytest.mark.parametrize(
    ("index", "problem"),
    [
        ({"weight_map": []}, "has no object `weight_map`"),
        ({"weight_map": {}}, "holds no tensors"),
        ({"weight_map": {"a": 1}}, "'1' is not a name of a file beside the index"),
        ({"weight_map": {"a": "../one.safetensors"}}, "is not a name of a file beside"),
        ({"weight_map": {"a": "/etc/passwd"}}, "is not a name of a file beside"),
        ({"weight_map": {"a": ".."}}, "is not a name of a file beside"),
        ({"weight_map": {"a": "one.safetensors"}}, "one.safetensors holds no tensor 'a'"),
    ],
)
def test_indexes_that_are_refused(index: object, problem: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=problem):
        import_model(sharded(tmp_path, index))


def test_a_file_of_an_index_is_missing(tmp_path: Path) -> None:
    path = sharded(tmp_path, {"weight_map": {"a": "three.safetensors"}})
    with pytest.raises(DataError, match=r"three.safetensors: cannot open: No such file"):
        import_model(path)
