"""Deleting documents and files for good, a bounded part in each transaction, so that the edits of others pass between.

Always holds: from the first part on, a tombstone says that the document is gone; it is found no more, its id belongs to
no other, and what was still under way for it comes to nothing. A purge that was interrupted is found by its tombstone
and goes on. What is deleted leaves traces in the file, which `purge_traces` takes away.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar, cast

T = TypeVar("T")
PURGE_BYTES = 200
SLICE_ROWS = 200
SLICE_BYTES = 1 << 20
"""What one part deletes at most, and one row or part of a file at least."""
IN_PARTS = ("updates", "documents", "tombstones")
"""Tables about documents that are not simply emptied."""


class Tombstone(NamedTuple):
    """A document that was deleted for good: its key, its id, when, and when its last trace was gone."""

    document: int
    id: str
    deleted: int
    erased: int | None


@dataclass(frozen=True, slots=True)
class Purge:
    """Delete a part of a document, for good; to be repeated while the register has the document."""

    document: int
    at: int

    @property
    def size(self) -> int:
        return SLICE_BYTES


@dataclass(frozen=True, slots=True)
class PurgeFile:
    """Delete a part of a doomed file; to be repeated while it is doomed. One that a document refers to is let off."""

    hash: str

    @property
    def size(self) -> int:
        return SLICE_BYTES


@dataclass(frozen=True, slots=True)
class DropReference:
    """Let a document no longer refer to a file that it never showed; a file that nobody refers to is doomed."""

    document: int
    hash: str

    @property
    def size(self) -> int:
        return PURGE_BYTES


@dataclass(frozen=True, slots=True)
class DoomFiles:
    """Doom the files that were stored before a moment and that no document refers to."""

    before: int

    @property
    def size(self) -> int:
        return PURGE_BYTES


@dataclass(frozen=True, slots=True)
class PutErased:
    """Note that the last trace of a document is gone."""

    document: int
    at: int

    @property
    def size(self) -> int:
        return PURGE_BYTES


Erasure = Purge | PurgeFile | DropReference | DoomFiles | PutErased


class PurgeQuery(Generic[T]):
    """Which deletions."""


@dataclass(frozen=True, slots=True)
class TombstoneQuery(PurgeQuery[Tombstone]):
    """The tombstone with an id, or all whose traces are not gone yet, oldest first."""

    id: str | None = None


@dataclass(frozen=True, slots=True)
class ExpiredQuery(PurgeQuery[str]):
    """The ids of documents that went to the trash before a moment, the first that did first."""

    before: int
    limit: int = 100


@dataclass(frozen=True, slots=True)
class RemainsQuery(PurgeQuery[int]):
    """The key of a document, if a part of it is left."""

    document: int


@dataclass(frozen=True, slots=True)
class DoomedQuery(PurgeQuery[str]):
    """The hashes of doomed files."""


@dataclass(frozen=True, slots=True)
class UnusedQuery(PurgeQuery[tuple[int, str]]):
    """Documents (by key) and hashes of files that were uploaded into them before a moment and never shown.

    Every row and the checkpoint are looked through for the hash, so that an earlier version keeps its images.
    """

    before: int
    limit: int = 20


def apply(connection: sqlite3.Connection, change: Erasure) -> None:
    """Do what a change says."""
    match change:
        case Purge():
            _purge(connection, change)
        case PurgeFile(hash):
            _purge_file(connection, hash)
        case DropReference(document, hash):
            connection.execute(
                "DELETE FROM document_files WHERE document = ? AND hash = ? AND uploaded IS NOT NULL", (document, hash)
            )
            connection.execute(f"INSERT INTO doomed_files {_UNREFERRED} AND hash = ? ON CONFLICT DO NOTHING", (hash,))
        case DoomFiles(before):
            connection.execute(
                f"INSERT INTO doomed_files {_UNREFERRED} AND stored < ? ON CONFLICT DO NOTHING", (before,)
            )
        case PutErased(document, at):
            connection.execute("UPDATE tombstones SET erased = ? WHERE document = ?", (at, document))


_UNREFERRED = """
SELECT hash FROM files WHERE NOT EXISTS (SELECT 1 FROM document_files WHERE document_files.hash = files.hash)
"""


def _purge(connection: sqlite3.Connection, change: Purge) -> None:
    key = change.document
    found = connection.execute("SELECT id FROM documents WHERE key = ?", (key,)).fetchone()
    if found is None:
        return
    [id] = found
    connection.execute("INSERT INTO tombstones VALUES (?,?,?,NULL) ON CONFLICT DO NOTHING", (id, key, change.at))
    connection.execute(
        "UPDATE documents SET title = '', folded = '', deleted = coalesce(deleted, ?) WHERE key = ?", (change.at, key)
    )
    connection.execute(
        "INSERT INTO doomed_files SELECT hash FROM document_files WHERE document = ? ON CONFLICT DO NOTHING", (key,)
    )
    connection.execute("DELETE FROM search WHERE rowid = ?", (key,))
    for table, column in tables_of_documents(connection):
        connection.execute(f'DELETE FROM "{table}" WHERE "{column}" = ?', (key,))  # noqa: S608 - from the schema
    connection.execute("DELETE FROM revocations WHERE document = ?", (id,))
    if _delete_rows(connection, key):
        connection.execute("DELETE FROM documents WHERE key = ?", (key,))


def tables_of_documents(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """List the tables, each with the column, that say something of a document by its key, but for those in parts."""
    found = connection.execute(
        'SELECT m.name, f."from" FROM sqlite_master m, pragma_foreign_key_list(m.name) f'
        " WHERE m.type = 'table' AND f.\"table\" = 'documents' ORDER BY m.name"
    ).fetchall()
    return [("quarantine", "document"), *((name, column) for name, column in found if name not in IN_PARTS)]


def _delete_rows(connection: sqlite3.Connection, document: int) -> bool:
    """Delete the first rows of a document; tell whether those were all."""
    last, size = None, 0
    rows = connection.execute(
        "SELECT seq, length(body) FROM updates WHERE document = ? ORDER BY seq LIMIT ?", (document, SLICE_ROWS)
    ).fetchall()
    for seq, length in rows:
        if last is not None and size + length > SLICE_BYTES:
            break
        last, size = seq, size + length
    connection.execute("DELETE FROM updates WHERE document = ? AND seq <= ?", (document, last))
    return connection.execute("SELECT 1 FROM updates WHERE document = ? LIMIT 1", (document,)).fetchone() is None


def _purge_file(connection: sqlite3.Connection, hash: str) -> None:
    if connection.execute("SELECT 1 FROM document_files WHERE hash = ?", (hash,)).fetchone() is not None:
        connection.execute("DELETE FROM doomed_files WHERE hash = ?", (hash,))
        return
    # without its line, what is left of the file is an upload that did not end
    connection.execute("DELETE FROM files WHERE hash = ?", (hash,))
    connection.execute("INSERT INTO uploads VALUES (?) ON CONFLICT DO NOTHING", (hash,))
    parts = connection.execute(
        "SELECT part, length(body) FROM file_parts WHERE hash = ? ORDER BY part DESC LIMIT ?", (hash, SLICE_ROWS)
    ).fetchall()
    size = 0
    for part, length in parts:
        if size and size + length > SLICE_BYTES:
            return
        connection.execute("DELETE FROM file_parts WHERE hash = ? AND part = ?", (hash, part))
        size += length
    if len(parts) < SLICE_ROWS:
        connection.execute("DELETE FROM uploads WHERE hash = ?", (hash,))
        connection.execute("DELETE FROM doomed_files WHERE hash = ?", (hash,))


def find(query: PurgeQuery[T], connection: sqlite3.Connection) -> list[T]:
    """Find what a query asks for."""
    found: list[Tombstone] | list[int] | list[str] | list[tuple[int, str]]
    match query:
        case TombstoneQuery(id):
            condition, values = ("erased IS NULL", ()) if id is None else ("id = ?", (id,))
            lines = connection.execute(
                f"SELECT document, id, deleted, erased FROM tombstones WHERE {condition} ORDER BY document",  # noqa: S608
                values,
            )
            found = [Tombstone(*line) for line in lines.fetchall()]
        case ExpiredQuery(before, limit):
            lines = connection.execute(
                "SELECT id FROM documents WHERE deleted < ? AND key NOT IN (SELECT document FROM tombstones)"
                " ORDER BY deleted, key LIMIT ?",
                (before, limit),
            )
            found = [id for (id,) in lines.fetchall()]
        case RemainsQuery(document):
            found = [key for (key,) in connection.execute("SELECT key FROM documents WHERE key = ?", (document,))]
        case DoomedQuery():
            found = [hash for (hash,) in connection.execute("SELECT hash FROM doomed_files ORDER BY hash").fetchall()]
        case UnusedQuery():
            found = _find_unused(query, connection)
        case _:
            raise TypeError(f"{type(query).__name__} is no question about deletions")
    return cast(list[T], found)


def _find_unused(query: UnusedQuery, connection: sqlite3.Connection) -> list[tuple[int, str]]:
    uploaded = connection.execute(
        "SELECT document, hash FROM document_files WHERE uploaded < ? ORDER BY document, hash", (query.before,)
    ).fetchall()
    unused = []
    for document, hash in uploaded:
        shown = connection.execute(
            "SELECT 1 FROM updates WHERE document = ?1 AND instr(body, ?2)"
            " UNION ALL SELECT 1 FROM checkpoints WHERE document = ?1 AND instr(state, ?2) LIMIT 1",
            (document, hash.encode()),
        ).fetchone()
        if shown is None:
            unused.append((document, hash))
            if len(unused) >= query.limit:
                break
    return unused
