"""Fixtures of the black-box tests: servers, an HTTP session, document names, seeds."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from harness import node
from harness.chance import seed_of
from harness.server import MakeServer, Server


@pytest.fixture(scope="session")
def stock_clients() -> None:
    """Have the npm packages of the stock clients installed."""
    node.install()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with default settings, shared by every test that leaves it as it was."""
    with Server(tmp_path_factory.mktemp("shared") / "data") as running:
        yield running


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[MakeServer]:
    """Make servers that are this test's own; they are ended with it, whatever became of it."""
    made: list[Server] = []

    def make(*flags: str, **options: Any) -> Server:
        made.append(Server(tmp_path / f"data{len(made)}", *flags, **options))
        return made[-1].start()

    yield make
    for each in made:
        each.destroy()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP session without a limit on connections."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        yield session


@pytest.fixture
def document(request: pytest.FixtureRequest) -> str:
    """A document id that no other test uses."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")
    return f"{name[:80]}-{os.urandom(4).hex()}"


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """A seed for everything random in a test; `SEED=n` replays it."""
    chosen = seed_of(request.node.nodeid)
    print(f"replay with SEED={chosen}")
    return chosen
