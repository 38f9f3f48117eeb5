"""What one person, one address and the whole workspace may take: the limit holds, says so, and binds nobody else."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from harness.bystanders import Bystanders
from harness.lib0 import Typist
from harness.peer import Dialect, Kind, Peer
from harness.server import MakeServer, Server
from harness.tokens import SECRET, TOKEN_AUTH, bearer, token

TOO_LARGE, TOO_FAST = 4413, 4429
CONNECTIONS, MESSAGES_PER_S, REQUESTS_PER_S, DOCUMENTS, UPLOAD_BYTES = 3, 200, 3, 4, 50_000
BURST_S = 10
MANY = 100
"""Requests at once: more than a burst, and than what is given back while a slow machine answers them."""
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89"
PNG += b"\0\0\0\nIDATx\x9cc\0\1\0\0\5\0\1\r\n-\xb4\0\0\0\0IEND\xaeB`\x82"


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that lets a person do little, behind a proxy on this machine."""
    settings = {
        "secret": SECRET,
        "trusted_proxies": "127.0.0.1",
        "connections_per_user": CONNECTIONS,
        "messages_per_second_per_user": MESSAGES_PER_S,
        "requests_per_second_per_user": REQUESTS_PER_S,
        "requests_per_second_per_address": REQUESTS_PER_S,
        "documents_per_hour_per_user": DOCUMENTS,
        "upload_bytes_per_day_per_user": UPLOAD_BYTES,
    }
    with Server(tmp_path_factory.mktemp("strict") / "data", *TOKEN_AUTH, settings=settings) as running:
        yield running


def of(user: str, role: str = "edit", document: str = "*") -> str:
    return token(document, role, user, ttl=600)


async def join(http: aiohttp.ClientSession, server: Server, document: str, user: str, dialect: Dialect) -> Peer:
    credential = of(user)
    query = f"?token={credential}" if dialect is Dialect.Y_WEBSOCKET else ""
    return await Peer.join(http, server, document, dialect, token=credential, query=query)


async def ask(
    http: aiohttp.ClientSession, server: Server, method: str, path: str, **options: Any
) -> tuple[int, dict[str, str], Any]:
    async with http.request(method, server.url + path, **options) as response:
        return response.status, dict(response.headers), await response.read()


async def test_person_has_so_many_connections_to_all_documents_together(
    http: aiohttp.ClientSession, strict: Server, document: str
) -> None:
    inside = [
        await join(http, strict, f"{document}-{number}", "ada", list(Dialect)[number % 2])
        for number in range(CONNECTIONS)
    ]
    for dialect in Dialect:
        refused = await Peer.open(
            http, strict, document, dialect, query=f"?token={of('ada')}" if dialect is Dialect.Y_WEBSOCKET else ""
        )
        if dialect is Dialect.HOCUSPOCUS:
            await refused.send_auth(of("ada"))
        assert await refused.until_closed() == TOO_FAST
    other = await join(http, strict, document, "bob", Dialect.HOCUSPOCUS)
    await inside[0].leave()
    await asyncio.sleep(0.1)
    inside[0] = await join(http, strict, f"{document}-0", "ada", Dialect.HOCUSPOCUS)
    several = inside[0]
    for number in range(1, CONNECTIONS):  # of more documents on one connection
        several_address = f"{document}-{number}"
        await several.send_auth(of("ada"), address=several_address)
        await several.sync(address=several_address)
    assert all(peer.closed is None for peer in (*inside, other))
    for peer in (*inside, other):
        await peer.leave()


async def test_person_who_writes_too_fast_over_several_connections_is_slowed_and_loses_nothing(
    http: aiohttp.ClientSession, strict: Server, document: str
) -> None:
    writers = [await join(http, strict, document, "eve", Dialect.Y_WEBSOCKET) for _ in range(2)]
    reader = await join(http, strict, document, "reader", Dialect.Y_WEBSOCKET)
    begun = time.monotonic()
    for number, writer in enumerate(writers):
        typist = Typist(100 + number)
        for word in range(MESSAGES_PER_S * 2):
            await writer.send_update(typist.type(f"<{number}.{word}>"))
    last = MESSAGES_PER_S * 2 - 1
    await reader.until_content(f"<0.{last}>".encode(), f"<1.{last}>".encode())
    assert time.monotonic() - begun > 2.0, f"{4 * MESSAGES_PER_S} messages at {MESSAGES_PER_S} a second, after a burst"
    for peer in (*writers, reader):
        await peer.leave()


