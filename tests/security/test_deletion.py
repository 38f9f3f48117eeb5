"""What is deleted for good is gone: from the server, from its file byte by byte, and for clients that come back."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest

from harness.lib0 import Typist
from harness.peer import Dialect, Peer
from harness.rich_document import png
from harness.server import MakeServer, Server
from harness.tokens import SECRET, TOKEN_AUTH, bearer, token

DELETED = 4404
PLANTED = "Zwickmuehle"
ADMIN = bearer(token("*", "admin", ttl=3600))
WITHIN_S = 30.0
MIB = 1 << 20


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that wants tokens and makes checkpoints and its index of words often."""
    settings = {"secret": SECRET, "checkpoint_rows": 15, "search_delay_s": 0.1, "search_delay_max_s": 0.5}
    with Server(tmp_path_factory.mktemp("deletion") / "data", *TOKEN_AUTH, settings=settings) as running:
        yield running


def planted_png(word: str) -> bytes:
    """Make a picture that says something in its text."""
    text = b"tEXt" + b"Comment\0" + word.encode()
    chunk = (len(text) - 4).to_bytes(4, "big") + text + zlib.crc32(text).to_bytes(4, "big")
    picture = png()
    return picture[:33] + chunk + picture[33:]


def write(server: Server, id: str, markdown: str) -> None:
    headers = {**ADMIN, "Content-Type": "text/markdown"}
    assert server.request("PUT", f"/api/documents/{id}/content", markdown.encode(), timeout=60, **headers)[0] == 204


def update(server: Server, id: str, bytes: bytes) -> None:
    assert server.request("POST", f"/api/documents/{id}/update", bytes, timeout=60, **ADMIN)[0] == 204


def upload(server: Server, id: str, body: bytes) -> str:
    status, file = server.request("POST", f"/api/documents/{id}/files", body, Content_Type="image/png", **ADMIN)
    assert status == 201, file
    return str(file["url"])


def delete(server: Server, id: str) -> None:
    assert server.request("DELETE", f"/api/documents/{id}?permanent=true", **ADMIN) == (204, b"")


def traces(data: Path, word: str = PLANTED) -> dict[str, int]:
    """Count a word in every file of the data folder, whatever its case."""
    counts = {path.name: path.read_bytes().lower().count(word.lower().encode()) for path in data.iterdir()}
    return {name: count for name, count in counts.items() if count}


def verify(server: Server) -> None:
    command = [sys.executable, "-m", "coscribe", "verify", "--data", str(server.data)]
    verified = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def until_erased(server: Server, *ids: str) -> None:
    """Wait until the server says that the last trace is gone."""
    deadline = time.monotonic() + WITHIN_S
    for id in ids:
        query = f"/api/audit?action=document.erase&document={quote(id)}"
        while not server.request("GET", query, **ADMIN)[1]["lines"]:
            assert time.monotonic() < deadline, f"{id} is not erased"
            time.sleep(0.2)


