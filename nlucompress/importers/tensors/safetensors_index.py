"""Tensors in several safetensors files, by the index that Hugging Face's libraries write.

    {"metadata": {"total_size": ..}, "weight_map": {TENSOR: FILE}}

The files lie beside the index.
"""

from __future__ import annotations

import os
import re
from typing import Any

from numpy.typing import NDArray

from nlucompress.errors import FormatError, UsageError
from nlucompress.format.frame.container import Frame
from nlucompress.format.model import Model
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading.json_text import parsed as parsed_json
from nlucompress.importers.tensors import table as tensors
from nlucompress.importers.tensors.safetensors_file import divided, parsed
from nlucompress.io.sources import BOM, Opened, opened

_FILE = re.compile(r"[^/\\:\0]+")


def recognizes(head: bytes) -> bool:
    """Whether a file that begins so is an index."""
    return head.removeprefix(BOM).lstrip()[:1] == b"{" and b'"weight_map"' in head


def read(source: Opened, options: ImportOptions) -> Model:
    """Read the tensors of all files as if they were one.

    Raises:
        UsageError: The options do not fit the tensors, or the index is a stream.
        FormatError: A file is damaged, missing a tensor, or none is of floats.
        DataError: A file cannot be read, a number is not finite, or keys do not fit the rows.
    """
    with opened(source) as stream:
        where, path = stream.name, stream.path
        files = _files(parsed_json(stream.read().removeprefix(BOM), where), where)
    if path is None:
        raise UsageError(f"{where}: the files lie beside the index; name it as a file")
    frames: dict[str, Frame] = {}
    arrays: dict[str, NDArray[Any]] = {}
    left: tensors.Left = {}
    for name in tensors.without(files, options, where):
        file = files[name]
        if file not in frames:
            with opened(os.path.join(os.path.dirname(path), file)) as shard:
                frames[file] = parsed(shard)
        if name not in frames[file].entries:
            raise FormatError(f"{where}: {file} holds no tensor {name!r}")
        floats, others = divided(frames[file], [name])
        arrays |= {each: frames[file].tensor(each) for each in floats}
        left |= others
    if not arrays:
        tensors.without(arrays, options, where, left)  # refuses
    return tensors.model_of(arrays, options, where, left=left)


def _files(value: Any, where: str) -> dict[str, str]:
    """File of each tensor."""
    files = value.get("weight_map") if isinstance(value, dict) else None
    if not isinstance(files, dict):
        raise FormatError(f"{where}: the index has no object `weight_map`")
    for file in files.values():
        if not isinstance(file, str) or not _FILE.fullmatch(file) or file in (".", ".."):
            raise FormatError(
                f"{where}: {str(file)[:40]!r} is not a name of a file beside the index"
            )
    return files
