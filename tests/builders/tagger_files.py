"""Smallest files of foreign taggers, written from the descriptions in their importers."""

from __future__ import annotations

import json
import pickle
import struct
from collections.abc import Sequence
from typing import Any

from tests.builders import crf_pickles

Feature = tuple[int, int, int, float]  # type (0 state, 1 transition), source, target, weight

LABELS = ("O", "B", "füße")
ATTRIBUTES = ("w=red", "w=東京", "b", "empty")
FEATURES: tuple[Feature, ...] = (
    (0, 0, 1, 1.5),
    (0, 0, 2, -0.25),
    (0, 1, 0, 2.0),
    (0, 2, 0, 0.125),
    (1, 0, 1, -1.0),
    (1, 1, 1, 0.5),
    (1, 2, 0, 4.0),
)


def crfsuite(
    labels: Sequence[str] = LABELS,
    attributes: Sequence[str] = ATTRIBUTES,
    features: Sequence[Feature] = FEATURES,
) -> bytes:
    """A model file of CRFsuite, without the hash tables that nobody needs."""
    result = bytearray(48)
    offsets = [len(result)]
    result += struct.pack("<4sII", b"FEAT", 12 + 20 * len(features), len(features))
    for each in features:
        result += struct.pack("<IIId", *each)
    for names in (labels, attributes):
        offsets.append(len(result))
        result += _dictionary(names)
    for magic, kind, size in ((b"LFRF", 1, len(labels) + 2), (b"AFRF", 0, len(attributes))):
        offsets.append(len(result))
        result += _references(len(result), magic, kind, size, features)
    counts = 0, len(labels), len(attributes)
    result[:48] = struct.pack("<4sI4sI8I", b"lCRF", len(result), b"FOMC", 100, *counts, *offsets)
    return bytes(result)


def _dictionary(names: Sequence[str]) -> bytes:
    begin = 24 + 256 * 8
    records, starts = bytearray(), []
    for number, name in enumerate(names):
        starts.append(begin + len(records))
        text = name.encode() + b"\0"
        records += struct.pack("<II", number, len(text)) + text
    table = begin + len(records)
    head = b"CQDB", table + 4 * len(names), 0, 0x62445371, len(names), table
    packed = struct.pack("<4s5I", *head) + bytes(256 * 8) + records
    return packed + struct.pack(f"<{len(names)}I", *starts)


def _references(at: int, magic: bytes, kind: int, size: int, features: Sequence[Feature]) -> bytes:
    lists = bytearray()
    starts = []
    for number in range(size):
        listed = [i for i, each in enumerate(features) if each[:2] == (kind, number)]
        starts.append(at + 12 + 4 * size + len(lists) if listed else 0)
        if listed:
            lists += struct.pack(f"<{len(listed) + 1}I", len(listed), *listed)
    head = struct.pack("<4sII", magic, 12 + 4 * size + len(lists), size)
    return head + struct.pack(f"<{size}I", *starts) + lists


def strings(texts: Sequence[str]) -> str:
    """Strings as Wapiti writes them."""
    return "".join(f"{len(text.encode())}:{text},\n" for text in texts)


def wapiti(
    patterns: Sequence[str] = ("u:w=%x[0,0]", "u", "b", "*"),
    labels: Sequence[str] = LABELS[:2],
    observations: Sequence[str] = ("u:w=東京", "b", "*", "u"),
    weights: Sequence[tuple[int, str]] = (
        (1, "0x1.8p+0"),
        (3, "-0x1p-2"),
        (6, "0x1p+1"),
        (9, "0x1p-1"),
        (12, "0.75"),
    ),
    header: str = "#mdl#2#{}\n",
) -> bytes:
    """A text model of Wapiti; {} in the header is the number of weights."""
    lists = "".join(f"#qrk#{len(each)}\n{strings(each)}" for each in (labels, observations))
    lines = "".join(f"{index}={weight}\n" for index, weight in weights)
    reader = f"#rdr#{len(patterns)}/1/0\n{strings(patterns)}"
    return (header.format(len(weights)) + reader + lists + lines).encode()


CRFPP_FEATURES = {"B": 8, "B1:東": 12, "U00:a": 0, "U00:東": 2, "U1": 4}


