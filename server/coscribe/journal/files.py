"""Files in the database: written in parts, whole once they have their line, found by the SHA-256 of their bytes."""

from __future__ import annotations

import hashlib
import sqlite3

from coscribe.journal.changes import FileInfo, FileQuery, PutFile, PutFilePart, ReferToFiles, StoredFile
from coscribe.journal.errors import ChangeRefused, DocumentDamaged

_COLUMNS = "hash, media_type, size, width, height"


def put_part(connection: sqlite3.Connection, change: PutFilePart) -> None:
    """Write a part, unless it is there."""
    connection.execute(
        "INSERT INTO file_parts (hash, part, body) VALUES (?,?,?) ON CONFLICT DO NOTHING",
        (change.hash, change.part, change.body),
    )
    connection.execute(
        "INSERT INTO uploads (hash) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM files WHERE hash = ?1)"
        " ON CONFLICT DO NOTHING",
        (change.hash,),
    )


def put(connection: sqlite3.Connection, change: PutFile) -> None:
    """Write a file's line, unless it is there; ChangeRefused when its parts are not all there."""
    info = change.info
    size, parts, last = connection.execute(
        "SELECT coalesce(sum(length(body)), 0), count(*), coalesce(max(part), -1) FROM file_parts WHERE hash = ?",
        (info.hash,),
    ).fetchone()
    if size != info.size or parts != last + 1:
        raise ChangeRefused(f"file {info.hash} has {size} of {info.size} bytes; store all its parts first")
    connection.execute(
        "INSERT INTO files (hash, media_type, size, width, height, stored) VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING",
        (*info, change.at),
    )
    connection.execute("DELETE FROM uploads WHERE hash = ?", (info.hash,))


def refer(connection: sqlite3.Connection, change: ReferToFiles) -> None:
    """Note which of the files a document refers to; what it has shown counts as shown for ever."""
    connection.executemany(
        "INSERT INTO document_files (document, hash, uploaded) SELECT ?1, hash, ?3 FROM files WHERE hash = ?2"
        " ON CONFLICT (document, hash) DO UPDATE SET uploaded = max(uploaded, excluded.uploaded)"
        " WHERE uploaded IS NOT NULL",
        [(change.document, hash, change.uploaded) for hash in change.hashes],
    )


def drop_unfinished(connection: sqlite3.Connection) -> None:
    """Delete the parts of uploads that did not end."""
    connection.executescript(
        "BEGIN IMMEDIATE; DELETE FROM file_parts WHERE hash IN (SELECT hash FROM uploads); DELETE FROM uploads; COMMIT"
    )


def find(query: FileQuery, connection: sqlite3.Connection) -> list[FileInfo]:
    """Find files by hash, by document, or by both; none when neither is given."""
    conditions, values = list[str](), list[str | int]()
    if query.hash is not None:
        conditions.append("hash = ?")
        values.append(query.hash)
    if query.document is not None:
        conditions.append("hash IN (SELECT hash FROM document_files WHERE document = ?)")
        values.append(query.document)
    if not conditions:
        return []
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM files WHERE {' AND '.join(conditions)} ORDER BY hash",  # noqa: S608 - only marks
        values,
    )
    return [FileInfo(*line) for line in found.fetchall()]


def read(hash: str, connection: sqlite3.Connection) -> StoredFile | None:
    """Read a file whole; DocumentDamaged when its bytes are not those that were stored."""
    found = connection.execute(f"SELECT {_COLUMNS} FROM files WHERE hash = ?", (hash,)).fetchone()  # noqa: S608
    if found is None:
        return None
    parts = connection.execute("SELECT body FROM file_parts WHERE hash = ? ORDER BY part", (hash,))
    body = b"".join([part for (part,) in parts])
    if hashlib.sha256(body).hexdigest() != hash:
        raise DocumentDamaged(f"file {hash} is damaged; restore a backup")
    return StoredFile(FileInfo(*found), body)
