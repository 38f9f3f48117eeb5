"""Deleting for good, seen from the hub: nothing that is under way meanwhile gets hold of the document again."""

from __future__ import annotations

import asyncio

import pytest

from coscribe.access.gate import Gate
from coscribe.journal.purge import RemainsQuery, TombstoneQuery
from coscribe.protocol.close_codes import CloseCode, CloseSocket
from coscribe.rooms.hub import Hub


@pytest.fixture
def gate() -> Gate:
    return Gate(keys=None, now=lambda: 0.0)


async def test_a_rename_or_restore_that_comes_too_late_finds_no_document(hub: Hub) -> None:
    document = hub.register("doc", "Title")
    await hub.journal.submit()
    await hub.eraser.delete(document)
    for late in (document._replace(title="Late"), document._replace(deleted=None)):
        with pytest.raises(CloseSocket) as refused:
            await hub.change(late)
        assert refused.value.code is CloseCode.DELETED
    assert await hub.document("doc") is None
    assert await hub.eraser.is_gone("doc")
    assert [stone.id for stone in await hub.store.find(TombstoneQuery())] == ["doc"]
    assert await hub.store.find(RemainsQuery(document.key)) == []


async def test_whoever_waits_for_the_room_is_told_and_nobody_opens_it_again(hub: Hub) -> None:
    document = hub.register("doc", "Title")
    await hub.journal.submit()
    await hub.ready_room("doc")
    await hub.eraser.delete(document)
    assert "doc" not in hub.rooms
    with pytest.raises(CloseSocket) as refused:
        await hub.ready_room("doc")
    assert refused.value.code is CloseCode.DELETED


async def test_deletion_while_the_register_is_still_to_be_written(hub: Hub) -> None:
    document = hub.register("doc", "Title")
    await hub.eraser.delete(document)
    assert await hub.eraser.is_gone("doc")
    assert await hub.store.find(RemainsQuery(document.key)) == []


async def test_a_stop_that_comes_with_a_deletion_is_a_stop(hub: Hub) -> None:
    document = hub.register("doc", "Title")
    await hub.journal.submit()
    await asyncio.sleep(0.2)  # until the eraser has looked around and waits
    await hub.eraser.delete(document)
    await asyncio.wait_for(hub.eraser.stop(), 5)
