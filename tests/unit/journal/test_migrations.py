"""The schema's history is numbered without holes, and what it makes is what the code expects."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from coscribe.journal import migrations
from coscribe.journal.migrations import load_migrations


def test_the_migrations_are_numbered_from_one_without_holes() -> None:
    found = load_migrations()
    assert [migration.version for migration in found] == list(range(1, len(found) + 1))


def test_the_first_migration_makes_these_tables() -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(load_migrations()[0].script)
    tables = dict[str, list[str]]()
    for table, column in connection.execute(
        "SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table' ORDER BY p.cid"
    ):
        tables.setdefault(table, []).append(column)
    connection.close()
    assert tables == {
        "documents": ["key", "id", "title", "folded", "epoch", "head", "created", "updated", "deleted"],
        "authors": ["key", "id", "name", "color"],
        "updates": ["document", "seq", "count", "at", "body", "crc", "state"],
        "quarantine": ["document", "seq", "reason"],
        "checkpoints": ["document", "seq", "state", "vector", "deletes", "crc"],
    }


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        (["0001_initial.sql", "0003_more.sql"], "numbered 1, 2, 3"),
        (["0001_initial.sql", "0001_other.sql"], "numbered 1, 2, 3"),
        (["1_initial.sql"], "no migration's name"),
    ],
)
def test_a_hole_or_a_wrong_name_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str], complaint: str
) -> None:
    for name in names:
        (tmp_path / name).write_text("")
    monkeypatch.setattr(migrations, "files", lambda package: tmp_path)
    with pytest.raises(ValueError, match=complaint):
        load_migrations()
