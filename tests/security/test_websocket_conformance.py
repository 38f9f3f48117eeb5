"""WebSockets by the book: Autobahn's cases, as kosoku runs them, against the server's own layer.

The cases want an echo, which a document is not. So an echo is put where the documents are, behind the same listener and
the same WebSocket class with the same options; what a connection does with broken frames happens there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import kosoku
import pytest
from aiohttp import WSMsgType, web

from coscribe.http.websocket import open_socket
from harness.site import listen

KNOWN_FAILURES = {"7.9.5"}
"""A client that closes with 1006, which no frame may say, hears 1006 back where 1002 were right; the socket is gone."""
COMPRESSION = ["12.*", "13.*"]
"""Nobody is offered compression here, so there is nothing to be tried."""
LARGEST_CASE_BYTES = 16 << 20


async def echo(request: web.Request) -> web.WebSocketResponse:
    socket = open_socket(LARGEST_CASE_BYTES)
    await socket.prepare(request)
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            await socket.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await socket.send_bytes(message.data)
        elif message.type is WSMsgType.PING:
            await socket.pong(message.data)
    return socket


@pytest.fixture
async def address() -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/", echo)
    runner = await listen(app)
    yield f"127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_autobahn_cases_fail_no_more_than_before(address: str) -> None:
    try:
        await kosoku.run_fuzzingclient(f"ws://{address}", exclude_cases=COMPRESSION, concurrency=4)
        failed = {}
    except kosoku.FailureError as error:
        failed = {each.case_id: f"{each.result} {each.result_close}" for each in error.results if not each.passed}
    assert failed.keys() == KNOWN_FAILURES, failed
