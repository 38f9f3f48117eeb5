"""A database that cannot be used is refused in a sentence, and one that can is private and owned by one server."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from coscribe.journal import database
from coscribe.journal.changes import AppendRow, Document, PutDocument, Row
from coscribe.journal.errors import (
    DatabaseDamaged,
    DatabaseNewer,
    DatabaseRefused,
    DatabaseUnusable,
    DataFolderBusy,
)
from coscribe.journal.migrations import Migration, load_migrations
from coscribe.journal.reader import JournalReader
from coscribe.journal.sqlite import SqliteStore


async def make_database(path: Path, rows: int = 300) -> None:
    """A database as a server leaves it, a few dozen pages long."""
    store = SqliteStore(path)
    await store.open()
    await store.commit([PutDocument(Document(1, "doc", "Title", 1, 0, 0, 0, None))])
    await store.commit([AppendRow(Row(1, seq, 1, 0, os.urandom(500))) for seq in range(1, rows + 1)])
    await store.close()


async def refusal(path: Path) -> DatabaseRefused:
    """Why the database is refused; also that the refusal leaves nothing locked or open."""
    store = SqliteStore(path)
    with pytest.raises(DatabaseRefused) as first:
        await store.open()
    with pytest.raises(DatabaseRefused) as second:
        await store.open()
    assert type(second.value) is type(first.value)
    text = str(first.value)
    assert str(path.parent) in text
    assert ";" in text, "the sentence says what to do"
    assert text.endswith(".")
    return first.value


class TestNewFile:
    async def test_the_folder_is_made_and_nobody_else_can_read_it(self, path: Path) -> None:
        umask = os.umask(0)
        try:
            store = SqliteStore(path)
            await store.open()
            await store.commit([PutDocument(Document(1, "doc", "", 1, 0, 0, 0, None))])
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
            await store.close()
        finally:
            os.umask(umask)
        assert modes == {"coscribe.db": 0o600, "coscribe.db-wal": 0o600, "coscribe.db-shm": 0o600}
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700

    async def test_a_closed_store_leaves_one_file(self, path: Path) -> None:
        await make_database(path)
        assert [file.name for file in path.parent.iterdir()] == ["coscribe.db"]

    async def test_an_empty_file_is_a_new_database(self, path: Path) -> None:
        path.parent.mkdir()
        path.touch()
        await make_database(path)

    async def test_the_file_is_durable_and_recognised(self, path: Path) -> None:
        await make_database(path)
        connection = database.connect_writer(path)
        pragmas = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "application_id", "user_version")
        }
        connection.close()
        assert pragmas == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "application_id": 0x436F7363,
            "user_version": load_migrations()[-1].version,
        }


class TestOtherVersions:
    async def test_a_newer_database_is_refused_and_left_alone(self, path: Path) -> None:
        await make_database(path)
        connection = sqlite3.connect(path)
        newer = load_migrations()[-1].version + 1
        connection.execute(f"PRAGMA user_version={newer}")
        connection.close()
        before = path.read_bytes()
        error = await refusal(path)
        assert isinstance(error, DatabaseNewer)
        assert "newer Coscribe" in str(error)
        assert path.read_bytes() == before
        with JournalReader(path) as reader, pytest.raises(DatabaseNewer):
            reader.document("doc")

    async def test_an_older_database_is_brought_up_to_date(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        await make_database(path, rows=3)
        known = load_migrations()
        last = known[-1].version
        steps = [
            Migration(last + 1, "next.sql", "ALTER TABLE documents ADD COLUMN color TEXT; -- with a comment"),
            Migration(last + 2, "last.sql", "UPDATE documents SET color = 'red'"),
        ]
        monkeypatch.setattr(database, "load_migrations", lambda: [*known, *steps])
        for _ in range(2):
            store = SqliteStore(path)
            await store.open()
            await store.close()
        connection = sqlite3.connect(path)
        assert connection.execute("SELECT color FROM documents").fetchall() == [("red",)]
        assert connection.execute("PRAGMA user_version").fetchone() == (last + 2,)
        connection.close()

    async def test_a_migration_that_fails_leaves_the_database_as_it_was(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await make_database(path, rows=3)
        known = load_migrations()
        wrong = "CREATE TABLE colors (name TEXT); INSERT INTO no_such_table VALUES (1)"
        with monkeypatch.context() as patch:
            patch.setattr(
                database, "load_migrations", lambda: [*known, Migration(known[-1].version + 1, "wrong.sql", wrong)]
            )
            assert isinstance(await refusal(path), DatabaseUnusable)
        connection = sqlite3.connect(path)
        assert connection.execute("PRAGMA user_version").fetchone() == (known[-1].version,)
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'colors'").fetchone() == (0,)
        connection.close()
        store = SqliteStore(path)
        await store.open()
        loaded = await store.load("doc")
        await store.close()
        assert loaded is not None
        assert len(loaded.rows) == 3


class TestDamage:
    async def test_a_file_that_is_no_database_is_refused_and_left_alone(self, path: Path) -> None:
        path.parent.mkdir()
        path.write_bytes(b"Dear diary,\n" * 1000)
        assert isinstance(await refusal(path), DatabaseDamaged)
        assert path.read_bytes() == b"Dear diary,\n" * 1000

    async def test_the_database_of_another_program_is_refused(self, path: Path) -> None:
        path.parent.mkdir()
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE recipes (name TEXT)")
        connection.close()
        error = await refusal(path)
        assert isinstance(error, DatabaseDamaged)
        assert "another program" in str(error)

    async def test_a_truncated_file_is_refused(self, path: Path) -> None:
        await make_database(path)
        size = path.stat().st_size
        for left in (size // 2, 4096, 2000, 50):
            shutil.copy(path, path.with_suffix(".whole"))
            os.truncate(path, left)
            assert isinstance(await refusal(path), DatabaseDamaged), f"{left} of {size} bytes"
            shutil.move(path.with_suffix(".whole"), path)

    @pytest.mark.parametrize("at", [100, 28, 18], ids=["schema", "page count", "format"])
    async def test_a_damaged_first_page_is_refused(self, path: Path, at: int) -> None:
        await make_database(path)
        with path.open("r+b") as file:
            file.seek(at)
            file.write(b"\xa5" * 8)
        assert isinstance(await refusal(path), DatabaseDamaged)

    async def test_a_damaged_table_is_refused(self, path: Path) -> None:
        await make_database(path)
        connection = sqlite3.connect(path)
        roots = [
            root
            for (root,) in connection.execute(
                "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND rootpage"
            ).fetchall()
        ]
        connection.close()
        whole = path.read_bytes()
        for root in roots:
            path.write_bytes(whole)
            with path.open("r+b") as file:
                file.seek((root - 1) * 4096)
                file.write(b"\xa5" * 64)
            assert isinstance(await refusal(path), DatabaseDamaged), f"page {root}"

    async def test_opening_a_large_file_does_not_read_it_all(self, path: Path) -> None:
        await make_database(path, rows=20_000)
        script = (
            "import asyncio, pathlib, sys\n"
            "from coscribe.journal.sqlite import SqliteStore\n"
            "async def main():\n"
            "    store = SqliteStore(pathlib.Path(sys.argv[1]))\n"
            "    def read(): return int(pathlib.Path('/proc/self/io').read_text().split()[1])\n"
            "    start = read()\n"
            "    await store.open()\n"
            "    print(read() - start)\n"
            "    await store.close()\n"
            "asyncio.run(main())\n"
        )
        done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
        assert int(done.stdout) < path.stat().st_size / 10


class TestFolder:
    async def test_a_second_server_on_the_same_folder_is_refused(self, path: Path, store: SqliteStore) -> None:
        second = SqliteStore(path)
        with pytest.raises(DataFolderBusy, match="Another Coscribe server works in"):
            await second.open()
        await second.close()
        assert await store.load("doc") is None
        await store.close()
        await second.open()
        await second.close()

    async def test_the_lock_ends_with_the_process_however_it_ends(self, path: Path) -> None:
        script = (
            "import asyncio, os, pathlib, signal, subprocess, sys\n"
            "from coscribe.journal.sqlite import SqliteStore\n"
            "async def main():\n"
            "    await SqliteStore(pathlib.Path(sys.argv[1])).open()\n"
            "    child = subprocess.Popen(['sleep', '60'], stdout=subprocess.DEVNULL)\n"
            "    print(child.pid, flush=True)\n"
            "    os.kill(os.getpid(), signal.SIGKILL)\n"
            "asyncio.run(main())\n"
        )
        done = subprocess.run([sys.executable, "-c", script, path], stdout=subprocess.PIPE, text=True, check=False)
        child = int(done.stdout)
        try:
            store = SqliteStore(path)
            await store.open()
            await store.close()
        finally:
            os.kill(child, 9)

    async def test_a_folder_that_cannot_be_made_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        for folder in (tmp_path / "file", tmp_path / "file" / "below"):
            assert isinstance(await refusal(folder / "coscribe.db"), DatabaseUnusable)

    async def test_a_database_that_is_a_folder_is_refused(self, path: Path) -> None:
        path.mkdir(parents=True)
        assert isinstance(await refusal(path), DatabaseUnusable)
