"""What a room's journal holds, and how an arriving update fits on it.

A ground is the table of each client's next clock and the set of deleted ids: enough to tell new from known and complete
from gapped without a CRDT engine. It only ever grows. Everyday typing takes a path of one regular expression; all else
is walked. Whatever `place` lets through integrates at once, so that every prefix of a journal is a complete document.
"""

import re
from collections import deque
from collections.abc import Generator, Sequence
from typing import TypeVar

from coscribe.protocol.content import ANY_NUMBER, utf16_length
from coscribe.protocol.deletes import MAX_CLOCK, DeletedRanges, DeleteRange, DeleteSetWriter
from coscribe.protocol.everyday import match_delete, match_insert, uint
from coscribe.protocol.lib0 import DecodeError
from coscribe.protocol.placement import Claim, Outcome, Placement, Plan, follows, make_plan, plan
from coscribe.protocol.state_vectors import AT_A_TIME, PeerVector, VectorWriter
from coscribe.protocol.table import parts
from coscribe.protocol.updates import EMPTY_UPDATE, MalformedUpdate, check, read_delete_set

__all__ = ["Claim", "Fit", "Ground", "Outcome", "Placement", "Plan", "at_once", "plan"]

SHORT_DELETE_SET = 2048
"""How many ranges are written in about a millisecond."""
_CLIENTS_CACHED = 4096

_DUPLICATE = Placement(Outcome.DUPLICATE)

T = TypeVar("T")


