"""The SQLite store: its log is kept short without anybody waiting, and readers are never in its way."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest

from coscribe.journal import sqlite as module
from coscribe.journal import writing
from coscribe.journal.errors import StoreFailed
from coscribe.journal.journal import (
    AppendRow,
    Change,
    Checkpoint,
    Document,
    Journal,
    PutCheckpoint,
    PutDocument,
    PutFilePart,
    Row,
)
from coscribe.journal.reader import JournalReader
from coscribe.journal.sqlite import SqliteStore


def put(key: int) -> PutDocument:
    return PutDocument(Document(key, f"doc-{key}", "", 1, 0, 0, 0, None))


def append(key: int, seq: int, body: bytes = b"body") -> AppendRow:
    return AppendRow(Row(key, seq, 1, seq, body))


async def log_pages(store: SqliteStore) -> tuple[int, int]:
    """Pages in the log, and how many of them a checkpoint has moved; moves the others too."""
    _, log, moved = await store._writer.run(lambda c: c.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone())
    return log, moved


class TestLog:
    async def test_the_log_is_moved_into_the_file_every_so_many_pages(
        self, store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "CHECKPOINT_PAGES", 100)
        await store.commit([put(1)])
        for seq in range(1, 401):
            await store.commit([append(1, seq, bytes(4000))])
        assert path.with_name("coscribe.db-wal").stat().st_size < 300 * 4120
        assert path.stat().st_size > 250 * 4096

    async def test_the_estimate_of_the_log_is_not_far_from_the_truth(self, store: SqliteStore) -> None:
        rooms = 40
        heads = dict.fromkeys(range(1, rooms + 1), 0)
        await store.commit([put(key) for key in heads])
        chance = random.Random(1)
        for _ in range(5):
            store._log_pages = 0
            await log_pages(store)
            for _ in range(40):
                changes = []
                for key in chance.sample(list(heads), chance.randrange(1, rooms)):
                    heads[key] += 1
                    changes.append(append(key, heads[key], bytes(chance.choice([40, 300, 9000]))))
                await store.commit(changes)
            estimated = store._log_pages
            log, _ = await log_pages(store)
            assert log / 2 < estimated < log * 2

    async def test_a_commit_is_reported_before_the_log_is_moved(
        self, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held = threading.Event()
        monkeypatch.setattr(module, "CHECKPOINT_PAGES", 1)
        monkeypatch.setattr(module, "_checkpoint", lambda connection: held.wait(60))
        async with asyncio.timeout(20):
            await store.commit([put(1)])
            assert await store.load("doc-1") is not None
        held.set()

    async def test_a_log_that_cannot_be_moved_is_a_warning_and_nothing_is_lost(
        self, store: SqliteStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(connection: sqlite3.Connection) -> None:
            raise sqlite3.OperationalError("disk I/O error")

        monkeypatch.setattr(module, "CHECKPOINT_PAGES", 1)
        monkeypatch.setattr(module, "_checkpoint", fail)
        await store.commit([put(1)])
        for seq in range(1, 5):
            await store.commit([append(1, seq)])
        loaded = await store.load("doc-1")
        assert loaded is not None
        assert [row.seq for row in loaded.rows] == [1, 2, 3, 4]
        await asyncio.sleep(0.01)
        assert {record.levelno for record in caplog.records} == {logging.WARNING}

    async def test_what_a_crash_left_in_the_log_is_moved_when_the_store_opens(self, path: Path) -> None:
        live = SqliteStore(path)
        await live.open()
        await live.commit([put(1), *(append(1, seq, bytes(4000)) for seq in range(1, 101))])
        crashed = path.parent.with_name("crashed")
        shutil.copytree(path.parent, crashed)
        await live.close()
        store = SqliteStore(crashed / path.name)
        before = (crashed / path.name).stat().st_size
        await store.open()
        assert (crashed / path.name).stat().st_size >= before + 100 * 4096
        loaded = await store.load("doc-1")
        assert loaded is not None
        assert len(loaded.rows) == 100
        await store.close()


class TestReaders:
    async def test_readers_see_whole_documents_while_rows_are_written_and_the_log_is_moved(
        self, store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "CHECKPOINT_PAGES", 60)
        keys = (1, 2, 3)
        await store.commit([put(key) for key in keys])
        acknowledged = dict.fromkeys(keys, 0)
        done = threading.Event()
        reads = 0

        def read() -> None:
            nonlocal reads
            with JournalReader(path) as reader:
                while not done.is_set():
                    for key in keys:
                        least = acknowledged[key]
                        checkpoint = reader.checkpoint(key)
                        start = checkpoint.seq if checkpoint else 0
                        seqs = [row.seq for row in reader.rows(key, start, 1 << 60)]
                        assert seqs == list(range(start + 1, start + 1 + len(seqs)))
                        assert start + len(seqs) >= least
                        reads += 1

        readers = [asyncio.create_task(asyncio.to_thread(read)) for _ in range(2)]
        seq = 0
        for turn in range(250):
            changes: list[Change] = [append(key, seq + n, bytes(200)) for key in keys for n in range(1, 6)]
            seq += 5
            if turn % 20 == 0:
                changes += [PutCheckpoint(Checkpoint(key, seq, bytes(20_000), b"", b"")) for key in keys]
            await store.commit(changes)
            acknowledged = dict.fromkeys(keys, seq)
        done.set()
        await asyncio.gather(*readers)
        assert reads > 20
        assert await store._writer.run(lambda c: c.execute("PRAGMA integrity_check").fetchall()) == [("ok",)]

    async def test_a_reader_that_stands_still_stops_no_commit(self, store: SqliteStore, path: Path) -> None:
        await store.commit([put(1), *(append(1, seq) for seq in range(100))])
        still = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None)
        try:
            still.execute("BEGIN")
            assert still.execute("SELECT count(*) FROM updates").fetchone() == (100,)
            async with asyncio.timeout(4):
                await store.commit([append(1, 100)])
                await log_pages(store)
                await store.commit([append(1, 101)])
            assert still.execute("SELECT count(*) FROM updates").fetchone() == (100,)
        finally:
            still.close()

    async def test_a_load_does_not_wait_for_a_commit(self, store: SqliteStore) -> None:
        await store.commit([put(1)])
        held = threading.Event()
        writing_on = asyncio.create_task(store._writer.run(lambda connection: held.wait(60)))
        async with asyncio.timeout(20):
            assert await store.load("doc-1") is not None
        held.set()
        await writing_on


class TestWriting:
    async def test_after_a_failure_the_store_writes_on_a_new_connection(self, store: SqliteStore) -> None:
        await store.commit([put(1)])
        first = store._writer._open
        assert first is not None
        await store._writer.run(lambda connection: connection.execute("PRAGMA max_page_count=12"))
        with pytest.raises(StoreFailed, match="database or disk is full"):
            await store.commit([append(1, 1, bytes(200_000))])
        await store.commit([append(1, 1, bytes(200_000))])
        assert store._writer._open is not first
        loaded = await store.load("doc-1")
        assert loaded is not None
        assert loaded.document.head == 1

    async def test_the_same_batch_is_written_whatever_the_number_of_variables_a_statement_may_have(
        self, store: SqliteStore
    ) -> None:
        await store.commit([put(1)])
        for limit in (999, 6, 32_766):
            await store._writer.run(lambda c, n=limit: c.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, n))
            loaded = await store.load("doc-1")
            assert loaded is not None
            head = loaded.document.head
            await store.commit([append(1, head + n) for n in range(1, 501)])
        loaded = await store.load("doc-1")
        assert loaded is not None
        assert [row.seq for row in loaded.rows] == list(range(1, 1501))

    async def test_a_commit_of_rows_alone_is_one_statement(self, store: SqliteStore) -> None:
        await store.commit([put(1), put(2)])
        statements: list[str] = []
        await store._writer.run(lambda connection: connection.set_trace_callback(statements.append))
        await store.commit([append(key, seq) for seq in range(1, 200) for key in (1, 2)])
        await store._writer.run(lambda connection: connection.set_trace_callback(None))
        [statement] = set(statements)  # repeated for each run of the trigger
        assert statement.startswith("INSERT INTO updates")

    def test_titles_are_folded_the_same_way_for_ever(self) -> None:
        # stored in every database: another folding needs a migration
        assert writing.fold("A\u030astro\u0308m ﬁne STRAßE İ") == "åström fine strasse i\u0307"


async def test_a_journal_over_the_store_brings_everything_to_disk(store: SqliteStore) -> None:
    heard: list[int] = []
    journal = Journal(store, gather_s=0.001, on_commit=heard.extend)
    await journal.start()
    keys = [store.allocate_key() for _ in range(10)]
    for key in keys:
        journal.append(put(key))
    token = 0
    for seq in range(1, 301):
        for key in keys:
            token += 1
            journal.append(append(key, seq), token)
        if seq % 10 == 0:
            await asyncio.sleep(0)
    assert await journal.drain(20)
    await journal.close()
    assert heard == list(range(1, 3001))
    for key in keys:
        loaded = await store.load(f"doc-{key}")
        assert loaded is not None
        assert [row.seq for row in loaded.rows] == list(range(1, 301))


async def test_files_are_moved_out_of_the_log_in_small_portions(path: Path, store: SqliteStore) -> None:
    for part in range(30):
        await store.commit([PutFilePart("0" * 64, part, os.urandom(1 << 20))])
        await asyncio.sleep(0.02)
    assert path.with_name("coscribe.db-wal").stat().st_size < 15 << 20
