"""A pycrdt document kept in step with its rows in the journal, exact at one sequence number.

Rows are placed on a `Ground` before pycrdt sees them, so that nothing that cannot integrate ever enters a pycrdt
document: what waits for something missing is kept aside, as raw bytes, and put back into every state that leaves.
A `SurrogateGuard` watches for edits that cut a character in two; then `cut` is set, and the document must be built
again from repaired rows, as Yjs would have it. After any error a replica is of no use and is built again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from pycrdt import Doc, get_update, merge_updates

from coscribe.journal.changes import Checkpoint, Row
from coscribe.journal.entries import unpack_entries
from coscribe.protocol.deletes import DeletedRanges, DeleteRange
from coscribe.protocol.ground import Ground, Outcome
from coscribe.protocol.state_vectors import read_state_vector
from coscribe.protocol.surrogates import SurrogateGuard
from coscribe.protocol.updates import MalformedUpdate, read_delete_set
from coscribe.workers.orphans import bury
from coscribe.workers.reload import EngineFailed, Unverified, is_engine_error, is_panic, reloaded, said_of

BATCH_UPDATES = 100  # a transaction; a whole history in one takes six times as long
MERGE_UPDATES = 100  # merging is quadratic

# One search for each first byte: a pattern with a literal start is found ten times faster than one with a choice.
_HALVES = [
    re.compile(pattern).search
    for pattern in (
        *(rb"%c[\x80-\xbf]{3}" % first for first in range(0xF0, 0xF5)),
        rb"\\u[dD][89a-fA-F]",
    )
]


def _find_halves(data: bytes) -> bool:
    """Tell whether a surrogate guard may have work: a character of two UTF-16 units, or half of one in JSON."""
    return any(search(data) for search in _HALVES)


class Place(NamedTuple):
    """Where an update stands: the row that holds it, its number there, and whether the row holds nothing else."""

    seq: int
    number: int
    alone: bool


class Amendments:
    """What a careful replica has to do to single updates, found on one try and heeded on the next.

    refused: updates of which pycrdt takes nothing, with the reason: left out. changed: what to apply instead.
    """

    def __init__(self) -> None:
        self.refused: dict[Place, str] = {}
        self.changed: dict[Place, bytes] = {}

    def __len__(self) -> int:
        return len(self.refused) + len(self.changed)


class Panicked(RuntimeError):
    """pycrdt refused an update in a way that ends this try."""


class _Pending(NamedTuple):
    place: Place
    update: bytes


class _NoDeletions(DeletedRanges):
    """Takes every deletion of known ids for a new one: pycrdt keeps the set, and keeps it better."""

    __slots__ = ()

    def missing(self, ranges: Iterable[DeleteRange], known: Mapping[int, int]) -> list[DeleteRange]:
        return [
            (client, clock, min(length, have - clock))
            for client, clock, length in ranges
            if clock < (have := known.get(client, 0))
        ]

    def add(self, ranges: Iterable[DeleteRange]) -> None:
        pass


class Replica:
    """One document in memory.

    With `amendments` it is careful: it applies updates one at a time and notes what is to be amended; when it noted
    anything, it is to be built again.
    """

    __slots__ = (
        "_batch",
        "_encoded",
        "_merged",
        "_pending",
        "_unscanned",
        "_watching",
        "amendments",
        "at",
        "avoid",
        "cut",
        "doc",
        "from_rows",
        "ground",
        "guard",
        "size",
        "suspect",
    )

    def __init__(self, guard: SurrogateGuard | None = None, amendments: Amendments | None = None) -> None:
        self.doc: Doc[Any] = Doc()
        self.ground = _ground(b"\0")
        self.guard = guard or SurrogateGuard()
        self.amendments = amendments
        self.at = 0
        self.size = 0  # bytes of its state, more or less
        self.cut = False
        self.suspect = False  # an update is in it that the update check refuses
        self.avoid: frozenset[int] = frozenset()  # rows left out
        self.from_rows = False
        self._batch: list[bytes] = []
        self._pending: list[_Pending] = []
        self._merged: bytes | None = None  # all that is pending as one update
        self._encoded: bytes | None = None
        self._unscanned = b""  # a checkpoint that the guard has not seen yet
        self._watching = guard is not None

    @property
    def pending(self) -> list[bytes]:
        """Return the updates that wait for something that is missing."""
        return [waiting.update for waiting in self._pending]

    def load(self, checkpoint: Checkpoint) -> None:
        """Start from a checkpoint. Raises EngineFailed when it does not give what it says, and what pycrdt raises."""
        state = checkpoint.state
        if self._watching:
            self._scan(state)
            state = self._repaired(state)
        else:
            self._unscanned = state
        self.doc.apply_update(state)
        vector = self.doc.get_state()
        known = read_state_vector(vector)
        if known != read_state_vector(checkpoint.vector):
            raise EngineFailed("its checkpoint holds something else than its state vector says")
        waiting = get_update(checkpoint.state, vector)
        if waiting != b"\0" + checkpoint.deletes and _holds_pending(waiting, known):
            self._pending.append(_Pending(Place(checkpoint.seq, 0, False), waiting))
            settled = self.doc.get_update()  # without what is pending: that is ours to keep
            self.doc = Doc()
            self.doc.apply_update(settled)
        self.ground = _ground(vector)
        self.at = checkpoint.seq
        self.size = len(state)

    def take(self, row: Row) -> None:
        """Add a row; `settle` must follow. Raises what pycrdt raises: the replica is of no use then."""
        self._encoded = None
        if self._unscanned:
            self._scan_checkpoint()
        if not self._watching and _find_halves(row.body):
            self._watching = True
        entries = unpack_entries(row.body)
        if self.amendments is None:
            place = self.ground.place
            batch = self._batch
            for index, (_, update) in enumerate(entries):
                if self._watching:
                    self._scan(update)
                try:
                    placement = place(update, trim=False)
                except MalformedUpdate:
                    self._take_suspect(update)
                    place = self.ground.place
                    continue
                if placement.outcome is Outcome.WHOLE:
                    batch.append(placement.update)
                    if len(batch) >= BATCH_UPDATES:
                        self._flush()
                elif placement.outcome is Outcome.GAP:
                    self._take_part(_Pending(Place(row.seq, index, False), update))
        else:
            for index, (_, update) in enumerate(entries):
                self._take_carefully(Place(row.seq, index, len(entries) == 1), update, self.amendments)
        self.size += len(row.body)
        self.at = row.seq

    def settle(self) -> None:
        """Apply what is gathered, and what of the pending updates has found its place by now."""
        self._flush()
        known: dict[int, int] | None = None
        while self._pending and known != self.ground.known:
            known = dict(self.ground.known)
            pending, self._pending, self._merged = self._pending, [], None
            for waiting in pending:
                placement = self.ground.place(waiting.update, trim=False)
                if placement.outcome is Outcome.WHOLE:
                    self._batch.append(placement.update)
                elif placement.outcome is Outcome.GAP:
                    self._take_part(waiting)
                if self.amendments is not None:
                    self._flush_carefully(waiting.place, waiting.update, self.amendments)
            self._flush()

    def try_out(self) -> None:
        """Settle, and encode as little as shows that pycrdt still can."""
        self.settle()
        self.doc.get_update(self.doc.get_state())

    def state(self) -> bytes:
        """Return all of it as one update, what is pending included."""
        if self._encoded is None:
            state = reloaded(self.doc)[0] if self.suspect else self.doc.get_update()
            self.size = len(state)
            self._encoded = self._with_pending(state)
        return self._encoded

    def diff(self, vector: bytes) -> bytes:
        """Return what a peer with this state vector lacks, what is pending included."""
        return self._with_pending(self.doc.get_update(vector))

    def checkpoint(self, document: int) -> Checkpoint:
        """Return a checkpoint that was reloaded and compared. Raises Unverified, EngineFailed, what pycrdt raises."""
        state, vector, deletes = reloaded(self.doc)
        clocks = read_state_vector(vector)
        if clocks != self.ground.known:
            raise Unverified(
                f"document {document} at {self.at}: pycrdt holds other clocks than the rows say, so no checkpoint "
                "is written; nothing is lost, run `coscribe verify` and report what it says"
            )
        whole = self._with_pending(state)
        if whole is not state:
            copy: Doc[Any] = Doc()
            copy.apply_update(whole)
            if read_state_vector(copy.get_state()) != clocks:
                raise Unverified(
                    f"document {document} at {self.at}: what is pending in it cannot be kept in a checkpoint"
                )
        self.size = len(state)
        return Checkpoint(document, self.at, whole, vector, deletes)

    def _take_part(self, waiting: _Pending) -> None:
        """Keep an update with a gap, and gather what of it integrates."""
        self._pending.append(waiting)
        self._merged = None
        placement = self.ground.place(waiting.update, trim=True)
        if placement.outcome is Outcome.PART:
            self._batch.append(placement.update)

    def _take_suspect(self, update: bytes) -> None:
        """Apply an update that the check refuses: an older version took it in, so it stays unless it does harm."""
        self.suspect = True
        self._flush()
        self.doc.apply_update(update)
        self.ground = _ground(self.doc.get_state())

    def _take_carefully(self, place: Place, update: bytes, amendments: Amendments) -> None:
        if place in amendments.refused:
            return
        update = amendments.changed.get(place, update)
        if self._watching:
            self._scan(update)
        try:
            placement = self.ground.place(update, trim=False)
        except MalformedUpdate:
            self.suspect = True
            try:
                self.doc.apply_update(update)
            except BaseException as error:
                if not is_engine_error(error):
                    raise
                self._refuse(place, error, amendments)
            self.ground = _ground(self.doc.get_state())
            return
        if placement.outcome is Outcome.WHOLE:
            self._batch.append(placement.update)
        elif placement.outcome is Outcome.GAP:
            self._take_part(_Pending(place, update))
        self._flush_carefully(place, update, amendments)

    def _flush_carefully(self, place: Place, update: bytes, amendments: Amendments) -> None:
        """Apply the one update that is gathered; note it, and go on, when pycrdt takes only a changed one or none."""
        try:
            self._flush()
        except BaseException as error:
            if not is_engine_error(error):
                raise
            buried = bury(update, error)
            if buried is None:
                if self.suspect:
                    raise EngineFailed(f"{_sentence(error)}, perhaps because of an update before it") from error
                self._refuse(place, error, amendments)
            else:
                amendments.changed[place] = buried
            self.ground = _ground(self.doc.get_state())

    def _refuse(self, place: Place, error: BaseException, amendments: Amendments) -> None:
        amendments.refused[place] = _sentence(error)
        if is_panic(error):
            raise Panicked(_sentence(error)) from error

    def _flush(self) -> None:
        batch, self._batch[:] = self._batch[:], []
        if not batch:
            return
        if self.guard.has_cuts:
            batch = [self._repaired(update) for update in batch]
        doc = self.doc
        with doc.transaction():
            for update in batch:
                doc.apply_update(update)

    def _scan_checkpoint(self) -> None:
        """Let the guard see the checkpoint; only when a row comes after it, for it may be long."""
        state, self._unscanned = self._unscanned, b""
        if _find_halves(state):
            self._watching = True
            self._scan(state)

    def _scan(self, update: bytes) -> None:
        try:
            if self.guard.scan(update):
                self.cut = True
        except MalformedUpdate:
            self.suspect = True

    def _repaired(self, update: bytes) -> bytes:
        try:
            return self.guard.repair(update)
        except MalformedUpdate:
            return update

    def _with_pending(self, update: bytes) -> bytes:
        if not self._pending:
            return update
        if self._merged is None:
            merged = [self._repaired(waiting.update) for waiting in self._pending]
            while len(merged) > 1:
                starts = range(0, len(merged), MERGE_UPDATES)
                merged = [merge_updates(*merged[start : start + MERGE_UPDATES]) for start in starts]
            self._merged = merged[0]
        return merge_updates(update, self._merged)


def _ground(vector: bytes) -> Ground:
    ground = Ground.from_parts(vector, b"\0")
    ground.deleted = _NoDeletions()
    return ground


def _holds_pending(update: bytes, known: Mapping[int, int]) -> bool:
    """Tell whether an update has structs, or deletes what is not known."""
    if update[0]:
        return True
    return any(clock + length > known.get(client, 0) for client, clock, length in read_delete_set(update[1:]))


def _sentence(error: BaseException) -> str:
    return f"pycrdt refuses it ({said_of(error)})"