@pytest.mark.parametrize(
    ("path", "usual"),
    [
        ("/api/documents/none", 404),
        ("/api/documents", 200),
        ("/api/documents?q=word", 200),
        ("/api/documents?deleted=true", 200),
        (f"/files/{'0' * 64}", 404),
    ],
)
async def test_person_who_asks_too_often_waits_and_others_do_not(
    http: aiohttp.ClientSession, strict: Server, path: str, usual: int
) -> None:
    def asked_by(user: str, number: int) -> Any:
        headers = {**bearer(of(f"{user} {path}", "admin")), "X-Forwarded-For": f"10.0.{number}.1"}
        return ask(http, strict, "GET", path, headers=headers)

    answers = await asyncio.gather(*(asked_by("asks", number) for number in range(MANY)))
    statuses = [status for status, _, _ in answers]
    assert set(statuses) == {usual, 429}
    assert statuses.count(usual) >= REQUESTS_PER_S * BURST_S
    _, headers, body = next(answer for answer in answers if answer[0] == 429)
    assert 1 <= int(headers["Retry-After"]) <= 2
    assert json.loads(body)["status"] == 429
    assert (await asked_by("other", 250))[0] == usual


async def test_address_that_asks_too_often_waits_whoever_asks(http: aiohttp.ClientSession, strict: Server) -> None:
    def asked_from(address: str, path: str = "/version") -> Any:
        return ask(http, strict, "GET", path, headers={"X-Forwarded-For": address})

    async def statuses(addresses: list[str]) -> set[int]:
        return {answer[0] for answer in await asyncio.gather(*map(asked_from, addresses))}

    assert await statuses(["192.0.2.1"] * MANY) == {200, 429}
    status, headers, _ = await asked_from("192.0.2.1")
    assert status == 200 or int(headers["Retry-After"]) >= 1
    assert (await asked_from("192.0.2.1", "/healthz"))[0] == 200, "who looks after it may always"
    assert await statuses([f"2001:db8:0:1::{number:x}" for number in range(MANY)]) == {200, 429}, (
        "a network is one customer's"
    )
    assert await statuses(["192.0.2.2", "2001:db8:0:2::1"]) == {200}
    assert await statuses(["127.0.0.1"] * MANY) == {200}, "this machine itself is not counted"


async def test_person_makes_so_many_documents_by_whatever_door(
    http: aiohttp.ClientSession, strict: Server, document: str
) -> None:
    headers = bearer(of("maker"))
    status, _, made = await ask(http, strict, "POST", "/api/documents", json={"text": "1"}, headers=headers)
    assert status == 201
    first = json.loads(made)["id"]
    assert (await ask(http, strict, "POST", f"/api/documents/{first}/duplicate", json={}, headers=headers))[0] == 201
    form = aiohttp.FormData()
    form.add_field("file", b"words", filename="a.txt")
    assert (await ask(http, strict, "POST", "/api/import", data=form, headers=headers))[0] == 201
    peer = await join(http, strict, f"{document}-4", "maker", Dialect.HOCUSPOCUS)
    await peer.leave()
    for path, body in (("/api/documents", {"text": "5"}), (f"/api/documents/{first}/duplicate", {})):
        status, answered, _ = await ask(http, strict, "POST", path, json=body, headers=headers)
        assert status == 429
        assert 1 <= int(answered["Retry-After"]) <= 3600 / DOCUMENTS
    form = aiohttp.FormData()
    form.add_field("file", b"words", filename="a.txt")
    assert (await ask(http, strict, "POST", "/api/import", data=form, headers=headers))[0] == 429
    refused = await Peer.open(http, strict, f"{document}-5", Dialect.HOCUSPOCUS)
    await refused.send_auth(of("maker"))
    assert await refused.until_closed() == TOO_FAST
    helped = await join(http, strict, f"{document}-6", "helper", Dialect.HOCUSPOCUS)
    joined = await join(http, strict, f"{document}-6", "maker", Dialect.HOCUSPOCUS)
    for peer in (helped, joined):
        await peer.leave()
    assert (await ask(http, strict, "POST", "/api/documents", json={}, headers=bearer(token("*", "admin"))))[0] == 201


