"""What `inspect` prints: aligned lines of at most 80 columns where names allow."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from nlucompress.cli.measure.inspect.tables import (
    WIDTH,
    described,
    harm_text,
    line,
    number_lines,
    table_lines,
)
from nlucompress.cli.shared.common import bytes_text
from nlucompress.cli.shared.show.printable import printable

if TYPE_CHECKING:
    from nlucompress.stages.measure.inspect.records import StageInfo
    from nlucompress.stages.measure.inspect.stage import Inspection

TABLE = "features"  # of the weights that unseen keys may be given
FIRST_LABELS = 44  # characters of labels that are shown
DIGITS = 10  # of a tensor's digest; the JSON has all of them


def lines_of(name: str, found: Inspection, all_labels: bool) -> Iterator[str]:
    """The whole report."""
    size = bytes_text(found.size_bytes)
    exact = f" = {found.size_bytes:,} bytes" if found.size_bytes >= 10_000 else ""
    yield f"{printable(name)}: {found.kind}, {size}{exact}"
    yield from _section("problems", (f"- {problem}" for problem in found.problems))
    yield from _section("warnings", (f"- {warning}" for warning in found.warnings))
    yield ""
    yield from _summary(found, all_labels)
    for table in found.tables:
        yield ""
        yield f"table {printable(table.name)}"
        yield from table_lines(table, found.account)
        if found.harm is not None and table.name == TABLE:
            yield from line("harm", f"of unseen keys {harm_text(found.harm)}", 2)
    if found.tensors:
        yield ""
        yield from _tensors(found)
    if found.account:
        yield ""
        yield "bytes"
        for part in found.account.parts:
            yield f"  {part.bytes:>12,}  {100 * part.bytes / found.size_bytes:5.1f} %  {part.name}"
    if found.history:
        yield ""
        yield "history"
        for stage in found.history:
            yield from _stage(stage)


def _section(heading: str, lines: Iterable[str]) -> Iterator[str]:
    wrapped = [
        piece
        for line in lines
        for piece in textwrap.wrap(printable(line), WIDTH - 2, subsequent_indent="  ")
    ]
    if wrapped:
        yield ""
        yield heading
        yield from (f"  {line}" for line in wrapped)


def _summary(found: Inspection, all_labels: bool) -> Iterator[str]:
    if found.format_version is not None:
        sealed = {True: ", sealed by pack", False: ", not sealed", None: ""}[found.sealed]
        yield from line("format", f"version {found.format_version}{sealed}")
    if found.digest is not None:
        yield from line("digest", found.digest)
    yield from line("checked", _checked(found))
    for key, value in (found.metadata or {}).items():
        yield from line("metadata", f"{key} = {textwrap.shorten(value, 120, placeholder=' ...')}")
    if found.label_count:
        yield from _labels(found, all_labels)
    if found.features is not None:
        yield from line("features", _features(found.features))
    network = found.network
    if network is not None:
        settings = "".join(f", {key} {_plain(each)}" for key, each in network["settings"].items())
        yield from line("network", f"{network['kind']}{settings}")
        for name, matrix in network["tensors"].items():
            yield from line("", f"{name}: {described(matrix)}")
            if matrix.children:
                yield from number_lines(matrix, 4)
    if found.unknown is not None:
        label, below = (_plain(found.unknown.get(name)) for name in ("label", "threshold"))
        yield from line("unknown", f"answered {label} where the best score is below {below}")


def _checked(found: Inspection) -> str:
    if found.verified:
        return "verified: every digest matches; every key, slot and row decodes"
    if found.problems:
        return f"{len(found.problems)} problem{'s' * (len(found.problems) > 1)}, see above"
    if found.format_version is None:
        return "the frame is sound; it holds no digests (to bring it in: nlucompress import)"
    return "every digest matches (--verify decodes everything too)"


def _labels(found: Inspection, all_labels: bool) -> Iterator[str]:
    if not found.labels:
        unread = " (not readable)" if found.label_count else ""
        yield from line("labels", f"{found.label_count:,}{unread}")
    elif all_labels:
        yield from line("labels", f"{found.label_count:,}")
        yield from (f"  {printable(label)}" for label in found.labels)
    else:
        shown = textwrap.shorten(", ".join(found.labels), FIRST_LABELS, placeholder=" ...")
        more = " (all: --labels)" if shown.endswith(" ...") else ""
        yield from line("labels", f"{found.label_count:,}: {shown}{more}")


def _features(features: Mapping[str, Any]) -> str:
    if features.get("kind") != "ngrams":
        rest = (f", {name} {_plain(each)}" for name, each in features.items() if name != "kind")
        return _plain(features.get("kind")) + "".join(rest)
    spans = [
        f"{what} n-grams of {'-'.join(dict.fromkeys(map(str, features[key])))}"
        for key, what in (("words", "word"), ("chars", "character"))
        if isinstance(features.get(key), list) and features[key]
    ]
    others = features.get("words_and")
    beside = "".join(f" and {_plain(each)}" for each in others) if isinstance(others, list) else ""
    told = f", words{beside}" if beside else ""
    return f"{' and '.join(spans) or 'none'}{told}, weights {_plain(features.get('weighting'))}"


def _tensors(found: Inspection) -> Iterator[str]:
    names = [printable(tensor.name) for tensor in found.tensors]
    shapes = ["x".join(map(str, tensor.shape)) or "scalar" for tensor in found.tensors]
    wide = max(len("tensor"), *map(len, names))
    shaped = max(len("shape"), *map(len, shapes))
    sizes = [f"{tensor.bytes:,}" for tensor in found.tensors]
    sized = max(len("bytes"), *map(len, sizes))
    yield f"{'tensor':<{wide}}  dtype  {'shape':<{shaped}}  {'bytes':>{sized}}  digest"
    for name, shape, size, tensor in zip(names, shapes, sizes, found.tensors, strict=True):
        state = {"damaged": " DAMAGED", "outside": "CUT OFF"}.get(tensor.state, "")
        digest = (tensor.digest or "")[:DIGITS] + state
        yield (
            f"{name:<{wide}}  {printable(tensor.dtype):<5}  {shape:<{shaped}}  "
            f"{size:>{sized}}  {digest}"
        )


def _stage(stage: StageInfo) -> Iterator[str]:
    options = ", ".join(f"{name} {_plain(value)}" for name, value in stage.options.items())
    sizes = "" if stage.bytes_before is None else f"{bytes_text(stage.bytes_before)} "
    if stage.bytes_after is not None:
        sizes += f"-> {bytes_text(stage.bytes_after)}"
    yield from line(stage.stage, f"{sizes}; {options or 'defaults'} ({stage.version})", 2)


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "-".join(map(_plain, value)) if value else "none"
    if isinstance(value, Mapping):
        return " ".join(f"{name or 'all'}={_plain(each)}" for name, each in value.items()) or "none"
    return "none" if value is None else textwrap.shorten(str(value), 200, placeholder=" ...")
