"""All open WebSockets: counted by address, kept alive in quiet rooms, closed in slices at the end."""

import asyncio
from http import HTTPStatus
from typing import Protocol

from aiohttp import web

from ..protocol.close_codes import CloseCode
from ..rooms.hub import Hub
from .problems import Problem
from .rates import network_of

KEEP_ALIVE_S = 20.0
"""Stock clients reconnect when they have received nothing for 30 s; WebSocket pings do not count."""
SLICES = 200
CLOSING_SLICE = 200
CLOSING_PAUSE_S = 0.02
RETRY_AFTER_S = 5


class Closable(Protocol):
    """What is asked of a connection."""

    address: str

    def keep_alive(self) -> None:
        """Send something harmless."""

    def end(self, code: CloseCode, reason: str) -> None:
        """Close it."""


class Connections:
    """The open connections, spread over slices so that keeping thousands alive never takes long at once."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._slices: list[set[Closable]] = [set() for _ in range(SLICES)]
        self._next = 0
        self._by_network: dict[str, int] = {}
        self._slice_of: dict[Closable, int] = {}
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def _full(self) -> bool:
        most = self._hub.limits.max_connections
        return bool(most) and len(self._slice_of) >= most

    def __len__(self) -> int:
        return len(self._slice_of)

    def admit(self, address: str) -> None:
        """Refuse an upgrade with 503 when the server stops, 429 when it or the address has too many connections."""
        if self._hub.stopping:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": str(RETRY_AFTER_S)})
        here = self._by_network.get(network_of(address), 0)
        if self._full or here >= self._hub.limits.connections_per_address:
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                "There are as many connections as there may be; close some or come back later.",
                {"Retry-After": str(RETRY_AFTER_S)},
            )

    def add(self, connection: Closable) -> None:
        """Count a connection in."""
        self._next = (self._next + 1) % SLICES
        self._slices[self._next].add(connection)
        self._slice_of[connection] = self._next
        network = network_of(connection.address)
        self._by_network[network] = self._by_network.get(network, 0) + 1
        self._idle.clear()

    def remove(self, connection: Closable) -> None:
        """Count a connection out."""
        self._slices[self._slice_of.pop(connection)].discard(connection)
        network = network_of(connection.address)
        left = self._by_network[network] - 1
        if left:
            self._by_network[network] = left
        else:
            del self._by_network[network]
        if not self._slice_of:
            self._idle.set()

    async def keep_alive(self) -> None:
        """Go round all connections once every KEEP_ALIVE_S, for ever."""
        at = 0
        while True:
            await asyncio.sleep(KEEP_ALIVE_S / SLICES)
            at = (at + 1) % SLICES
            for connection in list(self._slices[at]):
                connection.keep_alive()

    async def close_all(self, code: CloseCode, reason: str, deadline_s: float) -> None:
        """Close every connection in slices, so that not everybody comes back in the same moment."""
        everybody = list(self._slice_of)
        for start in range(0, len(everybody), CLOSING_SLICE):
            for connection in everybody[start : start + CLOSING_SLICE]:
                connection.end(code, reason)
            await asyncio.sleep(CLOSING_PAUSE_S)
        try:
            await asyncio.wait_for(self._idle.wait(), deadline_s)
        except TimeoutError:
            return
