"""Who is in: sessions are let in with a token, and leave when it expires or is taken back.

Always holds: a session's role is what its token gives and nothing has taken back since; a session ends when its token
does, unless a new one for the same person has come. Whoever can be asked for a new one is asked in good time.
"""

from math import ceil
from typing import TYPE_CHECKING

from ..access.gate import Credential
from ..access.principal import Principal
from ..access.roles import Role
from ..access.tokens import Forbidden, SignInRequired
from ..journal.access import Put, Revocation, RevocationQuery
from ..journal.audit import Action, Result
from ..protocol.close_codes import CloseCode, CloseSocket
from .audit import reason_of
from .phase import Phase
from .session import Session

if TYPE_CHECKING:
    from .hub import Hub

ASK_AHEAD_S = 30.0
"""How long before its token expires a client is asked for another; a quarter of the time left, where that is less."""
SIGN_IN_AGAIN_EVERY_S = 1.0
"""Whoever was not asked may send another token this often: to judge one costs more than any other message."""

EXPIRED = "the token has expired; ask for a new one"
OTHER_PERSON = "another person signs in with a connection of their own"


class Admission:
    """Lets sessions in and keeps an eye on those that are in."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub

    async def start(self) -> None:
        """Learn what was taken back from tokens that may still be around."""
        gate = self._hub.gate
        if gate.open_to_all:
            return
        oldest_ms = self._hub.env.wall_ms() - gate.rules.longest_ttl_s * 1000
        for line in await self._hub.store.find(RevocationQuery(after=oldest_ms)):
            gate.revocations.limit(line.document, line.user, Role(line.role), line.at / 1000)

    def attach(self, session: Session, id: str, credential: Credential) -> None:
        """Let a session into the room of a canonical id; raise SignInRequired, Forbidden or CloseSocket.

        For a session that is in, the credential takes the place of the one before.
        """
        if session.principal is not None:
            self._renew(session, id, credential)
            return
        hub = self._hub
        try:
            principal = hub.gate.admit(credential, id)
        except (SignInRequired, Forbidden) as error:
            self._refused(session, id, credential, error)
            raise
        if hub.stopping:
            raise CloseSocket(CloseCode.RESTARTING, "the server is restarting")
        known = hub.known_author(principal)
        if known is None:
            session.principal = principal  # another token that comes meanwhile is not judged
            hub.spawn(self._attach_author(session, id, principal))
        else:
            self._enter(session, id, principal, known)

    def _refused(self, session: Session, id: str, credential: Credential, error: SignInRequired | Forbidden) -> None:
        try:
            who: Principal | None = self._hub.gate.read(credential)[1]
        except SignInRequired:
            who = None
        reason = reason_of(error, credential)
        audit = self._hub.audit
        audit.note(Action.ACCESS, who, id, result=Result.REFUSED, address=session.address, reason=reason, method="open")

    async def _attach_author(self, session: Session, id: str, principal: Principal) -> None:
        try:
            author = await self._hub.author(principal)
            if not session.closed:
                self._enter(session, id, self._hub.gate.judge(principal, id), author)
        except CloseSocket as error:
            session.end(error.code, error.reason)
        except SignInRequired as error:
            session.end(CloseCode.SIGN_IN_AGAIN, str(error))
        except Forbidden as error:
            session.end(CloseCode.FORBIDDEN, str(error))

    def _enter(self, session: Session, id: str, principal: Principal, author: bytes) -> None:
        session.author = author
        self._hub.people.enter(session, principal)
        session.attach(self._hub.room(id), principal)
        if not self._hub.gate.open_to_all:
            role = principal.role.label
            self._hub.audit.note(Action.DOCUMENT_OPEN, principal, id, address=session.address, role=role)
        self._watch(session, principal)

    def _renew(self, session: Session, id: str, credential: Credential) -> None:
        now = self._hub.env.monotonic()
        held = session.principal
        if session.phase in (Phase.SIGNING_IN, Phase.CLOSED) or now < session.renewable_at or held is None:
            return
        session.renewable_at = now + SIGN_IN_AGAIN_EVERY_S
        try:
            principal = self._hub.gate.admit(credential, id)
        except (SignInRequired, Forbidden):
            return  # it stays in as long as its old token is good
        if principal.id != held.id:
            raise CloseSocket(CloseCode.SIGN_IN_AGAIN, OTHER_PERSON)
        if principal.is_guest and principal.may_edit:
            self._hub.enter_author(principal, session.author)
        session.become(principal)
        self._watch(session, principal)

    # What ends

    def _watch(self, session: Session, principal: Principal) -> None:
        session.unwatch()
        if principal.expires is None or session.closed:
            return
        left_s = self._left_s(principal)
        ahead_s = min(ASK_AHEAD_S, left_s / 4) if session.can_sign_in_again else 0.0
        session.watch = self._hub.loop.call_later(max(0.0, left_s - ahead_s), self._due, session)

    def _due(self, session: Session) -> None:
        principal = session.principal
        assert principal is not None
        left_s = self._left_s(principal)
        if left_s <= 0:
            session.end(CloseCode.SIGN_IN_AGAIN, EXPIRED)
            return
        session.watch = self._hub.loop.call_later(left_s, self._due, session)
        session.renewable_at = 0.0
        session.ask_token()

    def _left_s(self, principal: Principal) -> float:
        assert principal.expires is not None
        return principal.expires - self._hub.env.wall_ms() / 1000

    async def limit(self, id: str, user: str, role: Role) -> None:
        """Let the tokens that a person has for a document give this role at most; on disk on return."""
        at = max(self._hub.env.wall_ms(), ceil(self._hub.gate.latest(user) * 1000))
        self._hub.gate.revocations.limit(id, user, role, at / 1000)
        self.rejudge()
        await self._hub.journal.submit(Put(Revocation(id, user, int(role), at)))

    def rejudge(self) -> None:
        """Let what was taken back reach every open session."""
        for room in list(self._hub.rooms.values()):
            for session in list(room.sessions):
                self._rejudge(session, room.id)

    def _rejudge(self, session: Session, id: str) -> None:
        held = session.principal
        assert held is not None
        try:
            left = self._hub.gate.judge(held, id)
        except SignInRequired as error:
            session.end(CloseCode.SIGN_IN_AGAIN, str(error))
            return
        except Forbidden as error:
            session.end(CloseCode.FORBIDDEN, str(error))
            return
        if left is not held:
            session.become(left)
