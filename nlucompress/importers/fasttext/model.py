"""Model files of fastText (`.bin`, and `.ftz` with product-quantized matrices), version 11 and 12.

Everything is little-endian and unaligned; a bool is a byte.

    magic 793712314, version; 12 int32 and a binary64 of arguments
    dictionary  int32 entries, words, labels; int64 tokens, pruned buckets (-1: none was pruned);
                entries: bytes, NUL, int64 count, int8 type (0 word, 1 label); words come first;
                pruned: int32 bucket, int32 row behind the words
    matrix      bool: quantized; int64 rows, columns and float32; or a quantized one (the input)
    matrix      bool: quantized; the same (the output)
    quantized   bool norms; int64 rows, columns; int32 codes; the codes; a quantizer;
                with norms a code per row, and their quantizer
    quantizer   int32 columns, subvectors, size of each and of the last; 256 float32 centroids each

The rows of words and of buckets become one table whose keys are those of `networks.subwords`. Of an
unsupervised model the output, which nothing but its training needs, is passed over.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices.kinds import Matrix
from nlucompress.format.model import Model, Network, Table
from nlucompress.importers.fasttext.file import UNMADE, File
from nlucompress.importers.options import ImportOptions
from nlucompress.importers.reading.keylist import KeyList
from nlucompress.io.sources import Opened, opened

MAGIC = (793_712_314).to_bytes(4, "little")
VERSIONS = (11, 12)
SUPERVISED = 3
LOSSES = {1: "hierarchical-softmax", 2: "one-vs-all", 3: "softmax", 4: "one-vs-all"}
TABLE, OUTPUT = "embeddings", "output"
MAX_N = 64  # of the n-grams of features of kind ``subwords``


def recognizes(head: bytes) -> bool:
    """Whether a file begins so."""
    return head[:4] == MAGIC


def read(source: Opened, options: ImportOptions | None = None) -> Model:
    """Read a fastText model; a supervised one classifies as fastText does.

    Raises:
        FormatError: The file is damaged, or of another version.
        DataError: A word occurs twice, or a weight is not finite.
    """
    with opened(source) as stream:
        file = File(memoryview(stream.read()), stream.name)
    if bytes(file.take(4, "header")) != MAGIC:
        raise FormatError(f"{file.where}: this is no fastText model")
    (version,) = file.numbers("<i", "header")
    if version not in VERSIONS:
        raise FormatError(f"{file.where}: version {version} is none of {VERSIONS}")
    arguments = file.numbers("<12i", "header")
    file.take(8, "header")
    if _is_floret(file):
        raise FormatError(
            f"{file.where}: this is a model of floret, which has fastText's magic number and other "
            "contents; of its words import what its `save_vectors` writes"
        )
    loss, kind, buckets = arguments[6:9]
    features = _features(arguments, version, file)
    hashed = features["buckets"] > 0
    names, labels, counts, pruned = file.dictionary()
    matrix, is_quantized = file.matrix("input")
    rows = None
    expected = len(names) + buckets
    if pruned is not None:
        rows = pruned[:, 0][np.argsort(pruned[:, 1])]
        expected = len(names) + len(pruned)
        if not is_quantized or not np.array_equal(np.sort(pruned[:, 1]), np.arange(len(pruned))):
            raise file.error("dictionary", "the pruned buckets contradict each other")
    if matrix.shape[0] != expected:
        raise file.error("input", f"{matrix.shape[0]} rows, but {expected} words and buckets")
    if rows is None:
        rows = np.arange(buckets)  # as many as there are rows
    if not hashed:
        rows = rows[:0]
        matrix = matrix.take(np.arange(len(names)))
    table = Table(keys_of(names, rows, file.where), matrix)
    output, _ = file.matrix("output", is_quantized)
    if file.at != len(file.data):
        raise file.error("output", f"{len(file.data) - file.at} bytes follow it")
    if kind != SUPERVISED:
        return Model({TABLE: table}, None, (), features)
    if loss not in LOSSES or not labels:
        raise file.error("header", f"no labels, or loss {loss} is not known")
    if output.shape != (len(labels), matrix.shape[1]):
        raise file.error("output", f"shape {output.shape} does not fit labels and input")
    network = _network(LOSSES[loss], output, counts, file)
    # Of equal scores fastText answers the last label, we the first.
    return Model({TABLE: table}, network, tuple(reversed(labels)), features)


def _is_floret(file: File) -> bool:
    """Whether two more arguments, mode and hash count, stand before floret's last one."""
    head = bytes(file.data[8:96])
    if len(head) < 88:
        return False
    mode, hashes = struct.unpack_from("<2i", head, 44)
    sizes = [struct.unpack_from("<3i", head, at) for at in (56, 64)]
    fits = [words >= 0 and labels >= 0 and size == words + labels for size, words, labels in sizes]
    return fits == [False, True] and mode in (1, 2) and 1 <= hashes <= 4


