"""The schema's history: `NNNN_name.sql`, numbered without holes, applied once each, forward only.

A file's number is the database's `user_version` after it. A migration that was released is never edited.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import NamedTuple

NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


class Migration(NamedTuple):
    """One step: the version it leads to and the statements that lead there."""

    version: int
    name: str
    script: str


def load_migrations() -> list[Migration]:
    """Read all migrations, in order; ValueError when the numbers have a hole or a file is named otherwise."""
    found = []
    for item in files(__name__).iterdir():
        if item.name.endswith(".sql"):
            match = NAME.fullmatch(item.name)
            if match is None:
                raise ValueError(f"{item.name} is no migration's name; call it NNNN_what_it_does.sql")
            found.append(Migration(int(match[1]), item.name, item.read_text("utf-8")))
    found.sort()
    if [migration.version for migration in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"migrations must be numbered 1, 2, 3 …; found {[migration.name for migration in found]}")
    return found
