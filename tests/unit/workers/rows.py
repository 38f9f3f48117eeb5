"""Rows without a database, and the updates of somebody who types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pycrdt import Doc, Text

from coscribe.journal.changes import Checkpoint, Row
from coscribe.journal.entries import pack_entries

DOCUMENT = 1


def row(seq: int, *updates: bytes) -> Row:
    return Row(DOCUMENT, seq, len(updates), 0, pack_entries([(1, update) for update in updates]))


def rows(*updates: bytes) -> list[Row]:
    """Return a row for each update."""
    return [row(number, update) for number, update in enumerate(updates, 1)]


class MemoryJournal:
    """What documents read: one document's checkpoint and rows, and how often they were read."""

    def __init__(self, rows: Iterable[Row] = (), checkpoint: Checkpoint | Exception | None = None) -> None:
        self.all = list(rows)
        self.kept = checkpoint
        self.read: list[int] = []

    def checkpoint(self, document: int) -> Checkpoint | None:
        if isinstance(self.kept, Exception):
            raise self.kept
        return self.kept

    def rows(self, document: int, after: int, upto: int) -> Iterator[Row]:
        for each in self.all:
            if after < each.seq <= upto:
                self.read.append(each.seq)
                yield each


class Heard:
    """Remembers what documents say while they are built."""

    def __init__(self) -> None:
        self.bad: list[tuple[int, int, str]] = []
        self.notices: list[str] = []
        self.progressed = 0
        self.announced: list[int] = []

    def bad_row(self, document: int, seq: int, reason: str) -> None:
        self.bad.append((document, seq, reason))

    def notice(self, text: str) -> None:
        self.notices.append(text)

    def progress(self) -> None:
        self.progressed += 1

    def before(self, row: Row | None) -> None:
        self.announced.append(row.seq if row else 0)


def typed(text: str, client: int = 7, root: str = "t") -> list[bytes]:
    """Return an update for every character that a client types at the end of a text."""
    doc: Doc[Any] = Doc(client_id=client)
    shared = doc.get(root, type=Text)
    updates: list[bytes] = []
    subscription = doc.observe(lambda event: updates.append(event.update))
    for character in text:
        shared += character
    doc.unobserve(subscription)
    return updates


def text_of(doc: Doc[Any], root: str = "t") -> str:
    return str(doc.get(root, type=Text))
