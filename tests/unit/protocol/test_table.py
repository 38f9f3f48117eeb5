"""Rows of numbers, held flat."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coscribe.protocol.table import Table, parts
from harness.chance import examples

numbers = st.integers(0, (1 << 64) - 1)


@examples(100)
@given(st.lists(st.tuples(numbers, numbers, numbers)), st.integers(1, 5), st.integers(-6, 6), st.integers(-6, 6))
def test_table_reads_like_the_list_that_it_was_made_of(
    rows: list[tuple[int, int, int]], size: int, start: int, stop: int
) -> None:
    table: Table[tuple[int, int, int]] = Table(memoryview(Table.encode(rows)), 3)
    assert len(table) == len(rows)
    assert list(table) == rows
    assert table[start:stop] == rows[start:stop]
    assert [table[at] for at in range(len(rows))] == rows
    assert [row for part in parts(table, size) for row in part] == rows
    assert all(len(part) <= size for part in parts(table, size))
