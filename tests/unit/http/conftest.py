"""The whole application, in this process, with a real journal and real workers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from aiohttp.test_utils import TestClient, TestServer

from coscribe.app import init_app, running_hub
from coscribe.http.turns import Turns
from coscribe.settings import Settings
from unit.http.hand import Loop

SECRET = "s" * 32


@pytest.fixture
def flags() -> dict[str, object]:
    return {}


@pytest.fixture
async def api(tmp_path: Path, flags: dict[str, object]) -> AsyncIterator[TestClient]:
    settings = Settings.load({"data": tmp_path / "data", **flags}, environ={})
    async with running_hub(settings) as hub, TestClient(TestServer(init_app(hub, settings))) as client:
        yield client


@pytest.fixture
def hand() -> Loop:
    return Loop()


@pytest.fixture
def turns(hand: Loop) -> Turns:
    return Turns(cast("asyncio.AbstractEventLoop", hand), lambda: hand.time)
