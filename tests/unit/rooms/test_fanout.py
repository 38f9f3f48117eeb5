"""What goes to many goes out bit by bit, in order, whoever comes and goes meanwhile."""

from __future__ import annotations

import asyncio
import random

import pytest

from coscribe.protocol.sync import step1, update_message
from coscribe.rooms import fanout
from coscribe.rooms.hub import Hub
from coscribe.rooms.phase import Phase
from coscribe.rooms.room import Room

from .conftest import Client, Typist, text_of, turn, updates_in


async def settled(room: Room) -> None:
    """Wait until everybody has heard everything."""
    while room.fanout.sending:
        await asyncio.sleep(0)


@pytest.fixture
def large_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a room of three be a large one."""
    monkeypatch.setattr(fanout, "SMALL_ROOM", 2)
    monkeypatch.setattr(fanout, "AT_ONCE", 2)


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
    heard = [updates_in(client.take()) for client in readers_]
    assert 0 < heard.count([one]) <= 2
    assert heard.count([]) == 6 - heard.count([one])
    writer.send(update_message(two))
    room.turn()  # waits until everybody has heard of the first
    writer.send(update_message(three))
    assert not any(client.take() for client in readers_)
    while room.fanout.sending:
        await asyncio.sleep(0)
    for each, client in zip(heard, readers_, strict=True):
        each += updates_in(client.take())
    assert {tuple(each) for each in heard} <= {(one,), (one, two, three)}
    assert (one,) in map(tuple, heard) or room.head == 3
    await turn()
    await settled(room)
    for each, client in zip(heard, readers_, strict=True):
        assert each + updates_in(client.take()) == [one, two, three]


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
    monkeypatch.setattr(fanout, "AT_ONCE", dice.choice([1, 2, 3]))
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
        await settled(hub.rooms["doc"])
    for each in clients:
        heard[each] += updates_in(each.take())
        assert each.wire.closed is None
    known = hub.rooms["doc"].ground.known
    texts = {text_of(heard[each]) for each in clients}
    assert len(texts) == 1
    assert len(texts.pop()) == sum(known.values()), f"seed {seed}"


@pytest.mark.usefixtures("large_rooms")
async def test_who_falls_behind_when_others_have_heard_hears_the_rest_and_nothing_twice(hub: Hub) -> None:
    writer, *readers_ = await live(hub, 7)
    room, typist, slow = hub.rooms["doc"], Typist(1), readers_[-1]
    one, two = typist.type("one "), typist.type("two")
    slow.wire.unread = hub.limits.slow_client_bytes + 1
    writer.send(update_message(one))
    room.turn()
    writer.send(update_message(two))
    await settled(room)
    session = next(each for each in room.sessions if each.transport is slow.wire)
    assert session.phase is Phase.BEHIND
    assert session.heard[0] == 1
    slow.wire.unread = 0
    await turn()
    await settled(room)
    room.catch_up(session)
    await turn()
    assert updates_in(slow.take())[:2] == [one, two]
