"""Who sends slowly has so long and no longer, however steadily something comes, and keeps nobody else out."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
import zlib
from collections.abc import Iterator

import aiohttp
import pytest

from harness.bystanders import Bystanders
from harness.peer import Dialect, Peer
from harness.raw import HOST, UPGRADE, Heard, Raw
from harness.rich_document import png
from harness.server import MakeServer, Server
from harness.tokens import SECRET, TOKEN_AUTH, bearer, token

TOO_SLOW = 4408
DEADLINE_S = 1.0
PAUSE_S = 0.1


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose deadlines are short."""
    settings = {"secret": SECRET, "head_deadline_s": DEADLINE_S, "body_deadline_s": DEADLINE_S}
    settings["signin_deadline_s"] = DEADLINE_S
    with Server(tmp_path_factory.mktemp("impatient") / "data", *TOKEN_AUTH, settings=settings) as running:
        yield running


async def dribble(server: Server, begun: bytes, rest: bytes) -> tuple[Heard, float]:
    """Send something at once and the rest byte by byte, until an answer comes; return it and how long that took."""
    raw = await Raw.open(server)
    await raw.send(begun)
    start = time.monotonic()
    for byte in rest:
        await raw.send(bytes([byte]))
        heard = await raw.hear(PAUSE_S)
        if heard.data or heard.closed:
            break
    else:
        heard = await raw.hear(10)
    await raw.close()
    return heard, time.monotonic() - start


@pytest.mark.parametrize("at_once", [0, 20, 60], ids=["all of it", "the headers", "the end of a header"])
async def test_head_that_comes_byte_by_byte_has_one_deadline(impatient: Server, at_once: int) -> None:
    head = b"GET /healthz HTTP/1.1\r\n" + HOST + b"X-Slow: " + b"a" * 1000
    heard, took = await dribble(impatient, head[:at_once], head[at_once:])
    assert heard.statuses == [408]
    assert heard.closed
    assert DEADLINE_S * 0.9 < took < DEADLINE_S + 3


async def test_second_head_on_a_connection_has_its_deadline_too(impatient: Server) -> None:
    raw = await Raw.open(impatient)
    for _ in range(3):
        await raw.send(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
        assert (await raw.hear()).statuses == [200]
    await asyncio.sleep(DEADLINE_S * 1.5)
    await raw.send(b"GET /healthz HTTP/1.1\r\n")  # between requests it may rest
    begun = time.monotonic()
    heard = await raw.hear(10)
    assert (heard.statuses, heard.closed) == ([408], True)
    assert DEADLINE_S * 0.9 < time.monotonic() - begun < DEADLINE_S + 3
    await raw.close()


@pytest.mark.parametrize("path", ["/api/documents", "/api/documents/doc/update", "/api/documents/doc/content"])
async def test_body_that_comes_byte_by_byte_has_one_deadline(impatient: Server, path: str) -> None:
    admin = token("*", "admin", ttl=600)
    impatient.request("POST", "/api/documents", b'{"id":"doc"}', **bearer(admin))
    method = b"PUT" if path.endswith("content") else b"POST"
    head = b"%s %s HTTP/1.1\r\n" % (method, path.encode()) + HOST + b"Authorization: Bearer %s\r\n" % admin.encode()
    head += b"Content-Type: text/plain\r\nContent-Length: 1000\r\n\r\n"
    heard, took = await dribble(impatient, head, b"{" * 1000)
    assert heard.statuses == [408]
    assert heard.closed
    assert DEADLINE_S * 0.9 < took < DEADLINE_S + 3


async def test_hundreds_of_half_open_connections_are_ended_and_nobody_notices(
    http: aiohttp.ClientSession, impatient: Server, document: str
) -> None:
    await asyncio.to_thread(
        impatient.request, "POST", "/api/documents", b'{"id":"%s"}' % document.encode(), **bearer(token("*", "admin"))
    )
    starts = (b"", b"G", b"GET /sync/room HTTP/1.1\r\nHost: x\r\n", b"\x16\x03\x01", b"POST / HTTP/1.1\r\nContent-Le")
    half = await asyncio.gather(*(Raw.open(impatient) for _ in range(400)))
    async with http.get(impatient.url + "/healthz") as response:
        assert response.status == 200
    begun = time.monotonic()
    for number, raw in enumerate(half):
        await raw.send(starts[number % len(starts)])
    heard = await asyncio.gather(*(raw.hear(DEADLINE_S + 5) for raw in half))
    assert all(each.closed for each in heard)
    assert {status for each in heard for status in each.statuses} <= {408, 400}
    assert time.monotonic() - begun < DEADLINE_S + 5
    for raw in half:
        await raw.close()


async def test_sockets_that_never_sign_in_are_ended_and_those_inside_go_on(
    http: aiohttp.ClientSession, make_server: MakeServer
) -> None:
    server = make_server(settings={"signin_deadline_s": DEADLINE_S})
    async with Bystanders(http, server, "room"):
        begun = time.monotonic()
        silent = await asyncio.gather(*(Peer.open(http, server, "room", Dialect.HOCUSPOCUS) for _ in range(200)))
        codes = await asyncio.gather(*(peer.until_closed() for peer in silent))
        assert set(codes) == {TOO_SLOW}
        assert time.monotonic() - begun < DEADLINE_S + 10


async def test_connections_of_one_address_are_bounded_before_they_say_anything(make_server: MakeServer) -> None:
    server = make_server(settings={"connections_per_address": 1})
    held = await asyncio.gather(*(Raw.open(server) for _ in range(300)))
    heard = await asyncio.gather(*(raw.hear(0.5) for raw in held))
    refused = [each for each in heard if each.closed]
    assert len(refused) == 300 - 257, "one WebSocket, and 256 connections so that whoever is refused hears why"
    assert {tuple(each.statuses) for each in refused} == {(429,)}
    assert all(b"Retry-After: 5" in each.data for each in refused)
    for raw in held:
        await raw.close()
    await asyncio.sleep(0.2)
    again = await Raw.open(server)
    await again.send(b"GET /sync/doc HTTP/1.1\r\n" + HOST + UPGRADE + b"\r\n")
    assert (await again.hear(5)).statuses == [101], "a place that is left is free"
    await again.close()


@pytest.mark.parametrize("path", ["/api/import", "/api/documents/slow/files"])
async def test_uploads_that_come_slowly_keep_nobody_else_from_uploading(make_server: MakeServer, path: str) -> None:
    bounds = {"uploads": 3, "uploads_per_user": 2, "waiting_per_user": 4}
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET, **bounds})
    server.create(id="slow", headers=bearer(token("*", "edit")))
    eve, ada = (token("*", "edit", who) for who in ("eve", "ada"))
    head = f"POST {path} HTTP/1.1\r\nAuthorization: Bearer {eve}\r\nContent-Length: 1000\r\n".encode() + HOST
    slow = [await Raw.open(server) for _ in range(9)]
    for each in slow:
        await each.send(head + b"Content-Type: image/png\r\n\r\n\x89PNG")
    refused = [heard for heard in await asyncio.gather(*(each.hear(0.5) for each in slow)) if heard.data]
    assert {status for heard in refused for status in heard.statuses} == {429}
    assert all(b"Retry-After: 5" in heard.data for heard in refused)
    assert len(refused) == 3
    status, _ = await asyncio.to_thread(server.request, "POST", path, b"no picture", **bearer(ada))
    assert status in (201, 415), "hers is read"
    slow.append(await Raw.open(server))
    bob = head.replace(eve.encode(), token("*", "edit", "bob").encode())
    await slow[-1].send(bob + b"Content-Type: image/png\r\n\r\n\x89PNG")
    assert not (await slow[-1].hear(0.5)).data, "and his, the third"
    assert (await asyncio.to_thread(server.request, "POST", path, b"no picture", **bearer(ada)))[0] == 503
    for each in slow:
        await each.close()


