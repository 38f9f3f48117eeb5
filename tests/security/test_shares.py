"""Links that share a document: what they give, and that they can be ended."""

from __future__ import annotations

import asyncio
import base64
import json
import time
import urllib.request
from typing import Any

import aiohttp
import pytest

from harness.lib0 import Typist, awareness
from harness.peer import Dialect, Kind, Peer
from harness.server import MakeServer, Server
from harness.tokens import SECRET, TOKEN_AUTH, bearer, token

SIGN_IN_AGAIN, FORBIDDEN = 4401, 4403


@pytest.fixture
def guarded(make_server: MakeServer, document: str) -> Server:
    """A server that wants tokens, with a document."""
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET, "default_role": "none"})
    server.create(id=document, text="shared", headers=bearer(token("*", "admin")))
    return server


def share(server: Server, document: str, **wanted: Any) -> dict[str, Any]:
    path, admin = f"/api/documents/{document}/shares", bearer(token(document, "admin"))
    status, made = server.request("POST", path, json.dumps(wanted).encode(), **admin)
    assert status == 201, made
    return dict(made)


def exchange(server: Server, secret: str, **body: Any) -> tuple[int, Any]:
    return server.request("POST", "/api/shares", json.dumps({"secret": secret, **body}).encode())


def claims_of(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


async def join(http: aiohttp.ClientSession, server: Server, document: str, dialect: Dialect, token: str) -> Peer:
    query = f"?token={token}" if dialect is Dialect.Y_WEBSOCKET else ""
    return await Peer.join(http, server, document, dialect, token=token, query=query)


async def test_link_gives_its_role_for_its_document_until_it_is_ended(
    http: aiohttp.ClientSession, guarded: Server, document: str
) -> None:
    kept, ended = share(guarded, document, role="edit"), share(guarded, document, role="edit")
    assert len(ended["secret"]) == 22
    assert ended["url"] == f"/s/{ended['secret']}"
    status, given = exchange(guarded, ended["secret"])
    assert (status, given["document"], given["role"]) == (200, document, "edit")
    ours = bearer(given["token"])
    for path, expected in (
        (f"/api/documents/{document}", 200),
        ("/api/documents/another", 403),
    ):
        assert guarded.request("GET", path, **ours)[0] == expected
    for method, path in (("GET", "/shares"), ("POST", "/shares"), ("DELETE", "/shares"), ("POST", "/tokens")):
        assert guarded.request(method, f"/api/documents/{document}{path}", b"{}", **ours)[0] == 403
    other = await join(http, guarded, document, Dialect.HOCUSPOCUS, exchange(guarded, kept["secret"])[1]["token"])
    guests = [await join(http, guarded, document, dialect, given["token"]) for dialect in Dialect]
    await guests[0].send_update(Typist(1).type("by a guest"))
    await other.until_content(b"by a guest")

    begun = time.monotonic()
    admin = bearer(token(document, "admin"))
    assert guarded.request("DELETE", f"/api/documents/{document}/shares/{ended['id']}", **admin)[0] == 204
    assert [await guest.until_closed() for guest in guests] == [FORBIDDEN, FORBIDDEN]
    assert time.monotonic() - begun < 2
    await other.sync()
    await other.leave()
    for again in (False, True):
        if again:
            guarded.restart()
        assert exchange(guarded, ended["secret"])[0] == 404
        assert guarded.request("GET", f"/api/documents/{document}", **ours)[0] == 403
        assert exchange(guarded, kept["secret"])[0] == 200
    _, listed = guarded.request("GET", f"/api/documents/{document}/shares", **admin)
    assert [line["revoked"] is None for line in listed["shares"]] == [True, False]
    assert guarded.request("DELETE", f"/api/documents/{document}/shares/nothing", **admin)[0] == 404
    assert guarded.request("DELETE", f"/api/documents/{document}/shares", **admin)[0] == 204
    assert exchange(guarded, kept["secret"])[0] == 404
    on_disk = b"".join(file.read_bytes() for file in guarded.data.iterdir())
    for made in (kept, ended):
        assert made["secret"].encode() not in on_disk
        assert made["secret"] not in guarded.stderr()


async def test_link_with_an_end_ends_with_its_connections(
    http: aiohttp.ClientSession, guarded: Server, document: str
) -> None:
    made = share(guarded, document, ttl=2)
    guest = await join(http, guarded, document, Dialect.Y_WEBSOCKET, exchange(guarded, made["secret"])[1]["token"])
    assert await guest.until_closed(within_s=5) == SIGN_IN_AGAIN
    await asyncio.sleep(2)
    assert exchange(guarded, made["secret"])[0] == 404


def test_password_is_asked_for_and_cannot_be_guessed(guarded: Server, document: str) -> None:
    made = share(guarded, document, password="open, sesame")
    secret = made["secret"]
    assert exchange(guarded, secret)[0] == 401
    assert exchange(guarded, secret, password="open, sesame")[0] == 200
    assert [exchange(guarded, secret, password=f"guess {n}")[0] for n in range(10)] == [401] * 10
    assert exchange(guarded, secret, password="open, sesame")[0] == 429
    assert exchange(guarded, share(guarded, document)["secret"])[0] == 200
    on_disk = b"".join(file.read_bytes() for file in guarded.data.iterdir())
    assert b"sesame" not in on_disk
    assert "sesame" not in guarded.stderr()


@pytest.mark.parametrize(
    "blank", ["\u00a0", "\u2800", "\u3164", "\u115f", "\u3000", "\u200b", "\u2800\ufe0f", "\U000e0020"]
)
async def test_guest_cannot_push_out_of_sight_that_they_are_one(
    http: aiohttp.ClientSession, guarded: Server, document: str, blank: str
) -> None:
    secret = share(guarded, document, role="edit")["secret"]
    status, given = exchange(guarded, secret, name=("Ann Example" + blank * 60)[:60])
    assert status == 200
    guest = await join(http, guarded, document, Dialect.HOCUSPOCUS, given["token"])
    watcher = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "view", "bob"))
    await guest.send_awareness(awareness((7, 1, '{"user":{"name":"Ann Example"}}')))
    shown = await watcher.until(Kind.AWARENESS, lambda payload: b"Ann Example" in payload)
    assert b"Ann Example (guest)" in shown.payload
    for peer in (guest, watcher):
        await peer.leave()


