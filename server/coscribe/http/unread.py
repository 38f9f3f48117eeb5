"""Large answers that a client does not read: few of them are in memory for one person, and not for ever.

Whoever asks for something that may be large waits for a turn before it is made. The turn ends when the answer has been
read, or when nothing of it was read for a while, with the connection. Small answers go as they are; large ones are
written in pieces, so that no edit waits for the whole of one, or of fifty.
"""

import asyncio
import weakref
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

from .auditing import SOCKETS
from .problems import Handler
from .queues import Queues

MOST_WAITING = 1000
LARGE_BYTES = 256 << 10
PIECE_BYTES = 64 << 10

_TURN = web.RequestKey("turn", list[Callable[[], None]])


class Unread:
    """The turns of everybody."""

    def __init__(self, give_up_s: float, at_once: int) -> None:
        """`give_up_s` is how long a client may read nothing, `at_once` how many large answers one person may have."""
        self._give_up_s = give_up_s
        self._queues = Queues(at_once, MOST_WAITING, "As much is on its way to you as may be; read that first.")

    @web.middleware
    def middleware(self, request: web.Request, handler: Handler) -> Awaitable[web.StreamResponse]:
        """Let handlers take turns, and write what they return so that their turns end."""
        if request.method not in (hdrs.METH_GET, hdrs.METH_HEAD) or request.path.startswith(SOCKETS):
            return handler(request)
        return self._watched(request, handler)

    async def _watched(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        request[_TURN] = []
        keep = False
        try:
            response = await handler(request)
            if request.method == hdrs.METH_GET and isinstance(response, web.Response):
                body = response.body
                if isinstance(body, bytes) and len(body) > LARGE_BYTES:
                    response.body = large = _Large(body, request, self._give_up_s)
                    weakref.finalize(large, _end, request[_TURN]).atexit = False  # also when it is never written
                    keep = True
            return response
        finally:
            if not keep:
                _end(request[_TURN])

    async def turn(self, request: web.Request) -> None:
        """Wait for a turn of whoever asks; raise a 429 Problem when many of theirs wait already."""
        request[_TURN].append(await self._queues.enter(request))


def _end(turns: list[Callable[[], None]]) -> None:
    while turns:
        turns.pop()()


class _Large(Payload):
    """The body of an answer, written in pieces, each of which must be read in time."""

    def __init__(self, body: bytes, request: web.Request, give_up_s: float) -> None:
        super().__init__(body)
        self._size = len(body)
        self._transport = request.transport
        self._turn = request[_TURN]
        self._give_up_s = give_up_s

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return str(self._value, encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        body = memoryview(self._value)
        try:
            for at in range(0, len(body), PIECE_BYTES):
                async with asyncio.timeout(self._give_up_s):
                    await writer.write(body[at : at + PIECE_BYTES])
                    await writer.drain()
                await asyncio.sleep(0)  # others' answers, and edits, come in between
        except TimeoutError:
            if self._transport is not None:
                self._transport.abort()
            raise ConnectionResetError("nothing of the answer was read for long") from None
        finally:
            _end(self._turn)


UNREAD = web.AppKey("unread", Unread)
