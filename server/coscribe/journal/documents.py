"""Finding documents in the register."""

from __future__ import annotations

import sqlite3
import unicodedata

from coscribe.journal.changes import Document, DocumentQuery, SearchQuery
from coscribe.journal.reader import DOCUMENT_COLUMNS

IN_REGISTER = "key NOT IN (SELECT document FROM tombstones WHERE erased IS NULL)"
"""Of the documents that were deleted for good, some parts may still be on their way out."""


def fold(title: str) -> str:
    """A title as it is searched: compatible characters alike, without case."""
    return unicodedata.normalize("NFKC", title).casefold()


def like(text: str) -> str:
    r"""A pattern for LIKE … ESCAPE '\' that fits every text with this in it."""
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def reach(query: DocumentQuery | SearchQuery) -> tuple[list[str], list[str | int]]:
    """Make the conditions on the columns of documents, and their values, that leave what somebody may see."""
    conditions, values = list[str](), list[str | int]()
    if query.scope is not None and query.scope.endswith("*"):
        conditions.append("substr(documents.id, 1, ?) = ?")
        values += (len(query.scope) - 1, query.scope[:-1])
    elif query.scope is not None:
        conditions.append("documents.id = ?")
        values.append(query.scope)
    if query.member is not None:
        conditions.append("documents.key IN (SELECT document FROM members WHERE user = ? AND role >= ?)")
        values += (query.member, query.least)
    return conditions, values


def find(query: DocumentQuery, connection: sqlite3.Connection) -> list[Document]:
    """Find documents, those that changed last first."""
    conditions, values = ["1"], list[str | int]()
    if query.id is not None:
        conditions.append("id = ?")
        values.append(query.id)
    if query.key is not None:
        conditions.append("key = ?")
        values.append(query.key)
    if query.title:
        conditions.append(r"folded LIKE ? ESCAPE '\'")
        values.append(like(fold(query.title)))
    if query.deleted is not None:
        conditions.append("deleted IS NOT NULL" if query.deleted else "deleted IS NULL")
    if query.deleted is not False:
        conditions.append(IN_REGISTER)
    if query.before is not None:
        conditions.append("(updated, key) < (?, ?)")
        values += query.before
    more, given = reach(query)
    conditions += more
    values += given
    if query.file is not None:
        conditions.append("key IN (SELECT document FROM document_files WHERE hash = ?)")
        values.append(query.file)
    found = connection.execute(
        f"SELECT {DOCUMENT_COLUMNS} FROM documents WHERE {' AND '.join(conditions)}"  # noqa: S608 - only marks
        " ORDER BY updated DESC, key DESC LIMIT ?",
        (*values, query.limit),
    )
    return [Document(*values) for values in found.fetchall()]
