"""Placing an update on what a journal holds: which part of it integrates there, and what that part says.

A journal's every prefix must be a complete Yjs document. So of an update only those structs are kept that integrate at
once: their clocks follow without a gap, and whatever they refer to is known or is kept before them. `plan` finds them;
it is a pure function, so that a worker can do it for large updates. `Ground.settle` applies what it found.
"""

import enum
from collections.abc import Mapping, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from coscribe.protocol.content import ANY_NUMBER, DELETED, STRING
from coscribe.protocol.deletes import DeleteRange
from coscribe.protocol.lib0 import read_var_bytes, write_var_bytes, write_var_uint
from coscribe.protocol.structs import SKIP, read_header, read_struct
from coscribe.protocol.updates import Section, Walk, check, note_dead


class Outcome(enum.Enum):
    """What became of an update that was placed."""

    WHOLE = "whole"
    """All of it is in the journal once `Placement.update` is stored."""
    PART = "part"
    """What integrates is to be stored, the rest was left out (only when trimming)."""
    DUPLICATE = "duplicate"
    """Nothing of it that integrates is new: there is nothing to store."""
    GAP = "gap"
    """Something it builds on is not here: nothing is to be stored, the sender is to be asked with a SyncStep1."""


class Claim(NamedTuple):
    """All that an update says exists: each client's clock after its last struct, and the ids that it deletes."""

    ends: Sequence[tuple[int, int]]
    deletes: Sequence[DeleteRange]


class Placement:
    """The outcome of placing an update.

    update: what to store and pass on; empty for DUPLICATE and GAP. The very bytes given where nothing was cut off.
    claim: set for GAP: what must be covered before the sender may be told that it is saved.
    stale: something was left out that fits by now (a plan was made on an older ground): ask the sender again.
    """

    __slots__ = ("claim", "outcome", "stale", "update")

    def __init__(self, outcome: Outcome, update: bytes = b"", claim: Claim | None = None, stale: bool = False) -> None:
        self.outcome = outcome
        self.update = update
        self.claim = claim
        self.stale = stale

    def __repr__(self) -> str:
        return f"<Placement {self.outcome.value}, {len(self.update)} bytes>"


class Plan(NamedTuple):
    """Which part of an update integrates on a ground.

    kept: its structs without a delete set; empty where all of `update` before `delete_set_at` is kept.
    ends: client, first clock and the clock after the last of what is kept.
    dead: what of it arrived deleted.
    claimed: client and clock after the last of all that the update has.
    waits: for what was left out, (client, clock) that it waits for.
    """

    update: bytes
    trim: bool
    delete_set_at: int
    kept: bytes
    ends: Sequence[tuple[int, int, int]]
    dead: Sequence[DeleteRange]
    deletes: Sequence[DeleteRange]
    claimed: Sequence[tuple[int, int]]
    waits: Sequence[tuple[int, int]]


def plan(
    update: bytes,
    known: Mapping[int, int],
    *,
    trim: bool,
    without: frozenset[int] = frozenset(),
    most: int = ANY_NUMBER,
) -> Plan:
    """Find what of an update integrates where `known[client]` is each client's next clock.

    What is under the client ids `without` is left out, and what builds on it. Raises MalformedUpdate, or Elaborate
    where structs, values and deleted ranges are more than `most` together.
    """
    walk = check(update, most)
    if not without:
        return make_plan(update, walk, known, trim=trim)
    claimed = [(section.client, section.end) for section in walk.sections]
    sections = [section for section in walk.sections if section.client not in without]
    kept, ends, dead, waits = _integrate(update, sections, known, whole=False)
    waits += [(client, end - 1) for client, end in claimed if client in without]
    return Plan(update, trim, walk.delete_set_at, kept, ends, dead, walk.deletes, claimed, waits)


def make_plan(update: bytes, walk: Walk, known: Mapping[int, int], *, trim: bool) -> Plan:
    """Find what of a walked update integrates."""
    claimed = [(section.client, section.end) for section in walk.sections]
    if follows(walk, known):
        ends = walk.structs
        return Plan(update, trim, walk.delete_set_at, b"", ends, walk.dead, walk.deletes, claimed, [])
    if all(known.get(client, 0) >= end for client, end in claimed):
        return Plan(update, trim, walk.delete_set_at, b"", [], [], walk.deletes, claimed, [])
    kept, ends, dead, waits = _integrate(update, walk.sections, known)
    return Plan(update, trim, walk.delete_set_at, kept, ends, dead, walk.deletes, claimed, waits)


