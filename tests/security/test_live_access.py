"""What a token gives ends with it, and what is taken back is gone at once, also on connections that are open."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import aiohttp
import pytest

from harness.lib0 import Typist
from harness.peer import Dialect, Kind, Peer, status
from harness.raw import Raw
from harness.server import MakeServer, Server
from harness.tokens import SECRET, TOKEN_AUTH, bearer, token

SIGN_IN_AGAIN, FORBIDDEN = 4401, 4403
WANTED = b"\x00"
READ_WRITE, READ_ONLY = bytes.fromhex("020a726561642d7772697465"), bytes.fromhex("0208726561646f6e6c79")
REACHES_WITHIN_S = 2.0

MakeToken = Callable[..., str]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> object:
    """A server that wants tokens, shared by tests that use documents of their own."""
    with Server(tmp_path_factory.mktemp("guarded") / "data", *TOKEN_AUTH, settings={"secret": SECRET}) as running:
        yield running


async def join(http: aiohttp.ClientSession, server: Server, document: str, dialect: Dialect, token: str) -> Peer:
    query = f"?token={token}" if dialect is Dialect.Y_WEBSOCKET else ""
    return await Peer.join(http, server, document, dialect, token=token, query=query)


def head(server: Server, document: str) -> int:
    return server.request("GET", f"/api/documents/{document}", **bearer(token("*", "admin")))[1]["head"]


@pytest.mark.parametrize("dialect", Dialect)
async def test_connection_ends_with_its_token(
    http: aiohttp.ClientSession, guarded: Server, document: str, dialect: Dialect
) -> None:
    expires = time.time() + 2
    peer = await join(http, guarded, document, dialect, token(document, "edit", "ada", exp=expires))
    assert await peer.until_closed(within_s=5) == SIGN_IN_AGAIN
    assert -0.1 < time.time() - expires < 1
    again = await Peer.open(
        http, guarded, document, Dialect.Y_WEBSOCKET, query=f"?token={token(document, 'edit', exp=expires)}"
    )
    assert await again.until_closed() == SIGN_IN_AGAIN


async def test_hocuspocus_client_is_asked_for_a_new_token_and_stays(
    http: aiohttp.ClientSession, guarded: Server, document: str
) -> None:
    peer = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "edit", "ada", ttl=2))
    await peer.until(Kind.AUTH, lambda payload: payload == WANTED, within_s=3)
    await peer.send_auth(token(document, "edit", "ada", ttl=4))
    typist = Typist(1)
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        await peer.send_update(typist.type("."))
        await peer.until_count(Kind.SYNC_STATUS, peer.count(Kind.SYNC_STATUS) + 1)
    assert peer.count(Kind.SYNC_STATUS, status(False)) == 0
    assert await peer.until_closed(within_s=4) == SIGN_IN_AGAIN


async def test_new_token_changes_the_role_but_never_the_person(
    http: aiohttp.ClientSession, guarded: Server, document: str
) -> None:
    peer = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "edit", "ada"))
    await peer.send_auth(token(document, "view", "ada"))
    await peer.until(Kind.AUTH, lambda payload: payload == READ_ONLY)
    await peer.send_update(Typist(1).type("refused"))
    await peer.until(Kind.SYNC_STATUS, lambda payload: payload == status(False))
    for useless in ("nonsense", token("another", "admin", "ada"), token(document, "admin", "ada", ttl=-1)):
        viewer = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "view", "ada"))
        await viewer.send_auth(useless)
        await viewer.send_update(Typist(2).type("refused"))
        await viewer.until(Kind.SYNC_STATUS, lambda payload: payload == status(False))
        assert viewer.count(Kind.AUTH) == 1, "the old token goes on being good"
        await viewer.leave()
    assert head(guarded, document) == 0

    other = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "view", "ada"))
    await other.send_auth(token(document, "admin", "bob"))
    assert await other.until_closed() == SIGN_IN_AGAIN
    await peer.leave()


@pytest.mark.parametrize("dialect", Dialect)
async def test_taken_back_access_ends_within_two_seconds_and_stays_away(
    http: aiohttp.ClientSession, make_server: MakeServer, document: str, dialect: Dialect
) -> None:
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET})
    old = token(document, "edit", "ada")
    ada = await join(http, server, document, dialect, old)
    bob = await join(http, server, document, dialect, token(document, "edit", "bob"))
    begun = time.monotonic()
    path, admin = f"/api/documents/{document}/revocations", bearer(token(document, "admin"))
    assert server.request("POST", path, b'{"user":"ada"}', **bearer(old))[0] == 403
    assert server.request("POST", path, b'{"user":"ada"}', **admin) == (204, b"")
    assert await ada.until_closed() == FORBIDDEN
    assert time.monotonic() - begun < REACHES_WITHIN_S
    assert server.request("GET", f"/api/documents/{document}", **bearer(old))[0] == 403
    await bob.leave()
    server.restart()
    refused = await Peer.open(http, server, document, Dialect.Y_WEBSOCKET, query=f"?token={old}")
    assert await refused.until_closed() == FORBIDDEN
    denied = await Peer.open(http, server, document, Dialect.HOCUSPOCUS)
    await denied.send_auth(old)
    await denied.until(Kind.AUTH, lambda payload: payload[:1] == b"\x01")
    again = await join(http, server, document, dialect, token(document, "edit", "ada"))
    await again.send_update(Typist(1).type("back"))
    await again.until(Kind.SYNC_STATUS if dialect is Dialect.HOCUSPOCUS else Kind.UPDATE)
    for peer in (denied, again):
        await peer.leave()


@pytest.mark.parametrize("dialect", Dialect)
async def test_taking_back_reaches_tokens_of_a_clock_that_is_ahead(
    http: aiohttp.ClientSession, guarded: Server, document: str, dialect: Dialect
) -> None:
    ahead = token(document, "edit", document, iat=time.time() + 4)
    ada = await join(http, guarded, document, dialect, ahead)
    begun = time.monotonic()
    path, admin = f"/api/documents/{document}/revocations", bearer(token(document, "admin"))
    assert guarded.request("POST", path, json.dumps({"user": document}).encode(), **admin)[0] == 204
    assert await ada.until_closed() == FORBIDDEN
    assert time.monotonic() - begun < REACHES_WITHIN_S
    assert guarded.request("GET", f"/api/documents/{document}", **bearer(ahead))[0] == 403
    later = bearer(token(document, "edit", document, iat=time.time() + 4.5))
    assert guarded.request("GET", f"/api/documents/{document}", **later)[0] == 200


async def test_milder_limit_that_comes_later_gives_nothing_back(make_server: MakeServer, document: str) -> None:
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET})
    path, admin = f"/api/documents/{document}", bearer(token(document, "admin"))
    assert server.request("POST", "/api/documents", b'{"id":"%s"}' % document.encode(), **admin)[0] == 201
    held: list[str] = []
    for taken in (None, "view", "edit"):
        held.append(token(document, "edit", "ada"))
        body = {"user": "ada"} | ({"role": taken} if taken else {})
        assert server.request("POST", path + "/revocations", json.dumps(body).encode(), **admin)[0] == 204
    for _ in range(2):
        roles = [
            str(status if status != 200 else line["role"])
            for status, line in (server.request("GET", path, **bearer(each)) for each in held)
        ]
        assert roles == ["403", "view", "edit"]
        server.restart()  # what was taken back is on disk


@pytest.mark.parametrize("dialect", Dialect)
async def test_lowered_role_reaches_an_open_connection_and_its_next_edit(
    http: aiohttp.ClientSession, guarded: Server, document: str, dialect: Dialect
) -> None:
    ada = await join(http, guarded, document, dialect, token(document, "admin", "ada"))
    bob = await join(http, guarded, document, dialect, token(document, "edit", "bob"))
    typist = Typist(1)
    await ada.send_update(typist.type("kept"))
    await bob.until_content(b"kept")
    path, admin = f"/api/documents/{document}/revocations", bearer(token(document, "admin"))
    assert guarded.request("POST", path, b'{"user":"ada","role":"comment"}', **admin)[0] == 204
    await ada.send_update(typist.type("dropped"))
    if dialect is Dialect.HOCUSPOCUS:
        await ada.until(Kind.AUTH, lambda payload: payload == READ_ONLY)
        await ada.until(Kind.SYNC_STATUS, lambda payload: payload == status(False))
    else:
        await ada.until(Kind.AUTH)
    mark = len(bob.messages)
    await bob.send_update(Typist(2).type("later"))
    await bob.until(Kind.SYNC_STATUS if dialect is Dialect.HOCUSPOCUS else Kind.UPDATE, after=mark)
    await ada.until_content(b"later")
    assert not any(b"dropped" in message.payload for message in bob.messages)
    assert head(guarded, document) == 2
    for peer in (ada, bob):
        await peer.leave()


GIF = bytes.fromhex("47494638396101000100800000000000ffffff2c00000000010001000002024401003b")


def test_what_was_taken_back_is_in_no_list_and_shows_no_picture(guarded: Server, document: str) -> None:
    admin, path = bearer(token("*", "admin")), f"/api/documents/{document}/a"
    made = json.dumps({"id": f"{document}/a", "title": document, "text": "words"}).encode()
    assert guarded.request("POST", "/api/documents", made, **admin)[0] == 201
    picture = guarded.request("POST", path + "/files", GIF, content_type="image/gif", **admin)[1]["url"]
    ada = bearer(token(f"{document}/*", "view", "ada"))

    def seen() -> tuple[list[str], list[str], int]:
        lists = [guarded.request("GET", f"/api/documents{query}", **ada)[1] for query in ("", f"?q={document}")]
        one, other = ([line["id"] for line in each["documents"]] for each in lists)
        return one, other, guarded.request("GET", picture, **ada)[0]

    assert seen() == ([f"{document}/a"], [f"{document}/a"], 200)
    assert guarded.request("POST", path + "/revocations", b'{"user":"ada"}', **admin)[0] == 204
    assert seen() == ([], [], 404)


JSON, TEXT = "application/json", "text/plain"
SLOW = {
    "POST /update": ("application/octet-stream", Typist(7).type("late")),
    "PUT /content": (TEXT, b"late"),
    "PATCH ": (JSON, b'{"title":"late"}'),
    "POST /tokens": (JSON, b'{"role":"admin","user":{"id":"late"}}'),
    "POST /shares": (JSON, b'{"role":"edit"}'),
    "POST /revocations": (JSON, b'{"user":"bob"}'),
    "POST /files": (
        "image/gif",
        bytes.fromhex("47494638396101000100800000000000ffffff2c00000000010001000002024401003b"),
    ),
    "POST /duplicate": (JSON, b'{"title":"late"}'),
}
"""Requests whose body comes slowly, each with its kind."""


async def test_request_that_was_under_way_when_access_was_taken_back_does_nothing(
    http: aiohttp.ClientSession, guarded: Server, document: str
) -> None:
    bob = await join(http, guarded, document, Dialect.Y_WEBSOCKET, token(document, "edit", "bob"))
    path, admin, old = f"/api/documents/{document}", bearer(token("*", "admin")), token(document, "admin", "ada")
    under_way = []
    for door, (kind, body) in SLOW.items():
        method, _, suffix = door.partition(" ")
        raw = await Raw.open(guarded)
        await raw.send(
            f"{method} {path}{suffix} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {old}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode()
        )
        assert (await raw.hear(quiet_s=0.01)).statuses == [100]  # it has been let in, and its body is waited for
        under_way.append(raw)
    assert guarded.request("POST", path + "/revocations", b'{"user":"ada"}', **admin)[0] == 204
    for (door, (_, body)), raw in zip(SLOW.items(), under_way, strict=True):
        await raw.send(body)
        assert (await raw.hear(quiet_s=0.01)).statuses == [403], door
        await raw.close()
    described = guarded.request("GET", path, **admin)[1]
    assert (described["head"], described["title"]) == (0, "")
    assert guarded.request("GET", path + "/shares", **admin)[1]["shares"] == []
    await bob.leave()


KEEPS = Typist(1)
WRITES = {
    "a deletion": b"\x00\x01\x01\x01\x00\x03",
    "a large edit, which a worker looks at": Typist(2).type("x" * 50_000),
    "an edit that builds on what is not here": b"\x01\x01\x09\x64\x84\x09\x63\x01x\x00",
    "known words and a deletion": KEEPS.type("written")[:-1] + b"\x01\x01\x01\x00\x02",
}


@pytest.mark.parametrize("role", ["view", "comment"])
@pytest.mark.parametrize("dialect", Dialect)
async def test_every_kind_of_edit_is_refused_to_who_may_not_write(
    http: aiohttp.ClientSession, guarded: Server, document: str, dialect: Dialect, role: str
) -> None:
    writer = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "edit", "ada"))
    await writer.send_update(KEEPS.everything())
    await writer.until_count(Kind.SYNC_STATUS, 2)  # the first answers the empty SyncStep2 to the server's question
    reader = await join(http, guarded, document, dialect, token(document, role, "eve"))
    if dialect is Dialect.HOCUSPOCUS:
        await reader.until(Kind.SYNC_STATUS)  # answers the empty SyncStep2 to the server's question
    for kind, update in WRITES.items():
        for send in (reader.send_update, reader.send_step_2):
            mark = len(reader.messages)
            await send(update)
            if dialect is Dialect.HOCUSPOCUS:
                answer = await reader.until(Kind.SYNC_STATUS, after=mark)
                assert answer.payload == status(False), kind
            else:
                await reader.until(Kind.AUTH, after=mark)
    assert head(guarded, document) == 1
    assert writer.count(Kind.UPDATE) == 0
    for peer in (writer, reader):
        await peer.leave()


@pytest.mark.parametrize("role", ["view", "comment"])
async def test_who_may_not_write_changes_nothing_by_any_door(
    http: aiohttp.ClientSession, guarded: Server, document: str, role: str
) -> None:
    writer = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "edit", "ada"))
    await writer.send_update(Typist(1).type("written"))
    await writer.until(Kind.SYNC_STATUS)
    low = token(document, role, "eve")
    stream = await join(http, guarded, document, Dialect.Y_WEBSOCKET, low)
    provider = await join(http, guarded, document, Dialect.HOCUSPOCUS, low)
    for number, peer in enumerate((stream, provider)):
        forbidden = Typist(10 + number)
        await peer.send_update(forbidden.type("forbidden"))
        await peer.send_step_2(forbidden.everything())
    await stream.until_count(Kind.AUTH, 2)
    await provider.until_count(Kind.SYNC_STATUS, 3)  # the first answers the empty SyncStep2 to the server's question
    assert provider.count(Kind.SYNC_STATUS, status(False)) == 2
    update = Typist(20).type("forbidden")
    path = f"/api/documents/{document}"
    for method, address, body in (
        ("POST", path + "/update", update),
        ("PUT", path + "/content", b"forbidden"),
        ("PATCH", path, b'{"title":"forbidden"}'),
        ("DELETE", path, None),
        ("POST", path + "/restore", b""),
        ("POST", path + "/revocations", b'{"user":"ada"}'),
    ):
        answer, problem = guarded.request(method, address, body, **bearer(low), content_type="text/plain")
        assert (answer, problem["status"]) == (403, 403), (method, address)
    assert head(guarded, document) == 1
    assert not any(b"forbidden" in message.payload for message in writer.messages)
    newcomer = await join(http, guarded, document, Dialect.HOCUSPOCUS, low)
    assert not any(b"forbidden" in message.payload for message in newcomer.messages)
    for peer in (writer, stream, provider, newcomer):
        await peer.leave()
