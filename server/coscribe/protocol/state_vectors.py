"""State vectors: for each client, the first clock that is not known."""

from collections.abc import Generator, Iterable, Mapping

from coscribe.protocol.lib0 import DecodeError, read_var_uint, write_var_uint

EMPTY_VECTOR = b"\0"
LONG_BYTES = 8 << 10
"""What is read within a millisecond."""
BLOCK = 128
"""How many clients are encoded anew when one of them has written."""
AT_A_TIME = 256
"""How much of a long list is gone through before others have their turn: half a millisecond."""


def read_state_vector(data: bytes, most: int | None = None) -> dict[int, int]:
    """Read a state vector, of so many clients at most. Raises DecodeError."""
    count, at = count_clients(data, most)
    vector: dict[int, int] = {}
    if read_clients(data, at, count, vector) != len(data):
        raise DecodeError("bytes follow a state vector")
    return vector


def count_clients(data: bytes, most: int | None = None) -> tuple[int, int]:
    """Return how many clients a state vector says it has, and where the first stands. Raises DecodeError."""
    count, at = read_var_uint(data, 0)
    if 2 * count > len(data) - at:
        raise DecodeError(f"{count} clients in a state vector of {len(data) - at} bytes")
    if most is not None and count > most:
        raise DecodeError(f"{count} clients in a state vector, where at most {most} can be")
    return count, at


def read_clients(data: bytes, at: int, count: int, vector: dict[int, int]) -> int:
    """Read so many clients into a vector; returns the position after them. Raises DecodeError."""
    for _ in range(count):
        client, at = read_var_uint(data, at)
        clock, at = read_var_uint(data, at)
        vector[client] = clock
    return at


def write_state_vector(vector: Mapping[int, int]) -> bytes:
    """Encode a state vector."""
    return write_var_uint(len(vector)) + _write_clients(vector, vector)


def _write_clients(clients: Iterable[int], known: Mapping[int, int]) -> bytes:
    return b"".join([write_var_uint(client) + write_var_uint(known[client]) for client in clients])


class PeerVector:
    """What a peer says that it knows; `clocks` is None for a long vector, which is read by workers alone."""

    __slots__ = ("clocks", "encoded")

    def __init__(self, encoded: bytes, most: int | None = None) -> None:
        """Read a vector, of so many clients at most, unless it is long. Raises DecodeError."""
        count_clients(encoded, most)
        self.encoded = encoded
        self.clocks = read_state_vector(encoded) if len(encoded) <= LONG_BYTES else None

    def __bool__(self) -> bool:
        return self.encoded != EMPTY_VECTOR


KNOWS_NOTHING = PeerVector(EMPTY_VECTOR)


class VectorWriter:
    """Encodes clocks that change, by blocks of clients: one of many thousands that writes costs one block.

    changed: whose clocks have changed since; whoever changes one says so here. No client is ever left out again.
    """

    __slots__ = ("_block_of", "_blocks", "_clients", "_encoded", "_joined", "changed")

    def __init__(self) -> None:
        self.changed: set[int] = set()
        self._encoded = EMPTY_VECTOR
        self._joined = True
        self._block_of: dict[int, int] = {}
        self._clients: list[list[int]] = []
        self._blocks: list[bytes] = []

    def reading(self, data: bytes) -> Generator[None, None, dict[int, int]]:
        """Read a vector bit by bit, and begin with it. Raises DecodeError."""
        count, at = count_clients(data)
        vector: dict[int, int] = {}
        many = count > BLOCK
        while count:
            part: dict[int, int] = {}
            now = min(count, AT_A_TIME)
            at = read_clients(data, at, now, part)
            count -= now
            vector.update(part)
            if many:
                self._encode(part, vector)
            else:
                self.changed.update(part)
            yield
        if at != len(data):
            raise DecodeError("bytes follow a state vector")
        return vector

    def write(self, known: Mapping[int, int]) -> bytes:
        """Return the encoded vector; where much has changed at once, an earlier one, until `writing` is done."""
        if len(self.changed) <= 2 * AT_A_TIME:
            if self.changed:
                if len(known) <= BLOCK:
                    self._encoded = write_state_vector(known)
                else:
                    self._begin_blocks()
                    self._encode(self.changed, known)
                self.changed.clear()
            if not self._joined:
                self._encoded = write_var_uint(len(self._block_of)) + b"".join(self._blocks)
                self._joined = True
        return self._encoded

    def writing(self, known: Mapping[int, int]) -> Generator[None, None, None]:
        """Encode bit by bit what has changed, where it is much."""
        self._begin_blocks()
        while len(self.changed) > AT_A_TIME:
            self._encode([self.changed.pop() for _ in range(AT_A_TIME)], known)
            yield

    def _begin_blocks(self) -> None:
        if not self._block_of:
            self.changed.update(read_state_vector(self._encoded))

    def _encode(self, changed: Iterable[int], known: Mapping[int, int]) -> None:
        clients, blocks, block_of = self._clients, self._blocks, self._block_of
        stale = set()
        for client in changed:
            block = block_of.get(client)
            if block is None:
                if not clients or len(clients[-1]) == BLOCK:
                    clients.append([])
                    blocks.append(b"")
                clients[-1].append(client)
                block = block_of[client] = len(clients) - 1
            stale.add(block)
        for block in stale:
            blocks[block] = _write_clients(clients[block], known)
        self._joined = False