def crfpp(
    labels: Sequence[str] = ("O", "füße"),
    templates: Sequence[str] = ("U00:%x[0,0]", "U1", "B", "B1:%x[0,0]"),
    features: dict[str, int] | None = None,
    weights: Sequence[float] = (1.5, -0.25, 0, 2, 0.125, 0, 0, 0, 1, -1, 0.5, 4, 0, 0, 0, 0),
) -> bytes:
    """A text model of CRF++."""
    named = CRFPP_FEATURES if features is None else features
    listed = [f"{begin} {name}" for name, begin in named.items()]
    numbers = [f"{weight:.16f}" for weight in weights]
    head = f"version: 100\ncost-factor: 2\nmaxid: {len(weights)}\nxsize: 1"
    parts = [[head], labels, templates, listed, numbers]
    return ("\n\n".join("\n".join(part) for part in parts) + "\n").encode()


def crfpp_binary(units: bytes | None = None) -> bytes:
    """The same model as a binary file."""
    labels = "O\0füße\0".encode()
    templates = b"U00:%x[0,0]\0U1\0B\0B1:%x[0,0]\0"
    array = double_array(CRFPP_FEATURES) if units is None else units
    weights = struct.pack("<16f", 1.5, -0.25, 0, 2, 0.125, 0, 0, 0, 1, -1, 0.5, 4, 0, 0, 0, 0)
    head = struct.pack("<IidIIII", 100, 0, 2.0, 16, 1, len(array), len(labels))
    return head + labels + struct.pack("<I", len(templates)) + templates + array + weights


def double_array(values: dict[str, int]) -> bytes:
    """Units of Darts, each node's children at the first base that nothing stands on yet."""
    units: dict[int, tuple[int, int]] = {}
    bases: set[int] = set()

    def put(at: int, check: int, prefix: bytes) -> None:
        under = [key for key in keys if key.startswith(prefix)]
        letters = sorted({key[len(prefix)] + 1 for key in under if key != prefix})
        spots = [0] * (prefix in keys) + letters
        base = next(
            base
            for base in range(1, 1 << 16)
            if base not in bases and not {base + each for each in spots} & units.keys()
        )
        bases.add(base)
        units[at] = base, check
        units.update({base + each: (0, base) for each in spots})
        if prefix in keys:
            units[base] = -1 - keys[prefix], base
        for letter in letters:
            put(base + letter, base, prefix + bytes([letter - 1]))

    keys = {name.encode(): value for name, value in values.items()}
    put(0, 0, b"")
    places = range(max(units) + 257)
    return b"".join(struct.pack("<2i", *units.get(place, (0, 0))) for place in places)


PERCEPTRON: dict[str, Any] = {
    "classes": ["DT", "NN", "VB"],
    "tagdict": {"the": "DT", "a": "DT"},
    "weights": {"bias": {"NN": 1.5, "VB": -0.25}, "i word tür": {"DT": 2}, "empty": {}},
}


def perceptron(value: object = PERCEPTRON) -> bytes:
    """A perceptron tagger in JSON."""
    return json.dumps(value, ensure_ascii=False).encode()


def perceptron_pickle(value: dict[str, Any] = PERCEPTRON, protocol: int = 2) -> bytes:
    """The same in a pickle: weights, tag dictionary and a set of classes in a tuple."""
    return pickle.dumps((value["weights"], value["tagdict"], set(value["classes"])), protocol)


DUMP = """FILEHEADER = {
  magic: lCRF
  size: 8456
  num_features: 5
  num_labels: 2
  num_attrs: 3
  off_features: 0x30
}

LABELS = {
      0: O
      1: füße
}

ATTRIBUTES = {
      0: w=red
      1: a --> b: 1
      2: empty
}

TRANSITIONS = {
  (1) O --> füße: -0.250000
  (1) füße --> O: 1.000000
}

STATE_FEATURES = {
  (0) w=red --> O: 1.500000
  (0) a --> b: 1 --> füße: 2.125000
  (0) w=red --> füße: -0.500000
}
""".encode()

FILES = {
    "crfsuite": crfsuite(),
    "crfsuite-dump": DUMP,
    "crfpp": crfpp(),
    "wapiti": wapiti(),
    "perceptron": perceptron(),
    "sklearn-crfsuite": crf_pickles.dumped(crf_pickles.crf(crfsuite())),
}
