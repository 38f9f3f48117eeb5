"""Updates made to kill an engine cost their sender its connection, and nobody else anything."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from pycrdt import Doc

from coscribe.protocol.state_vectors import read_state_vector
from coscribe.protocol.updates import read_delete_set
from harness.bystanders import Bystanders
from harness.lib0 import Typist, var_bytes, var_string, var_uint
from harness.peer import Dialect, Kind, Peer
from harness.server import MakeServer, Server

BAD_MESSAGE = 4400
TOO_LARGE = 4413
ANSWERS = 20
"""So often a peer asks again: one that a busy worker keeps waiting is sent everything, which is right, only longer."""
TRY_AGAIN_LATER = 1013

# Each is a list of updates; what a check of one update alone cannot see may need the second.
REFUSED = {
    "nesting of 30,000 arrays": ["010105000801016101" + "7501" * 30_000 + "7e00"],
    "items that refer to their own future": [
        "01034d00884d03037e740387db917b73a9076d3651b8eb680105017bc736bb00c259859fc102140304010107010804"
    ],
    "an item whose parent is itself": ["01024d020002c74d004d080100"],
    "a clock at the end of 32 bits": ["0101e807ffffffff0fc4e80701e8070202585900"],
    "a clock that wraps around": ["010105ffffffff0f01010474657874017800"],
    "structs that overlap the end of 32 bits": ["01038608ffffffff0f010103786d6c010007878608000303646976018608010008"],
    "a count of structs without structs": ["ffffff7f04c603"],
    "a count of clients without clients": ["80ff80ff0249040301010380"],
    "a number that does not end": ["ff" * 1000],
    "a number over 2^53": ["01ffffffffffffffffff0100"],
    "a client twice": ["020107000401017401610001070104010174016200"],
    "bytes after the end": ["0101070004010174016100" + "00"],
    "a truncated string": ["01010700040101747f61"],
    "a string that is not UTF-8": ["0101070004010174" + "02c328" + "00"],
    "an unknown kind of content": ["01010700" + "1f" + "01017400" + "00"],
    "an unknown kind of struct": ["010107001d" + "00"],
    "an empty string": ["0101070004010174" + "00" + "00"],
    "JSON of 50,000 brackets in an embed": [
        "0101070005010174" + (var_bytes(b"[" * 50_000 + b"]" * 50_000)).hex() + "00"
    ],
    "legacy JSON content": ["01010100020103786d6c0109756e646566696e656400"],
    "legacy JSON content with a gap before it": ["01010103020103786d6c0109756e646566696e6564024d01000201010103"],
    "a deletion of everything": ["00" + "0101" + "00" + "ffffffffffffff0f"],
    "a count of deletions without deletions": ["00ffffff7f"],
}
# Gaps: nothing of them is stored, and whoever sent them may yet send what is missing.
WAITING = {
    "a second half without the first": "010107058407040162" + "00",
    "an item under an item that nobody knows": "0101090004" + "00e80705" + "0161" + "00",
}


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.usefixtures("bystanders")
async def test_malformed_update_is_refused_with_4400(
    http: aiohttp.ClientSession, server: Server, document: str, name: str, dialect: Dialect
) -> None:
    for send in (Peer.send_update, Peer.send_step_2):
        hostile = await Peer.join(http, server, document, dialect)
        for update in REFUSED[name]:
            await send(hostile, bytes.fromhex(update))
        assert await hostile.until_closed() == BAD_MESSAGE


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("name", WAITING)
async def test_update_with_a_gap_is_neither_stored_nor_passed_on_nor_punished(
    http: aiohttp.ClientSession, server: Server, document: str, bystanders: Bystanders, name: str, dialect: Dialect
) -> None:
    update = bytes.fromhex(WAITING[name])
    sender = await Peer.join(http, server, document, dialect)
    typist = Typist(0xC0FFEE)
    sender.answer = typist.everything  # what follows a gap is taken from the answer to the server's question
    mark = len(sender.messages)
    await sender.send_update(update)
    await sender.until(Kind.SYNC_STEP_1, after=mark, within_s=5)
    await sender.send_update(typist.type("honest"))
    await bystanders.peers[0].until_content(b"honest")
    newcomer = await Peer.join(http, server, document, Dialect.Y_WEBSOCKET)
    for peer in (newcomer, *bystanders.peers):
        assert all(update[:-1] not in message.payload for message in peer.messages)
    assert sender.closed is None
    await sender.leave()
    await newcomer.leave()


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.usefixtures("bystanders")
async def test_flood_of_20000_gaps_ends_with_4400(
    http: aiohttp.ClientSession, server: Server, document: str, dialect: Dialect
) -> None:
    hostile = await Peer.join(http, server, document, dialect)
    hostile.answers_sync = False
    for number in range(20_000):
        if hostile.socket.closed:
            break
        clock = 10 * number + 5
        item = b"\x84" + var_uint(77) + var_uint(clock - 1) + var_string("g")
        await hostile.send_update(b"\x01\x01" + var_uint(77) + var_uint(clock) + item + b"\x00")
        if number % 500 == 0:
            await asyncio.sleep(0)
    assert await hostile.until_closed() == BAD_MESSAGE


@pytest.mark.usefixtures("bystanders")
async def test_large_updates_of_nothing_but_gaps_hold_nobody_up_and_are_not_heaped_up(
    http: aiohttp.ClientSession, server: Server, document: str
) -> None:
    gaps = [b"\x01" + var_uint(client) + b"\x64\x84" + var_uint(client) + b"\x63\x01x" for client in range(1000, 5000)]
    hostile = await Peer.join(http, server, document, Dialect.Y_WEBSOCKET)
    mark = len(hostile.messages)
    for number in range(4):
        await hostile.send_update(var_uint(len(gaps)) + b"".join(gaps) + b"\x00")
        if not number:
            await hostile.until(Kind.SYNC_STEP_1, after=mark)  # it is asked for what is missing
    assert await hostile.until_closed() == TRY_AGAIN_LATER


def _deletions(doc: Doc[Any]) -> list[tuple[int, int, int]]:
    return sorted(read_delete_set(doc.get_update(doc.get_state())[1:]))


def _letters(client: int, clock: int, count: int) -> bytes:
    return var_uint(count) + var_uint(client) + var_uint(clock) + b"\x04\x01\x01a\x01x" * count


# Little to send and much to look at: each is (what it builds on, what is sent), and is stored like any other.
ELABORATE = {
    "letters, each for itself": (b"", b"\x01" + _letters(5, 0, 100_000) + b"\x00"),
    "the edits of many clients": (
        b"",
        var_uint(20_000) + b"".join(_letters(client, 0, 1) for client in range(1 << 30, (1 << 30) + 20_000)) + b"\x00",
    ),
    "gone and there in turn": (
        b"",
        b"\x01" + var_uint(100_000) + b"\x05\x00" + b"\x00\x01\x04\x01\x01a\x01x" * 50_000 + b"\x00",
    ),
    "deletions, each for itself": (
        b"\x01" + b"\x01\x05\x00" + b"\x04\x01\x01a" + var_bytes(b"x" * 300_000) + b"\x00",
        b"\x00\x01\x05" + var_uint(100_000) + b"".join(var_uint(3 * at) + b"\x01" for at in range(100_000)),
    ),
    "nulls": (b"", b"\x01\x01\x05\x00\x08\x01\x01a" + var_uint(500_000) + b"\x7e" * 500_000 + b"\x00"),
}


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("name", ELABORATE)
async def test_update_with_much_to_look_at_holds_nobody_up_and_is_stored(
    http: aiohttp.ClientSession, server: Server, document: str, name: str, dialect: Dialect
) -> None:
    base, update = ELABORATE[name]
    elsewhere = f"{document}-2"
    end = Typist(9, "after").type("~the end~")
    async with Bystanders(http, server, document):
        writer = await Peer.join(http, server, elsewhere, dialect)
        for each in filter(None, (base, update, update, end)):
            await writer.send_update(each)
        reader = await Peer.join(http, server, elsewhere, Dialect.Y_WEBSOCKET)
        await reader.until_content(b"~the end~")
        await writer.leave()
        await reader.leave()
    # What takes this process long is not to be taken for what keeps the bystanders waiting.
    stored: Doc[Any] = Doc()
    expected: Doc[Any] = Doc()
    async with http.get(f"{server.url}/api/documents/{elsewhere}/update") as response:
        stored.apply_update(await response.read())
    for each in filter(None, (base, update, end)):
        expected.apply_update(each)
    assert read_state_vector(stored.get_state()) == read_state_vector(expected.get_state())
    assert _deletions(stored) == _deletions(expected)


@pytest.mark.parametrize("dialect", Dialect)
async def test_update_of_more_clients_than_an_update_has_is_refused_with_4413(
    http: aiohttp.ClientSession, server: Server, document: str, dialect: Dialect, bystanders: Bystanders
) -> None:
    update = var_uint(20_001) + b"".join(_letters(client, 0, 1) for client in range(20_001)) + b"\x00"
    hostile = await Peer.join(http, server, document, dialect)
    await hostile.send_update(update)
    assert await hostile.until_closed() == TOO_LARGE
    async with http.post(f"{server.url}/api/documents/{document}/update", data=update) as response:
        assert response.status == 413
        assert "max_update_clients" in (await response.json())["detail"]


@pytest.mark.usefixtures("bystanders")
async def test_long_state_vector_is_read_by_a_worker_and_what_is_none_costs_its_sender_the_connection(
    http: aiohttp.ClientSession, server: Server, document: str
) -> None:
    elsewhere = f"{document}-2"
    writer = await Peer.join(http, server, elsewhere, Dialect.Y_WEBSOCKET)
    await writer.send_update(Typist(9).type("x" * 300_000))
    await writer.send_update(Typist(10).type("~the end~"))
    reader = await Peer.join(http, server, elsewhere, Dialect.Y_WEBSOCKET)
    await reader.until_content(b"~the end~")

    clients = [var_uint(client) + b"\x01" for client in range(1 << 30, (1 << 30) + 19_000)]
    knows_one = var_uint(19_001) + b"\x09" + var_uint(300_000) + b"".join(clients)
    for _ in range(ANSWERS):
        mark = len(reader.messages)
        await reader.send_step_1(knows_one)
        await reader.until(Kind.SYNC_STEP_2, after=mark)
        answer = b"".join(message.payload for message in reader.messages[mark:])
        assert b"~the end~" in answer
        if b"x" * 1000 not in answer:
            break
    else:
        pytest.fail("what it knows already is never left out")

    await writer.send_step_1(var_uint(19_000) + b"\xff" * 100_000)
    assert await writer.until_closed() == BAD_MESSAGE
    assert "Traceback" not in server.stderr()
    await reader.leave()


async def test_content_under_another_client_s_name_is_not_believed(
    http: aiohttp.ClientSession, server: Server, document: str, bystanders: Bystanders
) -> None:
    """What the journal holds of a client id is what that client said first."""
    forger = await Peer.join(http, server, document, Dialect.Y_WEBSOCKET)
    await bystanders.peers[1].until_content(b"~0.1~")
    for typist in bystanders.typists:
        await forger.send_update(Typist(typist.client, "bystander").type("evil"))
    await forger.send_step_2(Typist(bystanders.typists[0].client, "bystander").type("evil"))
    newcomer = await Peer.join(http, server, document, Dialect.HOCUSPOCUS)
    for peer in (newcomer, *bystanders.peers):
        assert all(b"evil" not in message.payload for message in peer.messages)
    await forger.leave()
    await newcomer.leave()


async def test_tree_that_grows_deeper_with_every_update_does_not_take_the_server_down(
    make_server: MakeServer, http: aiohttp.ClientSession
) -> None:
    """Each update is honest on its own; together they nest 5,000 levels, on which content readers used to crash."""
    server = make_server()
    async with Bystanders(http, server, "room", workers_may_die=True):
        builder = await Peer.join(http, server, "room", Dialect.Y_WEBSOCKET)
        for level in range(5000):
            parent = b"\x01" + var_string("deep") if level == 0 else b"\x00" + var_uint(88) + var_uint(level - 1)
            item = b"\x07" + parent + b"\x03" + var_string("div")
            if builder.socket.closed:
                break
            await builder.send_update(b"\x01\x01" + var_uint(88) + var_uint(level) + item + b"\x00")
            if level % 200 == 0:
                await asyncio.sleep(0)
        for what in ("content?format=json", "content?format=text", "content?format=html", "update"):
            status, _ = await asyncio.to_thread(server.get, f"/api/documents/room/{what}", 60)
            assert status in (200, 400, 404, 413, 422, 500, 503), what
        assert (await asyncio.to_thread(server.get, "/healthz"))[0] == 200
        await builder.leave()
