"""A database as it may lie there when a worker opens it: also with rows that today's relay would refuse."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from coscribe.journal.changes import Checkpoint
from coscribe.journal.database import connect_writer, create_file, migrate
from coscribe.journal.entries import pack_entries
from coscribe.journal.reader import checkpoint_crc


def create(path: Path) -> Path:
    """Make an empty database."""
    create_file(path)
    with closing(connect_writer(path)) as connection:
        migrate(path, connection)
    return path


def append(path: Path, document: int, *rows: Sequence[bytes]) -> int:
    """Add rows, each of so many updates, to a document that is made when it is missing; return its head."""
    with closing(connect_writer(path)) as connection:
        connection.execute(
            "INSERT OR IGNORE INTO documents VALUES (?, ?, '', '', 1, 0, 0, 0, NULL)",
            (document, f"document-{document}"),
        )
        head = int(connection.execute("SELECT head FROM documents WHERE key = ?", (document,)).fetchone()[0])
        connection.execute("BEGIN")
        for updates in rows:
            head += len(updates)
            body = pack_entries([(1, update) for update in updates])
            connection.execute(
                "INSERT INTO updates VALUES (?, ?, ?, 0, ?, ?, 0)",
                (document, head, len(updates), body, zlib.crc32(body)),
            )
        connection.execute("COMMIT")
    return head


def put_checkpoint(path: Path, checkpoint: Checkpoint, *, damaged: bool = False) -> None:
    """Store a checkpoint; a damaged one has a wrong checksum."""
    crc = checkpoint_crc(checkpoint) ^ damaged
    with closing(connect_writer(path)) as connection:
        connection.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?, ?)", (*checkpoint, crc))
