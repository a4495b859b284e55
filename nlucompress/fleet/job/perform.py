"""One model through a recipe."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from nlucompress.algo.hashing import murmur
from nlucompress.errors import DataError, NluCompressError
from nlucompress.fleet.job.item import Item, Limits
from nlucompress.fleet.job.limits import limit_memory, time_limit
from nlucompress.fleet.job.row import Row, Source, Status
from nlucompress.fleet.recipe.recipe import Recipe
from nlucompress.format import addresses, codec, files
from nlucompress.format.model import Model
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
    original = _parsed(item.sources["model"], contents["model"])
    data = codec.to_bytes(_made(item, recipe, original, sources["model"].digest))
    # What is measured is what is written: read from the very bytes.
    made = codec.parse(data)
    figures, gates = _measured(item, recipe, original, made, contents)
    status: Status = "done" if all(gate["met"] for gate in gates) else "missed"
    output = None
    if status == "done":
        files.write_whole(item.output, [data], item.staging)
        output = Source(murmur.digest(data), addresses.stamp_of(item.output) or "")
    return Row(item.name, status, recipe.digest, sources, output, figures, gates)


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


def _parsed(path: str, content: memoryview) -> Model:
    try:
        return codec.parse(content)
    except NluCompressError as error:
        raise type(error)(f"{path}: {error}") from None


def _made(item: Item, recipe: Recipe, model: Model, digest: str) -> Model:
    """The model behind all stages, from the last of them whose result was kept."""
    chain = recipe.chain(digest)
    kept = [addresses.joined(item.stages, f"{each}.nlu") for each in chain] if item.stages else []
    first = 0
    for number in range(len(kept), 0, -1):
        if addresses.stamp_of(kept[number - 1]) is not None:
            try:
                model, first = files.load(kept[number - 1]), number
                break
            except NluCompressError:  # damaged: made anew
                continue
    for number in range(first, len(chain)):
        model = recipe.steps[number].apply(model)
        if kept:
            files.write_whole(kept[number], [codec.to_bytes(model)], item.staging)
    return model


def _measured(
    item: Item, recipe: Recipe, original: Model, made: Model, contents: Mapping[str, memoryview]
) -> tuple[dict[str, float], tuple[dict[str, Any], ...]]:
    """Figures, and the outcomes of the gates, against the reference or the model itself."""
    from nlucompress.stages.evaluate.gates import within_size

    size = codec.size(made)
    figures: dict[str, float] = {"size_before": codec.size(original), "size_after": size}
    if "data" not in contents:
        gates = within_size(recipe.gates.max_size, size)
        return figures, tuple(map(dataclasses.asdict, gates))
    reference = original
    if "reference" in contents:
        reference = _parsed(item.sources["reference"], contents["reference"])
    report = _evaluated(item, recipe, reference, made, bytes(contents["data"]))
    old = report.references[0]
    figures |= {
        "examples": old.examples,
        "accuracy": report.accuracy,
        "accuracy_before": old.accuracy,
        "accuracy_drop": old.accuracy_drop,
        "nfr": old.nfr,
    }
    return figures, tuple(map(dataclasses.asdict, report.gates))


def _evaluated(item: Item, recipe: Recipe, reference: Model, made: Model, data: bytes) -> Any:
    import io

    from nlucompress.importers.data.examples import parse_data
    from nlucompress.importers.data.packed import plain_bytes
    from nlucompress.importers.data.tagged import parse_tagged
    from nlucompress.networks.tagger import is_tagger
    from nlucompress.stages.evaluate.tags import evaluate_tags, layout_of
    from nlucompress.stages.evaluate.texts import evaluate

    name = os.fspath(item.sources["data"])
    old = {item.sources.get("reference", item.sources["model"]): reference}
    if is_tagger(made):
        lines = io.BytesIO(plain_bytes(data, name))
        tagged = parse_tagged(lines, name, layout_of(made))
        return evaluate_tags(made, tagged, old, recipe.gates)
    return evaluate(made, parse_data(data, name), old, recipe.gates)
