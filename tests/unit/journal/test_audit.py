"""The database itself keeps the audit from being changed, whoever asks it to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from coscribe.journal.audit import AuditLine, AuditQuery, CutAudit, PutAudit, cut, find, put
from coscribe.journal.migrations import load_migrations

LINE = AuditLine(1, 1000, "ada", "token", "document.delete", "doc", "ok", "", {})


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """A database in memory with one line in its audit."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for migration in load_migrations():
        connection.executescript(migration.script)
    put(connection, PutAudit([LINE]))
    yield connection
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'eve'",
        "UPDATE OR REPLACE audit SET seq = 2",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE seq = 1",
    ],
)
def test_a_line_is_neither_changed_nor_deleted(connection: sqlite3.Connection, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="a line of the audit is"):
        connection.execute(statement)
    assert find(AuditQuery(), connection) == [LINE]


@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE", "INSERT"])
def test_a_line_is_not_replaced(connection: sqlite3.Connection, verb: str) -> None:
    connection.execute(f"{verb} INTO audit VALUES (1, 1, 'eve', '', '', '', '', '', '{{}}')")
    assert find(AuditQuery(), connection) == [LINE]


def test_a_line_is_cut_only_when_it_is_older_than_what_is_kept(connection: sqlite3.Connection) -> None:
    cut(connection, CutAudit(1000))
    assert find(AuditQuery(), connection) == [LINE]
    cut(connection, CutAudit(1001))
    assert find(AuditQuery(), connection) == []
