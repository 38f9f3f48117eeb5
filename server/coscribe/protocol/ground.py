"""What a room's journal holds, and how an arriving update fits on it.

A ground is the table of each client's next clock and the set of deleted ids: enough to tell new from known and complete
from gapped without a CRDT engine. It only ever grows. Everyday typing takes a path of one regular expression; all else
is walked. Whatever `place` lets through integrates at once, so that every prefix of a journal is a complete document.
"""

import re
from collections.abc import Mapping

from coscribe.protocol.content import utf16_length
from coscribe.protocol.deletes import MAX_CLOCK, DeletedRanges
from coscribe.protocol.everyday import match_delete, match_insert, uint
from coscribe.protocol.lib0 import DecodeError
from coscribe.protocol.placement import Claim, Outcome, Placement, Plan, follows, make_plan, plan
from coscribe.protocol.updates import (
    EMPTY_UPDATE,
    MalformedUpdate,
    check,
    read_delete_set,
    read_state_vector,
    write_delete_set,
    write_state_vector,
)

__all__ = ["Claim", "Ground", "Outcome", "Placement", "Plan", "plan"]

_CLIENTS_CACHED = 4096

_DUPLICATE = Placement(Outcome.DUPLICATE)


class Ground:
    """The clocks and deletions that a journal holds."""

    __slots__ = ("_clients", "_vector", "deleted", "known")

    def __init__(self) -> None:
        self.known: dict[int, int] = {}
        self.deleted = DeletedRanges()
        self._vector: bytes | None = None
        self._clients: dict[bytes, int] = {}

    @classmethod
    def from_parts(cls, vector: bytes, delete_set: bytes) -> "Ground":
        """Build a ground from an encoded state vector and delete set. Raises DecodeError."""
        ground = cls()
        ground.known = read_state_vector(vector)
        ground.deleted = DeletedRanges(read_delete_set(delete_set))
        return ground

    def place(self, update: bytes, *, trim: bool) -> Placement:
        """Place an update and take in what of it integrates; `trim` leaves out the rest instead of reporting a gap.

        `trim` is for a SyncStep2, into which Yjs puts structs and deletions that it cannot integrate itself.
        Raises MalformedUpdate.
        """
        if self.take_everyday(update):
            return Placement(Outcome.WHOLE, update)
        if update == EMPTY_UPDATE:
            return _DUPLICATE
        known = self.known
        walk = check(update)
        if walk.sections and not walk.deletes and not walk.dead and follows(walk, known):
            for section in walk.sections:
                known[section.client] = section.end
            self._vector = None
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
        self._vector = None
        return True

    def _client(self, encoded: bytes) -> int:
        if len(self._clients) >= _CLIENTS_CACHED:
            self._clients.clear()
        client = self._clients[encoded] = uint(encoded)
        return client

    def settle(self, plan: Plan) -> Placement:
        """Take in what a plan found, made on this ground or on an earlier state of it."""
        known = self.known
        fresh = False
        gap = bool(plan.waits) and not plan.trim
        ends: dict[int, int] = {}
        for client, start, end in plan.ends:
            have = known.get(client, 0)
            if start > have:
                gap = True
            elif end > have:
                fresh = True
                ends[client] = end
        whole = not plan.waits
        for client, clock, length in plan.deletes:
            if clock + length > (ends.get(client) or known.get(client, 0)):
                whole = False
                break
        if gap or not (whole or plan.trim):
            return Placement(Outcome.GAP, claim=Claim(plan.claimed, plan.deletes))
        dead = [(client, max(clock, known.get(client, 0)), clock + length) for client, clock, length in plan.dead]
        if fresh:
            known.update(ends)
            self._vector = None
        new = self.deleted.missing(plan.deletes, known)
        if new:
            self.deleted.add(new)
        if dead:
            self.deleted.add([(client, clock, end - clock) for client, clock, end in dead if end > clock])
        stale = not whole and any(clock < known.get(client, 0) for client, clock in plan.waits)
        if not fresh and not new:
            return Placement(Outcome.DUPLICATE, stale=stale) if stale else _DUPLICATE
        if not fresh:
            update = plan.update if not plan.claimed and new == plan.deletes else b"\0" + write_delete_set(new)
        elif plan.kept:
            update = plan.kept + write_delete_set(new)
        elif new == plan.deletes:
            update = plan.update
        else:
            update = plan.update[: plan.delete_set_at] + write_delete_set(new)
        return Placement(Outcome.WHOLE if whole else Outcome.PART, update, stale=stale)

    def holds_news(self, plan: Plan) -> bool:
        """Tell whether a plan, made on this ground, found anything that is not here yet; takes nothing in."""
        known = self.known
        if any(end > known.get(client, 0) for client, _, end in plan.ends):
            return True
        return bool(plan.waits) or bool(self.deleted.missing(plan.deletes, known))

    def covers(self, claim: Claim) -> bool:
        """Tell whether everything that an update claimed is here by now."""
        known = self.known
        return all(known.get(client, 0) >= end for client, end in claim.ends) and self.deleted.holds(claim.deletes)

    def covers_vector(self, vector: Mapping[int, int]) -> bool:
        """Tell whether a peer with this state vector knows every struct that is here."""
        return all(vector.get(client, 0) >= clock for client, clock in self.known.items())

    def vector(self) -> bytes:
        """Return the encoded state vector; cached until it changes."""
        if self._vector is None:
            self._vector = write_state_vector(self.known)
        return self._vector

    def delete_set(self) -> bytes:
        """Return the encoded delete set; cached until it changes."""
        return self.deleted.encode()
