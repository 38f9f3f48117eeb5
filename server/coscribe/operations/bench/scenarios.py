"""What is measured: each scenario drives one server that holds nothing yet and returns its figures.

A delivery is one edit at one other client. A scenario that finds the server refusing or closing connections says so
in its figures instead of raising, so that the scenarios after it still run.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from .connection import Connection
from .crowd import Crowd, Shape, Window
from .histogram import Histogram
from .history import History
from .processes import process_tree, usage
from .wire import update_frame

CONNECT_TIMEOUT_S = 180
SEARCH_P99_MS, SEARCH_DELIVERED = 50, 0.97
_RETRIES = 2
HISTORY_EDITS = 259_778
_UNCONFIRMED = 2000  # edits of a history that may be on their way at once
_BATCH = 32
_INGEST_TIMEOUT_S = 240
AFTER_DROP_S = 3  # for a server to notice
_LOAD_TIMEOUT_S = 90
_SETTLE_S = 12  # left to a server to store a document that nobody has open
_MB, _KB = 1 << 20, 1 << 10

Figure = float | int | str | None
Figures = dict[str, Figure]


@dataclass(slots=True)
class Target:
    """A server to measure: `url` with {room}; `pid` and `restart` where they are known."""

    url: str
    pid: int | None = None
    restart: Callable[[], Awaitable[str]] | None = None  # starts it again on its data and returns its URL
    tree: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Options:
    """What a run may change: seconds of a measurement, edits of the long history."""

    seconds: float = 6
    warm_up_s: float = 1
    search_s: float = 1.6
    history_edits: int = HISTORY_EDITS
    settle_s: float = _SETTLE_S


Run = Callable[[Target, Options], Coroutine[Any, Any, Figures]]


async def fan_out(target: Target, options: Options, *, shape: Shape, rate: float, presence: bool = False) -> Figures:
    """Connect everyone and let them type at a steady rate (edits a second, all together)."""
    tree = process_tree(target.pid)
    before = usage(tree)
    crowd = Crowd(target.url, shape, pid=target.pid)
    connect_s = await crowd.connect(CONNECT_TIMEOUT_S)
    await asyncio.sleep(0.5)
    tree = process_tree(target.pid)
    connected = usage(tree)
    figures: Figures = {"connected": crowd.ready, "connect_s": connect_s}
    if before and connected:
        figures["connect_cpu_s"] = connected.cpu_s - before.cpu_s
        figures["kb_per_connection"] = (connected.rss_bytes - before.rss_bytes) / _KB / max(1, crowd.ready)
    renewing = asyncio.ensure_future(crowd.renew_presence()) if presence else None
    try:
        window = await crowd.measure(rate, options.warm_up_s, options.seconds)
    finally:
        if renewing:
            renewing.cancel()
    figures |= window_figures(window, crowd) | {"lost": crowd.ledger.outstanding()}
    return await _leave(crowd, figures)


async def search(target: Target, options: Options, *, shape: Shape) -> Figures:
    """Find the highest rate that a server sustains: double it, then bisect.

    Sustained means p99 ≤ 50 ms, ≥ 97 % of the edits delivered within the window, nobody disconnected.
    """
    crowd = Crowd(target.url, shape, pid=target.pid)
    await crowd.connect(CONNECT_TIMEOUT_S)
    await asyncio.sleep(0.5)
    others = shape.clients - 1
    best: Window | None = None
    low = high = peak = 0.0
    rate, refined, again, reason = 4000.0 / others, 0, _RETRIES, ""
    failed: Window | None = None
    while crowd.ready == len(crowd.connections):
        window = await crowd.measure(rate, 0.5, options.search_s)
        peak = max(peak, window.delivered_per_s)
        p99 = window.measurement.latency.percentile_ms(0.99)
        share = window.delivered_per_s / (rate * others)
        if p99 is not None and p99 <= SEARCH_P99_MS and share >= SEARCH_DELIVERED and not crowd.closed_by_server:
            best, low, again = window, rate, _RETRIES
        elif again and share >= 0.9 and not crowd.closed_by_server:
            again -= 1  # a lone stall, of whatever else runs on this machine: once more
            continue
        else:
            failed, high, again = window, rate, _RETRIES
            reason = "deliveries" if share < SEARCH_DELIVERED else "p99"
        if crowd.closed_by_server:
            reason = crowd.trouble()
            break
        if high and low:
            if refined >= 4 or high / low < 1.06:
                break
            refined += 1
            rate = (low * high) ** 0.5
        elif high:
            rate /= 2
            if rate < 1:
                break
        else:
            rate *= 2
        await asyncio.sleep(0.2)
    figures: Figures = {"connected": crowd.ready, "sustained_per_s": low * others, "peak_delivered_per_s": peak}
    figures["limit"] = reason or crowd.trouble()
    if failed:
        figures["client_cpu_pct_at_limit"] = 100 * failed.client_cpu_s / failed.seconds
    if best:
        figures |= window_figures(best, crowd)
    return await _leave(crowd, figures | {"lost": crowd.ledger.outstanding()})


async def storm(target: Target, options: Options, *, shape: Shape, characters: int) -> Figures:
    """Let everyone lose the connection and come back at once, with a state vector."""
    crowd = Crowd(target.url, shape, pid=target.pid)
    connect_s = await crowd.connect(CONNECT_TIMEOUT_S)
    await crowd.measure(200 * shape.rooms, 0, characters / 200)
    figures: Figures = {"connected": crowd.ready, "first_connect_s": connect_s, "lost": crowd.ledger.outstanding()}
    crowd.drop()
    await asyncio.sleep(AFTER_DROP_S)
    for connection in crowd.typing:  # typists know their own text
        connection.receiver.seen[connection.client] = len(crowd.ledger.typists[connection.client].sent_us)
    tree = process_tree(target.pid)
    before, client, started = usage(tree), time.process_time(), time.monotonic()
    at_once = len(crowd.connections)
    await crowd.connect(CONNECT_TIMEOUT_S, at_once)
    figures["client_cpu_pct"] = 100 * (time.process_time() - client) / (time.monotonic() - started)
    after = usage(tree)
    first = min(connection.opened_us for connection in crowd.connections)
    synced = Histogram()
    synced.add_all(c.ready_us - first for c in crowd.connections if c.ready_us > first)
    figures |= {
        "resynced": crowd.ready,
        "all_synced_s": (max(connection.ready_us for connection in crowd.connections) - first) / 1e6,
        "sync_p50_ms": synced.percentile_ms(0.5),
        "sync_p99_ms": synced.percentile_ms(0.99),
    }
    if before and after:
        figures["cpu_ms_per_client"] = 1000 * (after.cpu_s - before.cpu_s) / at_once
    return await _leave(crowd, figures)


async def cold(target: Target, options: Options) -> Figures:
    """Type a long history into one document as fast as the server takes it, then load it with fresh clients."""
    crowd = Crowd(target.url, Shape(rooms=1, clients=2), pid=target.pid)
    await crowd.connect(CONNECT_TIMEOUT_S)
    figures = await _ingest(crowd, options)
    await _leave(crowd, figures)
    if figures["complete"] != "yes":
        return figures
    await asyncio.sleep(options.settle_s)
    figures |= await _load(target, crowd, "loaded")
    if target.restart is not None:
        await asyncio.sleep(options.settle_s)
        target.url = await target.restart()
        figures |= await _load(target, crowd, "restarted")
    return figures


async def _ingest(crowd: Crowd, options: Options) -> Figures:
    if crowd.ready < 2:
        return {"complete": crowd.trouble()}
    writer, watcher = crowd.connections
    assert writer.typist is not None
    history = History(writer.client, options.history_edits)
    sent, seen = writer.typist.sent_us, watcher.receiver.seen
    tree = process_tree(crowd.pid)
    before = usage(tree)
    frames = iter([(update_frame(update), typed) for update, typed in zip(history.updates, history.typed, strict=True)])
    started = time.monotonic()
    deadline = started + _INGEST_TIMEOUT_S
    more = True
    while more and time.monotonic() < deadline and not crowd.closed_by_server:
        if len(sent) - seen.get(writer.client, 0) < _UNCONFIRMED:
            now = int(time.monotonic() * 1e6)
            for _ in range(_BATCH):
                frame, typed = next(frames, (b"", False))
                more = bool(frame)
                if typed:
                    sent.append(now)
                writer.send(frame)
        await asyncio.sleep(0)
    await crowd.until(lambda: not crowd.ledger.outstanding() or bool(crowd.closed_by_server), _INGEST_TIMEOUT_S)
    seconds = time.monotonic() - started
    figures: Figures = {"edits": len(history.updates), "ingest_edits_per_s": len(history.updates) / seconds}
    await crowd.drain()
    if crowd.ledger.count.echoed:
        figures["ingest_durable_edits_per_s"] = len(history.updates) / (time.monotonic() - started)
    after = usage(process_tree(crowd.pid))
    if before and after:
        figures |= {"ingest_cpu_s": after.cpu_s - before.cpu_s, "rss_mb": after.rss_bytes / _MB}
    lost = crowd.ledger.outstanding()
    figures |= {"lost": lost, "duplicates": crowd.ledger.count.duplicates}
    return figures | {"complete": crowd.trouble() or ("no" if lost else "yes")}


async def _load(target: Target, written: Crowd, when: str) -> Figures:
    """Open the document with four fresh clients, one after the other; the first stays."""
    writer = written.connections[0]
    assert writer.typist is not None
    clock = len(writer.typist.sent_us)
    crowd = Crowd(target.url, Shape(rooms=1, clients=4, typists=0), pid=target.pid, prefix=written.prefix)
    crowd.ledger.strangers.add(writer.client)
    tree = process_tree(target.pid)
    took: list[float] = []
    first_cpu_ms: float | None = None
    for connection in crowd.connections:
        before = usage(tree)
        if not await _opened(crowd, connection, writer.client, clock):
            return {f"{when}_first_ms": None, f"{when}_error": crowd.trouble() or "the document did not arrive"}
        took.append((connection.edited_us - connection.opened_us) / 1000)  # without the time to read it
        after = usage(tree)
        if connection is not crowd.connections[0]:
            connection.leave()
        elif before and after:
            first_cpu_ms = 1000 * (after.cpu_s - before.cpu_s)
        await asyncio.sleep(0.5)
    figures: Figures = {f"{when}_first_ms": took[0], f"{when}_later_ms": median(took[1:])}
    figures[f"{when}_first_cpu_ms"] = first_cpu_ms
    figures[f"{when}_sync_bytes"] = crowd.connections[-1].sync_bytes
    return await _leave(crowd, figures)


async def _opened(crowd: Crowd, connection: Connection, client: int, clock: int) -> bool:
    """Connect and wait until everything of the client up to the clock is there, however it comes."""
    try:
        await crowd.open_one(connection, _LOAD_TIMEOUT_S)
    except TimeoutError:
        return False
    return await crowd.until(lambda: connection.receiver.seen.get(client, 0) >= clock, _LOAD_TIMEOUT_S)


def window_figures(window: Window, crowd: Crowd) -> Figures:
    """Say what a window saw; None stands for what could not be measured."""
    latency, acknowledgement = window.measurement.latency, window.measurement.acknowledgement
    count = crowd.ledger.count
    delivered = window.measurement.delivered
    figures: Figures = {
        "edits_per_s": window.sent / window.seconds,
        "delivered_per_s": window.delivered_per_s,
        "p50_ms": latency.percentile_ms(0.5),
        "p99_ms": latency.percentile_ms(0.99),
        "max_ms": latency.maximum_ms(),
        "ack_p50_ms": acknowledgement.percentile_ms(0.5),
        "ack_p99_ms": acknowledgement.percentile_ms(0.99),
        "frames_per_edit": window.frames_per_edit,
        "duplicates": count.duplicates,
        "reordered": count.reordered,
        "misdirected": count.misdirected,
        "unreadable": count.unreadable,
        "client_cpu_pct": 100 * window.client_cpu_s / window.seconds,
        "client_lag_p99_ms": window.client_lag.percentile_ms(0.99),
    }
    if window.server_cpu_s is not None and window.server is not None:
        figures["server_cpu_pct"] = 100 * window.server_cpu_s / window.seconds
        figures["cpu_us_per_delivery"] = 1e6 * window.server_cpu_s / max(1, delivered)
        figures["rss_mb"] = window.server.rss_bytes / _MB
    if window.others_cpu_s is not None:
        figures["others_cpu_pct"] = 100 * window.others_cpu_s / window.seconds
    return figures


async def _leave(crowd: Crowd, figures: Figures) -> Figures:
    if trouble := crowd.trouble():
        figures["trouble"] = trouble
    crowd.leave()
    await asyncio.sleep(0.1)
    return figures
