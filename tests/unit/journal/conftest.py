"""A SQLite store over a folder of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from coscribe.journal.sqlite import SqliteStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a database may be; its folder is not there yet."""
    return tmp_path / "data" / "coscribe.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    """An open store over `path`."""
    store = SqliteStore(path)
    await store.open()
    yield store
    await store.close()
