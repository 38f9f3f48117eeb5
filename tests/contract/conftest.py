"""The stores that the contract is run over. A new adapter adds a line to STORES."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from coscribe.journal.sqlite import SqliteStore
from coscribe.journal.store import Store

#: Makes a store over a place; twice over the same place, it is the same journal.
MakeStore = Callable[[], Store]

TAIL_LIMIT_BYTES = 10_000
STORES: dict[str, Callable[[Path], Store]] = {
    "sqlite": lambda folder: SqliteStore(folder / "coscribe.db", tail_limit_bytes=TAIL_LIMIT_BYTES),
}


@pytest.fixture(params=STORES)
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> MakeStore:
    """Make stores over one place, none of them open."""
    return lambda: STORES[request.param](tmp_path / "data")


@pytest.fixture
async def store(make_store: MakeStore) -> AsyncIterator[Store]:
    """An open store with nothing in it."""
    store = make_store()
    await store.open()
    yield store
    await store.close()
