"""A server that does nothing but pass edits on: a yardstick for servers and for the load client itself.

It reads no update, keeps nothing, and writes once per client and turn, so what it reaches in a scenario is about what
the load client can take, and what a server that also checks and stores can at most hope for. Only this benchmark's
clients can use it: it takes every mask to be zeros and every frame to be short.
Run it with `python -m coscribe.operations.bench.mirror PORT`.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from typing import cast

import uvloop

_TURN_S = 0.005
_CLIENT_HEADER = 6  # bytes of a short masked frame before its payload
_UPGRADED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)
_EMPTY_STEP2 = b"\x82\x05\x00\x01\x02\x00\x00"


def pass_on(frame: bytes) -> Sequence[bytes]:
    """Deliver each frame once; a test plants its faults here."""
    return (frame,)


class Room:
    """Who is there, and what is to be passed on at the end of the turn."""

    def __init__(self, tamper: Callable[[bytes], Sequence[bytes]]) -> None:
        self.members: set[Member] = set()
        self._tamper = tamper
        self._pending: list[tuple[Member, bytes]] = []
        self._flushed_s = 0.0

    def accept(self, sender: "Member", frame: bytes) -> None:
        """Take a frame for everybody else."""
        if not self._pending:
            loop = asyncio.get_running_loop()
            loop.call_later(max(0, self._flushed_s + _TURN_S - loop.time()), self._flush)
        self._pending.append((sender, frame))

    def _flush(self) -> None:
        self._flushed_s = asyncio.get_running_loop().time()
        pending, self._pending = self._pending, []
        senders = {sender for sender, _ in pending}
        everything = b"".join([copy for _, frame in pending for copy in self._tamper(frame)])
        for member in self.members:
            if member not in senders:
                member.transport.write(everything)
                continue
            member.transport.write(
                b"".join([copy for sender, frame in pending if sender is not member for copy in self._tamper(frame)])
                + b"".join([frame for sender, frame in pending if sender is member])  # the echo
            )


class Member(asyncio.Protocol):
    """One connection."""

    transport: asyncio.WriteTransport

    def __init__(self, rooms: dict[bytes, Room], tamper: Callable[[bytes], Sequence[bytes]]) -> None:
        self._rooms, self._tamper = rooms, tamper
        self._room: Room | None = None
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.WriteTransport, transport)  # uvloop's is none by inheritance

    def connection_lost(self, exc: Exception | None) -> None:
        if self._room:
            self._room.members.discard(self)

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        if self._room is None:
            head, found, rest = data.partition(b"\r\n\r\n")
            if not found:
                self._rest = data
                return
            path = head.split(b" ", 2)[1]
            self._room = self._rooms.setdefault(path, Room(self._tamper))
            self._room.members.add(self)
            self.transport.write(_UPGRADED)
            data = rest
        at, end = 0, len(data)
        while end - at >= _CLIENT_HEADER and at + _CLIENT_HEADER + (data[at + 1] & 127) <= end:
            start, size, opcode = at + _CLIENT_HEADER, data[at + 1] & 127, data[at] & 15
            at = start + size
            if opcode == 8:
                self.transport.close()
                return
            if data[start] == 0 and data[start + 1] == 0:
                self.transport.write(_EMPTY_STEP2)
            elif data[start] == 1 or data[start + 1] == 2:
                self._room.accept(self, bytes((0x82, size)) + data[start:at])
        self._rest = data[at:]


async def start(port: int, tamper: Callable[[bytes], Sequence[bytes]] = pass_on) -> asyncio.Server:
    """Listen on 127.0.0.1; port 0 takes a free one."""
    rooms: dict[bytes, Room] = {}
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Member(rooms, tamper), "127.0.0.1", port, backlog=4096)


async def _serve(port: int) -> None:
    async with await start(port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
