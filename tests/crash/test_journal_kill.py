"""A writer that is killed at any moment has every row that it acknowledged."""

from __future__ import annotations

import random
import sqlite3
import time
from pathlib import Path

from harness.journal_process import JournalProcess, acknowledged, check_rows

KILLS = 25


def test_acknowledged_rows_survive_sigkill_at_any_moment(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = tmp_path / "coscribe.db"
    least: dict[int, int] = {}
    total = 0
    for _ in range(KILLS):
        with JournalProcess(path) as writer:
            writer.wait_until(lambda heard: "ack" in heard)
            time.sleep(chance.uniform(0, 0.25))
            writer.kill()
            acks = acknowledged(writer.heard)
        total += writer.heard.count("ack")
        least |= acks
        least = check_rows(path, least)
    assert total > KILLS * 20, "too little was written for the test to mean anything"
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_a_writer_that_is_stopped_leaves_one_file_with_everything_in_it(tmp_path: Path) -> None:
    path = tmp_path / "coscribe.db"
    with JournalProcess(path) as writer:
        writer.wait_until(lambda heard: heard.count("ack") > 100)
        assert writer.stop() == 0
    check_rows(path, acknowledged(writer.heard))
    connection = sqlite3.connect(path)
    connection.close()
    assert not path.with_name("coscribe.db-wal").exists() or not path.with_name("coscribe.db-wal").stat().st_size
