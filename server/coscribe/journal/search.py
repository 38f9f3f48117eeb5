"""Searching titles and texts: the index of words in the database.

The index lags a little behind the documents; titles are also searched where they are, so that a name is found at once.
Chinese and Japanese have no spaces between words: there every character counts as a word, and a query as a phrase.
"""

from __future__ import annotations

import re
import sqlite3
import zlib

from coscribe.journal.changes import Document, Hit, LaggingQuery, PutSearchText, SearchQuery, Span
from coscribe.journal.documents import IN_REGISTER, fold, like, reach
from coscribe.journal.errors import ChangeRefused
from coscribe.journal.reader import DOCUMENT_COLUMNS

_COLUMNS = ", ".join(f"documents.{column}" for column in DOCUMENT_COLUMNS.split(", "))
TITLE_WEIGHT = 8.0
SNIPPET_WORDS = 24
OPENING_CHARACTERS = 160
MAX_TERMS = 16
_GAP = "\u200b"  # between characters that are words: it is seen by the index and by nobody else
_IDEOGRAPHS = re.compile("([\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")
_START, _END = "\x02", "\x03"
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")


def put(connection: sqlite3.Connection, change: PutSearchText) -> None:
    """Index a document; ChangeRefused when there is no such."""
    found = connection.execute("SELECT title FROM documents WHERE key = ?", (change.document,)).fetchone()
    if connection.execute("SELECT 1 FROM tombstones WHERE document = ?", (change.document,)).fetchone() is not None:
        return
    if found is None:
        raise ChangeRefused(f"there is no document {change.document} to be indexed; register it first")
    [title] = found
    body = _separated(change.text)
    crc = zlib.crc32(body.encode(), zlib.crc32(title.encode()))
    known = connection.execute("SELECT seq, crc FROM indexed WHERE document = ?", (change.document,)).fetchone()
    if known is not None and known[0] > change.seq:
        return
    if known is None or known[1] != crc:
        connection.execute(
            "INSERT OR REPLACE INTO search (rowid, title, body) VALUES (?,?,?)",
            (change.document, _separated(title), body),
        )
    connection.execute("INSERT OR REPLACE INTO indexed VALUES (?,?,?,?)", (change.document, change.seq, title, crc))


def find(query: SearchQuery, connection: sqlite3.Connection) -> list[Hit]:
    """Find documents, the best first."""
    text = _CONTROLS.sub(" ", query.text)
    words = _words(text)
    trash = {None: IN_REGISTER, True: f"deleted IS NOT NULL AND {IN_REGISTER}", False: "deleted IS NULL"}[query.deleted]
    hits = "SELECT rowid AS document, bm25(search, ?1, 1.0) AS score FROM search WHERE search MATCH ?2"
    nothing = "SELECT 0 AS document, ?1 AS score WHERE ?2"
    conditions, values = reach(query)
    found = connection.execute(
        f"WITH hits AS MATERIALIZED ({hits if words else nothing})"  # noqa: S608 - only marks
        rf" SELECT {_COLUMNS}, folded LIKE ?3 ESCAPE '\' AS titled"
        f" FROM documents LEFT JOIN hits ON hits.document = documents.key"
        f" WHERE {' AND '.join([trash, *conditions])} AND (titled OR score IS NOT NULL)"
        " ORDER BY titled DESC, score ASC NULLS LAST, updated DESC, key DESC LIMIT ? OFFSET ?",
        (TITLE_WEIGHT, words, like(fold(text.strip())), *values, query.limit, query.offset),
    ).fetchall()
    documents = [Document(*line[:-1]) for line in found]
    return [Hit(document, _snippet(document.key, words, connection)) for document in documents]


def find_lagging(query: LaggingQuery, connection: sqlite3.Connection) -> list[Document]:
    """Find documents that must be indexed again."""
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM documents LEFT JOIN indexed ON indexed.document = documents.key"  # noqa: S608
        " WHERE key > ? AND key NOT IN (SELECT document FROM tombstones WHERE erased IS NULL)"
        " AND (indexed.seq IS NULL OR indexed.seq < head OR indexed.title <> documents.title)"
        " ORDER BY key LIMIT ?",
        (query.after, query.limit),
    )
    return [Document(*line) for line in found.fetchall()]


def _snippet(document: int, words: str, connection: sqlite3.Connection) -> tuple[Span, ...]:
    marked = ""
    if words:
        found = connection.execute(
            "SELECT snippet(search, 1, ?, ?, '…', ?) FROM search WHERE rowid = ? AND search MATCH ?",
            (_START, _END, SNIPPET_WORDS, document, words),
        ).fetchone()
        marked = found[0] if found else ""
    if not marked:
        found = connection.execute(
            "SELECT substr(body, 1, ?) FROM search WHERE rowid = ?", (OPENING_CHARACTERS, document)
        ).fetchone()
        marked = found[0] if found else ""
    return _spans(marked)


def _spans(marked: str) -> tuple[Span, ...]:
    spans = list[Span]()
    for number, part in enumerate(marked.replace(_GAP, "").split(_START)):
        match, end, rest = part.partition(_END) if number else ("", "", part)
        for span in (Span(match, True), Span(rest, False)) if end or not number else (Span(part, False),):
            text = re.sub(r"\s+", " ", span.text)
            if text and spans and spans[-1].match == span.match:
                spans[-1] = Span(spans[-1].text + text, span.match)
            elif text:
                spans.append(Span(text, span.match))
    return tuple(spans)


def _separated(text: str) -> str:
    return _IDEOGRAPHS.sub(rf"\1{_GAP}", _CONTROLS.sub(" ", text))


def _words(text: str) -> str:
    """Write a query in the index's language: each word quoted, so that nothing in it means anything else."""
    words = [word for word in text.split() if any(map(str.isalnum, word))][:MAX_TERMS]
    quoted = ['"' + _separated(word).replace('"', " ") + '"' for word in words]
    return " ".join(quoted) + " *" if quoted else ""
