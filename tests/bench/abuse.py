"""Measure what floods cost people in another room: `python tests/bench/abuse.py [CONNECTIONS…]`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import aiohttp

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.bystanders import Bystanders
from harness.flood import KINDS, Flood
from harness.server import Server

QUIET_S, LOUD_S = 5.0, 6.0


def at(latencies: list[float], part: float) -> str:
    return f"{sorted(latencies)[int((len(latencies) - 1) * part)] * 1000:8.1f}"


async def measure(kind: str, connections: int) -> None:
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder) / "data") as server:
        flood = await asyncio.to_thread(Flood, server.port, "/sync/flooded", kind, connections, LOUD_S)
        async with aiohttp.ClientSession() as http, Bystanders(http, server, "room") as pair:
            await asyncio.sleep(QUIET_S)
            quiet = list(pair.latencies)
            flood.begin()
            await asyncio.sleep(0.5)
            mark = len(pair.latencies)
            await asyncio.sleep(LOUD_S - 1)
            loud = pair.latencies[mark:]
            sent = await asyncio.to_thread(flood.end)
        figures = "".join(at(quiet, part) for part in (0.5, 0.99)) + "".join(at(loud, part) for part in (0.5, 0.99))
        print(f"{kind:10} {connections:4} {figures} {sent / LOUD_S / 1e6:8.1f}", flush=True)


def main() -> None:
    print(
        f"{'flood':10} {'conn':>4} {'p50 ms':>8}{'p99 ms':>8}{'p50 ms':>8}{'p99 ms':>8} {'MB/s':>8}   (before, during)"
    )
    for connections in map(int, sys.argv[1:] or ["1", "10"]):
        for kind in KINDS:
            asyncio.run(measure(kind, connections))


if __name__ == "__main__":
    main()
