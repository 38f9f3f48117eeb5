"""Who belongs to which document, and with which role: its owner, its members, and everybody else who has signed in.

Kept in memory, as every judgement asks, and in the journal. Most documents have an owner alone, and one person owns
many, so equal lines are one object.
"""

from .roles import Role

Line = tuple[str, Role]


class Members:
    """The roles of people by document id."""

    def __init__(self, default: Role = Role.NONE) -> None:
        """`default` is the role of whoever has signed in and is neither owner nor member."""
        self.default = default
        self._lines: dict[str, tuple[Line, ...]] = {}
        self._same: dict[tuple[Line, ...], tuple[Line, ...]] = {}

    def put(self, document: str, user: str, role: Role) -> None:
        """Give a person a role for a document, in place of any other."""
        others = (line for line in self._lines.get(document, ()) if line[0] != user)
        self._set(document, (*others, (user, role)))

    def drop(self, document: str, user: str) -> None:
        """Let a person be no member of a document."""
        self._set(document, tuple(line for line in self._lines.get(document, ()) if line[0] != user))

    def forget(self, document: str) -> None:
        """Let a document that was deleted have no members."""
        self._lines.pop(document, None)

    def _set(self, document: str, lines: tuple[Line, ...]) -> None:
        if not lines:
            self._lines.pop(document, None)
        elif len(lines) == 1:
            self._lines[document] = self._same.setdefault(lines, lines)
        else:
            self._lines[document] = lines

    def role(self, document: str, user: str) -> Role:
        """Say what a person who has signed in may do with a document; the same for one that is not there."""
        for member, role in self._lines.get(document, ()):
            if member == user:
                return max(role, self.default)
        return self.default
