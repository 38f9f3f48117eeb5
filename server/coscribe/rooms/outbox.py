"""Large writes, one each time that the loop goes round.

To hand a megabyte to the kernel takes as long as dozens of edits, and a large edit goes to everybody in its room: all
of that at once would hold up every other room. What a session is sent stays in order.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .session import Session

LARGE_BYTES = 64 << 10


class Outbox:
    """What waits to be written, and for whom."""

    __slots__ = ("_empty", "_loop", "_queue", "unsent")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: deque[tuple[Session, Sequence[bytes], int, Callable[[], None] | None]] = deque()
        self._empty = asyncio.Event()
        self._empty.set()
        self.unsent: Counter[Session] = Counter()
        """How many bytes wait for each session, beside what waits in its transport."""

    def put(self, session: "Session", parts: Sequence[bytes], then: Callable[[], None] | None = None) -> None:
        """Write whole frames, in parts, when it is their turn, and call `then`.

        They are written at once where they are small and nothing else waits for the session.
        """
        size = sum(map(len, parts))
        if size <= LARGE_BYTES and session not in self.unsent:
            self._write(session, parts, then)
            return
        self._queue.append((session, parts, size, then))
        self.unsent[session] += size
        if self._empty.is_set():
            self._empty.clear()
            self._loop.call_soon(self._next)

    async def drain(self) -> None:
        """Wait until everything is written."""
        await self._empty.wait()

    def _next(self) -> None:
        session, parts, size, then = self._queue.popleft()
        left = self.unsent[session] - size
        if left > 0:
            self.unsent[session] = left
        else:
            del self.unsent[session]
        if self._queue:
            self._loop.call_soon(self._next)
        else:
            self._empty.set()
        if not session.closed:
            self._write(session, parts, then)

    @staticmethod
    def _write(session: "Session", parts: Sequence[bytes], then: Callable[[], None] | None) -> None:
        session.write_now(parts)
        if then is not None and not session.closed:
            then()
