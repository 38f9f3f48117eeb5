import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coscribe.protocol.deletes import (
    MAX_DELETE_RANGES,
    DeletedRanges,
    DeleteRange,
    read_delete_set,
    write_delete_set,
)
from coscribe.protocol.lib0 import DecodeError
from harness.chance import examples
from unit.protocol.building import uints

CLOCKS = 24
ranges = st.lists(st.tuples(st.integers(1, 3), st.integers(0, CLOCKS), st.integers(1, 8)), max_size=12)


def ids(some: list[DeleteRange]) -> set[tuple[int, int]]:
    return {(client, at) for client, clock, length in some for at in range(clock, clock + length)}


@examples(100)
@given(ranges)
def test_a_delete_set_reads_back(some: list[DeleteRange]) -> None:
    assert sorted(read_delete_set(write_delete_set(some))) == sorted(some)


@examples(100)
@given(ranges, ranges)
def test_ranges_hold_exactly_what_was_added(first: list[DeleteRange], second: list[DeleteRange]) -> None:
    held = DeletedRanges(first)
    held.add(second)
    assert ids(held.ranges()) == ids(first) | ids(second)
    for client in (1, 2, 3):
        spans = [(clock, clock + length) for owner, clock, length in held.ranges() if owner == client]
        assert all(end < start for (_, end), (start, _) in pairwise(spans)), "they touch"
    assert sorted(read_delete_set(held.encode())) == sorted(held.ranges())


@examples(100)
@given(ranges, st.tuples(st.integers(1, 3), st.integers(0, CLOCKS), st.integers(1, 8)))
def test_a_new_range_is_added_whole_or_not_at_all(first: list[DeleteRange], new: DeleteRange) -> None:
    held = DeletedRanges(first)
    before = held.encode()
    client, clock, length = new
    if ids(first) & ids([new]):
        assert not held.add_new(client, clock, clock + length)
        assert held.encode() == before
    else:
        assert held.add_new(client, clock, clock + length)
        assert held.ranges() == DeletedRanges([*DeletedRanges(first).ranges(), new]).ranges()
        assert held.encode() != before


@examples(100)
@given(ranges, ranges, st.dictionaries(st.integers(1, 3), st.integers(0, CLOCKS)))
def test_missing_is_what_is_asked_for_and_known_and_not_held(
    first: list[DeleteRange], asked: list[DeleteRange], known: dict[int, int]
) -> None:
    held = DeletedRanges(first)
    expected = {(client, at) for client, at in ids(asked) - ids(first) if at < known.get(client, 0)}
    assert ids(held.missing(asked, known)) == expected


@examples(100)
@given(ranges, ranges)
def test_it_holds_a_range_when_no_id_of_it_is_missing(first: list[DeleteRange], asked: list[DeleteRange]) -> None:
    assert DeletedRanges(first).holds(asked) == (ids(asked) <= ids(first))


def test_single_deletions_in_any_order_become_one_range(seed: int) -> None:
    clocks = list(range(1000))
    random.Random(seed).shuffle(clocks)
    held = DeletedRanges()
    for clock in clocks:
        assert held.add_new(7, clock, clock + 1)
    assert held.ranges() == [(7, 0, 1000)]


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "01",
        "0101",
        "01010105",
        "ffffff7f",
        "0101ffffff7f0101",
        "0101010500",  # an empty range
        "010101ffffffff0701 00",  # bytes after it
        "010101ffffffff0f01",  # past the last clock
        "010101808080800801",
    ],
)
def test_a_malformed_delete_set_is_refused(encoded: str) -> None:
    with pytest.raises(DecodeError):
        read_delete_set(bytes.fromhex(encoded))


def test_more_ranges_than_a_document_can_have_are_refused() -> None:
    count = MAX_DELETE_RANGES + 1
    with pytest.raises(DecodeError):
        read_delete_set(uints(1, 5, count) + b"\1\1" * count)
