"""Which past of a document a client holds: whoever names another one than the server's must not merge it in."""

import pytest

from coscribe.journal.changes import Document
from coscribe.protocol.close_codes import CloseCode
from coscribe.protocol.sync import step1, step2, update_message
from coscribe.rooms.hub import FIRST_EPOCH, Hub

from .conftest import Client, Typist, turn

ADDRESS = b"\x04doc1"


async def open_client(hub: Hub, dialect: str, epoch: int | None) -> Client:
    client = Client(hub, dialect)
    client.socket.epoch = epoch
    if dialect == "y-websocket":
        await client.open("doc1")
    else:
        client.send(ADDRESS + b"\x02\x00\x00", ADDRESS + step1(b"\0"))
        await hub.ready_room("doc1")
    await turn()
    return client


def close_code(client: Client) -> CloseCode | None:
    return client.wire.closed and client.wire.closed[0]


async def replace_past(hub: Hub) -> Document:
    document = hub.rooms["doc1"].document
    assert document is not None
    return await hub.change(document._replace(epoch=document.epoch + 1))


@pytest.mark.parametrize("dialect", ["y-websocket", "hocuspocus"])
async def test_the_epoch_of_the_document_and_none_at_all_are_served(hub: Hub, dialect: str) -> None:
    for epoch in (FIRST_EPOCH, None):
        client = await open_client(hub, dialect, epoch)
        assert close_code(client) is None
        assert client.take()


@pytest.mark.parametrize("dialect", ["y-websocket", "hocuspocus"])
@pytest.mark.parametrize("epoch", [FIRST_EPOCH - 1, FIRST_EPOCH + 1])
async def test_another_epoch_is_closed_before_a_word_of_it_is_taken(hub: Hub, dialect: str, epoch: int) -> None:
    client = await open_client(hub, dialect, epoch)
    prefix = ADDRESS if dialect == "hocuspocus" else b""
    typist = Typist(1)
    client.send(prefix + step2(typist.type("old words")), prefix + update_message(typist.type("more")))
    await turn()
    assert close_code(client) is CloseCode.EPOCH_CHANGED
    assert client.take() == []


async def test_words_sent_ahead_of_the_opening_are_not_taken_either(hub: Hub) -> None:
    client = Client(hub, "hocuspocus")
    client.socket.epoch = FIRST_EPOCH + 1
    client.send(ADDRESS + b"\x02\x00\x00", ADDRESS + step2(Typist(1).type("old words")))
    room = await hub.ready_room("doc1")
    await turn()
    assert close_code(client) is CloseCode.EPOCH_CHANGED
    assert room.head == 0


async def test_those_inside_are_closed_when_the_past_is_replaced_and_come_back_with_the_new_epoch(hub: Hub) -> None:
    inside = [await open_client(hub, dialect, None) for dialect in ("y-websocket", "hocuspocus")]
    document = await replace_past(hub)
    assert [close_code(client) for client in inside] == [CloseCode.EPOCH_CHANGED] * 2
    assert close_code(await open_client(hub, "hocuspocus", document.epoch - 1)) is CloseCode.EPOCH_CHANGED
    assert close_code(await open_client(hub, "hocuspocus", document.epoch)) is None


async def test_a_new_title_closes_nobody(hub: Hub) -> None:
    client = await open_client(hub, "hocuspocus", FIRST_EPOCH)
    document = hub.rooms["doc1"].document
    assert document is not None
    await hub.change(document._replace(title="Plan"))
    assert close_code(client) is None
