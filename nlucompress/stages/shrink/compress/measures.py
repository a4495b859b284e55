"""What a candidate answers to the development set: its texts are read once for all candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nlucompress.data.examples import Examples
from nlucompress.data.tagged import Tagged
from nlucompress.format import codec
from nlucompress.format.indexes.static_keys import Hashes
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.model import Model, Table
from nlucompress.networks.classifier import Classifier
from nlucompress.networks.crf import network as crf
from nlucompress.networks.linear import closure
from nlucompress.networks.linear import network as linear
from nlucompress.networks.linear.vectorizer import KIND as VECTORIZER
from nlucompress.networks.tagger import Tagger

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]


class Measure(Protocol):
    """Answers of models that differ in their tables only.

    ``truth`` are the labels that were to be found, ``units`` says to which unit each belongs:
    an example of its own, or a sentence.
    """

    truth: Sequence[str]
    units: Int64

    def answers(self, hashed: Model, file: bytes) -> Int64:
        """Number of the answer, of ``model.answers``, to each, shape (len(truth),).

        Args:
            hashed: Before it is packed.
            file: The packed file.
        """


def measure_of(model: Model, dev: Examples | Tagged) -> Measure:
    """The quickest measure that fits a model.

    Raises:
        UsageError: The model neither classifies nor tags.
        FormatError: Its parts do not fit together.
    """
    if isinstance(dev, Tagged):
        return Tokens(model, dev)
    Classifier(model)  # checks that the parts fit together
    kind = (model.features or {}).get("kind")
    plain = model.network is not None and model.network.kind == "linear" and kind != VECTORIZER
    return LinearTexts(model, dev) if plain and model.unknown is None else Texts(model, dev)


class Texts:
    """Texts, by any classifier: every candidate reads them anew."""

    def __init__(self, model: Model, dev: Examples) -> None:
        """Keep the examples, and what the model can answer."""
        self.truth: Sequence[str] = dev.labels
        self.units = np.arange(len(dev))
        self._texts = dev.texts
        self._numbers = {label: at for at, label in enumerate(model.answers)}

    def answers(self, hashed: Model, file: bytes) -> Int64:
        """Answers of the packed file."""
        answers = Classifier(codec.parse(file)).predict(self._texts)
        return np.array([self._numbers[answer] for answer in answers], np.int64)


def _answering(hashed: Model, file: bytes) -> Model:
    """The model that answers as the packed file does, and soonest.

    Before it is packed, a static function still has the hashes of its keys, and so no unseen key
    passes for a known one.
    """
    static = any(isinstance(table.keys, Hashes) for table in hashed.tables.values())
    return codec.parse(file) if static else hashed


class Keyed:
    """Weighted keys as a sparse matrix, which times a table of weights gives the scores."""

    def __init__(self, weights: Sequence[Sequence[tuple[str, float]]]) -> None:
        """Number the keys.

        Args:
            weights: Of each text or token the keys with their weights; of one that is listed
                twice the sum counts.
        """
        from scipy.sparse import csr_matrix

        self.keys = sorted({key for each in weights for key, _ in each})
        numbers = {key: at for at, key in enumerate(self.keys)}
        starts = np.cumsum([0, *map(len, weights)])
        columns = np.array([numbers[key] for each in weights for key, _ in each], np.int64)
        values = np.array([weight for each in weights for _, weight in each], np.float64)
        shape = (len(weights), len(self.keys))
        self._matrix: csr_matrix = csr_matrix((values, columns, starts), shape=shape)
        self._matrix.sum_duplicates()
        self._asked: tuple[Mapping[str, Any], closure.Asked] | None = None

    def scores(self, model: Model) -> Float64:
        """Sum of the rows of a model's table of weights, shape (texts or tokens, labels)."""
        from scipy.sparse import csr_matrix

        table = linear.table_of(model)
        index = self._found(table, model.features)
        known = index >= 0
        x = self._matrix[:, known]
        if isinstance(table.matrix, matrices.Sparse):
            rows, columns, values = matrices.values_of(table.matrix)
            entries = (values.astype(np.float64), (rows, columns))
            found: csr_matrix = csr_matrix(entries, shape=table.matrix.shape)[index[known]]
            result: Float64 = (x @ found).toarray()
            return result
        return np.asarray(x @ table.matrix.rows(index[known]).astype(np.float64))

    def _found(self, table: Table, features: Mapping[str, Any] | None) -> Int64:
        """Row of each key; what tables of the same features are asked for is taken apart once."""
        if not closure.by_parts(features, table):
            return table.find(self.keys)
        if self._asked is None or self._asked[0] != features:
            self._asked = (features, closure.Asked(features, self.keys))
        return self._asked[1].find(table)


class LinearTexts:
    """Texts by linear models over n-grams or pairs."""

    def __init__(self, model: Model, dev: Examples) -> None:
        """Read the texts once.

        Raises:
            DataError: The model's features cannot read a text.
        """
        self.truth: Sequence[str] = dev.labels
        self.units = np.arange(len(dev))
        weigh = linear.weights_of(model)
        self._keyed = Keyed([list(each.items()) for each in weigh(dev.texts)])

    def answers(self, hashed: Model, file: bytes) -> Int64:
        """Answers by the table before it is packed, or as ``_answering`` says."""
        model = _answering(hashed, file)
        bias, _ = linear.bias_and_link(model)
        scores = linear.bounded(self._keyed.scores(model) + bias, linear.bounds_of(model))
        found: Int64 = scores.argmax(axis=1)
        return found


class Tokens:
    """Tokens of sentences, by taggers: jointly or each alone."""

    def __init__(self, model: Model, dev: Tagged) -> None:
        """Read the sentences once.

        Raises:
            UsageError: The model does not tag tokens.
            FormatError: Its parts do not fit together.
        """
        tagger = Tagger(model)
        sentences = [tagger.tokens(sentence) for sentence in dev.sentences]
        lengths = [len(sentence) for sentence in sentences]
        self.truth: Sequence[str] = [label for labels in dev.labels for label in labels]
        self.units = np.repeat(np.arange(len(lengths)), lengths)
        self._ends = np.cumsum(lengths)
        self._keyed = Keyed([token for sentence in sentences for token in sentence])

    def answers(self, hashed: Model, file: bytes) -> Int64:
        """Answers by the table before it is packed, or as ``_answering`` says."""
        hashed = _answering(hashed, file)
        scores = self._keyed.scores(hashed)
        if hashed.network is None or hashed.network.kind != crf.KIND:
            bias, _ = linear.bias_and_link(hashed)
            scores = linear.bounded(scores + bias, linear.bounds_of(hashed))
            found: Int64 = scores.argmax(axis=1)
            return found
        transitions = crf.transitions_of(hashed)
        sentences = np.split(scores, self._ends[:-1])
        return np.concatenate([crf.viterbi(each, transitions) for each in sentences])
