"""A connection on which bytes are sent as they stand: what no client library would send."""

from __future__ import annotations

import asyncio
import contextlib
import re

from harness.server import Server

HOST = b"Host: 127.0.0.1\r\n"
UPGRADE = (
    b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
_STATUS = re.compile(rb"^HTTP/1\.[01] (\d{3})", re.MULTILINE)


class Heard:
    """What came back, and whether the server ended the connection."""

    def __init__(self, data: bytes, *, closed: bool) -> None:
        self.data = data
        self.closed = closed

    @property
    def statuses(self) -> list[int]:
        """The status of each answer, in order."""
        return [int(status) for status in _STATUS.findall(self.data)]


class Raw:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, server: Server) -> Raw:
        return cls(*await asyncio.open_connection("127.0.0.1", server.port))

    async def send(self, data: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            self.writer.write(data)
            await self.writer.drain()

    async def hear(self, within_s: float = 5.0, *, quiet_s: float = 0.3) -> Heard:
        """Read until the server ends the connection, or has said something and nothing more for `quiet_s`."""
        data, wait_s = b"", within_s
        while True:
            try:
                more = await asyncio.wait_for(self.reader.read(65536), wait_s)
            except TimeoutError:
                return Heard(data, closed=False)
            except ConnectionError:
                return Heard(data, closed=True)
            if not more:
                return Heard(data, closed=True)
            data += more
            wait_s = quiet_s

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


async def exchange(server: Server, data: bytes, within_s: float = 5.0) -> Heard:
    """Send bytes on a connection of their own and hear what comes."""
    raw = await Raw.open(server)
    await raw.send(data)
    heard = await raw.hear(within_s)
    await raw.close()
    return heard