async def test_person_uploads_so_many_bytes_a_day(http: aiohttp.ClientSession, strict: Server, document: str) -> None:
    headers = bearer(of("painter"))
    assert (await ask(http, strict, "POST", "/api/documents", json={"id": document}, headers=headers))[0] == 201
    path, picture = f"/api/documents/{document}/files", PNG + bytes(UPLOAD_BYTES // 2 - 100)
    assert [(await ask(http, strict, "POST", path, data=picture, headers=headers))[0] for _ in range(2)] == [201, 201]
    status, answered, _ = await ask(http, strict, "POST", path, data=picture, headers=headers)
    assert status == 429
    assert int(answered["Retry-After"]) > 3600
    form = aiohttp.FormData()
    form.add_field("file", b"words " * 2000, filename="a.txt")
    assert (await ask(http, strict, "POST", "/api/import", data=form, headers=headers))[0] == 429
    assert (await ask(http, strict, "POST", path, data=picture, headers=bearer(of("other-painter"))))[0] == 201


async def test_server_has_so_many_connections_and_those_inside_go_on(
    http: aiohttp.ClientSession, make_server: MakeServer
) -> None:
    server = make_server(settings={"max_connections": 10})
    async with Bystanders(http, server, "room"):
        inside = [await Peer.join(http, server, "other", Dialect.Y_WEBSOCKET) for _ in range(8)]
        for path in ("/sync/other", "/hocuspocus"):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await http.ws_connect(server.url + path)
            assert refused.value.status == 429
            assert refused.value.headers is not None
            assert int(refused.value.headers["Retry-After"]) >= 1
        for peer in inside:
            await peer.leave()


def form(**fields: str) -> aiohttp.FormData:
    """Make the form of an import."""
    made = aiohttp.FormData(fields)
    made.add_field("file", b"imported words", filename="a.txt")
    return made


async def test_workspace_has_so_many_documents(http: aiohttp.ClientSession, make_server: MakeServer) -> None:
    server = make_server(settings={"max_documents": 3})
    for number in range(2):
        peer = await Peer.join(http, server, f"doc{number}", Dialect.HOCUSPOCUS)
        await peer.leave()
    assert (await ask(http, server, "POST", "/api/documents", json={"id": "third"}))[0] == 201
    status, _, body = await ask(http, server, "POST", "/api/documents", json={})
    assert status == 413
    assert "delete some" in json.loads(body)["detail"]
    assert (await ask(http, server, "POST", "/api/documents/third/duplicate", json={}))[0] == 413
    assert (await ask(http, server, "POST", "/api/import", data=form()))[0] == 413
    assert (await ask(http, server, "POST", "/api/import", data=form(into="third")))[0] == 200
    for dialect in Dialect:
        refused = await Peer.open(http, server, "fourth", dialect)
        if dialect is Dialect.HOCUSPOCUS:
            await refused.send_auth()
        assert await refused.until_closed() == TOO_LARGE
    server.restart()
    assert (await ask(http, server, "POST", "/api/documents", json={}))[0] == 413
    there = await Peer.join(http, server, "doc0", Dialect.HOCUSPOCUS)
    await there.send_update(Typist(1).type("still written"))
    await there.until(Kind.SYNC_STATUS)
    await there.leave()


async def test_full_workspace_is_read_and_not_written(http: aiohttp.ClientSession, make_server: MakeServer) -> None:
    server = make_server()
    assert (await ask(http, server, "POST", "/api/documents", json={"id": "doc", "text": "kept"}))[0] == 201
    server.stop()
    server.settings["max_storage_bytes"] = (server.data / "coscribe.db").stat().st_size // 2
    server.start()
    assert (await ask(http, server, "GET", "/api/documents/doc/content?format=text"))[2].strip() == b"kept"
    text = {"headers": {"Content-Type": "text/plain"}, "data": b"new"}
    assert (await ask(http, server, "PUT", "/api/documents/doc/content", **text))[0] == 413
    assert (await ask(http, server, "POST", "/api/documents/doc/update", data=Typist(5).type("x")))[0] == 413
    assert (await ask(http, server, "POST", "/api/documents/doc/files", data=PNG))[0] == 413
    assert (await ask(http, server, "POST", "/api/documents", json={}))[0] == 413
    assert (await ask(http, server, "POST", "/api/import", data=form()))[0] == 413
    assert (await ask(http, server, "POST", "/api/import", data=form(into="doc")))[0] == 413
    for dialect in Dialect:
        reader = await Peer.join(http, server, "doc", dialect)
        writer = await Peer.join(http, server, "doc", dialect)
        await writer.send_update(Typist(7).type("never"))
        assert await writer.until_closed() == TOO_LARGE
        assert reader.closed is None
        assert all(b"never" not in message.payload for message in reader.messages)
        await reader.leave()


async def test_documents_that_a_person_owns_have_so_many_bytes_together(
    http: aiohttp.ClientSession, make_server: MakeServer
) -> None:
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET, "storage_bytes_per_user": 20_000})
    ada, bob = bearer(of("ada")), bearer(of("bob"))
    for owner, id in ((ada, "small"), (ada, "large"), (bob, "bobs")):
        assert (await ask(http, server, "POST", "/api/documents", json={"id": id}, headers=owner))[0] == 201
    text = {"data": b"words " * 4000, "headers": {**ada, "Content-Type": "text/plain"}}
    assert (await ask(http, server, "PUT", "/api/documents/large/content", **text))[0] == 204
    status, _, body = await ask(http, server, "POST", "/api/documents", json={}, headers=ada)
    assert status == 413
    assert "owner" in json.loads(body)["detail"]
    assert (await ask(http, server, "POST", "/api/documents/small/files", data=PNG, headers=bob))[0] == 413
    assert (await ask(http, server, "POST", "/api/documents/bobs/files", data=PNG, headers=ada))[0] == 201, (
        "what counts is whose the document is, not who writes"
    )
    assert (await ask(http, server, "POST", "/api/documents", json={}, headers=bob))[0] == 201
    server.restart()  # it knows of nobody's storage now
    assert (await ask(http, server, "GET", "/healthz"))[0] == 200
    assert (await ask(http, server, "POST", "/api/documents/bobs/duplicate", json={}, headers=ada))[0] == 413
    for each in (form(), form(into="small")):
        assert (await ask(http, server, "POST", "/api/import", data=each, headers=ada))[0] == 413
    writer = await join(http, server, "small", "bob", Dialect.HOCUSPOCUS)
    await writer.send_update(Typist(21).type("no room"))
    assert await writer.until_closed() == TOO_LARGE
    writer = await join(http, server, "bobs", "ada", Dialect.HOCUSPOCUS)
    mark = len(writer.messages)
    await writer.send_update(Typist(22).type("room"))
    await writer.until(Kind.SYNC_STATUS, after=mark)
    assert (await ask(http, server, "GET", "/api/documents/large/content?format=text", headers=ada))[0] == 200
    await writer.leave()


