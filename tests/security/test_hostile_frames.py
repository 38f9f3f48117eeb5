"""Frames that no stock client sends cost their sender its connection, with a code that says why."""

from __future__ import annotations

import asyncio
import contextlib
import zlib

import aiohttp
import pytest

from harness.deaf import DeafClient
from harness.lib0 import Typist, state_vector, var_bytes, var_string
from harness.peer import Dialect, Kind, Peer
from harness.server import Server

BAD_MESSAGE, TOO_LARGE, TOO_FAST = 4400, 4413, 4429
SYNC_STEP_1 = b"\x00\x00"

BODIES = {
    "an unknown message type": b"\x2a",
    "a message type of ten bytes": b"\xff" * 9 + b"\x01",
    "an unknown sync step": b"\x00\x07\x01\x00",
    "a sync step without a payload": b"\x00\x00",
    "a payload shorter than it says": b"\x00\x02\x7f\x00",
    "a payload length of 2^53": b"\x00\x02" + b"\xff" * 7 + b"\x0f",
    "a payload length that does not end": b"\x00\x02" + b"\xff" * 1_000_000,
    "a state vector bomb of four bytes": SYNC_STEP_1 + var_bytes(bytes.fromhex("ffffff7f")),
    "a state vector bomb of twelve bytes": SYNC_STEP_1 + var_bytes(bytes.fromhex("80ff80ff0249040301010380")),
    "a state vector with bytes after it": SYNC_STEP_1 + var_bytes(b"\x00\x00"),
    "a state vector of more clients than can be": SYNC_STEP_1
    + var_bytes(state_vector(dict.fromkeys(range(50_000), 1))),
    "an awareness bomb": b"\x01" + var_bytes(bytes.fromhex("ffffff7f")),
    "awareness without its payload": b"\x01",
}
ADDRESSED = {
    "an address that is not UTF-8": b"\x02\xc3\x28" + SYNC_STEP_1 + var_bytes(b"\x00"),
    "an address longer than the frame": b"\xff\xff\xff\x7f" + b"doc",
    "an address without a message": var_string("doc"),
    "a message that only servers send to each other": var_string("doc") + b"\x04" + var_bytes(b"\x00"),
    "another message between servers": var_string("doc") + b"\x06" + var_bytes(b"\x00"),
    "a sign-in with a token longer than the frame": var_string("doc") + b"\x02\x00\xff\xff\x7f",
    "a sign-in that is none": var_string("doc") + b"\x02\x09",
    "an id that climbs out": var_string("../secret") + b"\x02\x00\x00",
    "an id of 201 characters": var_string("a" * 201) + b"\x02\x00\x00",
    "an empty id": b"\x00\x02\x00\x00",
    "an id with a space": var_string("a b") + b"\x02\x00\x00",
    "a single byte": b"\x2a",
}

pytestmark = pytest.mark.usefixtures("bystanders")


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("name", BODIES)
async def test_malformed_message_is_refused_with_4400(
    http: aiohttp.ClientSession, server: Server, document: str, name: str, dialect: Dialect
) -> None:
    hostile = await Peer.join(http, server, document, dialect)
    await hostile.send(BODIES[name])
    assert await hostile.until_closed() == BAD_MESSAGE


@pytest.mark.parametrize("name", ADDRESSED)
async def test_malformed_hocuspocus_frame_is_refused_with_4400(
    http: aiohttp.ClientSession, server: Server, document: str, name: str
) -> None:
    hostile = await Peer.join(http, server, document, Dialect.HOCUSPOCUS)
    await hostile.send_raw(ADDRESSED[name])
    assert await hostile.until_closed() == BAD_MESSAGE


@pytest.mark.parametrize("dialect", Dialect)
async def test_text_and_empty_frames_are_refused_with_4400(
    http: aiohttp.ClientSession, server: Server, document: str, dialect: Dialect
) -> None:
    for send in (lambda peer: peer.socket.send_str("hello"), lambda peer: peer.send_raw(b"")):
        hostile = await Peer.join(http, server, document, dialect)
        await send(hostile)
        assert await hostile.until_closed() == BAD_MESSAGE


@pytest.mark.parametrize("dialect", Dialect)
async def test_frame_of_40_megabytes_is_refused_with_4413(
    http: aiohttp.ClientSession, server: Server, document: str, dialect: Dialect
) -> None:
    hostile = await Peer.join(http, server, document, dialect)
    with contextlib.suppress(ConnectionError, aiohttp.ClientError):
        await hostile.send(b"\x00\x02" + var_bytes(bytes(40 << 20)))
    # 1006: the server did not wait for the rest of it, so its reason may have been lost on the way.
    assert await hostile.until_closed() in (TOO_LARGE, 1006)


