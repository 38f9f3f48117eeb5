"""Many clients at once: rooms full of connections, typing at a steady pace, watched through one window.

What always holds: while a window is open, received bytes are only noted; they are read after it, in slices, so that
the client's own work neither slows the server down nor hides in the latencies. The process's garbage collector is
off meanwhile, for the same reason.
"""

import asyncio
import contextlib
import gc
import random
import socket
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from . import wire
from .connection import Connection, State, now_us
from .histogram import Histogram
from .ledger import Ledger, Measurement
from .processes import Usage, machine_busy_s, process_tree, usage

PRESENCE_RENEWAL_S = 15  # as y-protocols does it
DRAIN_S = 10  # how long to wait for deliveries after the last edit
_PACE_S = 0.001
_SLICE_S = 0.02  # reading before the event loop gets a turn
_LOOPBACK_SOURCES = 8  # 127.0.0.1–127.0.0.8: a server may limit the connections of one address
_IP_BIND_ADDRESS_NO_PORT = 24
_OPENING_AT_ONCE = 256


class Shape(NamedTuple):
    """`rooms` × `clients` connections, of which `typists` in each room type."""

    rooms: int
    clients: int
    typists: int = 1


@dataclass(slots=True)
class Window:
    """What one measurement saw; rates per second, CPU in % of one core."""

    wanted_rate: float
    seconds: float
    sent: int
    frames_per_edit: float
    drain_s: float
    server_cpu_s: float | None
    client_cpu_s: float
    others_cpu_s: float | None
    server: Usage | None
    measurement: Measurement
    client_lag: Histogram

    @property
    def delivered_per_s(self) -> float:
        """Deliveries that arrived in the window, per second."""
        return self.measurement.delivered / self.seconds


