"""Functions that use a model: predict, tag, embed, lookup, export."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlucompress.api.keywords import chosen, takes
from nlucompress.api.sources import Source, model_of
from nlucompress.exporters.formats import Files
from nlucompress.networks.classifier import Classifier, Prediction
from nlucompress.networks.tagger import Sentence, Tagger
from nlucompress.stages.export import ExportOptions


def predict(
    model: Source, texts: Sequence[str], top: int = 1, count_keys: bool = False
) -> list[Prediction]:
    """The ``top`` best labels of each text with their scores.

    For many calls make a ``Classifier`` once. ``count_keys`` tells how many features are known.

    Raises:
        UsageError: The model does not classify.
        DataError: The model's features cannot read a text.
    """
    return Classifier(model_of(model)).predictions(texts, top, count_keys)


def tag(model: Source, sentences: Sequence[Sentence]) -> list[list[str]]:
    """The best label of every token of every sentence; ``Tagger`` has the probabilities too.

    Raises:
        UsageError: The model does not tag.
    """
    return Tagger(model_of(model)).tag(sentences)


def embed(model: Source, texts: Sequence[str]) -> NDArray[np.float32]:
    """The representation of each text by a neural network, shape (texts, width).

    Raises:
        UsageError: The model has no representations.
    """
    from nlucompress.networks.neural.network import representing

    # Adding zero leaves no -0.0.
    return representing(model_of(model), "model").embed(texts).astype(np.float32) + np.float32(0)


def lookup(
    model: Source, keys: Sequence[str], table: str | None = None
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """The rows of keys, shape (keys, columns), zeros for unknown ones; and which are known.

    In a model of fastText the keys are words, and unseen words have a row by their parts.

    Raises:
        UsageError: There is no such table, or there are several and none is named.
    """
    from nlucompress.networks.fasttext.subwords import describes_subwords, word_vectors

    read = model_of(model)
    if describes_subwords(read.features):
        rows, known = word_vectors(read, keys)
        return rows, np.array(known, np.bool_)
    chosen_table = read.table(table)
    return chosen_table.lookup(keys), chosen_table.find(keys) >= 0


@takes(ExportOptions)
def export(model: Source, options: ExportOptions | None = None, **keywords: Any) -> Files:
    """A model in the format of another program: ``export(model, to="word2vec")``.

    Returns:
        Its bytes in pieces; of model2vec, those of every file by name.

    Raises:
        UsageError: The options do not fit the model, or the table is hashed and ``keys`` is None.
        DataError: The format cannot hold a key or a number.
    """
    from nlucompress.stages.export import export as stage

    return stage(model_of(model), chosen(ExportOptions, options, keywords))


def write_export(files: Files, path: str | os.PathLike[str], overwrite: bool = False) -> int:
    """Write what ``export`` gave to a file, or to a folder where it is several; returns bytes.

    Raises:
        OutputError: It cannot be written.
        ExistingFileError: The file or folder is there, and ``overwrite`` is not told.
    """
    from nlucompress.format.files import refuse_existing, write_atomically
    from nlucompress.io.folders import write_folder

    refuse_existing(path, overwrite)
    if isinstance(files, Mapping):
        return write_folder(os.fspath(path), files)
    size = 0

    def counted() -> Any:
        nonlocal size
        for piece in files:
            size += len(piece)
            yield piece

    write_atomically(path, counted())
    return size
