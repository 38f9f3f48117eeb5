"""A full disk: nothing is acknowledged, everything is kept, and saving goes on by itself once there is space."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coscribe.journal.errors import DatabaseUnusable
from coscribe.journal.journal import AppendRow, Document, Journal, PutDocument, Row
from coscribe.journal.sqlite import SqliteStore

DISK_MB = 6


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes. Needs root, as in CI: without it the test fails."""
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", disk], check=True)
    yield disk
    subprocess.run(["umount", disk], check=True)


def fill(disk: Path) -> Path:
    """Take all the space that is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 10, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
    return filler


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(15):
        while not condition():
            await asyncio.sleep(0.005)


class Desk:
    """A journal over a store, with what was heard."""

    def __init__(self, folder: Path) -> None:
        self.store = SqliteStore(folder / "coscribe.db")
        self.heard: list[int] = []
        self.journal = Journal(self.store, gather_s=0.001, on_commit=self.heard.extend)
        self.sent = 0

    async def __aenter__(self) -> Desk:
        await self.store.open()
        await self.journal.start()
        await self.journal.submit(PutDocument(Document(1, "doc", "", 1, 0, 0, 0, None)))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.journal.close()
        await self.store.close()

    def append(self, size: int) -> None:
        self.sent += 1
        self.journal.append(AppendRow(Row(1, self.sent, 1, 0, os.urandom(size))), self.sent)

    async def check(self) -> None:
        """Everything that was sent was heard of, in order, and is there."""
        assert self.heard == list(range(1, self.sent + 1))
        loaded = await self.store.load("doc")
        assert loaded is not None
        assert [row.seq for row in loaded.rows] == self.heard


async def test_a_disk_that_something_else_filled(disk: Path) -> None:
    async with Desk(disk) as desk:
        desk.append(1000)
        assert await desk.journal.drain(5)
        filler = fill(disk)
        for _ in range(100):
            desk.append(1000)
        await until(lambda: desk.journal.failure)
        heard = len(desk.heard)
        await asyncio.sleep(0.5)
        desk.append(1000)
        assert len(desk.heard) == heard < 101
        assert desk.journal.failure is not None
        assert "free some space" in desk.journal.failure.reason
        assert await desk.store.load("doc") is not None, "what is there can still be read"
        filler.unlink()
        await until(lambda: desk.journal.failure is None)
        assert await desk.journal.drain(5)
        await desk.check()


async def test_a_disk_that_the_journal_filled_itself_and_that_is_enlarged(disk: Path) -> None:
    async with Desk(disk) as desk:
        while desk.journal.failure is None:
            desk.append(30_000)
            await asyncio.sleep(0.002)
        before = desk.sent
        heard = len(desk.heard)
        for _ in range(20):
            desk.append(30_000)
        await asyncio.sleep(0.5)
        assert len(desk.heard) == heard < before
        subprocess.run(["mount", "-o", f"remount,size={10 * DISK_MB}m", disk], check=True)
        assert await desk.journal.drain(15)
        await desk.check()


async def test_a_server_that_stops_on_a_full_disk_keeps_what_it_acknowledged(disk: Path) -> None:
    async with Desk(disk) as desk:
        for _ in range(20):
            desk.append(1000)
        assert await desk.journal.drain(5)
        filler = fill(disk)
        for _ in range(100):
            desk.append(1000)
        await until(lambda: desk.journal.failure)
        acknowledged = list(desk.heard)
        assert not await desk.journal.drain(0.3)
    assert desk.heard == acknowledged
    filler.unlink()
    async with Desk(disk) as again:
        loaded = await again.store.load("doc")
        assert loaded is not None
        assert [row.seq for row in loaded.rows] == acknowledged


async def test_a_new_database_on_a_full_disk_is_refused(disk: Path) -> None:
    fill(disk)
    with pytest.raises(DatabaseUnusable, match="free some space"):
        await SqliteStore(disk / "coscribe.db").open()
