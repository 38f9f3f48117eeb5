"""An operator's SIGTERM loses nothing, takes a bounded time, and tells the clients to come back."""

from __future__ import annotations

import asyncio
import signal
import time

import aiohttp
import pytest

from harness.lib0 import Typist
from harness.node import Scenario
from harness.peer import Dialect, Kind, Peer
from harness.server import STOP_DEADLINE_S, MakeServer, group_members

RESTARTING = 1012


@pytest.mark.usefixtures("stock_clients")
async def test_sigterm_under_load_exits_0_in_time_closes_with_1012_and_keeps_every_acknowledged_edit(
    make_server: MakeServer, seed: int
) -> None:
    server = make_server()
    job = {"url": server.websocket_url, "documents": ["one", "two"], "seed": seed}
    async with Scenario("writers", job) as writers:
        for _ in range(3):
            await writers.expect("writing")
            await asyncio.sleep(0.5)
            begun = time.monotonic()
            assert await asyncio.to_thread(server.stop) == 0
            assert time.monotonic() - begun < STOP_DEADLINE_S
            await writers.say("stopped")
            assert (await writers.expect("stopped"))["closes"] == [RESTARTING]
            await asyncio.to_thread(server.start)
            await writers.say("check")
            assert (await writers.expect("checked"))["lost"] == []
            await writers.say("write")
        await writers.expect("writing")
        await writers.say("finish")
        await writers.expect("done")


async def test_what_a_stopping_server_took_in_is_on_disk(make_server: MakeServer, http: aiohttp.ClientSession) -> None:
    """Also what it never came to acknowledge: the others have seen it, so they must not lose it."""
    server = make_server()
    writers = [await Peer.join(http, server, "held", dialect) for dialect in Dialect]
    watcher = await Peer.join(http, server, "held", Dialect.Y_WEBSOCKET)
    typists = [Typist(client) for client in (1, 2)]
    stopping = asyncio.get_running_loop().run_in_executor(None, server.stop)
    sent = 0
    while all(writer.closed is None for writer in writers) and sent < 5000:
        for writer, typist in zip(writers, typists, strict=True):
            if not writer.socket.closed:
                await writer.send_update(typist.type(f"edit{sent} "))
        sent += 1
        await asyncio.sleep(0.002)
    assert await stopping == 0
    assert [await peer.until_closed() for peer in (*writers, watcher)] == [RESTARTING] * 3
    seen = b"".join(m.payload for m in watcher.messages if m.kind is Kind.UPDATE)
    await asyncio.to_thread(server.start)
    reader = await Peer.join(http, server, "held", Dialect.Y_WEBSOCKET)
    kept = b"".join(m.payload for m in reader.messages if m.kind in (Kind.UPDATE, Kind.SYNC_STEP_2))
    for number in range(sent):
        assert seen.count(b"edit%d " % number) <= kept.count(b"edit%d " % number)
    await reader.leave()


def test_second_sigterm_ends_the_server_at_once(make_server: MakeServer) -> None:
    server = make_server()
    # Both are there when it wakes up: it has not had the time to end by itself.
    server.signal(signal.SIGSTOP)
    server.signal(signal.SIGTERM)
    server.signal(signal.SIGCONT)
    server.signal(signal.SIGTERM)
    begun = time.monotonic()
    code = server.wait(10)
    assert time.monotonic() - begun < 5
    assert code in (0, 1, -signal.SIGTERM)


def test_sigint_is_a_request_to_stop_as_well(make_server: MakeServer) -> None:
    server = make_server()
    server.signal(signal.SIGINT)
    assert server.wait() == 0


def test_workers_end_with_a_relay_that_was_killed(make_server: MakeServer) -> None:
    server = make_server()
    assert server.workers()
    group = server.pid
    server.kill()
    assert group_members(group) == []
