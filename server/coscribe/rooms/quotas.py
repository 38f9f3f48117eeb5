"""How much the documents that one person owns may have together, where that is limited.

The store is asked when a document is opened and now and then while it is; in between, what is added is counted here. A
limit may so be passed by what half a minute brings.
"""

from typing import TYPE_CHECKING

from ..journal.errors import StoreFailed
from ..journal.journal import Document
from ..journal.usage import OwnedQuery
from .space import WorkspaceFull

if TYPE_CHECKING:
    from .hub import Hub

ASK_EVERY_S = 30.0


class Quotas:
    """What is known of the owners of open documents."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._owned: dict[str, int] = {}
        self._asked_at = float("-inf")

    @property
    def _most(self) -> int:
        return self._hub.limits.storage_bytes_per_user

    def full(self, owner: str) -> bool:
        """Tell whether a person's documents may take no more."""
        return bool(self._most) and self._owned.get(owner, 0) >= self._most

    def add(self, owner: str, size: int) -> None:
        """Count what is being stored in a document of somebody."""
        if owner in self._owned:
            self._owned[owner] += size

    def check(self, owner: str) -> None:
        """Raise WorkspaceFull when a person's documents may take no more."""
        if self.full(owner):
            raise WorkspaceFull(
                f"the documents of its owner have {self._most} bytes, as many as they may have; delete some for good"
            )

    async def check_document(self, key: int) -> None:
        """Raise WorkspaceFull when the documents of a document's owner may take no more."""
        self.check(await self.owner(key))

    async def check_person(self, user: str) -> None:
        """Raise WorkspaceFull when a person may not have another document."""
        if self._most and user:
            await self._ask(OwnedQuery(user=user))
            self.check(user)

    async def check_gift(self, user: str, key: int) -> None:
        """Raise WorkspaceFull when a person may not have a document (by its key) beside their own; StoreFailed."""
        if not self._most:
            return
        for _, size in await self._hub.store.find(OwnedQuery(user=user, document=key)):
            if size > self._most:
                raise WorkspaceFull(
                    f"with this document theirs would have {size} bytes, more than the {self._most} that a person's may"
                )

    async def hand_on(self, document: Document, before: str) -> None:
        """Count a document as its new owner's, and no more as that of the one before; open ones hear of it at once."""
        if not self._most:
            return
        if before:
            await self._ask(OwnedQuery(user=before))
        owner = await self.owner(document.key)
        room = self._hub.rooms.get(document.id)
        if room is not None:
            room.owner = owner
        for each in self._hub.rooms.values():
            each.measure()

    async def owner(self, key: int) -> str:
        """Find out whose a document is, and how much they have; nobody's where that does not matter."""
        return await self._ask(OwnedQuery(document=key)) if self._most else ""

    async def learn(self, now: float) -> None:
        """Ask again for the owners of open documents, if the last answers are old."""
        if not self._most or now - self._asked_at < ASK_EVERY_S:
            return
        self._asked_at = now
        asked: set[str] = set()
        for room in list(self._hub.rooms.values()):
            if room.document is None or room.owner in asked:
                continue
            was_full = self.full(room.owner)
            room.owner = await self.owner(room.document.key)
            if room.owner:
                asked.add(room.owner)
            if was_full != self.full(room.owner):
                for each in self._hub.rooms.values():
                    each.measure()
        self._owned = {owner: size for owner, size in self._owned.items() if owner in asked}

    async def _ask(self, query: OwnedQuery) -> str:
        try:
            found = await self._hub.store.find(query)
        except StoreFailed:
            return ""  # the journal has said so, and tries again
        for owner, size in found:
            self._owned[owner] = size
            return owner
        return ""
