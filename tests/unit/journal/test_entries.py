"""A row's body holds its entries, and nothing else passes for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coscribe.journal.entries import pack_entries, unpack_entries
from coscribe.protocol.lib0 import DecodeError
from harness.chance import examples

ENTRIES = st.lists(st.tuples(st.integers(0, 2**53 - 1), st.binary(max_size=300)), max_size=20)


def test_the_bytes_are_a_var_uint_and_a_length_prefixed_update_each() -> None:
    assert pack_entries([]) == b""
    assert pack_entries([(0, b""), (300, b"ab")]) == bytes.fromhex("0000 ac02 026162")


@examples(100)
@given(ENTRIES)
def test_what_was_packed_is_unpacked(entries: list[tuple[int, bytes]]) -> None:
    assert unpack_entries(pack_entries(entries)) == entries


@examples(100)
@given(ENTRIES.filter(bool), st.data())
def test_a_body_that_was_cut_inside_an_entry_is_refused(entries: list[tuple[int, bytes]], data: st.DataObject) -> None:
    body = pack_entries(entries)
    whole = {len(pack_entries(entries[:n])) for n in range(len(entries) + 1)}
    cut = data.draw(st.integers(0, len(body) - 1).filter(lambda at: at not in whole))
    with pytest.raises(DecodeError):
        unpack_entries(body[:cut])
