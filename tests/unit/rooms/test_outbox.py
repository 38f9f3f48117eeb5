"""Large writes go out one after another, and what a session is sent stays in order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest

from coscribe.protocol.sync import step1, update_message
from coscribe.rooms import fanout
from coscribe.rooms import outbox as outbox_
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


@pytest.fixture
def large_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a room of three be a large one."""
    monkeypatch.setattr(fanout, "AT_ONCE", 2)
    monkeypatch.setattr(outbox_, "SMALL_BYTES", LARGE_BYTES)


async def live(hub: Hub, number: int) -> list[Client]:
    clients = [await Client(hub, "y-websocket").open("doc") for _ in range(number)]
    for client in clients:
        client.send(step1(b"\0"))
        client.take()
    return clients


@pytest.mark.usefixtures("large_rooms")
async def test_in_a_large_room_others_have_their_turn_before_everybody_has_heard(hub: Hub) -> None:
    writer, *readers_ = await live(hub, 7)
    room, typist = hub.rooms["doc"], Typist(1)
    one, two, three = [typist.type(word) for word in ("one ", "two ", "three")]
    writer.send(update_message(one))
    room.turn()
    heard = [sum(map(len, updates_in(client.take()))) > 0 for client in readers_]
    assert sum(heard) == 2
    writer.send(update_message(two))
    room.turn()  # held until everybody has heard of the first
    writer.send(update_message(three))
    await asyncio.sleep(0)
    heard = [any(heard) for heard in zip(heard, [bool(client.take()) for client in readers_], strict=True)]
    assert sum(heard) == 3
    await hub.outbox.drain()
    await turn()
    await hub.outbox.drain()
    for client, already in zip(readers_, heard, strict=True):
        assert updates_in(client.take()) == ([two, three] if already else [one, two, three])
    assert not room.fanout.sending


@pytest.mark.usefixtures("large_rooms")
async def test_what_a_large_room_has_not_heard_when_the_server_stops_is_on_disk(hub: Hub) -> None:
    writer, *_ = await live(hub, 7)
    room, typist = hub.rooms["doc"], Typist(1)
    for word in ("one ", "two"):
        writer.send(update_message(typist.type(word)))
        room.turn()
    assert room.fanout.sending
    await hub.settle(10)
    assert room.committed == room.head == 2


@pytest.mark.usefixtures("large_rooms")
@pytest.mark.parametrize("seed", range(20))
async def test_everybody_in_a_large_room_hears_everything_in_order_whoever_comes_and_goes(
    hub: Hub, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)
    monkeypatch.setattr(outbox_, "SMALL_BYTES", dice.choice([LARGE_BYTES // 3, LARGE_BYTES]))
    clients = await live(hub, 6)
    typists = {client: Typist(number) for number, client in enumerate(clients, 1)}
    heard: dict[Client, list[bytes]] = {client: [] for client in clients}
    gone: list[Client] = []
    for step in range(60):
        client = dice.choice(clients)
        match dice.randrange(8):
            case 0 | 1 | 2 | 3:
                client.send(update_message(typists[client].type(f"{step} ")))
            case 4:
                await asyncio.sleep(0)
            case 5:
                hub.rooms["doc"].turn()
            case 6 if len(clients) > 3:
                client.socket.leave()
                clients.remove(client)
                gone.append(client)
            case 6 | 7:
                late = client if dice.random() < 0.5 else (await live(hub, 1))[0]
                if late not in heard:
                    clients.append(late)
                    typists[late], heard[late] = Typist(100 + step), []
                late.send(step1(b"\0"))
        for each in clients:
            heard[each] += updates_in(each.take())
    for _ in range(3):
        await turn()
        await hub.outbox.drain()
    for each in clients:
        heard[each] += updates_in(each.take())
        assert each.wire.closed is None
    known = hub.rooms["doc"].ground.known
    texts = {text_of(heard[each]) for each in clients}
    assert len(texts) == 1
    assert len(texts.pop()) == sum(known.values()), f"seed {seed}"
