"""The WebSocket doors: they move bytes between a connection and its socket's state machine, and nothing else.

What a client sends is handled in the order it came; while the socket says that it is busy, nothing more is read, and
TCP slows the sender down. The same happens to whoever sends faster than allowed: no word is lost by it.
"""

import asyncio
import logging
import socket as sockets
from asyncio import Future, Transport
from time import perf_counter
from typing import Protocol, cast

from aiohttp import WSMessage, WSMsgType, web

from ..access.tokens import Forbidden, SignInRequired
from ..document_id import InvalidDocumentId, from_path
from ..protocol.close_codes import CloseCode, CloseSocket
from ..protocol.lib0 import DecodeError
from ..rooms.hocuspocus import HocuspocusSocket
from ..rooms.hub import Hub
from ..rooms.rate import BURST_S, Rate
from ..rooms.session import Attach, Session
from ..rooms.ywebsocket import YWebsocketSocket
from .connection import share_of
from .doors import client_address
from .keys import CONNECTIONS, HUB
from .rates import network_of
from .requests import PERSON
from .schema import check_schema, whole_number
from .turns import FIRST_S, FLOOD_ENDS_S, Share

CLOSE_REASON_BYTES = 123
UNREAD_TIMEOUT_MS = 30_000
_FRAME_OVERHEAD_BYTES = 1024
CONTROLS_PER_S = 10
FRAME_S = 0.000004
"""What it takes, about, to read a frame and come back for the next."""
_ENDED = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED)
_PROTOCOL_TOKEN = "auth."  # noqa: S105 - the prefix of a subprotocol

_log = logging.getLogger(__name__)


class Socket(Protocol):
    """A dialect's state machine for one connection."""

    def receive(self, frame: bytes) -> "Future[None] | None":
        """Handle a frame."""

    def keep_alive(self) -> None:
        """Reassure a client in a quiet room."""

    def leave(self) -> None:
        """Leave all rooms."""


class _WebSocket(web.WebSocketResponse):
    """Closes with this server's own code where aiohttp would say 1009 to a frame that is too large."""

    async def close(self, *, code: int = 1000, message: bytes = b"", drain: bool = True) -> bool:
        if code == 1009:
            code, message = CloseCode.TOO_LARGE, b"a message is larger than this server takes"
        return await super().close(code=code, message=message, drain=drain)