async def test_frame_that_only_announces_40_megabytes_is_refused_with_4413(server: Server, document: str) -> None:
    hostile = await DeafClient.open(server, f"/sync/{document}")
    await asyncio.get_running_loop().sock_sendall(
        hostile.connection, b"\x82\xff" + (40 << 20).to_bytes(8, "big") + b"\0\0\0\0" + bytes(1000)
    )
    await hostile.hear(5)
    assert hostile.close_code == TOO_LARGE
    hostile.close()


async def test_compressed_bomb_is_refused_before_it_unfolds(server: Server, document: str) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    # A block that ends in a full flush may stand any number of times behind itself: this one unfolds to a gigabyte.
    bomb = (packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)) * 1024
    assert len(bomb) < 2 << 20
    offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
    hostile = await DeafClient.open(server, f"/sync/{document}", extensions=offer)
    await hostile.send(bomb[:-4], first=0xC2)
    await hostile.hear(10)
    assert hostile.ended
    hostile.close()


@pytest.mark.parametrize("size", [0, 1])
async def test_million_fragments_are_borne(server: Server, document: str, size: int) -> None:
    hostile = await DeafClient.open(server, f"/sync/{document}")
    loop, fragment = asyncio.get_running_loop(), bytes([0x00, 0x80 | size]) + bytes(4 + size)
    await loop.sock_sendall(hostile.connection, bytes([0x02, 0x80 | size]) + bytes(4 + size))
    for _ in range(100):
        with contextlib.suppress(ConnectionError):
            await loop.sock_sendall(hostile.connection, fragment * 10_000)
    await hostile.hear(0.5)
    hostile.close()


CONTROLS = {
    "a ping of 126 bytes": b"\x89\xfe\x00\x7e" + bytes(4 + 126),
    "a ping in fragments": b"\x09\x80" + bytes(4),
    "a reserved bit": b"\xc2\x81" + bytes(5),
    "an unknown control frame": b"\x8b\x80" + bytes(4),
    "an unknown data frame": b"\x83\x81" + bytes(5),
    "a frame without a mask": b"\x82\x01\x00",
    "a fragment of nothing begun": b"\x80\x81" + bytes(5),
    "a message within a message": b"\x02\x81" + bytes(5) + b"\x82\x81" + bytes(5),
    "a close of one byte": b"\x88\x81" + bytes(5),
    "a close with a code that is none": b"\x88\x82" + bytes(4) + b"\x00\x05",
    "a length with its highest bit": b"\x82\xff" + b"\xff" * 8 + bytes(4),
    "text that is not UTF-8": b"\x81\x82" + bytes(4) + b"\xc3\x28",
}


@pytest.mark.parametrize("name", CONTROLS)
async def test_frame_that_is_none_ends_its_connection(server: Server, document: str, name: str) -> None:
    hostile = await DeafClient.open(server, f"/sync/{document}")
    await asyncio.get_running_loop().sock_sendall(hostile.connection, CONTROLS[name])
    await hostile.hear(0.7)
    if not hostile.ended:  # it waits for our own close frame
        with contextlib.suppress(ConnectionError):
            await hostile.send(hostile.close_code.to_bytes(2, "big") if hostile.close_code else b"", first=0x88)
        await hostile.hear(10)
    assert hostile.ended
    assert hostile.close_code in (1002, 1007, 1009, BAD_MESSAGE, TOO_LARGE)
    hostile.close()


async def test_pings_between_fragments_are_answered_and_too_many_end_the_connection(
    server: Server, document: str
) -> None:
    hostile = await DeafClient.open(server, f"/sync/{document}")
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(hostile.connection, b"\x02\x80" + bytes(4) + b"\x89\x82" + bytes(4) + b"hi")
    await hostile.hear(0.5)
    assert b"\x8a\x02hi" in hostile.heard
    await loop.sock_sendall(hostile.connection, (b"\x89\x80" + bytes(4)) * 1000)
    await hostile.hear(5)
    assert hostile.ended
    assert hostile.close_code == TOO_FAST
    hostile.close()


@pytest.mark.parametrize("dialect", Dialect)
async def test_who_only_asks_and_never_stops_is_slowed_down_and_nobody_else(
    http: aiohttp.ClientSession, server: Server, document: str, dialect: Dialect
) -> None:
    asker = await Peer.join(http, server, document, dialect)
    asker.answers_sync = False
    for _ in range(2000):
        await asker.send_step_1()
        await asker.send(b"\x03")
    await asker.send_update(Typist(0xA5C).type("<asked>"))
    if dialect is Dialect.Y_WEBSOCKET:
        await asker.until_content(b"<asked>")
    else:
        await asker.until(Kind.SYNC_STATUS, lambda _: asker.count(Kind.SYNC_STATUS) >= 2)
    await asker.leave()
