"""What takes long, so that nobody else waits for it: people take turns, whatever each of them has under way.

A person is a name or an address here; what a server does of its own accord has a line of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from typing import TypeVar

from ..lines import Lines

T = TypeVar("T")


class BitByBit:
    """Long work of the loop itself: of all that is under way, one bit is done each time that the loop goes round."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._lines: Lines[asyncio.Future[None]] = Lines()
        self._goes_on = False

    async def do(self, work: Generator[None, None, T], who: str = "") -> T:
        """Do the first bit now, and the others when it is their turn."""
        while True:
            try:
                next(work)
            except StopIteration as done:
                result: T = done.value
                return result
            turn = self._loop.create_future()
            self._lines.put(who, turn)
            if not self._goes_on:
                self._goes_on = True
                self._loop.call_soon(self._next)
            await turn

    def _next(self) -> None:
        turn = self._lines.take()
        if not turn.done():  # nobody has given it up
            turn.set_result(None)
        self._goes_on = bool(self._lines)
        if self._goes_on:
            self._loop.call_soon(self._next)


class Slots:
    """Long work of others: so much of it at once."""

    def __init__(self, loop: asyncio.AbstractEventLoop, at_once: int) -> None:
        self._loop = loop
        self._free = at_once
        self._lines: Lines[asyncio.Future[None]] = Lines()

    @asynccontextmanager
    async def turn(self, who: str) -> AsyncIterator[None]:
        """Wait for a turn, and have it."""
        if self._free:
            self._free -= 1
        else:
            turn = self._loop.create_future()
            self._lines.put(who, turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._pass_on()
                raise
        try:
            yield
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        while self._lines:
            turn = self._lines.take()
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
