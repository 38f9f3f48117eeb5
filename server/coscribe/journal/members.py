"""What the journal keeps about the people of documents: who owns one, who else belongs to it, and with which role."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any, NamedTuple

from .access import CHANGE_BYTES, AccessQuery


class Member(NamedTuple):
    """Somebody who belongs to a document (by its key); `owner` is 1 for whose it is; `since` in milliseconds."""

    document: int
    user: str
    role: int
    owner: int
    since: int


class Person(NamedTuple):
    """Somebody as the server knows them, and what they are to a document: role 0 for those who are no members."""

    user: str
    name: str
    color: str
    role: int
    owner: int
    since: int


class Membership(NamedTuple):
    """A member, by the id of the document."""

    document: str
    user: str
    role: int


@dataclass(frozen=True, slots=True)
class PutMember:
    """Let somebody belong to a document, or give a member another role; an owner stays the owner."""

    member: Member

    @property
    def size(self) -> int:
        return CHANGE_BYTES


@dataclass(frozen=True, slots=True)
class DropMember:
    """Let somebody belong to a document (by its key) no more; an owner stays."""

    document: int
    user: str

    @property
    def size(self) -> int:
        return CHANGE_BYTES


@dataclass(frozen=True, slots=True)
class HandOn:
    """Let somebody own a document, with a role, in place of its owner, who stays a member with the role they have."""

    member: Member

    @property
    def size(self) -> int:
        return CHANGE_BYTES


@dataclass(frozen=True, slots=True)
class MembershipQuery(AccessQuery[Membership]):
    """All members of all documents."""


@dataclass(frozen=True, slots=True)
class MemberQuery(AccessQuery[Person]):
    """The members of a document (by its key), the owner first, then by name."""

    document: int


@dataclass(frozen=True, slots=True)
class PeopleQuery(AccessQuery[Person]):
    """People whom the server has seen and who are no members of a document, by name.

    Those with a text in their name or id, or just the one with an id; never those whose ids begin with `but`.
    """

    document: int
    text: str = ""
    user: str | None = None
    but: str = "-"
    limit: int = 20


_PUT = """
INSERT INTO members (document, user, role, owner, since) VALUES (?,?,?,?,?)
ON CONFLICT (document, user) DO UPDATE SET role = excluded.role WHERE owner = 0
"""
_DROP = "DELETE FROM members WHERE document = ? AND user = ? AND owner = 0"
_DISOWN = "UPDATE members SET owner = 0 WHERE document = ? AND owner = 1 AND user <> ?"
_OWN = """
INSERT INTO members (document, user, role, owner, since) VALUES (?,?,?,?,?)
ON CONFLICT (document, user) DO UPDATE SET role = excluded.role, owner = 1
"""
_ALL = "SELECT documents.id, user, role FROM members JOIN documents ON documents.key = members.document"
_MEMBERS = """
SELECT user, coalesce(name, ''), coalesce(color, ''), role, owner, since
FROM members LEFT JOIN authors ON authors.id = members.user
WHERE document = ? ORDER BY owner DESC, lower(coalesce(name, user)), user
"""
_PEOPLE = """
SELECT id, name, color, 0, 0, 0 FROM authors
WHERE substr(id, 1, ?1) <> ?2 AND (?3 IS NULL OR id = ?3) AND (instr(lower(id), ?4) OR instr(lower(name), ?4))
    AND NOT EXISTS (SELECT 1 FROM members WHERE document = ?5 AND user = authors.id)
ORDER BY lower(name), id LIMIT ?6
"""


def write(connection: sqlite3.Connection, change: PutMember | DropMember | HandOn) -> None:
    """Put a member in, take one out, or make one the owner."""
    match change:
        case PutMember(member):
            connection.execute(_PUT, member)
        case DropMember(document, user):
            connection.execute(_DROP, (document, user))
        case HandOn(member):
            connection.execute(_DISOWN, (member.document, member.user))
            connection.execute(_OWN, member)


def find(
    query: MembershipQuery | MemberQuery | PeopleQuery, connection: sqlite3.Connection
) -> list[Membership] | list[Person]:
    """Find members or people."""
    match query:
        case MembershipQuery():
            return [Membership(*line) for line in connection.execute(_ALL)]
        case MemberQuery(document):
            return [Person(*line) for line in connection.execute(_MEMBERS, (document,))]
    values: tuple[Any, ...] = (len(query.but), query.but, query.user, query.text.lower(), query.document, query.limit)
    return [Person(*line) for line in connection.execute(_PEOPLE, values)]
