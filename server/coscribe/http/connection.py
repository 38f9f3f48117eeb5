"""A connection between its first byte and its last: requests, and the frames of the WebSocket that it may become.

aiohttp reads requests strictly. What it leaves to others is done here: requests come in when it is their turn, however
many are sent at once; the head of one has a deadline, however slowly it comes; and answers and log lines about broken
requests repeat nothing of them, since there may be a token in it.
"""

import asyncio
import logging
from functools import partial
from http import HTTPStatus
from time import perf_counter
from typing import Any

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

from ..protocol.close_codes import CloseCode
from .problems import Problem, problem_response
from .turns import Share, Turns
from .visits import LEAVING_S, REQUEST_S, Visits

PIECE_BYTES = 1 << 10
SMALL_BYTES = 512
"""What is read so quickly that nobody need look at the clock."""
_TIMEOUT = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

_log = logging.getLogger(__name__)


class Connection(web.RequestHandler):
    """aiohttp's side of a connection, watched."""

    __slots__ = (
        "_head_deadline_s",
        "_heads",
        "_held",
        "_in_line",
        "_let_in",
        "_network",
        "_read",
        "_visits",
        "_watch",
        "share",
    )

    def __init__(self, manager: web.Server, visits: Visits, network: str, head_deadline_s: float, **options: Any):
        """Take the network that the connection is counted for, until it is lost or `leave` says that it never was."""
        super().__init__(manager, loop=asyncio.get_running_loop(), **options)
        self.share = Share(visits.turns, visits.unfinished)
        self._visits = visits
        self._network: str | None = network
        self._head_deadline_s = head_deadline_s
        self._heads = self._let_in = 0
        self._held = b""
        self._read = 0
        self._in_line = False
        self._watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget the connection, when it is its turn: a thousand may be lost in one moment."""
        self._unwatch()
        self._visits.enter("", LEAVING_S, partial(self._lost, exc))

    def _lost(self, exc: BaseException | None) -> None:
        self.leave()
        super().connection_lost(exc)

    def leave(self) -> None:
        """Count the connection out."""
        self.share.complete()
        if self._network is not None:
            self._visits.crowd.leave(self._network)
            self._network = None

    def data_received(self, data: bytes) -> None:
        """Take what has come; the time for a head begins with its first byte and ends with its last."""
        if self._payload_parser is not None:
            if len(data) <= SMALL_BYTES and not self._held:
                super().data_received(data)
            elif not self.share.begin(len(data)):
                self._have_too_much()
            elif self._held:
                self._held, self._read = self._held[self._read :] + data, 0
            else:
                self._feed(data, 0)
        elif data and self._let_in <= self._request_count and self._awaits_head:
            self._stand_in_line(data)
        else:
            self._take(data)

    # Requests

    @property
    def _awaits_head(self) -> bool:
        return (self._waiter is not None or not self._request_count) and not self._messages

    def _stand_in_line(self, data: bytes) -> None:
        """Let the next request come in when it is its turn; until then nothing more is read."""
        self._held += data
        if self._in_line:
            return
        self._in_line = True
        self._visits.enter(self._network or "", REQUEST_S, self._come_in)
        if self._in_line and not self._buffer_paused:
            self._pause_reading_for_buffer()

    def _come_in(self) -> None:
        self._in_line = False
        self._let_in = self._request_count + 1
        held, self._held = self._held, b""
        if self.transport is not None:
            if self._buffer_paused:
                self._resume_reading_for_buffer()
            self._take(held)

    def _take(self, data: bytes) -> None:
        super().data_received(data)
        if self._request_count != self._heads:
            self._heads = self._request_count
            self._unwatch()
        elif self._watch is None and self._awaits_head:
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

    def _have_too_much(self) -> None:
        """End the connection: its address has sent too much of messages that are not complete."""
        transport = self.transport
        if transport is not None and not self.share.deaf:
            self.share.end_deaf(transport, CloseCode.TRY_AGAIN_LATER, b"too many messages were begun from here")

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
        self._watch = self._loop.call_later(self._head_deadline_s, self._give_up)

    def _unwatch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _give_up(self) -> None:
        self._watch = None
        if self._in_line:
            self._await_head()  # it is not the client who is slow
        elif self.transport is not None:
            self.transport.write(_TIMEOUT)
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
    return connection.share if isinstance(connection, Connection) else Share(Turns(asyncio.get_running_loop()))
