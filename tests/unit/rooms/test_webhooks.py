"""Webhooks, seen from the hub: what is told to a real receiver, when, how often, and what it costs those who write."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from coscribe.access.gate import Gate
from coscribe.access.outgoing import Outgoing
from coscribe.env import SystemEnv
from coscribe.journal.changes import Change
from coscribe.journal.journal import Document
from coscribe.journal.sqlite import SqliteStore
from coscribe.journal.webhooks import DeliveryQuery, Event, Webhook
from coscribe.rooms import receiver as receivers
from coscribe.rooms.hub import Hub
from coscribe.rooms.limits import Limits
from coscribe.rooms.space import WorkspaceFull
from coscribe.rooms.webhooks import WebhookRules
from harness.receiver import Receiver, is_signed

from .conftest import Client, NoWorkers, Typist, turn

NETWORKS = ("127.0.0.0/8",)
RULES = WebhookRules(20, delay_s=0.1, delay_max_s=0.4, retry_s=(0.05, 0.05, 0.05), networks=NETWORKS)


@pytest.fixture
def webhook_rules() -> WebhookRules:
    return RULES


@pytest.fixture
def gate() -> Gate:
    return Gate(keys=None, now=lambda: 0.0)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as made:
        yield made


async def make(
    hub: Hub, receiver: Receiver, *events: Event, scope: str = "*", path: str = "", **more: Any
) -> tuple[Webhook, str]:
    return await hub.webhooks.create(
        url=receiver.url + path, events=events or tuple(Event), scope=scope, name="", **more
    )


async def create(hub: Hub, id: str, title: str = "") -> Document:
    document = hub.register(id, title)
    await hub.journal.submit()
    return document


async def settled(hub: Hub) -> None:
    """Wait until nothing is left to be told."""
    async with asyncio.timeout(10):
        while any(each.waiting for each in hub.webhooks.receivers.values()):
            await asyncio.sleep(0.01)
    assert await hub.store.find(DeliveryQuery()) == []


@asynccontextmanager
async def running(folder: Path, rules: WebhookRules) -> AsyncIterator[Hub]:
    """Run a server's hub on a folder, once or again."""
    store = SqliteStore(folder / "coscribe.db")
    await store.open()
    hub = Hub(
        store=store,
        pool=NoWorkers(),  # type: ignore[arg-type]
        gate=Gate(keys=None, now=lambda: 0.0),
        limits=Limits(),
        env=SystemEnv(),
        commit_gather_s=0.0,
        webhook_rules=rules,
    )
    await hub.start()
    yield hub
    await hub.stop(5)
    await store.close()


async def failed(hub: Hub) -> None:
    """Wait until something was told in vain."""
    async with asyncio.timeout(5):
        while not hub.webhooks.results["failed"]:
            await asyncio.sleep(0.01)


async def write(hub: Hub, typist: Typist, id: str = "doc", count: int = 1, pause_s: float = 0.0) -> None:
    client = await Client(hub, "y-websocket").open(id)
    for _ in range(count):
        client.send(b"\0\2" + _sized(typist.type("word ")))
        await asyncio.sleep(pause_s)


def _sized(update: bytes) -> bytes:
    assert len(update) < 128
    return bytes([len(update)]) + update


async def test_edits_are_told_once_when_their_writer_pauses(hub: Hub, receiver: Receiver) -> None:
    await create(hub, "doc", "A “title”")
    hub.webhooks.rules = replace(RULES, delay_s=0.5, delay_max_s=30)
    line, secret = await make(hub, receiver, Event.CHANGED)
    await write(hub, Typist(5), count=7)
    await write(hub, Typist(6))
    written = time.monotonic()
    [told] = await receiver.until(1)
    assert time.monotonic() - written >= 0.4
    assert told.data == {"id": "doc", "title": "A “title”", "head": 8, "epoch": 1}
    body = json.loads(told.body)
    assert set(body) == {"type", "timestamp", "data"}
    assert body["type"] == "document.changed"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["timestamp"])
    assert told.headers["content-type"] == "application/json"
    assert re.fullmatch(r"Coscribe/\d+\.\d+\.\d+", told.headers["user-agent"])
    assert abs(int(told.headers["webhook-timestamp"]) - time.time()) < 5
    assert told.id.startswith("msg_")
    assert is_signed(told, secret)
    assert not is_signed(told._replace(body=told.body + b" "), secret)
    await settled(hub)
    assert len(receiver.told) == 1
    assert hub.webhooks.receivers[line.id].line.last is not None
    assert hub.webhooks.results == {"delivered": 1, "failed": 0, "given_up": 0}


