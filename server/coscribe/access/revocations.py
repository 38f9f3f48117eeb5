"""What was taken back or changed before it expired: kept in memory, so that each judgement can ask, and in the journal.

A token says itself who may do what until when, and is not stored. To take it back, the server remembers a moment: what
was made for a person before it gives at most another role, and what came from an ended share or key gives nothing.
Both matter only until the last such token has expired, so the memory stays small.
"""

from .principal import Principal
from .roles import Role
from .tokens import Forbidden

TAKEN_BACK = "access to this document was taken back; ask for it again"


class Revocations:
    """Whom to let in no more, or with a lower role."""

    def __init__(self) -> None:
        self._limits: dict[tuple[str, str], dict[Role, float]] = {}
        self._ended: set[str] = set()
        self._changed: dict[str, Role] = {}

    def limit(self, document: str, user: str, role: Role, made_until: float) -> None:
        """Let tokens made until a moment (seconds) give a person this role at most for a document.

        What older ones may give still less stays so.
        """
        limits = self._limits.setdefault((document, user), {})
        limits[role] = max(made_until, limits.get(role, made_until))

    def end(self, source: str) -> None:
        """Let what came from a share or a key give nothing any more."""
        self._ended.add(source)

    def change(self, source: str, role: Role) -> None:
        """Let what came from a share give another role than it says, a higher one too."""
        self._changed[source] = role

    def judge(self, principal: Principal, document: str) -> Principal:
        """Return the principal with the role that is left; raise Forbidden when none is."""
        if principal.source and principal.source in self._ended:
            raise Forbidden(TAKEN_BACK)
        role = self._changed.get(principal.source) if principal.source else None
        if role is not None and role is not principal.role:
            principal = principal._replace(role=role)
        limits = self._limits.get((document, principal.id)) if principal.id else None
        if limits is None:
            return principal
        most = min((role for role, until in limits.items() if principal.issued <= until), default=principal.role)
        if most is Role.NONE:
            raise Forbidden(TAKEN_BACK)
        return principal if principal.role <= most else principal._replace(role=most)
