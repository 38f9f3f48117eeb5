"""State vectors, and the one of a ground, which is encoded by blocks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coscribe.protocol.ground import at_once
from coscribe.protocol.lib0 import DecodeError
from coscribe.protocol.state_vectors import (
    AT_A_TIME,
    BLOCK,
    KNOWS_NOTHING,
    LONG_BYTES,
    PeerVector,
    VectorWriter,
    read_state_vector,
    write_state_vector,
)
from harness.chance import examples

clocks = st.dictionaries(st.integers(0, 1 << 32), st.integers(0, 1 << 31), max_size=3 * BLOCK)


@examples(100)
@given(st.lists(clocks, min_size=1, max_size=5), st.booleans())
def test_vector_that_is_written_by_blocks_says_what_is_known(rounds: list[dict[int, int]], gradually: bool) -> None:
    writer, known = VectorWriter(), {}
    for changes in rounds:
        known.update(changes)
        writer.changed.update(changes)
        if gradually:
            at_once(writer.writing(known))
        assert read_state_vector(writer.write(known)) == known
        assert writer.write(known) is writer.write(known)


@examples(100)
@given(clocks, clocks)
def test_vector_that_was_read_goes_on(begun: dict[int, int], changes: dict[int, int]) -> None:
    writer = VectorWriter()
    known = at_once(writer.reading(write_state_vector(begun)))
    assert known == begun
    assert read_state_vector(writer.write(known)) == begun
    known.update(changes)
    writer.changed.update(changes)
    assert read_state_vector(writer.write(known)) == known


def test_one_change_of_many_clients_encodes_one_block() -> None:
    known = dict.fromkeys(range(10 * BLOCK), 1)
    writer = VectorWriter()
    at_once(writer.reading(write_state_vector(known)))
    before = list(writer._blocks)
    known[3 * BLOCK] = 2
    writer.changed.add(3 * BLOCK)
    assert read_state_vector(writer.write(known)) == known
    assert [number for number, block in enumerate(writer._blocks) if block is not before[number]] == [3]


def test_much_that_changed_at_once_is_written_bit_by_bit() -> None:
    known = dict.fromkeys(range(10 * AT_A_TIME), 1)
    writer = VectorWriter()
    writer.changed.update(known)
    assert writer.write(known) == write_state_vector({})
    assert sum(1 for _ in writer.writing(known)) == 9
    assert read_state_vector(writer.write(known)) == known


@pytest.mark.parametrize("data", [b"", b"\1", b"\1\1", b"\0\0", b"\2\1\1", b"\xff\xff\x03\1\1"])
def test_what_is_no_vector_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        read_state_vector(data)
    with pytest.raises(DecodeError):
        at_once(VectorWriter().reading(data))
    with pytest.raises(DecodeError):
        PeerVector(data)


def test_vector_of_a_peer_has_so_many_clients_at_most_also_where_it_is_not_read() -> None:
    few, many = write_state_vector({1: 1, 2: 1}), write_state_vector(dict.fromkeys(range(LONG_BYTES), 1))
    assert PeerVector(few, 2).clocks == {1: 1, 2: 1}
    assert PeerVector(many, LONG_BYTES).clocks is None
    for vector, most in ((few, 1), (many, LONG_BYTES - 1)):
        with pytest.raises(DecodeError, match="at most"):
            PeerVector(vector, most)
    assert not KNOWS_NOTHING
    assert PeerVector(few)
