"""The one place that decides who may open a document."""

from collections.abc import Callable
from typing import NamedTuple

from .api_keys import ApiKeys
from .keys import KeyRing
from .members import Members
from .principal import EVERYONE, Principal
from .revocations import Revocations
from .roles import Role
from .sign_ins import SignIns
from .tokens import Forbidden, Rules, SignInRequired, covers, read

Credential = str | Principal
"""What somebody comes with: a token or a key, or whom a sign-in with a cookie has shown them to be (`signed_in`)."""
AHEAD_REMEMBERED = 1000
"""Of so many people the server looks who of them need not be remembered any more."""
NO_ACCESS = "you have no access to this document; ask whoever owns it"


class Reach(NamedTuple):
    """The documents that somebody has a role for: those in a scope, or of them those that `member` belongs to.

    One more look at each is needed (`Gate.may`): what was taken back is not left out.
    """

    scope: str
    member: str | None
    least: Role
    principal: Principal


class Gate:
    """Judges credentials on the canonical document id; without sign-in it lets everybody in."""

    def __init__(
        self,
        *,
        keys: KeyRing | None,
        now: Callable[[], float],
        rules: Rules | None = None,
        default_role: Role = Role.NONE,
    ) -> None:
        """`keys` is None when the server runs with `--auth none`; `now` gives seconds since the epoch.

        `default_role` is what whoever has signed in may do with documents that they are no member of.
        """
        self.keys = keys
        self.now = now
        self.rules = rules or Rules()
        self._ahead: dict[str, float] = {}
        """By person: when a token says it was made, where that is still to come by this server's clock."""
        self.revocations = Revocations()
        self.members = Members(default_role)
        self.api_keys = ApiKeys()
        self.sign_ins = SignIns()

    @property
    def open_to_all(self) -> bool:
        """Tell whether anybody may do anything."""
        return self.keys is None

    def admit(self, credential: Credential, document: str) -> Principal:
        """Name whoever comes with a credential, and say what they may do; raise SignInRequired or Forbidden."""
        scope, principal = self.read(credential)
        if not covers(scope, document):
            raise Forbidden("the token is for another document")
        return self.judge(principal, document)

    def admit_maker(self, credential: Credential, document: str, *, chosen: bool) -> Principal:
        """Name whoever is to make a document; raise SignInRequired or Forbidden.

        People who have signed in may make any, and own it. An id that they have `chosen` could be one that is there and
        closed to them, so it is theirs to choose only where everybody may edit.
        """
        scope, principal = self.read(credential)
        if not principal.member or chosen:
            return self.admit(credential, document)
        if not covers(scope, document):
            raise Forbidden("the token is for another document")
        self.sign_ins.check(principal)
        return principal._replace(role=Role.ADMIN)

    def reach(self, credential: Credential, least: Role) -> Reach:
        """Say which documents somebody has a role for; raise SignInRequired, or Forbidden when it is none of them."""
        scope, principal = self.read(credential)
        if principal.member:
            self.sign_ins.check(principal)
            return Reach(scope, None if self.members.default >= least else principal.id, least, principal)
        if principal.role < least:
            raise Forbidden(f"this needs the role {least.label}; yours is {principal.role.label}")
        return Reach(scope, None, least, principal)

    def may(self, reach: Reach, document: str) -> Role:
        """Say which role somebody has for a document within reach; NONE when it is not enough, or was taken back."""
        try:
            role = self.judge(reach.principal, document).role
        except Forbidden:
            return Role.NONE
        return role if role >= reach.least else Role.NONE

    def judge(self, principal: Principal, document: str) -> Principal:
        """Say what somebody who was admitted may still do; raise Forbidden when that is nothing, or SignInRequired."""
        self.sign_ins.check(principal)
        if principal.member or principal.capped:
            role = self.members.role(document, principal.id)
            if principal.capped:
                role = min(role, principal.role)
            if role is not principal.role:
                principal = principal._replace(role=role)
        left = self.revocations.judge(principal, document)
        if left.role is Role.NONE:
            raise Forbidden(NO_ACCESS)
        return left

    def read(self, credential: Credential) -> tuple[str, Principal]:
        """Say for which documents a credential is (an id, or a prefix and `*`), and whose; raise SignInRequired."""
        if self.keys is None:
            return "*", EVERYONE
        if isinstance(credential, Principal):
            return "*", credential
        known = self.api_keys.find(credential)
        if known is not None:
            if known[1].expires is not None and known[1].expires <= self.now():
                raise SignInRequired("the key has expired; make a new one")
            return known
        now = self.now()
        scope, principal = read(self.keys, credential, now=now, rules=self.rules)
        if principal.issued > now:
            self._ahead[principal.id] = max(principal.issued, self._ahead.get(principal.id, 0.0))
            if len(self._ahead) > AHEAD_REMEMBERED:
                self._ahead = {person: made for person, made in self._ahead.items() if made > now}
        return scope, principal

    def latest(self, person: str) -> float:
        """Return when the latest token of a person says it was made (seconds), of those that come from the future."""
        return self._ahead.get(person, 0.0)
