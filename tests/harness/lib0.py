"""lib0 and Yjs v1 bytes, written from the formats and not from the server: a second opinion on the wire.

Deliberately naive and complete enough to type text by hand: a test that builds its frames here cannot inherit
a mistake of the server's own codec.
"""

from __future__ import annotations

from collections.abc import Mapping


def var_uint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def var_bytes(data: bytes) -> bytes:
    return var_uint(len(data)) + data


def var_string(text: str) -> bytes:
    return var_bytes(text.encode())


class Reader:
    """A cursor over bytes that a peer sent; raises IndexError past the end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def uint(self) -> int:
        number, shift = 0, 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return number

    def bytes(self) -> bytes:
        length = self.uint()
        if self.at + length > len(self.data):
            raise IndexError("truncated")
        self.at += length
        return self.data[self.at - length : self.at]

    def string(self) -> str:
        return self.bytes().decode()

    def rest(self) -> bytes:
        return self.data[self.at :]


def state_vector(clocks: Mapping[int, int]) -> bytes:
    return var_uint(len(clocks)) + b"".join(var_uint(client) + var_uint(clock) for client, clock in clocks.items())


def read_state_vector(data: bytes) -> dict[int, int]:
    reader = Reader(data)
    return {reader.uint(): reader.uint() for _ in range(reader.uint())}


def awareness(*entries: tuple[int, int, str]) -> bytes:
    """Encode (client id, clock, JSON) entries as an awareness update."""
    return var_uint(len(entries)) + b"".join(var_uint(c) + var_uint(k) + var_string(state) for c, k, state in entries)


def read_awareness(data: bytes) -> list[tuple[int, int, str]]:
    reader = Reader(data)
    return [(reader.uint(), reader.uint(), reader.string()) for _ in range(reader.uint())]


class Typist:
    """Types at the end of its own run in a root text: each call returns one honest v1 update.

    The first update puts the run under the root `root`, every later one hangs on the character before.
    """

    def __init__(self, client: int, root: str = "text") -> None:
        self.client = client
        self.clock = 0
        self.root = root
        self.typed = ""
        self.last = ""

    def type(self, text: str) -> bytes:
        """Return the update that appends `text` (ASCII, so that a character is a clock)."""
        assert text.isascii()
        assert text
        head = b"\x01\x01" + var_uint(self.client) + var_uint(self.clock)
        if self.clock == 0:
            item = b"\x04\x01" + var_string(self.root) + var_string(text)
        else:
            item = b"\x84" + var_uint(self.client) + var_uint(self.clock - 1) + var_string(text)
        self.clock += len(text)
        self.typed += text
        self.last = text
        return head + item + b"\x00"

    def everything(self) -> bytes:
        """Return all that was typed so far as one update, as a reconnecting client's SyncStep2 would."""
        if not self.clock:
            return b"\x00\x00"
        item = b"\x04\x01" + var_string(self.root) + var_string(self.typed)
        return b"\x01\x01" + var_uint(self.client) + b"\x00" + item + b"\x00"