class Connection:
    """One WebSocket: its transport, its rate, and the way it ends."""

    __slots__ = (
        "_bytes",
        "_controls",
        "_ending",
        "_hub",
        "_idle_s",
        "_messages",
        "_reading",
        "_share",
        "_since",
        "_spent_s",
        "_turn_s",
        "address",
        "socket",
        "transport",
        "ws",
    )

    def __init__(self, hub: Hub, ws: web.WebSocketResponse, transport: Transport, share: Share, address: str) -> None:
        self._hub = hub
        self._share = share
        self.ws = ws
        self.transport = transport
        self.address = address
        self.socket: Socket | None = None
        self._ending: tuple[CloseCode, str] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._messages = self._bytes = 0
        self._spent_s = self._idle_s = 0.0
        self._turn_s = FIRST_S
        self._controls = Rate(CONTROLS_PER_S, CONTROLS_PER_S * BURST_S, hub.env.monotonic())
        self._since = hub.env.monotonic()

    def keep_alive(self) -> None:
        """Reassure a client in a quiet room."""
        if self.socket is not None and self._ending is None:
            self.socket.keep_alive()

    def end(self, code: CloseCode, reason: str) -> None:
        """Close the connection, from anywhere; the first reason counts."""
        if self._ending is not None:
            return
        self._ending = code, reason
        if self.socket is not None:
            self.socket.leave()
        if self._reading is not None and self._reading is not asyncio.current_task():
            self._reading.cancel()

    async def _close(self, code: CloseCode, reason: str) -> None:
        if self.transport.get_write_buffer_size() > self._hub.limits.slow_client_bytes:
            self.transport.abort()  # it reads nothing: no close frame would reach it
            return
        said = reason.encode()[:CLOSE_REASON_BYTES]
        if not (self._share.heavy or self._share.held):
            await self.ws.close(code=code, message=said)
            return
        # It goes on sending, and to wait for its own close frame would be to read all of that.
        if not self._share.deaf:
            self._share.end_deaf(self.transport, code, said)
        await asyncio.sleep(FLOOD_ENDS_S)

    async def serve(self) -> None:
        """Read until the connection ends."""
        if self._ending is None:
            await self._read()
        if self._ending is not None:
            # Here and in no other task: aiohttp would not wait for the client's own close frame, and what the client
            # is still sending would reset the connection before it has read ours.
            await self._close(*self._ending)

    async def _read(self) -> None:
        """Hand on what comes in until the connection ends or is to be closed."""
        task = self._reading = cast("asyncio.Task[None]", asyncio.current_task())
        try:
            await self._receive()
            if self._ending is not None:
                await asyncio.sleep(0)  # a cancellation that is on its way arrives here
        except CloseSocket as error:
            self.end(error.code, error.reason)
        except DecodeError as error:
            self.end(CloseCode.BAD_MESSAGE, str(error))
        except asyncio.CancelledError:
            if self._ending is None:
                raise
            task.uncancel()
        finally:
            self._reading = None

    async def _receive(self) -> None:
        assert self.socket is not None
        receive = self.socket.receive
        quantum, quantum_bytes = self._hub.limits.slice
        share, turns = self._share, self._share.turns
        read = self.ws.receive  # a loop over the socket itself would add a coroutine to each message
        done = perf_counter()
        while True:
            message = await read()
            if message.type is not WSMsgType.BINARY:
                if message.type in _ENDED:
                    return
                await self._control(message)
                continue
            if self._ending is not None:
                return
            if share.unfinished:
                share.complete()
            begun = perf_counter()
            busy = receive(message.data)
            if not share.held:
                self._idle_s += begun - done
            if begun >= share.works_from:
                turns.at_work = begun
            done = perf_counter()
            self._spent_s += done - begun + FRAME_S
            if busy is not None:
                await busy
            self._messages += 1
            self._bytes += len(message.data)
            if self._messages >= quantum or self._bytes >= quantum_bytes or self._spent_s >= self._turn_s:
                await self._slow_down()
                done = perf_counter()

    async def _control(self, message: WSMessage) -> None:
        """Answer a ping; raise CloseSocket for text, and for more control frames than any client has a use for."""
        if message.type not in (WSMsgType.PING, WSMsgType.PONG):
            raise CloseSocket(CloseCode.BAD_MESSAGE, "this server speaks in binary messages only")
        if self._controls.take(1, self._hub.env.monotonic()):
            raise CloseSocket(CloseCode.TOO_FAST, "too many pings; send them less often")
        if message.type is WSMsgType.PING:
            await self.ws.pong(message.data)

    async def _slow_down(self) -> None:
        """Read no further until the client is within its rate, and while the journal cannot keep up."""
        limits = self._hub.limits
        now = self._hub.env.monotonic()
        due = max(self._messages / limits.messages_per_second, self._bytes / limits.bytes_per_second)
        theirs_s = self._hub.people.overdrawn_s(self.transport, self._messages, self._bytes, self._spent_s)
        spent_s = self._spent_s
        self._messages = self._bytes = 0
        self._spent_s = 0.0
        wait_s = max(self._since + due - now, theirs_s)
        self._since = max(now, self._since + due)
        share = self._share
        share.spend(spent_s, self._idle_s)
        self._idle_s = 0.0
        if wait_s > 0 or not share.heavy:
            await asyncio.sleep(max(0.0, wait_s))  # also for no time: others have their turn
        if share.heavy:
            await share.turn(spent_s)
        self._turn_s = share.length_s(perf_counter())
        await self._hub.room_to_write()


def _prepare(transport: Transport) -> None:
    """Send small frames at once, and give up on a peer that acknowledges nothing for half a minute."""
    sock = transport.get_extra_info("socket")
    if sock is None or sock.family not in (sockets.AF_INET, sockets.AF_INET6):
        return
    sock.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
    if hasattr(sockets, "TCP_USER_TIMEOUT"):
        sock.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_USER_TIMEOUT, UNREAD_TIMEOUT_MS)


