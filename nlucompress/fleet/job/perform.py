"""One model through a recipe."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone

from nlucompress.algo.hashing import murmur
from nlucompress.errors import DataError, NluCompressError
from nlucompress.fleet.job.case import Case
from nlucompress.fleet.job.item import Item, Limits
from nlucompress.fleet.job.limits import limit_memory, time_limit
from nlucompress.fleet.job.measuring import measured
from nlucompress.fleet.job.row import Row, Source
from nlucompress.fleet.recipe.recipe import Recipe
from nlucompress.fleet.recipe.searching import NothingMetError, searched
from nlucompress.fleet.recipe.steps import COMPRESS
from nlucompress.format import codec, files
from nlucompress.format.model import Model
from nlucompress.io import addresses
from nlucompress.version import VERSION


def perform_batch(
    items: Sequence[Item], recipe: Recipe, limits: Limits, version: str = VERSION
) -> list[Row]:
    """Models one after the other on one thread; what is wrong with one is told in its row.

    Raises:
        DataError: This process has another version of nlucompress than the one that asks.
    """
    from threadpoolctl import threadpool_limits

    if version != VERSION:
        raise DataError(f"a worker has nlucompress {VERSION}, but {version} asks: make them equal")
    limit_memory(limits.memory)
    with threadpool_limits(limits=1):
        return [perform(item, recipe, limits) for item in items]


def perform(item: Item, recipe: Recipe, limits: Limits | None = None) -> Row:
    """One model through a recipe; its output is written if it meets the gates."""
    limits = limits or Limits()
    start = time.perf_counter()
    try:
        with time_limit(limits.seconds):
            row = _performed(item, recipe)
    except MemoryError:
        row = _failed(item, recipe, "not enough memory for this model")
    except (NluCompressError, OSError) as error:
        row = _failed(item, recipe, str(error))
    except Exception as error:  # a defect must not end the others
        row = _failed(item, recipe, f"defect: {type(error).__name__}: {error}")
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    return dataclasses.replace(row, seconds=round(time.perf_counter() - start, 6), time=now)


def _failed(item: Item, recipe: Recipe, reason: str) -> Row:
    return Row(item.name, "failed", recipe.digest, error=" ".join(reason.split()))


def _performed(item: Item, recipe: Recipe) -> Row:
    stamps = {role: addresses.stamp_of(path) for role, path in item.sources.items()}
    contents: dict[str, memoryview] = {}
    sources: dict[str, Source] = {}
    for role, path in item.sources.items():
        contents[role] = files.read_bytes(path)
        sources[role] = Source(murmur.digest(contents[role]), stamps[role] or "")
    if (before := _unchanged(item, recipe, sources)) is not None:
        return dataclasses.replace(before, sources=sources)
    case = Case(item.sources, contents)
    others = [sources[role].digest for role in ("data", "reference") if role in sources]
    chain = recipe.chain(sources["model"].digest, others)
    row = Row(item.name, "missed", recipe.digest, sources, made=chain[-1])
    data = _written_before(item, chain[-1])
    try:
        if data is None:
            data = codec.to_bytes(_made(item, recipe, case, chain))
    except NothingMetError as nothing:
        return dataclasses.replace(row, figures=nothing.figures, gates=nothing.gates)
    # What is measured is what is written: read from the very bytes.
    figures, gates = measured(recipe, case, codec.parse(data))
    row = dataclasses.replace(row, figures=figures, gates=gates)
    if not all(gate["met"] for gate in gates):
        return row
    files.write_whole(item.output, [data], item.staging)
    output = Source(murmur.digest(data), addresses.stamp_of(item.output) or "")
    return dataclasses.replace(row, status="done", output=output)


def _unchanged(item: Item, recipe: Recipe, sources: Mapping[str, Source]) -> Row | None:
    """What an earlier run said, if it was asked the same and its output still stands."""
    before = item.before
    if before is None or before.status == "failed" or before.recipe != recipe.digest:
        return None
    then = {role: source.digest for role, source in before.sources.items()}
    if then != {role: source.digest for role, source in sources.items()}:
        return None
    if before.output is not None and before.output.stamp != addresses.stamp_of(item.output):
        return None
    return before


def _written_before(item: Item, made: str) -> bytes | None:
    """The output of an earlier run, if what decides it is the same: only gates or data changed."""
    before = item.before
    if before is None or before.made != made or before.output is None:
        return None
    try:
        data = bytes(files.read_bytes(item.output))
    except NluCompressError:
        return None
    return data if murmur.digest(data) == before.output.digest else None


def _made(item: Item, recipe: Recipe, case: Case, chain: Sequence[str]) -> Model:
    """The model behind all stages, from the last of them whose result was kept."""
    kept = [addresses.joined(item.stages, f"{each}.nlu") for each in chain] if item.stages else []
    model, first = case.original, 0
    for number in range(len(kept), 0, -1):
        if addresses.stamp_of(kept[number - 1]) is not None:
            try:
                model, first = files.load(kept[number - 1]), number
                break
            except NluCompressError:  # damaged: made anew
                continue
    for number in range(first, len(chain)):
        step = recipe.steps[number]
        if step.stage == COMPRESS:
            model = searched(step.options, recipe.gates, case, model)
        else:
            model = step.apply(model)
        if kept:
            files.write_whole(kept[number], [codec.to_bytes(model)], item.staging)
    return model
