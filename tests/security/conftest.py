"""A room in which two people work while somebody hostile is let in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from harness.bystanders import Bystanders
from harness.server import Server


@pytest.fixture
async def bystanders(http: aiohttp.ClientSession, server: Server, document: str) -> AsyncIterator[Bystanders]:
    """Two peers at work in the room `document`; the test fails if they notice anything."""
    async with Bystanders(http, server, document) as pair:
        yield pair
