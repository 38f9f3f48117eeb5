"""Keeping the index of words behind the documents: some time after an edit, one document at a time, out of the way.

Always holds: a document whose head or title is not what was indexed waits here, or is found when the server starts.
A document that cannot be read is indexed by its title, once: it does not come back until it changes.
"""

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING

from ..content.errors import ContentError
from ..content.searchable import SEARCH, Searchable, read_searchable
from ..journal.errors import JournalError
from ..journal.journal import Document, LaggingQuery, PutSearchText, ReferToFiles
from ..workers.pool import WorkerFailed, WorkerUnavailable
from .lull import Lull

if TYPE_CHECKING:
    from .hub import Hub

LOOK_S = 0.5
SHARE = 4
"""Of a worker's time, one part in so many at most goes into indexing."""
LONGEST_REST_S = 5.0
RETRY_S = 5.0
CATCH_UP_AFTER_S = 1.0
PAGE = 100

_log = logging.getLogger(__name__)


class Indexer:
    """Watches the rooms, and what it is told of, and indexes what has changed."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._heads: dict[str, int] = {}
        self._waiting: dict[str, Lull] = {}
        self._backlog: deque[str] = deque()
        self._caught_up = asyncio.Event()
        self._busy = False
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin; what lags since before the server started is found slowly."""
        self._tasks = [self._hub.loop.create_task(work) for work in (self._run(), self._catch_up())]

    async def stop(self) -> None:
        """End; what still waits is found at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def note(self, id: str) -> None:
        """Learn that a document's text or title changed."""
        now = self._hub.env.monotonic()
        waiting = self._waiting.get(id)
        if waiting is None:
            self._waiting[id] = Lull(now)
        else:
            waiting.changed = now

    def lags_since(self, moment: float) -> bool:
        """Tell whether something that changed before a moment (monotonic seconds) may not have been read yet."""
        waiting = any(waiting.since <= moment for waiting in self._waiting.values())
        return waiting or self._busy or bool(self._backlog)

    async def _run(self) -> None:
        looked_at = float("-inf")
        while True:
            if self._hub.env.monotonic() - looked_at >= LOOK_S:
                self._look()
                looked_at = self._hub.env.monotonic()
            id = self._next()
            if id is None:
                await asyncio.sleep(LOOK_S)
            else:
                self._busy = True
                await self._index_known(id)
                self._busy = False

    def _look(self) -> None:
        """Note the rooms whose head on disk has moved."""
        heads: dict[str, int] = {}
        for id, room in self._hub.rooms.items():
            if room.document is None:
                continue
            heads[id] = room.committed
            if room.committed > self._heads.get(id, room.document.head):
                self.note(id)
        self._heads = heads

    def _next(self) -> str | None:
        """Take a document whose time has come, else one that lags since an earlier run."""
        now, limits = self._hub.env.monotonic(), self._hub.limits
        for id, waiting in self._waiting.items():
            if now >= waiting.ends(limits.search_delay_s, limits.search_delay_max_s):
                del self._waiting[id]
                return id
        if self._backlog:
            return self._backlog.popleft()
        self._caught_up.set()
        return None

    async def _index_known(self, id: str) -> None:
        try:
            document = await self._hub.document(id)
            if document is None:
                return
            room = self._hub.rooms.get(id)
            if room is not None and room.document is not None:
                document = document._replace(head=max(document.head, room.committed))
            await self._index(document)
        except WorkerUnavailable:
            self._hub.loop.call_later(RETRY_S, self.note, id)
        except Exception:  # the boundary: whatever is wrong with one document, the others are indexed
            _log.exception("document %s cannot be indexed now; it is tried again after the next edit or start", id)

    async def _catch_up(self) -> None:
        """Find, page by page, the documents that lag since an earlier run of the server."""
        await asyncio.sleep(CATCH_UP_AFTER_S)
        after = 0
        while page := await self._lagging(after):
            after = page[-1].key
            self._backlog.extend(document.id for document in page)
            self._caught_up.clear()
            await self._caught_up.wait()

    async def _lagging(self, after: int) -> list[Document]:
        try:
            return await self._hub.store.find(LaggingQuery(after, PAGE))
        except JournalError as error:
            _log.warning("what lags in the index is looked for at the next start: %s", error)
            return []

    async def _index(self, document: Document) -> None:
        started = self._hub.env.monotonic()
        found = await self._read(document)
        if found.files:
            await self._hub.journal.submit(ReferToFiles(document.key, found.files))
        await self._hub.journal.submit(PutSearchText(document.key, document.head, found.text))
        took = self._hub.env.monotonic() - started
        await asyncio.sleep(min(took * (SHARE - 1), LONGEST_REST_S))

    async def _read(self, document: Document) -> Searchable:
        if document.head == 0:
            return Searchable()
        try:
            _, body = await self._hub.pool.content(document.key, document.head, SEARCH, "")
        except (ContentError, WorkerFailed) as error:
            _log.warning("document %s is indexed by its title only: %s", document.id, error)
            return Searchable()
        return read_searchable(body)
