"""Who must receive which edit, and who did.

An edit is expected once at every other client of its room. Each receiver keeps, for every client it hears of, the
clock up to which it has everything, and the clocks that were skipped before it. So an edit that never comes is lost,
one that comes twice is a duplicate, and one that comes to the wrong room is misdirected, each counted one by one.
An edit that comes back to its own typist is an echo: it acknowledges, and is no delivery.
"""

from dataclasses import dataclass, field

from .edits import Keys, Run
from .histogram import Histogram
from .wire import update_frame


class Receiver:
    """What one client has received."""

    __slots__ = ("missing", "room", "seen")

    def __init__(self, room: int) -> None:
        self.room = room
        self.seen: dict[int, int] = {}  # client → the clock below which everything came, or is in `missing`
        self.missing: set[tuple[int, int]] = set()


class Typist:
    """One client that types: what it sent, and when. Its frames are made ahead, to be quick when it counts."""

    __slots__ = ("_ahead", "_keys", "_used", "client", "measured", "receiver", "sent_us")

    def __init__(self, client: int, receiver: Receiver) -> None:
        self.client = client
        self.receiver = receiver
        self._keys = Keys(client)
        self._ahead: list[bytes] = []
        self._used = 0  # how many of `_ahead` are typed
        self.sent_us: list[int] = []  # by clock
        self.measured = range(0)  # the clocks whose latency counts

    def prepare(self, edits: int) -> None:
        """Make the frames of the next edits."""
        del self._ahead[: self._used]
        self._used = 0
        self._ahead += [update_frame(self._keys.press()) for _ in range(edits - len(self._ahead))]

    def type(self, edits: int, at_us: int) -> bytes:
        """Return the frames of the next characters."""
        if self._used + edits > len(self._ahead):
            self.prepare(edits + 100)
        start = self._used
        self._used = end = start + edits
        self.sent_us += [at_us] * edits
        return b"".join(self._ahead[start:end])


@dataclass(slots=True)
class Count:
    """What came of the edits so far."""

    delivered: int = 0
    echoed: int = 0
    duplicates: int = 0
    reordered: int = 0
    misdirected: int = 0
    unreadable: int = 0


@dataclass(slots=True)
class Measurement:
    """What counts in a window of time: deliveries that arrive in it, latencies of edits sent in it."""

    opened_us: int
    closed_us: int = 1 << 62
    delivered: int = 0
    latency: Histogram = field(default_factory=Histogram)
    acknowledgement: Histogram = field(default_factory=Histogram)


class Ledger:
    """The books of all rooms of a run."""

    def __init__(self) -> None:
        self.typists: dict[int, Typist] = {}
        self.receivers: list[list[Receiver]] = []  # by room
        self.strangers: set[int] = set()  # clients of earlier runs, whose edits are loaded, not delivered
        self.count = Count()
        self.measurement: Measurement | None = None

    def add_receiver(self, room: int) -> Receiver:
        """Add a client to a room."""
        while len(self.receivers) <= room:
            self.receivers.append([])
        receiver = Receiver(room)
        self.receivers[room].append(receiver)
        return receiver

    def add_typist(self, client: int, receiver: Receiver) -> Typist:
        """Let the client of a receiver type."""
        typist = self.typists[client] = Typist(client, receiver)
        return typist

    def begin(self, now_us: int) -> Measurement:
        """Open a window: the edits typed from now on are measured."""
        self.measurement = Measurement(now_us)
        for typist in self.typists.values():
            typist.measured = range(len(typist.sent_us), 1 << 62)
        return self.measurement

    def end(self, now_us: int) -> None:
        """Close the window; latencies of edits typed in it still count when they arrive later."""
        if self.measurement:
            self.measurement.closed_us = now_us
        for typist in self.typists.values():
            typist.measured = range(typist.measured.start, len(typist.sent_us))

    def known_from_start(self, receiver: Receiver, run: Run) -> None:
        """Note an edit that came with the document's first state: neither timed nor counted."""
        receiver.seen[run.client] = max(receiver.seen.get(run.client, 0), run.end)
        receiver.missing.difference_update([m for m in receiver.missing if m[0] == run.client and m[1] < run.end])

    def received(self, receiver: Receiver, run: Run, at_us: int) -> None:
        """Enter edits that arrived at a receiver."""
        client, start, end = run
        typist = self.typists.get(client)
        if client in self.strangers:
            self.known_from_start(receiver, run)
            return
        if typist is None or typist.receiver.room != receiver.room or end > len(typist.sent_us):
            self.count.misdirected += end - start
            return
        own = typist.receiver is receiver
        expected = receiver.seen.get(client, 0)
        if start != expected:
            start, late = self._out_of_order(receiver, run, expected)
            for clock in late:
                self._enter(typist, clock, clock + 1, at_us, own)
        if end > expected:
            receiver.seen[client] = end
            self._enter(typist, start, end, at_us, own)

    def expected(self) -> int:
        """How many deliveries there must be by now."""
        return sum(len(t.sent_us) * (len(self.receivers[t.receiver.room]) - 1) for t in self.typists.values())

    def outstanding(self) -> int:
        """How many deliveries have not come: lost, once there is nothing more to wait for."""
        return self.expected() - self.count.delivered

    def unacknowledged(self) -> int:
        """How many edits have not come back to their typist."""
        return sum(len(typist.sent_us) for typist in self.typists.values()) - self.count.echoed

    def _out_of_order(self, receiver: Receiver, run: Run, expected: int) -> tuple[int, list[int]]:
        """Sort out a run that does not continue what is known: (where its new part starts, clocks that came late)."""
        client, start, end = run
        if start > expected:
            receiver.missing.update((client, clock) for clock in range(expected, start))
            return start, []
        late = [clock for clock in range(start, min(end, expected)) if (client, clock) in receiver.missing]
        receiver.missing.difference_update((client, clock) for clock in late)
        self.count.reordered += len(late)
        self.count.duplicates += min(end, expected) - start - len(late)
        return expected, late

    def _enter(self, typist: Typist, start: int, end: int, at_us: int, own: bool) -> None:
        if own:
            self.count.echoed += end - start
        else:
            self.count.delivered += end - start
        measurement = self.measurement
        if measurement is None:
            return
        if not own and measurement.opened_us <= at_us < measurement.closed_us:
            measurement.delivered += end - start
        first, last = max(start, typist.measured.start), min(end, typist.measured.stop)
        if first < last:
            histogram = measurement.acknowledgement if own else measurement.latency
            if last - first == 1:
                histogram.add(at_us - typist.sent_us[first])
            else:
                histogram.add_all(map(at_us.__sub__, typist.sent_us[first:last]))
