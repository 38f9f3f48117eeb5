"""Many come at once, for example after a restart: each gets the whole document, and soon."""

from __future__ import annotations

import asyncio
import time

import aiohttp
import pytest

from harness.lib0 import Typist
from harness.peer import Dialect, Peer
from harness.server import MakeServer

NEWCOMERS = 1000
TOGETHER_S = 30.0
"""Far above what it takes; a state made for each of them anew would need minutes."""


@pytest.mark.timeout(240)
async def test_a_thousand_newcomers_to_one_room_after_a_restart_all_get_the_whole_document(
    make_server: MakeServer, http: aiohttp.ClientSession
) -> None:
    server = make_server()
    writer = await Peer.join(http, server, "room", Dialect.Y_WEBSOCKET)
    typist = Typist(3)
    for number in range(600):
        await writer.send_update(typist.type(f"word{number} "))
    await writer.until_content(b"word599 ")
    await writer.leave()
    await asyncio.to_thread(server.restart)

    begun = time.monotonic()
    gate = asyncio.Semaphore(200)

    async def come(number: int) -> Peer:
        async with gate:
            dialect = Dialect.HOCUSPOCUS if number % 2 else Dialect.Y_WEBSOCKET
            return await Peer.join(http, server, "room", dialect)

    peers = await asyncio.gather(*map(come, range(NEWCOMERS)))
    assert time.monotonic() - begun < TOGETHER_S
    for peer in peers:
        content = b"".join(message.payload for message in peer.messages)
        assert b"word0 " in content
        assert b"word599 " in content
    # … and is in the conversation.
    mark = {peer: len(peer.messages) for peer in peers}
    await peers[0].send_update(Typist(4).type("welcome"))
    await asyncio.gather(*(peer.until_content(b"welcome", after=mark[peer]) for peer in peers[1:]))
    await asyncio.gather(*(peer.leave() for peer in peers))
