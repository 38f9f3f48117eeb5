"""To whom the client ids of a document belong, where people sign in.

A Yjs client id names whoever made an edit, and two contents under one id and clock diverge silently, for good. So an id
belongs to the first signed-in person who wrote with it, and new edits under it come from that person alone. Known edits
may be passed on by anybody, as peers that also talk to each other do; of new ones only an id that is somebody's is
refused. A connection that has announced ids of its own binds those alone: the others it merely passes on.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from ..access.principal import Principal
from ..access.roles import Role
from ..access.tokens import Forbidden
from ..journal.access import Put, Writer
from ..protocol.ground import Fit, Placement, plan
from ..protocol.lib0 import read_var_uint, write_var_uint
from ..protocol.sync import STEP2, UPDATE
from ..protocol.updates import Elaborate
from .limits import PLACE_HERE_ELEMENTS, PLACE_IN_WORKER_BYTES

if TYPE_CHECKING:
    from .room import Room
    from .session import Session

NOBODY = b"\x00"
"""The author of whoever has not signed in as a person."""
NOT_YOURS = "an edit stands under the client id of another person; load the document anew and make it again"
WITHOUT_STRUCTS = b"\x00"
"""How an update begins that only deletes."""
ONE_STRUCT = b"\x01\x01"
"""How an update begins that has one struct; the client id follows."""
MOST_BOUND_AT_ONCE = 16
"""An update that brings more new ids than this is an import, and not the work of who sends it."""


class Authorship:
    """The owners of one document's client ids, as encoded author keys."""

    def __init__(self, room: "Room", writers: Iterable[Writer]) -> None:
        self._room = room
        self._owners = {writer.client: write_var_uint(writer.author) for writer in writers}

    def foreign(self, client: int, author: bytes) -> bool:
        """Tell whether a client id belongs to somebody else, who wrote with it or is, or was last, here with it."""
        owner = self._owners.get(client) or self._room.presence.author(client) or NOBODY
        return owner not in (NOBODY, author)

    def owns(self, client: int, author: bytes) -> bool:
        """Tell whether a client id belongs to an author for good."""
        return self._owners.get(client) == author

    def owned(self, clients: Iterable[int], author: bytes) -> int | None:
        """Return one of some client ids that belongs to an author for good."""
        return next((client for client in self._owners.keys() & clients if self.owns(client, author)), None)

    def fresh(self, fit: Fit) -> list[int]:
        """List the client ids under which an update brings something new."""
        known = self._room.ground.known
        return [*(client for client, end in fit.ends.items() if end > known.get(client, 0)), *fit.ahead]

    def foreign_among(self, clients: list[int], author: bytes) -> frozenset[int]:
        """Return those client ids that belong to somebody else."""
        met = (self._owners.keys() & clients) | self._room.presence.met(clients)
        return frozenset(client for client in met if self.foreign(client, author))

    def take(self, fit: Fit, principal: Principal, author: bytes) -> Placement:
        """Take in what somebody sends outside of a connection; raise Forbidden for another person's edits."""
        trusted = is_trusted(principal)
        fresh = self.fresh(fit)
        if not trusted and self.foreign_among(fresh, author):
            raise Forbidden(NOT_YOURS)
        placement = self._room.ground.take(fit)
        if placement.update and not trusted:
            self.bind(fresh, author, ())
        return placement

    def bind(self, clients: Iterable[int], author: bytes, announced: "tuple[int, ...]") -> None:
        """Let new client ids that somebody has written with be theirs; on disk before the edits are acknowledged."""
        if author == NOBODY:
            return
        new = [client for client in clients if client not in self._owners and (not announced or client in announced)]
        if len(new) > MOST_BOUND_AT_ONCE:
            return
        room = self._room
        assert room.document is not None
        key, _ = read_var_uint(author, 0)
        for client in new:
            self._owners[client] = author
            room.hub.journal.append(Put(Writer(room.document.key, client, key)), None)


def is_trusted(principal: Principal) -> bool:
    """Tell whether somebody is an application's own server, which passes on what its people wrote."""
    return principal.role is Role.ADMIN and not principal.id


class Writing:
    """What one session writes, as its author."""

    __slots__ = ("_authorship", "_own", "_room", "_session")

    def __init__(self, session: "Session", room: "Room", authorship: Authorship) -> None:
        self._session = session
        self._room = room
        self._authorship = authorship
        self._own: tuple[bytes, ...] = (WITHOUT_STRUCTS,)

    def update(self, step: int, update: bytes) -> None:
        """Take an Update or SyncStep2 in; raise CloseSocket or DecodeError."""
        session, ground = self._session, self._room.ground
        if step == UPDATE and not session.has_gaps and update.startswith(self._own) and ground.take_everyday(update):
            self._room.accept(session, update, session.author)
        else:
            made = plan(update, ground.known, trim=step == STEP2, most=PLACE_HERE_ELEMENTS)
            self.place(step, update, ground.fit(made))

    def place(self, step: int, update: bytes, fit: Fit) -> None:
        """Take in what fits on the room's ground, or did on an earlier state of it."""
        session, ground = self._session, self._room.ground
        foreign = self._authorship.foreign_among(self._authorship.fresh(fit), session.author)
        if not foreign:
            session.placed(step, update, self._take(fit))
            return
        if step == STEP2 and len(update) <= PLACE_IN_WORKER_BYTES:
            # the rest is honest work, and would wait for ever behind what nobody else may bring
            with suppress(Elaborate):
                made = plan(update, ground.known, trim=True, without=foreign, most=PLACE_HERE_ELEMENTS)
                placement = self._take(ground.fit(made))
                if placement.update:
                    self._room.accept(None, placement.update, session.author)
        session.hold_foreign(step, fit.claim)

    def _take(self, fit: Fit) -> Placement:
        session, authorship = self._session, self._authorship
        fresh = authorship.fresh(fit)
        placement = self._room.ground.take(fit)
        if fresh and placement.update:
            authorship.bind(fresh, session.author, session.client_ids)
            own = authorship.owned(fresh, session.author)
            if own is not None:
                self._own = WITHOUT_STRUCTS, ONE_STRUCT + write_var_uint(own)
        return placement
