"""What a tagger learns from the taggers that it replaces: their expected labels and pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlucompress.data.tagged import Tagged
from nlucompress.errors import UsageError
from nlucompress.format.model import Model
from nlucompress.networks.crf import network as crf_network
from nlucompress.networks.tagger import Tagger
from nlucompress.stages.learn.finetune.teaching import LinearFinetuneOptions
from nlucompress.training.crf import lattice
from nlucompress.training.crf.fit import Teacher

Float64 = NDArray[np.float64]


def crf_teacher_of(
    model: Model, tagged: Tagged, references: Sequence[Model], options: LinearFinetuneOptions
) -> Teacher | None:
    """Expectations of the references over the sentences, or None where none are asked.

    Sentences with a label that a reference does not know do not count for it.

    Raises:
        UsageError: A reference is no CRF or has a label that the model lacks; or margins are asked.
    """
    if options.distill == "none":
        return None
    if options.distill == "margin" or options.temperature != 1:
        raise UsageError("a CRF is distilled plain or focal, by the divergence of its labellings")
    lengths = np.array([len(each) for each in tagged.labels], np.int64)
    count = len(model.labels)
    weights, entropy = np.zeros(len(lengths)), 0.0
    states, pairs = np.zeros((int(lengths.sum()), count)), np.zeros((count, count))
    for reference in references:
        places = _places(model, reference)
        mine = _weights(reference, tagged, options) / len(references)
        scores = np.concatenate(Tagger(reference).scores(tagged.sentences))
        transitions = crf_network.transitions_of(reference)
        for sentences, tokens in lattice.batches(lengths, len(reference.labels)):
            total, expected, counted = lattice.expectations(
                scores[tokens], transitions, mine[sentences]
            )
            entropy += total - float(np.einsum("ijk,ijk->", expected, scores[tokens]))
            entropy -= float(np.einsum("ij,ij->", counted, transitions))
            states[np.ix_(tokens.reshape(-1), places)] += expected.reshape(-1, len(places))
            pairs[np.ix_(places, places)] += counted
        weights += mine
    return Teacher(weights, states, pairs, entropy)


def _places(model: Model, reference: Model) -> NDArray[np.int64]:
    network = reference.network
    if network is None or network.kind != crf_network.KIND:
        raise UsageError("the reference is not a conditional random field, as the model is")
    place = {label: at for at, label in enumerate(model.labels)}
    for label in reference.labels:
        if label not in place:
            raise UsageError(f"the reference has a label that the model lacks: {label!r}")
    return np.array([place[label] for label in reference.labels], np.int64)


def _weights(reference: Model, tagged: Tagged, options: LinearFinetuneOptions) -> Float64:
    """lambda (alpha + beta share of tokens that the reference gets right), shape (sentences,)."""
    assert options.lambda_ is not None  # settled
    beta = options.beta if options.distill == "focal" else 0.0
    known = set(reference.labels)
    answers = Tagger(reference).tag(tagged.sentences) if beta else tagged.labels
    return np.array(
        [
            options.lambda_ * (options.alpha + beta * float(np.mean(np.equal(found, labels))))
            if known.issuperset(labels)
            else 0.0
            for found, labels in zip(answers, tagged.labels, strict=True)
        ]
    )
