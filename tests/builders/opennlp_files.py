"""Smallest models of Apache OpenNLP, written from the description in their importer."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

BAG = "opennlp.tools.doccat.BagOfWordsFeatureGenerator"
GRAMS = "opennlp.tools.doccat.NGramFeatureGenerator"
OUTCOMES = ("on", "off", "füße 😀")
# Predicates with the weights of some outcomes; those of one pattern stand together.
PREDICATES: Mapping[str, Mapping[int, float]] = {
    "bow=on": {0: 1.5},
    "bow=東京": {0: -0.5},
    "bow=off": {1: 2.0, 2: 0.25},
    "ng=:turn:off": {1: 1.0, 2: -1.0},
    "ng=:a:b:c": {0: 0.5, 1: 0.5, 2: 0.5},
}


def text(value: str) -> bytes:
    """Java's modified UTF-8 behind its length."""
    units = value.encode("utf-16-be", "surrogatepass")
    halves = "".join(chr(unit) for (unit,) in struct.iter_unpack(">H", units))
    raw = halves.encode("utf-8", "surrogatepass").replace(b"\0", b"\xc0\x80")
    return struct.pack(">H", len(raw)) + raw


def texts(values: Sequence[str]) -> bytes:
    return struct.pack(">i", len(values)) + b"".join(text(value) for value in values)


def numbers(
    kind: str = "GIS",
    outcomes: Sequence[str] = OUTCOMES,
    predicates: Mapping[str, Mapping[int, float]] = PREDICATES,
    constant: int = 1,
) -> bytes:
    """The numbers of a model."""
    groups: dict[str, list[str]] = {}
    for name, row in predicates.items():
        groups.setdefault(" ".join(map(str, row)), []).append(name)
    data = text(kind) + (struct.pack(">id", constant, 1.0) if kind == "GIS" else b"")
    data += texts(outcomes)
    data += texts([f"{len(names)} {pattern}" for pattern, names in groups.items()])
    ordered = [name for names in groups.values() for name in names]
    values = [weight for name in ordered for weight in predicates[name].values()]
    return data + texts(ordered) + struct.pack(f">{len(values)}d", *values)


def zipped(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return buffer.getvalue()


def model(
    component: str = "DocumentCategorizerME",
    name: str = "doccat.model",
    generators: str = f"{BAG},{GRAMS}",
    data: bytes | None = None,
) -> bytes:
    """A whole model file."""
    lines = ["#", "Manifest-Version=1.0", f"Component-Name={component}", "Language=en"]
    lines += [f"doccat.featureGenerators={generators}"] * bool(generators)
    manifest = "\n".join([*lines, ""]).encode()
    return zipped({"manifest.properties": manifest, name: numbers() if data is None else data})


FILES = {
    "opennlp": model(),
    "opennlp tags": model("POSTaggerME", "pos.model", "", numbers("QN")),
}
