"""phash: the strings disappear; a hash leads to the row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from nlucompress.algo.hashing import mphf, mphf_build, murmur, static
from nlucompress.errors import DataError, StageOrderError, UsageError
from nlucompress.format.indexes.kinds import Hashed, Strings
from nlucompress.format.indexes.static_keys import Hashes
from nlucompress.format.matrices.packing import not_static, saved_by_function
from nlucompress.format.model import Model, Table, require_model
from nlucompress.format.names import FEATURES, trait
from nlucompress.networks.linear import closure
from nlucompress.options import Options, option
from nlucompress.stages.history import stage_of, with_record

LOWEST_GAMMA, HIGHEST_GAMMA = 0.5, 10.0
OPEN_BITS = 8  # of fingerprints
CLOSED_BITS = 7  # half or more of the unseen n-grams are refused by a part: the same harm
ADDED_BITS = 20  # what a key without weights takes, about: 13 to 24
LEAST_SAVED = 0.01  # of the bits that keys and rows take, for which a static function is chosen
CASCADE_GAMMA, CASCADE_GROUPS = 1.0, (16, 4)

Method = Literal["grouped", "cascade", "static"]


@dataclass(frozen=True)
class PhashOptions(Options):
    """Options of ``phash``.

    ``grouped`` keeps the best seed per group of cells, ``cascade`` is the plain one, ``static``
    keeps the keys' hashes, of which ``pack`` builds a static function. None chooses for each table.
    ``groups`` are the cells of a group (1 to 40) and the bits of its seed (0 to 8).
    """

    method: Method | None = option(
        None,
        "Keep the best seed per group of cells, or the plain cascade of bit arrays; or the keys' "
        "hashes, of which pack makes one function that holds the rows too",
        choices=get_args(Method),
        absent="static where that is smaller, for quantized weights; else grouped",
    )
    gamma: float = option(
        CASCADE_GAMMA, "Cells per key and level", least=LOWEST_GAMMA, most=HIGHEST_GAMMA
    )
    groups: tuple[int, int] = option(
        CASCADE_GROUPS,
        "Cells of a group (1 to 40) and bits of its seed (0 to 8); 32x8 is smaller and slower",
        kind=int,
        metavar="CELLSxBITS",
        absent="16x4",
    )
    fingerprint_bits: int | None = option(
        None,
        "Bits that tell known keys from unseen ones: one in 2^bits passes for known",
        kind=int,
        least=0,
        most=16,
        absent="7 for a closed table, 8 for others",
    )
    closed: bool | None = option(
        None,
        "Add the parts that n-grams lack as keys without weights: an n-gram of which a part is no "
        "key is then known to be unseen",
        kind=bool,
        off="no-closed",
        absent="where that saves bytes",
    )
    tables: tuple[str, ...] | None = option(
        None, "Only this table (may be repeated)", flag="table", many=True, absent="all"
    )


def phash(model: Model, options: PhashOptions | None = None) -> Model:
    """Replace the keys of tables by a static function or a perfect hash; rows move to its order.

    The cascade is that of Strimel et al. 2018, section 3.2. By the method ``static`` the keys'
    hashes stay, in ascending order, until ``pack`` makes one function of them and of the bits of
    the rows. That is the default of a linear model's or CRF's quantized weights where the function
    is smaller, if no option of a hash is given. The result does not depend on the order of the
    keys.

    Raises:
        UsageError: An option is out of range, or a table's name is unknown.
        StageOrderError: A table is hashed already.
        DataError: A key occurs twice, two keys share all 128 bits (63 for a static function), or
            the rows of a table cannot be values of a static function.
    """
    require_model(model)
    options = options or PhashOptions()
    groups = _groups(options)
    tables = dict(model.tables)
    figures: dict[str, dict[str, float]] = {}
    for name in tuple(model.tables) if options.tables is None else options.tables:
        table = model.table(name)
        if not isinstance(table.keys, Strings):
            stage = stage_of(model, "phash", "pack")
            raise StageOrderError(f"table {name!r} was hashed by {stage} already")
        grown, bits = _closed(model, name, table, options)
        added = {"closed": grown.closed, "keys_without_weights": len(grown.keys) - len(table.keys)}
        if _method(model, name, grown, bits, options) == "static":
            tables[name] = _static(name, grown, bits)
            figures[name] = {"keys": len(grown.keys), "fingerprint_bits": bits, **added}
            continue
        tables[name], index = _hashed(name, grown, groups, options, bits)
        size = max(len(index), 1)
        figures[name] = {
            "keys": len(index),
            "levels": len(index.cascade.levels),
            "hash_bits_per_key": 8 * index.cascade.nbytes / size,
            "fingerprint_bits": bits,
            **added,
        }
    if options.closed and not any(table.closed for table in tables.values()):
        raise UsageError("--closed needs a table of word or character n-grams, not yet hashed")
    result = model.with_tables(tables)
    return with_record("phash", options, model, result, figures)


def _method(model: Model, name: str, table: Table, bits: int, options: PhashOptions) -> Method:
    """How a table is hashed: as asked, or in the way that takes fewer bytes."""
    of_hash = options.gamma != CASCADE_GAMMA or options.groups != CASCADE_GROUPS
    if options.method is not None:
        if of_hash and options.method == "static":
            raise UsageError("--gamma and --groups are of a hash, which --method static has not")
        return options.method
    labelling = model.network is not None and trait(model.network.kind).labelling
    if of_hash or not (labelling and name == FEATURES):
        return "grouped"
    return "static" if saved_by_function(table.matrix, bits) >= LEAST_SAVED else "grouped"


def _groups(options: PhashOptions) -> mphf.Groups:
    try:
        return mphf.PLAIN if options.method == "cascade" else mphf.Groups(*options.groups)
    except ValueError as error:
        raise UsageError(f"--groups: {error}") from None


def _closed(model: Model, name: str, table: Table, options: PhashOptions) -> tuple[Table, int]:
    """The table, closed if that is asked for or pays, and the bits of its fingerprints."""
    asked = options.fingerprint_bits
    grams = name == FEATURES and (model.features or {}).get("kind") == "ngrams"
    if grams and options.closed is not False and (options.closed or asked != 0):
        grown = closure.closed(table, model.features or {})
        if grown is None and options.closed:
            raise UsageError(f"--closed: the rows of table {name!r} are encoded so that none fits")
        added = 0 if grown is None else len(grown.keys) - len(table.keys)
        if grown is not None and (options.closed or added * ADDED_BITS < len(table.keys)):
            return grown, CLOSED_BITS if asked is None else asked
    return table, OPEN_BITS if asked is None else asked


def _hashed(
    name: str, table: Table, groups: mphf.Groups, options: PhashOptions, fingerprint_bits: int
) -> tuple[Table, Hashed]:
    keys = table.strings
    assert keys is not None
    h1, h2 = _distinct(name, keys)
    try:
        cascade = mphf_build.build(h1, h2, groups, options.gamma)
    except ValueError as error:
        raise DataError(f"table {name!r}: {error}") from None
    slots = cascade.slots(h1, h2)
    index = Hashed.of(cascade, slots, h2, fingerprint_bits)
    order = np.empty(len(keys), np.int64)
    order[slots] = np.arange(len(keys))
    counts = None if table.counts is None else table.counts[order]
    return Table(index, table.matrix.take(order), counts, table.closed), index


def _distinct(name: str, keys: Strings) -> tuple[murmur.UInt64, murmur.UInt64]:
    """The keys' hashes, all of which differ."""
    h1, h2 = murmur.hash_keys(keys.encoded())
    collision = murmur.first_collision(h1, h2)
    if collision is not None:
        first, second = (keys.key(row) for row in collision)
        what = f"key {first[:60]!r} stands in rows {collision[0]} and {collision[1]}"
        if first != second:
            what = f"keys {first[:60]!r} and {second[:60]!r} share all 128 bits of their hash"
        raise DataError(f"table {name!r}: {what}; a perfect hash needs distinct keys")
    return h1, h2


def _static(name: str, table: Table, fingerprint_bits: int) -> Table:
    """The table by its keys' hashes, which ``pack`` will seal as a static function."""
    keys = table.strings
    assert keys is not None
    why = not_static(table.matrix)
    if why is not None:
        raise DataError(
            f"table {name!r}: {why}, which a static function cannot hold; use --method grouped"
        )
    h1, h2 = _distinct(name, keys)
    order = np.argsort(h1)
    h1, h2 = h1[order], h2[order]
    handle = static.handles(h1)
    same = np.flatnonzero(handle[1:] == handle[:-1])
    if len(same):
        first, second = (keys.key(int(row)) for row in order[same[0] : same[0] + 2])
        raise DataError(
            f"table {name!r}: keys {first[:60]!r} and {second[:60]!r} share 63 bits of their "
            "hash, which a static function cannot tell apart; use --method grouped"
        )
    counts = None if table.counts is None else table.counts[order]
    index = Hashes.of(h1, h2, fingerprint_bits)
    return Table(index, table.matrix.take(order), counts, table.closed)
