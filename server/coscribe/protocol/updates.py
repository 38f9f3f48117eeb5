"""The structural walk of a Yjs update (encoding version 1), and the encodings around it.

The engine behind the workers can be made to crash, loop or eat all memory by a few hostile bytes, and a malformed
update that reached other people's editors would throw in each of them. So nothing is stored or passed on that did not
pass `check`: integers have their width, ids their range, counts fit the bytes left, nesting is bounded, strings are
UTF-8 and JSON is JSON, nothing refers to its own client's future, and the update ends where its bytes end.
What real Yjs writes is never refused: tests generate thousands of documents to prove it.
"""

from collections.abc import Mapping
from typing import NamedTuple

from coscribe.protocol.content import TYPE
from coscribe.protocol.deletes import MAX_CLOCK, DeleteRange, parse_delete_set, read_delete_set, write_delete_set
from coscribe.protocol.lib0 import DecodeError, read_var_uint, write_var_uint
from coscribe.protocol.nesting import MAX_TYPE_NESTING, check_nesting
from coscribe.protocol.structs import DELETED, SKIP, read_struct

__all__ = [
    "EMPTY_UPDATE",
    "EMPTY_VECTOR",
    "MAX_CLOCK",
    "DeleteRange",
    "MalformedUpdate",
    "Section",
    "Walk",
    "check",
    "read_delete_set",
    "read_state_vector",
    "write_delete_set",
    "write_state_vector",
]

EMPTY_UPDATE = b"\0\0"
EMPTY_VECTOR = b"\0"


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


def check(update: bytes) -> Walk:
    """Walk a whole update and return what it says exists. Raises MalformedUpdate."""
    try:
        return _walk(update)
    except MalformedUpdate:
        raise
    except IndexError:
        raise MalformedUpdate("the update ends in the middle of a struct") from None
    except DecodeError as error:
        raise MalformedUpdate(str(error)) from None


def _walk(data: bytes) -> Walk:
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
        start, first_at = clock, at
        for _ in range(count):
            at, end, kind = read_struct(data, at, own, clock, needs)
            if kind == TYPE:
                types += 1
            elif kind <= DELETED:
                walk.dead.append((client, clock, end - clock))
            elif kind == SKIP:
                walk.has_skips = True
            clock = end
            if clock > MAX_CLOCK:
                raise MalformedUpdate(f"client {client} reaches clock {clock}")
        walk.sections.append(Section(client, start, clock, count, first_at))
    if types > MAX_TYPE_NESTING:
        check_nesting(data, walk.sections)
    walk.delete_set_at = at
    walk.deletes, at = parse_delete_set(data, at)
    if at != size:
        raise MalformedUpdate(f"{size - at} bytes follow the update")
    return walk


def read_state_vector(data: bytes, most: int | None = None) -> dict[int, int]:
    """Read a state vector, of so many clients at most: for each, the first clock that is not known.

    Raises DecodeError.
    """
    count, at = read_var_uint(data, 0)
    if 2 * count > len(data) - at:
        raise DecodeError(f"{count} clients in a state vector of {len(data) - at} bytes")
    if most is not None and count > most:
        raise DecodeError(f"{count} clients in a state vector, where at most {most} can be")
    vector: dict[int, int] = {}
    for _ in range(count):
        client, at = read_var_uint(data, at)
        clock, at = read_var_uint(data, at)
        vector[client] = clock
    if at != len(data):
        raise DecodeError(f"{len(data) - at} bytes follow a state vector")
    return vector


def write_state_vector(vector: Mapping[int, int]) -> bytes:
    """Encode a state vector."""
    out = [write_var_uint(len(vector))]
    for client, clock in vector.items():
        out += (write_var_uint(client), write_var_uint(clock))
    return b"".join(out)
