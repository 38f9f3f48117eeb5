"""Group commit: changes of all rooms go to disk together, and only then is anybody told.

An fsync costs milliseconds and is the same for one row as for a thousand, so one task takes all that is queued and
commits it at once. What always holds:

- a token comes back through `on_commit` after its change is on disk, never before, once, in the order of `append`;
- a commit that failed acknowledges nothing; its changes stay, in order, in front of newer ones, until they are written.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from coscribe.env import Env, SystemEnv
from coscribe.journal.changes import (
    AppendRow,
    Author,
    AuthorQuery,
    Change,
    Checkpoint,
    Document,
    DocumentQuery,
    FileInfo,
    FileQuery,
    Hit,
    LaggingQuery,
    Loaded,
    PutAuthor,
    PutCheckpoint,
    PutDocument,
    PutFile,
    PutFilePart,
    PutSearchText,
    Quarantine,
    ReferToFiles,
    Row,
    SearchQuery,
    Span,
    StoredFile,
)
from coscribe.journal.entries import pack_entries, unpack_entries
from coscribe.journal.errors import ChangeRefused, JournalClosed, StoreFailed
from coscribe.journal.store import Store

__all__ = [
    "AppendRow",
    "Author",
    "AuthorQuery",
    "Change",
    "Checkpoint",
    "Document",
    "DocumentQuery",
    "FileInfo",
    "FileQuery",
    "Hit",
    "Journal",
    "JournalFailure",
    "LaggingQuery",
    "Loaded",
    "PutAuthor",
    "PutCheckpoint",
    "PutDocument",
    "PutFile",
    "PutFilePart",
    "PutSearchText",
    "Quarantine",
    "ReferToFiles",
    "Row",
    "SearchQuery",
    "Span",
    "Store",
    "StoredFile",
    "pack_entries",
    "unpack_entries",
]

RETRY_FIRST_S = 0.1
RETRY_LONGEST_S = 5.0

log = logging.getLogger(__name__)


class JournalFailure(NamedTuple):
    """Why nothing is being saved, since when (ms, UTC), and how often it was tried."""

    reason: str
    since: int
    attempts: int


class _Batch:
    """Changes with what is owed for them once they are on disk."""

    __slots__ = ("bytes", "changes", "tokens", "waiters")

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.tokens: list[Any] = []
        self.waiters: list[tuple[asyncio.Future[None], Sequence[Change]]] = []
        self.bytes = 0

    def __bool__(self) -> bool:
        return bool(self.changes or self.waiters)

    def extend(self, newer: _Batch) -> None:
        self.changes += newer.changes
        self.tokens += newer.tokens
        self.waiters += newer.waiters
        self.bytes += newer.bytes


class Journal:
    """Commits what rooms append, all rooms in one transaction, at most once in `gather_s`.

    `on_commit(tokens)` is called once a commit with the tokens that are not None; `on_refused(token, error)` with the
    token of an appended change that the store will never take (its room must be closed: what it holds is not stored).
    """

    def __init__(
        self,
        store: Store,
        *,
        gather_s: float,
        on_commit: Callable[[list[Any]], None],
        on_refused: Callable[[Any, ChangeRefused], None] | None = None,
        env: Env | None = None,
    ) -> None:
        self._store = store
        self._gather_s = gather_s
        self._on_commit = on_commit
        self._on_refused = on_refused
        self._env = env or SystemEnv()
        self._queue = _Batch()
        self._batch = _Batch()
        self._wake = asyncio.Event()
        self._stop = asyncio.Event()
        self._draining = False
        self._task: asyncio.Task[None] | None = None
        self.failure: JournalFailure | None = None

    @property
    def queued_bytes(self) -> int:
        """How much is waiting to be on disk, the commit that runs now included."""
        return self._queue.bytes + self._batch.bytes

    async def start(self) -> None:
        """Start committing to the store, which must be open."""
        if self._task is not None:
            raise RuntimeError("the journal was started already; make a new one")
        self._task = asyncio.create_task(self._run(), name="journal")

    def append(self, change: Change, token: object = None) -> None:
        """Queue a change; `token` comes back through `on_commit` once it is on disk. JournalClosed after `close`."""
        if self._stop.is_set():
            raise JournalClosed("the server is stopping; send the change again after its restart")
        queue = self._queue
        queue.changes.append(change)
        queue.tokens.append(token)
        queue.bytes += change.size
        self._wake.set()

    async def submit(self, *changes: Change) -> None:
        """Write the changes in one transaction and return once they are on disk.

        ChangeRefused when one of them was; the others may be stored. JournalClosed when the server stops before.
        """
        for change in changes:
            self.append(change)
        await self._durable(changes)

    async def drain(self, deadline_s: float | None = None) -> bool:
        """Commit without gathering; True once all that is queued now is on disk, False at the deadline."""
        self._draining = True
        try:
            await asyncio.wait_for(self._durable(()), deadline_s)
        except (TimeoutError, JournalClosed):
            return False
        finally:
            self._draining = False
        return True

    async def close(self) -> None:
        """Try once more to write what is queued, then stop; whoever still waits gets JournalClosed."""
        self._stop.set()
        self._wake.set()
        if self._task is not None:
            await self._task
        self._batch.extend(self._queue)
        self._queue = _Batch()
        if self._batch.changes:
            log.error("%d changes were not stored and not acknowledged", len(self._batch.changes))
        for waiter, _ in self._batch.waiters:
            if not waiter.done():
                waiter.set_exception(JournalClosed("the server stopped before this was stored; send it again"))
        self._batch.waiters.clear()

    async def _durable(self, changes: Sequence[Change]) -> None:
        if self._stop.is_set():
            raise JournalClosed("the server is stopping; send the change again after its restart")
        waiter = asyncio.get_running_loop().create_future()
        self._queue.waiters.append((waiter, changes))
        self._wake.set()
        await waiter

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        gathered_at = clock()
        while not self._stop.is_set() or self._queue or self._batch:
            await self._wake.wait()
            # what comes after a pause is committed at once, what follows it together
            wait_s = gathered_at - clock()
            if wait_s > 0 and not (self._draining or self._stop.is_set()):
                await asyncio.sleep(wait_s)
            self._wake.clear()
            self._take()
            try:
                refused = await self._write(self._batch.changes)
            except Exception as error:  # the boundary: whatever the store does, the journal lives and keeps the batch
                self._failed(error)
                if self._stop.is_set():
                    return
                await self._back_off()
                self._wake.set()
                continue
            if self.failure is not None:
                log.warning("the journal writes again after %d attempts", self.failure.attempts)
                self.failure = None
            gathered_at = clock() + self._gather_s
            batch, self._batch = self._batch, _Batch()
            self._acknowledge(batch, refused)

    def _take(self) -> None:
        queue, self._queue = self._queue, _Batch()
        if self._batch:
            self._batch.extend(queue)
        else:
            self._batch = queue

    async def _write(self, changes: Sequence[Change]) -> dict[int, ChangeRefused]:
        """Commit, setting aside what is refused: changes by their id(). Found by halving, since it never happens."""
        if not changes:
            return {}
        try:
            await self._store.commit(changes)
        except ChangeRefused as error:
            if len(changes) == 1:
                return {id(changes[0]): error}
            middle = len(changes) // 2
            return await self._write(changes[:middle]) | await self._write(changes[middle:])
        return {}

    def _acknowledge(self, batch: _Batch, refused: dict[int, ChangeRefused]) -> None:
        tokens = batch.tokens
        if refused:
            for change, token in zip(batch.changes, batch.tokens, strict=True):
                if id(change) in refused:
                    error = refused[id(change)]
                    log.error("a change was refused: %s", error)
                    if self._on_refused is not None:
                        self._call(self._on_refused, token, error)
            tokens = [t for change, t in zip(batch.changes, tokens, strict=True) if id(change) not in refused]
        tokens = [token for token in tokens if token is not None]
        if tokens:
            self._call(self._on_commit, tokens)
        for waiter, changes in batch.waiters:
            if waiter.done():
                continue
            mine = next((refused[id(change)] for change in changes if id(change) in refused), None)
            if mine is not None:
                waiter.set_exception(mine)
            else:
                waiter.set_result(None)

    def _call(self, callback: Callable[..., None], *arguments: Any) -> None:
        try:
            callback(*arguments)
        except Exception:  # the boundary: what is on disk stays acknowledged whatever a room makes of it
            log.exception("a room failed on hearing what was committed")

    def _failed(self, error: Exception) -> None:
        if self.failure is None:
            self.failure = JournalFailure(str(error), self._env.wall_ms(), 1)
            log.error("nothing is being saved: %s", error, exc_info=None if isinstance(error, StoreFailed) else error)
        else:
            self.failure = JournalFailure(str(error), self.failure.since, self.failure.attempts + 1)

    async def _back_off(self) -> None:
        attempts = self.failure.attempts if self.failure else 1
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), min(RETRY_FIRST_S * 2 ** (attempts - 1), RETRY_LONGEST_S))
