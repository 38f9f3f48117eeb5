"""The database file: made private, owned by one server, checked and brought up to date before anything uses it.

The lock is on the data folder itself, so there is nothing beside the database to back up or to clean away after a
crash: the kernel drops it with the process.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path

from coscribe.journal.errors import DatabaseDamaged, DatabaseNewer, DatabaseRefused, DatabaseUnusable, DataFolderBusy
from coscribe.journal.migrations import load_migrations

APPLICATION_ID = 0x436F7363  # "Cosc"
MAGIC = b"SQLite format 3\0"
FILE_MODE = 0o600
BUSY_TIMEOUT_S = 5.0
WRITER_CACHE_KIB = 16_000
CACHED_STATEMENTS = 64  # an INSERT of a thousand rows is a statement of some 200 KB
#: The store checkpoints by itself, after an acknowledgement; this is for a log that outgrew its estimate.
BACKSTOP_PAGES = 64_000
#: A log that a slow reader let grow is cut back to this when it starts again.
LOG_LIMIT_BYTES = 64 << 20


def lock_folder(folder: Path) -> int:
    """Create the data folder if missing and lock it for this process; return the descriptor that holds the lock."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise DatabaseUnusable(
            f"The data folder {folder} cannot be used ({error.strerror}); choose a folder you may write with --data."
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise DataFolderBusy(
            f"Another Coscribe server works in {folder}; stop it first or choose another folder with --data."
        ) from None
    except OSError as error:
        os.close(descriptor)
        raise DatabaseUnusable(
            f"The data folder {folder} cannot be locked ({error.strerror}); put it on a local disk with --data."
        ) from error
    return descriptor


def create_file(path: Path) -> None:
    """Create the database file, readable by its owner alone, unless it is there; refuse one that is no database.

    Must run before SQLite has the file open in this process: closing any descriptor of it drops SQLite's locks.
    """
    try:
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE))
            _sync_folder(path.parent)
        except FileExistsError:
            with path.open("rb") as file:
                start = file.read(len(MAGIC))
            if start and start != MAGIC:
                raise damaged(path, "it does not start like one") from None
    except OSError as error:
        raise DatabaseUnusable(
            f"The database {path} cannot be opened ({error.strerror}); give the server's user access to it."
        ) from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def refusal(path: Path, error: sqlite3.Error) -> DatabaseRefused:
    """Why a database is refused whose opening failed with this error."""
    if isinstance(error, sqlite3.OperationalError):
        return DatabaseUnusable(
            f"The database {path} cannot be opened ({error}); "
            "free some space, check the disk, or give the server's user access to it."
        )
    return damaged(path, str(error))


def damaged(path: Path, reason: str) -> DatabaseDamaged:
    """The refusal of a file that is not a whole Coscribe database."""
    return DatabaseDamaged(
        f"{path} is damaged or not a Coscribe database ({reason}); restore a backup, "
        "or choose another folder with --data."
    )


def connect_writer(path: Path) -> sqlite3.Connection:
    """Open the one connection that writes and checkpoints."""
    connection = _connect(path, "rw")
    try:
        if connection.execute("PRAGMA journal_mode=WAL").fetchone() != ("wal",):
            raise sqlite3.OperationalError("its file system cannot share memory, which a write-ahead log needs")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=FAST").fetchone()  # the rest is done after a purge
        connection.execute(f"PRAGMA wal_autocheckpoint={BACKSTOP_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit={LOG_LIMIT_BYTES}")
        connection.execute(f"PRAGMA cache_size={-WRITER_CACHE_KIB}")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open a connection that can only read, and that never checkpoints."""
    connection = _connect(path, "ro")
    try:
        connection.execute("PRAGMA query_only=1")
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,  # transactions begin and end where the code says so
        timeout=BUSY_TIMEOUT_S,
        cached_statements=CACHED_STATEMENTS,
    )


def check_version(path: Path, connection: sqlite3.Connection) -> int:
    """Return the schema's version, 0 for an empty file; refuse a file of somebody else or of a newer Coscribe."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
    if application != APPLICATION_ID and (application or version or tables):
        raise damaged(path, "another program made it")
    newest = load_migrations()[-1].version
    if version > newest:
        raise DatabaseNewer(
            f"{path} was written by a newer Coscribe (schema {version}, this one knows {newest}); "
            "install that version or newer, or restore a backup made before the upgrade."
        )
    return version


def migrate(path: Path, connection: sqlite3.Connection) -> None:
    """Check the file cheaply, then apply the migrations it lacks, each in a transaction of its own."""
    version = check_version(path, connection)
    for migration in load_migrations()[version:]:
        try:
            connection.executescript(
                f"BEGIN IMMEDIATE; PRAGMA application_id={APPLICATION_ID};\n{migration.script}\n"
                f"; PRAGMA user_version={migration.version}; COMMIT"
            )
        except sqlite3.Error:
            if connection.in_transaction:
                connection.rollback()
            raise
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        _touch(connection, table)


def _touch(connection: sqlite3.Connection, table: str) -> None:
    """Read the root of a table itself, which a query would rather avoid where an index will do."""
    keys = connection.execute("SELECT name FROM pragma_table_info(?) WHERE pk ORDER BY pk", (table,)).fetchall()
    order = "ORDER BY " + ", ".join(f'"{key}"' for (key,) in keys) if keys else ""
    connection.execute(f'SELECT 1 FROM "{table}" NOT INDEXED {order} LIMIT 1').fetchone()  # noqa: S608 - from the schema
