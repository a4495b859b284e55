"""fastText's classifiers: the mean of a text's rows, one matrix, and a loss that says what its
products mean (Joulin et al. 2017, Bag of Tricks for Efficient Text Classification).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.algo.hashing import murmur
from nlucompress.errors import FormatError
from nlucompress.format.model import Model
from nlucompress.format.names import EMBEDDINGS
from nlucompress.networks.fasttext.subwords import Subwords, means
from nlucompress.networks.linear.network import softmax

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]

OUTPUT = "output"
LOSSES = ("softmax", "hierarchical-softmax", "one-vs-all")
FLOOR = 1e-5  # added to a probability before its logarithm is taken
BOUND, STEPS = 8, 512  # of the tabulated sigmoid of ``one-vs-all``


@dataclass(frozen=True)
class Tree:
    """The binary tree of a hierarchical softmax: node l < labels is a leaf.

    Attributes:
        children: int64, shape (labels - 1, 2): left and right child of node labels + i.
    """

    children: Int64

    @classmethod
    def parse(cls, picks: str, labels: int) -> Tree:
        """Read the picks that made a Huffman tree, as hexadecimal digits, highest bit first.

        Every inner node picks its left child and its right one: a 0 the last leaf that is left, a 1
        the first inner node that is.

        Raises:
            FormatError: They make no tree of so many labels.
        """
        count = 2 * (labels - 1)
        digits = -(-count // 4)
        wrong = FormatError(f"network: the tree is not one of {labels} labels")
        if len(picks) != digits or not set(picks) <= set("0123456789abcdef"):
            raise wrong
        bits = "".join(f"{int(digit, 16):04b}" for digit in picks)
        if "1" in bits[count:]:
            raise wrong
        children = []
        leaf, inner = labels - 1, labels
        for number, bit in enumerate(bits[:count]):
            if bit == "0":
                children.append(leaf)
                leaf -= 1
            else:
                children.append(inner)
                inner += 1
            if leaf < -1 or inner > labels + number // 2:
                raise wrong
        return cls(np.array(children, np.int64).reshape(-1, 2))

    def log_probabilities(self, products: Float64) -> Float64:
        """Logarithms, shape (texts, labels), from products with the inner nodes' vectors."""
        labels = len(self.children) + 1
        result = np.zeros((len(products), 2 * labels - 1))
        right = 1 / (1 + np.exp(-np.clip(products, -700, 700)))
        for inner in range(labels - 2, -1, -1):  # parents come last
            left_child, right_child = self.children[inner]
            above = result[:, labels + inner]
            result[:, left_child] = above + np.log(1 - right[:, inner] + FLOOR)
            result[:, right_child] = above + np.log(right[:, inner] + FLOOR)
        return result[:, :labels]


class FastText:
    """Scores of a model of kind ``fasttext``: logarithms of probabilities, as fastText has them.

    Of labels with one score fastText takes the last; labels stand in the reverse order here.
    """

    def __init__(self, model: Model) -> None:
        """Check that table, output and labels fit together.

        Raises:
            FormatError: They do not.
        """
        network = model.network
        if network is None or EMBEDDINGS not in model.tables or set(network.tensors) != {OUTPUT}:
            raise FormatError(
                f"a fastText model needs a table {EMBEDDINGS!r} and a tensor {OUTPUT!r}"
            )
        self._table = model.tables[EMBEDDINGS]
        self._split = Subwords.parse(model.features or {})
        self._loss, self._tree = _settings(network.settings, len(model.labels))
        self._labels = frozenset(murmur.encode_key(label) for label in model.labels)
        output = network.tensors[OUTPUT]
        rows = len(model.labels) - (self._tree is not None)
        if output.shape != (rows, self._table.matrix.shape[1]):
            raise FormatError(f"tensor {OUTPUT!r} does not fit the labels and the table")
        self._output = output.rows(np.arange(rows)).astype(np.float64)

    def known(self, texts: Sequence[str]) -> list[tuple[int, int]]:
        """Per text, how many keys the table knows (or takes for known) and how many not."""
        split = self._keys(texts)
        found = [int((self._table.find(keys) >= 0).sum()) for keys in split]
        return [(some, len(keys) - some) for some, keys in zip(found, split, strict=True)]

    def scores(self, texts: Sequence[str]) -> Float64:
        """Logarithms of probabilities, shape (texts, labels)."""
        mean, _ = means(self._table, self._keys(texts))
        products = mean.astype(np.float64) @ self._output.T
        if self._tree is not None:
            return self._tree.log_probabilities(products)[:, ::-1]
        likely = softmax(products) if self._loss == "softmax" else _tabulated(products)
        result: Float64 = np.log(likely + FLOOR)
        return result

    def _keys(self, texts: Sequence[str]) -> list[list[str]]:
        return [self._split.text(text, self._labels, self._is_word) for text in texts]

    def _is_word(self, word: str) -> bool:
        return bool(self._table.find([word])[0] >= 0)

    def link(self, scores: Float64) -> Float64:
        """Scores to probabilities."""
        result: Float64 = np.exp(scores)
        return result


def _settings(settings: Any, labels: int) -> tuple[str, Tree | None]:
    loss = settings.get("loss")
    if loss not in LOSSES or set(settings) != {"loss", *(("tree",) if "tree" in settings else ())}:
        raise FormatError(f"unknown settings of the network: {str(dict(settings))[:80]}")
    if (loss == "hierarchical-softmax") != isinstance(settings.get("tree"), str):
        raise FormatError("network: a hierarchical softmax has a tree, and only it")
    return loss, Tree.parse(settings["tree"], labels) if "tree" in settings else None


def _tabulated(products: Float64) -> Float64:
    """The sigmoid in 512 steps between -8 and 8, as fastText trains and answers with it."""
    with np.errstate(over="ignore"):
        products = products.astype(np.float32).astype(np.float64)
    # The sum is one of binary32: of products near zero it is 8 itself.
    above = (np.clip(products, -BOUND, BOUND) + BOUND).astype(np.float32).astype(np.float64)
    step = np.floor(above * STEPS / BOUND / 2)
    inside = 1 / (1 + np.exp(-(step * 2 * BOUND / STEPS - BOUND)))
    result: Float64 = np.where(products < -BOUND, 0.0, np.where(products > BOUND, 1.0, inside))
    return result