def follows(walk: Walk, known: Mapping[int, int]) -> bool:
    """Tell whether all structs are new and integrate, whatever their order."""
    if walk.has_skips:
        return False
    for section in walk.sections:
        if known.get(section.client, 0) != section.start:
            return False
    return all(clock < known.get(client, 0) for client, clock in walk.needs.items())


class _Cursor:
    """How far a section is integrated."""

    __slots__ = ("at", "client", "clock", "count", "end_at", "first", "first_clock", "left", "own", "rest_at")

    def __init__(self, section: Section) -> None:
        self.client = section.client
        self.own = write_var_uint(section.client)
        self.clock = section.start
        self.at = section.at
        self.left = section.structs
        self.count = 0
        self.first = b""
        self.first_clock = self.rest_at = self.end_at = 0


def _integrate(
    data: bytes, sections: list[Section], known: Mapping[int, int], whole: bool = True
) -> tuple[bytes, list[tuple[int, int, int]], list[DeleteRange], list[tuple[int, int]]]:
    """Integrate structs as Yjs does, until none is left that could be.

    Returns kept (empty when that is all of a `whole` update), ends, dead and waits of a plan.
    """
    cursors = [_Cursor(section) for section in sections]
    reached: dict[int, int] = {}
    dead: list[DeleteRange] = []
    waits: list[tuple[int, int]] = []
    waiting: dict[int, list[tuple[int, int]]] = {}  # by client: a heap of (clock waited for, cursor)
    ready = list(range(len(cursors) - 1, -1, -1))
    needs: dict[int, int] = {}
    mended = False
    while ready:
        number = ready.pop()
        cursor = cursors[number]
        client = cursor.client
        have = reached.get(client) or known.get(client, 0)
        while cursor.left:
            clock = cursor.clock
            needs.clear()
            at, end, kind = read_struct(data, cursor.at, cursor.own, clock, needs)
            if end > have:
                if clock > have or kind == SKIP:
                    waits.append((client, (end if kind == SKIP else clock) - 1))
                    break
                unmet = _unmet(needs, reached, known)
                if unmet is not None:
                    heappush(waiting.setdefault(unmet[0], []), (unmet[1], number))
                    break
                if cursor.count == 0:
                    cursor.first, cursor.first_clock, cursor.rest_at = data[cursor.at : at], clock, at
                    if clock < have and kind == STRING:
                        first = _without_cut(cursor.first, have - clock)
                        mended = mended or first != cursor.first
                        cursor.first = first
                cursor.count += 1
                cursor.end_at = at
                if kind <= DELETED:
                    note_dead(dead, client, clock, end)
                have = reached[client] = end
            cursor.at, cursor.clock = at, end
            cursor.left -= 1
        heap = waiting.get(client)
        while heap and heap[0][0] < have:
            ready.append(heappop(heap)[1])
    waits += [(client, clock) for client, heap in waiting.items() for clock, _ in heap]
    kept = [cursor for cursor in cursors if cursor.count]
    ends = [(cursor.client, cursor.first_clock, reached[cursor.client]) for cursor in kept]
    if (
        whole
        and not mended
        and all(cursor.count == section.structs for cursor, section in zip(cursors, sections, strict=True))
    ):
        return b"", ends, dead, waits
    out = [write_var_uint(len(kept))]
    for cursor in kept:
        out += (write_var_uint(cursor.count), write_var_uint(cursor.client), write_var_uint(cursor.first_clock))
        out += (cursor.first, data[cursor.rest_at : cursor.end_at])
    return b"".join(out), ends, dead, waits


def _without_cut(item: bytes, offset: int) -> bytes:
    """Return a text whose first `offset` units are known already; a character that lies on the edge becomes two U+FFFD.

    That is what Yjs makes of it when it cuts the text there; yrs cannot cut it (see `surrogates`).
    """
    content_at = read_header(item, 0).content_at
    text, _ = read_var_bytes(item, content_at)
    units = text.decode().encode("utf-16-le")
    if not 0xDC <= units[2 * offset + 1] <= 0xDF:
        return item
    units = units[: 2 * offset - 2] + b"\xfd\xff\xfd\xff" + units[2 * offset + 2 :]
    return item[:content_at] + write_var_bytes(units.decode("utf-16-le").encode())


def _unmet(needs: dict[int, int], reached: dict[int, int], known: Mapping[int, int]) -> tuple[int, int] | None:
    for client, clock in needs.items():
        if clock >= (reached.get(client) or known.get(client, 0)):
            return client, clock
    return None
