"""What a journal holds and what can be asked to change in it.

Every change may be repeated: applying it twice leaves what applying it once left. That is what lets a failed commit be
written again without asking how far the first attempt came. All times are milliseconds since the epoch, UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from coscribe.journal import access, audit, members, purge, webhooks

#: The part of a change's size in memory that its bodies do not account for, roughly.
CHANGE_OVERHEAD_BYTES = 200


class Document(NamedTuple):
    """A document's line in the register; `head` numbers its last entry, `deleted` is when it went to the trash."""

    key: int
    id: str
    title: str
    epoch: int
    head: int
    created: int
    updated: int
    deleted: int | None


class Author(NamedTuple):
    """Somebody who writes; entries name an author by `key`. Key 0 is the server itself."""

    key: int
    id: str
    name: str
    color: str


class Row(NamedTuple):
    """One tick of a room: the entries numbered seq - count + 1 … seq, packed by `entries.pack_entries`."""

    document: int
    seq: int
    count: int  # type: ignore[assignment]  # a tuple's count() is of no use here
    at: int
    body: bytes


class Checkpoint(NamedTuple):
    """A document's whole state at `seq`: a full update, its state vector and its encoded delete set."""

    document: int
    seq: int
    state: bytes
    vector: bytes
    deletes: bytes


class FileInfo(NamedTuple):
    """What is known of a stored file without reading it; width and height are pixels, None where there are none."""

    hash: str
    media_type: str
    size: int
    width: int | None
    height: int | None

    @property
    def url(self) -> str:
        """The address it is served at, and that documents refer to it by."""
        return f"/files/{self.hash}"


class StoredFile(NamedTuple):
    """A file with its bytes, whose SHA-256 is `info.hash`."""

    info: FileInfo
    body: bytes


class Span(NamedTuple):
    """A piece of text, and whether it is what was searched for."""

    text: str
    match: bool


class Hit(NamedTuple):
    """A document that was found, with the part of its text that shows why."""

    document: Document
    snippet: tuple[Span, ...]


class Loaded(NamedTuple):
    """What a room starts from: the rows are the live ones after the checkpoint, in order.

    `complete` is False when the rows were cut at the store's limit: ask `load(id, after=rows[-1].seq)` for more.
    """

    document: Document
    checkpoint: Checkpoint | None
    rows: list[Row]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class DocumentQuery:
    """Which documents: last changed first, starting behind `before`: (updated, key) of the last one of the page before.

    A document that changes while somebody pages moves to the front: it may be seen twice, or be there when they begin
    anew; no other is repeated or skipped.
    `title` matches anywhere in the title, whatever the case; `deleted` None means both; `file` is the hash of a file
    that they refer to; `scope` an id, or the beginning of ids and a final `*`, as in tokens; `member` the id of
    somebody who owns them or is a member, with the role `least` or more.
    """

    id: str | None = None
    key: int | None = None
    title: str | None = None
    deleted: bool | None = False
    before: tuple[int, int] | None = None
    file: str | None = None
    scope: str | None = None
    member: str | None = None
    least: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class AuthorQuery:
    """Which authors: those with one of the ids or keys."""

    ids: Sequence[str] = ()
    keys: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class FileQuery:
    """Which files: the one with this hash, those that a document refers to (by its key), or the one if it does."""

    hash: str | None = None
    document: int | None = None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Documents with all words of a text in title and text, the last perhaps not written out, or with it in the title.

    Those with it in the title come first, then by how well the words fit, then the last changed. Any text will do.
    `scope`, `member` and `least` are as for documents.
    """

    text: str
    deleted: bool | None = False
    scope: str | None = None
    member: str | None = None
    least: int = 0
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class LaggingQuery:
    """Documents whose text or title changed since it was indexed, by key, from the one after `after`."""

    after: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class PutDocument:
    """Register a document, or set title, epoch and trash of a known one, whose head stays as its rows made it."""

    document: Document

    @property
    def size(self) -> int:
        return CHANGE_OVERHEAD_BYTES + len(self.document.title)


@dataclass(frozen=True, slots=True)
class AppendRow:
    """Add a row; the document's head and time of update follow it in the same transaction."""

    row: Row

    @property
    def size(self) -> int:
        return CHANGE_OVERHEAD_BYTES + len(self.row.body)


@dataclass(frozen=True, slots=True)
class PutCheckpoint:
    """Keep a checkpoint instead of the document's older one; one that is older itself changes nothing."""

    checkpoint: Checkpoint

    @property
    def size(self) -> int:
        checkpoint = self.checkpoint
        return CHANGE_OVERHEAD_BYTES + len(checkpoint.state) + len(checkpoint.vector) + len(checkpoint.deletes)


@dataclass(frozen=True, slots=True)
class PutAuthor:
    """Register an author, or set name and colour of a known one."""

    key: int
    id: str
    name: str
    color: str

    @property
    def size(self) -> int:
        return CHANGE_OVERHEAD_BYTES + len(self.id) + len(self.name)


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Set a row aside: it is kept, with the reason, and no longer part of the document."""

    document: int
    seq: int
    reason: str

    @property
    def size(self) -> int:
        return CHANGE_OVERHEAD_BYTES + len(self.reason)


@dataclass(frozen=True, slots=True)
class PutFilePart:
    """Keep a part of a file, numbered from 0; without a `PutFile` after it, it may be gone when the store is opened."""

    hash: str
    part: int
    body: bytes

    @property
    def size(self) -> int:
        return CHANGE_OVERHEAD_BYTES + len(self.body)


@dataclass(frozen=True, slots=True)
class PutFile:
    """Make a file of its parts, which must be there whole, in this commit or before; a known file stays as it is."""

    info: FileInfo
    at: int

    @property
    def size(self) -> int:
        return CHANGE_OVERHEAD_BYTES


@dataclass(frozen=True, slots=True)
class ReferToFiles:
    """Note that a document refers to files; those of which there are none are passed over.

    With `uploaded`, the moment when they were, they may still have to be put into the text; without it they are shown.
    """

    document: int
    hashes: Sequence[str]
    uploaded: int | None = None

    @property
    def size(self) -> int:
        return CHANGE_OVERHEAD_BYTES + 64 * len(self.hashes)


@dataclass(frozen=True, slots=True)
class PutSearchText:
    """Index a document by its title and its text as of `seq`; an older text than the one that is there is left out."""

    document: int
    seq: int
    text: str

    @property
    def size(self) -> int:
        return CHANGE_OVERHEAD_BYTES + len(self.text)


Change = (
    PutDocument
    | AppendRow
    | PutCheckpoint
    | PutAuthor
    | Quarantine
    | PutFilePart
    | PutFile
    | ReferToFiles
    | PutSearchText
    | access.Put
    | access.SignOut
    | members.PutMember
    | members.DropMember
    | members.HandOn
    | audit.PutAudit
    | audit.CutAudit
    | webhooks.WebhookChange
    | purge.Erasure
)
