"""Sizes hold where the settings put them, at every door: what is beyond is refused, says so, and costs nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterator

import aiohttp
import pytest

from harness.bystanders import Bystanders
from harness.lib0 import Typist, awareness
from harness.peer import Dialect, Kind, Peer
from harness.server import MakeServer, Server
from harness.tokens import SECRET, TOKEN_AUTH, token

TOO_LARGE = 4413
MESSAGE, UPDATE, DOCUMENT, AWARENESS = 60_000, 40_000, 100_000, 200


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on which everything is small."""
    settings = {
        "max_message_bytes": MESSAGE,
        "max_update_bytes": UPDATE,
        "max_document_bytes": DOCUMENT,
        "max_awareness_bytes": AWARENESS,
    }
    with Server(tmp_path_factory.mktemp("small") / "data", settings=settings) as running:
        yield running


@pytest.mark.parametrize("dialect", Dialect)
async def test_message_and_awareness_state_beyond_their_size_are_refused_with_4413(
    http: aiohttp.ClientSession, small: Server, document: str, dialect: Dialect
) -> None:
    async with Bystanders(http, small, document):
        for send in (
            lambda peer: peer.send_raw(bytes(2 * MESSAGE)),
            lambda peer: peer.send_awareness(awareness((7, 1, '{"a":"' + "x" * AWARENESS + '"}'))),
        ):
            peer = await Peer.join(http, small, document, dialect)
            await peer.send_awareness(awareness((8, 1, '{"a":"' + "x" * (AWARENESS // 2) + '"}')))
            await send(peer)
            assert await peer.until_closed() == TOO_LARGE


@pytest.mark.parametrize("dialect", Dialect)
async def test_full_document_is_read_and_takes_no_more_by_any_door(
    http: aiohttp.ClientSession, small: Server, document: str, dialect: Dialect
) -> None:
    typist = Typist(31)
    path = f"{small.url}/api/documents/{document}"
    async with http.post(f"{small.url}/api/documents", json={"id": document}) as response:
        assert response.status == 201
    statuses = []
    for _ in range(5):
        async with http.post(f"{path}/update", data=typist.type("x" * 30_000)) as response:
            statuses.append(response.status)
    assert statuses[:3] == [204] * 3
    assert statuses[-1] == 413
    kept = 30_000 * statuses.count(204)
    async with http.get(f"{path}/update") as response:
        assert response.status == 200
        assert kept <= len(await response.read()) < kept + 1000, "what was taken is there, and nothing else"
    peer = await Peer.join(http, small, document, dialect)
    await peer.send_update(Typist(32).type("z" * 10_000))
    assert await peer.until_closed() == TOO_LARGE
    async with http.get(f"{path}/update") as response:
        assert b"zzz" not in await response.read()


async def test_content_that_does_not_fit_is_refused_and_what_was_there_stays(
    http: aiohttp.ClientSession, small: Server, document: str
) -> None:
    path = f"{small.url}/api/documents/{document}/content"
    async with http.post(f"{small.url}/api/documents", json={"id": document, "text": "first"}) as response:
        assert response.status == 201
    last, status = "first", 204
    for letter in "abcdefgh":
        words = letter * 30_000
        async with http.put(path, data=words, headers={"Content-Type": "text/plain"}) as response:
            status = response.status
        if status != 204:
            break
        last = words
    assert status == 413
    assert last != "first"
    async with http.get(f"{path}?format=text") as response:
        assert (await response.text()).strip() == last
    async with http.put(path, data="y" * 2 * UPDATE, headers={"Content-Type": "text/plain"}) as response:
        assert response.status == 413


async def test_bytes_of_a_connection_and_of_a_person_are_slowed_down_and_none_is_lost(
    http: aiohttp.ClientSession, make_server: MakeServer
) -> None:
    per_second, sent = 150_000, 300_000
    for setting in ("bytes_per_second", "bytes_per_second_per_user"):
        server = make_server(*TOKEN_AUTH, settings={"secret": SECRET, setting: per_second})
        key = token("*", "edit", "ada")
        writer = await Peer.join(http, server, "doc", Dialect.HOCUSPOCUS, token=key)
        reader = await Peer.join(http, server, "doc", Dialect.HOCUSPOCUS, token=token("*", "view", "bob"))
        typist, begun = Typist(41), time.monotonic()
        for number in range(sent // 10_000):
            await writer.send_update(typist.type(f"<{number}>" + "x" * 10_000))
        await reader.until_content(f"<{sent // 10_000 - 1}>".encode())
        assert time.monotonic() - begun > 0.5, f"{setting}: {sent} bytes, after a burst of one second"
        assert writer.closed is None
        assert reader.count(Kind.UPDATE) >= 1
        for peer in (writer, reader):
            await peer.leave()
