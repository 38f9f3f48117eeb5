"""Writing changes into the database, with as few statements as there are kinds of change.

Each statement gives up the interpreter lock and must win it back from the relay's loop, so a thousand rows are one
INSERT, and a commit of rows alone is that one statement.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Sequence

from coscribe.journal import access, audit, files, members, purge, search, webhooks
from coscribe.journal.changes import (
    AppendRow,
    Change,
    Checkpoint,
    PutAuthor,
    PutCheckpoint,
    PutDocument,
    PutFile,
    PutFilePart,
    PutSearchText,
    Quarantine,
    ReferToFiles,
    Row,
)
from coscribe.journal.documents import fold
from coscribe.journal.errors import ChangeRefused
from coscribe.journal.reader import checkpoint_crc

ROWS_PER_INSERT = 1000
COLUMNS_PER_ROW = 6
PIECE_BYTES = 256 << 10

_PUT_DOCUMENT = """
INSERT INTO documents (key, id, title, folded, epoch, head, created, updated, deleted) VALUES (?,?,?,?,?,?,?,?,?)
ON CONFLICT (key) DO UPDATE SET title = excluded.title, folded = excluded.folded, epoch = excluded.epoch,
    updated = max(updated, excluded.updated), deleted = excluded.deleted
    WHERE id = excluded.id
"""
_PUT_AUTHOR = """
INSERT INTO authors (key, id, name, color) VALUES (?,?,?,?)
ON CONFLICT (key) DO UPDATE SET name = excluded.name, color = excluded.color WHERE id = excluded.id
"""
_PUT_CHECKPOINT = """
INSERT INTO checkpoints (document, seq, state, vector, deletes, crc) VALUES (?,?,{state},?,?,?)
ON CONFLICT (document) DO UPDATE SET seq = excluded.seq, state = excluded.state, vector = excluded.vector,
    deletes = excluded.deletes, crc = excluded.crc WHERE excluded.seq >= seq
"""


def write(connection: sqlite3.Connection, changes: Sequence[Change]) -> None:
    """Write the changes in one transaction, committed and synced on return; sqlite3.Error or ChangeRefused if not."""
    rows = [change.row for change in changes if type(change) is AppendRow]
    step = min(ROWS_PER_INSERT, connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // COLUMNS_PER_ROW)
    try:
        if rows and len(rows) == len(changes) <= step:
            # one statement is its own transaction
            _insert_rows(connection, rows)
            return
        others = [change for change in changes if type(change) is not AppendRow]
        connection.execute("BEGIN IMMEDIATE")
        try:
            for change in others:
                if type(change) is PutDocument:
                    _put_document(connection, change)
                elif type(change) is PutAuthor:
                    _put_author(connection, change)
                elif type(change) is PutFilePart:
                    files.put_part(connection, change)
            for at in range(0, len(rows), step):
                _insert_rows(connection, rows[at : at + step])
            for change in others:
                if type(change) is PutCheckpoint:
                    _put_checkpoint(connection, change.checkpoint)
                elif type(change) is Quarantine:
                    _quarantine(connection, change)
                elif type(change) is PutFile:
                    files.put(connection, change)
                elif type(change) is access.Put:
                    access.put(connection, change)
                elif type(change) is access.SignOut:
                    access.sign_out(connection, change)
                elif isinstance(change, members.PutMember | members.DropMember | members.HandOn):
                    members.write(connection, change)
            for change in others:
                if type(change) is ReferToFiles:
                    files.refer(connection, change)
                elif type(change) is PutSearchText:
                    search.put(connection, change)
                elif type(change) is audit.PutAudit:
                    audit.put(connection, change)
                elif type(change) is audit.CutAudit:
                    audit.cut(connection, change)
                elif isinstance(change, webhooks.WebhookChange):
                    webhooks.write(connection, change)
            for change in others:
                if isinstance(change, purge.Erasure):  # after what the document was still owed
                    purge.apply(connection, change)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    except (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, OverflowError, UnicodeError) as error:
        raise ChangeRefused(f"the database will not take a change ({error}); report this as a bug") from error


def _insert_rows(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    values: list[int | bytes] = []
    for document, seq, count, at, body in rows:
        values += (document, seq, count, at, body, zlib.crc32(body))
    inserted = connection.execute(
        "INSERT INTO updates (document, seq, count, at, body, crc) VALUES (?,?,?,?,?,?)"
        + ",(?,?,?,?,?,?)" * (len(rows) - 1)
        + " ON CONFLICT DO NOTHING",
        values,
    ).rowcount
    if inserted != len(rows):
        _compare_rows(connection, rows)


def _compare_rows(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Make sure that the rows which were there already are the very same ones, as after a commit that is repeated."""
    for row in rows:
        found = connection.execute(
            "SELECT document, seq, count, at, body FROM updates WHERE document = ? AND seq = ?", (row.document, row.seq)
        ).fetchone()
        if found != tuple(row):
            raise ChangeRefused(
                f"row {row.seq} of document {row.document} is stored with other content; reload the document"
            )


def _put_document(connection: sqlite3.Connection, change: PutDocument) -> None:
    key, id, title, epoch, head, created, updated, deleted = change.document
    done = connection.execute(_PUT_DOCUMENT, (key, id, title, fold(title), epoch, head, created, updated, deleted))
    if done.rowcount != 1:
        raise ChangeRefused(f"key {key} belongs to another document than {id!r}; allocate a new key")


def _put_author(connection: sqlite3.Connection, change: PutAuthor) -> None:
    done = connection.execute(_PUT_AUTHOR, (change.key, change.id, change.name, change.color))
    if done.rowcount != 1:
        raise ChangeRefused(f"key {change.key} belongs to another author than {change.id!r}; allocate a new key")


def _put_checkpoint(connection: sqlite3.Connection, checkpoint: Checkpoint) -> None:
    key, seq, state, vector, deletes = checkpoint
    crc = checkpoint_crc(checkpoint)
    if len(state) <= PIECE_BYTES:
        connection.execute(_PUT_CHECKPOINT.format(state="?"), (key, seq, state, vector, deletes, crc))
        return
    # a value is copied under the interpreter lock: megabytes of one piece would hold up the relay
    done = connection.execute(_PUT_CHECKPOINT.format(state="zeroblob(?)"), (key, seq, len(state), vector, deletes, crc))
    if done.rowcount:
        with connection.blobopen("checkpoints", "state", key) as blob, memoryview(state) as pieces:
            for at in range(0, len(state), PIECE_BYTES):
                blob.write(pieces[at : at + PIECE_BYTES])


def _quarantine(connection: sqlite3.Connection, change: Quarantine) -> None:
    connection.execute("UPDATE updates SET state = 1 WHERE document = ? AND seq = ?", (change.document, change.seq))
    connection.execute(
        "INSERT OR REPLACE INTO quarantine (document, seq, reason) VALUES (?,?,?)",
        (change.document, change.seq, change.reason),
    )
