"""Who comes in: a few at a time, of one network after another, and hardly at all while others are at work."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial

import pytest
from aiohttp import web

from coscribe.http.origins import Proxies
from coscribe.http.turns import Turns
from coscribe.http.unfinished import Unfinished
from coscribe.http.visits import (
    EVERYBODY,
    LEAST_WAIT_S,
    ONE_NETWORK,
    REQUEST_S,
    ROUND_S,
    SPARE_CONNECTIONS,
    Crowd,
    Visits,
)
from harness.site import listen
from unit.http.hand import Loop

SECOND = 1.0
HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def visits(turns: Turns) -> Visits:
    return Visits(turns, Crowd(0, Proxies(())), Unfinished(1 << 30))


def pass_time(hand: Loop, turns: Turns, seconds: float, *, work: bool) -> None:
    """Let the loop go round for some time, in which somebody types or nobody does."""
    until = hand.time + seconds
    while hand.time < until:
        hand.time += LEAST_WAIT_S / 2
        if work:
            turns.at_work = hand.time
        hand.round()


def test_who_comes_alone_does_not_wait(hand: Loop, turns: Turns, visits: Visits) -> None:
    came: list[int] = []
    for number in range(3):
        visits.enter(HERE, REQUEST_S, partial(came.append, number))
        assert came[-1] == number
        hand.time += REQUEST_S
    turns.at_work = hand.time
    visits.enter(HERE, REQUEST_S, partial(came.append, 3))
    assert came == [0, 1, 2, 3]


def test_a_crowd_comes_in_a_few_at_a_time(hand: Loop, visits: Visits) -> None:
    came: list[int] = []
    for number in range(100):
        visits.enter(HERE, REQUEST_S, partial(came.append, number))
    for _ in range(100):
        before = len(came)
        hand.round()
        assert len(came) - before <= ROUND_S / REQUEST_S + 1
    assert came == list(range(100))


def test_one_at_a_time_comes_in_while_others_are_at_work(hand: Loop, turns: Turns, visits: Visits) -> None:
    came: list[int] = []
    for number in range(20):
        visits.enter(HERE, REQUEST_S, partial(came.append, number))
    while len(came) < 20:
        before = len(came)
        pass_time(hand, turns, LEAST_WAIT_S / 2, work=True)
        assert len(came) - before <= 1


@pytest.mark.parametrize(("networks", "share"), [((HERE,), ONE_NETWORK), ((HERE, THERE, "192.0.2.3"), EVERYBODY)])
def test_most_of_the_time_is_left_to_who_is_at_work(
    hand: Loop, turns: Turns, visits: Visits, networks: tuple[str, ...], share: float
) -> None:
    came: Counter[str] = Counter()
    turns.at_work = hand.time
    for _ in range(2000):
        for network in networks:
            visits.enter(network, REQUEST_S, partial(came.update, [network]))
    pass_time(hand, turns, SECOND, work=True)
    assert 0.5 * share < came.total() * REQUEST_S < 1.2 * share
    assert max(came.values()) - min(came.values()) <= 1, "they did not take turns"
    before = came.total()
    turns.at_work = float("-inf")
    pass_time(hand, turns, SECOND / 2, work=False)
    assert came.total() - before > 1000, "nobody is at work, and still they wait"


def test_a_page_with_its_files_comes_in_at_once(hand: Loop, turns: Turns, visits: Visits) -> None:
    came: list[int] = []
    pass_time(hand, turns, SECOND, work=True)
    for number in range(20):
        visits.enter(HERE, REQUEST_S, partial(came.append, number))
    pass_time(hand, turns, 20 * REQUEST_S / EVERYBODY, work=True)
    assert len(came) == 20


def test_who_comes_from_elsewhere_does_not_wait_for_a_flood(hand: Loop, turns: Turns, visits: Visits) -> None:
    came: list[str] = []
    for _ in range(5000):
        visits.enter(HERE, REQUEST_S, partial(came.append, HERE))
    pass_time(hand, turns, SECOND, work=True)
    assert len(came) < 5000
    visits.enter(THERE, REQUEST_S, partial(came.append, THERE))
    pass_time(hand, turns, 0.005, work=True)
    assert THERE in came


def test_a_crowd_is_counted_by_network_and_forgotten_when_it_leaves() -> None:
    crowd = Crowd(1, Proxies(("192.0.2.99",)))
    inside = [crowd.enter("2001:db8::1"), *(crowd.enter("2001:db8::2") for _ in range(SPARE_CONNECTIONS))]
    assert None not in inside
    assert crowd.enter("2001:db8::3") is None
    assert crowd.enter("2001:db8:0:1::1")
    assert {crowd.enter("192.0.2.99") for _ in range(2 * SPARE_CONNECTIONS)} == {""}
    crowd.leave(inside[0] or "")
    assert crowd.enter("2001:db8::3") is not None


async def test_requests_that_come_in_one_moment_are_read_one_after_another() -> None:
    rounds = 0
    handled: Counter[int] = Counter()

    async def handle(_: web.Request) -> web.Response:
        handled[rounds] += 1
        return web.Response(text="here")

    app = web.Application()
    app.router.add_get("/", handle)
    runner = await listen(app)
    ends = [await asyncio.open_connection(*runner.addresses[0][:2]) for _ in range(50)]
    for _, writer in ends:
        writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
    while handled.total() < len(ends):
        await asyncio.sleep(0)
        rounds += 1
    assert max(handled.values()) <= ROUND_S / REQUEST_S + 1
    for reader, writer in ends:
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()
    await runner.cleanup()
