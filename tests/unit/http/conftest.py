"""The whole application, in this process, with a real journal and real workers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from coscribe.app import init_app, running_hub
from coscribe.settings import Settings

SECRET = "s" * 32


@pytest.fixture
def flags() -> dict[str, object]:
    return {}


@pytest.fixture
async def api(tmp_path: Path, flags: dict[str, object]) -> AsyncIterator[TestClient]:
    settings = Settings.load({"data": tmp_path / "data", **flags}, environ={})
    async with running_hub(settings) as hub, TestClient(TestServer(init_app(hub, settings))) as client:
        yield client
