"""Who goes first: nobody waits for more than one turn of all who send as much as they can."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from coscribe.http.connection import PIECE_BYTES
from coscribe.http.turns import REST, SHORT_TURN_S, TURN_S, WORK_S, Share, Turns
from coscribe.http.websocket import open_socket
from harness.flood import UPGRADE, frame
from harness.site import listen
from unit.http.hand import Loop


def test_one_of_all_who_wait_has_a_turn_in_a_round(hand: Loop, turns: Turns) -> None:
    had: list[int] = []
    for number in range(10):
        turns.enter(lambda number=number: had.append(number), 0.0)
    for rounds in range(1, 11):
        hand.round()
        assert had == list(range(rounds))


def test_whoever_has_had_a_turn_stands_behind_the_others(hand: Loop, turns: Turns) -> None:
    had: list[str] = []

    def again(name: str) -> None:
        had.append(name)
        turns.enter(lambda: again(name), TURN_S)

    for name in "abc":
        turns.enter(lambda name=name: again(name), 0.0)
    for _ in range(7):
        hand.round()
    assert "".join(had) == "abcabca"


def test_who_floods_over_many_connections_has_no_more_turns_than_who_has_one(hand: Loop, turns: Turns) -> None:
    had: list[str] = []

    def again(network: str) -> None:
        had.append(network)
        turns.enter(lambda: again(network), TURN_S, network)

    for _ in range(50):
        turns.enter(lambda: again("many"), 0.0, "many")
    turns.enter(lambda: again("one"), 0.0, "one")
    for _ in range(20):
        hand.round()
    assert had.count("one") == had.count("many") == 10


def test_turns_are_short_and_followed_by_a_rest_while_others_are_at_work(hand: Loop, turns: Turns) -> None:
    turns.at_work = hand.time
    assert turns.length_s(hand.time) == SHORT_TURN_S
    had: list[float] = []
    turns.enter(lambda: had.append(hand.time), 0.010)
    begun = hand.time
    while not had:
        hand.time += 0.0005
        turns.at_work = hand.time
        hand.round()
    assert had[0] - begun >= REST * 0.010


def test_a_rest_follows_only_on_turns_of_who_has_much_of_the_time(hand: Loop, turns: Turns) -> None:
    greedy, modest = Share(turns), Share(turns)
    had: list[Share] = []
    for _ in range(100):
        turns.at_work = hand.time = hand.time + 0.01
        for share in (greedy, modest):
            share.enter(lambda share=share: had.append(share), 0.002 if share is greedy else 0.0001)
        hand.round()
        hand.round()
    while hand.time < 1000 and len(had) < 200:
        hand.time += 0.01
        hand.round()
    had.clear()
    turns.at_work = hand.time
    modest.enter(lambda: had.append(modest), 0.0001)
    hand.round()
    assert had == [modest], "a rest followed on one who takes a hundredth"
    greedy.enter(lambda: had.append(greedy), 0.05)
    hand.round()
    assert had == [modest]


def test_turns_are_long_and_follow_one_another_when_nobody_else_works(hand: Loop, turns: Turns) -> None:
    turns.at_work = hand.time - 2 * WORK_S
    assert turns.length_s(hand.time) == TURN_S
    had: list[int] = []
    turns.enter(lambda: had.append(1), 0.010)
    hand.round()
    assert had == [1]


def test_typing_is_light_and_a_flood_heavy_until_it_has_ended(turns: Turns) -> None:
    share = Share(turns)
    for _ in range(1000):
        share.spend(0.0005, idle_s=0.02)
        assert not share.heavy
    for _ in range(1000):
        share.spend(TURN_S)
    assert share.heavy
    share.spend(0.0, idle_s=0.3)
    assert not share.heavy, "what was long ago counts for ever"


def test_many_who_flood_are_heavy_however_little_each_gets(hand: Loop, turns: Turns) -> None:
    shares = [Share(turns) for _ in range(100)]
    for _ in range(60):
        for share in shares:
            share.spend(SHORT_TURN_S)
            hand.time += 1.0
    assert all(share.heavy for share in shares)


async def test_others_have_a_turn_after_each_piece_of_a_flood_of_tiny_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coscribe.http.turns.TURN_S", 0.0)  # over at once, however fast the machine is
    flood, seen = frame(b"", 0x02) + frame(b"", 0x00) * 50_000 + frame(b"x", 0x80), asyncio.Event()

    async def read(request: web.Request) -> web.WebSocketResponse:
        socket = open_socket(1 << 20)
        await socket.prepare(request)
        await socket.receive()
        seen.set()
        return socket

    app = web.Application()
    app.router.add_get("/sync/flooded", read)
    runner = await listen(app)
    reader, writer = await asyncio.open_connection(*runner.addresses[0][:2])
    writer.write(UPGRADE.format(path="/sync/flooded").encode())
    await reader.readuntil(b"\r\n\r\n")
    writer.write(flood)
    turns = 0
    while not seen.is_set():
        await asyncio.sleep(0)
        turns += 1
    writer.close()
    await runner.cleanup()
    assert turns > len(flood) / PIECE_BYTES
