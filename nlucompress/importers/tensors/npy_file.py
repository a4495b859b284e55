"""NumPy `.npy` files: a 2-D array of floats is the table, its keys come from a file of their own.

The format is that of NumPy's documentation (``numpy.lib.format``). Arrays of objects are pickles
and are refused.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format.model import Model
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.tensors import table as tensors
from nlucompress.io.sources import Opened, opened

MAGIC = b"\x93NUMPY"
_HEADER = re.compile(
    rb"\{'descr': '([<>|=]?)([A-Za-z]+[0-9]*)', 'fortran_order': (True|False), "
    rb"'shape': \(((?:[0-9]{1,18}, ?)*[0-9]{0,18})\),? ?\} *\n?"
)
_FLOATS = ("f2", "f4", "f8")


def read(source: Opened, options: ImportOptions) -> Model:
    """Read an array as the table ``array``.

    Raises:
        FormatError: It is damaged, or its elements are not floats.
        UsageError, DataError: The keys or numbers cannot be used.
    """
    with opened(source) as stream:
        array = parse(stream.read(), stream.name)
    return tensors.model_of({"array": array}, options, stream.name)


def parse(data: bytes, where: str) -> NDArray[Any]:
    """The array of a file, a view of its bytes.

    Raises:
        FormatError: It is damaged, or its elements are not floats.
    """
    wide = data[6:7] >= b"\x02"
    begin = 12 if wide else 10
    if data[:6] != MAGIC or data[6:7] not in (b"\x01", b"\x02", b"\x03") or len(data) < begin:
        raise FormatError(f"{where}: this is no .npy file of version 1, 2 or 3")
    end = begin + int.from_bytes(data[8:begin], "little")
    header = _HEADER.fullmatch(data[begin : min(end, begin + 4096)])
    if header is None:
        raise FormatError(f"{where}: the header is not a plain array's; is the file damaged?")
    order, kind = header[1].decode(), header[2].decode()
    if kind not in _FLOATS:
        raise FormatError(f"{where}: the elements are {kind!r}, not floats; objects are never read")
    shape = tuple(int(size) for size in header[4].replace(b" ", b"").split(b",") if size)
    dtype = np.dtype(f"{'<' if order in ('=', '|', '') else order}{kind}")
    if len(shape) > 8 or math.prod(size or 1 for size in shape) > len(data):
        raise FormatError(f"{where}: the shape {list(shape)} does not fit the file; truncated?")
    if math.prod(shape) * dtype.itemsize != len(data) - end:
        raise FormatError(f"{where}: the shape {list(shape)} does not fit the file; truncated?")
    array = np.frombuffer(data, dtype, offset=end)
    return array.reshape(shape, order="F" if header[3] == b"True" else "C")