class Crowd:
    """All the connections of one run to one server."""

    def __init__(self, url: str, shape: Shape, *, pid: int | None = None, prefix: str | None = None) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._path = parts.path + (f"?{parts.query}" if parts.query else "")
        self.pid = pid
        self._log: deque[tuple[int, Connection, bytes]] = deque()
        self._reader = wire.ChunkReader()
        self._reading = self._held = False
        self._frames = 0
        self.drain_limit_s: float = DRAIN_S
        self.ledger = Ledger()
        self.prefix = prefix or f"bench-{random.randrange(1 << 40):010x}"  # noqa: S311
        self.closed_by_server: list[Connection] = []
        first = 0x10000000 + random.randrange(0x3FFFFFFF)  # noqa: S311
        rooms, clients, typists = shape
        self.connections = [
            self._make(room, first + room * clients + number) for room in range(rooms) for number in range(clients)
        ]
        self.typing = [self.connections[room * clients + place] for place in range(typists) for room in range(rooms)]
        for connection in self.typing:
            connection.typist = self.ledger.add_typist(connection.client, connection.receiver)

    def _make(self, room: int, client: int) -> Connection:
        path = self._path.replace("{room}", f"{self.prefix}-{room}")
        request = wire.upgrade_request(self._host, self._port, path)
        return Connection(request, client, self.ledger, self.ledger.add_receiver(room), self._note, self._lost)

    # receiving

    def _note(self, entry: tuple[int, Connection, bytes]) -> None:
        self._log.append(entry)
        if not self._reading:
            self._reading = True
            asyncio.get_running_loop().call_soon(self._read_soon)

    def _read_soon(self) -> None:
        self._reading = self._held
        if not self._held:
            self.read()

    def read(self, for_s: float = 60) -> None:
        """Read what was noted, for at most so long."""
        log, reader, until = self._log, self._reader, time.monotonic() + for_s
        while log and time.monotonic() < until:
            at_us, connection, data = log.popleft()
            self._frames += connection.read(at_us, data, reader)

    def _lost(self, connection: Connection) -> None:
        self.closed_by_server.append(connection)

    # connecting

    async def connect(self, timeout_s: float, at_once: int = _OPENING_AT_ONCE) -> float:
        """Connect and synchronise everyone, `at_once` of them at a time; return the seconds it took.

        Whoever could not is left closed, with its reason: see `ready`.
        """
        started = time.monotonic()
        gate = asyncio.Semaphore(at_once)
        tasks = [asyncio.ensure_future(self._open(connection, gate)) for connection in self.connections]
        _, late = await asyncio.wait(tasks, timeout=timeout_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return time.monotonic() - started

    async def open_one(self, connection: Connection, timeout_s: float) -> None:
        """Connect and synchronise one client. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            await self._open(connection, asyncio.Semaphore(1))

    async def _open(self, connection: Connection, gate: asyncio.Semaphore) -> None:
        async with gate:
            connection.opened_us = now_us()
            connection.settled.clear()
            sock = socket.socket()
            sock.setblocking(False)
            loop = asyncio.get_running_loop()
            try:
                if self._host.startswith("127."):
                    with contextlib.suppress(OSError):
                        sock.setsockopt(socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)
                    sock.bind((f"127.0.0.{1 + connection.client % _LOOPBACK_SOURCES}", 0))
                await loop.sock_connect(sock, (self._host, self._port))
                await loop.create_connection(lambda: connection, sock=sock)
            except OSError as error:
                sock.close()
                connection.close_reason = str(error)
                self.closed_by_server.append(connection)
                return
            await connection.settled.wait()

    @property
    def ready(self) -> int:
        """How many clients are connected and synchronised."""
        return sum(connection.state is State.READY for connection in self.connections)

    def trouble(self) -> str:
        """Say why the first client that failed did, "" when none did."""
        if self.closed_by_server:
            return self.closed_by_server[0].close_reason
        late = any(not connection.settled.is_set() for connection in self.connections)
        return "no answer in time" if late else ""

    def leave(self) -> None:
        """Close every connection properly."""
        for connection in self.connections:
            connection.leave()

    def drop(self) -> None:
        """Let every connection fall without a word."""
        for connection in self.connections:
            connection.drop()

    # typing

    async def measure(self, rate: float, warm_up_s: float, seconds: float) -> Window:
        """Type `rate` edits a second, all typists together, and measure `seconds` of it after a warm-up."""
        lag, tree = Histogram(), process_tree(self.pid)
        frames, arrived = self._frames, self.ledger.count.delivered + self.ledger.count.echoed
        for typist in self.ledger.typists.values():
            typist.prepare(int(rate * (warm_up_s + seconds) / len(self.typing)) + 1)
        async with self._holding():
            typing = asyncio.ensure_future(self._type(rate, lag))
            await asyncio.sleep(warm_up_s)
            before, busy, client = usage(tree), machine_busy_s(), time.process_time()
            sent = self._sent()
            measurement = self.ledger.begin(now_us())
            await asyncio.sleep(seconds)
            self.ledger.end(now_us())
            spent = time.process_time() - client
            after, busy_after = usage(tree), machine_busy_s()
            typing.cancel()
            sent = self._sent() - sent
        drain_s = await self.drain()
        arrived = self.ledger.count.delivered + self.ledger.count.echoed - arrived
        server_s = after.cpu_s - before.cpu_s if before and after else None
        others_s = max(0.0, busy_after - busy - spent - (server_s or 0)) if busy is not None and busy_after else None
        self.ledger.measurement = None
        return Window(
            wanted_rate=rate,
            seconds=(measurement.closed_us - measurement.opened_us) / 1e6,
            sent=sent,
            frames_per_edit=(self._frames - frames) / max(1, arrived),
            drain_s=drain_s,
            server_cpu_s=server_s,
            client_cpu_s=spent,
            others_cpu_s=others_s,
            server=after,
            measurement=measurement,
            client_lag=lag,
        )

    async def _type(self, rate: float, lag: Histogram) -> None:
        """Type in turn, each typist as often as it is due; what is due in the same moment is sent together."""
        typing, turn, count, started = self.typing, 0, 0, time.monotonic()
        most = max(32, int(rate * _PACE_S * 4))
        while True:
            now = time.monotonic()
            due = min(int((now - started) * rate) + 1 - count, most)
            if due > 0:
                lag.add(int((now - started - count / rate) * 1e6))
                at_us = now_us()
                each, more = divmod(due, len(typing))
                for place in range(len(typing) if each else more):
                    edits = each + 1 if place < more else each
                    typing[turn + place - len(typing)].type(edits, at_us)
                turn = (turn + more) % len(typing)
                count += due
            await asyncio.sleep(max(_PACE_S, started + count / rate - now) if due < most else 0)

    def _sent(self) -> int:
        return sum(len(typist.sent_us) for typist in self.ledger.typists.values())

    @contextlib.asynccontextmanager
    async def _holding(self) -> AsyncIterator[None]:
        """Only note what arrives."""
        self.read()
        self._reading = self._held = True
        gc.disable()
        try:
            yield
        finally:
            gc.enable()
            self._held = False

    async def drain(self) -> float:
        """Read what was noted and wait for what is still on its way; return the seconds it took."""
        started = time.monotonic()
        while self._log or (self._expecting() and time.monotonic() < started + self.drain_limit_s):
            if self._log:
                self.read(_SLICE_S)
                await asyncio.sleep(0)
            else:
                await asyncio.sleep(0.01)
        self._reading = False
        return time.monotonic() - started

    @staticmethod
    async def until(done: Callable[[], bool], limit_s: float) -> bool:
        """Wait for something that arrives, without a timer's delay; return whether it did in time."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            if done():
                return True
            await asyncio.sleep(0)
        return done()

    def _expecting(self) -> bool:
        echoes = self.ledger.count.echoed > 0  # a server that never sent one will not send one now
        return self.ledger.outstanding() > 0 or (echoes and self.ledger.unacknowledged() > 0)

    # presence

    async def renew_presence(self) -> None:
        """Renew everyone's presence every 15 s, spread evenly, until cancelled."""
        interval_s = PRESENCE_RENEWAL_S / len(self.connections)
        due = time.monotonic()
        while True:
            for connection in self.connections:
                due += interval_s
                if due > time.monotonic() + _PACE_S:
                    await asyncio.sleep(due - time.monotonic())
                connection.send_presence()
