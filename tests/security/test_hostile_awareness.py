"""Presence that lies, shouts or bursts: the others see the truth, in good time."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from harness.bystanders import Bystanders
from harness.lib0 import awareness, read_awareness, var_bytes, var_uint
from harness.peer import Dialect, Kind, Peer
from harness.server import Server

BAD_MESSAGE, TOO_LARGE, TOO_FAST = 4400, 4413, 4429
LARGEST = (1 << 53) - 1

REFUSED = {
    "a state of a megabyte": (awareness((1, 1, '{"a":"' + "x" * (1 << 20) + '"}')), TOO_LARGE),
    "a state just over the limit": (awareness((1, 1, '{"a":"' + "x" * 4096 + '"}')), TOO_LARGE),
    "a state that is not JSON": (awareness((1, 1, "{oops")), BAD_MESSAGE),
    "a state of 4,000 brackets": (awareness((1, 1, "[" * 2000 + "]" * 2000)), BAD_MESSAGE),
    "a state that is not UTF-8": (b"\x01\x01\x01" + var_bytes(b'{"a":"\xc3\x28"}'), BAD_MESSAGE),
    "more states than bytes": (var_uint(1 << 27) + b"\x01\x01\x02{}", BAD_MESSAGE),
    "more states than there can be connections": (awareness(*[(501, 1, "null")] * 20_001), BAD_MESSAGE),
    "bytes after the last state": (awareness((1, 1, "{}")) + b"\x00", BAD_MESSAGE),
    "a client id that does not end": (b"\x01" + b"\xff" * 5000, BAD_MESSAGE),
    "a thousand clients": (awareness(*((client, 1, "{}") for client in range(1000))), TOO_FAST),
}


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.usefixtures("bystanders")
async def test_hostile_state_is_refused(
    http: aiohttp.ClientSession, server: Server, document: str, name: str, dialect: Dialect
) -> None:
    update, code = REFUSED[name]
    hostile = await Peer.join(http, server, document, dialect)
    await hostile.send_awareness(update)
    assert await hostile.until_closed() == code


@pytest.mark.parametrize("dialect", Dialect)
async def test_nobody_can_remove_or_repeat_another_s_presence(
    http: aiohttp.ClientSession, server: Server, document: str, bystanders: Bystanders, dialect: Dialect
) -> None:
    victim, watcher = bystanders.peers
    await victim.send_awareness(awareness((501, 7, '{"user":"victim"}')))
    seen = await watcher.until(Kind.AWARENESS, lambda payload: b"victim" in payload)
    [(_, clock, _)] = [entry for entry in read_awareness(seen.payload) if entry[0] == 501]

    forger = await Peer.join(http, server, document, dialect)
    await forger.until(Kind.AWARENESS, lambda payload: b"victim" in payload)
    mark = len(watcher.messages)
    for client_clock in (7, 8, 1000, clock, clock + 1, clock + 1000):
        await forger.send_awareness(awareness((501, client_clock, "null")))
    # What peers do by themselves: they pass on what they heard.
    for later in (0, 1, 50):
        await forger.send_awareness(awareness((501, clock + later, '{"user":"repeated"}')))
    await forger.send_awareness(awareness((777, 1, '{"user":"forger"}')))
    await watcher.until(Kind.AWARENESS, lambda payload: b"forger" in payload, after=mark)
    about_victim = [
        state
        for message in watcher.messages[mark:]
        if message.kind is Kind.AWARENESS
        for client, _, state in read_awareness(message.payload)
        if client == 501
    ]
    assert "null" not in about_victim
    assert not any("repeated" in state for state in about_victim)
    assert watcher.awareness()[501][1] == '{"user":"victim"}'
    await forger.leave()
    await watcher.until(
        Kind.AWARENESS, lambda payload: (777, "null") in [(c, s) for c, _, s in read_awareness(payload)]
    )
    assert 501 in watcher.awareness(), "the forger's end is not the victim's"


@pytest.mark.parametrize("dialect", Dialect)
async def test_number_at_the_end_of_all_numbers_keeps_nobody_out_and_no_edit_back(
    http: aiohttp.ClientSession, server: Server, document: str, bystanders: Bystanders, dialect: Dialect
) -> None:
    """Peers could not read a number that is larger, so none may come of it, however often it is counted on from."""
    watcher = bystanders.peers[0]
    for again in range(3):
        hostile = await Peer.join(http, server, document, dialect)
        await hostile.send_awareness(awareness((803 + again, LARGEST, f'{{"at once":{again}}}')))
        await hostile.send_awareness(awareness((802, 1, "{}")))
        await hostile.send_awareness(awareness((802, LARGEST, f'{{"at last":{again}}}')))
        await watcher.until(Kind.AWARENESS, lambda payload, n=again: b'"at last":%d' % n in payload)  # type: ignore[misc]
        newcomer = await Peer.join(http, server, document, dialect)
        await newcomer.until(Kind.AWARENESS, lambda _, n=newcomer: len(n.awareness()) == 2)  # type: ignore[misc]
        shown = [clock for peer in (newcomer, watcher) for clock, _ in peer.awareness().values()]
        assert max(shown) < 1 << 40
        for peer in (hostile, newcomer):
            await peer.leave()
        await watcher.until(Kind.AWARENESS, lambda _: not watcher.awareness())


async def test_client_is_never_told_about_itself(
    http: aiohttp.ClientSession, server: Server, document: str, bystanders: Bystanders
) -> None:
    peer = await Peer.join(http, server, document, Dialect.Y_WEBSOCKET)
    for clock in range(1, 6):
        await peer.send_awareness(awareness((601, clock, f'{{"n":{clock}}}')))
    await bystanders.peers[0].until(Kind.AWARENESS, lambda payload: b'{"n":5}' in payload)
    await peer.send(b"\x03")
    await asyncio.sleep(0.1)
    told = [c for m in peer.messages if m.kind is Kind.AWARENESS for c, _, _ in read_awareness(m.payload)]
    assert 601 not in told
    await peer.leave()


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.usefixtures("bystanders")
async def test_presence_that_changes_thousands_of_times_a_second_is_refused_with_4429(
    http: aiohttp.ClientSession, server: Server, document: str, dialect: Dialect
) -> None:
    hostile = await Peer.join(http, server, document, dialect)
    for clock in range(5000):
        if hostile.socket.closed:
            break
        await hostile.send_awareness(awareness((701, clock, f'{{"n":{clock}}}')))
        if clock % 100 == 0:
            await asyncio.sleep(0)
    assert await hostile.until_closed() == TOO_FAST
