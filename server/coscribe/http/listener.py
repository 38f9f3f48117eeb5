"""The listening socket: what happens to a connection before it is a request, and to what is no request at all.

aiohttp reads requests strictly. What it leaves to others is done here: a deadline for the head of a request however
slowly it comes, a bound on connections of one address that have not become WebSockets, and answers and log lines about
broken requests that repeat nothing of them, since there may be a token in it.
"""

import asyncio
import logging
import ssl
from http import HTTPStatus
from time import perf_counter
from typing import Any

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

from .origins import Proxies
from .problems import Problem, problem_response
from .rates import network_of
from .turns import Share, Turns

SPARE_CONNECTIONS = 256
"""Beside the WebSockets that an address may have, so that whoever is refused one hears why."""
LISTEN_BACKLOG = 4096
"""aiohttp's 128 turns thousands of clients that come back at once into seconds of SYN retries."""
KEEP_ALIVE_S = 75.0
PIECE_BYTES = 1 << 10
SMALL_BYTES = 512
"""What is read so quickly that nobody need look at the clock."""
_TIMEOUT = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_CROWDED = b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nRetry-After: 5\r\nConnection: close\r\n\r\n"

_log = logging.getLogger(__name__)


class Crowd:
    """How many connections each address has, and may have; 0 is any number."""

    def __init__(self, most: int, proxies: Proxies) -> None:
        self._most = most + SPARE_CONNECTIONS if most else 0
        self._proxies = proxies
        self._by_network: dict[str, int] = {}

    def enter(self, address: str) -> str | None:
        """Count a connection in and return what `leave` takes; None when there are too many."""
        if not self._most or not address or self._proxies.trusted(address):
            return ""
        network = network_of(address)
        count = self._by_network.get(network, 0)
        if count >= self._most:
            return None
        self._by_network[network] = count + 1
        return network

    def leave(self, network: str) -> None:
        """Count a connection out."""
        if network:
            left = self._by_network[network] - 1
            if left:
                self._by_network[network] = left
            else:
                del self._by_network[network]


