"""Who is at the other end of a connection or a request."""

from typing import NamedTuple

from . import guests
from .roles import Role


class Principal(NamedTuple):
    """A person or a program, with the role it has for the document it asked for; `id` is empty for the anonymous.

    `issued` and `expires` are seconds since the epoch, when the token was made and until when it is good (None: for
    ever); `source` names what it came from, where that can be taken back: a share, a key or a sign-in. Of a `member`
    only who it is was given: the role is what the document's members, or else the workspace, have for that person. Who
    is `capped` has a role, and no more than they would have as a member: they gave it to themselves.
    """

    id: str
    name: str
    color: str
    role: Role
    issued: float = 0.0
    expires: float | None = None
    source: str = ""
    member: bool = False
    capped: bool = False

    @property
    def is_guest(self) -> bool:
        """Tell whether this is somebody who came by a link and has not signed in."""
        return self.id.startswith(guests.ID)

    @property
    def may_edit(self) -> bool:
        """Tell whether the body of the document may be changed."""
        return self.role >= Role.EDIT


EVERYONE = Principal("", "", "", Role.ADMIN)
"""Whoever comes when the server runs without sign-in."""


def signed_in(
    id: str, name: str, color: str = "", *, issued: float = 0.0, expires: float | None = None, source: str = ""
) -> Principal:
    """Make the principal of a person who has signed in: who that is, and no role before a document is named."""
    if not id:
        raise ValueError("a person who signs in must have an id")
    return Principal(id, name, color, Role.NONE, issued, expires, source, member=True)
