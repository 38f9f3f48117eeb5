"""How an update fits on a room's ground: found at once where that is quick, else with a worker's help, bit by bit.

Always holds: what takes long holds up nobody but its sender; and nothing is left out of an update, and acknowledged,
that has come to fit while a worker looked at it.
"""

from asyncio import Future
from contextlib import suppress
from typing import TYPE_CHECKING

from ..protocol.close_codes import CloseCode, CloseSocket
from ..protocol.ground import Fit, Plan, plan
from ..protocol.lib0 import DecodeError
from ..protocol.sync import STEP2
from ..protocol.updates import Elaborate
from .limits import PLACE_HERE_ELEMENTS, PLACE_IN_WORKER_BYTES

if TYPE_CHECKING:
    from .room import Room
    from .session import Session

PLANS = 3
"""How often a worker plans an update, where the ground grows meanwhile under what it left out."""
FIT_HERE_BYTES = 256 << 10
FIT_HERE_MOST_ELEMENTS = 10 * PLACE_HERE_ELEMENTS
"""Above these, an update is looked at by workers alone: an odd one takes seconds, in which nobody else is served."""
CANNOT_CHECK = "so large an update cannot be checked just now; send it again"


class Fitting:
    """What finds how updates fit on the ground of one room."""

    __slots__ = ("_room",)

    def __init__(self, room: "Room") -> None:
        self._room = room

    def at_once(self, update: bytes, *, trim: bool) -> Fit:
        """Find how an update fits; raise MalformedUpdate, or Elaborate where that takes long."""
        if len(update) > PLACE_IN_WORKER_BYTES:
            raise Elaborate
        ground = self._room.ground
        return ground.fit(plan(update, ground.known, trim=trim, most=PLACE_HERE_ELEMENTS))

    async def find(self, update: bytes, *, trim: bool, who: str = "") -> Fit:
        """Find how somebody's update fits, at once or elsewhere; see both for what they raise."""
        try:
            return self.at_once(update, trim=trim)
        except Elaborate:
            return await self.elsewhere(update, trim=trim, who=who)

    async def elsewhere(self, update: bytes, *, trim: bool, who: str = "") -> Fit:
        """Find how somebody's update fits with a worker's help, while nobody else waits for it.

        Raise MalformedUpdate, or CloseSocket when it is too much, or when the client should come again later.
        """
        room = self._room
        planned = await self._plan(update, trim=trim, who=who)
        return await room.hub.gradually(room.ground.fitting(planned), who)

    def begin_elsewhere(self, session: "Session", step: int, update: bytes) -> "Future[None]":
        """Have a worker look at a session's update; the future is done once the session has dealt with the answer."""
        hub = self._room.hub
        hub.spawn(self._answer(session, step, update))
        return hub.loop.create_future()

    async def _answer(self, session: "Session", step: int, update: bytes) -> None:
        try:
            fit = await self.elsewhere(update, trim=step == STEP2 or not session.may_edit, who=session.who)
        except DecodeError as error:
            session.end(CloseCode.BAD_MESSAGE, str(error))
        except CloseSocket as error:
            session.end(error.code, error.reason)
        else:
            session.fitted(step, update, fit)

    async def place_stored(self, update: bytes) -> None:
        """Put an update of the journal on the ground: it belongs to the document, however long that takes."""
        ground = self._room.ground
        if len(update) <= PLACE_IN_WORKER_BYTES:
            with suppress(Elaborate):
                ground.place(update, trim=True, most=PLACE_HERE_ELEMENTS)
                return
        try:
            fit = await self.elsewhere(update, trim=True)
        except CloseSocket:
            fit = ground.fit(plan(update, ground.known, trim=True))
        ground.take(fit)

    async def _plan(self, update: bytes, *, trim: bool, who: str) -> Plan:
        """Plan an update on the ground as it is, in a worker, or here when there is none and it is not too much."""
        ground, hub = self._room.ground, self._room.hub
        if ground.is_behind:
            await hub.gradually(ground.adding())
        for _ in range(PLANS):
            planned = await hub.plan(update, ground.vector(), trim, who)
            if planned is None:
                break
            if not any(clock < ground.known.get(client, 0) for client, clock in planned.waits):
                return planned
            # what was left out fits by now, and would be acknowledged without being stored
        if len(update) > FIT_HERE_BYTES:
            raise CloseSocket(CloseCode.TRY_AGAIN_LATER, CANNOT_CHECK)
        try:
            return plan(update, ground.known, trim=trim, most=FIT_HERE_MOST_ELEMENTS)
        except Elaborate:
            raise CloseSocket(CloseCode.TRY_AGAIN_LATER, CANNOT_CHECK) from None