def open_socket(largest_bytes: int, protocols: tuple[str, ...] = ()) -> web.WebSocketResponse:
    """Make the answer to an upgrade: no compression, and messages of so many bytes at most."""
    return _WebSocket(
        compress=False,
        heartbeat=None,
        autoping=False,
        max_msg_size=largest_bytes + _FRAME_OVERHEAD_BYTES,
        protocols=protocols,
    )


async def _accept(request: web.Request, protocols: tuple[str, ...] = ()) -> Connection:
    hub, connections = request.app[HUB], request.app[CONNECTIONS]
    address = client_address(request)
    connections.admit(address)
    share = share_of(request)
    share.network = network_of(address)
    ws = open_socket(hub.limits.max_message_bytes, protocols)
    await ws.prepare(request)
    transport = request.transport
    if transport is None:
        raise ConnectionResetError("the client left before the upgrade")
    _prepare(transport)
    return Connection(hub, ws, transport, share, address)


async def _serve(request: web.Request, connection: Connection) -> web.WebSocketResponse:
    connections = request.app[CONNECTIONS]
    connections.add(connection)
    try:
        await connection.serve()
    finally:
        connections.remove(connection)
        assert connection.socket is not None
        connection.socket.leave()
    return connection.ws


async def y_websocket(request: web.Request) -> web.StreamResponse:
    """Serve a y-websocket client: `/sync/{document}`."""
    hub = request.app[HUB]
    token, protocols = _token(request)
    connection = await _accept(request, protocols)
    socket = YWebsocketSocket(connection.transport, hub.limits, connection.end)
    connection.socket = socket
    try:
        socket.epoch = _agreed_epoch(request)
        socket.open(_attach(request), from_path(request.rel_url.raw_path.removeprefix("/sync/")), token)
    except InvalidDocumentId as error:
        connection.end(CloseCode.BAD_MESSAGE, str(error))
    except SignInRequired as error:
        connection.end(CloseCode.SIGN_IN_AGAIN, str(error))
    except Forbidden as error:
        connection.end(CloseCode.FORBIDDEN, str(error))
    except CloseSocket as error:
        connection.end(error.code, error.reason)
    return await _serve(request, connection)


def _attach(request: web.Request) -> Attach:
    """Let sessions in by their tokens, and without one as whoever was signed in when the socket was opened.

    Where people sign in, the socket of who is not signed in (any more) is closed: there is no other token to try.
    """
    hub, person = request.app[HUB], request.get(PERSON)

    def attach(session: Session, id: str, token: str) -> None:
        session.address = client_address(request)
        try:
            hub.attach(session, id, token or person or "")
        except SignInRequired as error:
            if token or hub.sign_ins.rules is None:
                raise
            raise CloseSocket(CloseCode.SIGN_IN_AGAIN, str(error)) from None

    return attach


def _token(request: web.Request) -> tuple[str, tuple[str, ...]]:
    """Find a y-websocket client's token: in the query, or as a subprotocol, which is then agreed to."""
    for offered in request.headers.get("Sec-WebSocket-Protocol", "").split(","):
        name = offered.strip()
        if name.startswith(_PROTOCOL_TOKEN):
            return name.removeprefix(_PROTOCOL_TOKEN), (name,)
    return request.query.get("token", ""), ()


def _agreed_epoch(request: web.Request) -> int | None:
    """Read which past of its document a client holds, if it says; raise CloseSocket for one that is too old."""
    check_schema(request)
    return whole_number(request, "epoch")


async def hocuspocus(request: web.Request) -> web.StreamResponse:
    """Serve a Hocuspocus client: `/hocuspocus`."""
    hub = request.app[HUB]
    connection = await _accept(request)
    socket = HocuspocusSocket(connection.transport, hub.limits, _attach(request), connection.end)
    connection.socket = socket
    try:
        socket.epoch = _agreed_epoch(request)
    except CloseSocket as error:
        connection.end(error.code, error.reason)

    def too_slow() -> None:
        if not socket.signed_in:
            connection.end(CloseCode.SIGN_IN_TOO_SLOW, "no document was signed in to in time")

    deadline = hub.loop.call_later(hub.limits.signin_deadline_s, too_slow)
    try:
        return await _serve(request, connection)
    finally:
        deadline.cancel()
