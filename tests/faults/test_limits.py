"""Limits hold, tell the client so, and cost nobody else anything."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time

import aiohttp
import pytest

from harness.bystanders import Bystanders
from harness.lib0 import Typist, awareness, var_bytes
from harness.peer import Dialect, Kind, Peer, status
from harness.raw import HOST, UPGRADE, Raw
from harness.server import MakeServer
from harness.tokens import SECRET, TOKEN_AUTH, bearer, token

TRY_LATER, TOO_SLOW, TOO_FAST = 1013, 4408, 4429
SIGN_IN_S = 1.0


@pytest.mark.parametrize("talks", [True, False], ids=["talking", "silent"])
async def test_sign_in_deadline_cannot_be_put_off_by_traffic(
    make_server: MakeServer, http: aiohttp.ClientSession, talks: bool
) -> None:
    server = make_server(settings={"signin_deadline_s": SIGN_IN_S})
    signed_in = await Peer.join(http, server, "room", Dialect.HOCUSPOCUS)
    peer = await Peer.open(http, server, "room", Dialect.HOCUSPOCUS)
    begun = time.monotonic()
    while talks and peer.closed is None and time.monotonic() - begun < 10:
        if not peer.socket.closed:
            await peer.send_awareness(awareness((1, 1, "{}")))
            await peer.send_raw(b"\x09")
        await asyncio.sleep(0.05)
    assert await peer.until_closed() == TOO_SLOW
    assert SIGN_IN_S * 0.9 < time.monotonic() - begun < SIGN_IN_S + 5
    await asyncio.sleep(SIGN_IN_S)
    assert signed_in.closed is None, "who has signed in has no deadline"
    await signed_in.leave()


@pytest.mark.parametrize("flood", ["messages", "bytes"])
async def test_what_may_be_sent_before_the_sign_in_is_bounded(
    make_server: MakeServer, http: aiohttp.ClientSession, flood: str
) -> None:
    server = make_server()
    async with Bystanders(http, server, "room"):
        peer = await Peer.open(http, server, "room", Dialect.HOCUSPOCUS)
        message = b"\x00\x00\x01\x00" if flood == "messages" else b"\x00\x02" + var_bytes(bytes(1 << 20))
        with contextlib.suppress(ConnectionError):  # it may be closed in the middle of a message
            for _ in range(1100 if flood == "messages" else 7):
                if not peer.socket.closed:
                    await peer.send(message)
        assert await peer.until_closed() in (TRY_LATER, TOO_FAST, 4400, 4413)


async def test_too_many_connections_to_a_document_are_refused_and_a_place_that_is_left_is_free(
    make_server: MakeServer, http: aiohttp.ClientSession
) -> None:
    server = make_server(settings={"connections_per_document": 5})
    async with Bystanders(http, server, "room"):
        inside = [await Peer.join(http, server, "room", Dialect.Y_WEBSOCKET) for _ in range(3)]
        for dialect in Dialect:
            refused = await Peer.open(http, server, "room", dialect)
            if dialect is Dialect.HOCUSPOCUS:
                await refused.send_auth()
            assert await refused.until_closed() in (TRY_LATER, TOO_FAST)
        elsewhere = await Peer.join(http, server, "another", Dialect.HOCUSPOCUS)
        await inside[0].leave()
        inside[0] = await Peer.join(http, server, "room", Dialect.HOCUSPOCUS)
        for peer in (*inside, elsewhere):
            await peer.leave()


async def test_connection_flood_from_one_address_is_refused_and_those_inside_go_on(
    make_server: MakeServer, http: aiohttp.ClientSession
) -> None:
    server = make_server(settings={"connections_per_address": 20})
    async with Bystanders(http, server, "room"):
        outcomes = await asyncio.gather(
            *(Peer.open(http, server, f"room{n}", Dialect.Y_WEBSOCKET) for n in range(200)), return_exceptions=True
        )
        inside = [peer for peer in outcomes if isinstance(peer, Peer)]
        refused = [error for error in outcomes if isinstance(error, aiohttp.WSServerHandshakeError)]
        assert len(inside) + len(refused) == 200
        assert len(inside) <= 20
        assert {error.status for error in refused} <= {429, 503}
        for peer in inside:
            await peer.leave()
        again = await Peer.join(http, server, "room", Dialect.Y_WEBSOCKET)
        await again.leave()


async def test_messages_that_are_never_completed_fill_no_memory(
    make_server: MakeServer, http: aiohttp.ClientSession
) -> None:
    server = make_server(settings={"unfinished_bytes_per_address": 1 << 20, "trusted_proxies": "127.0.0.1"})
    head = b"GET /hocuspocus HTTP/1.1\r\nX-Forwarded-For: %s\r\n" + HOST + UPGRADE + b"\r\n"
    begun = b"\x82\xff" + (6 << 20).to_bytes(8, "big") + bytes(4) + bytes(300 << 10)

    async def begin(address: bytes) -> Raw:
        end = await Raw.open(server)
        await end.send(head % address)
        assert b" 101 " in await end.reader.readuntil(b"\r\n\r\n")
        await end.send(begun)
        return end

    async with Bystanders(http, server, "room"):
        ends = [await begin(b"192.0.2.1") for _ in range(6)]
        heard = [each.data for each in await asyncio.gather(*(each.hear(0.8) for each in ends))]
        assert [data[:1] + data[2:4] for data in heard if data] == [b"\x88" + (1013).to_bytes(2, "big")] * 3
        other = await begin(b"192.0.2.2")
        assert not (await other.hear(0.5)).data
        for each in ends:
            await each.close()
        again = await begin(b"192.0.2.1")
        assert not (await again.hear(0.5)).data, "what was begun there is forgotten with its connections"
        for each in (other, again):
            await each.close()


async def test_connections_that_never_become_requests_do_not_keep_others_out(
    make_server: MakeServer, http: aiohttp.ClientSession
) -> None:
    server = make_server()
    half = []
    async with Bystanders(http, server, "room"):
        for number in range(300):
            connection = socket.create_connection(("127.0.0.1", server.port))
            connection.sendall(b"GET /sync/room HTTP/1.1\r\nHost: x\r\n" if number % 2 else b"")
            half.append(connection)
        begun = time.monotonic()
        assert (await asyncio.to_thread(server.get, "/healthz"))[0] == 200
        assert time.monotonic() - begun < 3
        newcomer = await Peer.join(http, server, "room", Dialect.HOCUSPOCUS)
        await newcomer.leave()
    for connection in half:
        connection.close()


@pytest.mark.parametrize("dialect", Dialect)
async def test_rate_limit_slows_a_writer_and_loses_nothing_of_it(
    make_server: MakeServer, http: aiohttp.ClientSession, dialect: Dialect
) -> None:
    server = make_server(settings={"messages_per_second": 200})
    async with Bystanders(http, server, "room"):
        writer = await Peer.join(http, server, "room", dialect)
        reader = await Peer.join(http, server, "room", Dialect.Y_WEBSOCKET)
        typist, begun = Typist(9), time.monotonic()
        words = [f"w{number} " for number in range(600)]
        for word in words:
            await writer.send_update(typist.type(word))
        await reader.until_content(words[-1].encode())
        assert time.monotonic() - begun > 1.5, "600 messages at 200 a second"
        seen = b"".join(m.payload for m in reader.messages if m.kind is Kind.UPDATE)
        assert all(word.encode() in seen for word in words)
        if dialect is Dialect.HOCUSPOCUS:
            await writer.until_count(Kind.SYNC_STATUS, 601)
            assert writer.count(Kind.SYNC_STATUS, status(True)) == 601
        await writer.leave()
        await reader.leave()


async def test_update_larger_than_allowed_is_refused_with_4413_and_not_stored(
    make_server: MakeServer, http: aiohttp.ClientSession
) -> None:
    server = make_server(settings={"max_update_bytes": 100_000})
    async with Bystanders(http, server, "room") as bystanders:
        for dialect in Dialect:
            peer = await Peer.join(http, server, "room", dialect)
            await peer.send_update(Typist(11).type("x" * 100_001))
            assert await peer.until_closed() == 4413
        assert all(b"xxx" not in m.payload for peer in bystanders.peers for m in peer.messages)


FIELDS = b'{"title": "t", "more": [' + b"[]," * 30_000 + b"1]}"


async def test_body_of_a_few_fields_is_small_and_nobody_unknown_has_a_large_one_read(
    http: aiohttp.ClientSession, make_server: MakeServer
) -> None:
    """To take megabytes of JSON apart takes the one loop half a second, for everybody."""
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET})
    admin = bearer(token("*", "admin"))

    async def post(path: str, body: bytes, headers: dict[str, str], method: str = "POST") -> int:
        async with http.request(method, f"{server.url}/api/{path}", data=body, headers=headers) as response:
            return response.status

    assert await post("documents", b'{"id": "doc"}', admin) == 201
    for path in ("shares", "keys", "documents/doc/tokens", "documents/doc/shares", "documents/doc/duplicate"):
        assert await post(path, FIELDS, admin) == 413, path
    assert await post("documents/doc", FIELDS, admin, "PATCH") == 413
    assert await post("shares", FIELDS, {}) == 413
    assert await post("documents", b'{"no JSON', {}) == 401, "it is not even looked at"
    assert await post("documents", FIELDS, admin) == 201, "what makes a document may be as large as one"
