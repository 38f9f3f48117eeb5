"""Who did what can be read afterwards, by admins alone, and never says what is written anywhere."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from coscribe.journal.audit import Action
from harness.lib0 import Typist
from harness.peer import Dialect, Peer
from harness.server import MakeServer, Server
from harness.tokens import SECRET, TOKEN_AUTH, bearer, token

SECRET_WORD = "Geheimwort"
ADMIN_TOKEN = token("*", "admin", "root", ttl=3600)
ADMIN = bearer(ADMIN_TOKEN)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that wants tokens."""
    with Server(tmp_path_factory.mktemp("audit") / "data", *TOKEN_AUTH, settings={"secret": SECRET}) as running:
        yield running


def ask(server: Server, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
    sent = None if body is None else json.dumps(body).encode()
    return server.request(method, path, sent, timeout=60, **{"Content_Type": "application/json", **ADMIN, **headers})


def audit(server: Server, document: str = "", query: str = "") -> list[dict[str, Any]]:
    """Read the lines about a document, oldest first, but for those that this reading makes."""
    about = f"document={document}&" if document else ""
    time.sleep(0.3)  # what nothing waits for is gathered
    status, page = ask(server, "GET", f"/api/audit?{about}limit=1000{query}")
    assert status == 200, page
    return [line for line in page["lines"] if line["action"] != Action.AUDIT_READ][::-1]


def command(server: Server, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "coscribe", "audit", "--data", str(server.data), *arguments],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_everything_that_is_done_to_a_document_is_in_it_and_no_word_of_it(
    http: aiohttp.ClientSession, guarded: Server
) -> None:
    doc = "/api/documents/doc"
    assert ask(guarded, "POST", "/api/documents", {"id": "doc", "title": SECRET_WORD, "text": SECRET_WORD})[0] == 201
    assert ask(guarded, "PATCH", doc, {"title": SECRET_WORD + "2"})[0] == 200
    assert ask(guarded, "PUT", f"{doc}/content", {"type": "doc", "content": [{"type": "paragraph"}]})[0] == 204
    assert ask(guarded, "GET", f"{doc}/export?format=html")[0] == 200
    assert ask(guarded, "POST", f"{doc}/duplicate", {"id": "copy", "title": SECRET_WORD})[0] == 201
    made = ask(guarded, "POST", f"{doc}/tokens", {"role": "edit", "user": {"id": "ada", "name": SECRET_WORD}})[1]
    peer = await Peer.join(http, guarded, "doc", Dialect.HOCUSPOCUS, token=made["token"])
    await peer.send_update(Typist(5).type(SECRET_WORD))
    await peer.leave()
    assert ask(guarded, "POST", f"{doc}/revocations", {"user": "ada"})[0] == 204
    refused = await Peer.open(http, guarded, "doc", Dialect.Y_WEBSOCKET, query=f"?token={made['token']}")
    assert await refused.until_closed() == 4403
    assert ask(guarded, "DELETE", doc)[0] == 204
    assert ask(guarded, "POST", f"{doc}/restore")[0] == 200
    assert ask(guarded, "DELETE", f"{doc}?permanent=true")[0] == 204
    lines = [line for line in audit(guarded, "doc") if line["action"] != Action.DOCUMENT_ERASE]
    assert [(line["action"], line["result"], line["actor"]["id"], line["detail"]) for line in lines] == [
        ("document.create", "ok", "root", {}),
        ("document.rename", "ok", "root", {}),
        ("document.write", "ok", "root", {"format": "json"}),
        ("document.export", "ok", "root", {"format": "html"}),
        ("document.duplicate", "ok", "root", {"copy": "copy"}),
        ("token.create", "ok", "root", {"user": "ada", "role": "edit"}),
        ("document.open", "ok", "ada", {"role": "edit"}),
        ("token.revoke", "ok", "root", {"user": "ada", "role": "none"}),
        ("access", "refused", "ada", {"reason": "forbidden", "method": "open"}),
        ("document.trash", "ok", "root", {}),
        ("document.restore", "ok", "root", {}),
        ("document.delete", "ok", "root", {"reason": "request"}),
    ]
    assert {line["actor"]["kind"] for line in lines} == {"token"}
    assert {line["address"] for line in lines} == {"127.0.0.1"}
    with sqlite3.connect(f"file:{guarded.data}/coscribe.db?mode=ro", uri=True) as connection:
        kept = str(connection.execute("SELECT * FROM audit").fetchall())
    connection.close()
    assert SECRET_WORD not in kept
    assert made["token"] not in kept
    assert ADMIN_TOKEN not in kept


def test_keys_and_who_comes_with_them_are_named(guarded: Server) -> None:
    key = ask(guarded, "POST", "/api/keys", {"documents": "*", "role": "edit", "name": SECRET_WORD})[1]
    body = json.dumps({"id": "by-key"}).encode()
    assert guarded.request("POST", "/api/documents", body, **bearer(key["secret"]))[0] == 201
    assert guarded.request("DELETE", "/api/documents/by-key", **bearer(key["secret"]))[0] == 403
    assert ask(guarded, "DELETE", f"/api/keys/{key['id']}")[0] == 204
    by_key = audit(guarded, query=f"&actor={key['id']}")
    assert [(line["actor"]["kind"], line["action"], line["result"]) for line in by_key] == [
        ("key", "document.create", "ok"),
        ("key", "access", "refused"),
    ]
    about_keys = audit(guarded, query="&action=key.*")
    assert [(line["action"], line["detail"]["key"]) for line in about_keys] == [
        ("key.create", key["id"]),
        ("key.revoke", key["id"]),
    ]


async def test_refusals_say_why_and_a_flood_of_them_does_not_fill_the_disk(
    http: aiohttp.ClientSession, make_server: MakeServer
) -> None:
    guarded = make_server(*TOKEN_AUTH, settings={"secret": SECRET})
    assert guarded.request("GET", "/api/documents/x")[0] == 401
    assert guarded.request("GET", "/api/documents/x", **bearer("nonsense"))[0] == 401
    assert guarded.request("GET", "/api/documents/x", **bearer(token("y", "view", "eve")))[0] == 403
    viewer = token("x", "view", "vera")
    assert guarded.request("POST", "/api/documents/x/shares", b"{}", **bearer(viewer))[0] == 403
    assert guarded.request("POST", "/api/documents", b'{"id":"x"}', **bearer(token("x", "admin")))[0] == 201
    for dialect in Dialect:
        query = f"?token={viewer}" if dialect is Dialect.Y_WEBSOCKET else ""
        reader = await Peer.join(http, guarded, "x", dialect, token=viewer, query=query)
        await reader.send_update(Typist(5).type(SECRET_WORD))
        await reader.sync()
        await reader.leave()
    peer = await Peer.open(http, guarded, "x", Dialect.HOCUSPOCUS)
    await peer.send_auth("nonsense")
    await peer.leave()
    refused = {
        (line["actor"]["id"], *(line["detail"].get(name) for name in ("reason", "method", "route")))
        for line in audit(guarded, "x")
        if line["result"] == "refused"
    }
    assert refused == {
        ("", "missing", "GET", "/api/documents/{id}"),
        ("", "invalid", "GET", "/api/documents/{id}"),
        ("eve", "forbidden", "GET", "/api/documents/{id}"),
        ("vera", "forbidden", "POST", "/api/documents/{id}/shares"),
        ("vera", "forbidden", "edit", None),
        ("", "invalid", "open", None),
    }
    for number in range(300):
        async with http.get(f"{guarded.url}/api/documents/flood-{number}") as answer:
            assert answer.status == 401
    assert len(audit(guarded, query="&action=access")) <= 70


def test_only_admins_of_everything_read_it_and_that_is_in_it_too(guarded: Server) -> None:
    for role in ("view", "comment", "edit"):
        assert guarded.request("GET", "/api/audit", **bearer(token("*", role)))[0] == 403
    assert guarded.request("GET", "/api/audit", **bearer(token("doc", "admin")))[0] == 403
    assert guarded.request("GET", "/api/audit")[0] == 401
    assert ask(guarded, "GET", "/api/audit?actor=root")[0] == 200
    time.sleep(0.3)
    lines = ask(guarded, "GET", "/api/audit?action=audit.read")[1]["lines"]
    assert "actor" in [line["detail"]["filters"] for line in lines]


async def test_pages_lines_and_the_command_say_the_same(http: aiohttp.ClientSession, guarded: Server) -> None:
    for number in range(7):
        assert ask(guarded, "POST", "/api/documents", {"id": f"page-{number}"})[0] == 201
    wanted = "/api/audit?action=document.create"
    pages, cursor = [], ""
    while True:
        page = ask(guarded, "GET", f"{wanted}&limit=3{cursor}")[1]
        pages += page["lines"]
        if page["cursor"] is None:
            break
        cursor = f"&cursor={page['cursor']}"
    assert len(pages) >= 7
    assert [line["seq"] for line in pages] == sorted({line["seq"] for line in pages}, reverse=True)
    for query, expected in (("", pages), ("&limit=4", pages[:4])):
        accept = {**ADMIN, "Accept": "application/x-ndjson"}
        async with http.get(guarded.url + wanted + query, headers=accept) as answer:
            assert (answer.status, answer.content_type) == (200, "application/x-ndjson")
            assert [json.loads(line) for line in (await answer.text()).splitlines()] == expected
    shown = command(guarded, "--action", "document.create", "--json")
    assert [json.loads(line) for line in shown.splitlines()] == pages[::-1]
    assert (
        command(guarded, "--action", "document.create", "--limit", "2", "--json").splitlines()
        == shown.splitlines()[-2:]
    )
    [line] = command(guarded, "--document", "page-3", "--since", "1h", "--actor", "root").splitlines()
    assert line.split()[2:] == ["document.create", "ok", "token:root", "page-3", "127.0.0.1"]
    for bad in ("since=yesterday", "limit=0", "limit=1001", "cursor=x", "actor=%00"):
        assert ask(guarded, "GET", f"/api/audit?{bad}")[0] == 400


def test_the_command_follows_what_happens(guarded: Server) -> None:
    arguments = ["audit", "--data", str(guarded.data), "--document", "followed", "--follow"]
    following = subprocess.Popen([sys.executable, "-m", "coscribe", *arguments], stdout=subprocess.PIPE, text=True)
    try:
        assert ask(guarded, "POST", "/api/documents", {"id": "followed"})[0] == 201
        assert following.stdout is not None
        assert "document.create" in following.stdout.readline()
        assert ask(guarded, "DELETE", "/api/documents/followed")[0] == 204
        assert "document.trash" in following.stdout.readline()
    finally:
        following.terminate()
        following.communicate(timeout=10)


def test_settings_say_how_much_of_addresses_is_kept_and_for_how_long(make_server: MakeServer) -> None:
    server = make_server(settings={"audit_addresses": "prefix"})
    assert server.request("POST", "/api/documents", b'{"id": "doc"}')[0] == 201
    [line] = audit(server, "doc")
    assert (line["address"], line["actor"]) == ("127.0.0.0/24", {"id": "", "kind": "anonymous"})
    server.stop()
    server.settings |= {"audit_keep_days": 0.1 / 86_400}
    time.sleep(0.2)
    server.start()
    deadline = time.monotonic() + 10
    while server.request("GET", "/api/audit?document=doc&action=document.*")[1]["lines"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_links_and_members_are_in_it_and_no_secret_of_them(guarded: Server) -> None:
    def come(method: str, path: str, body: object, user: str = "olga") -> tuple[int, Any]:
        who = bearer(token("*", "member", user, name=SECRET_WORD))
        return guarded.request(method, path, json.dumps(body).encode(), timeout=60, **who)

    id = come("POST", "/api/documents", {"text": SECRET_WORD})[1]["id"]
    come("POST", "/api/documents", {"text": "ben"}, "ben")
    doc = f"/api/documents/{id}"
    assert come("PUT", f"{doc}/members/ben", {"role": "view"})[0] == 200
    assert come("DELETE", f"{doc}/members/ben", {})[0] == 204
    share = come("POST", f"{doc}/shares", {"role": "edit", "password": SECRET_WORD})[1]
    assert guarded.request("POST", "/api/shares", json.dumps({"secret": "x" * 22}).encode())[0] == 404
    for password, status in (("wrong", 401), (SECRET_WORD, 200)):
        body = json.dumps({"secret": share["secret"], "password": password}).encode()
        assert guarded.request("POST", "/api/shares", body)[0] == status
    assert come("PATCH", f"{doc}/shares/{share['id']}", {"role": "view"})[0] == 200
    assert come("DELETE", f"{doc}/shares/{share['id']}", {})[0] == 204
    assert come("DELETE", f"{doc}/shares", {})[0] == 204
    lines = audit(guarded, id)
    assert [(line["action"], line["result"], line["actor"]["id"], line["detail"]) for line in lines] == [
        ("document.create", "ok", "olga", {}),
        ("member.set", "ok", "olga", {"user": "ben", "role": "view"}),
        ("member.remove", "ok", "olga", {"user": "ben"}),
        ("share.create", "ok", "olga", {"share": share["id"], "role": "edit", "password": True}),
        ("share.use", "refused", share["id"], {"reason": "password"}),
        ("share.use", "ok", share["id"], {"share": share["id"]}),
        ("share.change", "ok", "olga", {"share": share["id"], "role": "view"}),
        ("share.revoke", "ok", "olga", {"share": share["id"]}),
        ("share.revoke", "ok", "olga", {"share": "all"}),
    ]
    [unknown] = [line for line in audit(guarded, query="&action=share.use") if line["detail"] == {"reason": "unknown"}]
    assert (unknown["actor"]["kind"], unknown["document"]) == ("share", None)
    kept = json.dumps(audit(guarded))
    assert share["secret"] not in kept
    assert SECRET_WORD not in kept


def test_name_that_somebody_chose_makes_no_line_of_its_own_and_moves_no_cursor(guarded: Server) -> None:
    name = "x\n2026-03-01 09:30:00  document.delete    ok  token:ada  doc\x1b[2K\x9b31m\u2028 y"
    ask(guarded, "POST", "/api/documents", {"id": "odd"})
    who = bearer(token("odd", "admin", name))
    body = json.dumps({"user": name}).encode()
    assert guarded.request("POST", "/api/documents/odd/revocations", body, **who)[0] == 204
    [line] = [line for line in audit(guarded, "odd") if line["action"] == Action.TOKEN_REVOKE]
    assert (line["actor"]["id"], line["detail"]["user"]) == (name, name)
    for flags in ([], ["--json"]):
        said = command(guarded, "--document", "odd", "--action", "token.*", *flags)
        assert all(each.isprintable() for each in said.split("\n"))
        assert said.count("\n") == 1
        assert "\n2026-03-01" not in said
