"""A client that does not read costs the others nothing and the server a bounded amount of memory."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest

from harness.bystanders import Bystanders
from harness.deaf import DeafClient
from harness.lib0 import Typist
from harness.node import Scenario
from harness.peer import Dialect, Kind, Peer
from harness.server import MakeServer, Server

FLOOD_EDITS = 1000
EDIT_BYTES = 4000


async def flood(peer: Peer, typist: Typist, edits: int = FLOOD_EDITS) -> None:
    """Type fast, four megabytes in a thousand edits, until the end of it has come back."""
    for number in range(edits):
        await peer.send_update(typist.type("." * EDIT_BYTES))
        if number % 20 == 0:
            await asyncio.sleep(0.005)
    await peer.send_update(typist.type("<the end>"))
    await peer.until_content(b"<the end>")


@contextlib.asynccontextmanager
async def deaf_in(server: Server, document: str) -> AsyncIterator[DeafClient]:
    """A client that has loaded the document and from now on reads only when told to."""
    deaf = await DeafClient.open(server, f"/sync/{document}")
    await deaf.send(b"\x00\x00\x01\x00")
    while b"\x00\x01\x02\x00\x00" not in deaf.heard:
        await deaf.hear(0.1)
    try:
        yield deaf
    finally:
        deaf.close()


async def clients_behind(http: aiohttp.ClientSession, server: Server) -> int:
    """Ask the server how many clients do not keep up."""
    async with http.get(f"{server.url}/metrics") as answer:
        lines = (await answer.text()).splitlines()
    return next(int(float(line.split()[1])) for line in lines if line.startswith("coscribe_clients_behind "))


@pytest.mark.parametrize("limit", ["time", "bytes"])
async def test_client_that_never_reads_is_dropped_and_nobody_waits_for_it(
    make_server: MakeServer, http: aiohttp.ClientSession, limit: str
) -> None:
    server = make_server(
        settings={"slow_client_bytes": 32 << 10, "slow_client_max_s": 2 if limit == "time" else 600}
        # As small as the other limit: how much is unsent when a turn finds the client behind is a matter of timing.
        | ({"slow_client_max_bytes": 32 << 10} if limit == "bytes" else {})
    )
    # So small a limit might as well be met by somebody who reads, on a busy machine.
    others = "room" if limit == "time" else "elsewhere"
    async with deaf_in(server, "room") as deaf, Bystanders(http, server, others):
        writer = await Peer.join(http, server, "room", Dialect.Y_WEBSOCKET)
        await flood(writer, Typist(5))
        async with asyncio.timeout(20):
            while await clients_behind(http, server):
                await asyncio.sleep(0.1)
        await writer.leave()
        # It was given up: whatever it was sent before is all that comes, and then the end.
        await deaf.hear(5)
        assert deaf.ended
        assert b"<the end>" not in deaf.heard
        assert len(deaf.heard) < FLOOD_EDITS * EDIT_BYTES


async def test_client_that_was_behind_gets_what_it_missed_once(
    make_server: MakeServer, http: aiohttp.ClientSession
) -> None:
    server = make_server(settings={"slow_client_bytes": 32 << 10})
    async with deaf_in(server, "room") as deaf, Bystanders(http, server, "room"):
        writer = await Peer.join(http, server, "room", Dialect.Y_WEBSOCKET)
        await flood(writer, Typist(5))
        deadline = time.monotonic() + 15
        while b"<the end>" not in deaf.heard and time.monotonic() < deadline:
            await deaf.hear(0.2)
        assert not deaf.ended
        assert b"<the end>" in deaf.heard
        assert len(deaf.heard) < 1.5 * FLOOD_EDITS * EDIT_BYTES
        # What was typed since is heard as it comes.
        await writer.send_update(Typist(6).type("<and on>"))
        while b"<and on>" not in deaf.heard and time.monotonic() < deadline:
            await deaf.hear(0.2)
        assert b"<and on>" in deaf.heard
        await writer.leave()


@pytest.mark.usefixtures("stock_clients")
async def test_stock_clients_that_were_frozen_converge_when_they_wake_up(
    make_server: MakeServer, http: aiohttp.ClientSession
) -> None:
    server = make_server(settings={"slow_client_bytes": 32 << 10})
    async with Scenario("follow", {"url": server.websocket_url, "document": "room"}) as frozen:
        await frozen.expect("ready")
        frozen.signal(signal.SIGSTOP)
        async with Bystanders(http, server, "room"):
            writer = await Peer.join(http, server, "room", Dialect.Y_WEBSOCKET)
            await flood(writer, Typist(5))
            frozen.signal(signal.SIGCONT)
            await frozen.say("<the end>")
            lengths = (await frozen.expect("done"))["lengths"]
            assert lengths == [FLOOD_EDITS * EDIT_BYTES + len("<the end>")] * 2
            await writer.leave()


@pytest.mark.usefixtures("stock_clients")
async def test_server_stops_in_time_although_a_client_answers_nothing(
    make_server: MakeServer, http: aiohttp.ClientSession
) -> None:
    server = make_server()
    job = {"url": server.websocket_url, "document": "room"}
    async with deaf_in(server, "room"), Scenario("follow", job) as frozen:
        await frozen.expect("ready")
        frozen.signal(signal.SIGSTOP)
        writer = await Peer.join(http, server, "room", Dialect.Y_WEBSOCKET)
        await flood(writer, Typist(5), 300)
        assert await asyncio.to_thread(server.stop) == 0
        assert writer.closed is not None
        assert writer.closed.code == 1012
    await asyncio.to_thread(server.start)
    reader = await Peer.join(http, server, "room", Dialect.Y_WEBSOCKET)
    assert b"<the end>" in b"".join(m.payload for m in reader.messages if m.kind in (Kind.UPDATE, Kind.SYNC_STEP_2))
    await reader.leave()
