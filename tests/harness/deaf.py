"""A WebSocket client below aiohttp: it reads only when told to, with a small window, as a stuck or hostile one does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import struct

from harness.server import Server

WINDOW_BYTES = 8 << 10


class DeafClient:
    """A raw socket after a WebSocket upgrade; `hear` reads what is there, nothing else does."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.heard = bytearray()
        self.ended = False

    @classmethod
    async def open(cls, server: Server, path: str, *, extensions: str = "") -> DeafClient:
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW_BYTES)
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(connection, ("127.0.0.1", server.port))
        await loop.sock_sendall(
            connection,
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{extensions}"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode(),
        )
        client = cls(connection)
        while b"\r\n\r\n" not in client.heard and not client.ended:
            await client.hear(0.1)
        client.heard = client.heard.partition(b"\r\n\r\n")[2]
        return client

    async def send(self, message: bytes, *, first: int = 0x82) -> None:
        """Send one masked frame; `first` is its first byte (binary and final, by default)."""
        mask = os.urandom(4)
        length = len(message)
        if length < 126:
            head = struct.pack("!BB", first, 0x80 | length)
        elif length < 65536:
            head = struct.pack("!BBH", first, 0x80 | 126, length)
        else:
            head = struct.pack("!BBQ", first, 0x80 | 127, length)
        masked = (int.from_bytes(message, "big") ^ int.from_bytes((mask * (length // 4 + 1))[:length], "big")).to_bytes(
            length, "big"
        )
        with contextlib.suppress(ConnectionError):
            await asyncio.get_running_loop().sock_sendall(self.connection, head + mask + masked)

    async def hear(self, within_s: float) -> None:
        """Read what comes within so many seconds; `ended` tells that the connection is over."""
        loop = asyncio.get_running_loop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while not self.ended:
                    try:
                        data = await loop.sock_recv(self.connection, 65536)
                    except ConnectionError:
                        data = b""
                    self.ended = not data
                    self.heard += data
                    await asyncio.sleep(0)  # sock_recv does not pause while there is something to read

    @property
    def close_code(self) -> int | None:
        """Return the code of a close frame at the end of what was heard."""
        at = self.heard.rfind(b"\x88")
        return struct.unpack("!H", self.heard[at + 2 : at + 4])[0] if at >= 0 and len(self.heard) >= at + 4 else None

    def close(self) -> None:
        self.connection.close()
