"""train --near: a CRF on new data, a step from the one that it replaces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

import numpy as np

from nlucompress.data.tagged import Tagged
from nlucompress.errors import DataError, UsageError
from nlucompress.format.indexes.kinds import Strings
from nlucompress.format.matrices import kinds as matrices
from nlucompress.format.model import Model, Network, Table, require_model
from nlucompress.format.names import FEATURES
from nlucompress.networks import overlays
from nlucompress.networks.crf import network as crf
from nlucompress.networks.crf.attributes import KIND
from nlucompress.networks.crf.template import LIMITS
from nlucompress.networks.linear import network as linear
from nlucompress.networks.tagger import Tagger
from nlucompress.options import Options, option
from nlucompress.progress import Progress
from nlucompress.stages.history import with_record
from nlucompress.stages.learn.train.crf import CrfOptions, train_crf
from nlucompress.stages.learn.train.near import points as near_points
from nlucompress.stages.learn.train.near.stage import STEP, NearOptions


@dataclass(frozen=True)
class NearCrfOptions(Options):
    """Options of ``train --near`` where the older model is a CRF, as of NearOptions and CrfOptions.

    Without ``step`` 0.65 to 0.85 is tried in steps of 0.05, with a bound of the flips 0 to 1;
    without development data it is 0.75.
    """

    title = NearOptions.title

    step: float | None = option(None, "Share of the change", kind=float, least=0, most=1)
    max_nfr: float | None = option(None, "Most flips of tokens", kind=float, least=0, most=1)
    min_count: int = option(1, "Leave out attributes of fewer training tokens", least=1)
    iterations: int = option(150, "Steps of the optimizer at most", least=1)


def train_near_crf(
    old: Model,
    tagged: Tagged,
    dev: Tagged | None = None,
    options: NearCrfOptions | None = None,
    progress: Progress | None = None,
) -> Model:
    """Train a CRF that replaces an older one, which may be quantized, packed or have overlays.

    The result is W_old + t (W_new - W_old) over the attributes and labels of both, where W_new are
    the weights of a CRF of the older one's features that ``train_crf`` makes. The development data
    choose t by the accuracy and the negative flips of tokens, as for linear models. Where the older
    one's keys are hashed, its weights are looked up for the attributes of the training data.

    Raises:
        UsageError: The older model is no CRF, or the options contradict each other.
        DataError: The data do not suffice, or a label of ``dev`` is in neither model.
    """
    require_model(old, overlays=True)
    options = options or NearCrfOptions()
    kind = old.network.kind if old.network else "tables only"
    if kind != crf.KIND:
        raise UsageError(f"--near: the older model is of kind {kind!r}, not crf")
    if options.max_nfr is not None and dev is None:
        raise UsageError("--max-nfr is a bound on the development data: give --dev")
    tagger = Tagger(old)
    features = old.features or {}
    own = {name: features[name] for name in LIMITS if name in features}
    counted = {"min_count": options.min_count, "iterations": options.iterations}
    chosen = CrfOptions(attributes=features["kind"] == KIND, **own, **counted)
    new = train_crf(tagged, dev, chosen, progress)
    labels = (*old.labels, *(label for label in new.labels if label not in set(old.labels)))
    known = {label for sentence in (dev.labels if dev else ()) for label in sentence}
    if not known <= set(labels):
        raise DataError(f"label {min(known - set(labels))!r} of the development data is unknown")
    between, figures = _between(old, new, tagger, tagged, labels)
    step = STEP if options.step is None else options.step
    if dev is not None:
        untreated, tried = _tried(tagger, between, dev, options)
        point = near_points.chosen(tried, untreated.accuracy, options.max_nfr)
        step = point.step
        figures["dev_accuracy"], figures["dev_nfr"] = point.accuracy, point.nfr
        figures["untreated"] = asdict(untreated)
        figures["front"] = [asdict(each) for each in near_points.front(tried)]
    told = {
        "near_l2": None,
        "near_l1": None,
        "step": step,
        **figures,
        "new_labels": list(labels[len(old.labels) :]),
        "gone_labels": sorted(set(old.labels) - set(new.labels)),
    }
    return with_record("train", options, old, between(step), told)


def _between(
    old: Model, new: Model, tagger: Tagger, tagged: Tagged, labels: tuple[str, ...]
) -> tuple[Callable[[float], Model], dict[str, Any]]:
    """The model of each step, and figures of what both have."""
    tables = overlays.tables_of(old, linear.table_of(old))
    table = linear.table_of(new)
    assert table.strings is not None
    asked = set(table.strings.decoded())
    for each in tables:
        if each.strings is not None:
            asked.update(each.strings.decoded())
        else:
            tokens = chain.from_iterable(map(tagger.tokens, tagged.sentences))
            asked.update(name for token in tokens for name, _ in token)
    candidates = sorted(asked)
    is_old, old_rows = overlays.rows_of(tables, candidates, len(old.labels))
    is_new, new_rows = overlays.rows_of([table], candidates, len(new.labels))
    kept = len(old.labels)
    at = np.array([labels.index(label) for label in new.labels], np.int64)
    before = np.zeros((len(candidates), len(labels)), np.float32)
    after = np.zeros_like(before)
    before[is_old, :kept] = old_rows
    after[np.ix_(np.flatnonzero(is_new), at)] = new_rows
    either = is_old | is_new
    keys = Strings.of(
        [key for key, found in zip(candidates, either.tolist(), strict=True) if found]
    )
    before, after = before[either], after[either]
    ways = [np.zeros((len(labels), len(labels)), np.float32) for _ in range(2)]
    ways[0][:kept, :kept] = crf.transitions_of(old)
    ways[1][np.ix_(at, at)] = crf.transitions_of(new)

    def model(step: float) -> Model:
        rows = near_points.mixed(step, before, after - before, kept)
        transitions = near_points.mixed(step, ways[0], ways[1] - ways[0], kept)
        transitions[kept:] = ways[1][kept:]
        return Model(
            {FEATURES: Table(keys, matrices.smaller(matrices.from_dense(rows)))},
            Network(crf.KIND, {}, {crf.TRANSITIONS: matrices.from_dense(transitions)}),
            labels,
            old.features,
        )

    counts = {"keys": len(keys), "new_keys": int((is_new & ~is_old).sum())}
    return model, {**counts, "changed_weights": int(np.count_nonzero(before != after))}


def _tried(
    tagger: Tagger, between: Callable[[float], Model], dev: Tagged, options: NearCrfOptions
) -> tuple[near_points.Point, list[near_points.Point]]:
    """The new model and every step to it, by the tokens of the development data."""

    def answers(each: Tagger) -> list[str]:
        return list(chain.from_iterable(each.tag(dev.sentences)))

    truth = list(chain.from_iterable(dev.labels))
    before, new = answers(tagger), answers(Tagger(between(1.0)))
    steps = near_points.USUAL if options.max_nfr is None else near_points.STEPS
    steps = steps if options.step is None else (options.step,)
    given = [(step, new if step == 1 else answers(Tagger(between(step)))) for step in steps]

    def points(of: list[tuple[float, list[str]]]) -> list[near_points.Point]:
        return near_points.points(0, (None, None), of, truth, before, new)

    return points([(1.0, new)])[0], points(given)
