"""Whatever the weather, everybody ends with the same document, and so does whoever comes later."""

from __future__ import annotations

import asyncio

import pytest

from harness.node import Scenario, read_documents
from harness.server import MakeServer

pytestmark = pytest.mark.usefixtures("stock_clients")


async def test_ten_clients_of_both_kinds_converge_through_drops_offline_work_and_restarts(
    make_server: MakeServer, seed: int
) -> None:
    server = make_server()
    jobs = [
        {"url": server.websocket_url, "document": f"room-{n}", "seed": seed + n, "rounds": 3, "editsPerRound": 250}
        for n in range(2)
    ]
    async with Scenario("convergence", jobs[0]) as one, Scenario("convergence", jobs[1]) as two:
        for crash in (True, False):
            await asyncio.gather(one.expect("paused"), two.expect("paused"))
            await asyncio.to_thread(server.kill if crash else server.stop)
            await asyncio.to_thread(server.start)
            await asyncio.gather(one.say("back"), two.say("back"))
        results = await asyncio.gather(one.expect("done", 90), two.expect("done", 90))
    assert server.exit_code == 0

    await asyncio.to_thread(server.restart)
    for job, result in zip(jobs, results, strict=True):
        name = str(job["document"])
        read = await read_documents(server.websocket_url, [name, f"{name}-other"])
        for document, truth in ((name, result["truth"]), (f"{name}-other", result["other"])):
            assert {aspect: read[document][aspect] for aspect in truth} == truth
        assert result["reconnects"] > 20, "a test of drops in which hardly anything was dropped"