async def test_edits_without_a_pause_are_told_now_and_then(hub: Hub, receiver: Receiver) -> None:
    await create(hub, "doc")
    hub.webhooks.rules = replace(RULES, delay_s=30, delay_max_s=0.2)
    await make(hub, receiver, Event.CHANGED)
    begun = time.monotonic()
    await write(hub, Typist(5), count=25, pause_s=0.02)  # half a second and more
    took = time.monotonic() - begun
    await receiver.until(lambda told: bool(told) and told[-1].data["head"] == 25)
    await settled(hub)
    assert 2 <= len(receiver.told) <= took / 0.2 + 2
    assert len({told.id for told in receiver.told}) == len(receiver.told)


async def test_what_happens_to_a_document_is_told_in_order_and_its_end_with_the_id_alone(
    hub: Hub, receiver: Receiver
) -> None:
    _, secret = await make(hub, receiver)
    document = await create(hub, "doc", "First")
    await receiver.until(1)
    document = await hub.change(document._replace(title="Second"), Event.RENAMED)
    await receiver.until(2)
    trashed = await hub.change(document._replace(deleted=hub.env.wall_ms()), Event.TRASHED)
    await receiver.until(3)
    document = await hub.change(trashed._replace(deleted=None), Event.RESTORED)
    await receiver.until(4)
    await hub.eraser.delete(document)
    told = await receiver.until(5)
    assert [each.type for each in told] == [
        *("document.created", "document.renamed", "document.trashed", "document.restored", "document.deleted")
    ]
    assert [each.data.get("title") for each in told] == ["First", "Second", "Second", "Second", None]
    assert told[-1].data == {"id": "doc"}
    assert all(is_signed(each, secret) for each in told)


async def test_only_what_was_asked_for_is_told(hub: Hub, receiver: Receiver) -> None:
    await make(hub, receiver, Event.CREATED, Event.DELETED, scope="notes/*")
    await make(hub, receiver, Event.RENAMED, scope="other", path="other")
    for id in ("notes/a", "other", "notesb", "notes/b"):
        document = await create(hub, id)
        await hub.change(document._replace(title="x"), Event.RENAMED)
    await write(hub, Typist(5), "notes/a")
    await settled(hub)
    assert sorted((told.path, told.type, told.data["id"]) for told in receiver.told) == [
        ("/", "document.created", "notes/a"),
        ("/", "document.created", "notes/b"),
        ("/other", "document.renamed", "other"),
    ]


async def test_a_message_that_was_not_taken_comes_again_under_the_same_id(hub: Hub, receiver: Receiver) -> None:
    line, secret = await make(hub, receiver)
    receiver.answers = [500, 302, 404]
    await create(hub, "doc", "Title")
    told = await receiver.until(4)
    await settled(hub)
    assert {(each.id, each.body) for each in told} == {(told[0].id, told[0].body)}
    assert all(is_signed(each, secret) for each in told)
    assert hub.webhooks.results == {"delivered": 1, "failed": 3, "given_up": 0}
    last = hub.webhooks.receivers[line.id].line.last
    assert last is not None
    assert last.status == 204


@pytest.mark.parametrize(("answers", "tries"), [([500] * 9, 4), ([410], 1), ([503, 410], 2)])
async def test_what_is_never_taken_is_given_up(hub: Hub, receiver: Receiver, answers: list[int], tries: int) -> None:
    await make(hub, receiver, Event.CREATED)
    receiver.answers = list(answers)
    await create(hub, "doc")
    await settled(hub)
    assert len(receiver.told) == tries
    assert hub.webhooks.results == {"delivered": 0, "failed": tries - 1, "given_up": 1}
    receiver.answers = []
    await asyncio.sleep(0)
    await create(hub, "next")
    assert (await receiver.until(tries + 1))[-1].data["id"] == "next"


async def test_edits_while_it_is_told_are_told_as_well(hub: Hub, receiver: Receiver) -> None:
    await create(hub, "doc")
    await make(hub, receiver, Event.CHANGED)
    typist = Typist(5)

    async def while_more_is_written(request: web.Request) -> web.Response:
        await write(hub, typist, count=2)
        return web.Response(status=204)

    for answer in (while_more_is_written, 204):
        receiver.answers = [answer]
        before = len(receiver.told)
        await write(hub, typist)
        await receiver.until(before + 1)
        await settled(hub)
    assert [told.data["head"] for told in receiver.told] == [1, 3, 4]
    assert len({told.id for told in receiver.told}) == 3


