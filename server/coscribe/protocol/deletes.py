"""Sets of deleted ranges: their encoding, and the one that a journal holds.

Every reconnecting client sends its whole delete set; `DeletedRanges` tells what of it is new, so that a journal stores
each deletion once. A range is (client, clock, length): `length` ids of that client from `clock` on.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping

from coscribe.protocol.content import ANY_NUMBER, Elaborate
from coscribe.protocol.lib0 import DecodeError, read_var_uint, write_var_uint

DeleteRange = tuple[int, int, int]

MAX_CLOCK = 1 << 31
"""No id of a client reaches this: yrs cuts clocks to 32 bits without a word, where an honest client never gets."""

MAX_DELETE_RANGES = 1 << 18
"""Ranges in one update; what they cost in memory is a hundred times what they cost on the wire."""


def parse_delete_set(data: bytes, at: int, most: int = ANY_NUMBER) -> tuple[list[DeleteRange], int]:
    """Read a delete set at a position; returns its ranges and the position after it.

    Raises DecodeError, or Elaborate where clients and ranges together are more than `most`.
    """
    ranges: list[DeleteRange] = []
    clients, at = read_var_uint(data, at)
    size = len(data)
    if 2 * clients > size - at:
        raise DecodeError(f"{clients} clients in a delete set of {size - at} bytes")
    most -= clients
    for _ in range(clients):
        client, at = read_var_uint(data, at)
        count, at = read_var_uint(data, at)
        if 2 * count > size - at or len(ranges) + count > MAX_DELETE_RANGES:
            raise DecodeError(f"{count} deleted ranges in {size - at} bytes")
        if len(ranges) + count > most:
            raise Elaborate
        for _ in range(count):
            clock, at = read_var_uint(data, at)
            length, at = read_var_uint(data, at)
            if length == 0 or clock + length > MAX_CLOCK:
                raise DecodeError(f"a deleted range of {length} from {clock}")
            ranges.append((client, clock, length))
    return ranges, at


def read_delete_set(data: bytes) -> list[DeleteRange]:
    """Read an encoded delete set. Raises DecodeError."""
    ranges, at = parse_delete_set(data, 0)
    if at != len(data):
        raise DecodeError(f"{len(data) - at} bytes follow a delete set")
    return ranges


class DeleteSetWriter:
    """Encodes ranges bit by bit, grouped by client in the order of their first appearance."""

    __slots__ = ("_clients",)

    def __init__(self) -> None:
        self._clients: dict[int, list[bytes]] = {}

    def add(self, ranges: Iterable[DeleteRange]) -> None:
        """Encode some more."""
        clients = self._clients
        for client, clock, length in ranges:
            clients.setdefault(client, []).append(write_var_uint(clock) + write_var_uint(length))

    def encoded(self) -> bytes:
        """Return the delete set."""
        out = [write_var_uint(len(self._clients))]
        for client, encoded in self._clients.items():
            out += (write_var_uint(client), write_var_uint(len(encoded)), *encoded)
        return b"".join(out)


def write_delete_set(ranges: Iterable[DeleteRange]) -> bytes:
    """Encode ranges, grouped by client in the order of their first appearance."""
    writer = DeleteSetWriter()
    writer.add(ranges)
    return writer.encoded()


class DeletedRanges:
    """A set of ids, kept for each client as sorted ranges that neither overlap nor touch."""

    __slots__ = ("_clients", "_encoded", "count")

    def __init__(self, ranges: Iterable[DeleteRange] = ()) -> None:
        self.count = 0
        self._clients: dict[int, tuple[list[int], list[int]]] = {}
        self._encoded: bytes | None = b"\0"
        self.add(ranges)

    def missing(self, ranges: Iterable[DeleteRange], known: Mapping[int, int]) -> list[DeleteRange]:
        """Return the parts of `ranges` that are not in the set, without ids from `known[client]` on."""
        out: list[DeleteRange] = []
        for client, clock, length in ranges:
            end = min(clock + length, known.get(client, 0))
            held = self._clients.get(client)
            if held is None:
                if end > clock:
                    out.append((client, clock, end - clock))
                continue
            starts, ends = held
            at = bisect_right(starts, clock) - 1
            if at >= 0 and ends[at] > clock:
                clock = ends[at]
            at += 1
            while clock < end:
                if at == len(starts) or starts[at] >= end:
                    out.append((client, clock, end - clock))
                    break
                if starts[at] > clock:
                    out.append((client, clock, starts[at] - clock))
                clock = ends[at]
                at += 1
        return out

    def holds(self, ranges: Iterable[DeleteRange]) -> bool:
        """Tell whether every id of `ranges` is in the set."""
        for client, clock, length in ranges:
            held = self._clients.get(client)
            if held is None:
                return False
            at = bisect_right(held[0], clock) - 1
            if at < 0 or held[1][at] < clock + length:
                return False
        return True

    def add_new(self, client: int, clock: int, end: int) -> bool:
        """Add the ids from `clock` to before `end`; False, and nothing is added, where one of them is in the set."""
        held = self._clients.get(client)
        if held is None:
            self._clients[client] = ([clock], [end])
            self._encoded = None
            self.count += 1
            return True
        starts, ends = held
        after = bisect_right(starts, clock)
        if (after and ends[after - 1] > clock) or (after < len(starts) and starts[after] < end):
            return False
        self._encoded = None
        follows = after and ends[after - 1] == clock
        if after < len(starts) and starts[after] == end:
            if follows:
                ends[after - 1] = ends[after]
                del starts[after], ends[after]
                self.count -= 1
            else:
                starts[after] = clock
        elif follows:
            ends[after - 1] = end
        else:
            starts.insert(after, clock)
            ends.insert(after, end)
            self.count += 1
        return True

    def add(self, ranges: Iterable[DeleteRange]) -> None:
        """Add ids to the set."""
        for client, clock, length in ranges:
            end = clock + length
            held = self._clients.get(client)
            if held is None:
                self._encoded = None
                self._clients[client] = ([clock], [end])
                self.count += 1
                continue
            starts, ends = held
            first = bisect_left(ends, clock)
            after = bisect_right(starts, end, first)
            if first < after:
                if starts[first] <= clock and end <= ends[first]:
                    continue
                clock = min(clock, starts[first])
                end = max(end, ends[after - 1])
            self._encoded = None
            self.count += 1 - (after - first)
            starts[first:after] = [clock]
            ends[first:after] = [end]

    def ranges(self) -> list[DeleteRange]:
        """Return the set as ranges, each client's in order."""
        return [
            (client, start, end - start)
            for client, (starts, ends) in self._clients.items()
            for start, end in zip(starts, ends, strict=True)
        ]

    @property
    def is_encoded(self) -> bool:
        """Tell whether it has not changed since it was encoded."""
        return self._encoded is not None

    def encode(self) -> bytes:
        """Return the encoded set; cached until it changes."""
        if self._encoded is None:
            self._encoded = write_delete_set(self.ranges())
        return self._encoded