def _features(arguments: tuple[int, ...], version: int, file: File) -> dict[str, Any]:
    """The description of the keys; buckets that no n-gram leads to are none."""
    words, _, kind, buckets, shortest, longest = arguments[5:11]
    if version == 11 and kind == SUPERVISED:
        longest = 0  # such models took no characters, whatever they say
    if kind != SUPERVISED:
        words = 1
    if longest <= 0 or shortest > longest:
        shortest = longest = 0
    if not 0 <= shortest <= longest <= MAX_N or not 1 <= words <= MAX_N or buckets < 0:
        raise file.error("header", "the lengths of the n-grams or the buckets are out of range")
    hashed = longest > 0 or words > 1
    if hashed and not buckets:
        raise file.error("header", "n-grams without buckets are out of range")
    lengths = {"shortest": shortest, "longest": longest, "words": words}
    return {"kind": "subwords", **lengths, "buckets": buckets * hashed}


def _network(loss: str, output: Matrix, counts: list[int], file: File) -> Network:
    if loss == "hierarchical-softmax":
        inner = output.take(np.arange(len(counts) - 1))  # the last row belongs to no node
        return Network("fasttext", {"loss": loss, "tree": _tree(counts, file)}, {OUTPUT: inner})
    backwards = output.take(np.arange(len(counts))[::-1])
    return Network("fasttext", {"loss": loss}, {OUTPUT: backwards})


def _tree(counts: list[int], file: File) -> str:
    """The picks of fastText's Huffman tree over the labels' counts; see `networks.fasttext`."""
    labels = len(counts)
    weights = counts + [UNMADE] * (labels - 1)
    leaf, inner = labels - 1, labels
    picks = ""
    for node in range(labels, 2 * labels - 1):
        total = 0
        for _ in range(2):
            if leaf >= 0 and weights[leaf] < weights[inner]:
                total, leaf = total + weights[leaf], leaf - 1
                picks += "0"
            else:
                total, inner = total + weights[inner], inner + 1
                picks += "1"
        if inner > node:
            raise file.error("dictionary", "the labels' counts make no tree")
        weights[node] = total
    digits = -(-len(picks) // 4)
    return f"{int(picks.ljust(4 * digits, '0'), 2):0{digits}x}" if digits else ""


def keys_of(words: list[bytes], buckets: NDArray[np.int64], where: str) -> Strings:
    """Words, then buckets; a word that no text can hold, no UTF-8 or like a bucket's key, in
    hexadecimal.
    """
    keys = KeyList()
    keys.extend([_key(word) for word in words])
    for at in range(0, len(buckets), 1 << 16):
        keys.extend([b" %d" % bucket for bucket in buckets[at : at + (1 << 16)].tolist()])
    return keys.finish(where, 1, "entries")


def _key(word: bytes) -> bytes:
    try:
        word.decode()
    except UnicodeDecodeError:
        return b" =" + word.hex().encode()
    return b" =" + word.hex().encode() if word.startswith(b" ") else word
