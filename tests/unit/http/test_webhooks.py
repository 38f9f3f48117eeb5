"""Webhooks over HTTP: made, listed and ended, by admins of everything."""

from __future__ import annotations

import asyncio
import base64
import re
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from coscribe.journal.webhooks import Event
from harness.receiver import Receiver, is_signed

URL = "https://receiver.invalid/changes?of=documents"
LOCAL = {"webhook_networks": ("127.0.0.0/8",), "webhook_delay_s": 0.05, "webhook_retry_s": (0.05,), "max_webhooks": 3}


@pytest.fixture
def flags() -> dict[str, object]:
    return LOCAL


async def make(api: TestClient, **body: object) -> dict[str, Any]:
    answer = await api.post("/api/webhooks", json={"url": URL, **body})
    assert answer.status == 201, await answer.text()
    assert answer.headers["Cache-Control"] == "no-store"
    return dict(await answer.json())


async def listed(api: TestClient) -> list[dict[str, Any]]:
    answer = await api.get("/api/webhooks")
    assert answer.status == 200
    return list((await answer.json())["webhooks"])


async def test_a_webhook_shows_its_secret_once_and_is_listed_until_it_is_ended(api: TestClient) -> None:
    assert await listed(api) == []
    made = await make(api)
    secret = made.pop("secret")
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]+={0,2}", secret)
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) >= 24
    assert made == {
        "id": made["id"],
        "url": URL,
        "events": list(Event),
        "documents": "*",
        "name": "",
        "created": made["created"],
    }
    narrow = await make(api, events=["document.deleted", "document.changed"] * 2, documents="notes/*", name="Search")
    assert narrow["events"] == ["document.changed", "document.deleted"]
    assert (narrow["documents"], narrow["name"]) == ("notes/*", "Search")
    assert narrow["secret"] != secret
    assert await listed(api) == [
        {**each, "waiting": 0, "last": None} for each in (made, {k: v for k, v in narrow.items() if k != "secret"})
    ]
    assert (await api.delete(f"/api/webhooks/{made['id']}")).status == 204
    assert (await api.delete(f"/api/webhooks/{made['id']}")).status == 404
    assert [each["id"] for each in await listed(api)] == [narrow["id"]]
    lines = (await (await api.get("/api/audit?action=webhook.*")).json())["lines"]
    assert [(line["action"], line["detail"]["webhook"]) for line in lines] == [
        ("webhook.delete", made["id"]),
        ("webhook.create", narrow["id"]),
        ("webhook.create", made["id"]),
    ]
    assert URL not in str(lines)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "'url'"),
    ({"url": 5}, "'url'"),
    ({"url": "https://a.example/" + "x" * 2000}, "2000"),
    ({"url": "http://receiver.invalid/"}, "use https"),
    ({"url": "https://10.0.0.1/"}, "webhook_networks"),
    ({"url": "https://user:password@receiver.invalid/"}, "leave the name"),
    ({"events": []}, "document.changed"),
    ({"events": "document.changed"}, "document.changed"),
    ({"events": ["document.read"]}, "document.changed"),
    ({"events": [{}]}, "document.changed"),
    ({"documents": "../*"}, "document id"),
    ({"documents": 5}, "'documents'"),
    ({"name": "x" * 101}, "'name'"),
]


async def test_what_cannot_be_is_refused_with_what_to_do(api: TestClient) -> None:
    for body, advice in REFUSED:
        answer = await api.post("/api/webhooks", json={"url": URL, **body} if body else {})
        assert answer.status == 400, body
        assert advice in (await answer.json())["detail"], body
    assert await listed(api) == []


async def test_there_may_be_only_so_many(api: TestClient) -> None:
    answers = await asyncio.gather(*(api.post("/api/webhooks", json={"url": URL}) for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [201, 201, 201, 413, 413]
    refused = next(answer for answer in answers if answer.status == 413)
    assert "max_webhooks" in (await refused.json())["detail"]
    await api.delete(f"/api/webhooks/{(await listed(api))[0]['id']}")
    assert (await api.post("/api/webhooks", json={"url": URL})).status == 201


async def test_requests_of_the_api_are_told_and_the_list_and_the_figures_say_how_it_went(api: TestClient) -> None:
    async with Receiver() as receiver:
        made = await make(api, url=receiver.url)
        receiver.answers = [500]
        for method, path, body, event in (
            ("POST", "", {"id": "doc", "title": "Title", "text": "words"}, "document.changed"),
            ("PATCH", "/doc", {"title": "Title"}, None),  # as it is
            ("PATCH", "/doc", {"title": "Other"}, "document.renamed"),
            ("POST", "/doc/duplicate", {"id": "copy"}, "document.created"),
            ("DELETE", "/doc", None, "document.trashed"),
            ("POST", "/doc/restore", None, "document.restored"),
            ("DELETE", "/doc?permanent=true", None, "document.deleted"),
        ):
            answer = await api.request(method, f"/api/documents{path}", json=body)
            assert answer.status < 300, (method, path)
            about = (event, "copy" if path.endswith("duplicate") else "doc")
            await receiver.until(lambda told, it=about: not it[0] or it in [(x.type, x.data["id"]) for x in told])
        await receiver.until(lambda told: ("document.changed", "copy") in [(x.type, x.data["id"]) for x in told])
        assert [each.type for each in receiver.told].count("document.renamed") == 1
        assert {each.type for each in receiver.told} == set(Event)
        assert all(is_signed(each, made["secret"]) for each in receiver.told)
        async with asyncio.timeout(5):
            while (line := (await listed(api))[0])["waiting"]:
                await asyncio.sleep(0.02)
        assert line["last"] == {"at": line["last"]["at"], "status": 204}
        figures = await (await api.get("/metrics")).text()
        assert 'coscribe_webhook_deliveries_total{result="failed"} 1.0' in figures
        assert f'coscribe_webhook_deliveries_total{{result="delivered"}} {len(receiver.told) - 1}.0' in figures
        assert "coscribe_webhook_deliveries_waiting 0.0" in figures
    await api.post("/api/documents", json={"id": "unheard"})
    async with asyncio.timeout(5):
        while "error" not in (line := (await listed(api))[0])["last"]:
            await asyncio.sleep(0.02)
    assert line["last"] == {"at": line["last"]["at"], "error": "connection"}


class TestNone:
    @pytest.fixture
    def flags(self) -> dict[str, object]:
        return {"max_webhooks": 0}

    async def test_an_operator_can_do_without(self, api: TestClient) -> None:
        answer = await api.post("/api/webhooks", json={"url": URL})
        assert answer.status == 413
        assert await listed(api) == []
