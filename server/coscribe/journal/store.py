"""The port between the journal and a database.

An adapter is right when `tests/contract` says so; that suite runs over every one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar, overload

from coscribe.journal.access import AccessQuery
from coscribe.journal.audit import AuditLine, AuditQuery, LastAuditQuery, OldestAuditQuery
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
    SearchQuery,
    StoredFile,
)
from coscribe.journal.purge import PurgeQuery

T = TypeVar("T")


class Files(Protocol):
    """Where the files of documents are read."""

    async def file(self, hash: str) -> StoredFile | None:
        """Read a file; None when there is no such, DocumentDamaged when it is not what was stored; StoreFailed."""


class Store(Files, Protocol):
    """A place that keeps documents, their rows and their checkpoints.

    - One writer: `commit` is called by one task, never twice at a time. Reads may come at any time, also during a
      commit, and do not wait for it.
    - What `commit` returned from is on disk, all of it, and seen by every later read. When it raises StoreFailed,
      the caller calls it again with the same changes (and perhaps more behind them): after a failure the adapter
      itself takes a fresh connection. ChangeRefused means that some change will never be taken; the
      others may have been, and may be repeated without it.
    - Order inside a commit does not matter, but a row or checkpoint needs its document in this commit or before.
    - A row that is there already is left alone if it is equal, and refused if it is not: nothing is overwritten.
    """

    async def open(self) -> None:
        """Take possession of the database, creating or migrating it; DatabaseRefused when that cannot be."""

    async def close(self) -> None:
        """Let go of the database; may be called twice."""

    async def commit(self, changes: Sequence[Change]) -> None:
        """Write the changes in one transaction and return once they are on disk."""

    async def load(self, id: str, *, after: int | None = None) -> Loaded | None:
        """Read a document, also a deleted one: its checkpoint and the rows after it, or just the rows after `after`.

        All from one moment. Rows stop when their bytes pass the store's limit (`Loaded.complete`), after one at least.
        None when there is no such document; DocumentDamaged when a checksum is wrong; StoreFailed.
        """

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
    async def find(self, query: AccessQuery[T]) -> list[T]: ...
    @overload
    async def find(self, query: AuditQuery) -> list[AuditLine]: ...
    @overload
    async def find(self, query: LastAuditQuery | OldestAuditQuery) -> list[int]: ...
    @overload
    async def find(self, query: PurgeQuery[T]) -> list[T]: ...

    async def erase_traces(self, rest: float) -> bool:
        """Make what was deleted before this call unreadable in what the database is stored in, in small parts.

        After each part commits have `rest` times as long for themselves. False when it has to be tried again.
        """

    def allocate_key(self) -> int:
        """Return a key that no document and no author ever had, without waiting."""
