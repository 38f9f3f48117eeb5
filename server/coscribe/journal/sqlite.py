"""The default store: one SQLite file in WAL mode.

Exactly one connection writes and checkpoints. SQLite 3.7.0 to 3.51.2 can corrupt a database when one connection
resets the log while another writes; the readers here, and those of other processes, are read-only.

It checkpoints after a commit was reported, not within: moving a log into the file takes 5 to 60 ms, which nobody
should wait for. A commit writes about two pages a row, one of the document's rows and one of the register, so the
log's length is estimated; a large log makes checkpoints rare, and what is written to a page twice is moved once.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, overload

from coscribe.journal import access, audit, documents, files, members, purge, purge_traces, search, usage, webhooks
from coscribe.journal.changes import (
    Author,
    AuthorQuery,
    Change,
    Document,
    DocumentQuery,
    FileInfo,
    FileQuery,
    Hit,
    LaggingQuery,
    Loaded,
    PutFilePart,
    SearchQuery,
    StoredFile,
)
from coscribe.journal.connection import Connection
from coscribe.journal.database import connect_reader, connect_writer, create_file, lock_folder, migrate, refusal
from coscribe.journal.errors import JournalError, StoreFailed
from coscribe.journal.reader import read_checkpoint, read_document, read_failure, read_rows
from coscribe.journal.writing import write

T = TypeVar("T")

TAIL_LIMIT_BYTES = 8 << 20
CHECKPOINT_PAGES = 16_000  # 64 MB of log: a checkpoint every few seconds at 10,000 edits/s, 0.2 s of work after a crash
PAGES_PER_ROW = 2
PAGES_PER_COMMIT = 4
#: Pages of files are written once each, so there is nothing to be won by moving many at a time, and it takes as long.
FILE_WEIGHT = 16
PAGE_BYTES = 4096
SHORTEST_REST_S = 0.005
#: How often a reader may be found in the log, in a row, until the traces of deletions are left for later.
ERASE_TRIES = 400
LARGEST_SEQ = (1 << 63) - 1
_LARGEST_KEY = """
SELECT max(coalesce((SELECT max(key) FROM documents), 0), coalesce((SELECT max(key) FROM authors), 0),
    coalesce((SELECT max(document) FROM updates), 0), coalesce((SELECT max(document) FROM tombstones), 0))
