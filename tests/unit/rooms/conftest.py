"""A hub over a real journal, without workers: everything must also work when none can answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Doc, Text

from coscribe.access.gate import Gate
from coscribe.access.principal import EVERYONE, Principal
from coscribe.access.roles import Role
from coscribe.env import SystemEnv
from coscribe.journal.sqlite import SqliteStore
from coscribe.protocol.close_codes import CloseCode, CloseSocket
from coscribe.protocol.lib0 import DecodeError, read_var_bytes, read_var_uint
from coscribe.rooms.hocuspocus import HocuspocusSocket
from coscribe.rooms.hub import Hub
from coscribe.rooms.limits import Limits
from coscribe.rooms.room import RoomState
from coscribe.rooms.webhooks import WebhookRules
from coscribe.rooms.ywebsocket import YWebsocketSocket
from coscribe.workers.pool import WorkerUnavailable

VIEWER = Principal("v", "Vera", "#00ff00", Role.VIEW)
WRITER = Principal("w", "Will", "#0000ff", Role.EDIT)


class NoWorkers:
    """A pool in which nobody is at hand."""

    def __init__(self) -> None:
        self.status: list[dict[str, object]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def unavailable(*_: object, **__: object) -> None:
            raise WorkerUnavailable("no worker is at hand; try again later")

        return unavailable


class Wire:
    """A transport that keeps what is written; `unread` is what its peer has not taken yet."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.unread = 0
        self.gone = False
        self.closed: tuple[CloseCode, str] | None = None

    def write(self, data: bytes) -> None:
        if self.gone:
            raise RuntimeError("the handler is closed")
        self.data += data

    def writelines(self, parts: list[bytes]) -> None:
        self.write(b"".join(parts))

    def get_write_buffer_size(self) -> int:
        return self.unread

    def end(self, code: CloseCode, reason: str) -> None:
        self.closed = self.closed or (code, reason)

    def take(self) -> list[bytes]:
        """Return the messages written since the last call."""
        data, self.data = bytes(self.data), bytearray()
        out, at = [], 0
        while at < len(data):
            assert data[at] == 0x82
            size, at = data[at + 1], at + 2
            if size == 126:
                size, at = int.from_bytes(data[at : at + 2], "big"), at + 2
            elif size == 127:
                size, at = int.from_bytes(data[at : at + 8], "big"), at + 8
            out.append(data[at : at + size])
            at += size
        return out


class Client:
    """A connection with its dialect's socket, fed and read by hand."""

    def __init__(self, hub: Hub, dialect: str) -> None:
        self.wire = Wire()
        self.hub = hub
        if dialect == "y-websocket":
            self.socket: Any = YWebsocketSocket(self.wire, hub.limits, self.wire.end)  # type: ignore[arg-type]
        else:
            self.socket = HocuspocusSocket(self.wire, hub.limits, hub.attach, self.wire.end)  # type: ignore[arg-type]

    async def open(self, document: str, token: str = "") -> Client:
        """Join a document over y-websocket, once its room is open."""
        self.socket.open(self.hub.attach, document, token)
        await turn() if token else None  # whoever has a name is looked up first
        await self.hub.ready_room(document)
        return self

    def send(self, *frames: bytes) -> None:
        """Let frames arrive, as the connection's reader does."""
        try:
            for frame in frames:
                self.socket.receive(frame)
        except CloseSocket as error:
            self.wire.end(error.code, error.reason)
        except DecodeError as error:
            self.wire.end(CloseCode.BAD_MESSAGE, str(error))

    def take(self) -> list[bytes]:
        """Return what was sent to this client since the last call."""
        return self.wire.take()


def updates_in(messages: list[bytes], prefix: bytes = b"") -> list[bytes]:
    """Pick the updates out of messages: SyncStep2 and Update."""
    out = []
    for message in messages:
        body = message.removeprefix(prefix)
        if message.startswith(prefix) and body[:1] == b"\0" and body[1] in (1, 2):
            out.append(read_var_bytes(body, 2)[0])
    return out


def states_in(messages: list[bytes], prefix: bytes = b"") -> dict[int, tuple[int, bytes]]:
    """Pick the awareness states out of messages: client id → (clock, JSON)."""
    out: dict[int, tuple[int, bytes]] = {}
    for message in messages:
        body = message.removeprefix(prefix)
        if not message.startswith(prefix) or body[:1] != b"\1":
            continue
        update, _ = read_var_bytes(body, 1)
        count, at = read_var_uint(update, 0)
        for _ in range(count):
            client, at = read_var_uint(update, at)
            clock, at = read_var_uint(update, at)
            json, at = read_var_bytes(update, at)
            out[client] = (clock, json)
    return out


class Typist:
    """Makes real Yjs updates: each `type` returns the update of one insertion at the end."""

    def __init__(self, client_id: int) -> None:
        self.doc: Doc[Any] = Doc(client_id=client_id)
        self.text = self.doc.get("text", type=Text)

    def type(self, text: str) -> bytes:
        before = self.doc.get_state()
        self.text += text
        return self.doc.get_update(before)

    def delete(self, start: int, end: int) -> bytes:
        before = self.doc.get_state()
        del self.text[start:end]
        return self.doc.get_update(before)


def text_of(updates: list[bytes]) -> str:
    """Say what a document reads as after these updates."""
    doc: Doc[Any] = Doc()
    text = doc.get("text", type=Text)
    for update in updates:
        doc.apply_update(update)
    return str(text)


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
def principals() -> dict[str, Principal]:
    """Who holds which token; anybody else is everyone."""
    return {"viewer": VIEWER, "writer": WRITER}


class TestGate(Gate):
    """Knows people by name instead of by signature."""

    __test__ = False

    def __init__(self, principals: dict[str, Principal]) -> None:
        super().__init__(keys=None, now=lambda: 0.0)
        self._principals = principals

    def admit(self, token: str, document: str) -> Principal:
        return self._principals.get(token, EVERYONE)


@pytest.fixture
def gate(principals: dict[str, Principal]) -> Gate:
    return TestGate(principals)


@pytest.fixture
def webhook_rules() -> WebhookRules:
    return WebhookRules()


@pytest.fixture
async def hub(tmp_path: Path, limits: Limits, gate: Gate, webhook_rules: WebhookRules) -> AsyncIterator[Hub]:
    store = SqliteStore(tmp_path / "coscribe.db")
    await store.open()
    hub = Hub(
        store=store,
        pool=NoWorkers(),  # type: ignore[arg-type]
        gate=gate,
        limits=limits,
        env=SystemEnv(),
        commit_gather_s=0.0,
        webhook_rules=webhook_rules,
    )
    await hub.start()
    _running.append(hub)
    yield hub
    _running.remove(hub)
    await hub.stop(5)
    await store.close()


async def turn() -> None:
    """Let everything that is due happen, however busy the machine is: look-ups, turns, commits, answers."""
    for _ in range(2):
        for hub in _running:
            while background := hub._tasks - {hub._sweeper}:
                await asyncio.wait(background)
            for room in list(hub.rooms.values()):
                if room.state is RoomState.READY:
                    room.turn()
            await hub.journal.drain(10)
    await asyncio.sleep(0)


_running: list[Hub] = []
