"""The frames of both dialects, byte for byte, as a running server reads and sends them."""

from __future__ import annotations

import aiohttp
import pytest

from harness import lib0
from harness.lib0 import Typist, read_awareness, var_bytes
from harness.peer import Dialect, Kind, Peer, status
from harness.server import Server

Y_WEBSOCKET, HOCUSPOCUS = Dialect.Y_WEBSOCKET, Dialect.HOCUSPOCUS


async def test_y_websocket_server_speaks_first_and_answers_an_empty_document(
    http: aiohttp.ClientSession, server: Server, document: str
) -> None:
    peer = await Peer.open(http, server, document, Y_WEBSOCKET)
    await peer.until(Kind.SYNC_STEP_1)
    assert peer.messages[0].frame == bytes.fromhex("00000100")
    await peer.send_raw(bytes.fromhex("00000100"))
    answer = await peer.until(Kind.SYNC_STEP_2)
    assert answer.frame == bytes.fromhex("0001020000")
    await peer.leave()


async def test_hocuspocus_signs_in_then_sends_step_1_before_step_2(http: aiohttp.ClientSession, server: Server) -> None:
    peer = await Peer.open(http, server, "doc1", HOCUSPOCUS)
    peer.answers_sync = False
    await peer.send_raw(bytes.fromhex("04646f6331020003746f6b05342e352e30"))
    await peer.send_raw(bytes.fromhex("04646f633100000100"))
    await peer.until(Kind.SYNC_STEP_2)
    frames = [message.frame for message in peer.messages if message.kind is not Kind.AWARENESS]
    assert frames == [
        bytes.fromhex("04646f633102020a726561642d7772697465"),
        bytes.fromhex("04646f633100000100"),
        bytes.fromhex("04646f63310001020000"),
    ]
    await peer.send_raw(bytes.fromhex("04646f63310001020000"))
    answer = await peer.until(Kind.SYNC_STATUS)
    assert answer.frame == bytes.fromhex("04646f63310801")
    await peer.leave()


async def test_session_aware_address_is_answered_as_it_was_given_and_means_the_same_document(
    http: aiohttp.ClientSession, server: Server
) -> None:
    name = "doc-session-aware"
    plain = await Peer.join(http, server, name, HOCUSPOCUS)
    aware = await Peer.open(http, server, name, HOCUSPOCUS)
    for session in ("abc", "xyz"):
        await aware.send_auth(address=f"{name}\0{session}")
        await aware.sync(address=f"{name}\0{session}")
    edit, mark = Typist(7).type("shared"), len(aware.messages)
    await aware.send_update(edit, address=f"{name}\0abc")
    for peer, address in ((plain, name), (aware, f"{name}\0xyz")):
        update = await peer.until(Kind.UPDATE, lambda payload: b"shared" in payload, address=address)
        assert update.payload == edit
    acknowledged = await aware.until(Kind.SYNC_STATUS, after=mark, address=f"{name}\0abc")
    assert acknowledged.payload == status(True)
    await plain.leave()
    await aware.leave()


async def test_several_messages_in_one_frame_are_all_read_and_answered_one_a_frame(
    http: aiohttp.ClientSession, server: Server, document: str
) -> None:
    typist = Typist(11)
    peer = await Peer.join(http, server, document, Y_WEBSOCKET)
    reader = await Peer.join(http, server, document, Y_WEBSOCKET)
    updates = [typist.type(word) for word in ("one ", "two ", "three ")]
    frame = b"".join(b"\x00\x02" + var_bytes(update) for update in updates)
    presence = lib0.awareness((11, 1, '{"name":"Ada"}'))
    await peer.send_raw(frame + b"\x01" + var_bytes(presence) + b"\x03" + b"\x00\x00" + var_bytes(b"\x00"))
    await reader.until(Kind.AWARENESS, lambda payload: b"Ada" in payload)
    # The echo is the acknowledgement: it carries the content of each, once it is on disk.
    for witness in (reader, peer):
        await witness.until_content(b"one ", b"two ", b"three ")
    newcomer = await Peer.join(http, server, document, Y_WEBSOCKET)
    await newcomer.until_content(b"one ", b"two ", b"three ")
    await newcomer.leave()
    await peer.leave()
    await reader.leave()


