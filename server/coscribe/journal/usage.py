"""How much a journal holds."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import NamedTuple

from coscribe.journal.access import AccessQuery


class Usage(NamedTuple):
    """How many documents there are, with those in the trash, and how many bytes everything takes."""

    documents: int
    bytes: int


@dataclass(frozen=True, slots=True)
class UsageQuery(AccessQuery[Usage]):
    """What the whole journal holds: one answer."""


def find(query: UsageQuery, connection: sqlite3.Connection) -> list[Usage]:
    """Count; pages that were freed and will be used again are not counted."""
    (documents,) = connection.execute("SELECT count(*) FROM documents").fetchone()
    (pages,), (free,), (size,) = (
        connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "freelist_count", "page_size")
    )
    return [Usage(documents, (pages - free) * size)]


class Owned(NamedTuple):
    """How many bytes the documents that a person owns have together."""

    user: str
    bytes: int


@dataclass(frozen=True, slots=True)
class OwnedQuery(AccessQuery[Owned]):
    """What a person, or the owner of a document (by its key), has: one answer, none for nobody's document.

    With both: what the person would have if the document were theirs.
    """

    user: str | None = None
    document: int | None = None


_OWNED = "(SELECT document FROM members WHERE user = ?1 AND owner = 1 UNION SELECT ?2)"
_BYTES = f"""
SELECT (SELECT coalesce(sum(length(body)), 0) FROM updates WHERE document IN {_OWNED})
    + (SELECT coalesce(sum(length(state)), 0) FROM checkpoints WHERE document IN {_OWNED})
    + (SELECT coalesce(sum(size), 0) FROM files
       WHERE hash IN (SELECT hash FROM document_files WHERE document IN {_OWNED}))
"""  # noqa: S608 - from above


def find_owned(query: OwnedQuery, connection: sqlite3.Connection) -> list[Owned]:
    """Add up what somebody's documents have: edits, checkpoints, files; a document in the trash counts."""
    user, more = query.user, query.document
    if user is None:
        found = connection.execute(
            "SELECT user FROM members WHERE document = ? AND owner = 1", (query.document,)
        ).fetchone()
        if found is None:
            return []
        user = str(found[0])
    return [Owned(user, int(connection.execute(_BYTES, (user, more)).fetchone()[0]))]
