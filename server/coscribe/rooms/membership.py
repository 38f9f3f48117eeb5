"""The people of documents: whoever makes one owns it, may let others in, and may hand it on.

Always holds: what changes here is known to every judgement at once, and reaches open sessions, before it is on disk. A
document that has an owner has one for good.
"""

import asyncio
from typing import TYPE_CHECKING

from ..access import guests
from ..access.principal import Principal
from ..access.roles import Role
from ..journal.journal import Document
from ..journal.members import (
    DropMember,
    HandOn,
    Member,
    MemberQuery,
    MembershipQuery,
    PeopleQuery,
    Person,
    PutMember,
)

if TYPE_CHECKING:
    from .hub import Hub


class Membership:
    """Puts people into documents and takes them out.

    `changing` is held from a look at the members to the change that relies on it: who is being made the owner must not
    be taken out meanwhile.
    """

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self.changing = asyncio.Lock()

    async def start(self) -> None:
        """Learn who belongs where."""
        gate = self._hub.gate
        if gate.open_to_all:
            return
        for line in await self._hub.store.find(MembershipQuery()):
            gate.members.put(line.document, line.user, Role(line.role))

    def own(self, document: Document, principal: Principal) -> None:
        """Let whoever makes a document own it, if that is a person; on disk with the document."""
        if not principal.id or principal.is_guest:
            return
        self._hub.gate.members.put(document.id, principal.id, Role.ADMIN)
        member = Member(document.key, principal.id, int(Role.ADMIN), 1, document.created)
        self._hub.journal.append(PutMember(member), None)

    async def members(self, document: Document) -> list[Person]:
        """List the people of a document, its owner first."""
        return await self._hub.store.find(MemberQuery(document.key))

    async def people(self, document: Document, text: str, *, user: str | None = None) -> list[Person]:
        """Find people who could become members: by a part of name or id, or the one with an id."""
        return await self._hub.store.find(PeopleQuery(document.key, text, user, guests.ID))

    async def put(self, document: Document, user: str, role: Role) -> None:
        """Let somebody be a member with a role; on disk on return."""
        self._hub.gate.members.put(document.id, user, role)
        self._hub.admission.rejudge()
        await self._hub.journal.submit(PutMember(Member(document.key, user, int(role), 0, self._hub.env.wall_ms())))

    async def drop(self, document: Document, user: str) -> None:
        """Let somebody be no member any more; on disk on return."""
        self._hub.gate.members.drop(document.id, user)
        self._hub.admission.rejudge()
        await self._hub.journal.submit(DropMember(document.key, user))

    async def hand_on(self, document: Document, user: str, before: str) -> None:
        """Make somebody the owner, and whoever was `before` (empty for nobody) an admin; on disk on return."""
        self._hub.gate.members.put(document.id, user, Role.ADMIN)
        self._hub.admission.rejudge()
        member = Member(document.key, user, int(Role.ADMIN), 1, self._hub.env.wall_ms())
        await self._hub.journal.submit(HandOn(member))
        await self._hub.quotas.hand_on(document, before)
