"""One load client: a WebSocket of its own, in one room.

Receiving only notes bytes and time; reading them is the crowd's business, and waits while a measurement runs, so
that the client can keep up with a fast server and its own work does not end up in the latencies.
"""

import asyncio
import enum
import time
from collections.abc import Callable
from typing import cast

from . import wire
from .edits import Run
from .ledger import Ledger, Receiver, Typist

_STATE = b'{"user":{"name":"load","color":"#30bced"}}'


def now_us() -> int:
    """Return the monotonic time in µs."""
    return time.monotonic_ns() // 1000


class State(enum.Enum):
    """The life of a connection."""

    CLOSED = enum.auto()
    OPENING = enum.auto()
    SYNCING = enum.auto()
    READY = enum.auto()


class Connection(asyncio.Protocol):
    """A client of one room.

    `on_data` gets (time in µs, connection, bytes); `on_close` the connection, when the server ended it.
    """

    __slots__ = (
        "_left",
        "_on_close",
        "_on_data",
        "_presence_clock",
        "_request",
        "_rest",
        "awareness_received",
        "client",
        "close_reason",
        "edited_us",
        "ledger",
        "opened_us",
        "ready_us",
        "receiver",
        "settled",
        "state",
        "sync_bytes",
        "transport",
        "typist",
    )

    def __init__(
        self,
        request: bytes,
        client: int,
        ledger: Ledger,
        receiver: Receiver,
        on_data: Callable[[tuple[int, "Connection", bytes]], None],
        on_close: Callable[["Connection"], None],
    ) -> None:
        self._request, self._on_data, self._on_close = request, on_data, on_close
        self.client, self.ledger, self.receiver = client, ledger, receiver
        self.typist: Typist | None = None
        self.transport: asyncio.WriteTransport | None = None
        self.state = State.CLOSED
        self.close_reason = ""
        self.opened_us = self.ready_us = self.edited_us = self.sync_bytes = self.awareness_received = 0
        self._presence_clock = 0
        self._rest = b""
        self._left = False
        self.settled = asyncio.Event()  # set when it is ready or has failed

    # asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.WriteTransport, transport)  # uvloop's is none by inheritance
        self.state = State.OPENING
        self._rest = b""
        self._left = False
        self.close_reason = ""
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._on_data((time.monotonic_ns() // 1000, self, data))

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self.state is not State.CLOSED:
            self.close_reason = self.close_reason or (str(exc) if exc else "closed without a word")
            self.state = State.CLOSED
            self.settled.set()
            self._on_close(self)

    # the crowd calls these

    def type(self, edits: int, at_us: int) -> None:
        """Send the next characters."""
        if self.transport is not None and self.typist is not None:
            self.transport.write(self.typist.type(edits, at_us))

    def send(self, frame: bytes) -> None:
        """Send a frame."""
        if self.transport is not None:
            self.transport.write(frame)

    def send_presence(self) -> None:
        """Announce or renew the client's presence."""
        self._presence_clock += 1
        self.send(wire.awareness_frame(self.client, self._presence_clock, _STATE))

    def leave(self) -> None:
        """Close the connection properly."""
        self.state, self._left = State.CLOSED, True
        if self.transport is not None:
            self.transport.write(wire.close_frame())
            self.transport.close()

    def drop(self) -> None:
        """Let the connection fall without a word, as a network does."""
        self.state, self._left = State.CLOSED, True
        if self.transport is not None:
            self.transport.close()

    def read(self, at_us: int, data: bytes, reader: wire.ChunkReader) -> int:
        """Take in bytes that arrived at `at_us`; return how many frames they completed."""
        if self._left:
            return 0
        if self._rest:
            data = self._rest + data
            self._rest = b""
        if self.state is State.OPENING:
            rest = self._upgraded(data)
            if rest is None:
                return 0
            data = rest
        if not data:
            return 0
        chunk = reader.read(data)
        self._rest = chunk.rest
        for part in chunk.parts:
            if isinstance(part, Run):
                self.edited_us = at_us
                self.ledger.received(self.receiver, part, at_us)
            else:
                self._hear(part, at_us)
        return chunk.frames

    def _upgraded(self, data: bytes) -> bytes | None:
        try:
            rest = wire.read_upgrade(data)
        except wire.Refused as refusal:
            self.close_reason = str(refusal)
            if self.transport is not None:
                self.transport.close()
            return None
        if rest is None:
            self._rest = data
            return None
        self.state = State.SYNCING
        self.send(wire.step1(self.receiver.seen))
        self.send_presence()
        return rest

    def _hear(self, message: wire.Message, at_us: int) -> None:
        match message.signal:
            case wire.Signal.AWARENESS:
                self.awareness_received += 1
            case wire.Signal.STEP1:
                self.send(wire.empty_step2())
            case wire.Signal.STEP2:
                self._synced(message, at_us)
            case wire.Signal.PING:
                self.send(wire.pong(message.payload))
            case wire.Signal.CLOSE:
                code, reason = int.from_bytes(message.payload[:2], "big"), message.payload[2:].decode(errors="replace")
                self.close_reason = f"closed by the server: {code} {reason}".rstrip()
            case wire.Signal.UNREADABLE:
                self.ledger.count.unreadable += 1

    def _synced(self, message: wire.Message, at_us: int) -> None:
        first = self.state is not State.READY
        for run in message.runs:
            if first:
                self.ledger.known_from_start(self.receiver, run)
            else:
                self.ledger.received(self.receiver, run, at_us)
        self.edited_us = at_us
        if first:
            self.sync_bytes = len(message.payload)
            self.ready_us = at_us
            self.state = State.READY
            self.settled.set()