def until_found(server: Server, word: str) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not server.request("GET", f"/api/documents?q={word}", **ADMIN)[1]["documents"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_planted_words_are_gone_from_the_file_and_nothing_else_is(guarded: Server) -> None:
    guarded.create(headers=ADMIN, id="other", title="Other", markdown="Ordinary words.")
    guarded.create(headers=ADMIN, id="doomed", title=f"The {PLANTED}", markdown=f"An earlier {PLANTED}.")
    picture, both = upload(guarded, "doomed", planted_png(PLANTED)), upload(guarded, "doomed", png())
    assert upload(guarded, "other", png()) == both
    others, doomed = Typist(11, "notes"), Typist(12, "notes")
    for number in range(60):
        update(guarded, "doomed", doomed.type(f"{PLANTED} {number} "))
        update(guarded, "other", others.type(f"ordinary {number} "))
    write(guarded, "doomed", f"A *{PLANTED}* [there](https://example.org/{PLANTED}) ![]({picture})")
    status, _ = guarded.request("PATCH", "/api/documents/doomed", b'{"title": "Harmless"}', **ADMIN)
    assert status == 200
    write(guarded, "doomed", "Now it says nothing.")
    share = guarded.request("POST", "/api/documents/doomed/shares", b"{}", **ADMIN)[1]
    until_found(guarded, "nothing")
    content = guarded.request("GET", "/api/documents/other/content?format=json", **ADMIN)
    assert traces(guarded.data)

    delete(guarded, "doomed")
    for path in ("/api/documents/doomed", "/api/documents/doomed/content", picture):
        assert guarded.request("GET", path, **ADMIN)[0] == 404
    assert guarded.request("POST", f"/api/shares/{share['secret']}", b"{}")[0] in (404, 405)
    for number in range(20):  # people go on
        update(guarded, "other", others.type(f"later {number} "))
    until_erased(guarded, "doomed")
    assert traces(guarded.data) == {}
    assert guarded.request("GET", both, **ADMIN)[0] == 200
    assert guarded.request("GET", picture, **ADMIN)[0] == 404
    assert guarded.request("GET", "/api/documents/other/content?format=json", **ADMIN) == content
    assert b"later 19" in guarded.request("GET", "/api/documents/other/update", **ADMIN)[1]
    verify(guarded)
    guarded.restart()
    assert traces(guarded.data) == {}
    assert [line["id"] for line in guarded.request("GET", "/api/documents?deleted=true", **ADMIN)[1]["documents"]] == []


def test_a_picture_that_was_just_pasted_into_another_document_stays(make_server: MakeServer) -> None:
    guarded = make_server(*TOKEN_AUTH, settings={"secret": SECRET, "search_delay_s": 2, "search_delay_max_s": 3})
    guarded.create(headers=ADMIN, id="source", text="has a picture")
    guarded.create(headers=ADMIN, id="target", text="has none yet")
    picture = upload(guarded, "source", planted_png("pasted"))
    write(guarded, "target", "still none")
    until_found(guarded, "still")  # from now on the index is behind, and slowly
    write(guarded, "target", f"![]({picture})")
    delete(guarded, "source")
    until_erased(guarded, "source")
    assert guarded.request("GET", picture, **bearer(token("target", "view")))[0] == 200
    delete(guarded, "target")
    until_erased(guarded, "target")
    assert guarded.request("GET", picture, **ADMIN)[0] == 404
    assert traces(guarded.data, "pasted") == {}


@pytest.mark.parametrize("dialect", Dialect)
async def test_a_client_that_comes_back_does_not_bring_the_words_back(
    http: aiohttp.ClientSession, guarded: Server, document: str, dialect: Dialect
) -> None:
    typist, key = Typist(21), token(document, "admin", "ada")
    query = f"?token={key}" if dialect is Dialect.Y_WEBSOCKET else ""
    peer = await Peer.join(http, guarded, document, dialect, token=key, query=query)
    await peer.send_update(typist.type(PLANTED))
    update(guarded, document, Typist(22).type("over HTTP"))
    delete(guarded, document)
    assert await peer.until_closed() == DELETED
    typist.type(" and more, written offline")
    for again in range(2):
        peer = await Peer.open(http, guarded, document, dialect, query=query)
        if dialect is Dialect.HOCUSPOCUS:
            await peer.send_auth(key)
        await peer.send_step_2(typist.everything())
        assert await peer.until_closed() == DELETED
        if not again:
            until_erased(guarded, document)
    for path, body in (("", {"id": document}), (f"/{document}/restore", {})):
        status, _ = guarded.request("POST", f"/api/documents{path}", json.dumps(body).encode(), **ADMIN)
        assert status == (404 if path else 409)
    status, _ = guarded.request("POST", f"/api/documents/{document}/update", typist.everything(), **ADMIN)
    assert status == 404
    assert traces(guarded.data) == {}
    guarded.restart()
    peer = await Peer.open(http, guarded, document, dialect, query=query)
    if dialect is Dialect.HOCUSPOCUS:
        await peer.send_auth(key)
    assert await peer.until_closed() == DELETED


def test_a_document_in_the_trash_can_be_deleted_for_good_by_its_admins_alone(guarded: Server, document: str) -> None:
    guarded.create(headers=ADMIN, id=document, text=PLANTED)
    path = f"/api/documents/{document}"
    assert guarded.request("DELETE", path, **ADMIN)[0] == 204
    for role in ("view", "comment", "edit"):
        status, _ = guarded.request("DELETE", f"{path}?permanent=true", **bearer(token(document, role)))
        assert status == 403
    assert guarded.request("DELETE", f"{path}?permanent=perhaps", **ADMIN)[0] == 400
    delete(guarded, document)
    assert guarded.request("DELETE", f"{path}?permanent=true", **ADMIN)[0] == 404
    until_erased(guarded, document)
    assert traces(guarded.data) == {}


def test_a_server_that_is_killed_while_it_deletes_goes_on_when_it_starts(make_server: MakeServer) -> None:
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET})
    server.create(headers=ADMIN, id="other", text="Ordinary words.")
    server.create(headers=ADMIN, id="doomed", title=PLANTED)
    typist = Typist(31)
    for _ in range(8):
        update(server, "doomed", typist.type(PLANTED * (3 * MIB // len(PLANTED))))
    delete(server, "doomed")
    server.kill()
    with sqlite3.connect(f"file:{server.data}/coscribe.db?mode=ro", uri=True) as connection:
        [erased, rows] = connection.execute("SELECT erased, (SELECT count(*) FROM updates) FROM tombstones").fetchone()
    connection.close()
    assert erased is None
    assert rows > 1, "it was deleted before it could be killed; the test means nothing"
    assert traces(server.data)
    verify(server)
    server.start()
    assert server.request("GET", "/api/documents/doomed", **ADMIN)[0] == 404
    until_erased(server, "doomed")
    assert traces(server.data) == {}
    assert server.request("GET", "/api/documents/other/content?format=text", **ADMIN) == (200, b"Ordinary words.\n")


def test_what_was_in_the_trash_for_its_time_is_deleted(make_server: MakeServer) -> None:
    day_s = 24 * 3600
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET, "trash_keep_days": 3600 / day_s})
    for id in ("old", "new"):
        server.create(headers=ADMIN, id=id, text=PLANTED if id == "old" else "kept")
    assert server.request("DELETE", "/api/documents/old", **ADMIN)[0] == 204
    server.restart()
    time.sleep(1)
    assert server.request("POST", "/api/documents/old/restore", b"", **ADMIN)[0] == 200
    assert server.request("DELETE", "/api/documents/old", **ADMIN)[0] == 204
    time.sleep(0.3)
    server.stop()
    server.settings["trash_keep_days"] = 0.2 / day_s
    server.start()
    until_erased(server, "old")
    assert traces(server.data) == {}
    assert server.request("GET", "/api/documents/new", **ADMIN)[0] == 200
    lines = server.request("GET", "/api/audit?document=old&action=document.*", **ADMIN)[1]["lines"]
    assert [(line["action"], line["actor"]["kind"]) for line in lines[:2]] == [
        ("document.erase", "server"),
        ("document.delete", "server"),
    ]


def test_nothing_of_it_is_left_in_what_webhooks_have_still_to_be_told(make_server: MakeServer) -> None:
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET, "webhook_networks": "127.0.0.1"})
    hook = json.dumps({"url": "http://127.0.0.1:9/"}).encode()  # where nobody answers
    assert server.request("POST", "/api/webhooks", hook, **ADMIN)[0] == 201
    server.create(headers=ADMIN, id="doomed", title=PLANTED, text=PLANTED)
    assert server.request("PATCH", "/api/documents/doomed", b'{"title": "%sn"}' % PLANTED.encode(), **ADMIN)[0] == 200
    assert server.request("GET", "/api/webhooks", **ADMIN)[1]["webhooks"][0]["waiting"] == 3
    delete(server, "doomed")
    until_erased(server, "doomed")
    assert traces(server.data) == {}
    with sqlite3.connect(f"file:{server.data}/coscribe.db?mode=ro", uri=True) as connection:
        left = connection.execute("SELECT event, document, subject FROM deliveries").fetchall()
    connection.close()
    assert left == [("document.deleted", None, "doomed")]


