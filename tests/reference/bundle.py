"""A second reader of bundles, written from BUNDLE.md alone; standard library only."""

from __future__ import annotations

import json
import struct
from typing import Any

from tests.reference.decoder import expanded, open_model, read_sealed
from tests.reference.hash import digest, require

LETTERS = "0123456789.-e+"


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number, and where the next one begins."""
    for size in range(1, 10):
        require(at + size <= len(data), "a varint is cut")
        if data[at + size - 1] < 128:
            groups = [byte & 127 for byte in data[at : at + size]]
            return sum(group << 7 * place for place, group in enumerate(groups)), at + size
    raise ValueError("a varint is too long")


def values_of(data: bytes) -> list[str]:
    """The values of a record."""
    digits = [int(digit, 16) for digit in data.hex()]
    words, word = [], ""
    for digit in digits:
        require(digit != 14, "E stands for nothing")
        if digit == 15:
            words.append(word)
            word = ""
        else:
            word += LETTERS[digit]
    require(word == "", "a value does not end")
    if words and words[-1] == "":
        words.pop()
    require("" not in words, "a value is empty")
    return words


def open_bundle(data: bytes) -> dict[str, bytes]:
    """A sealed file for every name."""
    require(data[:8] == b"nlubundl" and len(data) >= 72, "no bundle")
    version, models, templates, shared = struct.unpack("<IIII", data[8:24])
    require(version == 1, "another version")
    sizes = struct.unpack("<4Q", data[24:56])
    blocks = -(-models // 16)
    first = 72
    second = first + 4 * (templates + 1)
    third = second + 8 * (shared + 1)
    begin = third + 12 * blocks
    ends = [begin + sum(sizes[:count]) for count in range(5)]
    require(ends[4] == len(data), "another size")
    stated = data[56:72].hex()
    require(digest(data[:56] + data[72 : ends[2]]) == stated, "another digest")
    starts = struct.unpack(f"<{templates + 1}I", data[first:second])
    shares = struct.unpack(f"<{shared + 1}Q", data[second:third])
    for offsets, size in ((starts, sizes[0]), (shares, sizes[2])):
        require(offsets[0] == 0 and offsets[-1] == size, "offsets")
        require(list(offsets) == sorted(offsets), "offsets fall")
    found: dict[str, bytes] = {}
    records = data[ends[1] : ends[2]]
    at, payload, name = 0, 0, b""
    for number in range(models):
        if number % 16 == 0:
            block = struct.unpack("<IQ", data[third + 12 * (number // 16) :][:12])
            require(block == (at, payload), "a block begins elsewhere")
            name = b""
        common, at = varint(records, at)
        rest, at = varint(records, at)
        require(common <= len(name) and at + rest + 8 <= len(records), "a name")
        before, name = name, name[:common] + records[at : at + rest]
        require(name > before, "names do not ascend")
        own = records[at + rest : at + rest + 8]
        template, at = varint(records, at + rest + 8)
        size, at = varint(records, at)
        links, at = varint(records, at)
        pairs = {}
        for _ in range(links):
            tensor, at = varint(records, at)
            pairs[tensor], at = varint(records, at)
        length, at = varint(records, at)
        values = values_of(records[at : at + length])
        at += length
        require(template < templates and at <= len(records), "a record")
        text = data[ends[0] + starts[template] : ends[0] + starts[template + 1]]
        text = filled(text, values)
        whole = data[ends[3] + payload : ends[3] + payload + size]
        blobs = {
            tensor: data[ends[2] + shares[blob] : ends[2] + shares[blob + 1]]
            for tensor, blob in pairs.items()
        }
        payload += size
        found[name.decode()] = sealed_file(text, whole, blobs, own)
    require(at == len(records) and payload == sizes[3], "sections that are not filled")
    return found


def filled(template: bytes, values: list[str]) -> bytes:
    """The text of a model."""
    text, at = b"", 0
    while at < len(template):
        if template[at] == 0x7F and template[at + 1] >= 0x80:
            text += values[template[at + 1] - 0x80].encode()
            at += 2
        else:
            text += template[at : at + 1]
            at += 1
    return text


def sealed_file(text: bytes, payload: bytes, blobs: dict[int, bytes], own: bytes) -> bytes:
    """A sealed file of a text and its tensors."""
    tensors, at, number = b"", 0, 0
    sizes = tensor_sizes(text)
    for number, size in enumerate(sizes):
        if number in blobs:
            require(len(blobs[number]) == size, "a shared tensor of another size")
            tensors += blobs[number]
        else:
            tensors += payload[at : at + size]
            at += size
    require(at == len(payload) and len(tensors) == sum(sizes), "a payload that is not filled")
    require(bytes.fromhex(digest(text + tensors))[:8] == own, "another digest of a model")
    after = len(text).to_bytes(4, "little") + text + tensors
    record = b"\x02" + bytes.fromhex(digest(after)) + after
    outer = {"nlu": {"dtype": "U8", "shape": [len(record)], "data_offsets": [0, len(record)]}}
    header = json.dumps(outer).encode()
    return len(header).to_bytes(8, "little") + header + record


def tensor_sizes(text: bytes) -> list[int]:
    """Bytes of each tensor of a description."""
    description: Any = json.loads(expanded(text))
    items = {"U8": 1, "U16": 2, "U32": 4, "I64": 8, "F16": 2, "F32": 4}
    sizes = []
    for _, dtype, *shape in description["tensors"]:
        size = items[dtype]
        for each in shape:
            size *= each
        sizes.append(size)
    return sizes


__all__ = ["open_bundle", "open_model", "read_sealed"]
