"""Classifier: a model of any network kind as a function from texts to labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from nlucompress.errors import DataError, FormatError, UsageError
from nlucompress.format.arguments import require_list
from nlucompress.format.files import Readable, loaded
from nlucompress.format.model import Model, require_model
from nlucompress.io.mapped import refuse_lost
from nlucompress.networks import overlays
from nlucompress.networks.explanation import Explanation
from nlucompress.networks.tagger import is_tagger
from nlucompress.progress import told

Float64 = NDArray[np.float64]

# Network kind -> module and class that scores texts with it (imported when a model asks for it).
KINDS: dict[str, tuple[str, str]] = {
    "linear": ("linear.network", "Linear"),
    "dan": ("neural.network", "Neural"),
    "lstm": ("neural.network", "Neural"),
    "bilstm": ("neural.network", "Neural"),
    "cnn": ("neural.network", "Neural"),
    "linearized-dan": ("neural.linearized", "Linearized"),
    "linearized-cnn": ("neural.linearized", "Linearized"),
    "fasttext": ("fasttext.network", "FastText"),
}

# Texts and labels to the label of the best score of each: networks may have it, for speed.
Choose = Callable[[Sequence[str], tuple[str, ...]], list[str]]
BATCH_VALUES = 1 << 22  # scores and rows of a batch stay within some dozens of megabytes


@dataclass(frozen=True)
class Prediction:
    """Answer to one text.

    Attributes:
        labels: The best labels, best first.
        scores: Their scores: probabilities, or margins where the model was trained for them.
        known: Keys of the text that the model knows (or takes for known), if they were counted.
        unknown: Keys that it does not know, if they were counted.
    """

    labels: tuple[str, ...]
    scores: tuple[float, ...]
    known: int | None = None
    unknown: int | None = None


class Scorer(Protocol):
    """A network that scores texts; it is made from a model and checks that the parts fit."""

    def scores(self, texts: Sequence[str]) -> Float64:
        """Raw scores, shape (texts, labels)."""

    def link(self, scores: Float64) -> Float64:
        """Raw scores to what is shown, such as probabilities."""

    def known(self, texts: Sequence[str]) -> list[tuple[int, int]]:
        """Per text, how many keys the model knows (or takes for known) and how many not."""


@runtime_checkable
class Explained(Protocol):
    """A network whose scores are sums of parts, one per key."""

    def parts(self, text: str) -> tuple[Float64, list[str], Float64, list[str]]:
        """Bias, known keys, their parts in the scores (keys, labels), and unknown keys."""


class Classifier:
    """Classifies texts with a model, in memory or mapped from a file; nothing is unpacked."""

    def __init__(self, model: Model | Readable) -> None:
        """Prepare the network of a model, or of a model's file.

        Texts whose confidence, the score of their best label as it is shown, is below the model's
        threshold are answered by its label for unknown ones, if it has one.

        Raises:
            UsageError: The model has no network that classifies.
            FormatError: Its parts do not fit together.
            TypeError: It is nothing that a model can be read from.
        """
        model = self._model = loaded(model)
        require_model(model, overlays=True)
        overlays.refuse_alone(model)
        if model.network is None or model.network.kind == "tensors":
            raise UsageError("this model holds tables only and cannot classify; use `lookup`")
        if is_tagger(model):
            raise UsageError("this model tags the tokens of sentences; use `tag`")
        if model.network.kind not in KINDS:
            raise FormatError(f"unknown network kind {model.network.kind!r}; update nlucompress")
        if not model.labels:
            raise FormatError("the model has no labels")
        self.labels = model.labels
        self.unknown = model.unknown
        self._file = model.file
        module, name = KINDS[model.network.kind]
        network = getattr(import_module(f"nlucompress.networks.{module}"), name)
        self._network: Scorer = network(model)
        self._choose: Choose | None = getattr(self._network, "choose", None)

    def __reduce__(self) -> tuple[type[Classifier], tuple[Model]]:
        """Pickled and copied as its model."""
        return type(self), (self._model,)

    def scores(self, texts: Sequence[str]) -> Float64:
        """Raw scores before the link, shape (len(texts), labels).

        Raises:
            DataError: The model's features cannot read a text; the message has its number.
            TypeError: ``texts`` is one string, here and in the other functions.
        """
        try:
            batches = [self._network.scores(batch) for batch in self._batches(texts)]
        except DataError:
            for number, text in enumerate(texts, 1):
                try:
                    self._network.scores([text])
                except DataError as error:
                    raise DataError(f"text {number}: {error}") from None
            raise
        return np.concatenate([np.zeros((0, len(self.labels))), *batches])

    def _batches(self, texts: Sequence[str]) -> Iterator[Sequence[str]]:
        require_list(texts, "texts")
        size = max(1, min(512, BATCH_VALUES // len(self.labels) // 32))
        for begin in told("texts", range(0, len(texts), size)):
            refuse_lost(self._file)
            yield texts[begin : begin + size]

    def predict(self, texts: Sequence[str]) -> list[str]:
        """The answer to each text: its best label, of equal scores the earlier one, or unknown."""
        if self._choose is not None and self.unknown is None:
            require_list(texts, "texts")
            if len(texts) == 1:
                refuse_lost(self._file)
                return self._choose(texts, self.labels)
            batches = (self._choose(batch, self.labels) for batch in self._batches(texts))
            return [label for batch in batches for label in batch]
        scores = self.scores(texts)
        answers = [self.labels[best] for best in scores.argmax(axis=1)]
        if self.unknown is None:
            return answers
        unsure = (self._confidence(scores) < self.unknown.threshold).tolist()
        return [self.unknown.label if no else a for a, no in zip(answers, unsure, strict=True)]

    def confidence(self, texts: Sequence[str]) -> tuple[list[str], Float64]:
        """The best label of each text, and its score as it is shown, shape (len(texts),)."""
        scores = self.scores(texts)
        return [self.labels[best] for best in scores.argmax(axis=1)], self._confidence(scores)

    def shown(self, texts: Sequence[str]) -> Float64:
        """Scores as they are shown, shape (len(texts), labels): probabilities, or margins."""
        return self._network.link(self.scores(texts))

    def _confidence(self, scores: Float64) -> Float64:
        shown = self._network.link(scores)
        result: Float64 = shown[np.arange(len(shown)), scores.argmax(axis=1)]
        return result

    def explain(self, text: str) -> Explanation:
        """The part of each n-gram, or whatever the model's keys are, in each label's score.

        Raises:
            UsageError: The network is not linear, so that scores are no sums of parts.
            DataError: The model's features cannot read the text.
        """
        if not isinstance(self._network, Explained):
            raise UsageError("only of a linear model are the scores sums of the parts of its keys")
        bias, keys, parts, unknown = self._network.parts(text)
        scores = self.scores([text])[0]
        return Explanation(text, self.labels, bias, tuple(keys), parts, tuple(unknown), scores)

    def predictions(
        self, texts: Sequence[str], top: int = 1, count_keys: bool = False
    ) -> list[Prediction]:
        """The ``top`` best labels of each text with their scores, and the keys behind them.

        The answer to an unknown text stands before them, with the confidence that was too low.
        """
        result: list[Prediction] = []
        for batch in self._batches(texts):
            raw = self._network.scores(batch)
            counts: list[tuple[int, int]] | list[tuple[()]] = [()] * len(batch)
            if count_keys:
                counts = self._network.known(batch)
            shown = self._network.link(raw)
            # A stable sort of the negated scores keeps the earlier label first among equals.
            best = np.argsort(-raw, axis=1, kind="stable")[:, :top]
            for order, score, keys in zip(best, shown, counts, strict=True):
                names = [self.labels[label] for label in order]
                listed = score[order].tolist()
                if self.unknown is not None and listed[0] < self.unknown.threshold:
                    names = [self.unknown.label, *names][:top]
                    listed = [listed[0], *listed][:top]
                result.append(Prediction(tuple(names), tuple(listed), *keys))
        return result
