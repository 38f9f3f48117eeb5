"""Who is in a room, and where their carets are.

Always holds: a client id belongs to one session at a time, the last that introduced it, and to one person, also after
that one left; only its owner may change or end it; a session is never sent an id that it introduced itself; and the
clocks that peers see are the server's own. A client that reconnects repeats its old clock and stock peers would ignore
it until its next renewal, so at each introduction the server takes a clock from the time, and counts on from there:
what a client counts tells no more than which of its states is newer, and may be any number. Clocks above `SERVER_CLOCK`
are therefore the server's, and a state that carries one for a known or departed client is a forwarded copy: dropped.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from ..access.principal import EVERYONE
from ..access.tokens import shown_name
from ..protocol.awareness import LEFT, State, read_states, write_states
from ..protocol.close_codes import CloseCode, CloseSocket

if TYPE_CHECKING:
    from .session import Session

SERVER_CLOCK = 1 << 32
_EPOCH_MS = 1_767_225_600_000  # 2026-01-01: keeps clocks short on the wire
_REMEMBERED_DEPARTURES = 10_000
_MAX_STATES_PER_SESSION = 16
GUEST = "Guest"
"""The name of whoever has signed in with a token that names nobody."""
_COLOR = re.compile(
    r"#[0-9a-f]{3,8}|[a-z]{1,30}|(?:rgb|hsl|oklch|oklab|lab|lch)a?\([0-9.,%/ a-z-]{1,60}\)", re.I
).fullmatch
_decode_json = msgspec.json.Decoder().decode
_encode_json = msgspec.json.Encoder().encode


class Present(NamedTuple):
    """A state as the room holds it: its owner's clock, and the `number` that peers see once the shift is added."""

    number: int
    clock: int
    json: bytes
    owner: "Session"


class Departed(NamedTuple):
    """What is left of a client: the last clock that peers saw, and whose it was."""

    clock: int
    author: bytes


class News(IntEnum):
    """How urgent it is to tell the others what was received."""

    NOTHING = 0
    RENEWAL = 1
    """Somebody is still here, unchanged: may wait and travel with other renewals."""
    CHANGE = 2


