"""A SQLite connection on its own thread that is made anew after an error.

After a failed fsync nobody knows what the kernel kept, and a connection that met an I/O error may hold a broken
state; so an error closes it, and the next use opens another one.

Work is a plain function that runs in the thread in one go: a hop between the threads costs more than most statements,
because the relay's loop holds the interpreter lock that each hop has to win.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar, cast

import aiosqlite

T = TypeVar("T")


class _Connection(aiosqlite.Connection):
    """An aiosqlite connection that runs a function, not only a statement, in its thread."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connect, iter_chunk_size=64)
        self._thread.daemon = True  # a process that must exit now does not wait for a disk
        self.stopped: asyncio.Future[None] | None = None
        """What its thread answers last."""

    def stop(self) -> asyncio.Future[None] | None:
        """Have the thread end; where it could not be opened aiosqlite does so, and does not wait."""
        self.stopped = super().stop()
        return self.stopped

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return cast(T, await self._execute(work, self._conn))  # type: ignore[no-untyped-call]


class Connection:
    """Runs work in one thread, one piece at a time, over a connection that heals by being replaced."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._open: _Connection | None = None
        self._opening = asyncio.Lock()

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work(connection)` in the thread; sqlite3.Error and OSError close the connection on their way out."""
        connection = self._open
        if connection is None:
            async with self._opening:
                connection = self._open
                if connection is None:
                    self._open = await self._opened()
                    connection = self._open
        try:
            return await connection.run(work)
        except (sqlite3.Error, OSError):
            if self._open is connection:
                await self.close()
            raise

    async def _opened(self) -> _Connection:
        connection = _Connection(self._connect)
        try:
            await connection
        except BaseException:  # also a caller that gives up: the thread is to answer while there is a loop to answer to
            if connection.stopped is not None:
                await connection.stopped
            raise
        return connection

    async def close(self) -> None:
        """Close the connection and end its thread; the next `run` opens another."""
        connection, self._open = self._open, None
        if connection is not None:
            with suppress(sqlite3.Error):  # it is given up either way
                await connection.close()
