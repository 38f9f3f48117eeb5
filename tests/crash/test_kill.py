"""Acknowledged means on disk: the server is killed at random while seven stock clients write."""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

import pytest

from harness.node import Scenario
from harness.server import MakeServer, Server

pytestmark = pytest.mark.usefixtures("stock_clients")

KILLS = 20
ACKNOWLEDGES_EARLY = [sys.executable, str(Path(__file__).with_name("acknowledge_early.py"))]


async def kill_under_load(server: Server, kills: int, seed: int) -> list[str]:
    """Kill and start the server `kills` times; return every acknowledged edit that a newcomer did not find."""
    choose = random.Random(seed)
    lost: list[str] = []
    job = {"url": server.websocket_url, "documents": ["one", "two"], "seed": seed}
    async with Scenario("writers", job) as writers:
        for kill in range(kills):
            await writers.expect("writing")
            await asyncio.sleep(choose.uniform(0.1, 0.9))
            await asyncio.to_thread(server.kill)
            await writers.say("stopped")
            await writers.expect("stopped")
            await asyncio.to_thread(server.start)
            await writers.say("check")
            lost += [f"kill {kill}: {what}" for what in (await writers.expect("checked"))["lost"]]
            await writers.say("write")
        await writers.expect("writing")
        await writers.say("finish")
        await writers.expect("done")
    return lost


@pytest.mark.timeout(300)
async def test_acknowledged_edits_survive_sigkill(make_server: MakeServer, seed: int) -> None:
    assert await kill_under_load(make_server(), KILLS, seed) == []


@pytest.mark.timeout(120)
async def test_a_server_that_acknowledges_before_the_commit_is_found_out(make_server: MakeServer, seed: int) -> None:
    careless = make_server(command=ACKNOWLEDGES_EARLY, settings={"commit_gather_ms": 60})
    assert await kill_under_load(careless, 4, seed) != []
