"""The hash over arbitrary Unicode keys: a permutation, whatever their order and the shape."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from nlucompress.algo.hashing import mphf, mphf_build, murmur
from nlucompress.format.fields import Fields, Tensors
from nlucompress.format.indexes import kinds as indexes
from tests.builders.samples import hashed

# Every code point, lone surrogates and NUL too.
TEXT = st.text(st.characters(codec=None, categories=None), max_size=12)
KEYS = st.lists(TEXT, unique=True, max_size=60)
GROUPS = st.builds(mphf.Groups, st.integers(1, 40), st.integers(0, 4))


def cascade(keys: list[str], groups: mphf.Groups, gamma: float = 1.0) -> mphf.Cascade:
    """The hash of these keys."""
    return mphf_build.build(*murmur.hash_keys(map(murmur.encode_key, keys)), groups, gamma)


def slots(built: mphf.Cascade, keys: list[str]) -> list[int]:
    """Slot of each key."""
    result: list[int] = built.slots(*murmur.hash_keys(map(murmur.encode_key, keys))).tolist()
    return result


@given(KEYS, GROUPS, st.floats(1, 4))
@example(["", "\0", "\0\0", "\ud800", "\udfff", "\U0010ffff"], mphf.PLAIN, 1.0)
def test_slots_are_a_permutation(keys: list[str], groups: mphf.Groups, gamma: float) -> None:
    built = cascade(keys, groups, gamma)
    taken = slots(built, keys)
    for slot in range(len(keys)):
        assert taken.count(slot) == 1
    assert len(taken) == len(keys)
    assert built.counts_agree()


@given(KEYS.flatmap(lambda keys: st.tuples(st.just(keys), st.permutations(keys))), GROUPS)
def test_order_of_the_keys_does_not_matter(
    keys: tuple[list[str], list[str]], groups: mphf.Groups
) -> None:
    one, other = cascade(keys[0], groups), cascade(keys[1], groups)
    assert one.levels == other.levels
    assert one.blocks.tobytes() == other.blocks.tobytes()
    assert one.anchors.tobytes() == other.anchors.tobytes()


@given(KEYS, GROUPS, st.lists(TEXT, max_size=20))
def test_every_answer_is_a_slot_or_none(
    keys: list[str], groups: mphf.Groups, asked: list[str]
) -> None:
    assert all(-1 <= slot < len(keys) for slot in slots(cascade(keys, groups), asked))


@given(st.integers(1, 12), st.integers(0, 3), st.integers(400, 4000))
def test_many_blocks_and_anchors(cells: int, seed_bits: int, count: int) -> None:
    keys = [str(i) for i in range(count)]
    built = cascade(keys, mphf.Groups(cells, seed_bits))
    assert np.array_equal(np.sort(slots(built, keys)), np.arange(count))
    assert built.counts_agree()


@given(KEYS, GROUPS, st.integers(0, 16))
def test_stored_hash_finds_the_same_rows(keys: list[str], groups: mphf.Groups, width: int) -> None:
    index = hashed(keys, groups, width)
    tensors: Tensors = {}
    description = index.store("k", tensors)
    read = indexes.parse(Fields(description, "k", tensors))
    rows = read.find(keys).tolist()
    assert rows == index.find(keys).tolist()
    assert sorted(rows) == list(range(len(keys)))


@given(KEYS)
def test_strings_keep_every_key(keys: list[str]) -> None:
    strings = indexes.Strings.of(keys)
    assert [strings.key(row) for row in range(len(strings))] == keys
    assert strings.find(keys).tolist() == list(range(len(keys)))
