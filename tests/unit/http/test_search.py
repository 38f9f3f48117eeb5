"""Documents are found by what is written in them, some time after it was written."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from pycrdt import Doc, Map, Text

from coscribe.app import init_app, running_hub
from coscribe.journal.journal import AppendRow, Document, PutDocument, Row, pack_entries
from coscribe.journal.sqlite import SqliteStore
from coscribe.settings import Settings

from .test_documents import create, problem, rich


@pytest.fixture
def flags() -> dict[str, object]:
    return {"search_delay_s": 0}


async def search(api: TestClient, text: str, **other: str) -> dict[str, Any]:
    answer = await api.get("/api/documents", params={"q": text, **other})
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def found(api: TestClient, text: str, count: int = 1) -> list[str]:
    """The ids of what is found, once that many are."""
    for _ in range(200):
        ids = [document["id"] for document in (await search(api, text))["documents"]]
        if len(ids) == count:
            return ids
        await asyncio.sleep(0.05)
    raise AssertionError(f"{text!r} finds {ids}")


async def test_what_is_written_is_found_and_what_is_deleted_no_longer(api: TestClient) -> None:
    await create(api, id="rich", title="Shopping", markdown="# List\n\nMilk and **bread**\n\n- Äpfel")
    doc: Doc[Any] = Doc()
    doc["code"] = Text("some bread crumbs")
    doc["meta"] = Map({"a": 1})
    await create(api, id="generic")
    await api.post("/api/documents/generic/update", data=doc.get_update())
    assert set(await found(api, "bread", 2)) == {"rich", "generic"}
    [hit] = (await search(api, "milk apf"))["documents"]
    assert (hit["id"], hit["title"]) == ("rich", "Shopping")
    assert [span["text"] for span in hit["snippet"] if span["match"]] == ["Milk", "Äpfel"]
    await api.put("/api/documents/rich/content", data="Nothing", headers={"Content-Type": "text/plain"})
    assert await found(api, "bread") == ["generic"]
    assert await found(api, "nothing shopp") == ["rich"]


async def test_a_document_is_found_by_its_title_at_once(api: TestClient) -> None:
    await create(api, id="doc", title="Floor plan")
    assert [d["id"] for d in (await search(api, "oor pl"))["documents"]] == ["doc"]
    await api.patch("/api/documents/doc", json={"title": "Kitchen sink"})
    assert await found(api, "sink kitchen") == ["doc"]


async def test_pages_of_a_search_hold_every_hit_once(api: TestClient) -> None:
    for n in range(5):
        await create(api, id=f"d{n}", title="same")
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(3):
        page = await search(api, "same", limit="2", **cursor)
        seen += [document["id"] for document in page["documents"]]
        cursor = {"cursor": str(page["cursor"])}
    assert page["cursor"] is None
    assert seen == ["d4", "d3", "d2", "d1", "d0"]


async def test_odd_searches_are_answered_or_refused(api: TestClient) -> None:
    await create(api, id="doc", title="a")
    for text in ('"', "a OR", "NEAR(", "*", "\0", "\x7f", "👩", "a" * 300, "title:"):
        assert isinstance((await search(api, text))["documents"], list)
    assert (await api.get("/api/documents?q=%ff%fe%ed%a0%80")).status == 200
    await problem(await api.get("/api/documents", params={"q": "a" * 301}), 400)
    await problem(await api.get("/api/documents?q=a&cursor=-1"), 400)


async def test_what_lags_is_indexed_after_the_start(tmp_path: Path) -> None:
    data = tmp_path / "data"
    store = SqliteStore(data / "coscribe.db")
    await store.open()
    for number, text in enumerate(("alpha", "beta", "gamma")):
        key = store.allocate_key()
        await store.commit(
            [
                PutDocument(_line(key, f"doc-{number}")),
                AppendRow(Row(key, 1, 1, 1, pack_entries([(0, rich(text))]))),
            ]
        )
    bad = store.allocate_key()
    await store.commit(
        [PutDocument(_line(bad, "bad")), AppendRow(Row(bad, 1, 1, 1, pack_entries([(0, b"\xff\xff\xff")])))]
    )
    await store.close()
    settings = Settings.load({"data": data}, environ={})
    async with running_hub(settings) as hub, TestClient(TestServer(init_app(hub, settings))) as api:
        assert await found(api, "beta") == ["doc-1"]
        assert await found(api, "gamma") == ["doc-2"]
        assert await found(api, "Title bad") == ["bad"]


def _line(key: int, id: str) -> Any:
    return Document(key, id, f"Title {id}", 1, 0, 1, 1, None)
