"""The documents of a worker: a cache of the journal, bounded in bytes, of which any part may be dropped at any time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Protocol

from coscribe.journal.changes import Checkpoint, Row
from coscribe.journal.errors import DocumentDamaged, JournalError
from coscribe.protocol.surrogates import SurrogateGuard
from coscribe.workers.reload import EngineFailed, is_engine_error
from coscribe.workers.replica import Amendments, Panicked, Replica

EVERYTHING = (1 << 62) - 1
MAX_TRIES = 100  # to build one document; only panics take one each
MAX_CUT_REBUILDS = 3
PROGRESS_EVERY_S = 1.0


class Rows(Protocol):
    """The journal, as documents read it."""

    def checkpoint(self, document: int) -> Checkpoint | None: ...
    def rows(self, document: int, after: int, upto: int) -> Iterable[Row]: ...


class Listener(Protocol):
    """Who is told what came up while a document was built."""

    def bad_row(self, document: int, seq: int, reason: str) -> None:
        """A row that pycrdt refuses whole was left out."""

    def notice(self, text: str) -> None:
        """Something an operator should know."""

    def progress(self) -> None:
        """A long build gets on."""

    def before(self, row: Row | None) -> None:
        """A row (None: the checkpoint) is about to be applied; called by a `slow` build only."""


class Documents:
    """Replicas by document; the least recently used go when together they weigh more than `budget_bytes`."""

    def __init__(self, journal: Rows, budget_bytes: int, listener: Listener, *, slow: bool = False) -> None:
        self._journal = journal
        self._budget_bytes = budget_bytes
        self._listener = listener
        self._slow = slow  # row by row, each announced and tried out
        self._open: dict[int, Replica] = {}  # the most recently used last
        self._clock: Callable[[], float] = time.monotonic

    def open(self, document: int, avoid: Iterable[int], from_rows: bool) -> Replica:
        """Return the document as of the last committed row, without the rows in `avoid`.

        `from_rows` ignores the checkpoint. Raises JournalError, EngineFailed.
        """
        wanted = frozenset(avoid)
        if self._slow:
            return self._build_carefully(document, wanted, from_rows)
        replica = self._open.pop(document, None)
        try:
            if replica is None or replica.from_rows != from_rows or not replica.avoid >= wanted:
                replica = self._build(document, wanted, from_rows)
            else:
                self._catch_up(replica, document)
            for _ in range(MAX_CUT_REBUILDS):
                if not replica.cut:
                    break
                # as far as the guard has seen and no further: newer rows may cut newer characters, and so on
                replica = self._build(document, replica.avoid, from_rows, replica.guard, upto=replica.at)
            if replica.cut:
                raise EngineFailed(f"its cut characters cannot be mended in {MAX_CUT_REBUILDS} tries")
        except BaseException as error:
            if not is_engine_error(error) or isinstance(error, JournalError):
                raise
            replica = self._build_carefully(document, wanted, from_rows)
        self._open[document] = replica
        self._evict()
        return replica

    def forget(self, document: int) -> None:
        """Drop a document: the next request builds it again."""
        self._open.pop(document, None)

    @property
    def size(self) -> int:
        """Return what the open documents weigh, in bytes of state."""
        return sum(replica.size for replica in self._open.values())

    def __contains__(self, document: int) -> bool:
        return document in self._open

    def _build(
        self,
        document: int,
        avoid: frozenset[int],
        from_rows: bool,
        guard: SurrogateGuard | None = None,
        amendments: Amendments | None = None,
        upto: int = EVERYTHING,
    ) -> Replica:
        checkpoint, damage = self._checkpoint(document, from_rows)
        replica = Replica(guard, amendments)
        if self._slow:
            self._listener.before(None)
        if checkpoint is not None:
            try:
                replica.load(checkpoint)
            except BaseException as error:
                if not is_engine_error(error):
                    raise
                damage = error
                replica = Replica(guard, amendments)
        replica.avoid = avoid
        replica.from_rows = from_rows
        if damage is not None:
            self._do_without_checkpoint(document, damage)
        self._catch_up(replica, document, upto)
        return replica

    def _checkpoint(self, document: int, from_rows: bool) -> tuple[Checkpoint | None, BaseException | None]:
        if from_rows:
            return None, None
        try:
            return self._journal.checkpoint(document), None
        except DocumentDamaged as error:
            return None, error

    def _do_without_checkpoint(self, document: int, damage: BaseException) -> None:
        """Go on from the first row when all rows are there, else raise `damage`."""
        first = next(iter(self._journal.rows(document, 0, EVERYTHING)), None)
        if first is None or first.seq != first.count:
            raise damage
        self._listener.notice(
            f"document {document}: its checkpoint cannot be used ({damage}); it is built from its rows, "
            "and the next checkpoint replaces this one"
        )

    def _catch_up(self, replica: Replica, document: int, upto: int = EVERYTHING) -> None:
        before = replica.at
        told = self._clock()
        for row in self._journal.rows(document, replica.at, upto):
            if row.seq in replica.avoid:
                replica.at = row.seq
                continue
            if self._slow:
                self._listener.before(row)
                replica.take(row)
                replica.try_out()
                continue
            replica.take(row)
            if (now := self._clock()) - told > PROGRESS_EVERY_S:
                told = now
                self._listener.progress()
        if replica.at != before:
            replica.settle()

    def _build_carefully(self, document: int, avoid: frozenset[int], from_rows: bool) -> Replica:
        """Build a document update by update, as often as it takes to do so without an error.

        A row that holds nothing but an update which pycrdt refuses is reported for quarantine; of another row only
        the refused update is left out, for it does no harm and the rest is somebody's words.
        """
        guard: SurrogateGuard | None = None
        amendments = Amendments()
        upto = EVERYTHING
        for _ in range(MAX_TRIES):
            noted = len(amendments)
            try:
                replica = self._build(document, avoid, from_rows, guard, amendments, upto)
            except Panicked:
                continue
            if len(amendments) > noted:
                continue
            if replica.cut:
                guard, upto = replica.guard, replica.at
                continue
            replica.amendments = None
            self._report(document, amendments)
            return replica
        raise EngineFailed(f"it cannot be built without errors in {MAX_TRIES} tries")

    def _report(self, document: int, amendments: Amendments) -> None:
        for place, reason in amendments.refused.items():
            if place.alone:
                self._listener.bad_row(document, place.seq, reason)
            else:
                text = f"document {document}: update {place.number} of row {place.seq} is left out: {reason}"
                self._listener.notice(text)

    def _evict(self) -> None:
        size = self.size
        while size > self._budget_bytes and len(self._open) > 1:
            oldest = next(iter(self._open))
            size -= self._open.pop(oldest).size
