"""Deleting for good: documents that were in the trash for long enough or are to go at once, and files that nobody has.

Always holds: a deletion that was begun is finished, also after a restart; nothing of it holds up other people's edits
for longer than one part takes; and a file goes only when no document refers to it, as far as all their edits are read.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..journal.audit import Action, CutAudit, OldestAuditQuery
from ..journal.errors import JournalError
from ..journal.journal import Document
from ..journal.purge import (
    DoomedQuery,
    DoomFiles,
    DropReference,
    ExpiredQuery,
    Purge,
    PutErased,
    RemainsQuery,
    Tombstone,
    TombstoneQuery,
    UnusedQuery,
)
from ..journal.webhooks import Event
from ..protocol.close_codes import CloseCode
from .audit import THE_SERVER

if TYPE_CHECKING:
    from .hub import Hub

DAY_MS = 24 * 3600 * 1000
SWEEP_EVERY_S = 3600.0
RETRY_S = 30.0
GATHER_S = 0.5
"""How long deletions that follow each other may gather, to be cleaned up after together."""
REST = 3.0
"""After each part others have so many times as long for themselves."""
LOOK_S = 0.5
INDEX_DEADLINE_S = 300.0
DELETED = "this document was deleted for good"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Keeping:
    """How many days things are kept, 0 for ever: documents in the trash, and files that no document shows."""

    trash_days: float = 30
    unused_file_days: float = 30


class Eraser:
    """Deletes in the background what is to go."""

    def __init__(self, hub: "Hub", keeping: Keeping) -> None:
        self._hub = hub
        self.keeping = keeping
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, with what an earlier run of the server did not finish."""
        self._task = self._hub.loop.create_task(self._run())

    async def stop(self) -> None:
        """End; what is not done is done after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def is_gone(self, id: str) -> bool:
        """Tell whether there was a document with an id that was deleted for good."""
        return bool(await self._hub.store.find(TombstoneQuery(id)))

    async def delete(self, document: Document) -> None:
        """Delete a document for good: gone for everybody, for ever, on return; what is left of it goes after that."""
        hub = self._hub
        hub.close_room(document.id, CloseCode.DELETED, DELETED)
        hub.webhooks.tell(Event.DELETED, document)
        await hub.journal.submit(Purge(document.key, hub.env.wall_ms()))
        hub.close_room(document.id, CloseCode.DELETED, DELETED)  # somebody may have come in meanwhile
        hub.gate.members.forget(document.id)
        self._wake.set()

    async def _run(self) -> None:
        while True:
            pause_s = SWEEP_EVERY_S
            self._wake.clear()
            try:
                if not await self._sweep():
                    pause_s = RETRY_S
            except JournalError as error:
                _log.warning("deleting for good has to wait: %s", error)
                pause_s = RETRY_S
            except Exception:  # the boundary: one thing that cannot be deleted must not keep all others
                _log.exception("deleting for good failed; it is tried again")
                pause_s = RETRY_S
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):  # wait_for may lose a cancellation that comes with the waking
                    await self._wake.wait()
                await asyncio.sleep(GATHER_S)

    async def _sweep(self) -> bool:
        """Delete all that is to go; False when its traces have to be taken away later."""
        await self._cut_audit()
        await self._expire()
        stones = await self._hub.store.find(TombstoneQuery())
        for stone in stones:
            await self._purge(stone)
        await self._doom_files()
        doomed = await self._hub.store.find(DoomedQuery())
        if doomed and not await self._indexed():
            return False
        for hash in doomed:
            await self._hub.files.discard(hash)
        if not stones and not doomed:
            return True
        if not await self._hub.store.erase_traces(REST):
            return False
        for stone in stones:
            self._hub.audit.note(Action.DOCUMENT_ERASE, THE_SERVER, stone.id)
            await self._hub.journal.submit(PutErased(stone.document, self._hub.env.wall_ms()))
        return True

    async def _purge(self, stone: Tombstone) -> None:
        while await self._hub.store.find(RemainsQuery(stone.document)):
            await self._part(Purge(stone.document, stone.deleted))

    async def _part(self, change: Purge) -> None:
        clock = self._hub.env.monotonic
        started = clock()
        await self._hub.journal.submit(change)
        await asyncio.sleep((clock() - started) * REST)

    async def _expire(self) -> None:
        before = self._before(self.keeping.trash_days)
        while ids := await self._hub.store.find(ExpiredQuery(before)):
            for id in ids:
                document = await self._hub.document(id)
                if document is not None and document.deleted is not None:
                    self._hub.audit.note(Action.DOCUMENT_DELETE, THE_SERVER, id, reason="trash")
                    await self.delete(document)

    def _before(self, days: float) -> int:
        return self._hub.env.wall_ms() - int(days * DAY_MS) if days else 0

    async def _doom_files(self) -> None:
        before = self._before(self.keeping.unused_file_days)
        while unused := await self._hub.store.find(UnusedQuery(before)):
            for document, hash in unused:
                await self._hub.journal.submit(DropReference(document, hash))
        await self._hub.journal.submit(DoomFiles(before))

    async def _indexed(self) -> bool:
        """Wait, but not for ever, until all edits up to now are read: they may have brought a doomed file elsewhere."""
        await asyncio.sleep(2 * LOOK_S)  # until the indexer has looked at the rooms
        now = self._hub.env.monotonic()
        while self._hub.indexer.lags_since(now):
            if self._hub.env.monotonic() - now > INDEX_DEADLINE_S:
                return False
            await asyncio.sleep(LOOK_S)
        return True

    async def _cut_audit(self) -> None:
        before = self._before(self._hub.audit.rules.keep_days)
        while [at for at in await self._hub.store.find(OldestAuditQuery()) if at < before]:
            await self._hub.journal.submit(CutAudit(before))
