"""How the relay reads what a worker says: whole messages, however they come, and none after the end."""

from __future__ import annotations

import asyncio

import pytest

from coscribe.workers import messages
from coscribe.workers.process import LARGE_BYTES, _Wire

SAID: list[messages.Reply] = [
    messages.Ready(1),
    messages.StateReply(1, 5, memoryview(bytes(range(256)) * (LARGE_BYTES // 128))),
    messages.Working(2),
    messages.Notice("text"),
]


def feed(wire: _Wire, data: bytes, most: int) -> None:
    """Let bytes arrive, so many at a time at most."""
    while data:
        space = wire.get_buffer(-1)
        count = min(len(space), most, len(data))
        space[:count] = data[:count]
        data = data[count:]
        wire.buffer_updated(count)


@pytest.mark.parametrize("most", [3, 4096, 1 << 30])
async def test_messages_are_whole_however_they_come(most: int) -> None:
    wire = _Wire()
    feed(wire, b"".join(map(messages.frame, SAID)), most)
    heard = [messages.read_reply(body) for _ in SAID if (body := await wire.receive()) is not None]
    assert heard == SAID
    assert isinstance(heard[1], messages.StateReply)
    assert heard[1].update.obj is not None, "a large state was copied"


async def test_a_message_that_comes_later_is_waited_for() -> None:
    wire = _Wire()
    waiting = asyncio.ensure_future(wire.receive())
    await asyncio.sleep(0)
    feed(wire, bytes(messages.frame(SAID[0])), 1)
    body = await waiting
    assert body is not None
    assert messages.read_reply(body) == SAID[0]


@pytest.mark.parametrize("length", [0, messages.MAX_MESSAGE_BYTES + 1])
async def test_what_cannot_be_a_message_is_the_end(length: int) -> None:
    wire = _Wire()
    feed(wire, bytes(messages.frame(SAID[0])) + length.to_bytes(messages.LENGTH_BYTES, "little"), 1 << 20)
    assert await wire.receive() is not None
    assert await wire.receive() is None


async def test_half_a_message_is_none() -> None:
    wire = _Wire()
    waiting = asyncio.ensure_future(wire.receive())
    feed(wire, bytes(messages.frame(SAID[1]))[:-1], 1 << 20)
    await asyncio.sleep(0)
    assert not waiting.done()
    wire.connection_lost(None)
    assert await waiting is None
    assert await wire.receive() is None
