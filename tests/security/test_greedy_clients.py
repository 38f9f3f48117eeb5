"""Who asks for much and reads none of it, or sends much before anybody knows who it is, costs the server little."""

from __future__ import annotations

import asyncio
import contextlib

import aiohttp
import pytest

from harness.bystanders import Bystanders
from harness.deaf import DeafClient
from harness.lib0 import Typist, awareness, var_bytes, var_string
from harness.peer import Dialect, Kind, Peer
from harness.server import Server

BAD_MESSAGE, TOO_LARGE, LATER = 4400, 4413, 1013
STEP_1, QUERY = b"\x00\x00\x01\x00", b"\x03"
STATE_BYTES = 300_000
GROWTH_BYTES = 100 << 20
PATIENCE_S = 5.0


async def deaf_in(server: Server, document: str, dialect: Dialect) -> DeafClient:
    """A client that has joined and does not read."""
    if dialect is Dialect.Y_WEBSOCKET:
        return await DeafClient.open(server, f"/sync/{document}")
    deaf = await DeafClient.open(server, "/hocuspocus")
    await deaf.send(var_string(document) + b"\x02\x00" + var_string("") + var_string("4.8.0"))
    return deaf


async def ask(deaf: DeafClient, document: str, dialect: Dialect, message: bytes, times: int) -> None:
    """Send a message so often, as fast as it is taken."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(times // 100):
                if dialect is Dialect.Y_WEBSOCKET:
                    await deaf.send(message * 100)
                    continue
                for _ in range(100):
                    await deaf.send(var_string(document) + message)


@pytest.mark.parametrize("dialect", Dialect)
async def test_document_that_is_asked_for_a_thousand_times_and_not_read_fills_no_memory(
    http: aiohttp.ClientSession, server: Server, document: str, dialect: Dialect
) -> None:
    writer = await Peer.join(http, server, document, Dialect.HOCUSPOCUS)
    await writer.send_update(Typist(1).type("x" * STATE_BYTES))
    await writer.until_count(Kind.SYNC_STATUS, 2)
    deaf = await deaf_in(server, document, dialect)
    before = server.memory()
    await ask(deaf, document, dialect, STEP_1, 2000)
    for _ in range(10):
        await asyncio.sleep(0.1)
        assert server.memory() - before < GROWTH_BYTES
    await writer.sync()
    deaf.close()
    await writer.leave()


@pytest.mark.parametrize("dialect", Dialect)
async def test_presence_that_is_asked_for_thousands_of_times_is_told_once_and_holds_nobody_up(
    http: aiohttp.ClientSession, server: Server, document: str, dialect: Dialect
) -> None:
    crowd = [await Peer.join(http, server, document, Dialect.Y_WEBSOCKET) for _ in range(4)]
    for number, peer in enumerate(crowd):
        for client in range(16):
            await peer.send_awareness(awareness((16 * number + client, 1, f'{{"a":"{"x" * 4000}"}}')))
    await crowd[0].until(Kind.AWARENESS, lambda _: len(crowd[0].awareness()) == 48)
    async with Bystanders(http, server, document):
        deaf = await deaf_in(server, document, dialect)
        await ask(deaf, document, dialect, QUERY, 5000)
    deaf.close()
    for peer in crowd:
        await peer.leave()


async def test_frame_of_more_messages_than_any_client_sends_is_refused(
    http: aiohttp.ClientSession, server: Server, document: str
) -> None:
    peer = await Peer.join(http, server, document, Dialect.Y_WEBSOCKET)
    await peer.send_raw(QUERY * 1000)
    await peer.sync()
    await peer.send_raw(QUERY * 1001)
    assert await peer.until_closed() == BAD_MESSAGE


async def test_what_is_sent_before_a_token_is_kept_for_all_documents_of_a_socket_together(
    http: aiohttp.ClientSession, server: Server, document: str
) -> None:
    async with Bystanders(http, server, document):
        strangers = [await Peer.open(http, server, document, Dialect.HOCUSPOCUS) for _ in range(3)]
        for stranger in strangers:
            with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                for number in range(30):
                    await stranger.send(b"\x01" + var_bytes(bytes(4 << 20)), address=f"{document}-{number}")
            assert await stranger.until_closed() == LATER
    patient = await Peer.open(http, server, document, Dialect.HOCUSPOCUS)
    typist = Typist(3)
    for number in range(3):
        await patient.send_update(typist.type(f"{number}" + "y" * 15_000))  # what is typed while a token is on its way
    await patient.send_auth()
    await patient.until_count(Kind.SYNC_STATUS, 3)
    await patient.leave()


async def test_stateless_message_is_small_and_is_not_heaped_up_for_who_does_not_read(
    http: aiohttp.ClientSession, server: Server, document: str
) -> None:
    async with Bystanders(http, server, document):
        deaf = await deaf_in(server, document, Dialect.HOCUSPOCUS)
        await deaf.send(var_string(document) + STEP_1)
        await deaf.hear(0.3)
        talker = await Peer.join(http, server, document, Dialect.HOCUSPOCUS)
        listener = await Peer.join(http, server, document, Dialect.HOCUSPOCUS)
        for number in range(400):
            await talker.send_stateless("x" * 65_000)
            await listener.until(Kind.STATELESS, lambda _, n=number: listener.count(Kind.STATELESS) > n)  # type: ignore[misc]
        await deaf.hear(PATIENCE_S)
        assert deaf.ended
        await talker.send_stateless("x" * 65_537)
        assert await talker.until_closed() == TOO_LARGE
        await listener.leave()
    deaf.close()
