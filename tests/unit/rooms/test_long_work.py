"""Long work is done bit by bit, and people take turns."""

from __future__ import annotations

import asyncio
from collections.abc import Generator

import pytest

from coscribe.rooms.long_work import BitByBit, Slots

Done = list[tuple[str, int]]


def work(name: str, bits: int, done: Done) -> Generator[None, None, str]:
    for bit in range(bits):
        done.append((name, bit))
        yield
    return name


async def test_one_bit_is_done_each_time_the_loop_goes_round_and_everybody_has_a_turn() -> None:
    bit_by_bit, done = BitByBit(asyncio.get_running_loop()), []
    much = [asyncio.create_task(bit_by_bit.do(work("a", 10, done), "greedy")) for _ in range(3)]
    await asyncio.sleep(0)
    assert len(done) == 3, "the first bits are done at once"
    little = asyncio.create_task(bit_by_bit.do(work("b", 3, done), "other"))
    before = len(done)
    for rounds in range(1, 5):
        await asyncio.sleep(0)
        assert len(done) - before <= 1 + rounds
    while not little.done():
        await asyncio.sleep(0)
    assert sum(name == "a" for name, _ in done[before:]) <= 5, "others' bits come in turn, however many they are"
    assert await asyncio.gather(little, *much) == ["b", "a", "a", "a"]
    assert sorted(done) == sorted([("b", bit) for bit in range(3)] + [("a", bit) for bit in range(10)] * 3)


async def test_work_of_one_bit_is_done_at_once() -> None:
    working = BitByBit(asyncio.get_running_loop()).do(work("a", 0, []))
    with pytest.raises(StopIteration) as ended:
        working.send(None)
    assert ended.value.value == "a"


async def test_work_that_is_given_up_holds_nobody_up() -> None:
    bit_by_bit, done = BitByBit(asyncio.get_running_loop()), []
    given_up = asyncio.create_task(bit_by_bit.do(work("a", 1000, done)))
    other = asyncio.create_task(bit_by_bit.do(work("b", 5, done)))
    await asyncio.sleep(0)
    given_up.cancel()
    assert await other == "b"
    assert sum(name == "a" for name, _ in done) == 1


async def test_slots_are_given_to_people_in_turn() -> None:
    slots, order = Slots(asyncio.get_running_loop(), 2), []
    ends = asyncio.Event()

    async def use(name: str, who: str) -> None:
        async with slots.turn(who):
            order.append(name)
            await ends.wait()

    tasks = [asyncio.create_task(use(f"a{number}", "a")) for number in range(5)]
    await asyncio.sleep(0)
    tasks.append(asyncio.create_task(use("b", "b")))
    for _ in range(5):
        await asyncio.sleep(0)
    assert order == ["a0", "a1"]
    tasks[2].cancel()
    await asyncio.sleep(0)
    ends.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert sorted(order[2:4]) == ["a3", "b"], "of somebody with many one has its turn, and then another's"
    async with asyncio.timeout(1), slots.turn("c"), slots.turn("c"):
        pass


async def test_slot_of_who_gives_up_as_it_comes_is_passed_on() -> None:
    slots, ends = Slots(asyncio.get_running_loop(), 1), asyncio.Event()

    async def use(waits: bool) -> None:
        async with slots.turn("a"):
            await (ends.wait() if waits else asyncio.sleep(0))

    first, second, third = (asyncio.create_task(use(waits)) for waits in (True, True, False))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    ends.set()
    await first
    second.cancel()  # its turn has come, and it does not know yet
    async with asyncio.timeout(1):
        await third
