"""inspect: what a file holds, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from nlucompress.errors import NluCompressError
from nlucompress.format import codec
from nlucompress.format.frame import labels
from nlucompress.format.frame.container import Entry
from nlucompress.format.model import Model
from nlucompress.networks.overlays import overlaid
from nlucompress.stages.measure.inspect import anatomy, contents, decodes, keyed, records
from nlucompress.stages.measure.inspect.account import Account, Part, account
from nlucompress.stages.measure.inspect.anatomy import Anatomy, TensorInfo
from nlucompress.stages.measure.inspect.contents import TableInfo, field
from nlucompress.stages.measure.inspect.harm import Harm, harm_of
from nlucompress.stages.measure.inspect.records import StageInfo

MODEL, FOREIGN, UNKNOWN = "nlucompress model", "safetensors file", "unknown file"


@dataclass(frozen=True)
class Inspection:
    """A file's contents, as far as they can be told.

    Attributes:
        kind: One of ``nlucompress model``, ``safetensors file`` and ``unknown file``.
        size_bytes: Size of the file.
        problems: What is wrong, a line each; empty for a sound file.
        warnings: What is no damage but should be known.
        verified: Whether every digest was checked and every key and row decoded, without a
            problem.
        format_version: None where the file does not tell.
        sealed: Whether ``pack`` made it.
        digest: Digest of the whole model.
        label_count: Known even where the labels themselves cannot be read.
        labels: Names of the classes.
        features: How text becomes keys.
        network: Kind, settings and tensors, or None.
        unknown: Label and threshold of the answer to unknown texts, or None.
        tensors: Every tensor in the order of the file.
        metadata: Of a file that is not ours.
        history: Stages, oldest first.
        account: Bytes per part and bits per key; None for a file that is damaged or not ours.
        harm: What an unseen key does; None where that is not known.
        model: The model itself, None for a file that is damaged or not ours.
    """

    kind: str
    size_bytes: int
    problems: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    verified: bool = False
    format_version: int | None = None
    sealed: bool | None = None
    digest: str | None = None
    label_count: int | None = None
    labels: tuple[str, ...] = ()
    features: Mapping[str, Any] | None = None
    network: Mapping[str, Any] | None = None
    unknown: Mapping[str, Any] | None = None
    tables: tuple[TableInfo, ...] = ()
    tensors: tuple[TensorInfo, ...] = ()
    metadata: Mapping[str, str] | None = None
    history: tuple[StageInfo, ...] = ()
    account: Account | None = None
    harm: Harm | None = None
    model: Model | None = None


def inspect(
    buffer: bytes | memoryview, verify: bool = False, keys: Model | None = None
) -> Inspection:
    """Describe a file; damage becomes ``problems`` and is never raised.

    Args:
        buffer: The whole file.
        verify: Besides the digests, decode every key, slot and row. A file without digests then
            counts as a problem.
        keys: The model from before ``pack``: with its keys, static functions list their rows.

    Raises:
        UsageError: It is not the model from before.
    """
    parts = anatomy.read(buffer)
    size = len(buffer)
    if not parts.ours:
        problems = parts.problems
        if verify and not problems:
            problems = ("a plain safetensors file holds no digests: nothing to verify it by",)
        kind = FOREIGN if parts.readable else UNKNOWN
        return Inspection(
            kind, size, problems, tensors=parts.tensors, metadata=parts.metadata or None
        )
    found = _described(parts, size)
    if parts.problems:
        return found
    try:
        model = _model(parts).of_file(memoryview(buffer))
    except NluCompressError as error:
        return replace(found, problems=(str(error),))
    if keys is not None:
        model = keyed.listed(model, keys)
    try:
        counted = _of_file(account(model), size)
        harm = harm_of(model)
    except NluCompressError as error:
        return replace(found, problems=(str(error),))
    problems = tuple(decodes.unfit(model) + (decodes.undecodable(model) if verify else []))
    return replace(
        found,
        problems=problems,
        verified=verify and not problems,
        label_count=len(model.labels),
        labels=model.labels,
        account=counted,
        harm=harm,
        model=model,
    )


def stacked(found: Sequence[Inspection]) -> list[Inspection]:
    """What was found in a model's file and in overlays on it, with what keeps them apart.

    An overlay that is not for what is under it has that as a problem.
    """
    result: list[Inspection] = []
    under: Model | None = None
    for each in found:
        if not result:
            under = each.model
        elif under is not None and each.model is not None:
            try:
                under = overlaid(under, each.model)
            except NluCompressError as error:
                problems = (*each.problems, str(error))
                result.append(replace(each, problems=problems, verified=False))
                under = None
                continue
        else:
            under = None
        result.append(each)
    return result


def _described(parts: Anatomy, size: int) -> Inspection:
    """What header and description say, whether or not the rest is there."""
    description = parts.description or {}
    entries = {
        each.name: Entry(each.dtype, each.shape, each.begin, each.end) for each in parts.tensors
    }
    tables = contents.tables_of(description, entries)
    names, count = _labels(parts, description)
    return Inspection(
        MODEL,
        size,
        parts.problems,
        tuple(_warnings(tables)),
        format_version=field(description, "format", int),
        sealed=field(description, "sealed", bool),
        digest=field(description, "digest", str),
        label_count=count,
        labels=names,
        features=field(description, "features", dict),
        network=contents.network_of(description, entries),
        unknown=field(description, "unknown", dict),
        tables=tables,
        tensors=parts.tensors,
        metadata=parts.metadata or None,
        history=records.history_of(description),
    )


def _labels(parts: Anatomy, description: Mapping[str, Any]) -> tuple[tuple[str, ...], int | None]:
    """The labels, if they stand in the description, and how many they are."""
    names = field(description, "labels", list)
    if names is not None and all(isinstance(name, str) for name in names):
        return tuple(names), len(names)
    count = field(field(description, "labels", dict), "count", int)
    coded = next((each for each in parts.tensors if each.name == "labels.coded"), None)
    sound = coded is not None and coded.state == "matches" and coded.dtype == "U8"
    if coded is not None and sound and count is not None and 0 < count <= codec.MAX_LABELS:
        try:
            return labels.decode(parts.data[coded.begin : coded.end], count, "labels"), count
        except NluCompressError:
            return (), count
    return (), count


def _warnings(tables: tuple[TableInfo, ...]) -> list[str]:
    return [
        f"table {table.name!r} has no fingerprints: every unseen key is given another key's weights"
        for table in tables
        if table.fingerprint_bits == 0
    ]


def _model(parts: Anatomy) -> Model:
    assert parts.frame is not None
    assert parts.description is not None
    own = {"format", "digest", "digests"}
    description = {name: value for name, value in parts.description.items() if name not in own}
    codec.check_form(description, "digests" not in parts.description)
    return codec.from_description(parts.frame, description)


def _of_file(counted: Account, size: int) -> Account:
    """The account of this very file, whose header may be laid out differently from ours."""
    others = tuple(part for part in counted.parts if part.name != "header")
    header = Part("header", size - sum(part.bytes for part in others))
    return replace(counted, total=size, parts=(*others, header))