async def test_awareness_travels_between_dialects_and_is_removed_with_its_connection(
    http: aiohttp.ClientSession, server: Server, document: str
) -> None:
    writer = await Peer.join(http, server, document, Y_WEBSOCKET)
    watcher = await Peer.join(http, server, document, HOCUSPOCUS)
    await writer.send_raw(bytes.fromhex("0106010100027b7d"))
    seen = await watcher.until(Kind.AWARENESS, lambda payload: any(c == 1 for c, _, _ in read_awareness(payload)))
    [(client, shown, state)] = read_awareness(seen.payload)
    assert (client, state) == (1, "{}")
    mark = len(watcher.messages)
    await watcher.send(b"\x03")
    answer = await watcher.until(Kind.AWARENESS, after=mark)
    [(client, newer, state)] = read_awareness(answer.payload)
    assert (client, state) == (1, "{}")
    assert newer > shown, "a client that asks takes the clock it knows for old news"
    await writer.leave()
    gone = await watcher.until(
        Kind.AWARENESS, lambda payload: any(c == 1 and s == "null" for c, _, s in read_awareness(payload)), within_s=2
    )
    assert read_awareness(gone.payload)[0][1] >= newer
    assert watcher.awareness() == {}
    await watcher.leave()


async def test_ping_is_answered_with_pong(http: aiohttp.ClientSession, server: Server, document: str) -> None:
    peer = await Peer.join(http, server, document, HOCUSPOCUS)
    await peer.send_raw(b"\x09")
    await peer.until(Kind.PONG, within_s=2)
    await peer.leave()


async def test_stateless_messages_reach_the_others_of_the_document_and_nobody_else(
    http: aiohttp.ClientSession, server: Server, document: str
) -> None:
    sender = await Peer.join(http, server, document, HOCUSPOCUS)
    listener = await Peer.join(http, server, document, HOCUSPOCUS)
    elsewhere = await Peer.join(http, server, f"{document}-2", HOCUSPOCUS)
    stream = await Peer.join(http, server, document, Y_WEBSOCKET)
    await sender.send_raw(lib0.var_string(document) + bytes.fromhex("05026869"))
    heard = await listener.until(Kind.STATELESS)
    assert heard.frame == lib0.var_string(document) + bytes.fromhex("05026869")
    for bystander in (elsewhere, stream):
        await bystander.sync()
        assert bystander.count(Kind.STATELESS) == 0
    for peer in (sender, listener, elsewhere, stream):
        await peer.leave()


async def test_close_message_detaches_one_document_and_leaves_the_others_of_the_socket(
    http: aiohttp.ClientSession, server: Server, document: str
) -> None:
    kept, left = document, f"{document}-left"
    peer = await Peer.join(http, server, kept, HOCUSPOCUS)
    await peer.send_auth(address=left)
    await peer.sync(address=left)
    watcher = await Peer.join(http, server, left, HOCUSPOCUS)
    await peer.send_awareness(lib0.awareness((21, 1, '{"name":"Grace"}')), address=left)
    await watcher.until(Kind.AWARENESS, lambda payload: b"Grace" in payload)
    await peer.send(b"\x07", address=left)
    await watcher.until(Kind.AWARENESS, lambda payload: b"null" in payload, within_s=2)
    mark = len(peer.messages)
    statuses = watcher.count(Kind.SYNC_STATUS)
    await watcher.send_update(Typist(22).type("unheard"))
    await watcher.until_count(Kind.SYNC_STATUS, statuses + 1)
    await peer.sync(address=kept)
    assert [m.kind for m in peer.messages[mark:] if m.address == left] in ([], [Kind.CLOSE])
    # The document may be opened again on the same socket.
    await peer.send_auth(address=left)
    mark = len(peer.messages)
    await peer.sync(address=left)
    await peer.until_content(b"unheard", after=mark)
    await peer.leave()
    await watcher.leave()