def test_what_cannot_be_a_link_is_refused(guarded: Server, document: str) -> None:
    path, admin = f"/api/documents/{document}/shares", bearer(token(document, "admin"))
    for bad in (
        {"role": "admin"},
        {"role": "owner"},
        {"ttl": 0},
        {"ttl": "1"},
        {"password": 1},
        {"password": "a" * 201},
    ):
        assert guarded.request("POST", path, json.dumps(bad).encode(), **admin)[0] == 400, bad
    assert guarded.request("POST", path, b"{}", **bearer(token(document, "edit")))[0] == 403
    assert guarded.request("POST", "/api/documents/missing/shares", b"{}", **bearer(token("*", "admin")))[0] == 404
    nowhere = [exchange(guarded, secret) for secret in ("A" * 22, "a", "A" * 200)]
    assert [status for status, _ in nowhere] == [404, 404, 404]
    made = share(guarded, document)
    assert guarded.request("DELETE", f"/api/documents/{document}", **admin)[0] == 204
    assert exchange(guarded, made["secret"]) == nowhere[0], "a document in the trash is not shared"


def test_role_of_a_link_can_be_changed_and_old_tokens_follow(guarded: Server, document: str) -> None:
    made, admin = share(guarded, document, role="view"), bearer(token(document, "admin"))
    path = f"/api/documents/{document}/shares/{made['id']}"
    old = bearer(exchange(guarded, made["secret"])[1]["token"])
    renamed = json.dumps({"title": "by a guest"}).encode()

    def may_rename() -> bool:
        return guarded.request("PATCH", f"/api/documents/{document}", renamed, **old)[0] == 200

    assert not may_rename()
    for again in (False, True):
        if again:
            guarded.restart()
        else:
            assert guarded.request("PATCH", path, b'{"role":"edit"}', **admin)[1]["role"] == "edit"
        assert may_rename()
        assert exchange(guarded, made["secret"])[1]["role"] == "edit"
    assert guarded.request("PATCH", path, b'{"role":"comment"}', **admin)[0] == 200
    assert not may_rename()
    for bad in (b"{}", b'{"role":"admin"}', b'{"role":"owner"}'):
        assert guarded.request("PATCH", path, bad, **admin)[0] == 400
    assert guarded.request("PATCH", path, b'{"role":"edit"}', **bearer(token(document, "edit")))[0] == 403
    assert guarded.request("DELETE", path, **admin)[0] == 204
    assert guarded.request("PATCH", path, b'{"role":"edit"}', **admin)[0] == 409


