"""Whose work waits: of one person only so much is done at once, so that others' goes on.

Guests, and whoever comes without a name, are one by their address: a guest may come back as another.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

from aiohttp import web

from .doors import client_address
from .problems import Problem
from .rates import is_here, network_of
from .requests import PRINCIPAL

RETRY_AFTER_S = 5
BUSY = "As much is being done for you as may be; repeat this when some of it is done."


class Queues:
    """A queue for each person who has something done."""

    def __init__(self, at_once: int, waiting: int, refusal: str = BUSY) -> None:
        """Take how much of one person's is done at once, how much may wait, and what is said to more."""
        self._at_once = at_once
        self._most = at_once + waiting
        self._refusal = refusal
        self._turns: dict[str, asyncio.Semaphore] = {}
        self._asked: dict[str, int] = {}

    @asynccontextmanager
    async def turn(self, request: web.Request) -> AsyncIterator[None]:
        """Wait for a turn, and have it; raise a 429 Problem for somebody of whom many wait already."""
        end = await self.enter(request)
        try:
            yield
        finally:
            end()

    async def enter(self, request: web.Request) -> Callable[[], None]:
        """Wait for a turn and return what ends it; raise a 429 Problem for somebody of whom many wait already."""
        who = who_asks(request)
        if not who:
            return _nothing
        asked = self._asked.get(who, 0)
        if asked >= self._most:
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, self._refusal, {"Retry-After": str(RETRY_AFTER_S)})
        turns = self._turns.setdefault(who, asyncio.Semaphore(self._at_once))
        self._asked[who] = asked + 1
        try:
            await turns.acquire()
        except BaseException:  # also when the request was given up meanwhile
            self._leave(who)
            raise

        def end() -> None:
            turns.release()
            self._leave(who)

        return end

    def _leave(self, who: str) -> None:
        self._asked[who] -= 1
        if not self._asked[who]:
            del self._asked[who], self._turns[who]


def _nothing() -> None:
    """End a turn of who has none."""


def who_asks(request: web.Request) -> str:
    """Name the one whose work it is; empty where that may be anybody, behind a proxy that was not named."""
    principal = request.get(PRINCIPAL)
    if principal is not None and not principal.is_guest and (known := principal.id or principal.source):
        return f"person {known}"
    address = client_address(request)
    return "" if is_here(address) else f"address {network_of(address)}"


QUEUES = web.AppKey("queues", Queues)
