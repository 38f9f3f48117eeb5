from collections.abc import Callable

import pytest

from coscribe.protocol.nesting import MAX_TYPE_NESTING
from coscribe.protocol.updates import MalformedUpdate, check
from unit.protocol.building import Id, gone, item, section, skip, text, update


def holder(parent: Id | str = "t", left: Id | None = None, right: Id | None = None) -> bytes:
    return item(7, b"\3\1p", parent=parent, left=left, right=right)


def chain(depth: int) -> list[bytes]:
    """Return elements of client 1, each in the one before."""
    return [holder()] + [holder((1, clock)) for clock in range(depth)]


def beside(depth: int) -> list[bytes]:
    """Return the same by neighbours: in each element a text, and beside it the next element."""
    structs = [holder()]
    for level in range(depth):
        structs += [text("a", parent=(1, 2 * level)), holder(left=(1, 2 * level + 1))]
    return structs


def between(depth: int) -> list[bytes]:
    structs = [holder()]
    for level in range(depth):
        structs += [text("a", parent=(1, 2 * level)), holder(right=(1, 2 * level + 1))]
    return structs


@pytest.mark.parametrize("make", [chain, beside, between])
def test_types_may_nest_so_deep_and_no_deeper(make: Callable[[int], list[bytes]]) -> None:
    check(update([section(1, 0, *make(MAX_TYPE_NESTING))]))
    for depth in (MAX_TYPE_NESTING + 1, 5000):
        with pytest.raises(MalformedUpdate, match="nest deeper"):
            check(update([section(1, 0, *make(depth))]))


@pytest.mark.parametrize("order", [1, -1])
def test_two_clients_cannot_nest_what_one_cannot(order: int) -> None:
    ones = [holder()] + [holder((2, clock)) for clock in range(3000)]
    twos = [holder((1, clock)) for clock in range(3000)]
    with pytest.raises(MalformedUpdate, match="nest deeper"):
        check(update([section(1, 0, *ones), section(2, 0, *twos)][::order]))


def test_what_lies_beside_each_other_does_not_nest() -> None:
    structs = [holder()] + [holder(left=(1, clock)) for clock in range(5000)]
    structs += [text("a", parent=(1, clock)) for clock in range(5000)]
    check(update([section(1, 0, *structs)]))


def test_types_under_what_the_update_does_not_hold_count_from_there() -> None:
    structs = [holder((2, clock)) for clock in range(1000)] + [holder((1, 3)) for _ in range(200)]
    check(update([section(1, 7, *structs), section(2, 2000, gone(3), skip(4))]))


def test_a_circle_comes_to_an_end() -> None:
    ones = [holder((2, clock)) for clock in range(200)]
    twos = [holder((1, clock)) for clock in range(200)]
    check(update([section(1, 0, *ones), section(2, 0, *twos)]))
