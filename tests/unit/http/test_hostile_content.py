"""Content that is there to do harm, over HTTP: refused with a status and a sentence, and nobody else notices."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from pycrdt import Doc, Text

MARKDOWN = {"Content-Type": "text/markdown"}
HTML = {"Content-Type": "text/html"}

BODIES = {
    "nesting": ("> " * 3000 + "x", MARKDOWN, 422, "levels deep"),
    "nesting in HTML": ("<blockquote>" * 3000 + "x", HTML, 422, "levels deep"),
    "a giant table": ("|x" * 500 + "|\n" + "|-" * 500 + "|\n" + ("|x" * 500 + "|\n") * 1000, MARKDOWN, 413, "split it"),
    "a giant table in HTML": ("<table>" + ("<tr>" + "<td>x" * 400) * 500, HTML, 413, "split it"),
    "a table of spans": ("<table>" + "<tr><td colspan=1000 rowspan=1000>x" * 100, HTML, 413, "split it"),
}


@pytest.mark.parametrize("name", BODIES)
async def test_hostile_content_is_refused_and_changes_nothing(api: TestClient, name: str) -> None:
    body, headers, status, sentence = BODIES[name]
    made = await api.post("/api/documents", json={"id": "doc", "markdown": "Words"})
    assert made.status == 201
    answer = await api.put("/api/documents/doc/content", data=body, headers=headers)
    assert answer.status == status
    assert answer.content_type == "application/problem+json"
    assert sentence in (await answer.json())["detail"]
    key = "markdown" if headers is MARKDOWN else "html"
    created = await api.post("/api/documents", json={"id": "other", key: body})
    assert created.status == status
    assert (await api.get("/api/documents/other")).status == 404
    kept = await api.get("/api/documents/doc/content?format=text")
    assert await kept.text() == "Words\n"


async def test_a_million_characters_in_a_line_go_through_while_others_read(api: TestClient) -> None:
    line = "x" * 1_000_000
    await api.post("/api/documents", json={"id": "doc", "text": "short"})
    await api.post("/api/documents", json={"id": "other", "text": "other"})
    written, read = await asyncio.gather(
        api.put("/api/documents/doc/content", data=line, headers={"Content-Type": "text/plain"}),
        api.get("/api/documents/other/content?format=text"),
    )
    assert (written.status, read.status) == (204, 200)
    for format in ("text", "markdown", "html", "json"):
        assert line in await (await api.get(f"/api/documents/doc/content?format={format}")).text()


async def test_an_emoji_text_in_the_place_of_rich_text_is_a_text(api: TestClient) -> None:
    await api.post("/api/documents", json={"id": "doc"})
    doc: Doc[Any] = Doc()
    doc["default"] = Text("emoji 👩‍👩‍👧 in a plain text")
    assert (await api.post("/api/documents/doc/update", data=doc.get_update())).status == 204
    assert await (await api.get("/api/documents/doc/content?format=text")).text() == "emoji 👩‍👩‍👧 in a plain text"
    assert (await api.put("/api/documents/doc/content", data="# x", headers=MARKDOWN)).status == 422
