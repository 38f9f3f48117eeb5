"""`coscribe verify` and `coscribe export`, on a database with two documents."""

import asyncio
import json
import sqlite3
import zlib
from pathlib import Path

import pytest
from pycrdt import Doc, Text, XmlElement, XmlFragment, XmlText

from coscribe.cli.command import run
from coscribe.journal.changes import AppendRow, Document, PutCheckpoint, PutDocument, Row
from coscribe.journal.changes import Checkpoint as Kept
from coscribe.journal.entries import pack_entries
from coscribe.journal.sqlite import SqliteStore
from coscribe.operations import verify
from coscribe.workers.pool import WorkerFailed

AT = 1_700_000_000_000


def updates_of_a_text() -> list[bytes]:
    doc: Doc = Doc()
    made: list[bytes] = []
    subscription = doc.observe(lambda event: made.append(event.update))
    text = doc.get("text", type=Text)
    for word in ("one ", "two ", "three"):
        text += word
    doc.unobserve(subscription)
    return made


def update_of_rich_text() -> bytes:
    doc: Doc = Doc()
    fragment = doc.get("default", type=XmlFragment)
    paragraph = fragment.children.append(XmlElement("paragraph"))
    paragraph.children.append(XmlText("Hello, reader."))
    return doc.get_update()


async def fill(path: Path) -> None:
    store = SqliteStore(path)
    await store.open()
    plain = Document(store.allocate_key(), "plain", "", 1, 0, AT, AT, None)
    rich = Document(store.allocate_key(), "notes/rich", "Rich", 1, 0, AT, AT, None)
    one, two, three = updates_of_a_text()
    doc: Doc = Doc()
    doc.apply_update(one)
    vector = doc.get_state()
    await store.commit(
        [
            PutDocument(plain),
            PutDocument(rich),
            AppendRow(Row(plain.key, 1, 1, AT, pack_entries([(0, one)]))),
            AppendRow(Row(plain.key, 3, 2, AT, pack_entries([(0, two), (0, three)]))),
            AppendRow(Row(rich.key, 1, 1, AT, pack_entries([(0, update_of_rich_text())]))),
            PutCheckpoint(Kept(plain.key, 1, doc.get_update(), vector, doc.get_update(vector)[1:])),
        ]
    )
    await store.close()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    asyncio.run(fill(tmp_path / "coscribe.db"))
    return tmp_path


def change(data: Path, statement: str) -> None:
    with sqlite3.connect(data / "coscribe.db") as connection:
        connection.execute(statement)
    connection.close()


def test_whole_database_is_called_whole(data: Path, capsys):
    assert run(["verify", "--data", str(data)]) == 0
    assert "is whole: 2 documents, 3 rows, 1 checkpoints." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("UPDATE updates SET body = zeroblob(9) WHERE seq = 3", "plain, row 3: its checksum"),
        ("UPDATE updates SET crc = crc + 1 WHERE seq = 1 AND document = 1", "row 1: its checksum"),
        ("DELETE FROM updates WHERE seq = 1 AND document = 1", "row 3: it begins with entry 2, where 1 should follow"),
        ("DELETE FROM updates WHERE seq = 3", "entries 2 to 3 are missing"),
        ("UPDATE updates SET count = 3, seq = 4 WHERE seq = 3", "row 4: it holds another number of entries"),
        ("UPDATE checkpoints SET vector = x'00'", "checkpoint at 1: its checksum"),
        ("UPDATE checkpoints SET seq = 9", "checkpoint at 9: it lies behind the last row, 3"),
    ],
)
def test_damage_is_found_and_named(data: Path, damage: str, says: str, capsys):
    change(data, damage)
    assert run(["verify", "--data", str(data)]) == 1
    out, err = capsys.readouterr()
    assert says in out
    assert "restore the newest backup" in err
    assert err.count("\n") == 1


def test_row_that_holds_no_update_is_found(data: Path, capsys):
    body = pack_entries([(0, b"\x07\x07\x07")])
    with sqlite3.connect(data / "coscribe.db") as connection:
        connection.execute(
            "INSERT INTO updates (document, seq, count, at, body, crc) VALUES (1, 4, 1, 0, ?, ?)",
            (body, zlib.crc32(body)),
        )
    connection.close()
    assert run(["verify", "--data", str(data)]) == 1
    assert "plain, row 4" in capsys.readouterr().out


def test_document_that_cannot_be_built_is_named(data: Path, capsys, monkeypatch):
    async def fail(pool, document, seq):
        raise WorkerFailed("it killed two workers")

    monkeypatch.setattr(verify.WorkerPool, "state", fail)
    assert run(["verify", "--data", str(data)]) == 1
    assert "document plain cannot be built: it killed two workers" in capsys.readouterr().out


def test_overwritten_page_is_found(data: Path, capsys):
    with (data / "coscribe.db").open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xa5" * 4096)
    assert run(["verify", "--data", str(data)]) == 1
    out, err = capsys.readouterr()
    assert "SQLite" in out
    assert err.count("\n") == 1


def test_row_that_was_set_aside_is_counted_and_no_problem(data: Path, capsys):
    change(data, "UPDATE updates SET state = 1 WHERE seq = 3")
    assert run(["verify", "--data", str(data)]) == 0
    assert "1 rows are set aside" in capsys.readouterr().out


@pytest.mark.parametrize("command", [["verify"], ["export", "plain", "--format", "txt"]])
def test_missing_database_is_one_sentence_and_status_1(command: list[str], tmp_path: Path, capsys):
    assert run([*command, "--data", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "--data" in err
    assert err.count("\n") == 1


def test_newer_database_is_refused(data: Path, capsys):
    change(data, "PRAGMA user_version = 999")
    assert run(["verify", "--data", str(data)]) == 1
    assert "newer Coscribe" in capsys.readouterr().err


def test_document_is_written_to_stdout(data: Path, capfdbinary):
    assert run(["export", "notes/rich", "--format", "txt", "--data", str(data)]) == 0
    assert capfdbinary.readouterr().out.strip() == b"Hello, reader."


def test_document_is_written_to_a_file(data: Path, tmp_path: Path, capsys):
    target = tmp_path / "out.json"
    assert run(["export", "notes/rich", "--format", "json", "--output", str(target), "--data", str(data)]) == 0
    assert capsys.readouterr().out == ""
    assert json.loads(target.read_text())["type"] == "doc"


def test_exported_yjs_update_holds_the_document(data: Path, tmp_path: Path):
    target = tmp_path / "out.yjs"
    assert run(["export", "plain", "--format", "yjs", "--output", str(target), "--data", str(data)]) == 0
    doc: Doc = Doc()
    doc.apply_update(target.read_bytes())
    assert str(doc.get("text", type=Text)) == "one two three"


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["none", "--format", "txt"], 1, "no document none"),
        (["../plain", "--format", "txt"], 2, "document id"),
        (["notes/rich", "--format", "gif"], 2, "gif"),
        (["notes/rich"], 2, "--format"),
        (["notes/rich", "--format", "txt", "--output", "/nowhere/x"], 1, "/nowhere/x"),
    ],
)
def test_what_cannot_be_exported_is_one_sentence(data: Path, arguments: list[str], status: int, says: str, capsys):
    assert run(["export", *arguments, "--data", str(data)]) == status
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert says in err
