"""What is acknowledged is told, once at least, though the server is killed before or while it tells it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from harness.receiver import Receiver, is_signed
from harness.server import MakeServer, Server

SETTINGS = {"webhook_networks": "127.0.0.0/8", "webhook_retry_s": "0.1 0.1 0.1"}


def make_webhook(server: Server, receiver: Receiver) -> str:
    status, made = server.request("POST", "/api/webhooks", json.dumps({"url": receiver.url}).encode())
    assert status == 201, made
    return str(made["secret"])


def silence() -> tuple[asyncio.Event, Callable[[web.Request], Awaitable[web.Response]]]:
    """Make a receiver's answer that does not come, and an event that says that it is waited for."""
    taken = asyncio.Event()

    async def silent(request: web.Request) -> web.Response:
        taken.set()
        await asyncio.sleep(60)
        return web.Response()

    return taken, silent


async def test_an_edit_is_told_though_its_server_is_killed_before_its_writer_has_paused(
    make_server: MakeServer,
) -> None:
    slow = {"webhook_delay_s": 3600, "webhook_delay_max_s": 3600}
    async with Receiver() as receiver:
        server = await asyncio.to_thread(make_server, settings=SETTINGS | slow)
        await asyncio.to_thread(server.create, id="doc", title="Title")
        secret = await asyncio.to_thread(make_webhook, server, receiver)
        path = "/api/documents/doc/content"
        status, _ = await asyncio.to_thread(server.request, "PUT", path, b"words", Content_Type="text/plain")
        assert status == 204
        await asyncio.to_thread(server.kill)
        assert receiver.told == []
        await asyncio.to_thread(server.start)
        [told] = await receiver.until(1)
        assert (told.type, told.data) == ("document.changed", {"id": "doc", "title": "Title", "head": 1, "epoch": 1})
        assert is_signed(told, secret)


async def test_a_message_is_told_again_under_its_id_though_its_server_is_killed_while_it_tells_it(
    make_server: MakeServer,
) -> None:
    taken, silent = silence()
    async with Receiver() as receiver:
        receiver.answers = [500, silent]
        server = await asyncio.to_thread(make_server, settings=SETTINGS)
        secret = await asyncio.to_thread(make_webhook, server, receiver)
        await asyncio.to_thread(server.create, id="doc")
        await asyncio.wait_for(taken.wait(), 10)
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        told = await receiver.until(3)
        assert {(each.id, each.type) for each in told} == {(told[0].id, "document.created")}
        assert all(is_signed(each, secret) for each in told)
        async with asyncio.timeout(10):
            while (await asyncio.to_thread(server.get, "/api/webhooks"))[1]["webhooks"][0]["waiting"]:
                await asyncio.sleep(0.02)
        await asyncio.to_thread(server.restart)
        await asyncio.to_thread(server.create, id="next")
        assert (await receiver.until(4))[3].data["id"] == "next", "what was taken is not told again"


async def test_a_server_that_is_told_to_stop_does_not_wait_for_a_receiver(make_server: MakeServer) -> None:
    taken, silent = silence()
    async with Receiver() as receiver:
        receiver.answers = [silent]
        server = await asyncio.to_thread(make_server, settings=SETTINGS | {"webhook_deadline_s": 60})
        await asyncio.to_thread(make_webhook, server, receiver)
        await asyncio.to_thread(server.create, id="doc")
        await asyncio.wait_for(taken.wait(), 10)
        begun = time.monotonic()
        assert await asyncio.to_thread(server.stop) == 0
        assert time.monotonic() - begun < 10
        await asyncio.to_thread(server.start)
        first, second = await receiver.until(2)
        assert first.id == second.id
