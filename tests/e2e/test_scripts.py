"""Nothing that somebody wrote runs in somebody else's browser: the corpus of attacks, in a real one, by every way.

The content security policy is switched off for these windows: it is the second wall, and what stands before it is what
is tried here. With the policy nothing runs either, as the other tests of the browser see.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pycrdt
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from corpus.xss import ADDRESSES, BAD, MARKUP, documents
from coscribe.content.schema import schema
from e2e.browser import IN_ONE_LOOP
from harness.lib0 import awareness
from harness.peer import Dialect, Peer
from harness.server import Server

pytestmark = IN_ONE_LOOP

Json = dict[str, Any]
BLOCKS_A_PAGE = 1200
EVIL = "evil.example"
ALARM = """
window.__ran = [];
for (const name of ['alert', 'confirm', 'prompt']) window[name] = (...said) => window.__ran.push(name);
"""
LOOK = """() => {
  const bad = /^[\\s\\x00-\\x1f]*(javascript|vbscript|data:text|data:image\\/svg)/i, found = [...window.__ran];
  for (const each of document.querySelectorAll('*')) {
    for (const {name, value} of each.attributes) {
      if (name.startsWith('on') || name === 'srcdoc') found.push(`${each.tagName} ${name}`);
      if (['href', 'src', 'action', 'formaction', 'data', 'xlink:href'].includes(name) && bad.test(value))
        found.push(`${each.tagName} ${name}=${value}`);
      if (name === 'style' && /url\\(|expression/i.test(value)) found.push(`${each.tagName} style=${value}`);
    }
    if (['IFRAME', 'OBJECT', 'EMBED', 'BASE', 'FORM'].includes(each.tagName)) found.push(each.tagName);
  }
  return found;
}"""
"""What ran, and what would run if somebody pressed it."""


@pytest_asyncio.fixture(loop_scope="session")
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP session in the browser's event loop."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(
        bypass_csp=True, service_workers="block", viewport={"width": 1280, "height": 860}
    )
    await context.add_init_script(ALARM)
    context.set_default_timeout(20_000)
    opened = await context.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("dialog", lambda dialog: asked.append(f"dialog of {EVIL}"))
    yield opened
    await context.close()
    assert [url for url in asked if EVIL in url and "/z.png" not in url and not url.endswith("/x")] == []


def written(blocks: Iterable[Json]) -> bytes:
    """Write blocks as an editor without any judgement would, and return the Yjs update."""
    document = pycrdt.Doc()
    root = document.get("default", type=pycrdt.XmlFragment)
    for block in blocks:
        _append(root, block)
    return document.get_update()


def _append(parent: Any, node: Json) -> None:
    if node.get("type") == "text":
        piece = parent.children.append(pycrdt.XmlText())
        marks = {
            mark if isinstance(mark, str) else str(mark["type"]): {} if isinstance(mark, str) else mark.get("attrs", {})
            for mark in node.get("marks", [])
        }
        piece.insert(0, str(node["text"]), {name: attributes or True for name, attributes in marks.items()})
        return
    attributes = {name: _plain(value) for name, value in node.get("attrs", {}).items() if value is not None}
    made = parent.children.append(pycrdt.XmlElement(str(node["type"])))
    for name, value in attributes.items():
        made.attributes[name] = value
    for child in node.get("content", []):
        _append(made, child)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str) else json.dumps(value)


def is_known(node: Json) -> bool:
    """Tell whether the editor knows the kinds of nodes and marks; content of others it does not show."""
    marks = [mark if isinstance(mark, str) else mark["type"] for mark in node.get("marks", [])]
    spec = schema().spec
    return (
        node["type"] in spec["nodes"]
        and all(mark in spec["marks"] for mark in marks)
        and all(is_known(child) for child in node.get("content", []))
    )


def pages() -> Iterator[list[Json]]:
    blocks = [block for document in documents() for block in document["content"] if is_known(block)]
    for start in range(0, len(blocks), BLOCKS_A_PAGE):
        yield blocks[start : start + BLOCKS_A_PAGE]


async def put(http: aiohttp.ClientSession, server: Server, id: str, title: str, update: bytes | None = None) -> None:
    async with http.post(f"{server.url}/api/documents", json={"id": id, "title": title}) as response:
        assert response.status == 201, await response.text()
    if update is not None:
        async with http.post(f"{server.url}/api/documents/{id}/update", data=update) as response:
            assert response.status == 204, await response.text()


async def test_content_that_was_written_without_judgement_does_not_run(
    http: aiohttp.ClientSession, server: Server, document: str, page: Page
) -> None:
    for number, blocks in enumerate(pages()):
        await put(http, server, f"{document}-{number}", BAD[number % len(BAD)][:300], written(blocks))
        await page.goto(f"{server.url}/d/{document}-{number}")
        await page.locator(".prose > *").nth(min(10, len(blocks) - 1)).wait_for(state="attached")
        await asyncio.sleep(0.3)
        assert await page.evaluate(LOOK) == []
    strange = [block for each in documents() for block in each["content"] if not is_known(block)]
    await put(http, server, f"{document}-strange", "", written(strange))
    await page.goto(f"{server.url}/d/{document}-strange")
    await page.wait_for_function("performance.getEntriesByType('navigation')[0]?.type === 'reload'")
    await page.get_by_text("This page is out of date").wait_for()
    assert await page.evaluate(LOOK) == []
    async with http.get(f"{server.url}/api/documents/{document}-0/export?format=html") as response:
        exported = await response.text()
    await page.goto("about:blank")
    await page.set_content(exported)
    assert await page.evaluate(LOOK) == []


async def test_titles_names_and_words_that_are_looked_for_do_not_run(
    http: aiohttp.ClientSession, server: Server, document: str, page: Page
) -> None:
    attacks = [bad[:300] for bad in (*MARKUP, *ADDRESSES)]
    for number, title in enumerate(attacks):
        async with http.post(
            f"{server.url}/api/documents", json={"id": f"{document}-{number}", "title": title, "text": title}
        ) as response:
            assert response.status == 201
    await page.goto(server.url)
    await page.get_by_role("link").nth(10).wait_for()
    assert await page.evaluate(LOOK) == []
    await page.goto(f"{server.url}/?q={quote(MARKUP[0])}")
    await asyncio.sleep(0.5)
    assert await page.evaluate(LOOK) == []
    await put(http, server, document, attacks[1], written([{"type": "paragraph"}]))
    await page.goto(f"{server.url}/d/{document}")
    await page.locator(".prose").wait_for()
    others = []
    for number, bad in enumerate(attacks[:40]):
        peer = await Peer.join(http, server, document, Dialect.Y_WEBSOCKET)
        user = {"name": bad, "color": bad, "picture": bad, "id": bad, "avatar": bad}
        caret = {"anchor": None, "head": None}
        state = json.dumps({"user": user, "cursor": caret, "name": bad, "color": bad})
        if len(state) < 4000:
            await peer.send_awareness(awareness((50_000 + number, 1, state)))
        others.append(peer)
    await asyncio.sleep(1)
    for button in await page.get_by_role("button").all():
        await button.hover(force=True, timeout=500) if await button.is_visible() else None
    assert await page.evaluate(LOOK) == []
    async with http.patch(f"{server.url}/api/documents/{document}", json={"title": attacks[2]}) as response:
        assert response.status == 200
    await asyncio.sleep(0.3)
    assert await page.evaluate(LOOK) == []
    for peer in others:
        await peer.leave()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c4890000000a49444154789c6300010000050001 0d0a2db4"
    "0000000049454e44ae426082"
)
SCRIPT = b"<html><script>alert(1)</script></html>"
UPLOADS = {
    "an SVG": SVG,
    "an SVG behind a declaration": b'<?xml version="1.0"?><!DOCTYPE svg>' + SVG,
    "an SVG behind a comment": b"<!-- " + b"x" * 5000 + b" -->" + SVG,
    "a page": SCRIPT,
    "a page that begins like a GIF": b"GIF89a/*" + SCRIPT + b"*/=1",
    "a picture and a page": PNG + SCRIPT,
    "a page behind a picture's first bytes": PNG[:8] + SCRIPT,
    "a PDF": b"%PDF-1.7 " + SCRIPT,
}


@pytest.mark.parametrize("name", UPLOADS)
async def test_upload_is_a_picture_or_refused_and_runs_in_no_case(
    http: aiohttp.ClientSession, server: Server, document: str, page: Page, name: str
) -> None:
    await put(http, server, document, "")
    for media_type in ("image/svg+xml", "image/png", "text/html"):
        async with http.post(
            f"{server.url}/api/documents/{document}/files", data=UPLOADS[name], headers={"Content-Type": media_type}
        ) as response:
            status = response.status
            answer = await response.json()
        assert status in (201, 415, 422)
        assert status != 201 or name in ("a picture and a page", "a page that begins like a GIF")
        if status == 201:
            shown = await page.goto(server.url + answer["url"])
            assert shown is not None
            assert shown.headers["content-type"].startswith("image/")
            assert shown.headers["content-type"] != "image/svg+xml"
            assert shown.headers["x-content-type-options"] == "nosniff"
            assert "sandbox" in shown.headers["content-security-policy"]
            assert await page.evaluate("window.__ran") == []


async def test_name_of_a_download_is_a_name_and_nothing_else(
    http: aiohttp.ClientSession, server: Server, document: str
) -> None:
    titles = [
        'a"; filename="evil.exe',
        "a\r\nX-Injected: yes",
        "../../etc/passwd",
        "a\\b",
        "x" * 300,
        "\u202egpj.exe",
        *BAD[:20],
    ]
    for number, title in enumerate(titles):
        await put(http, server, f"{document}-{number}", title[:300])
        for format in ("md", "html", "txt", "json", "yjs"):
            url = f"{server.url}/api/documents/{document}-{number}/export?format={format}"
            async with http.get(url) as response:
                if response.status == 422:
                    continue
                assert response.status == 200
                disposition = response.headers["Content-Disposition"]
                assert "X-Injected" not in response.headers
                assert disposition.startswith('attachment; filename="')
                plain = disposition.partition('filename="')[2].partition('"')[0]
                assert plain.endswith(f".{format}")
                assert not set(plain) & set('/\\"<>\r\n;')
                assert Path(plain).name == plain
                assert response.headers["X-Content-Type-Options"] == "nosniff"
