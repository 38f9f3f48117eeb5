"""Reading a journal's file, in plain calls that wait: for workers and for commands beside a running server.

Any number of readers may read while the one writer writes. A reader never holds a snapshot open between calls: an
old snapshot would keep the write-ahead log from being used again, and it would grow without end.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from coscribe.journal import audit, files
from coscribe.journal.changes import Checkpoint, Document, Row, StoredFile
from coscribe.journal.database import check_version, connect_reader
from coscribe.journal.errors import DatabaseUnusable, DocumentDamaged, JournalError, StoreFailed

DOCUMENT_COLUMNS = "key, id, title, epoch, head, created, updated, deleted"
READ_ROWS = 500
READ_BYTES = 8 << 20


def read_document(connection: sqlite3.Connection, id: str) -> Document | None:
    """Look a document up by its id."""
    found = connection.execute(f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE id = ?", (id,)).fetchone()  # noqa: S608
    return None if found is None else Document(*found)


def read_documents(connection: sqlite3.Connection) -> list[Document]:
    """List the documents that are not in the trash, oldest first."""
    listed = connection.execute(f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE deleted IS NULL ORDER BY key")  # noqa: S608
    return [Document(*line) for line in listed.fetchall()]


def read_checkpoint(connection: sqlite3.Connection, document: int) -> Checkpoint | None:
    """Read a document's checkpoint; DocumentDamaged when it is not what was written."""
    found = connection.execute(
        "SELECT document, seq, state, vector, deletes, crc FROM checkpoints WHERE document = ?", (document,)
    ).fetchone()
    if found is None:
        return None
    checkpoint = Checkpoint(*found[:5])
    if checkpoint_crc(checkpoint) != found[5]:
        raise DocumentDamaged(
            f"the checkpoint of document {document} at {checkpoint.seq} is damaged; "
            "run `coscribe verify` and restore a backup"
        )
    return checkpoint


def read_failure(path: Path, error: Exception) -> JournalError:
    """What a failed read means: a page of the file is damaged, or it could not be read just now."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DocumentDamaged(f"{path} is damaged ({error}); run `coscribe verify` and restore a backup")
    return StoreFailed(f"{path} cannot be read ({error}); check the disk and try again")


def checkpoint_crc(checkpoint: Checkpoint) -> int:
    """The checksum that is stored beside a checkpoint."""
    return zlib.crc32(checkpoint.deletes, zlib.crc32(checkpoint.vector, zlib.crc32(checkpoint.state)))


def read_rows(
    connection: sqlite3.Connection, document: int, after: int, upto: int, limit_rows: int, limit_bytes: int
) -> tuple[list[Row], bool]:
    """Read live rows with after < seq ≤ upto, in order, until a limit is passed; also whether that was all of them."""
    rows: list[Row] = []
    size = 0
    cursor = connection.execute(
        "SELECT document, seq, count, at, body, crc FROM updates"
        " WHERE document = ? AND seq > ? AND seq <= ? AND state = 0 ORDER BY seq",
        (document, after, upto),
    )
    try:
        for *values, crc in cursor:
            row = Row(*values)
            if len(rows) >= limit_rows or (rows and size + len(row.body) > limit_bytes):
                return rows, False
            if zlib.crc32(row.body) != crc:
                raise DocumentDamaged(
                    f"row {row.seq} of document {document} is damaged; run `coscribe verify` and restore a backup"
                )
            size += len(row.body)
            rows.append(row)
    finally:
        cursor.close()
    return rows, True


class JournalReader:
    """Reads one database file; StoreFailed when it cannot just now, DocumentDamaged when a checksum is wrong."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: sqlite3.Connection | None = None

    def __enter__(self) -> JournalReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the next read opens it again."""
        connection, self._open = self._open, None
        if connection is not None:
            connection.close()

    def document(self, id: str) -> Document | None:
        """Look a document up by its id, also a deleted one."""
        try:
            return read_document(self._connection(), id)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def documents(self) -> list[Document]:
        """List the documents that are not in the trash, oldest first."""
        try:
            return read_documents(self._connection())
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def checkpoint(self, document: int) -> Checkpoint | None:
        """Read the document's checkpoint."""
        try:
            return read_checkpoint(self._connection(), document)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def file(self, hash: str) -> StoredFile | None:
        """Read a file; None when there is no such."""
        try:
            return files.read(hash, self._connection())
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def audit(self, query: audit.AuditQuery) -> list[audit.AuditLine]:
        """Read lines of the audit, the newest first."""
        try:
            return audit.find(query, self._connection())
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def rows(self, document: int, after: int, upto: int) -> Iterator[Row]:
        """Iterate over the live rows with after < seq ≤ upto, in order, holding a few at a time."""
        complete = False
        while not complete:
            try:
                rows, complete = read_rows(self._connection(), document, after, upto, READ_ROWS, READ_BYTES)
            except sqlite3.Error as error:
                raise self._failed(error) from error
            yield from rows
            if rows:
                after = rows[-1].seq

    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            if not self._path.exists():
                raise DatabaseUnusable(f"There is no database at {self._path}; name the data folder with --data.")
            connection = connect_reader(self._path)
            try:
                check_version(self._path, connection)
            except BaseException:
                connection.close()
                raise
            self._open = connection
        return self._open

    def _failed(self, error: sqlite3.Error) -> JournalError:
        self.close()
        return read_failure(self._path, error)
