"""A connection that met an error is replaced, and everything goes on in one thread at a time."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from coscribe.journal.connection import Connection


class Opened:
    """A connector that counts, and fails as often as it is told to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.failures = 0

    def __call__(self) -> sqlite3.Connection:
        self.count += 1
        if self.failures:
            self.failures -= 1
            raise sqlite3.OperationalError("disk I/O error")
        return sqlite3.connect(self.path, isolation_level=None)


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    return Opened(tmp_path / "some.db")


@pytest.fixture
async def connection(opened: Opened) -> AsyncIterator[Connection]:
    connection = Connection(opened)
    yield connection
    await connection.close()


async def threads_fall_to(count: int) -> None:
    async with asyncio.timeout(5):
        while threading.active_count() > count:
            await asyncio.sleep(0.001)


def one(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT 1").fetchone()[0])


def wrong(connection: sqlite3.Connection) -> None:
    connection.execute("SELECT * FROM no_such_table")


async def test_it_opens_on_first_use_and_stays_open(connection: Connection, opened: Opened) -> None:
    assert opened.count == 0
    assert await asyncio.gather(*(connection.run(one) for _ in range(10))) == [1] * 10
    assert opened.count == 1


async def test_work_runs_in_one_thread_that_is_not_the_loops(connection: Connection) -> None:
    threads = set(await asyncio.gather(*(connection.run(lambda _: threading.get_ident()) for _ in range(5))))
    assert len(threads) == 1
    assert threading.get_ident() not in threads


@pytest.mark.parametrize("error", [sqlite3.OperationalError("disk I/O error"), OSError(5, "Input/output error")])
async def test_an_error_of_the_disk_closes_it_and_the_next_use_opens_another(
    connection: Connection, opened: Opened, error: Exception
) -> None:
    def fail(_: sqlite3.Connection) -> None:
        raise error

    before = threading.active_count()
    await connection.run(one)
    with pytest.raises(type(error)):
        await connection.run(fail)
    await threads_fall_to(before)
    assert await connection.run(one) == 1
    assert opened.count == 2


async def test_an_error_of_another_kind_leaves_it_open(connection: Connection, opened: Opened) -> None:
    with pytest.raises(ZeroDivisionError):
        await connection.run(lambda _: 1 // 0)
    assert await connection.run(one) == 1
    assert opened.count == 1


async def test_what_was_queued_behind_an_error_is_answered(connection: Connection, opened: Opened) -> None:
    results = await asyncio.gather(
        connection.run(one), connection.run(wrong), connection.run(one), connection.run(one), return_exceptions=True
    )
    assert isinstance(results[1], sqlite3.OperationalError)
    assert [results[0], *results[2:]] == [1, 1, 1]
    assert await connection.run(one) == 1
    assert opened.count == 2


async def test_a_connection_that_cannot_be_opened_is_tried_again(connection: Connection, opened: Opened) -> None:
    opened.failures = 2
    before = threading.active_count()
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError):
            await connection.run(one)
    assert await connection.run(one) == 1
    await connection.close()
    await threads_fall_to(before)


async def test_a_caller_that_gives_up_disturbs_nobody(connection: Connection) -> None:
    gate = threading.Event()
    slow = asyncio.create_task(connection.run(lambda _: gate.wait(5)))
    await asyncio.sleep(0.01)
    next_one = asyncio.create_task(connection.run(one))
    slow.cancel()
    await asyncio.wait([slow])
    gate.set()
    assert await next_one == 1


async def test_a_caller_that_gives_up_while_it_is_opened_waits_for_its_thread(tmp_path: Path) -> None:
    gate = threading.Event()

    def connect() -> sqlite3.Connection:
        gate.wait(5)
        return sqlite3.connect(tmp_path / "some.db")

    before = threading.active_count()
    opening = asyncio.create_task(Connection(connect).run(one))
    await asyncio.sleep(0.01)
    opening.cancel()
    await asyncio.sleep(0.01)
    assert not opening.done()
    gate.set()
    await asyncio.wait([opening])
    assert opening.cancelled()
    await threads_fall_to(before)


async def test_its_thread_never_keeps_a_process_alive(connection: Connection) -> None:
    assert await connection.run(lambda _: threading.current_thread().daemon)


async def test_closing_twice_is_fine(connection: Connection) -> None:
    await connection.run(one)
    await connection.close()
    await connection.close()
