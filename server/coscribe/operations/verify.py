"""Whether a database still holds what was written: its pages, every row, every checkpoint, every document.

It reads beside a running server and changes nothing. What always holds: whatever is wrong becomes a problem in the
report, and looking goes on behind it as far as it can.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from coscribe.journal import files
from coscribe.journal.changes import Checkpoint, Document
from coscribe.journal.database import check_version, connect_reader
from coscribe.journal.documents import IN_REGISTER
from coscribe.journal.entries import unpack_entries
from coscribe.journal.errors import DatabaseUnusable, DocumentDamaged
from coscribe.journal.reader import DOCUMENT_COLUMNS, checkpoint_crc
from coscribe.protocol.lib0 import DecodeError
from coscribe.protocol.state_vectors import read_state_vector
from coscribe.protocol.updates import check, read_delete_set
from coscribe.workers.pool import WorkerFailed, WorkerPool, WorkerUnavailable

MAX_PAGE_PROBLEMS = 20
LIVE = 0


@dataclass(slots=True)
class Report:
    """What was looked at, and each problem as a sentence."""

    documents: list[Document] = field(default_factory=list)
    rows: int = 0
    quarantined: int = 0
    checkpoints: int = 0
    problems: list[str] = field(default_factory=list)


def verify_file(path: Path) -> Report:
    """Check pages, rows and checkpoints of a database; raises DatabaseRefused for a file that is none of ours."""
    if not path.is_file():
        raise DatabaseUnusable(f"There is no database at {path}; name the data folder with --data.")
    report = Report()
    try:
        with closing(connect_reader(path)) as connection:
            check_version(path, connection)
            pages = [str(line) for (line,) in connection.execute(f"PRAGMA integrity_check({MAX_PAGE_PROBLEMS})")]
            report.problems += [f"SQLite: {line}" for line in pages if line != "ok"]
            # heads first: a running server may add rows meanwhile
            listed = connection.execute(
                f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE {IN_REGISTER} ORDER BY key"  # noqa: S608
            )
            report.documents = [Document(*values) for values in listed.fetchall()]
            report.problems += _check_files(connection)
            for document in report.documents:
                report.problems += _check_rows(connection, document, report)
                report.problems += _check_checkpoint(connection, document, report)
    except sqlite3.DatabaseError as error:
        report.problems.append(f"SQLite: {error}")
    return report


async def verify_documents(pool: WorkerPool, report: Report) -> None:
    """Build every document from its checkpoint and rows, in a worker, which may die of it."""
    for document in report.documents:
        try:
            await pool.state(document.key, document.head)
        except (WorkerFailed, WorkerUnavailable) as error:
            report.problems.append(f"document {document.id} cannot be built: {error}")


def _check_files(connection: sqlite3.Connection) -> Iterator[str]:
    for (hash,) in connection.execute("SELECT hash FROM files ORDER BY hash").fetchall():
        try:
            files.read(hash, connection)
        except DocumentDamaged as error:
            yield str(error)


def _check_rows(connection: sqlite3.Connection, document: Document, report: Report) -> Iterator[str]:
    expected = 1
    rows = connection.execute(
        "SELECT seq, count, body, crc, state FROM updates WHERE document = ? ORDER BY seq", (document.key,)
    )
    for seq, count, body, crc, state in rows:
        report.rows += 1
        report.quarantined += state != LIVE
        where = f"document {document.id}, row {seq}"
        if seq - count + 1 != expected:
            yield f"{where}: it begins with entry {seq - count + 1}, where {expected} should follow"
        expected = seq + 1
        if zlib.crc32(body) != crc:
            yield f"{where}: its checksum is wrong"
            continue
        try:
            entries = unpack_entries(body)
            if len(entries) != count:
                yield f"{where}: it holds another number of entries than it says"
            if state == LIVE:
                for _, update in entries:
                    check(update)
        except DecodeError as error:
            yield f"{where}: {error}"
    if expected <= document.head:
        yield f"document {document.id}: entries {expected} to {document.head} are missing"


def _check_checkpoint(connection: sqlite3.Connection, document: Document, report: Report) -> Iterator[str]:
    found = connection.execute(
        "SELECT document, seq, state, vector, deletes, crc FROM checkpoints WHERE document = ?", (document.key,)
    ).fetchone()
    if found is None:
        return
    report.checkpoints += 1
    checkpoint = Checkpoint(*found[:5])
    where = f"document {document.id}, checkpoint at {checkpoint.seq}"
    if checkpoint_crc(checkpoint) != found[5]:
        yield f"{where}: its checksum is wrong"
        return
    try:
        read_state_vector(checkpoint.vector)
        read_delete_set(checkpoint.deletes)
    except DecodeError as error:
        yield f"{where}: {error}"
    (last,) = connection.execute("SELECT max(seq) FROM updates WHERE document = ?", (document.key,)).fetchone()
    if checkpoint.seq > (last or 0):
        yield f"{where}: it lies behind the last row, {last or 0}"
