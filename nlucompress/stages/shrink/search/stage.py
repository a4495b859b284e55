"""search: the cheapest student whose queries do nearly as well in a large model's gallery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nlucompress.data.examples import Examples
from nlucompress.errors import StageOrderError
from nlucompress.format import codec
from nlucompress.format.model import Model, require_model
from nlucompress.format.names import EMBEDDINGS
from nlucompress.networks.neural.network import Neural, representing
from nlucompress.progress import Progress, unheard
from nlucompress.stages.measure.evaluate.gallery import Task
from nlucompress.stages.measure.reported import Reported
from nlucompress.stages.shrink.search.students import SearchOptions, Students


@dataclass(frozen=True)
class Candidate:
    """A student that was tried.

    Attributes:
        width, rank, bits: What it is.
        size_bytes: Of its packed file.
        top1: Its queries in the large model's gallery.
        drop: By how much that is below the large model's queries; may be negative.
    """

    width: int
    rank: int
    bits: int
    size_bytes: int
    top1: float
    drop: float
    met: bool


@dataclass(frozen=True)
class SearchReport(Reported):
    """Outcome; rates are fractions of the development set.

    Attributes:
        large_top1: The large model's queries in its own gallery, the training data.
        large_bytes: Size of its file.
        candidates: Students in the order of their trial; the last one met the bound, if any.
    """

    large_top1: float
    large_bytes: int
    candidates: tuple[Candidate, ...]


def search(
    large: Model,
    examples: Examples,
    dev: Examples,
    options: SearchOptions | None = None,
    progress: Progress | None = None,
    tried: Callable[[Candidate], None] | None = None,
) -> tuple[Model | None, SearchReport]:
    """Train students, from the smallest up, until one holds the bound.

    Their order is that of their bytes before any training.

    A student of the large model's network and width begins as that; another is trained over its
    table, with a projection into its space. Then the table is factorized, everything quantized,
    trained on in the large model's space, hashed and packed. The gallery is the training data,
    embedded by the large model; the development set asks.

    Args:
        large: Model whose gallery is asked, with its keys as strings.
        examples: Training data.
        dev: Development data.
        options: See SearchOptions.
        progress: Called with what is done and the share of it that is.
        tried: Called with each student as soon as it was measured.

    Returns:
        The packed student, or None if none held the bound; and the figures.

    Raises:
        UsageError: The model has no representations.
        StageOrderError: It is hashed, quantized, factorized or sealed.
        DataError: A label of the data is unknown to the model.
    """
    require_model(large)
    options = options or SearchOptions()
    network = representing(large, "large model")
    if large.sealed or large.tables[EMBEDDINGS].strings is None:
        raise StageOrderError("the large model's keys are hashed: search with it before phash")
    task = Task(dev, examples)
    gallery = network.embed(examples.texts)
    top1 = task.found(gallery, network.embed(dev.texts)).top1
    students = Students(large, network, examples, dev, options, progress)
    found: list[Candidate] = []
    chosen = None
    for at, (width, rank, bits) in enumerate(students.plans):
        student = students.student(at)
        with unheard():
            reached = task.found(gallery, Neural(student).embed(dev.texts)).top1
        met = top1 - reached <= options.max_drop + 1e-12
        found.append(
            Candidate(width, rank, bits, codec.size(student), reached, top1 - reached, met)
        )
        if tried is not None:
            tried(found[-1])
        if met:
            chosen = student
            break
    return chosen, SearchReport(top1, codec.size(large), tuple(found))
