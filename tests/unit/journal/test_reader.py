"""Readers beside a server see what is committed, whole and checked, and hold nothing up."""

from __future__ import annotations

import itertools
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from coscribe.journal import reader as module
from coscribe.journal.changes import (
    AppendRow,
    Change,
    Checkpoint,
    Document,
    PutCheckpoint,
    PutDocument,
    Quarantine,
    Row,
)
from coscribe.journal.errors import DatabaseUnusable, DocumentDamaged, StoreFailed
from coscribe.journal.reader import JournalReader
from coscribe.journal.sqlite import SqliteStore

DOCUMENT = Document(1, "doc", "Title", 1, 0, 5, 5, None)


def row(seq: int, body: bytes | None = None) -> Row:
    return Row(1, seq, 1, seq, b"row %d" % seq if body is None else body)


async def fill(store: SqliteStore, *more: Change, rows: int = 10) -> None:
    await store.commit([PutDocument(DOCUMENT), *(AppendRow(row(seq)) for seq in range(1, rows + 1)), *more])


class TestReading:
    async def test_it_reads_documents_checkpoints_and_rows_while_the_server_runs(
        self, store: SqliteStore, path: Path
    ) -> None:
        checkpoint = Checkpoint(1, 4, b"state", b"vector", b"deletes")
        await fill(store, PutCheckpoint(checkpoint))
        with JournalReader(path) as reader:
            assert reader.document("doc") == DOCUMENT._replace(head=10, updated=10)
            assert reader.document("other") is None
            assert reader.checkpoint(1) == checkpoint
            assert reader.checkpoint(2) is None
            assert list(reader.rows(1, 4, 8)) == [row(5), row(6), row(7), row(8)]
            assert list(reader.rows(1, 10, 1 << 60)) == []
            assert list(reader.rows(2, 0, 100)) == []

    async def test_it_reads_a_database_that_no_server_has_open(self, path: Path) -> None:
        store = SqliteStore(path)
        await store.open()
        await fill(store)
        await store.close()
        with JournalReader(path) as reader:
            assert [one.seq for one in reader.rows(1, 0, 100)] == list(range(1, 11))

    async def test_rows_in_quarantine_are_left_out(self, store: SqliteStore, path: Path) -> None:
        await fill(store, Quarantine(1, 3, "killed a worker"))
        with JournalReader(path) as reader:
            assert [one.seq for one in reader.rows(1, 1, 5)] == [2, 4, 5]

    async def test_it_sees_what_is_committed_between_two_reads(self, store: SqliteStore, path: Path) -> None:
        await fill(store, rows=1)
        with JournalReader(path) as reader:
            for seq in range(2, 30):
                await store.commit([AppendRow(row(seq))])
                assert [one.seq for one in reader.rows(1, seq - 2, seq)] == [seq - 1, seq]

    async def test_many_rows_are_held_a_few_at_a_time_and_block_no_checkpoint(
        self, store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "READ_ROWS", 7)
        monkeypatch.setattr(module, "READ_BYTES", 3000)
        sizes = [0, 10, 2000, 1500, 5000, *([100] * 50)]
        await store.commit([PutDocument(DOCUMENT), *(AppendRow(row(n, bytes(size))) for n, size in enumerate(sizes))])
        with JournalReader(path) as reader:
            rows = reader.rows(1, -1, 1000)
            assert [len(one.body) for one in itertools.islice(rows, 3)] == sizes[:3]
            await store.commit([AppendRow(row(len(sizes)))])
            busy, log, moved = await store._writer.run(
                lambda connection: connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            )
            assert (busy, log) == (0, moved)
            assert [one.seq for one in rows] == list(range(3, len(sizes) + 1))

    async def test_it_cannot_write(self, store: SqliteStore, path: Path) -> None:
        await fill(store)
        with JournalReader(path) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader._connection().execute("DELETE FROM updates")

    def test_it_needs_neither_the_loop_nor_a_crdt(self) -> None:
        script = "import sys, coscribe.journal.reader; print(*sorted(sys.modules))"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        loaded = set(done.stdout.split())
        assert "coscribe.journal.reader" in loaded
        assert not loaded & {"asyncio", "aiosqlite", "aiohttp", "pycrdt"}