async def test_edits_while_it_is_told_in_vain_are_told_with_the_next_try(hub: Hub, receiver: Receiver) -> None:
    await create(hub, "doc")
    await make(hub, receiver, Event.CHANGED)
    typist = Typist(5)

    async def in_vain(request: web.Request) -> web.Response:
        await write(hub, typist, count=2)
        return web.Response(status=500)

    receiver.answers = [in_vain]
    await write(hub, typist)
    await receiver.until(2)
    await settled(hub)
    assert [told.data["head"] for told in receiver.told] == [1, 3]
    assert len({told.id for told in receiver.told}) == 2, "whoever took the first in spite of all would pass over this"


async def test_what_was_sent_in_vain_has_another_id_when_it_says_more(hub: Hub, receiver: Receiver) -> None:
    await create(hub, "doc")
    hub.webhooks.rules = replace(RULES, retry_s=(3600,))
    await make(hub, receiver, Event.CHANGED)
    typist, seen = Typist(5), list[tuple[str, int]]()
    receiver.answers = [500]
    await write(hub, typist)
    await receiver.until(1)
    await failed(hub)
    for _ in range(3):
        seen += [(each.id, each.tries) for each in await hub.store.find(DeliveryQuery())]
        await write(hub, typist)
        await turn()
    assert seen == [(receiver.told[0].id, 1), seen[1], seen[1]]
    assert seen[1][0] != seen[0][0]
    assert seen[1][1] == 1, "it is tried no sooner for that"


async def test_edits_at_a_second_try_are_told_as_well(hub: Hub, receiver: Receiver) -> None:
    await create(hub, "doc")
    hub.webhooks.rules = replace(RULES, delay_s=0.3)
    await make(hub, receiver, Event.CHANGED)
    typist = Typist(5)

    async def first(request: web.Request) -> web.Response:
        await write(hub, typist)
        return web.Response(status=500)

    async def second(request: web.Request) -> web.Response:
        await write(hub, typist)
        return web.Response(status=204)

    receiver.answers = [first, second]
    await write(hub, typist)
    await receiver.until(3)
    await settled(hub)
    assert [told.data["head"] for told in receiver.told] == [1, 2, 3]


async def test_titles_that_follow_each_other_are_told_as_the_last(hub: Hub, receiver: Receiver) -> None:
    document = await create(hub, "doc", "0")
    await make(hub, receiver, Event.RENAMED)
    receiver.answers = [500]
    for title in ("1", "2", "3"):
        document = await hub.change(document._replace(title=title), Event.RENAMED)
    await receiver.until(lambda told: bool(told) and told[-1].data["title"] == "3")
    await settled(hub)
    assert len({(told.id, told.body) for told in receiver.told}) == len({told.id for told in receiver.told})


async def test_one_is_told_one_thing_at_a_time_and_all_together_eight(hub: Hub, receiver: Receiver) -> None:
    running, most = dict[str, int](), list[int]()
    let_go = asyncio.Event()

    async def hold(request: web.Request) -> web.Response:
        running[request.path] = running.get(request.path, 0) + 1
        most.append(sum(running.values()))
        assert running[request.path] == 1
        await let_go.wait()
        running[request.path] -= 1
        return web.Response(status=204)

    receiver.answers = [hold] * 24
    for number in range(12):
        await make(hub, receiver, Event.CREATED, path=str(number))
    for id in ("a", "b"):
        await create(hub, id)
    await receiver.until(8)
    await asyncio.sleep(0.1)
    assert len(receiver.told) == 8
    let_go.set()
    await receiver.until(24)
    await settled(hub)
    assert max(most) == 8
    assert hub.webhooks.results["delivered"] == 24


async def test_a_receiver_that_does_not_answer_holds_up_no_other(hub: Hub, receiver: Receiver) -> None:
    async def silent(request: web.Request) -> web.Response:
        await asyncio.sleep(3)
        return web.Response()

    hub.webhooks.outgoing = Outgoing(NETWORKS, 0.5)
    async with Receiver() as slow:
        slow.answers = [silent] * 100
        line, _ = await make(hub, slow)
        await make(hub, receiver, Event.CREATED)
        begun = time.monotonic()
        for number in range(20):
            await create(hub, f"doc-{number}")
        await receiver.until(20)
        assert time.monotonic() - begun < 3, "one after the other, it would take ten"
        await failed(hub)
        last = hub.webhooks.receivers[line.id].line.last
        assert last is not None
        assert (last.status, last.error) == (None, "timeout")
        assert hub.webhooks.receivers[line.id].waiting == 20