async def test_document_that_is_handed_on_counts_as_its_new_owners(
    http: aiohttp.ClientSession, make_server: MakeServer
) -> None:
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET, "storage_bytes_per_user": 20_000})
    ada, bob, everywhere = bearer(of("ada")), bearer(of("bob")), bearer(token("*", "admin"))
    text = {"data": b"words " * 4000}

    async def fill(id: str, owner: dict[str, str]) -> int:
        plain = {**owner, "Content-Type": "text/plain"}
        return (await ask(http, server, "PUT", f"/api/documents/{id}/content", headers=plain, **text))[0]

    async def hand_on(id: str, user: str) -> int:
        path = f"/api/documents/{id}/owner"
        return (await ask(http, server, "PUT", path, json={"user": user}, headers=everywhere))[0]

    for owner, id in ((ada, "small"), (ada, "large"), (bob, "bobs")):
        made = {"id": id, "text": "x"}
        assert (await ask(http, server, "POST", "/api/documents", json=made, headers=owner))[0] == 201
    open_one = await join(http, server, "small", "ada", Dialect.HOCUSPOCUS)
    assert await fill("large", ada) == 204
    assert await hand_on("large", "bob") == 413, "nobody is given more than they may have"
    assert await hand_on("small", "bob") == 200
    mark = len(open_one.messages)
    await open_one.send_update(Typist(23).type("room"))
    await open_one.until(Kind.SYNC_STATUS, after=mark)
    assert await fill("bobs", bob) == 204
    assert (await ask(http, server, "POST", "/api/documents/small/files", data=PNG, headers=ada))[0] == 413
    await open_one.leave()


async def test_conversions_of_one_person_do_not_keep_another_waiting(
    http: aiohttp.ClientSession, make_server: MakeServer
) -> None:
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET, "conversions": 1, "trusted_proxies": "127.0.0.1"})
    words = "\n\n".join(f"word {number} *x* $a^2$" for number in range(200))
    for id, text in {"big": words, "small": "word"}.items():
        body = {"id": id, "markdown": text}
        assert (await ask(http, server, "POST", "/api/documents", json=body, headers=bearer(of("root"))))[0] == 201
    admin = bearer(of("root", "admin"))
    _, _, made = await ask(http, server, "POST", "/api/documents/big/shares", json={}, headers=admin)
    secret = json.loads(made)["secret"]

    async def export(who: dict[str, str], document: str) -> tuple[int, dict[str, str], Any]:
        return await ask(http, server, "GET", f"/api/documents/{document}/export?format=docx", headers=who)

    async def guest() -> dict[str, str]:
        """Come by the link as somebody new, from one and the same address."""
        _, _, made = await ask(http, server, "POST", "/api/shares", json={"secret": secret})
        return {**bearer(json.loads(made)["token"]), "X-Forwarded-For": "192.0.2.7"}

    for floods in ([bearer(of("eve", "view"))] * 40, [await guest() for _ in range(40)]):
        flood = [asyncio.create_task(export(who, "big")) for who in floods]
        await asyncio.wait(flood, return_when=asyncio.FIRST_COMPLETED)
        assert (await export(bearer(of("ada", "view")), "small"))[0] == 200
        answers = [each.result() for each in flood if each.done()]
        assert [status for status, _, _ in answers].count(200) <= 5, "hers is next, and not after all of them"
        refused = [headers for status, headers, _ in answers if status == 429]
        assert 1 <= len(refused) <= 7
        assert {headers["Retry-After"] for headers in refused} == {"5"}
        for each in flood:
            each.cancel()