class TestDamage:
    async def spoil(self, store: SqliteStore, statement: str) -> None:
        await store._writer.run(lambda connection: connection.execute(statement).fetchall())

    async def test_a_row_that_is_not_what_was_written_is_refused(self, store: SqliteStore, path: Path) -> None:
        await fill(store)
        await self.spoil(store, "UPDATE updates SET body = x'00' WHERE seq = 7")
        with JournalReader(path) as reader:
            assert [one.seq for one in reader.rows(1, 0, 6)] == [1, 2, 3, 4, 5, 6]
            with pytest.raises(DocumentDamaged, match="row 7 of document 1"):
                list(reader.rows(1, 0, 10))
        with pytest.raises(DocumentDamaged, match="row 7 of document 1"):
            await store.load("doc")

    @pytest.mark.parametrize("column", ["state", "vector", "deletes"])
    async def test_a_checkpoint_that_is_not_what_was_written_is_refused(
        self, store: SqliteStore, path: Path, column: str
    ) -> None:
        await fill(store, PutCheckpoint(Checkpoint(1, 4, b"state", b"vector", b"deletes")))
        await self.spoil(store, f"UPDATE checkpoints SET {column} = x'00'")
        with JournalReader(path) as reader, pytest.raises(DocumentDamaged, match="checkpoint of document 1"):
            reader.checkpoint(1)
        with pytest.raises(DocumentDamaged, match="checkpoint of document 1"):
            await store.load("doc")
        assert (await store.load("doc", after=0)) is not None

    async def test_a_damaged_page_refuses_its_document_and_no_other(self, path: Path) -> None:
        store = SqliteStore(path)
        await store.open()
        for key in (1, 2, 3):
            await store.commit(
                [
                    PutDocument(Document(key, f"doc-{key}", "", 1, 0, 0, 0, None)),
                    *(AppendRow(Row(key, seq, 1, 0, b"page of %d " % key + os.urandom(2000))) for seq in range(1, 60)),
                ]
            )
        await store.close()
        content = path.read_bytes()
        pages = {at: content[at : at + 4096] for at in range(0, len(content), 4096)}
        leaf = b"\x0a"  # of an index: a page further up in the tree leads to the other documents too
        at = next(
            at
            for at, page in pages.items()
            if page.startswith(leaf) and b"page of 2 " in page and not (b"page of 1 " in page or b"page of 3 " in page)
        )
        with path.open("r+b") as file:
            file.seek(at)
            file.write(b"\xa5" * 4096)
        await store.open()
        with pytest.raises(DocumentDamaged, match="restore a backup"):
            await store.load("doc-2")
        for other in ("doc-1", "doc-3"):
            loaded = await store.load(other)
            assert loaded is not None
            assert len(loaded.rows) == 59
        await store.close()
        with JournalReader(path) as reader:
            with pytest.raises(DocumentDamaged, match="restore a backup"):
                list(reader.rows(2, 0, 60))
            assert len(list(reader.rows(3, 0, 60))) == 59


class TestFailure:
    def test_a_missing_database_is_not_made(self, tmp_path: Path) -> None:
        path = tmp_path / "coscribe.db"
        with JournalReader(path) as reader, pytest.raises(DatabaseUnusable, match="no database"):
            reader.document("doc")
        assert list(tmp_path.iterdir()) == []

    async def test_a_read_that_failed_is_tried_on_a_new_connection(self, store: SqliteStore, path: Path) -> None:
        await fill(store)
        with JournalReader(path) as reader:
            reader._connection().close()
            with pytest.raises(StoreFailed):
                reader.document("doc")
            assert reader.document("doc") is not None
