"""Another server is asked in a bounded time and for a bounded answer, whatever it does."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from coscribe.access import fetching
from coscribe.access.fetching import FetchFailed, fetch

MOST = 100_000
Other = tuple[TestServer, list[str]]


@pytest.fixture
async def other(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Other]:
    """A server that does as its address says."""
    monkeypatch.setattr(fetching, "DEADLINE_S", 2.0)
    asked: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        what = request.match_info["what"]
        asked.append(what)
        if what == "redirect":
            raise web.HTTPFound("/secret")
        if what == "packed":
            body = zlib.compress(bytes(200 * MOST))
            return web.Response(body=body, headers={"Content-Encoding": "deflate"})
        if what in ("endless", "dribble"):
            response = web.StreamResponse()
            await response.prepare(request)
            while True:
                await response.write(b"x" * (65536 if what == "endless" else 1))
                await asyncio.sleep(0 if what == "endless" else 0.1)
        if what == "silent":
            await asyncio.sleep(60)
        return web.Response(body=b"x" * (MOST if what == "just" else MOST + 1))

    app = web.Application()
    app.router.add_get("/{what}", answer)
    async with TestServer(app) as server:
        yield server, asked


async def test_answer_of_the_largest_size_is_taken(other: Other) -> None:
    assert len((await fetch(str(other[0].make_url("/just")), most_bytes=MOST)).content) == MOST


@pytest.mark.parametrize("what", ["more", "endless", "packed", "dribble", "silent"])
async def test_more_and_longer_is_given_up(other: Other, what: str) -> None:
    begun = time.monotonic()
    with pytest.raises(FetchFailed):
        await fetch(str(other[0].make_url(f"/{what}")), most_bytes=MOST)
    assert time.monotonic() - begun < (4 if what in ("dribble", "silent") else 1), "no more is read than is looked at"


async def test_redirect_is_an_answer_and_not_followed(other: Other) -> None:
    assert (await fetch(str(other[0].make_url("/redirect")), most_bytes=MOST)).status == 302
    assert other[1] == ["redirect"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/", "nonsense", "file:///etc/passwd", "http://", "gopher://x/"])
async def test_what_cannot_be_asked_is_a_failure(address: str) -> None:
    with pytest.raises(FetchFailed):
        await fetch(address, most_bytes=MOST)
