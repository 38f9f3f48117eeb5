"""The audit: who did what to which document, and with what result; never what is written in it.

A line is written once. The database itself forbids to change one, and to take one away that is younger than the moment
that was last given to `CutAudit`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

LINE_BYTES = 300
CUT_LINES = 1000
"""What one change takes away at most, so that nobody's edits wait long for it."""


class Action(StrEnum):
    """What can happen; `docs/reference/audit.md` says of each when it is written and what its detail has."""

    SIGN_IN = "sign-in"
    SIGN_OUT = "sign-out"
    ACCESS = "access"
    DOCUMENT_OPEN = "document.open"
    DOCUMENT_CREATE = "document.create"
    DOCUMENT_RENAME = "document.rename"
    DOCUMENT_WRITE = "document.write"
    DOCUMENT_EXPORT = "document.export"
    DOCUMENT_IMPORT = "document.import"
    DOCUMENT_DUPLICATE = "document.duplicate"
    DOCUMENT_HAND_ON = "document.hand-on"
    DOCUMENT_TRASH = "document.trash"
    DOCUMENT_RESTORE = "document.restore"
    DOCUMENT_DELETE = "document.delete"
    DOCUMENT_ERASE = "document.erase"
    FILE_UPLOAD = "file.upload"
    SHARE_CREATE = "share.create"
    SHARE_CHANGE = "share.change"
    SHARE_USE = "share.use"
    SHARE_REVOKE = "share.revoke"
    MEMBER_SET = "member.set"
    MEMBER_REMOVE = "member.remove"
    TOKEN_CREATE = "token.create"  # noqa: S105 - a name
    TOKEN_REVOKE = "token.revoke"  # noqa: S105 - a name
    KEY_CREATE = "key.create"
    KEY_REVOKE = "key.revoke"
    WEBHOOK_CREATE = "webhook.create"
    WEBHOOK_DELETE = "webhook.delete"
    AUDIT_READ = "audit.read"


class Result(StrEnum):
    """What came of it."""

    OK = "ok"
    REFUSED = "refused"
    FAILED = "failed"


class AuditLine(NamedTuple):
    """What happened; `seq` is never given twice, `at` is milliseconds since the epoch."""

    seq: int
    at: int
    actor: str
    kind: str
    action: str
    document: str
    result: str
    address: str
    detail: dict[str, Any]


def described(line: AuditLine) -> dict[str, Any]:
    """Write a line as the API and the command show it; its time is RFC 3339, UTC."""
    at = datetime.fromtimestamp(line.at / 1000, UTC).isoformat(timespec="milliseconds")
    return {
        "seq": line.seq,
        "at": at.replace("+00:00", "Z"),
        "actor": {"id": line.actor, "kind": line.kind},
        "action": line.action,
        "document": line.document or None,
        "result": line.result,
        "address": line.address or None,
        "detail": line.detail,
    }


@dataclass(frozen=True, slots=True)
class PutAudit:
    """Add lines; one whose number is there already is left out."""

    lines: Sequence[AuditLine]

    @property
    def size(self) -> int:
        return LINE_BYTES * len(self.lines)


@dataclass(frozen=True, slots=True)
class CutAudit:
    """Take those of the first lines away that are older than a moment."""

    before: int

    @property
    def size(self) -> int:
        return LINE_BYTES


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which lines, the newest first: those numbered below `before`, and above `after`, of `since` ≤ at < `until`.

    `action` may end in `.*`, for all of a kind.
    """

    actor: str | None = None
    document: str | None = None
    action: str | None = None
    since: int | None = None
    until: int | None = None
    before: int | None = None
    after: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class LastAuditQuery:
    """The highest number that a line ever had, as the only element; 0 before the first."""


@dataclass(frozen=True, slots=True)
class OldestAuditQuery:
    """The moment of the first line that is kept, as the only element, if there is any."""


def put(connection: sqlite3.Connection, change: PutAudit) -> None:
    """Write lines."""
    connection.executemany(
        "INSERT INTO audit (seq, at, actor, kind, action, document, result, address, detail)"
        " VALUES (?,?,?,?,?,?,?,?,?)",
        [(*line[:-1], json.dumps(line.detail, separators=(",", ":"))) for line in change.lines],
    )


def cut(connection: sqlite3.Connection, change: CutAudit) -> None:
    """Delete old lines."""
    connection.execute("UPDATE audit_kept SET since = max(since, ?)", (change.before,))
    connection.execute(
        "DELETE FROM audit WHERE at < ? AND seq IN (SELECT seq FROM audit ORDER BY seq LIMIT ?)",
        (change.before, CUT_LINES),
    )


def find(query: AuditQuery, connection: sqlite3.Connection) -> list[AuditLine]:
    """Find lines, the newest first."""
    given = {
        "actor = ?": query.actor,
        "document = ?": query.document,
        "at >= ?": query.since,
        "at < ?": query.until,
        "seq < ?": query.before,
        "seq > ?": query.after,
    }
    if query.action is not None and query.action.endswith(".*"):
        given["substr(action, 1, ?) = ?"] = query.action[:-1]
    else:
        given["action = ?"] = query.action
    asked = {condition: value for condition, value in given.items() if value is not None}
    values: list[str | int] = []
    for condition, value in asked.items():
        values += [len(str(value)), value] if condition.count("?") > 1 else [value]
    lines = connection.execute(
        "SELECT seq, at, actor, kind, action, document, result, address, detail FROM audit"  # noqa: S608 - only marks
        f" WHERE {' AND '.join(['1', *asked])} ORDER BY seq DESC LIMIT ?",
        (*values, query.limit),
    )
    return [AuditLine(*line)._replace(detail=json.loads(line[-1])) for line in lines.fetchall()]


def find_edge(query: LastAuditQuery | OldestAuditQuery, connection: sqlite3.Connection) -> list[int]:
    """Find the highest number that was ever given, which SQLite remembers without its line; or the first moment."""
    if isinstance(query, OldestAuditQuery):
        return [at for (at,) in connection.execute("SELECT at FROM audit ORDER BY seq LIMIT 1")]
    found = connection.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'audit'").fetchone()
    return [int(found[0])]
