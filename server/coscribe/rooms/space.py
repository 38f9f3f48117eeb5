"""What the whole workspace holds, and how much of it there may be: documents, and bytes on disk.

The store is asked now and then; in between what was added is estimated, so a limit may be passed by what a few seconds
bring.
"""

from typing import TYPE_CHECKING

from ..journal.errors import StoreFailed
from ..journal.usage import UsageQuery
from ..protocol.close_codes import CloseCode, CloseSocket

if TYPE_CHECKING:
    from .hub import Hub

ASK_EVERY_S = 5.0


class WorkspaceFull(CloseSocket):
    """There is no room for more in this workspace."""

    def __init__(self, reason: str) -> None:
        super().__init__(CloseCode.TOO_LARGE, reason)


class Space:
    """Counts what is stored, where that is limited."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._documents = self._bytes = 0
        self._asked_at = float("-inf")

    @property
    def full(self) -> bool:
        """Tell whether nothing more may be stored."""
        most = self._hub.limits.max_storage_bytes
        return bool(most) and self._bytes >= most

    def add(self, documents: int = 0, size: int = 0) -> None:
        """Count something that is being stored."""
        self._documents += documents
        self._bytes += size

    def check_document(self) -> None:
        """Raise WorkspaceFull when there may not be another document."""
        most = self._hub.limits.max_documents
        if most and self._documents >= most:
            raise WorkspaceFull(f"this workspace has {most} documents, as many as it may have; delete some for good")
        self.check()

    def check(self) -> None:
        """Raise WorkspaceFull when nothing more may be stored."""
        if self.full:
            raise WorkspaceFull("the storage of this workspace is full; whoever runs the server can make room")

    async def learn(self, now: float) -> None:
        """Ask the store how much there is, if that matters and the last answer is old."""
        limits = self._hub.limits
        if not (limits.max_documents or limits.max_storage_bytes) or now - self._asked_at < ASK_EVERY_S:
            return
        self._asked_at = now
        try:
            (found,) = await self._hub.store.find(UsageQuery())
        except StoreFailed:
            return  # the journal has said so, and tries again
        was_full = self.full
        self._documents, self._bytes = found
        if was_full != self.full:
            for room in self._hub.rooms.values():
                room.measure()