def test_the_command_deletes_through_the_running_server(guarded: Server, document: str) -> None:
    guarded.create(headers=ADMIN, id=document, text=PLANTED)
    environment = {**os.environ, "COSCRIBE_SECRET": SECRET, "COSCRIBE_PORT": str(guarded.port)}
    command = [sys.executable, "-m", "coscribe", "delete", document]
    for arguments, said in (([], "in the trash"), (["--permanent"], "deleted for good")):
        done = subprocess.run([*command, *arguments], env=environment, capture_output=True, text=True, timeout=30)
        assert (done.returncode, done.stdout) == (0, f"{document} is {said}\n"), done.stderr
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert done.stderr.startswith("The server refuses: There is no such document")


def test_what_was_being_converted_when_a_server_was_killed_goes_at_the_next_start(
    make_server: MakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))

    def convert(server: Server) -> Path:
        before = set(temporary.iterdir())
        if server.request("GET", "/api/documents/doc", **ADMIN)[0] == 404:
            server.create(headers=ADMIN, id="doc", text=PLANTED)
        assert server.request("GET", "/api/documents/doc/export?format=docx", timeout=60, **ADMIN)[0] == 200
        [folder] = set(temporary.iterdir()) - before
        return folder

    killed, other = (make_server(*TOKEN_AUTH, settings={"secret": SECRET}) for _ in range(2))
    left, used = convert(killed), convert(other)
    foreign = temporary / "coscribe-of-somebody.txt"
    foreign.write_text("not a folder")
    killed.kill()
    (left / "input").write_text(PLANTED)
    killed.start()
    assert not left.exists()
    assert used.exists(), "whose server lives"
    assert foreign.exists()
    convert(killed)
    assert killed.stop() == other.stop() == 0
    assert list(temporary.iterdir()) == [foreign]