def deaf_connection(server: Server) -> socket.socket:
    """Make a connection with a small window, of which nothing is read by itself."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 10)
    connection.connect(("127.0.0.1", server.port))
    return connection


def heard_of(connection: socket.socket) -> int:
    """Read to the end, and return how many bytes came."""
    connection.settimeout(5)
    count = 0
    with contextlib.suppress(ConnectionError):
        while data := connection.recv(1 << 16):
            count += len(data)
    connection.close()
    return count


async def test_large_answers_that_nobody_reads_fill_no_memory_and_end(
    http: aiohttp.ClientSession, make_server: MakeServer
) -> None:
    size, at_once = 9 << 20, 60
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET, "slow_client_max_s": 2})
    assert server.request("POST", "/api/documents", b'{"id":"doc"}', **bearer(token("*", "edit")))[0] == 201
    text = b"tEXt" + b"Comment\0" + bytes(size)
    head, body = png()[:33], png()[33:]
    picture = head + (len(text) - 4).to_bytes(4, "big") + text + zlib.crc32(text).to_bytes(4, "big") + body
    status, file = server.request(
        "POST", "/api/documents/doc/files", picture, Content_Type="image/png", **bearer(token("*", "edit"))
    )
    assert status == 201
    before = server.memory()
    eve, ada = (token("doc", "view", who) for who in ("eve", "ada"))
    ask = f"GET {file['url']} HTTP/1.1\r\nAuthorization: Bearer {eve}\r\n".encode() + HOST + b"\r\n"
    deaf = [deaf_connection(server) for _ in range(at_once)]
    for each in deaf:
        each.sendall(ask)
    await asyncio.sleep(1.5)
    assert server.memory() - before < at_once * size / 2
    begun = time.monotonic()

    async def read() -> bytes:
        async with http.get(server.url + file["url"], headers=bearer(ada)) as response:
            return await response.read()

    assert set(await asyncio.gather(*(read() for _ in range(20)))) == {picture}, "she reads, all of it, many at once"
    assert time.monotonic() - begun < 10, "and waits for none of his"
    await asyncio.sleep(2)
    assert await asyncio.to_thread(heard_of, deaf[0]) < size, "it was given up"
    for each in deaf[1:]:
        each.close()
