"""Converters as a server has them, shared by the tests here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from coscribe.conversions.converters import Converters
from coscribe.conversions.limits import ConversionLimits
from harness.rich_document import Json, png, rich_document

LIMITS = ConversionLimits(at_once=2, memory_bytes=1 << 30, deadline_s=30, import_bytes=32 << 20)
PICTURE = png()
FILE = f"/files/{hashlib.sha256(PICTURE).hexdigest()}"

Write = Callable[..., Awaitable[bytes]]


@pytest.fixture(scope="module")
def sample() -> Json:
    """A document with every node and mark."""
    return rich_document(FILE)


@pytest.fixture
async def converters() -> AsyncIterator[Converters]:
    """Converters with the usual limits."""
    made = Converters(LIMITS)
    yield made
    await made.stop()


@pytest.fixture
def write(converters: Converters) -> Write:
    """Write a document in a format."""

    async def written(format: str, document: Json, title: str = "The title") -> bytes:
        return await converters.write(format, title, json.dumps(document).encode(), {FILE: PICTURE})

    return written