async def test_new_role_of_a_link_reaches_who_is_in_by_it(
    http: aiohttp.ClientSession, guarded: Server, document: str
) -> None:
    made, admin = share(guarded, document, role="edit"), bearer(token(document, "admin"))
    path = f"/api/documents/{document}/shares/{made['id']}"
    given = exchange(guarded, made["secret"])[1]["token"]
    stream, provider = [await join(http, guarded, document, dialect, given) for dialect in Dialect]
    assert guarded.request("PATCH", path, b'{"role":"view"}', **admin)[0] == 200
    await provider.until(Kind.AUTH, lambda payload: b"readonly" in payload, within_s=2)
    await stream.send_update(Typist(1).type("refused"))
    await stream.until(Kind.AUTH, within_s=2)
    assert guarded.request("PATCH", path, b'{"role":"comment"}', **admin)[0] == 200
    assert guarded.request("PATCH", path, b'{"role":"edit"}', **admin)[0] == 200
    await provider.until(Kind.AUTH, lambda _: provider.count(Kind.AUTH) == 3)
    await stream.send_update(Typist(2).type("taken"))
    await provider.until_content(b"taken")
    for peer in (stream, provider):
        await peer.leave()


async def test_each_exchange_makes_a_guest_who_stays_the_same_with_their_pass(
    http: aiohttp.ClientSession, guarded: Server, document: str
) -> None:
    made = share(guarded, document, role="edit", password="open, sesame")
    secret = made["secret"]
    first, other = (exchange(guarded, secret, password="open, sesame", name=name)[1] for name in ("Mia", ""))
    again = exchange(guarded, secret, name="Mia M.", guest=first["guest"])[1]
    who = [claims_of(given["token"]) for given in (first, other, again)]
    assert [claims["name"] for claims in who] == ["Mia (guest)", "Guest", "Mia M. (guest)"]
    assert all(claims["sub"].startswith("guest:") for claims in who)
    assert who[0]["sub"] == who[2]["sub"] != who[1]["sub"]
    assert first["guest"].split(".")[0] not in first["token"]
    for forged in ("x.y", first["guest"][:-1] + "!", first["guest"].split(".")[0] + ".", "é.é"):
        assert exchange(guarded, secret, guest=forged)[0] == 401
    elsewhere = share(guarded, document, password="another")["secret"]
    assert exchange(guarded, elsewhere, guest=first["guest"])[0] == 401
    witness = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "view", "witness"))
    guest = await join(http, guarded, document, Dialect.HOCUSPOCUS, first["token"])
    await guest.send_awareness(awareness((7, 1, '{"user":{"id":"ada","name":"Ada"}}')))
    await witness.until(Kind.AWARENESS, lambda payload: b'"Mia (guest)"' in payload and b'"ada"' not in payload)
    for peer in (guest, witness):
        await peer.leave()


def test_whoever_has_signed_in_stays_who_they_are_behind_a_link(guarded: Server, document: str) -> None:
    secret = share(guarded, document, role="comment")["secret"]
    body = json.dumps({"secret": secret, "name": "Somebody else"}).encode()
    given = guarded.request("POST", "/api/shares", body, **bearer(token("*", "member", "ada", name="Ada")))[1]
    claims = claims_of(given["token"])
    assert (claims["sub"], claims["name"], claims["role"]) == ("ada", "Ada", "comment")
    owner = guarded.request("POST", "/api/shares", body, **bearer(token(document, "edit", "bob")))[1]
    assert (owner["token"], owner["role"], owner["document"]) == (None, "edit", document)
    for of_no_use in (token(document, "edit", "bob", ttl=-1), token(f"{document}-2", "admin", "bob", name="Bob")):
        given = guarded.request("POST", "/api/shares", body, **bearer(of_no_use))[1]
        assert claims_of(given["token"])["name"] == "Somebody else (guest)"


def test_revoked_link_looks_like_one_that_never_was_and_shows_up_nowhere(guarded: Server, document: str) -> None:
    ended = share(guarded, document, password="p")
    guarded.request("DELETE", f"/api/documents/{document}/shares", **bearer(token(document, "admin")))
    assert exchange(guarded, ended["secret"]) == exchange(guarded, "A" * 22)
    assert exchange(guarded, ended["secret"], password="p") == exchange(guarded, "A" * 22, password="p")
    page = urllib.request.urlopen(f"{guarded.url}/s/{ended['secret']}")
    with page:
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "no-store" in page.headers["Cache-Control"]
        assert ended["secret"].encode() not in page.read()
    assert ended["secret"] not in guarded.stderr()
    assert ended["secret"] not in guarded.get("/metrics")[1].decode()


def test_socket_does_not_take_the_secret_of_a_link(guarded: Server, document: str) -> None:
    made = share(guarded, document, role="edit")
    assert guarded.request("GET", f"/api/documents/{document}", **bearer(made["secret"]))[0] == 401


async def test_server_for_everybody_has_nothing_to_share(server: Server, document: str) -> None:
    server.create(id=document)
    status, problem = server.request("POST", f"/api/documents/{document}/shares", b"{}")
    assert (status, "--auth token" in problem["detail"]) == (409, True)
