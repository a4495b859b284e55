"""Keras weights: `.weights.h5` and older `.h5` files, and the `.keras` archive around the former.

Every dataset of floats (bfloat16 too) is a tensor, named by its path in the file. h5py reads the
file (an extra of this package); links to other files, compressed and virtual datasets are refused.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError, UsageError
from nlucompress.format.model import Model
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.tensors import table as tensors
from nlucompress.io.sources import Opened, opened

MAGIC = b"\x89HDF\r\n\x1a\n"
WEIGHTS = "model.weights.h5"
GROWTH = 16  # an archive's weights unpacked, against the file


def recognizes(head: bytes) -> bool:
    """Whether a file is HDF5, or an archive that begins as Keras writes one."""
    first = head[30:43]
    archive = head.startswith(b"PK\x03\x04") and first.startswith(
        (b"metadata.json", b"config.json")
    )
    return head.startswith(MAGIC) or archive


def read(source: Opened, options: ImportOptions) -> Model:
    """Read the weights.

    Raises:
        UsageError: h5py is not installed, or the options do not fit the tensors.
        FormatError: The file is damaged, or a dataset is of a kind that is refused.
        DataError: A number is not finite, or the keys do not fit the rows.
    """
    try:
        import h5py
    except ImportError:
        raise UsageError("Keras files need h5py: pip install nlucompress[keras]") from None
    with opened(source) as stream:
        data, where = stream.read(), stream.name
    if not data.startswith(MAGIC):
        data = _unpacked(data, where)
    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            arrays, left = _arrays(h5py, file, len(data), where)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise FormatError(f"{where}: no readable HDF5 ({str(error)[:80]}); damaged?") from None
    kept = {name: arrays[name] for name in tensors.without(arrays, options, where, left)}
    return tensors.model_of(kept, options, where, left=left)


def _unpacked(data: bytes, where: str) -> bytes:
    """The weights of an archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entry = archive.getinfo(WEIGHTS)
            if entry.file_size > GROWTH * len(data):
                raise FormatError(f"{where}: {WEIGHTS} unpacks to over {GROWTH} times the file")
            return archive.read(entry)
    except KeyError:
        raise FormatError(f"{where}: this archive holds no {WEIGHTS}; is it Keras's?") from None
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, NotImplementedError,
            zlib.error) as error:  # fmt: skip
        raise FormatError(f"{where}: the archive is damaged ({str(error)[:80]})") from None


def _arrays(
    h5py: Any, file: Any, size: int, where: str
) -> tuple[dict[str, NDArray[Any]], tensors.Left]:
    """All datasets of floats by path, and what the others are; Keras stores bfloat16 as bytes."""
    found: dict[str, NDArray[Any]] = {}
    left: tensors.Left = {}
    total = 0

    def visit(name: str, item: Any) -> None:
        nonlocal total
        if not isinstance(item, h5py.Dataset) or item.shape is None:
            return
        if not isinstance(name, str):
            raise FormatError(f"{where}: the name of a dataset is no UTF-8")
        halves = item.dtype.itemsize == 2 and item.attrs.get("dtype") == "bfloat16"
        if item.dtype.kind != "f" and not halves:
            left[name] = (str(item.dtype)[:20], item.shape[:8])
            return
        filters = item.id.get_create_plist().get_nfilters()
        if item.is_virtual or item.external or filters:
            raise FormatError(f"{where}: dataset {name!r} is compressed or lies elsewhere")
        total += item.size * item.dtype.itemsize
        if len(item.shape) > 8 or total > size:
            raise FormatError(f"{where}: dataset {name!r} does not fit the file; truncated?")
        array = np.asarray(item[()])
        if halves and array.dtype.kind != "f":
            array = (array.view("<u2").astype(np.uint32) << 16).view(np.float32)
        found[name] = array

    file.visititems(visit)
    return found, left
