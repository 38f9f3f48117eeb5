"""Gaps: updates of one client that build on edits which are not here.

Nothing of such an update is stored. Its acknowledgement is held until a SyncStep2 has brought what it says exists, and
the client is asked for that, at most once a second. Updates that follow are held with it, complete or not: the answer
to the question brings them too, and acknowledgements stay in the order of what they answer. A client that goes on
without ever sending what is missing is refused.
"""

from typing import TYPE_CHECKING

from ..protocol.close_codes import CloseCode, CloseSocket
from ..protocol.ground import Claim

if TYPE_CHECKING:
    from .room import Room
    from .session import Session

ASK_AGAIN_S = 1.0
PAUSE_S = 1.0
MAX_HELD_CLAIMS = 1000
MAX_HELD_ENTRIES = 5000
"""Of all that is held together, the clients and deletions: they are gone through each time that an answer comes."""
FOREIGN_PATIENCE_S = 2.0
"""How long the owner of an edit that somebody else passed on has for sending it."""


class Gaps:
    """What a session's client is still to send; made when the first gap appears."""

    __slots__ = ("_asked_at", "_claims", "_heard_at", "_room", "_session", "_timer", "_uncounted")

    def __init__(self, session: "Session", room: "Room") -> None:
        self._session = session
        self._room = room
        self._claims: list[Claim] = []
        self._asked_at = float("-inf")
        self._timer: object | None = None
        self._heard_at = float("-inf")
        self._uncounted = 0

    @property
    def open(self) -> bool:
        """Tell whether something is still missing."""
        return bool(self._claims)

    @property
    def waiting(self) -> int:
        """Count the acknowledgements that are held."""
        return len(self._claims)

    def hold(self, claim: Claim) -> None:
        """Hold an acknowledgement and ask for what is missing; raise CloseSocket when there are too many.

        Of a client that comes back, the answer to the first question brings everything.
        """
        if len(self._claims) >= MAX_HELD_CLAIMS:
            raise CloseSocket(CloseCode.BAD_MESSAGE, "too many updates that build on edits this client never sent")
        entries = sum(len(each.ends) + len(each.deletes) for each in (*self._claims, claim))
        if entries > MAX_HELD_ENTRIES:
            raise CloseSocket(CloseCode.TRY_AGAIN_LATER, "so much builds on edits that are not here: connect anew")
        self._claims.append(claim)
        self.ask_soon()

    def hold_foreign(self, claim: Claim) -> None:
        """Hold the acknowledgement of another person's edits; it is refused when those do not come from their owner."""
        self.hold(claim)
        self._room.call_later(FOREIGN_PATIENCE_S, lambda: self._give_up(claim))

    def _give_up(self, claim: Claim) -> None:
        held = next((held for held in self._claims if held is claim), None)
        if held is None or self._session.closed:
            return
        if self._room.ground.covers(claim):
            self.release_covered()
        else:
            self._claims = [held for held in self._claims if held is not claim]
            self._session.refuse_foreign()

    def ask_soon(self) -> None:
        """Ask the client for all that is not here, at most once a second."""
        wait_s = self._asked_at + ASK_AGAIN_S - self._room.monotonic()
        if wait_s <= 0:
            self._ask()
        elif self._timer is None:
            self._timer = self._room.call_later(wait_s, self._ask)

    def _ask(self) -> None:
        self._timer = None
        if not self._session.closed:
            self._asked_at = self._room.monotonic()
            self._session.ask()

    def release_covered(self) -> None:
        """Acknowledge, once on disk, what is here by now."""
        claims, self._claims = self._claims, []
        for claim in claims:
            if not self._room.ground.covers(claim):
                self._claims.append(claim)
                continue
            answer = self._session.acknowledgement(b"")
            if answer is not None:
                self._room.acknowledge_at_head(self._session, answer)
        if self._claims:
            self.ask_soon()

    def heard(self) -> None:
        """Note that the client is sending."""
        self._heard_at = self._room.monotonic()

    def acknowledge_in_a_pause(self) -> None:
        """Acknowledge an answer that its client does not count, once the client has sent nothing for PAUSE_S.

        While an edit is on its way, the client would take this acknowledgement for that edit's.
        """
        self._uncounted += 1
        if self._uncounted == 1:
            self._room.call_later(PAUSE_S, self._acknowledge_uncounted)

    def _acknowledge_uncounted(self) -> None:
        if self._session.closed:
            return
        wait_s = self._heard_at + PAUSE_S - self._room.monotonic()
        if wait_s > 0 or self._claims:
            self._room.call_later(max(wait_s, 0.1), self._acknowledge_uncounted)
            return
        answer = self._session.acknowledgement(b"")
        if answer is not None:
            self._room.acknowledge_at_head(self._session, answer * self._uncounted)
        self._uncounted = 0
