"""A worker's part in finding the row that kills: replay a document slowly, and say what comes next.

The process that runs this is expected to die of it. What it last announced is what killed it.
"""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

from coscribe.content.errors import ContentError
from coscribe.content.searchable import SEARCH
from coscribe.journal.changes import Row
from coscribe.journal.entries import unpack_entries
from coscribe.protocol.lib0 import DecodeError
from coscribe.protocol.updates import check
from coscribe.workers import messages
from coscribe.workers.documents import Documents, Rows
from coscribe.workers.reload import reloaded
from coscribe.workers.replica import Replica

CHECKPOINT = 0
_STATM = Path("/proc/self/statm")


class _Announcer:
    """Says on the wire what a slow build is about to do."""

    def __init__(self, id: int, send: Callable[[messages.Reply], None]) -> None:
        self._id = id
        self._send = send

    def bad_row(self, document: int, seq: int, reason: str) -> None:
        self._send(messages.BadRow(document, seq, reason))

    def notice(self, text: str) -> None:
        pass  # the workers say it

    def progress(self) -> None:
        pass  # every row is announced

    def before(self, row: Row | None) -> None:
        if row is None:
            self._send(messages.Trying(self._id, CHECKPOINT, False, memory_bytes()))
        else:
            self._send(messages.Trying(self._id, row.seq, is_suspect(row), memory_bytes()))


def replay(request: messages.ReplayRequest, journal: Rows, send: Callable[[messages.Reply], None]) -> None:
    """Apply the rows one at a time, each announced before; then encode and reload, or write out, the document.

    Raises whatever goes wrong: the relay takes the last row announced for the culprit.
    """
    documents = Documents(journal, 0, _Announcer(request.id, send), slow=True)
    replica = documents.open(request.document, request.avoid, request.from_rows)
    send(messages.Probing(request.id, memory_bytes()))
    if request.probe == messages.STATE:
        reloaded(replica.doc)
        replica.state()
        return
    try:
        write_out(replica, request.probe, "")
    except (ContentError, RecursionError):
        return  # no content is an answer


def memory_bytes() -> int:
    """Return the size of this process, as its limit counts it."""
    return int(_STATM.read_text().split()[0]) * resource.getpagesize()


def is_suspect(row: Row) -> bool:
    """Tell whether the update check refuses an update of this row, which an older version took in."""
    try:
        for _, update in unpack_entries(row.body):
            check(update)
    except DecodeError:
        return True
    return False


def write_out(replica: Replica, format: str, title: str) -> tuple[str, bytes]:
    """Write a document out: (media type, body). Raises ContentError."""
    if format == SEARCH:
        from coscribe.content.searching import write_searchable

        return "application/json", write_searchable(replica.doc)
    from coscribe.content.render import render  # most workers' first request is not for this

    media_type, body = render(replica.doc, format, title=title)
    return media_type, replica.state() if format == "yjs" else body
