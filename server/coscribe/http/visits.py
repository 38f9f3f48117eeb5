"""Who comes in: how many connections each address has, and who is next when many come at once.

A connection or a request costs the relay's one loop as much as a dozen edits or more, and a thousand may come in one
moment: a flood, or everybody after a restart. They wait in line here, those of each address in a line of its own, and
the lines take turns. While nobody is at work they are let in as fast as the loop goes round, a few at a time; else one
at a time, and only so many that most of the time is left to who is there already.
"""

from collections.abc import Callable

from ..lines import Lines
from .origins import Proxies
from .rates import MOST_REMEMBERED, network_of
from .turns import Turns
from .unfinished import Unfinished

SPARE_CONNECTIONS = 256
"""Beside the WebSockets that an address may have, so that whoever is refused one hears why."""

CONNECTION_S = 0.0001
HANDSHAKE_S = 0.0015
REQUEST_S = 0.0004
LEAVING_S = 0.0001
"""What a connection, its TLS, a request and the end of a connection take of the loop's time, about."""
ROUND_S = 0.0015
"""For how long people come in while the loop goes round once, when nobody is at work."""
EVERYBODY = 0.5
ONE_NETWORK = 0.25
"""What all who come, and those of one network, may take of the time while others are at work."""
EVERYBODY_BURST_S = 0.005
ONE_NETWORK_BURST_S = 0.05
"""What they may have been behind before it counts: a page with all its files comes in without a wait."""
LEAST_WAIT_S = 0.001
LOOKS = 32
_EVER = float("-inf")


class Crowd:
    """How many connections each address has, and may have; 0 is any number."""

    def __init__(self, most: int, proxies: Proxies) -> None:
        self._most = most + SPARE_CONNECTIONS if most else 0
        self._proxies = proxies
        self._by_network: dict[str, int] = {}

    def enter(self, address: str) -> str | None:
        """Count a connection in and return its network, which `leave` takes; None when there are too many.

        All of trusted proxies, and of who has no address, are one network, and as many as they like.
        """
        if not self._most or not address or self._proxies.trusted(address):
            return ""
        network = network_of(address)
        count = self._by_network.get(network, 0)
        if count >= self._most:
            return None
        self._by_network[network] = count + 1
        return network

    def leave(self, network: str) -> None:
        """Count a connection out."""
        if network:
            left = self._by_network[network] - 1
            if left:
                self._by_network[network] = left
            else:
                del self._by_network[network]


class Visits:
    """The lines in which new connections and requests stand, one for each network."""

    __slots__ = ("_due", "_due_of", "_free_at", "_lines", "_scheduled", "crowd", "turns", "unfinished")

    def __init__(self, turns: Turns, crowd: Crowd, unfinished: Unfinished) -> None:
        self.turns = turns
        self.crowd = crowd
        self.unfinished = unfinished
        self._lines: Lines[tuple[float, Callable[[], None]]] = Lines()
        self._scheduled = False
        self._free_at = _EVER
        self._due = _EVER
        self._due_of: dict[str, float] = {}
        """When the next may come in while others are at work: of all, and of each network."""

    def enter(self, network: str, cost_s: float, come_in: Callable[[], None]) -> None:
        """Have somebody come in when it is their turn: now, where nobody is before them.

        `cost_s` is what it takes of the loop's time, about; "" is a network of many, which has no limit of its own.
        """
        now = self.turns.now()
        if not self._lines and now >= self._free_at and self._may(network, now):
            self._count(network, cost_s, now)
            come_in()
            return
        self._lines.put(network, (cost_s, come_in))
        if not self._scheduled:
            self._schedule(now)

    def _may(self, network: str, now: float) -> bool:
        return not self.turns.others_work(now) or max(self._due, self._due_of.get(network, _EVER)) <= now

    def _count(self, network: str, cost_s: float, now: float) -> None:
        self._free_at = now + cost_s
        if not self.turns.others_work(now):
            return
        self._due = max(self._due, now - EVERYBODY_BURST_S) + cost_s / EVERYBODY
        if network:
            forgotten = now - ONE_NETWORK_BURST_S
            if len(self._due_of) >= MOST_REMEMBERED:
                self._due_of = {each: due for each, due in self._due_of.items() if due > forgotten}
            self._due_of[network] = max(self._due_of.get(network, _EVER), forgotten) + cost_s / ONE_NETWORK

    def _schedule(self, now: float, *, wait: bool = False) -> None:
        self._scheduled = True
        wait_s = self._due - now if self.turns.others_work(now) else 0.0
        if wait or wait_s > 0:
            self.turns.loop.call_later(max(wait_s, LEAST_WAIT_S), self._next)
        else:
            self.turns.loop.call_soon(self._next)

    def _next(self) -> None:
        """Let in who is next, of one network after another."""
        self._scheduled = False
        now = self.turns.now()
        left_s = 0.0 if self.turns.others_work(now) else ROUND_S
        who: list[Callable[[], None]] = []
        for _ in range(LOOKS):
            if not self._lines or (who and left_s <= 0):
                break
            network = self._lines.next()
            if not self._may(network, now):
                self._lines.skip()
                continue
            cost_s, come_in = self._lines.take()
            self._count(network, cost_s, now)
            left_s -= cost_s
            who.append(come_in)
        if self._lines:
            self._schedule(now, wait=not who)
        for come_in in who:
            self.turns.loop.call_soon(come_in)  # by itself: what fails for one is nobody else's
