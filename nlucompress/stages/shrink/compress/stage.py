"""compress: the smallest file that keeps its promises on a development set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from nlucompress.data.examples import Examples
from nlucompress.data.tagged import Tagged
from nlucompress.errors import DataError, NluCompressError
from nlucompress.format import codec
from nlucompress.format.model import Model, require_model
from nlucompress.networks.classifier import Classifier
from nlucompress.networks.tagger import Tagger
from nlucompress.progress import tell, unheard
from nlucompress.stages.measure.evaluate.texts import require_known
from nlucompress.stages.shrink.compress.choices import space_of
from nlucompress.stages.shrink.compress.judge import Judge, Verdict
from nlucompress.stages.shrink.compress.measures import measure_of
from nlucompress.stages.shrink.compress.options import BEAM, TRIALS, CompressOptions
from nlucompress.stages.shrink.compress.pipeline import Pipeline
from nlucompress.stages.shrink.compress.report import Candidate, CompressReport, reported
from nlucompress.stages.shrink.compress.search import judged_all, search
from nlucompress.stages.shrink.compress.trials import Maker, Trial, Trials

OWN = "the model"  # what the model itself is called among its references


def compress(
    model: Model,
    dev: Examples | Tagged,
    references: Mapping[str, Model] | None = None,
    options: CompressOptions | None = None,
    name: str = OWN,
) -> tuple[Model | None, CompressReport]:
    """Find the smallest sealed model that meets gates on a development set.

    Candidates are pipelines of quantize, phash and pack. Where only ``max_size`` is a gate, the
    one that loses least is found instead: accuracy drop plus negative flips.

    Args:
        model: Trained or imported: its keys are strings.
        dev: Examples, or tagged sentences for a tagger; not those of the training.
        references: Further models, by name, that the gates compare with beside the model itself.
        options: See CompressOptions.
        name: What the model itself is called among the references.

    Returns:
        The sealed model, None if no candidate met the gates; and the figures of all. Those of the
        chosen one are of its file, read as any other.

    Raises:
        DataError: There are no examples, or no label of theirs is known to a model.
        UsageError: The model neither classifies nor tags.
        StageOrderError: It is hashed or sealed already.
    """
    require_model(model)
    options = options or CompressOptions()
    if not len(dev):
        raise DataError("the data hold no examples, so there is nothing to measure")
    space = space_of(model)
    measure = measure_of(model, dev)
    require_known(model, measure.truth)
    answered = {name: (model, _answers(name, model, dev))}
    for each, old in (references or {}).items():
        answered[each] = (old, _answers(each, old, dev))
    judge = Judge(model, measure, answered, options)
    most, best = TRIALS[options.effort], "searching"

    def told(trial: Trial) -> None:
        tell(best, len(trials.found) / most)

    def judged(verdict: Verdict) -> None:
        nonlocal best
        met = bool(verdict.met[verdict.order[0]])
        best = f"best {trials.found[verdict.order[0]].size:,} bytes" if met else "none meets yet"

    trials = Trials(model, space, measure, most, options.jobs, options.budget, told)
    verdict = search(trials, judge, BEAM[options.effort], options.gates.max_size, judged)
    with unheard():
        sealed, verdict = _confirmed(model, trials.found, judge, verdict, dev)
    return sealed, reported(model, judge, trials, verdict, options)


def _confirmed(
    model: Model, found: list[Trial], judge: Judge, verdict: Verdict, dev: Examples | Tagged
) -> tuple[Model | None, Verdict]:
    """The chosen model as its file is read, with figures that are those of the file.

    Candidates are measured before they are sealed, by a quicker way. Where the file differs its own
    bytes and answers replace those, and the choice is made again.
    """
    numbers = {label: at for at, label in enumerate(model.answers)}
    read: dict[int, Model] = {}
    maker = Maker(model)
    while verdict.met[best := verdict.order[0]]:
        if best in read:
            return read[best], verdict
        file = codec.to_bytes(maker.made(found[best].steps))
        read[best] = codec.parse(file)
        given = _answers("the packed file", read[best], dev)
        answers = np.array([numbers[each] for each in given], np.int64)
        if len(file) == found[best].size and np.array_equal(answers, found[best].answers):
            continue
        found[best] = replace(found[best], size=len(file), answers=answers)
        verdict = judged_all(judge, found)
    return None, verdict


def by_preset(model: Model, name: str) -> tuple[Model, Pipeline]:
    """A sealed model by one of ``options.PRESETS``, and its pipeline.

    Raises:
        StageOrderError: The model is hashed or sealed already.
    """
    require_model(model)
    steps = space_of(model).preset(name)
    return Maker(model).made(steps), steps


def _answers(name: str, model: Model, dev: Examples | Tagged) -> list[str]:
    """A reference's labels, one behind the other."""
    try:
        if isinstance(dev, Tagged):
            return [label for labels in Tagger(model).tag(dev.sentences) for label in labels]
        return Classifier(model).predict(dev.texts)
    except NluCompressError as error:
        raise type(error)(f"{name}: {error}") from None


__all__ = ["Candidate", "CompressOptions", "CompressReport", "by_preset", "compress"]