class _Connection(web.RequestHandler):
    """aiohttp's side of a connection, watched."""

    __slots__ = ("_crowd", "_head_deadline_s", "_heads", "_held", "_in_line", "_network", "_read", "_watch", "share")

    def __init__(self, manager: web.Server, crowd: Crowd, turns: Turns, head_deadline_s: float, **options: Any) -> None:
        super().__init__(manager, loop=asyncio.get_running_loop(), **options)
        self.share = Share(turns)
        self._crowd = crowd
        self._head_deadline_s = head_deadline_s
        self._heads = 0
        self._held = b""
        self._read = 0
        self._in_line = False
        self._network: str | None = None
        self._watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a request, unless the address has too many connections."""
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self._network = self._crowd.enter(str(peer[0]) if peer else "")
        if self._network is None:
            self._refuse(_CROWDED)
        else:
            self._await_head()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget the connection."""
        if self._network is not None:
            self._crowd.leave(self._network)
            self._network = None
        self._unwatch()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come; the time for a head begins with its first byte and ends with its last."""
        if self._payload_parser is not None:
            if len(data) <= SMALL_BYTES and not self._held:
                super().data_received(data)
            elif self._held:
                self._held, self._read = self._held[self._read :] + data, 0
            else:
                self._feed(data, 0)
            return
        super().data_received(data)
        if self._request_count != self._heads:
            self._heads = self._request_count
            self._unwatch()
        elif self._watch is None and self._waiter is not None and not self._messages:
            self._await_head()

    # WebSockets

    def _feed(self, data: bytes, at: int) -> None:
        """Have frames read from a place on, until they are many: a flood of tiny ones takes long to read."""
        begun = now = perf_counter()
        until = begun + self.share.turns.length_s(begun)
        while True:
            super().data_received(data[at : at + PIECE_BYTES])
            at += PIECE_BYTES
            now = perf_counter()
            if at >= len(data) or now >= until or self._reading_paused:
                break
        self.share.spend(now - begun)
        self.share.held = at < len(data)
        if self.share.held:
            self._held, self._read = data, at
            if not self._buffer_paused:
                self._pause_reading_for_buffer()
            if not self._reading_paused:
                self._take_turn(now - begun)
        elif self._buffer_paused:
            self._resume_reading_for_buffer()

    def _take_turn(self, spent_s: float) -> None:
        if self._in_line:
            return
        self._in_line = True
        if self.share.heavy:
            self.share.enter(self._go_on, spent_s)
        else:
            self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        """Read what has been waiting, unless there is enough that was read and is not handled yet."""
        self._in_line = False
        if self._reading_paused or self.share.deaf:
            return
        held, self._held = self._held, b""
        if held and self.transport is not None and self._payload_parser is not None:
            self._feed(held, self._read)

    def resume_reading(self, resume_parser: bool = True) -> None:
        """Go on once what was read is handled."""
        super().resume_reading(resume_parser)
        if self._held and self._payload_parser is not None:
            self._take_turn(0.0)

    # Deadlines

    def _await_head(self) -> None:
        self._watch = self._loop.call_later(self._head_deadline_s, self._refuse, _TIMEOUT)

    def _unwatch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _refuse(self, answer: bytes) -> None:
        self._watch = None
        if self.transport is not None:
            self.transport.write(answer)
            self.force_close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no request, or what the application could not answer, and close."""
        if not isinstance(exc, HttpProcessingError):
            return super().handle_error(request, status, exc, message)
        _log.debug("something from %s was no request: %s", request.remote, type(exc).__name__)
        detail = "This is not a request as HTTP/1.1 has it; the connection is closed."
        response = problem_response(Problem(HTTPStatus.BAD_REQUEST, detail))
        response.headers[hdrs.SERVER] = "Coscribe"
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Log what failed here; what a client broke off, or wrote wrongly, is no failure."""
        if not isinstance(kw.get("exc_info"), web.RequestPayloadError | HttpProcessingError | ConnectionError):
            super().log_exception(*args, **kw)


def share_of(request: web.Request) -> Share:
    """Return the account of a request's connection; one that begins, where another listener is in front."""
    connection = request.protocol
    return connection.share if isinstance(connection, _Connection) else Share(Turns(asyncio.get_running_loop()))


class Site(web.BaseSite):
    """Listens on an address, with a watch on every connection."""

    __slots__ = ("_crowd", "_head_deadline_s", "_host", "_port", "_turns")

    def __init__(
        self,
        runner: web.AppRunner,
        host: str,
        port: int,
        *,
        ssl_context: ssl.SSLContext | None,
        crowd: Crowd,
        head_deadline_s: float,
    ) -> None:
        super().__init__(runner, ssl_context=ssl_context, backlog=LISTEN_BACKLOG)
        self._turns = Turns(asyncio.get_running_loop())
        self._host, self._port = host, port
        self._crowd = crowd
        self._head_deadline_s = head_deadline_s

    @property
    def name(self) -> str:
        """Say where it listens."""
        return f"{'http' if self._ssl_context is None else 'https'}://{self._host}:{self._port}"

    async def start(self) -> None:
        """Accept connections."""
        await super().start()
        server = self._runner.server
        assert server is not None

        def connection() -> _Connection:
            return _Connection(
                server,
                self._crowd,
                self._turns,
                self._head_deadline_s,
                access_log=None,
                keepalive_timeout=KEEP_ALIVE_S,
                auto_decompress=False,
            )

        self._server = await asyncio.get_running_loop().create_server(
            connection,
            self._host,
            self._port,
            ssl=self._ssl_context,
            ssl_handshake_timeout=None if self._ssl_context is None else self._head_deadline_s,
            backlog=self._backlog,
        )
