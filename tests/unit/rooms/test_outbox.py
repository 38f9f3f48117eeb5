"""Large writes go out one after another, and what a session is sent stays in order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from coscribe.protocol.sync import step1, update_message
from coscribe.rooms.hub import Hub
from coscribe.rooms.outbox import LARGE_BYTES, Outbox
from coscribe.rooms.phase import Phase

from .conftest import Client, Typist, text_of, turn, updates_in

LARGE, SMALL = b"L" * (LARGE_BYTES + 1), b"S"
Written = list[tuple[str, bytes]]


class Reader:
    """What an outbox writes to."""

    def __init__(self, name: str, written: Written) -> None:
        self.name = name
        self.closed = False
        self._written = written

    def write_now(self, parts: Sequence[bytes]) -> None:
        self._written.append((self.name, b"".join(parts)))


@pytest.fixture
def written() -> Written:
    return []


@pytest.fixture
async def outbox() -> Outbox:
    return Outbox(asyncio.get_running_loop())


def readers(names: str, written: Written) -> list[Any]:
    return [Reader(name, written) for name in names]


async def test_one_large_write_goes_out_in_each_round(outbox: Outbox, written: Written) -> None:
    everybody = readers("abcde", written)
    for each in everybody:
        outbox.put(each, (LARGE[:10], LARGE[10:]))
    assert written == []
    for rounds in range(1, 6):
        await asyncio.sleep(0)
        assert written == [(name, LARGE) for name in "abcde"[:rounds]]
    assert not outbox.unsent


async def test_what_one_is_sent_stays_in_order_and_others_do_not_wait_for_it(outbox: Outbox, written: Written) -> None:
    slow, other = readers("so", written)
    outbox.put(slow, (LARGE,))
    outbox.put(slow, (SMALL,))
    outbox.put(other, (SMALL,))
    assert written == [(other.name, SMALL)]
    assert outbox.unsent[slow] == len(LARGE) + len(SMALL)
    await outbox.drain()
    assert written[1:] == [("s", LARGE), ("s", SMALL)]


async def test_nothing_is_written_to_who_has_left(outbox: Outbox, written: Written) -> None:
    gone, here = readers("gh", written)
    outbox.put(gone, (LARGE,))
    outbox.put(here, (LARGE,))
    gone.closed = True
    await outbox.drain()
    assert written == [("h", LARGE)]
    await outbox.drain()


async def test_a_large_edit_and_the_small_one_behind_it_reach_everybody_in_order(hub: Hub) -> None:
    clients = [await Client(hub, "y-websocket").open("doc") for _ in range(4)]
    for client in clients:
        client.send(step1(b"\0"))
        client.take()
    typist = Typist(1)
    edits = [typist.type("x" * 2 * LARGE_BYTES), typist.type("y")]
    clients[0].send(*map(update_message, edits))
    await turn()
    await hub.outbox.drain()
    for client in clients:  # the writer hears its own edits back once they are on disk
        assert updates_in(client.take()) == edits
    late = await Client(hub, "y-websocket").open("doc")
    late.send(step1(b"\0"))
    await turn()
    await hub.outbox.drain()
    assert text_of(updates_in(late.take())) == "x" * 2 * LARGE_BYTES + "y"


async def test_who_asks_again_before_a_long_answer_is_written_is_answered_once_more(hub: Hub) -> None:
    writer = await Client(hub, "y-websocket").open("doc")
    writer.send(update_message(Typist(1).type("x" * 2 * LARGE_BYTES)))
    await turn()
    reader = await Client(hub, "y-websocket").open("doc")
    reader.take()
    reader.send(*[step1(b"\0")] * 5)
    await turn()
    await hub.outbox.drain()
    await turn()
    assert 1 < sum(len(update) > LARGE_BYTES for update in updates_in(reader.take())) <= 2


async def test_who_has_much_unsent_is_behind(hub: Hub) -> None:
    writer, reader = [await Client(hub, "y-websocket").open("doc") for _ in range(2)]
    for client in (writer, reader):
        client.send(step1(b"\0"))
    room = hub.rooms["doc"]
    session = next(each for each in room.sessions if each.transport is reader.wire)
    hub.outbox.unsent[session] = hub.limits.slow_client_max_bytes + 1
    writer.send(update_message(Typist(1).type("a")))
    room.turn()
    assert session.phase is Phase.BEHIND
