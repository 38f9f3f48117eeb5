"""Who goes first in the relay's one loop: people at work, and whoever sends as much as it can in what time they leave.

A connection is *heavy* once its frames and messages took `BURST_S` of the loop's time while there were always more of
them (`FIRST_S`, when it has just come), or more than `LIGHT` of the time in which it was waited for. Others are handled
as they come.

Heavy ones stand in line, however many they are, those of each network in one of its own: one at a time has a turn, and
everything else that has come is handled between two turns. While others are at work turns are short, and a rest follows
on those of who has much of the time, so that nobody waits for longer than a turn; else turns follow on one another, and
an import runs as fast as it can.
"""

import asyncio
from collections.abc import Callable
from time import perf_counter

from ..lines import Lines
from ..protocol.frames import close_frame
from .unfinished import Unfinished

LIGHT = 0.1
"""What a connection may take of the time in which nothing of it waits; a fast typist takes a thousandth."""
BURST_S = 0.005
"""What it may take at once after a pause: some hundred edits."""
FIRST_S = 0.0003
"""What it may take at once when it has just come, or who comes again and again would have a burst each time."""
DEBT_S = 0.02
"""What is remembered at most of somebody who took more, and forgotten within a fifth of a second of rest."""
GREEDY = 0.02
"""After a turn of who has more than this of the loop's time, everybody heavy rests."""
TURN_S = 0.001
SHORT_TURN_S = 0.0001
REST = 3
REST_LEAST_S = 0.001
WORK_S = 0.25
"""For how long after a message somebody is taken to be at work."""
SETTLED_S = 1.0
"""Who has just come is not yet at work: what a client says first is no word of a person."""
FLOOD_ENDS_S = 1.0
"""A reset any earlier might overtake the close frame."""
_NEVER = float("inf")


class Turns:
    """The line in which heavy connections stand."""

    __slots__ = ("_free_at", "_lines", "_scheduled", "at_work", "loop", "now")

    def __init__(self, loop: asyncio.AbstractEventLoop, now: Callable[[], float] = perf_counter) -> None:
        self.loop = loop
        self.now = now
        self._lines: Lines[Callable[[], None]] = Lines()
        self._scheduled = False
        self._free_at = 0.0
        self.at_work = float("-inf")
        """When somebody light was last heard of."""

    def others_work(self, now: float) -> bool:
        """Tell whether somebody light is at work."""
        return now - self.at_work < WORK_S

    def length_s(self, now: float) -> float:
        """Return how long a turn may take that begins now."""
        return SHORT_TURN_S if self.others_work(now) else TURN_S

    def enter(self, go_on: Callable[[], None], spent_s: float, network: str = "") -> None:
        """Stand in line with others of a network; a rest follows from `spent_s`, which the turn before took."""
        now = self.now()
        if spent_s and self.others_work(now):
            self._free_at = max(self._free_at, now + max(REST_LEAST_S, spent_s * REST))
        self._lines.put(network, go_on)
        if not self._scheduled:
            self._schedule(now)

    def _schedule(self, now: float) -> None:
        self._scheduled = True
        wait_s = self._free_at - now
        if wait_s > 0:
            self.loop.call_later(max(wait_s, REST_LEAST_S), self._next)
        else:
            self.loop.call_soon(self._next)

    def _next(self) -> None:
        self._scheduled = False
        now = self.now()
        if now >= self._free_at:
            self._lines.take()()
        if self._lines and not self._scheduled:
            self._schedule(now)


class Share:
    """What one connection takes of the loop's time, between who reads its frames and who handles its messages."""

    __slots__ = (
        "_counted_at",
        "_left_s",
        "_of_all",
        "_room_s",
        "_settled_at",
        "deaf",
        "heavy",
        "held",
        "network",
        "turns",
        "unfinished",
        "works_from",
    )

    def __init__(self, turns: Turns, unfinished: Unfinished | None = None) -> None:
        self.turns = turns
        self._of_all = unfinished
        self.unfinished = 0
        """How many bytes have come since the last message was complete, of those that came in bulk."""
        self.heavy = False
        self.held = False
        """Whether more has come than was read."""
        self.network = ""
        """With whom it stands in line."""
        self.deaf = False
        """Whether nothing of what comes is read any more."""
        self._left_s = FIRST_S
        self._room_s = BURST_S
        self._counted_at = turns.now()
        self._settled_at = self.works_from = self._counted_at + SETTLED_S
        """From when on a message means that somebody is at work; of who is heavy none does."""

    def begin(self, size: int) -> bool:
        """Count bytes that have come in bulk; tell whether the network has not begun more than it may."""
        self.unfinished += size
        return self._of_all is None or self._of_all.add(self.network, size)

    def complete(self) -> None:
        """Learn that a message is complete, or never will be."""
        if self._of_all is not None and self.unfinished:
            self._of_all.drop(self.network, self.unfinished)
        self.unfinished = 0

    def end_deaf(self, transport: asyncio.Transport, code: int, reason: bytes) -> None:
        """Say why a WebSocket ends to a client that goes on sending, of which nothing more is read."""
        self.deaf = True
        transport.pause_reading()
        transport.write(close_frame(code, reason))
        self.turns.loop.call_later(FLOOD_ENDS_S, transport.abort)

    def spend(self, spent_s: float, idle_s: float = 0.0) -> None:
        """Count time that was taken, and time in which there was nothing to do for the connection.

        Waiting for a turn is neither: of many who send all they can each takes little, and none rests.
        """
        self._left_s = max(-DEBT_S, min(BURST_S, self._left_s + idle_s * LIGHT) - spent_s)
        self.heavy = self._left_s < 0
        self.works_from = _NEVER if self.heavy else self._settled_at

    def length_s(self, now: float) -> float:
        """Return how much may be handled now, before others have a turn."""
        return self.turns.length_s(now) if self.heavy else max(SHORT_TURN_S, min(TURN_S, self._left_s))

    def enter(self, go_on: Callable[[], None], spent_s: float) -> None:
        """Stand in line; `spent_s` is what the turn before took."""
        now = self.turns.now()
        room_s = min(BURST_S, self._room_s + (now - self._counted_at) * GREEDY)
        self._room_s = max(-DEBT_S, room_s - spent_s)
        self._counted_at = now
        self.turns.enter(go_on, spent_s if self._room_s < 0 else 0.0, self.network)

    async def turn(self, spent_s: float) -> None:
        """Wait for a turn; `spent_s` is what the one before took."""
        turn = self.turns.loop.create_future()
        self.enter(lambda: None if turn.done() else turn.set_result(None), spent_s)
        await turn
