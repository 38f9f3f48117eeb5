"""What each person has open, sends and makes, over all their connections and requests.

A person is whoever a token names. An application's own server, and whoever comes without a name, is bound by the limits
of a connection, a document and an address only. What is counted here is forgotten at a restart.
"""

from asyncio import WriteTransport
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..access.principal import Principal
from ..protocol.close_codes import CloseCode, CloseSocket
from .limits import Limits
from .rate import Rate

if TYPE_CHECKING:
    from .session import Session

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
SHARE = 0.5
"""How much of the server's time one person's messages may take."""
MOST_REMEMBERED = 20_000


class TooMuch(CloseSocket):
    """Somebody is beyond what one person may do; `retry_after_s` says when it may be tried again."""

    def __init__(self, reason: str, retry_after_s: float) -> None:
        super().__init__(CloseCode.TOO_FAST, reason)
        self.retry_after_s = retry_after_s


class _Person:
    """One person's account."""

    __slots__ = ("bytes", "connections", "documents", "messages", "time", "uploads")

    def __init__(self, limits: Limits, now: float) -> None:
        self.connections: Counter[WriteTransport] = Counter()
        self.time = Rate(SHARE, SHARE, now)
        self.messages = _rate(limits.messages_per_second_per_user, 1.0, now)
        self.bytes = _rate(limits.bytes_per_second_per_user, 1.0, now)
        self.documents = _rate(limits.documents_per_hour_per_user, HOUR_S, now)
        self.uploads = _rate(limits.upload_bytes_per_day_per_user, DAY_S, now)

    def is_idle(self, now: float) -> bool:
        """Tell whether nothing would be lost by forgetting the person."""
        rates = (self.time, self.messages, self.bytes, self.documents, self.uploads)
        return not self.connections and all(rate is None or rate.is_full(now) for rate in rates)


def _rate(amount: float, within_s: float, now: float) -> Rate | None:
    return Rate(amount / within_s, amount, now) if amount else None


class People:
    """The accounts of everybody who did something lately."""

    def __init__(self, limits: Limits, now: Callable[[], float]) -> None:
        self._limits = limits
        self._now = now
        self._known: dict[str, _Person] = {}
        self._at: dict[WriteTransport, set[str]] = {}

    # Connections

    def enter(self, session: "Session", principal: Principal) -> None:
        """Count a session's connection; raise TooMuch when the person has as many as one may have."""
        if not principal.id:
            return
        connections = self._person(principal.id).connections
        most = self._limits.connections_per_user
        if most and session.transport not in connections and len(connections) >= most:
            raise TooMuch(f"you have {most} connections, as many as a person may have; close some", 60)
        connections[session.transport] += 1
        self._at.setdefault(session.transport, set()).add(principal.id)
        session.person = principal.id

    def leave(self, session: "Session") -> None:
        """Count a session out."""
        person, session.person = session.person, ""
        if not person:
            return
        transport, connections = session.transport, self._known[person].connections
        connections[transport] -= 1
        if not connections[transport]:
            del connections[transport]
            here = self._at[transport]
            here.discard(person)
            if not here:
                del self._at[transport]

    def overdrawn_s(self, transport: WriteTransport, messages: int, size: int, spent_s: float) -> float:
        """Count what a connection has sent, and return for how long nothing more should be read from it.

        `spent_s` is the time that it took to handle them.
        """
        wait_s, now = 0.0, self._now()
        for name in self._at.get(transport, ()):
            person = self._known[name]
            wait_s = max(wait_s, person.time.spend(spent_s, now))
            if person.messages is not None:
                wait_s = max(wait_s, person.messages.spend(messages, now))
            if person.bytes is not None:
                wait_s = max(wait_s, person.bytes.spend(size, now))
        return wait_s

    # What is made

    def may_create(self, principal: Principal) -> None:
        """Count a new document; raise TooMuch when the person has made many."""
        rate = self._person(principal.id).documents if principal.id else None
        wait_s = 0.0 if rate is None else rate.take(1, self._now())
        if wait_s:
            most = self._limits.documents_per_hour_per_user
            raise TooMuch(
                f"you have made {most} documents in an hour, as many as one may; go on a little later", wait_s
            )

    def may_upload(self, principal: Principal, size: int) -> None:
        """Count the bytes of a file; raise TooMuch when the person has sent many."""
        rate = self._person(principal.id).uploads if principal.id else None
        wait_s = 0.0 if rate is None else rate.take(size, self._now())
        if wait_s:
            most = self._limits.upload_bytes_per_day_per_user
            raise TooMuch(f"you have uploaded {most} bytes in a day, as much as one may; go on later", wait_s)

    def _person(self, name: str) -> _Person:
        person = self._known.get(name)
        if person is None:
            now = self._now()
            if len(self._known) % MOST_REMEMBERED == MOST_REMEMBERED - 1:
                self._known = {known: each for known, each in self._known.items() if not each.is_idle(now)}
            person = self._known[name] = _Person(self._limits, now)
        return person
