"""What the journal keeps about access: what was taken back, whose a client id is, keys of servers, shares of documents.

Roles are numbers here, 0 for none at all; times are milliseconds since the epoch, UTC.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar, cast

T = TypeVar("T")
CHANGE_BYTES = 200


class Revocation(NamedTuple):
    """What tokens made until `at` still give a person for a document: this role at most."""

    document: str
    user: str
    role: int
    at: int


class Writer(NamedTuple):
    """To whom a Yjs client id of a document belongs: keys of the document and of the author."""

    document: int
    client: int
    author: int


class ApiKey(NamedTuple):
    """A key of a server; `hash` is the SHA-256 of its secret, `scope` an id or the beginning of ids and a final `*`."""

    id: str
    hash: bytes
    name: str
    scope: str
    role: int
    created: int
    expires: int | None
    revoked: int | None


class Share(NamedTuple):
    """A link into a document (by its key); `hash` is the SHA-256 of its secret, `password` a salt and a hash.

    `changed` is when it was given another role.
    """

    id: str
    hash: bytes
    document: int
    role: int
    password: bytes | None
    created: int
    expires: int | None
    revoked: int | None
    changed: int | None = None


class SignIn(NamedTuple):
    """A browser that somebody is signed in with; `hash` and `before` are those of its secret and of the one before.

    `email` is empty unless it is known to be theirs, `groups` a JSON list; `used` is when it was last heard of.
    """

    id: str
    hash: bytes
    before: bytes | None
    user: str
    name: str
    email: str
    picture: str
    groups: str
    created: int
    rotated: int
    used: int


@dataclass(frozen=True, slots=True)
class Put:
    """Keep a line about access; a known writer stays who it is, any other known line is replaced."""

    line: Revocation | Writer | ApiKey | Share | SignIn

    @property
    def size(self) -> int:
        return CHANGE_BYTES


@dataclass(frozen=True, slots=True)
class SignOut:
    """Forget a sign-in, if it is there."""

    id: str

    @property
    def size(self) -> int:
        return CHANGE_BYTES


class AccessQuery(Generic[T]):
    """Which lines about access."""


@dataclass(frozen=True, slots=True)
class RevocationQuery(AccessQuery[Revocation]):
    """All revocations of tokens made after a moment."""

    after: int


@dataclass(frozen=True, slots=True)
class WriterQuery(AccessQuery[Writer]):
    """All writers of a document."""

    document: int


@dataclass(frozen=True, slots=True)
class KeyQuery(AccessQuery[ApiKey]):
    """All keys, oldest first."""


@dataclass(frozen=True, slots=True)
class ShareQuery(AccessQuery[Share]):
    """Shares by document, by hash, or those that were revoked or given another role after a moment; oldest first."""

    document: int | None = None
    hash: bytes | None = None
    changed_after: int | None = None


@dataclass(frozen=True, slots=True)
class SignInQuery(AccessQuery[SignIn]):
    """All sign-ins, the longest unused first."""


_PUT = {
    Revocation: "INSERT INTO revocations VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET at = max(at, excluded.at)",
    Writer: "INSERT INTO writers VALUES (?,?,?) ON CONFLICT DO NOTHING",
    ApiKey: "INSERT OR REPLACE INTO api_keys VALUES (?,?,?,?,?,?,?,?)",
    Share: "INSERT OR REPLACE INTO shares VALUES (?,?,?,?,?,?,?,?,?)",
    SignIn: "INSERT OR REPLACE INTO sign_ins VALUES (?,?,?,?,?,?,?,?,?,?,?)",
}


def put(connection: sqlite3.Connection, change: Put) -> None:
    """Write a line."""
    connection.execute(_PUT[type(change.line)], change.line)


def sign_out(connection: sqlite3.Connection, change: SignOut) -> None:
    """Delete a sign-in."""
    connection.execute("DELETE FROM sign_ins WHERE id = ?", (change.id,))


def find(query: AccessQuery[T], connection: sqlite3.Connection) -> list[T]:
    """Find lines."""
    found: Sequence[NamedTuple]
    match query:
        case RevocationQuery(after):
            lines = connection.execute("SELECT * FROM revocations WHERE at > ?", (after,))
            found = [Revocation(*line) for line in lines]
        case WriterQuery(document):
            found = [
                Writer(*line) for line in connection.execute("SELECT * FROM writers WHERE document = ?", (document,))
            ]
        case KeyQuery():
            found = [ApiKey(*line) for line in connection.execute("SELECT * FROM api_keys ORDER BY created, id")]
        case SignInQuery():
            found = [SignIn(*line) for line in connection.execute("SELECT * FROM sign_ins ORDER BY used, id")]
        case ShareQuery():
            found = _find_shares(query, connection)
        case _:
            raise TypeError(f"{type(query).__name__} is no question about access")
    return cast(list[T], found)


def _find_shares(query: ShareQuery, connection: sqlite3.Connection) -> list[Share]:
    after = "max(coalesce(revoked, 0), coalesce(changed, 0)) > ?"
    given = {"document = ?": query.document, "hash = ?": query.hash, after: query.changed_after}
    asked = {condition: value for condition, value in given.items() if value is not None}
    lines = connection.execute(
        f"SELECT * FROM shares WHERE {' AND '.join(['1', *asked])} ORDER BY created, id",  # noqa: S608 - only marks
        list(asked.values()),
    )
    return [Share(*line) for line in lines]
