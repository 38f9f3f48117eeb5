"""What somebody may do with a document."""

from enum import IntEnum


class Role(IntEnum):
    """Roles in rising order: each may do what those below it may. `NONE` may do nothing, and cannot be given."""

    NONE = 0
    VIEW = 1
    COMMENT = 2
    EDIT = 3
    ADMIN = 4

    @property
    def label(self) -> str:
        """Name the role as tokens and the API spell it."""
        return self.name.lower()

    @classmethod
    def of(cls, label: str) -> "Role":
        """Find the role with exactly this label; raise ValueError for any other word."""
        for role in GIVEN:
            if role.label == label:
                return role
        raise ValueError(f"{label!r} is not a role; use one of {', '.join(role.label for role in GIVEN)}")


GIVEN = tuple(role for role in Role if role is not Role.NONE)
"""Those that somebody can be given."""