"""

log = logging.getLogger(__name__)


class SqliteStore:
    """Keeps the journal in the file `path`, whose folder it locks against a second server; see `Store`."""

    def __init__(self, path: Path, *, tail_limit_bytes: int = TAIL_LIMIT_BYTES) -> None:
        self._path = path
        self._tail_limit_bytes = tail_limit_bytes
        self._writer = Connection(partial(connect_writer, path))
        self._loads = Connection(partial(connect_reader, path))
        self._searches = Connection(partial(connect_reader, path))  # apart: a search of all titles delays no opening
        self._lock: int | None = None
        self._log_pages = 0
        self._checkpoint: asyncio.Task[None] | None = None
        self._key = 0
        self._file: int | None = None

    async def open(self) -> None:
        if self._lock is not None:
            raise RuntimeError("the store is open already; close it first")
        self._lock = await asyncio.to_thread(lock_folder, self._path.parent)
        try:
            await asyncio.to_thread(create_file, self._path)
            self._file = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
            await self._writer.run(partial(migrate, self._path))
            await self._writer.run(files.drop_unfinished)
            self._key = await self._writer.run(lambda connection: int(connection.execute(_LARGEST_KEY).fetchone()[0]))
            await self._shorten_log()
        except sqlite3.Error as error:
            await self.close()
            raise refusal(self._path, error) from error
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        if self._checkpoint is not None:
            await self._checkpoint
        await self._searches.close()
        await self._loads.close()
        await self._writer.close()  # last: it is the one that may checkpoint and remove the log
        for descriptor in (self._file, self._lock):  # only now: to close one drops SQLite's own locks
            if descriptor is not None:
                os.close(descriptor)
        self._file = self._lock = None

    async def commit(self, changes: Sequence[Change]) -> None:
        await self._run(self._writer, lambda connection: write(connection, changes), _write_failure)
        pages = sum(
            PAGES_PER_ROW + change.size // PAGE_BYTES * (FILE_WEIGHT if type(change) is PutFilePart else 1)
            for change in changes
        )
        self._log_pages += PAGES_PER_COMMIT + pages
        if self._log_pages >= CHECKPOINT_PAGES:
            self._log_pages = 0
            self._checkpoint = asyncio.create_task(self._shorten_log(), name="journal checkpoint")

    async def load(self, id: str, *, after: int | None = None) -> Loaded | None:
        return await self._run(self._loads, partial(_load, id, after, self._tail_limit_bytes), read_failure)

    @overload
    async def find(self, query: DocumentQuery) -> list[Document]: ...
    @overload
    async def find(self, query: AuthorQuery) -> list[Author]: ...
    @overload
    async def find(self, query: FileQuery) -> list[FileInfo]: ...
    @overload
    async def find(self, query: SearchQuery) -> list[Hit]: ...
    @overload
    async def find(self, query: LaggingQuery) -> list[Document]: ...
    @overload
    async def find(self, query: access.AccessQuery[T]) -> list[T]: ...
    @overload
    async def find(self, query: audit.AuditQuery) -> list[audit.AuditLine]: ...
    @overload
    async def find(self, query: audit.LastAuditQuery | audit.OldestAuditQuery) -> list[int]: ...
    @overload
    async def find(self, query: purge.PurgeQuery[T]) -> list[T]: ...
    async def find(self, query: Any) -> Any:
        return await self._run(self._searches, partial(_finder(query), query), read_failure)

    async def file(self, hash: str) -> StoredFile | None:
        return await self._run(self._searches, partial(files.read, hash), read_failure)

    def allocate_key(self) -> int:
        self._key += 1
        return self._key

    async def erase_traces(self, rest: float) -> bool:
        merged = await self._part(partial(purge_traces.merge_words, first=True), rest)
        while not merged:
            merged = await self._part(partial(purge_traces.merge_words, first=False), rest)
        assert self._file is not None
        page = tries = 0
        while tries < ERASE_TRIES:
            following = await self._part(partial(purge_traces.scrub, descriptor=self._file, first=page), rest)
            if following == page:
                return True
            tries = tries + 1 if following is None else 0
            page = page if following is None else following
        return False

    async def _part(self, work: Callable[[sqlite3.Connection], T], rest: float) -> T:
        clock = asyncio.get_running_loop().time
        started = clock()
        done = await self._run(self._writer, work, _write_failure)
        await asyncio.sleep(max(SHORTEST_REST_S, (clock() - started) * rest))
        return done

    async def _shorten_log(self) -> None:
        try:
            await self._writer.run(_checkpoint)
        except (sqlite3.Error, OSError) as error:
            log.warning("%s keeps a long log (%s); what was saved is safe in it, check the disk", self._path, error)

    async def _run(
        self,
        connection: Connection,
        work: Callable[[sqlite3.Connection], T],
        failure: Callable[[Path, Exception], JournalError],
    ) -> T:
        if self._lock is None:
            raise RuntimeError("the store is not open; open it first")
        try:
            return await connection.run(work)
        except (sqlite3.Error, OSError) as error:
            raise failure(self._path, error) from error


def _write_failure(path: Path, error: Exception) -> JournalError:
    return StoreFailed(f"{path} cannot be written ({error}); free some space or check the disk, it is tried again")


def _checkpoint(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()  # waits for no reader


def _load(id: str, after: int | None, limit_bytes: int, connection: sqlite3.Connection) -> Loaded | None:
    connection.execute("BEGIN")  # one snapshot for all three
    try:
        document = read_document(connection, id)
        if document is None:
            return None
        checkpoint = read_checkpoint(connection, document.key) if after is None else None
        start = after if after is not None else checkpoint.seq if checkpoint else 0
        rows, complete = read_rows(connection, document.key, start, LARGEST_SEQ, LARGEST_SEQ, limit_bytes)
        return Loaded(document, checkpoint, rows, complete)
    finally:
        if connection.in_transaction:  # an error may have ended it
            connection.execute("COMMIT")


def _finder(query: object) -> Callable[[Any, sqlite3.Connection], Any]:
    match query:
        case DocumentQuery():
            return documents.find
        case SearchQuery():
            return search.find
        case LaggingQuery():
            return search.find_lagging
        case FileQuery():
            return files.find
        case AuthorQuery():
            return _find_authors
        case members.MembershipQuery() | members.MemberQuery() | members.PeopleQuery():
            return members.find
        case usage.UsageQuery():
            return usage.find
        case usage.OwnedQuery():
            return usage.find_owned
        case webhooks.WebhookQuery() | webhooks.DeliveryQuery():
            return webhooks.find
        case access.AccessQuery():
            return access.find
        case audit.AuditQuery():
            return audit.find
        case audit.LastAuditQuery() | audit.OldestAuditQuery():
            return audit.find_edge
        case purge.PurgeQuery():
            return purge.find
    raise TypeError(f"{query!r} is no query; use one of those of this package")


def _find_authors(query: AuthorQuery, connection: sqlite3.Connection) -> list[Author]:
    found = []
    for column, values in (("id", query.ids), ("key", query.keys)):
        for value in values:
            found += connection.execute(
                f"SELECT key, id, name, color FROM authors WHERE {column} = ?",  # noqa: S608 - one of two names
                (value,),
            ).fetchall()
    return [Author(*values) for values in found]
