"""Writing the audit: who did what to which document, and with what result; never a title, a word or a secret.

Always holds: a line is queued for the journal before what it tells of, so that it is on disk when that is acknowledged;
nobody waits for it; and whatever is tried how often, only so many lines come of it: what is refused, or done again and
again, is counted, and the count written once a minute.
"""

import ipaddress
import logging
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ..access.gate import Credential
from ..access.principal import EVERYONE, Principal
from ..access.sign_ins import SOURCE as SIGN_IN
from ..access.tokens import Forbidden, SignInRequired
from ..journal.audit import Action, AuditLine, LastAuditQuery, PutAudit, Result
from ..journal.errors import JournalClosed
from ..settings import Addresses

if TYPE_CHECKING:
    from .hub import Hub

COUNT_S = 60.0
MOST_REFUSED = 60
"""How many refusals have a line of their own in COUNT_S; of the others only the reasons are counted."""
MOST_COUNTED = 10_000
GATHER_S = 0.1
"""How long lines that nothing waits for may gather: after a restart, thousands of people come in at once."""
OFTEN = frozenset(
    {
        *(Action.DOCUMENT_OPEN, Action.DOCUMENT_WRITE, Action.DOCUMENT_EXPORT, Action.FILE_UPLOAD),
        *(Action.SHARE_USE, Action.TOKEN_CREATE, Action.AUDIT_READ),
    }
)
"""What programs do again and again: the same by the same actor is counted."""
SERVER = "server"
PREFIX_BITS = {4: 24, 6: 48}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AuditRules:
    """What the settings say of the audit; 0 days are for ever."""

    addresses: Addresses = Addresses.FULL
    keep_days: float = 365


class Actor(NamedTuple):
    """Who does something, and how that is known: token, session, key, share, anonymous or server."""

    id: str
    kind: str


NOBODY = Actor("", "anonymous")
THE_SERVER = Actor("", SERVER)


def actor_of(principal: Principal | None) -> Actor:
    """Name the actor behind a principal: a person, a key, or a link where it is nobody known who came by it."""
    if principal is None or principal is EVERYONE:
        return NOBODY
    source, _, id = principal.source.partition(":")
    if source == "key" and id:
        return Actor(id, source)
    if source == "share" and id:
        return Actor(id if not principal.id or principal.is_guest else principal.id, source)
    return Actor(principal.id, "session" if principal.source.startswith(SIGN_IN) else "token")


def reason_of(error: SignInRequired | Forbidden, credential: Credential) -> str:
    """Name the class of a refusal: `missing`, `invalid` or `forbidden`."""
    if isinstance(error, Forbidden):
        return "forbidden"
    return "invalid" if credential else "missing"


_Key = tuple[Action, Actor, str, Result, str, tuple[tuple[str, Any], ...]]


class Audit:
    """The audit, as the rest of the server writes it."""

    def __init__(self, hub: "Hub", rules: AuditRules) -> None:
        self._hub = hub
        self.rules = rules
        self._seq = 0
        self._gathered: list[AuditLine] = []
        self._counted: Counter[_Key] = Counter()
        self._refused = 0
        self._others: Counter[tuple[Action, Result, str]] = Counter()
        self._counting = False

    async def start(self) -> None:
        """Learn how far the lines are numbered."""
        [self._seq] = await self._hub.store.find(LastAuditQuery())

    def note(
        self,
        action: Action,
        who: Principal | Actor | None,
        document: str = "",
        *,
        result: Result = Result.OK,
        address: str = "",
        **detail: Any,
    ) -> None:
        """Write that somebody did something, before it is done; `detail` has short values under fixed names."""
        actor = who if isinstance(who, Actor) else actor_of(who)
        key: _Key = action, actor, document, result, self._kept(address), tuple(detail.items())
        if action not in OFTEN and result is Result.OK:
            self._write(key)
            self._flush()
            return
        self._count()
        if key in self._counted:
            self._counted[key] += 1
        elif result is not Result.OK and self._refused >= MOST_REFUSED:
            self._others[action, result, str(detail.get("reason", ""))] += 1
        else:
            self._refused += result is not Result.OK
            if len(self._counted) < MOST_COUNTED:
                self._counted[key] = 0
            self._write(key)

    def _kept(self, address: str) -> str:
        rule = self.rules.addresses
        if rule is Addresses.NONE or not address:
            return ""
        if rule is Addresses.PREFIX:
            try:
                parsed = ipaddress.ip_address(address.partition("%")[0])
            except ValueError:
                return ""
            return str(ipaddress.ip_network((parsed, PREFIX_BITS[parsed.version]), strict=False))
        return address

    def _write(self, key: _Key, **more: Any) -> None:
        action, actor, document, result, address, detail = key
        self._seq += 1
        at = self._hub.env.wall_ms()
        if not self._gathered:
            self._hub.loop.call_later(GATHER_S, self._flush)
        self._gathered.append(
            AuditLine(self._seq, at, actor.id, actor.kind, action, document, result, address, dict(detail) | more)
        )

    def _flush(self) -> None:
        lines, self._gathered = self._gathered, []
        if lines:
            try:
                self._hub.journal.append(PutAudit(lines), None)
            except JournalClosed:
                _log.warning("%d lines of the audit were not stored: the server is stopping", len(lines))

    def _count(self) -> None:
        if not self._counting:
            self._counting = True
            self._hub.loop.call_later(COUNT_S, self.settle)

    def settle(self) -> None:
        """Write what was counted, and begin to count anew."""
        counted, self._counted = self._counted, Counter()
        others, self._others = self._others, Counter()
        self._refused, self._counting = 0, False
        for key, count in counted.items():
            if count:
                self._write(key, repeated=count)
        for (action, result, reason), count in others.items():
            self._write((action, NOBODY, "", result, "", (("reason", reason),)), others=count)
        self._flush()
