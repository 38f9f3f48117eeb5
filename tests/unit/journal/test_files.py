"""A stored file that is not what it was is never given out."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from coscribe.journal.errors import DocumentDamaged
from coscribe.journal.journal import FileInfo, PutFile, PutFilePart
from coscribe.journal.reader import JournalReader
from coscribe.journal.sqlite import SqliteStore
from coscribe.operations.verify import verify_file


async def test_a_damaged_file_is_refused_and_reported(path: Path, store: SqliteStore) -> None:
    body = os.urandom(3000)
    hash = hashlib.sha256(body).hexdigest()
    parts = [PutFilePart(hash, number, body[number * 1000 : (number + 1) * 1000]) for number in range(3)]
    await store.commit([*parts, PutFile(FileInfo(hash, "image/png", 3000, 1, 1), 0)])
    with JournalReader(path) as reader:
        stored = reader.file(hash)
        assert stored is not None
        assert stored.body == body
    assert verify_file(path).problems == []
    await store.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE file_parts SET body = zeroblob(1000) WHERE part = 1")
    await store.open()
    with pytest.raises(DocumentDamaged, match="restore a backup"):
        await store.file(hash)
    with JournalReader(path) as reader, pytest.raises(DocumentDamaged):
        reader.file(hash)
    assert any(hash in problem for problem in verify_file(path).problems)
