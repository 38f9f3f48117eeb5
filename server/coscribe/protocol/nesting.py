"""How deep the types of one update nest: text in an element in an element, and so on.

A few kilobytes can nest thousands of types, and whatever walks them by recursion dies of it: Yjs itself when their root
is deleted, in every browser that is shown the deletion, and sooner or later every exporter. Documents of people nest a
few dozen. Only what one update brings is counted; code that walks content has its own bound.
"""

from bisect import bisect_right
from collections.abc import Iterable

from coscribe.protocol.lib0 import DecodeError, write_var_uint
from coscribe.protocol.structs import GC, SKIP, read_header, read_struct

MAX_TYPE_NESTING = 128

_UNKNOWN = -1
_COUNTING = -2


def check_nesting(data: bytes, sections: Iterable[tuple[int, int, int, int, int]]) -> None:
    """Refuse a walked update in which a struct lies under more than MAX_TYPE_NESTING types. Raises DecodeError.

    `sections` are those of a walk. An item without a parent of its own lies where its neighbour lies.
    """
    clocks: dict[int, list[int]] = {}  # by client: where its structs start, and where the last one ends
    first: dict[int, int] = {}  # by client: the number of its first struct
    around: list[tuple[int, int] | None] = []  # by struct: the id of its parent, else of a neighbour
    hangs: list[bool] = []  # whether that is its parent
    for client, clock, _, structs, at in sections:
        own = write_var_uint(client)
        starts = clocks[client] = []
        first[client] = len(around)
        for _ in range(structs):
            after, end, _ = read_struct(data, at, own, clock, {})
            starts.append(clock)
            if data[at] in (GC, SKIP):
                around.append(None)
                hangs.append(False)
            else:
                header = read_header(data, at)
                around.append(header.left or header.right or header.parent)
                hangs.append(header.parent is not None)
            at, clock = after, end
        starts.append(clock)
    depths = [_UNKNOWN] * len(around)
    for start in range(len(around)):
        number = start
        way: list[int] = []
        while depths[number] == _UNKNOWN:
            depths[number] = _COUNTING
            way.append(number)
            found = _find(around[number], clocks)
            if found is None:
                break
            number = first[found[0]] + found[1]
        depth = max(depths[number], 0)  # a circle is never integrated, so it may count as it likes
        for passed in reversed(way):
            depth += hangs[passed]
            depths[passed] = depth
        if depth > MAX_TYPE_NESTING:
            raise DecodeError(f"types nest deeper than {MAX_TYPE_NESTING}")


def _find(id: tuple[int, int] | None, clocks: dict[int, list[int]]) -> tuple[int, int] | None:
    """Return the client and the index of the struct that holds an id; None where it is not in the update."""
    if id is None or id[0] not in clocks:
        return None
    starts = clocks[id[0]]
    index = bisect_right(starts, id[1]) - 1
    return (id[0], index) if 0 <= index < len(starts) - 1 else None
