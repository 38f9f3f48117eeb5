"""One document, one id: what else a client may write in an address names no document."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from yarl import URL

from harness.lib0 import Typist, var_string
from harness.node import Scenario
from harness.peer import Dialect, Peer
from harness.server import Server

BAD_MESSAGE = 4400

GOOD = ["a", "A.b_c~d:e@f-9", "team/notes/2024", "a" * 200, "..a", "a..b", "~"]
BAD = [
    "",
    "..",
    "../a",
    "a/..",
    "a/../b",
    "/a",
    "a/",
    "a b",
    "é",
    "漢",
    "a?b",
    "a#b",
    "a%2Fb",
    "a\\b",
    "a" * 201,
    "a\x01",
    "a+b",
]


async def end_of_sync(server: Server, raw_path: str) -> int | None:
    """Return how `/sync/…` with exactly this path ends: a close code, or the HTTP status of a refused upgrade."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(
        b"GET " + raw_path.encode() + b" HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head.split()[1])
    if status != 101:
        writer.close()
        return status
    frame = await asyncio.wait_for(reader.read(200), 5)
    writer.close()
    return int.from_bytes(frame[2:4], "big") if frame[0] == 0x88 else None


@pytest.mark.parametrize("name", GOOD)
async def test_good_id_is_the_same_document_in_both_dialects(
    http: aiohttp.ClientSession, server: Server, name: str
) -> None:
    stream = await Peer.join(http, server, name, Dialect.Y_WEBSOCKET)
    session = await Peer.join(http, server, name, Dialect.HOCUSPOCUS)
    await session.send_update(Typist(len(name) + 1000).type("here"))
    await stream.until_content(b"here")
    await stream.leave()
    await session.leave()


@pytest.mark.parametrize("name", BAD)
async def test_bad_id_is_refused_by_hocuspocus_with_4400(
    http: aiohttp.ClientSession, server: Server, name: str
) -> None:
    peer = await Peer.open(http, server, name, Dialect.HOCUSPOCUS)
    await peer.send_raw(var_string(name) + b"\x02\x00\x00")
    assert await peer.until_closed() == BAD_MESSAGE


@pytest.mark.parametrize(
    "path",
    [
        "a%20b",
        "%2e%2e",
        "a/%2e%2e/b",
        "a/../b",
        "%C3%A9",
        "a%252Fb",
        "a%00b",
        "a" * 201,
        "/a",
        "a/",
        "a%2F",
        "%ff",
        "%",
    ],
)
async def test_bad_id_is_refused_by_y_websocket(server: Server, path: str) -> None:
    assert await end_of_sync(server, f"/sync/{path}") in (BAD_MESSAGE, 400, 404)


async def test_id_is_decoded_once_and_means_one_document_however_it_was_written(
    http: aiohttp.ClientSession, server: Server, document: str
) -> None:
    plain = await Peer.join(http, server, f"{document}/a:b", Dialect.HOCUSPOCUS)
    escaped = await http.ws_connect(URL(f"{server.url}/sync/{document}%2Fa%3Ab", encoded=True))
    await escaped.send_bytes(b"\x00\x00\x01\x00")
    await plain.send_update(Typist(91).type("one document"))
    while b"one document" not in (await escaped.receive_bytes(timeout=5)):
        pass
    await escaped.close()
    await plain.leave()


@pytest.mark.usefixtures("stock_clients")
async def test_stock_clients_with_a_slash_in_the_name_meet(server: Server, document: str) -> None:
    async with Scenario("follow", {"url": server.websocket_url, "document": f"{document}/a/b"}) as both:
        await both.expect("ready")