class Presence:
    """The awareness of one room; `changes` are the states to be told to everyone at the next turn."""

    def __init__(self, *, max_state_bytes: int, now_ms: Callable[[], int]) -> None:
        self._max_state_bytes = max_state_bytes
        self._now_ms = now_ms
        self._present: dict[int, Present] = {}
        self._departed: OrderedDict[int, Departed] = OrderedDict()
        self._shift = 0
        self.changes: dict[int, tuple[State, Session | None]] = {}
        self.is_foreign: Callable[[int, bytes], bool] | None = None
        """Where people sign in: tells whether a client id belongs to somebody else than an author."""

    def met(self, clients: list[int]) -> set[int]:
        """Return those of some client ids that are here, or were."""
        return (self._present.keys() & clients) | (self._departed.keys() & clients)

    def author(self, client: int) -> bytes | None:
        """Return the author of who is here with a client id, or was the last to be; None when that was nobody."""
        present = self._present.get(client)
        if present is not None:
            return present.owner.author
        departed = self._departed.get(client)
        return None if departed is None else departed.author

    def __len__(self) -> int:
        return len(self._present)

    def receive(self, session: "Session", update: bytes) -> News:
        """Take in what a session says; return how urgently the others must be told.

        Raise DecodeError or CloseSocket for what no stock client sends.
        """
        news = News.NOTHING
        for client, clock, state in read_states(update):
            if len(state) > self._max_state_bytes:
                raise CloseSocket(
                    CloseCode.TOO_LARGE, f"an awareness state may have {self._max_state_bytes} bytes at most"
                )
            news = max(news, self._receive(session, client, clock, state))
        return news

    def _receive(self, session: "Session", client: int, clock: int, state: bytes) -> News:
        known = self._present.get(client)
        mine = known is not None and known.owner is session
        if known is not None and not mine and known.owner.author != session.author:
            return News.NOTHING
        if clock >= SERVER_CLOCK and not mine and (known is not None or client in self._departed):
            return News.NOTHING
        if known is not None and mine:
            if clock < known.clock or (clock == known.clock and state != LEFT):
                return News.NOTHING
            number = known.number + 1
        elif state == LEFT or (self.is_foreign is not None and self.is_foreign(client, session.author)):
            return News.NOTHING
        else:
            if client not in session.client_ids:
                if len(session.client_ids) >= _MAX_STATES_PER_SESSION:
                    raise CloseSocket(CloseCode.TOO_FAST, "a connection may speak for 16 awareness clients at most")
                session.client_ids += (client,)
            number = self._first(client, known)
        shown = self._shift + number
        if state == LEFT:
            self._depart(client, shown, session.author)
        else:
            state = self._signed(session, state)
            self._present[client] = Present(number, clock, state, session)
        self.changes[client] = (State(client, shown, state), session)
        return News.RENEWAL if mine and known is not None and state == known.json else News.CHANGE

    def _first(self, client: int, known: Present | None) -> int:
        departed = self._departed.pop(client, None)
        last = self._shown(known) if known is not None else departed.clock if departed is not None else 0
        return max(SERVER_CLOCK + max(0, self._now_ms() - _EPOCH_MS), last + 1) - self._shift

    def _shown(self, present: Present) -> int:
        return self._shift + present.number

    def _depart(self, client: int, clock: int, author: bytes) -> None:
        self._present.pop(client, None)
        self._departed[client] = Departed(clock, author)
        if len(self._departed) > _REMEMBERED_DEPARTURES:
            self._departed.popitem(last=False)

    @staticmethod
    def _signed(session: "Session", state: bytes) -> bytes:
        """Check that a state is a JSON object and write the identity that a token gives over what it claims."""
        try:
            value = _decode_json(state)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise CloseSocket(CloseCode.BAD_MESSAGE, "an awareness state is not JSON") from None
        principal = session.principal
        if principal is None or principal is EVERYONE:
            return state
        if not isinstance(value, dict):
            value = {}
        claimed = value.get("user")
        user = (
            {key: each for key, each in claimed.items() if _may_claim(key, each)} if isinstance(claimed, dict) else {}
        )
        user |= {"id": principal.id, "name": principal.name or shown_name(principal.id) or GUEST}
        if principal.color:
            user["color"] = principal.color
        value["user"] = user
        return _encode_json(value)

    def leave(self, session: "Session") -> bool:
        """Take out what a session owns; return whether there is something to tell the others."""
        gone = False
        for client in session.client_ids:
            state = self._present.get(client)
            if state is None or state.owner is not session:
                continue
            self._depart(client, self._shown(state), session.author)
            self.changes[client] = (State(client, self._shown(state), LEFT), None)
            gone = True
        return gone

    def snapshot(self, session: "Session") -> bytes | None:
        """Encode everyone but the session's own clients; None when nobody else is here.

        Each snapshot moves all clocks on by one: a peer that comes back has dropped the states but kept their clocks,
        and would take a state with a clock that it knows for old news.
        """
        self._shift += 1
        own = session.client_ids
        states = [State(c, self._shown(p), p.json) for c, p in self._present.items() if c not in own]
        return write_states(states) if states else None

    def take_changes(self) -> dict[int, tuple[State, "Session | None"]]:
        """Hand over what is to be told, once."""
        changes, self.changes = self.changes, {}
        return changes


def _may_claim(key: str, value: object) -> bool:
    """Tell whether a client may say this of its user: a colour only if it is one.

    Stock carets put it into a style as it is, and what else stood there would act in the pages of others.
    """
    return not key.startswith("color") or (isinstance(value, str) and _COLOR(value) is not None)


def encode_for(session: "Session", changes: dict[int, tuple[State, "Session | None"]]) -> bytes | None:
    """Encode changes without the session's own clients; None when nothing is left."""
    own = session.client_ids
    states: Iterable[State] = [state for client, (state, _) in changes.items() if client not in own]
    return write_states(states) if states else None
