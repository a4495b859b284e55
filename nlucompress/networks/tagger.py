"""Tagger: a model as a function from sentences to a label for every token."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import FormatError, UsageError
from nlucompress.format.arguments import require_list
from nlucompress.format.files import Readable, loaded
from nlucompress.format.model import Model, require_model
from nlucompress.networks import overlays
from nlucompress.networks.crf import network as crf
from nlucompress.networks.crf.attributes import Token
from nlucompress.networks.crf.token_features import describes_tokens, token_features
from nlucompress.networks.linear import network as linear
from nlucompress.progress import told

Float64 = NDArray[np.float64]
Sentence = Sequence[str] | Sequence[Token]

BATCH_VALUES = 1 << 21  # weights that are looked up at once


def is_tagger(model: Model) -> bool:
    """Whether a model labels the tokens of sentences, not whole texts."""
    network = model.network
    return network is not None and (network.kind == crf.KIND or describes_tokens(model.features))


class Tagger:
    """Labels every token of a sentence: jointly (kind ``crf``) or alone (kind ``linear``).

    A sentence is a list of tokens, each a list of (attribute, value); or a list of strings, one
    per token, which the model's features read: words, or lines of attributes.
    """

    def __init__(self, model: Model | Readable) -> None:
        """Prepare the network of a model, or of a model's file.

        Raises:
            UsageError: The model does not tag tokens.
            FormatError: Its parts do not fit together.
            TypeError: It is nothing that a model can be read from.
        """
        model = self._model = loaded(model)
        require_model(model, overlays=True)
        overlays.refuse_alone(model)
        network = model.network
        if network is None or not is_tagger(model):
            raise UsageError("this model does not tag tokens; use `predict`")
        if not model.labels:
            raise FormatError("the model has no labels")
        self.labels = model.labels
        self._read = token_features(model.features or {})
        self._transitions: Float64 | None = None
        self._bounds: tuple[float, float] | None = None
        if network.kind == crf.KIND:
            self._tables = overlays.tables_of(model, linear.table_of(model))
            self._bias = np.zeros(len(model.labels))
            self._transitions = crf.transitions_of(model)
        elif network.kind == "linear":
            self._tables = overlays.tables_of(model, linear.table_of(model))
            self._bias, self._link = linear.bias_and_link(model)
            self._bounds = linear.bounds_of(model)
        else:
            raise FormatError(f"unknown network kind {network.kind!r} of a tagger")
        if model.unknown is not None:
            raise FormatError("only a classifier of texts has an answer to unknown ones")

    def __reduce__(self) -> tuple[type[Tagger], tuple[Model]]:
        """Pickled and copied as its model."""
        return type(self), (self._model,)

    def tag(self, sentences: Sequence[Sentence]) -> list[list[str]]:
        """The best labels of each sentence, one per token; of equal scores the earlier label."""
        return [
            [self.labels[best] for best in self._best(scores)] for scores in self.scores(sentences)
        ]

    def _best(self, scores: Float64) -> list[int]:
        if self._transitions is None:
            return [int(best) for best in scores.argmax(axis=1)]
        return [int(best) for best in crf.viterbi(scores, self._transitions)]

    def tagged(self, sentence: Sentence) -> tuple[list[str], Float64]:
        """The best labels of a sentence, and its marginals."""
        scores = self._sentence_scores(sentence)
        return [self.labels[best] for best in self._best(scores)], self._shown(scores)

    def marginals(self, sentences: Sequence[Sentence]) -> list[Float64]:
        """Probability of every label at every token, shape (tokens, labels) per sentence.

        For a model without transitions: the scores as its link shows them.
        """
        return [self._shown(scores) for scores in self.scores(sentences)]

    def _shown(self, scores: Float64) -> Float64:
        if self._transitions is None:
            return linear.linked(scores, self._link)
        return crf.marginals(scores, self._transitions)

    def scores(self, sentences: Sequence[Sentence]) -> list[Float64]:
        """Scores without transitions, shape (tokens, labels) per sentence.

        Raises:
            TypeError: A string stands where a list of sentences or of tokens is meant.
        """
        require_list(sentences, "sentences")
        return [self._sentence_scores(sentence) for sentence in told("sentences", sentences)]

    def _sentence_scores(self, sentence: Sentence) -> Float64:
        tokens = self.tokens(sentence)
        result = np.tile(self._bias, (len(tokens), 1))
        for begin, part in self._batches(tokens):
            self._add(part, result[begin : begin + len(part)])
        return linear.bounded(result, self._bounds)

    def tokens(self, sentence: Sentence) -> Sequence[Token]:
        """The tokens of a sentence, read if they are strings.

        Raises:
            TypeError: The sentence is one string.
        """
        require_list(sentence, "the tokens of a sentence")
        strings = [token for token in sentence if isinstance(token, str)]
        if len(strings) == len(sentence):
            return self._read(strings)
        return [token for token in sentence if not isinstance(token, str)]

    def _batches(self, tokens: Sequence[Token]) -> Iterator[tuple[int, Sequence[Token]]]:
        room = BATCH_VALUES // len(self.labels)
        begin, used = 0, 0
        for at, token in enumerate(tokens):
            if used and used + len(token) > room:
                yield begin, tokens[begin:at]
                begin, used = at, 0
            used += len(token)
        yield begin, tokens[begin:]

    def _add(self, tokens: Sequence[Token], scores: Float64) -> None:
        """Add the rows of the tokens' attributes times their values."""
        names = sorted({name for token in tokens for name, _ in token})
        known, rows = overlays.rows_of(self._tables, names, len(self.labels))
        found = (name for name, is_in in zip(names, known.tolist(), strict=True) if is_in)
        slots = {name: slot for slot, name in enumerate(found)}
        for score, token in zip(scores, tokens, strict=True):
            listed = [(slots[name], value) for name, value in token if name in slots]
            if listed:
                at, values = zip(*listed, strict=True)
                score += np.array(values) @ rows[list(at)]
