"""How fast the journal commits: edits/s over rooms, with a busy loop beside it, as in a relay.

    python tests/bench/journal.py [--seconds 5] [--busy 0.4] [--folder DIR] [--loads 1000x20,10000x200]

Prints for each load: edits, rows and commits a second, how long a commit takes seen from the loop, and the time from
`append` to `on_commit`. It means something on an idle machine only: the disk and the cores are what it measures.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop

from coscribe.journal.journal import (
    AppendRow,
    Change,
    Checkpoint,
    Document,
    Journal,
    PutCheckpoint,
    PutDocument,
    Row,
    pack_entries,
)
from coscribe.journal.sqlite import SqliteStore

TICK_S = 0.008
EDIT = bytes(30)


class TimedStore(SqliteStore):
    """Notes how long each commit takes, seen from the loop."""

    took: list[float]

    async def commit(self, changes: Any) -> None:
        start = time.perf_counter()
        await super().commit(changes)
        self.took.append(time.perf_counter() - start)


def percentile(values: list[float], part: float) -> float:
    """The value in ms below which `part` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] * 1000


async def busy(share: float) -> None:
    """Hold the interpreter as a relay does: each millisecond some callbacks of 0.1 ms, each a turn of the loop."""
    debt, last = 0.0, time.perf_counter()
    while True:
        now = time.perf_counter()
        debt = min(debt + (now - last) * share, 0.005)
        last = now
        while debt > 0:
            until = time.perf_counter() + 0.0001
            while time.perf_counter() < until:
                pass
            debt -= 0.0001
            await asyncio.sleep(0)
        await asyncio.sleep(0.001)


async def measure(folder: Path, rooms: int, edits: int, seconds: float, share: float, gather_s: float) -> None:
    """Drive one load and print a line about it."""
    store_path = folder / f"{rooms}-{edits}-{share}" / "coscribe.db"
    store = TimedStore(store_path)
    store.took = []
    await store.open()
    waited: list[float] = []
    done = 0

    def on_commit(tokens: list[float]) -> None:
        nonlocal done
        now = time.perf_counter()
        done += len(tokens)
        waited.extend([now - token for token in tokens])

    journal = Journal(store, gather_s=gather_s, on_commit=on_commit)
    await journal.start()
    keys = [store.allocate_key() for _ in range(rooms)]
    documents: list[Change] = [PutDocument(Document(key, f"d{key}", "", 0, 0, 0, 0, None)) for key in keys]
    await journal.submit(*documents)
    load = asyncio.create_task(busy(share)) if share else None
    heads = dict.fromkeys(keys, 0)
    carry = dict.fromkeys(keys, 0.0)
    loop = asyncio.get_running_loop()
    stop = time.perf_counter() + seconds
    per_tick = edits * TICK_S / rooms
    wait_s = TICK_S * max(1, 1 / per_tick)
    per_wait = edits * wait_s / rooms

    def tick(key: int) -> None:
        carry[key] += per_wait
        count = int(carry[key])
        carry[key] -= count
        if count:
            heads[key] += count
            body = pack_entries([(1, EDIT)] * count)
            journal.append(AppendRow(Row(key, heads[key], count, 1, body)), time.perf_counter())
            if heads[key] % 500 < count:
                journal.append(PutCheckpoint(Checkpoint(key, heads[key], bytes(20_000), b"", b"")))
        if time.perf_counter() + wait_s < stop:
            loop.call_later(wait_s, tick, key)

    start, cpu = time.perf_counter(), time.process_time()
    for key in keys:
        loop.call_later(random.random() * wait_s, tick, key)
    await asyncio.sleep(seconds + 0.1)
    await journal.drain(10)
    took, cpu = time.perf_counter() - start, time.process_time() - cpu
    if load:
        load.cancel()
    log_bytes = store_path.with_name("coscribe.db-wal").stat().st_size
    commits = store.took
    print(
        f"{edits:6} edits/s {rooms:4} rooms {share:3.0%} busy: {sum(heads.values()) / took:6.0f} edits/s"
        f" {done / took:6.0f} rows/s"
        f" {len(commits) / took:4.0f} commits/s of {sum(commits) / len(commits) * 1000:5.2f} ms"
        f" · to on_commit p50 {percentile(waited, 0.5):5.2f} p99 {percentile(waited, 0.99):6.2f}"
        f" max {max(waited) * 1000:6.1f} ms · cpu {cpu / took:4.0%} · log {log_bytes / 1e6:.0f} MB",
        flush=True,
    )
    await journal.close()
    await store.close()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--busy", type=float, default=0.4)
    parser.add_argument("--gather-ms", type=float, default=2)
    parser.add_argument("--switch-ms", type=float, default=5)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--loads", default="1000x20,1000x200,10000x20,10000x200")
    options = parser.parse_args()
    sys.setswitchinterval(options.switch_ms / 1000)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for load in options.loads.split(","):
            edits, rooms = map(int, load.split("x"))
            for share in (0.0, options.busy):
                await measure(Path(folder), rooms, edits, options.seconds, share, options.gather_ms / 1000)


if __name__ == "__main__":
    uvloop.run(main())
