"""A peer that speaks raw frames of either dialect, for tests that need to say exactly what a stock client would not.

It has no CRDT: it sends what it is told, records what comes, and lets a test wait for a message. A reader task
parses every frame strictly, so that a malformed frame of the server fails the test that received it.
"""

from __future__ import annotations

import asyncio
import enum
import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

import aiohttp

from harness.lib0 import Reader, read_awareness, var_bytes, var_string, var_uint
from harness.server import Server

WAIT_S = 20.0


class Dialect(enum.Enum):
    Y_WEBSOCKET = "y-websocket"
    HOCUSPOCUS = "hocuspocus"


class Kind(enum.Enum):
    """What a message from the server is, in either dialect."""

    SYNC_STEP_1 = "SyncStep1"
    SYNC_STEP_2 = "SyncStep2"
    UPDATE = "Update"
    AWARENESS = "Awareness"
    AUTH = "Auth"
    QUERY_AWARENESS = "QueryAwareness"
    STATELESS = "Stateless"
    CLOSE = "Close"
    SYNC_STATUS = "SyncStatus"
    PING = "Ping"
    PONG = "Pong"


SYNC_KINDS = (Kind.SYNC_STEP_1, Kind.SYNC_STEP_2, Kind.UPDATE)
ENVELOPE_KINDS = {
    1: Kind.AWARENESS,
    2: Kind.AUTH,
    3: Kind.QUERY_AWARENESS,
    5: Kind.STATELESS,
    7: Kind.CLOSE,
    8: Kind.SYNC_STATUS,
}


class Message(NamedTuple):
    kind: Kind
    payload: bytes
    address: str
    at: float
    frame: bytes


class Closed(NamedTuple):
    code: int | None
    at: float


class PeerClosed(AssertionError):
    """The server closed the connection while the test waited for something."""


class MalformedFrame(AssertionError):
    """The server sent a frame that a strict client could not read."""


