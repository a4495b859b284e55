"""The words of the format: names of tables, and what is known of each kind of network."""

from __future__ import annotations

from dataclasses import dataclass

FEATURES = "features"  # weights of n-grams or attributes, a column for each label
NORMS = "norms"  # beside them: inverse document frequencies of a vectorizer
EMBEDDINGS = "embeddings"  # rows of words
TANGENTS = "tangents"  # beside them: changes of words' rows, of an expansion
LINEAR, CRF, FASTTEXT, OVERLAY, TENSORS = "linear", "crf", "fasttext", "overlay", "tensors"
NEURAL = ("dan", "lstm", "bilstm", "cnn")
LINEARIZED = ("linearized-dan", "linearized-cnn")


@dataclass(frozen=True)
class Trait:
    """What holds for a kind of network.

    Attributes:
        table: Its main table, empty if it has none.
        texts: Whether it gives each label of a text a score.
        labelling: Whether the columns of the table are labels.
    """

    table: str = ""
    texts: bool = False
    labelling: bool = False


_TRAITS = {
    LINEAR: Trait(FEATURES, texts=True, labelling=True),
    CRF: Trait(FEATURES, labelling=True),
    OVERLAY: Trait(FEATURES, labelling=True),
    FASTTEXT: Trait(EMBEDDINGS, texts=True),
    **dict.fromkeys((*NEURAL, *LINEARIZED), Trait(EMBEDDINGS, texts=True)),
}


def trait(kind: str) -> Trait:
    """What holds for a kind; of one without network, or of an unknown one, nothing does."""
    return _TRAITS.get(kind, Trait())
