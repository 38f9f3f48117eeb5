"""The structural walk of a Yjs update (encoding version 1), and the encodings around it.

The engine behind the workers can be made to crash, loop or eat all memory by a few hostile bytes, and a malformed
update that reached other people's editors would throw in each of them. So nothing is stored or passed on that did not
pass `check`: integers have their width, ids their range, counts fit the bytes left, nesting is bounded, strings are
UTF-8 and JSON is JSON, nothing refers to its own client's future, and the update ends where its bytes end.
What real Yjs writes is never refused: tests generate thousands of documents to prove it.
"""

from typing import NamedTuple

from coscribe.protocol.content import ANY, ANY_NUMBER, TYPE, Elaborate
from coscribe.protocol.deletes import (
    MAX_CLOCK,
    MAX_DELETE_RANGES,
    DeleteRange,
    parse_delete_set,
    read_delete_set,
    write_delete_set,
)
from coscribe.protocol.lib0 import DecodeError, read_var_uint
from coscribe.protocol.nesting import MAX_TYPE_NESTING, check_nesting
from coscribe.protocol.structs import DELETED, SKIP, read_struct

__all__ = [
    "EMPTY_UPDATE",
    "MAX_CLOCK",
    "DeleteRange",
    "Elaborate",
    "MalformedUpdate",
    "Section",
    "Walk",
    "check",
    "read_delete_set",
    "write_delete_set",
]

EMPTY_UPDATE = b"\0\0"


_STRUCTS_A_SECTION = 2
"""What a section takes to read, in structs."""
_BYTES_A_VALUE = 8


class MalformedUpdate(DecodeError):
    """Bytes that are no Yjs update, or one that would harm who applies it; the sender's connection is to be closed."""


class Section(NamedTuple):
    """One client's structs in an update: their number, where they start, and the clocks they cover."""

    client: int
    start: int
    end: int
    structs: int
    at: int


class Walk:
    """What an update says exists.

    sections: each client's structs, skips included.
    needs: for every client that another client's structs refer to, the highest clock referred to.
    dead: ranges of structs that arrive without content, because they are deleted already.
    deletes: the delete set, as it is written, from `delete_set_at` on.
    """

    __slots__ = ("dead", "delete_set_at", "deletes", "has_skips", "needs", "sections")

    def __init__(self) -> None:
        self.sections: list[Section] = []
        self.needs: dict[int, int] = {}
        self.dead: list[DeleteRange] = []
        self.has_skips = False
        self.deletes: list[DeleteRange] = []
        self.delete_set_at = 0

    @property
    def structs(self) -> list[tuple[int, int, int]]:
        """Each section's client, first clock and the clock after its last."""
        return [(section.client, section.start, section.end) for section in self.sections]

    @property
    def references(self) -> list[tuple[int, int]]:
        """Each client that others refer to, and the highest clock referred to."""
        return list(self.needs.items())


def check(update: bytes, most: int = ANY_NUMBER) -> Walk:
    """Walk a whole update and return what it says exists.

    Raises MalformedUpdate, or Elaborate where structs, values and deleted ranges are more than `most` together.
    """
    try:
        return _walk(update, most)
    except MalformedUpdate:
        raise
    except IndexError:
        raise MalformedUpdate("the update ends in the middle of a struct") from None
    except DecodeError as error:
        raise MalformedUpdate(str(error)) from None


def _walk(data: bytes, most: int) -> Walk:
    walk = Walk()
    size = len(data)
    needs = walk.needs
    clients, at = read_var_uint(data, 0)
    if 5 * clients > size - at:
        raise MalformedUpdate(f"{clients} clients in {size - at} bytes")
    seen: set[int] = set()
    types = 0
    for _ in range(clients):
        count, at = read_var_uint(data, at)
        client_at = at
        client, at = read_var_uint(data, at)
        own = data[client_at:at]
        clock, at = read_var_uint(data, at)
        if count == 0 or 2 * count > size - at:
            raise MalformedUpdate(f"{count} structs in {size - at} bytes")
        if client in seen:
            raise MalformedUpdate(f"client {client} has two sections")
        seen.add(client)
        most -= count + _STRUCTS_A_SECTION
        if most < 0:
            raise Elaborate
        start, first_at = clock, at
        for _ in range(count):
            before = at
            at, end, kind = read_struct(data, at, own, clock, needs, most)
            if kind == TYPE:
                types += 1
            elif kind <= DELETED:
                note_dead(walk.dead, client, clock, end)
            elif kind == ANY:
                most -= (at - before) // _BYTES_A_VALUE
                if most < 0:
                    raise Elaborate
            elif kind == SKIP:
                walk.has_skips = True
            clock = end
            if clock > MAX_CLOCK:
                raise MalformedUpdate(f"client {client} reaches clock {clock}")
        walk.sections.append(Section(client, start, clock, count, first_at))
    if types > MAX_TYPE_NESTING:
        check_nesting(data, walk.sections)
    walk.delete_set_at = at
    walk.deletes, at = parse_delete_set(data, at, most)
    if at != size:
        raise MalformedUpdate(f"{size - at} bytes follow the update")
    return walk


def note_dead(dead: list[DeleteRange], client: int, start: int, end: int) -> None:
    """Add a range to those that arrived deleted; raise DecodeError where there are too many."""
    if dead:
        last, clock, length = dead[-1]
        if last == client and clock + length == start:
            dead[-1] = (client, clock, end - clock)
            return
        if len(dead) >= MAX_DELETE_RANGES:
            raise DecodeError(f"more than {MAX_DELETE_RANGES} ranges arrive deleted")
    dead.append((client, start, end - start))
