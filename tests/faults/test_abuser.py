"""One connection that sends whatever it can is not what the people in another room wait for.

Compared is what an edit takes to reach the other person, with and without the flood, in the same run: a slow machine is
slow in both. The floods that this is about once made it a thousand times as long. How turns are taken is tested in
`tests/unit/http/test_turns.py`; `tests/bench/abuse.py` measures.
"""

from __future__ import annotations

import asyncio
import statistics

import aiohttp
import pytest

from harness.bystanders import Bystanders
from harness.flood import FRAMES, Flood
from harness.server import MakeServer

QUIET_S, LOUD_S = 0.8, 2.0
TIMES, SPARE_S = 30, 0.05
"""How much longer it may take: a busy server and a busy machine are slower, but not by orders of magnitude."""


@pytest.mark.parametrize("kind", FRAMES)
async def test_flood_on_one_connection_does_not_hold_up_another_room(
    http: aiohttp.ClientSession, make_server: MakeServer, kind: str
) -> None:
    server = make_server()
    flood = await asyncio.to_thread(Flood, server.port, kind, 1, LOUD_S)
    try:
        async with Bystanders(http, server, "room") as pair:
            await asyncio.sleep(QUIET_S)
            quiet = list(pair.latencies)
            flood.begin()
            await asyncio.sleep(0.3)
            mark = len(pair.latencies)
            await asyncio.sleep(LOUD_S - 0.5)
            loud = pair.latencies[mark:]
            assert len(loud) > 5, "they could hardly write"
            before, during = statistics.median(quiet), statistics.median(loud)
            print(f"{kind}: {before * 1000:.1f} ms, then {during * 1000:.1f} ms")
            assert during < TIMES * before + SPARE_S
            await asyncio.to_thread(flood.end)
    finally:
        flood.kill()