@pytest.mark.parametrize("dialect", Dialect)
async def test_every_update_is_acknowledged_once_duplicates_included(
    http: aiohttp.ClientSession, server: Server, document: str, dialect: Dialect
) -> None:
    peer = await Peer.join(http, server, document, dialect)
    typist = Typist(31)
    updates = [typist.type(letter) for letter in "abcde"]
    for update in (*updates, updates[2], updates[4]):
        await peer.send_update(update)
    await peer.send_step_2(typist.everything())
    await peer.sync()
    if dialect is HOCUSPOCUS:
        # Seven updates, a SyncStep2, and the SyncStep2 that answered the server's SyncStep1 in each of two syncs.
        await peer.until_count(Kind.SYNC_STATUS, 10)
        assert peer.count(Kind.SYNC_STATUS, status(True)) == 10
    else:
        for update in updates:
            await peer.until(Kind.UPDATE, lambda payload, update=update: update in payload)  # type: ignore[misc]
    await peer.leave()


@pytest.mark.parametrize("dialect", Dialect)
async def test_step_2_is_the_last_of_what_a_newcomer_lacks_and_nothing_is_acknowledged_before(
    http: aiohttp.ClientSession, server: Server, document: str, dialect: Dialect
) -> None:
    writer = await Peer.join(http, server, document, HOCUSPOCUS)
    typist = Typist(36)
    words = [f"word{number} " for number in range(50)]
    for word in words:
        await writer.send_update(typist.type(word))
    await writer.until_count(Kind.SYNC_STATUS, 51)
    newcomer = await Peer.join(http, server, document, dialect)
    until_step_2 = [message.kind for message in newcomer.messages].index(Kind.SYNC_STEP_2)
    content = b"".join(message.payload for message in newcomer.messages[: until_step_2 + 1])
    assert all(word.encode() in content for word in words)
    assert Kind.SYNC_STATUS not in [message.kind for message in newcomer.messages[:until_step_2]]
    await writer.leave()
    await newcomer.leave()


async def test_update_with_a_gap_is_acknowledged_once_what_is_missing_has_come(
    http: aiohttp.ClientSession, server: Server, document: str
) -> None:
    writer = await Peer.join(http, server, document, HOCUSPOCUS)
    reader = await Peer.join(http, server, document, Y_WEBSOCKET)
    typist = Typist(41)
    missing, late = typist.type("first "), typist.type("second")
    await writer.until_count(Kind.SYNC_STATUS, 1)
    writer.answer = typist.everything
    mark = len(writer.messages)
    await writer.send_update(late)
    await writer.until(Kind.SYNC_STEP_1, after=mark, within_s=3)
    await writer.until_count(Kind.SYNC_STATUS, 3)
    assert writer.count(Kind.SYNC_STATUS, status(True)) == 3
    for witness in (reader, await Peer.join(http, server, document, Y_WEBSOCKET)):
        await witness.until_content(b"first second")
        assert missing not in [message.payload for message in witness.messages], "nobody sent that one"
        await witness.leave()
    await writer.leave()


async def test_hundred_documents_share_a_socket_and_one_more_is_refused(
    http: aiohttp.ClientSession, server: Server, document: str
) -> None:
    peer = await Peer.open(http, server, document, HOCUSPOCUS)
    for number in range(100):
        await peer.send_auth(address=f"{document}/{number}")
    for number in range(100):
        await peer.sync(address=f"{document}/{number}")
    await peer.send_auth(address=f"{document}/100")
    assert await peer.until_closed() in (4400, 4413, 4429)