async def test_nothing_is_told_before_it_is_on_disk_and_nobody_waits_for_what_is_told(
    hub: Hub, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make(hub, receiver)
    disk = asyncio.Event()
    commit = hub.store.commit

    async def slowly(changes: Sequence[Change]) -> None:
        await disk.wait()
        await commit(changes)

    monkeypatch.setattr(hub.store, "commit", slowly)
    hub.register("doc", "Title")
    await asyncio.sleep(0.2)
    assert receiver.told == []
    disk.set()
    [told] = await receiver.until(1)
    assert told.data["title"] == "Title"


async def test_where_nobody_is_to_be_told_edits_leave_nothing_behind(hub: Hub, receiver: Receiver) -> None:
    await write(hub, Typist(5))
    assert hub.webhooks.lulls == {}
    assert await hub.store.find(DeliveryQuery()) == []
    hub.webhooks.rules = replace(RULES, delay_s=0.5)
    for path in ("one", "two"):  # who comes while people write hears of it
        await make(hub, receiver, Event.CHANGED, path=path)
        await write(hub, Typist(5 + len(hub.webhooks.receivers)))
        await turn()
    told = await receiver.until(2)
    assert sorted((each.path, each.data["head"]) for each in told) == [("/one", 3), ("/two", 3)]


async def test_a_webhook_that_is_gone_is_told_nothing_more(hub: Hub, receiver: Receiver) -> None:
    line, _ = await make(hub, receiver)
    receiver.answers = [500]
    await create(hub, "doc")
    await receiver.until(1)
    assert await hub.webhooks.delete(line.id)
    assert not await hub.webhooks.delete(line.id)
    await create(hub, "next")
    await write(hub, Typist(5), "next")
    await asyncio.sleep(0.3)
    assert len(receiver.told) == 1
    assert await hub.store.find(DeliveryQuery()) == []


async def test_there_are_only_so_many_and_only_so_much_waits_for_each(
    hub: Hub, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receivers, "MOST_WAITING", 3)
    receiver.answers = [500] * 10
    made = await asyncio.gather(*(make(hub, receiver, Event.CREATED) for _ in range(RULES.most)))
    with pytest.raises(WorkspaceFull, match="max_webhooks"):
        await make(hub, receiver)
    for line, _ in made[1:]:
        await hub.webhooks.delete(line.id)
    for number in range(5):
        hub.register(f"doc-{number}", "")
    assert hub.webhooks.receivers[made[0][0].id].waiting == 3
    assert hub.webhooks.results["given_up"] == 2


async def test_what_was_not_told_is_told_by_the_next_run(tmp_path: Path, receiver: Receiver) -> None:
    later = replace(RULES, delay_s=3600, delay_max_s=3600, retry_s=(3600,))
    async with running(tmp_path, later) as hub:
        line, secret = await make(hub, receiver, Event.CHANGED, Event.CREATED)
        receiver.answers = [500]
        await create(hub, "doc", "Title")
        await write(hub, Typist(5), count=3)
        await receiver.until(1)
        await failed(hub)
    async with running(tmp_path, RULES) as hub:
        refused, *told = await receiver.until(3)
        await settled(hub)
        last = hub.webhooks.receivers[line.id].line.last
    created, changed = sorted(told, key=lambda each: each.type != Event.CREATED)
    assert (created.type, created.id) == (refused.type, refused.id)
    assert (changed.type, changed.data["head"]) == (Event.CHANGED, 3)
    assert all(is_signed(each, secret) for each in told)
    assert last is not None
    assert last.status == 204


async def test_what_an_earlier_run_may_have_sent_has_another_id_when_it_says_more(
    tmp_path: Path, receiver: Receiver
) -> None:
    later = replace(RULES, retry_s=(3600,))
    async with running(tmp_path, later) as hub:
        await make(hub, receiver, Event.CHANGED)
        receiver.answers = [500]
        await create(hub, "doc")
        await write(hub, Typist(5))
        await failed(hub)
    async with running(tmp_path, later) as hub:
        await write(hub, Typist(6))
        hub.rooms["doc"].turn()
        await hub.journal.submit()
        [left] = await hub.store.find(DeliveryQuery())
    assert (left.id == receiver.told[0].id, left.tries) == (False, 1)