class Peer:
    """One socket to one server; for Hocuspocus any number of documents on it."""

    def __init__(self, dialect: Dialect, document: str, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.dialect = dialect
        self.document = document
        self.socket = socket
        self.messages: list[Message] = []
        self.closed: Closed | None = None
        self.fault: Exception | None = None
        self.answers_sync = True
        self.answer: Callable[[], bytes] = lambda: b"\x00\x00"
        self._news = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())

    # -- connecting ---------------------------------------------------------------------------------------------------

    @classmethod
    async def open(
        cls,
        http: aiohttp.ClientSession,
        server: Server,
        document: str,
        dialect: Dialect,
        *,
        query: str = "",
        protocols: tuple[str, ...] = (),
        compress: int = 0,
        origin: str | None = None,
    ) -> Peer:
        """Open the socket, as a page of an origin or as a program, and say nothing yet."""
        path = f"/sync/{quote(document, safe='/~:@')}" if dialect is Dialect.Y_WEBSOCKET else "/hocuspocus"
        socket = await http.ws_connect(
            server.url + path + query,
            headers=None if origin is None else {"Origin": origin},
            max_msg_size=0,
            autoping=True,
            protocols=protocols,
            compress=compress,
            timeout=aiohttp.ClientWSTimeout(ws_close=5),
        )
        return cls(dialect, document, socket)

    @classmethod
    async def join(
        cls,
        http: aiohttp.ClientSession,
        server: Server,
        document: str,
        dialect: Dialect,
        *,
        token: str = "",
        query: str = "",
    ) -> Peer:
        """Open, sign in where the dialect has it, ask for the document and wait until it has come."""
        peer = await cls.open(http, server, document, dialect, query=query)
        if dialect is Dialect.HOCUSPOCUS:
            await peer.send_auth(token)
        await peer.sync()
        return peer

    async def leave(self) -> None:
        await self.socket.close()
        await self._reader

    # -- sending ------------------------------------------------------------------------------------------------------

    async def send_raw(self, frame: bytes) -> None:
        await self.socket.send_bytes(frame)

    def envelope(self, body: bytes, address: str | None = None) -> bytes:
        """Return the frame that carries `body` (type and payload) in this dialect."""
        return body if self.dialect is Dialect.Y_WEBSOCKET else var_string(address or self.document) + body

    async def send(self, body: bytes, address: str | None = None) -> None:
        await self.send_raw(self.envelope(body, address))

    async def send_auth(self, token: str = "", version: str | None = "4.8.0", address: str | None = None) -> None:
        body = b"\x02\x00" + var_string(token) + (b"" if version is None else var_string(version))
        await self.send(body, address)

    async def send_step_1(self, vector: bytes = b"\x00", address: str | None = None) -> None:
        await self.send(b"\x00\x00" + var_bytes(vector), address)

    async def send_step_2(self, update: bytes, address: str | None = None) -> None:
        await self.send(b"\x00\x01" + var_bytes(update), address)

    async def send_update(self, update: bytes, address: str | None = None) -> None:
        await self.send(b"\x00\x02" + var_bytes(update), address)

    async def send_awareness(self, update: bytes, address: str | None = None) -> None:
        await self.send(b"\x01" + var_bytes(update), address)

    async def send_stateless(self, text: str, address: str | None = None) -> None:
        await self.send(b"\x05" + var_string(text), address)

    # -- receiving ----------------------------------------------------------------------------------------------------

    async def sync(self, vector: bytes = b"\x00", address: str | None = None) -> bytes:
        """Ask for the document; return the update of the SyncStep2 that answers."""
        mark = len(self.messages)
        await self.send_step_1(vector, address)
        message = await self.until(Kind.SYNC_STEP_2, after=mark, address=address)
        return message.payload

    async def until(
        self,
        kind: Kind,
        holds: Callable[[bytes], bool] = lambda _: True,
        *,
        after: int = 0,
        address: str | None = None,
        within_s: float = WAIT_S,
    ) -> Message:
        """Wait for a message of `kind` whose payload `holds`, from the `after`-th message on."""

        return await self.until_any(
            lambda message: (
                message.kind is kind and (address is None or message.address == address) and holds(message.payload)
            ),
            kind.value,
            after=after,
            within_s=within_s,
        )

    async def until_any(
        self, fits: Callable[[Message], bool], what: str, *, after: int = 0, within_s: float = WAIT_S
    ) -> Message:
        """Wait for a message that fits, from the `after`-th message on; `what` is for the failure's text."""
        seen = after
        async with self._news:
            try:
                async with asyncio.timeout(within_s):
                    while True:
                        for message in self.messages[seen:]:
                            if fits(message):
                                return message
                        seen = len(self.messages)
                        if self.fault is not None:
                            raise self.fault
                        if self.closed is not None:
                            raise PeerClosed(f"closed with {self.closed.code} while waiting for {what}")
                        await self._news.wait()
            except TimeoutError:
                tail = [(m.kind.value, m.payload[:24].hex()) for m in self.messages[-6:]]
                raise AssertionError(f"no {what} within {within_s} s; last messages: {tail}") from None

    async def until_count(self, kind: Kind, number: int, *, within_s: float = WAIT_S) -> None:
        """Wait until exactly `number` messages of a kind have come, and see that no more follow at once."""
        if self.count(kind) < number:
            await self.until(kind, lambda _: self.count(kind) >= number, after=len(self.messages), within_s=within_s)
        await asyncio.sleep(0.1)
        assert self.count(kind) == number

    async def until_content(self, *parts: bytes, after: int = 0, within_s: float = WAIT_S) -> None:
        """Wait until each of `parts` was in some SyncStep2 or Update, from the `after`-th message on.

        A document may come as a state and the updates after it, so no one message need hold it all.
        """
        for part in parts:
            await self.until_any(
                lambda message, part=part: message.kind in (Kind.SYNC_STEP_2, Kind.UPDATE) and part in message.payload,  # type: ignore[misc]
                f"content {part!r}",
                after=after,
                within_s=within_s,
            )

    async def until_closed(self, within_s: float = WAIT_S) -> int | None:
        """Wait for the end of the connection; return the close code (1006 when it was cut)."""
        async with self._news:
            try:
                async with asyncio.timeout(within_s):
                    while self.closed is None:
                        await self._news.wait()
            except TimeoutError:
                raise AssertionError(f"the server kept the connection for {within_s} s") from None
        return self.closed.code

    def count(self, kind: Kind, payload: bytes | None = None) -> int:
        return sum(
            message.kind is kind and (payload is None or message.payload == payload) for message in self.messages
        )

    def awareness(self) -> dict[int, tuple[int, str]]:
        """Return what a stock client's awareness would hold after every message so far: client id → (clock, JSON)."""
        known: dict[int, tuple[int, str]] = {}
        for message in self.messages:
            if message.kind is Kind.AWARENESS:
                for client, clock, state in read_awareness(message.payload):
                    before = known.get(client, (-1, "null"))
                    if clock > before[0] or (clock == before[0] and state == "null" != before[1]):
                        known[client] = (clock, state)
        return {client: entry for client, entry in known.items() if entry[1] != "null"}

    async def _read(self) -> None:
        async for incoming in self.socket:
            if incoming.type is not aiohttp.WSMsgType.BINARY:
                self.fault = self.fault or MalformedFrame(f"the server sent a {incoming.type.name} frame")
                continue
            await self._receive(incoming.data)
        async with self._news:
            self.closed = Closed(self.socket.close_code, time.monotonic())
            self._news.notify_all()

    async def _receive(self, frame: bytes) -> None:
        try:
            message = self._parse(frame)
        except (IndexError, KeyError, UnicodeDecodeError, ValueError) as error:
            self.fault = self.fault or MalformedFrame(f"{frame[:200].hex()}: {error!r}")
            return
        async with self._news:
            self.messages.append(message)
            self._news.notify_all()
        if message.kind is Kind.SYNC_STEP_1 and self.answers_sync and not self.socket.closed:
            await self.send_step_2(self.answer(), message.address)

    def _parse(self, frame: bytes) -> Message:
        now = time.monotonic()
        if self.dialect is Dialect.HOCUSPOCUS and frame in (b"\x09", b"\x0a"):
            return Message(Kind.PING if frame == b"\x09" else Kind.PONG, b"", "", now, frame)
        reader = Reader(frame)
        address = self.document if self.dialect is Dialect.Y_WEBSOCKET else reader.string()
        number = reader.uint()
        if number == 0:
            kind = SYNC_KINDS[reader.uint()]
            payload = reader.bytes()
        else:
            kind = ENVELOPE_KINDS[number]
            if kind is Kind.AWARENESS:
                payload = reader.bytes()
                read_awareness(payload)
            else:
                payload, reader.at = reader.rest(), len(frame)
        if reader.at != len(frame):
            raise ValueError("a frame holds more than one message")
        return Message(kind, payload, address, now, frame)


def status(applied: bool) -> bytes:
    """Return the payload of a SyncStatus message."""
    return var_uint(int(applied))
