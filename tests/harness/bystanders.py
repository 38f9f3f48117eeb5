"""Two peers who go on working in a room while something happens to it: what the others must not notice."""

from __future__ import annotations

import asyncio
import time
from types import TracebackType

import aiohttp

from harness.lib0 import Typist
from harness.peer import Dialect, Peer
from harness.server import Server

PAUSE_S = 0.03
UNNOTICED_S = 3.0
"""A delay that a loaded test machine may cause by itself; what hostile input used to cost was far longer."""
GROWTH_BYTES = 200 << 20


class Bystanders:
    """One of each dialect; each types in turn and waits for the other to see it.

    On leaving: both are still connected, no edit took longer than `UNNOTICED_S`, all of it is there for a newcomer,
    no process of the server died (with `workers_may_die`: not the relay), and they have grown by less than
    `GROWTH_BYTES`.
    """

    def __init__(
        self, http: aiohttp.ClientSession, server: Server, document: str, *, workers_may_die: bool = False
    ) -> None:
        self._http = http
        self._workers_may_die = workers_may_die
        self._server = server
        self.document = document
        self.latencies: list[float] = []
        self.typists = [Typist(0xABBA, "bystander"), Typist(0xBEEF, "bystander")]
        self._stop = asyncio.Event()
        self._late_s = 0.0
        """For how long this process kept an edit waiting by itself."""

    async def __aenter__(self) -> Bystanders:
        self.peers = [await Peer.join(self._http, self._server, self.document, dialect) for dialect in Dialect]
        self._pids = self._lasting()
        self._memory = self._server.memory()
        self._work = asyncio.create_task(self._type())
        self._watch = asyncio.create_task(self._look_at_the_clock())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        if kind is None:
            await asyncio.sleep(5 * PAUSE_S)
        self._stop.set()
        try:
            await self._work
            if kind is None:
                newcomer = await Peer.join(self._http, self._server, self.document, Dialect.HOCUSPOCUS)
                await newcomer.until_content(*(typist.last.encode() for typist in self.typists))
                await newcomer.leave()
        finally:
            self._watch.cancel()
            for peer in self.peers:
                await peer.leave()
        if kind is None:
            assert max(self.latencies) < UNNOTICED_S, f"an edit took {max(self.latencies):.1f} s to reach the other"
            alive = self._lasting()
            lasting = self._pids[:1] if self._workers_may_die else self._pids
            assert set(lasting) <= set(alive), f"processes of the server: {self._pids} became {alive}"
            grown = self._server.memory() - self._memory
            assert grown < GROWTH_BYTES, f"the server grew by {grown >> 20} MiB"

    def _lasting(self) -> list[int]:
        """Return the relay's pid and its workers'; converters and what looks into a death come and go."""
        _, health = self._server.get("/readyz")
        return [self._server.pid, *(worker["pid"] for worker in health["workers"] if worker["pid"])]

    async def _look_at_the_clock(self) -> None:
        while True:
            begun = time.monotonic()
            await asyncio.sleep(PAUSE_S)
            self._late_s = max(self._late_s, time.monotonic() - begun - PAUSE_S)

    async def _type(self) -> None:
        number = 0
        while not self._stop.is_set():
            for turn in (0, 1):
                writer, reader, typist = self.peers[turn], self.peers[1 - turn], self.typists[turn]
                word = f"~{turn}.{number}~"
                mark, begun, self._late_s = len(reader.messages), time.monotonic(), 0.0
                await writer.send_update(typist.type(word))
                await reader.until_content(word.encode(), after=mark)
                self.latencies.append(time.monotonic() - begun - self._late_s)
                await asyncio.sleep(PAUSE_S)
            number += 1