def at_once(work: Generator[None, None, T]) -> T:
    """Do something to its end that could be done bit by bit."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            result: T = done.value
            return result


class Fit:
    """How a plan fits on a ground. Since a ground only grows, what fits on it goes on to.

    ends: of what is new, each client and its next clock. ahead: clients with edits that do not follow on any here.
    new: deletions that are new; `delete_set` encodes them, unless they are all that the plan has.
    whole: nothing needs to be left out. gap: something it builds on is not here.
    """

    __slots__ = ("ahead", "dead", "delete_set", "ends", "gap", "new", "plan", "whole")

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.ends: dict[int, int] = {}
        self.ahead: list[int] = []
        self.gap = bool(plan.waits) and not plan.trim
        self.whole = not plan.waits
        self.new: list[DeleteRange] = []
        self.dead: list[DeleteRange] = []
        self.delete_set: bytes | None = None

    @property
    def is_news(self) -> bool:
        """Tell whether anything was not here yet."""
        return bool(self.gap or self.ends or self.plan.waits or self.new)

    @property
    def claim(self) -> Claim:
        """Return all that the update says exists."""
        return Claim(self.plan.claimed, self.plan.deletes)


class Ground:
    """The clocks and deletions that a journal holds."""

    __slots__ = ("_clients", "_later", "_vector", "deleted", "known")

    def __init__(self) -> None:
        self.known: dict[int, int] = {}
        self.deleted = DeletedRanges()
        self._vector = VectorWriter()
        self._clients: dict[bytes, int] = {}
        self._later: deque[Sequence[DeleteRange]] = deque()

    @classmethod
    def from_parts(cls, vector: bytes, delete_set: bytes) -> "Ground":
        """Build a ground from an encoded state vector and delete set. Raises DecodeError."""
        return at_once(cls.building(vector, delete_set))

    @classmethod
    def building(cls, vector: bytes, delete_set: bytes) -> Generator[None, None, "Ground"]:
        """Build a ground bit by bit. Raises DecodeError."""
        ground = cls()
        ground.known = yield from ground._vector.reading(vector)
        for part in parts(read_delete_set(delete_set), AT_A_TIME):
            ground.deleted.add(part)
            yield
        return ground

    def place(self, update: bytes, *, trim: bool, most: int = ANY_NUMBER) -> Placement:
        """Place an update and take in what of it integrates; `trim` leaves out the rest instead of reporting a gap.

        `trim` is for a SyncStep2, into which Yjs puts structs and deletions that it cannot integrate itself.
        Raises MalformedUpdate, or Elaborate, with nothing taken in, where there is more than `most` to look at.
        """
        if self.take_everyday(update):
            return Placement(Outcome.WHOLE, update)
        if update == EMPTY_UPDATE:
            return _DUPLICATE
        known = self.known
        walk = check(update, most)
        if walk.sections and not walk.deletes and not walk.dead and follows(walk, known):
            for section in walk.sections:
                known[section.client] = section.end
                self._vector.changed.add(section.client)
            return Placement(Outcome.WHOLE, update)
        return self.settle(make_plan(update, walk, known, trim=trim))

    def take_everyday(self, update: bytes) -> bool:
        """Take in an update that is one inserted string or one deleted range and fits; else tell that it takes a walk.

        Raises MalformedUpdate.
        """
        match = match_insert(update)
        if match is not None:
            return self._take_insert(match)
        match = match_delete(update)
        if match is None:
            return False
        client_bytes, clock_bytes, length = match.groups()
        client = self._clients.get(client_bytes) or self._client(client_bytes)
        clock = uint(clock_bytes)
        end = clock + length[0]
        return end <= self.known.get(client, 0) and self.deleted.add_new(client, clock, end)

    def _take_insert(self, match: "re.Match[bytes]") -> bool:
        client_bytes, clock_bytes, left, left_clock, both, both_clock, right, right_clock, size, text = match.groups()
        if len(text) != size[0]:
            return False
        clients = self._clients
        known = self.known
        client = clients.get(client_bytes)
        if client is None:
            client = self._client(client_bytes)
        have = known.get(client, 0)
        clock = uint(clock_bytes)
        if text.isascii():
            end = clock + len(text)
        else:
            try:
                end = clock + utf16_length(text)
            except DecodeError as error:
                raise MalformedUpdate(str(error)) from None
        if clock != have or end > MAX_CLOCK:
            return False
        if both is not None:
            left, left_clock = both, both_clock
            other = have if right == client_bytes else known.get(clients.get(right) or self._client(right), 0)
            if uint(right_clock) >= other:
                return False
        other = have if left == client_bytes else known.get(clients.get(left) or self._client(left), 0)
        if uint(left_clock) >= other:
            return False
        known[client] = end
        self._vector.changed.add(client)
        return True

    def _client(self, encoded: bytes) -> int:
        if len(self._clients) >= _CLIENTS_CACHED:
            self._clients.clear()
        client = self._clients[encoded] = uint(encoded)
        return client

    def settle(self, plan: Plan) -> Placement:
        """Take in what a plan found, made on this ground or on an earlier state of it."""
        return self.take(self.fit(plan))

    def fit(self, plan: Plan) -> Fit:
        """Find how a plan fits, made on this ground or on an earlier state of it; takes nothing in."""
        return at_once(self.fitting(plan))

    def fitting(self, plan: Plan) -> Generator[None, None, Fit]:
        """Find bit by bit how a plan fits."""
        known, fit = self.known, Fit(plan)
        ends = fit.ends
        for part in parts(plan.ends, AT_A_TIME):
            for client, start, end in part:
                have = known.get(client, 0)
                if start > have:
                    fit.gap = True
                    fit.ahead.append(client)
                elif end > have:
                    ends[client] = end
            yield
        writer, same = DeleteSetWriter(), True
        for part in parts(plan.deletes, AT_A_TIME):
            reached = known if not ends else {each[0]: ends.get(each[0]) or known.get(each[0], 0) for each in part}
            if not all(clock + length <= reached.get(client, 0) for client, clock, length in part):
                fit.whole = False
            new = self.deleted.missing(part, reached)
            same = same and new == part
            writer.add(new)
            fit.new += new
            yield
        fit.gap = fit.gap or not (fit.whole or plan.trim)
        if not same:
            fit.delete_set = writer.encoded()
        for part in parts(plan.dead, AT_A_TIME):
            for client, clock, length in part:
                begin = max(clock, known.get(client, 0))
                if clock + length > begin:
                    fit.dead.append((client, begin, clock + length - begin))
            yield
        return fit

    def take(self, fit: Fit) -> Placement:
        """Take in what fits, though the ground may have grown since; many deletions only by `adding`."""
        plan, known = fit.plan, self.known
        if fit.gap:
            return Placement(Outcome.GAP, claim=fit.claim)
        ends = fit.ends
        if not known.keys().isdisjoint(ends):
            ends = {client: end for client, end in ends.items() if end > known.get(client, 0)}
        known.update(ends)
        self._vector.changed.update(ends)
        self._add(fit.new)
        if ends:
            self._add(fit.dead)
        stale = not fit.whole and any(clock < known.get(client, 0) for client, clock in plan.waits)
        if not ends and not fit.new:
            return Placement(Outcome.DUPLICATE, stale=stale) if stale else _DUPLICATE
        update, delete_set = plan.update, fit.delete_set
        if delete_set is None:
            delete_set = update[plan.delete_set_at :]
        if not ends:
            update = update if not plan.claimed and fit.delete_set is None else b"\0" + delete_set
        elif plan.kept:
            update = plan.kept + delete_set
        elif fit.delete_set is not None:
            update = update[: plan.delete_set_at] + delete_set
        return Placement(Outcome.WHOLE if fit.whole else Outcome.PART, update, stale=stale)

    def _add(self, ranges: list[DeleteRange]) -> None:
        if len(ranges) <= AT_A_TIME:
            self.deleted.add(ranges)
        else:
            self._later.append(ranges)

    @property
    def is_behind(self) -> bool:
        """Tell whether much was taken in that `adding` is to add: until then a deletion may be new twice."""
        return bool(self._later) or len(self._vector.changed) > AT_A_TIME

    def adding(self) -> Generator[None, None, None]:
        """Add to the deletions, and to the encoded vector, bit by bit what was too much at once."""
        yield from self._vector.writing(self.known)
        while self._later:
            for part in parts(self._later.popleft(), AT_A_TIME):
                self.deleted.add(part)
                yield

    def covers(self, claim: Claim) -> bool:
        """Tell whether everything that an update claimed is here by now."""
        known = self.known
        return all(known.get(client, 0) >= end for client, end in claim.ends) and self.deleted.holds(claim.deletes)

    def covers_vector(self, vector: PeerVector) -> bool:
        """Tell whether a peer is known to know every struct that is here."""
        clocks, known = vector.clocks, self.known
        if clocks is None:
            return vector.encoded == self.vector()
        return len(clocks) >= len(known) and all(clocks.get(client, 0) >= clock for client, clock in known.items())

    def vector(self) -> bytes:
        """Return the encoded state vector; what has not changed is not encoded again."""
        return self._vector.write(self.known)

    def delete_set(self) -> bytes | None:
        """Return the encoded delete set, cached until it changes; None where it would take long to write."""
        if self._later or not (self.deleted.is_encoded or self.deleted.count <= SHORT_DELETE_SET):
            return None
        return self.deleted.encode()
