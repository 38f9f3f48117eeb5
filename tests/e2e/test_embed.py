"""The editor as an element on a page of somebody else: another origin, a strict policy, tokens that end."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, Route, expect

from e2e.browser import IN_ONE_LOOP, WAIT_MS, OpenWindow, Window
from e2e.conftest import EDITOR
from e2e.test_accessibility import findings
from e2e.test_images import png
from harness.server import MakeServer, Server
from harness.tokens import SECRET, TOKEN_AUTH, bearer, token

pytestmark = IN_ONE_LOOP

EXAMPLE = Path(__file__).parents[2] / "docs" / "how-to" / "embed-the-editor"
HOST_READY_S = 30
SEEN = """
for (const name of ['ready', 'status', 'change', 'error', 'token-needed']) {
  addEventListener(`coscribe-${name}`, ({ target, detail }) => {
    (window.told ??= []).push([target.id, name, detail]);
  });
}
"""


@dataclass
class Site:
    """A Coscribe server, and an application of another origin that it knows."""

    server: Server
    host: str

    @property
    def policy(self) -> str:
        """What the how-to asks of a page; everything else is refused."""
        address, socket = self.server.url, self.server.websocket_url
        return (
            f"default-src 'none'; script-src 'nonce-page' {address}; connect-src {address} {socket}; "
            f"font-src {address}; img-src {address} blob: data: https:"
        )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server, and the how-to's example as the application."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    host = f"http://localhost:{port}"
    settings = {"secret": SECRET, "allowed_origins": host}
    with Server(tmp_path_factory.mktemp("embed") / "data", *TOKEN_AUTH, settings=settings) as server:
        surroundings = os.environ | {"COSCRIBE_URL": server.url, "COSCRIBE_SECRET": SECRET, "PORT": str(port)}
        example = subprocess.Popen(
            [sys.executable, str(EXAMPLE / "host.py")],
            env=surroundings,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert example.stdout is not None
        try:
            assert host in example.stdout.readline()
            yield Site(server, host)
        finally:
            example.kill()
            example.wait()
            example.stdout.close()


@pytest_asyncio.fixture(loop_scope="session")
async def document(site: Site, document: str) -> str:
    """A document that is there: who may only read makes none."""
    headers = bearer(token(document, "edit", "app"))
    url = f"{site.server.url}/api/documents"
    async with aiohttp.request("POST", url, json={"id": document}, headers=headers) as answer:
        assert answer.status == 201
    return document


Show = Callable[..., Awaitable[Window]]


@pytest.fixture
def show(site: Site, window: OpenWindow) -> Show:
    """Open a page of the application with this in its body, and this script."""

    async def open_page(body: str, script: str = "", **options: Any) -> Window:
        opened = await window(**options)
        await serve(opened.page, site, body, script)
        await opened.page.goto(f"{site.host}/app")
        return opened

    return open_page


async def serve(page: Page, site: Site, body: str, script: str = "", server: str | None = None) -> None:
    """Have the application answer with this page."""
    html = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>An application</title>
      <script nonce="page">{SEEN}{script}</script>
      <script type="module" src="{server or site.server.url}/embed/coscribe-editor.js"></script></head>
      <body><main><h1>An application</h1>{body}</main></body></html>"""

    async def answer(route: Route) -> None:
        headers = {"Content-Type": "text/html", "Content-Security-Policy": site.policy}
        await route.fulfill(body=html, headers=headers)

    await page.route("**/app", answer)


def element(document: str, role: str = "edit", user: str = "ada", **attributes: object) -> str:
    """Write the element for a person."""
    given = {"id": user, "document": document, "token": token(document, role, user, name=user.title()), **attributes}
    written = (f'{name.replace("_", "-")}="{value}"' for name, value in given.items() if value is not None)
    return f"<coscribe-editor {' '.join(written)}></coscribe-editor>"


def editor(where: Window, user: str = "ada") -> Locator:
    return where.page.locator(f"coscribe-editor#{user}")


def text(where: Window, user: str = "ada") -> Locator:
    return editor(where, user).locator(".prose")


async def write(where: Window, words: str, user: str = "ada") -> None:
    await editor(where, user).evaluate("(editor) => editor.focus()")
    await expect(text(where, user)).to_be_focused(timeout=WAIT_MS)
    await where.page.keyboard.type(words)


async def look_for(where: Window, words: str, user: str = "ada") -> None:
    """Look for words by the keyboard, once what does that is there."""
    deadline = time.monotonic() + WAIT_MS / 1000
    while not await editor(where, user).locator(".find").count():
        assert time.monotonic() < deadline, "it never came"
        await where.page.keyboard.press("Control+f")
    await where.page.keyboard.type(words)


async def has_status(where: Window, status: str, user: str = "ada", within_s: float = WAIT_MS / 1000) -> None:
    # Not with `wait_for_function`: the page's policy forbids to evaluate what it is given.
    seen, deadline = None, time.monotonic() + within_s
    while seen != status:
        assert time.monotonic() < deadline, f"{status} was never said, but {seen}"
        await asyncio.sleep(0.05)
        seen = await editor(where, user).evaluate("(editor) => editor.status")


async def told(where: Window, name: str, user: str = "ada") -> list[Any]:
    """What the page has heard of this kind."""
    seen: list[list[Any]] = await where.page.evaluate("window.told ?? []")
    return [detail for id, kind, detail in seen if (id, kind) == (user, name)]


async def test_the_example_lets_two_write_and_one_read(site: Site, window: OpenWindow) -> None:
    page = (host := await window()).page
    await page.goto(f"{site.host}/")
    ada, ben, eve = (page.locator(f"coscribe-editor[data-person={name}]") for name in ("ada", "ben", "eve"))
    for each, state in ((ada, "saved"), (ben, "saved"), (eve, "readOnly")):
        await expect(each.locator("xpath=following-sibling::output")).to_have_text(state)
        await expect(each.locator("h1")).to_have_text("In spring")
    written = "Sow the peas."
    for writer, words in ((ada, " Ada was here."), (ben, " Ben too.")):
        await writer.locator(".prose").click()
        await page.keyboard.press("Control+End")
        await page.keyboard.type(words)
        written += words
        for each in (ada, ben, eve):
            await expect(each.locator(".prose p")).to_have_text(written)
    await expect(eve.locator(".others-caret .others-flag")).to_have_attribute("data-name", "Ben")
    await expect(eve.locator(".prose")).to_have_attribute("contenteditable", "false")
    await expect(ada.get_by_role("toolbar", name="Formatting")).to_be_visible()
    await expect(ben.get_by_role("toolbar", name="Formatting")).to_have_count(0)
    assert await findings(page) == []
    assert host.problems == []


async def test_the_tools_work_inside_the_element(show: Show, document: str) -> None:
    ada = await show(f"<div id=box>{element(document)}</div>")
    page = ada.page
    await page.evaluate("Object.assign(box.style, { overflow: 'hidden', transform: 'scale(1)' })")
    await editor(ada).get_by_role("button", name="More formatting").wait_for()
    await write(ada, "A heading\n/table")
    await expect(editor(ada).get_by_role("option", selected=True)).to_contain_text("Table")
    await page.keyboard.press("Enter")
    await expect(text(ada).locator("th")).to_have_count(3)
    await text(ada).locator("p").first.click(click_count=3)
    await editor(ada).get_by_role("toolbar", name="Selected text").get_by_role("button", name="Bold").click()
    await expect(text(ada).locator("strong")).to_have_text("A heading")
    await editor(ada).locator(".toolbar [data-tool=bold]").click()
    await expect(text(ada).locator("strong")).to_have_count(0)
    # A menu in the top layer, and its keys.
    await editor(ada).get_by_role("button", name=re.compile("Block type|Paragraph|Text")).first.click()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(text(ada).locator("h1")).to_have_text("A heading")
    # Where the pointer is, is found in the tree.
    await text(ada).locator("h1").click(position={"x": 2, "y": 8})
    await page.keyboard.type("Not only ")
    await expect(text(ada).locator("h1")).to_have_text("Not only A heading")
    # A box at the words, in the top layer as well.
    await text(ada).locator("h1").click(click_count=3)
    await page.keyboard.press("Control+k")
    await editor(ada).get_by_label("Address").fill("example.org")
    await page.keyboard.press("Enter")
    await expect(text(ada).locator("h1 a")).to_have_attribute("href", "https://example.org")
    # The browser would not look into the tree for words of the text alone.
    bar = editor(ada).get_by_role("search", name="Find and replace")
    await look_for(ada, "HEADING")
    await expect(bar.get_by_role("status")).to_have_text("1 of 1")
    await expect(text(ada).locator(".found-now")).to_have_text("heading")
    await expect(bar.get_by_role("button", name="Regular expression")).to_have_count(0)
    assert await findings(page) == []
    await bar.get_by_role("button", name="Show replacing").click()
    await bar.get_by_label("Replace with").fill("title")
    await page.keyboard.press("Enter")
    await expect(text(ada).locator("h1")).to_have_text("Not only A title")
    await page.keyboard.press("Escape")
    await expect(bar).to_have_count(0)
    await expect(text(ada)).to_be_focused()
    await page.keyboard.press("Control+f")
    await page.keyboard.type("only")  # at once, and not into the text
    await expect(text(ada).locator(".found-now")).to_have_text("only")
    await expect(text(ada).locator("h1")).to_have_text("Not only A title")


async def test_words_are_brought_into_sight_where_the_text_scrolls_inside(show: Show, document: str) -> None:
    ada = await show(element(document))
    await editor(ada).evaluate("(editor) => { editor.style.height = '16rem'; }")
    await write(ada, "word\n" * 9)
    await look_for(ada, "word")
    bar = editor(ada).get_by_role("search")
    await expect(bar.get_by_role("status")).to_have_text("1 of 9")
    for place in range(2, 10):
        await ada.page.keyboard.press("Enter")
        await expect(bar.get_by_role("status")).to_have_text(f"{place} of 9")
        assert await text(ada).evaluate(
            """(prose) => {
              const [found, desk] = [prose.querySelector('.found-now'), prose.closest('.desk')];
              const [{ top, bottom }, sight] = [found, desk].map((each) => each.getBoundingClientRect());
              return sight.top <= top && bottom <= sight.bottom;
            }"""
        )


async def test_the_page_and_the_element_leave_each_other_alone(show: Show, document: str) -> None:
    script = "addEventListener('keydown', (event) => { window.keys = (window.keys ?? '') + event.key; });"
    ada = await show(f"<p id='own'>Mine</p>{element(document)}", script)
    await editor(ada).evaluate("(editor) => Object.assign(editor.style, { font: '99px fantasy', color: 'red' })")
    before = await ada.page.locator("#own").evaluate(
        "(own) => JSON.stringify([...getComputedStyle(own)].map((name) => getComputedStyle(own)[name]))"
    )
    await write(ada, "words")
    assert await text(ada).evaluate("(prose) => getComputedStyle(prose).color") != "rgb(255, 0, 0)"
    assert "Literata" in await text(ada).evaluate("(prose) => getComputedStyle(prose).fontFamily")
    assert await ada.page.evaluate("document.fonts.check('18px \"Literata Variable\"')")
    assert before == await ada.page.locator("#own").evaluate(
        "(own) => JSON.stringify([...getComputedStyle(own)].map((name) => getComputedStyle(own)[name]))"
    )
    assert await ada.page.evaluate("window.keys ?? ''") == ""
    await ada.page.keyboard.press("F9")
    assert await ada.page.evaluate("window.keys") == "F9"
    assert await ada.page.evaluate(
        "[document.documentElement.lang, document.head.querySelectorAll('link, style').length,"
        " Object.keys(document.documentElement.dataset).length]"
    ) == ["en", 0, 0]
    assert await ada.page.evaluate("Object.keys(localStorage)") == []
    assert await ada.page.evaluate("indexedDB.databases()") == []
    assert await ada.page.evaluate("navigator.serviceWorker.getRegistrations().then(({ length }) => length)") == 0


async def test_a_page_hears_what_happens_and_reads_the_document(show: Show, document: str) -> None:
    both = await show(element(document) + element(document, user="ben"))
    await has_status(both, "saved")
    await has_status(both, "saved", "ben")
    assert await told(both, "ready") == [{"document": document}]
    await write(both, "Hello **bold** there")
    await expect(text(both, "ben")).to_have_text("Hello bold there")
    assert {"own": True} in await told(both, "change")
    assert {"own": False} in await told(both, "change", "ben")
    assert {"own": True} not in await told(both, "change", "ben")
    assert await editor(both).evaluate("(editor) => editor.getMarkdown()") == "Hello **bold** there\n"
    assert "<strong>bold</strong>" in await editor(both).evaluate("(editor) => editor.getDocumentHTML()")
    assert await editor(both).evaluate("(editor) => editor.getText()") == "Hello bold there"
    content = await editor(both).evaluate("(editor) => editor.getJSON()")
    assert content["content"][0]["content"][1] == {"type": "text", "marks": [{"type": "bold"}], "text": "bold"}
    states = [detail["state"] for detail in await told(both, "status")]
    assert states[0] == "loading"
    assert "saving" in states
    assert states[-1] == "saved"
    assert await told(both, "error") == []


async def test_a_token_is_renewed_before_it_ends(show: Show, document: str) -> None:
    ada = await show(
        f"<coscribe-editor id=ada document={document}></coscribe-editor>",
        "addEventListener('coscribe-token-needed', ({ target, detail }) =>"
        " window.nextToken(detail.reason).then((token) => { target.token = token; }));",
    )
    reasons: list[str] = []

    async def next_token(reason: str) -> str:
        reasons.append(reason)
        return token(document, "edit", "ada", ttl=4)

    await ada.page.expose_function("nextToken", next_token)
    await has_status(ada, "saved")
    await ada.page.wait_for_timeout(6_000)
    await write(ada, "Still here")
    await has_status(ada, "saved")
    assert reasons[0] == "missing"
    assert set(reasons[1:]) == {"expiring"}
    assert len(reasons) >= 3
    states = [detail["state"] for detail in await told(ada, "status")]
    assert set(states) <= {"loading", "saving", "saved"}, f"nobody was thrown out: {states}, {reasons}"


async def test_a_token_that_has_ended_keeps_the_words_until_there_is_another(show: Show, document: str) -> None:
    ada = await show(element(document, token=token(document, "edit", "ada", ttl=6)))
    await has_status(ada, "saved")
    # The page was asked before, and did not answer: the person is told soon after the token has ended.
    begun = time.monotonic()
    await has_status(ada, "signIn", within_s=6 + 2 + WAIT_MS / 1000)
    assert time.monotonic() - begun < 6 + 2 + 4
    assert [each["code"] for each in await told(ada, "error")] == ["signIn"]
    await expect(editor(ada).get_by_role("alert")).to_contain_text("Please sign in again")
    await editor(ada).evaluate("(editor, token) => { editor.token = token; }", token(document, "edit", "ada"))
    await has_status(ada, "saved")
    await write(ada, "On it goes")
    await has_status(ada, "saved")


async def test_a_role_counts_and_another_takes_its_place(show: Show, document: str, site: Site) -> None:
    ben = await show(element(document) + element(document, "view", "ben"))
    await write(ben, "To be read")
    await expect(text(ben, "ben")).to_have_text("To be read")
    await has_status(ben, "readOnly", "ben")
    await expect(text(ben, "ben")).to_have_attribute("contenteditable", "false")
    await expect(editor(ben, "ben").get_by_role("toolbar", name="Formatting")).to_have_count(0)
    await editor(ben, "ben").evaluate("(editor, token) => { editor.token = token; }", token(document, "edit", "ben"))
    await has_status(ben, "saved", "ben")
    await write(ben, " and written", "ben")
    await expect(text(ben)).to_have_text("To be read and written")
    await editor(ben).evaluate("(editor) => { editor.readOnly = true; }")
    await expect(text(ben)).to_have_attribute("contenteditable", "false")


async def test_elements_are_moved_taken_away_and_given_another_document(show: Show, document: str, site: Site) -> None:
    ada = await show(f"<div id=left>{element(document)}</div><div id=right></div>")
    await write(ada, "one")
    await editor(ada).get_by_role("button", name="More formatting").wait_for()
    await ada.page.evaluate("right.append(ada)")
    await expect(text(ada)).to_have_text("one")
    assert await editor(ada).locator(".writing").evaluate("(layer) => layer.matches(':popover-open')")
    await write(ada, " two")
    # What was written in the last moment is saved although the element is gone.
    await ada.page.evaluate("window.kept = ada; ada.remove()")
    await ada.page.evaluate("left.append(window.kept)")
    await expect(text(ada)).to_have_text("one two")
    other = f"{document}-other"
    key = token(f"{document}*", "edit", "ada")
    await editor(ada).evaluate("(editor, [id, token]) => { editor.token = token; editor.document = id; }", [other, key])
    await expect(text(ada)).to_have_text("")
    await write(ada, "elsewhere")
    await has_status(ada, "saved")
    assert [each["document"] for each in await told(ada, "ready")][-1] == other
    async with aiohttp.ClientSession(headers=bearer(key)) as http:
        for id, words in ((document, "one two"), (other, "elsewhere")):
            async with http.get(f"{site.server.url}/api/documents/{id}/content?format=text") as answer:
                assert (await answer.text()).strip() == words


async def test_images_are_seen_by_whoever_may_see_the_document(show: Show, document: str) -> None:
    both = await show(element(document) + element(document, "view", "ben"))
    await editor(both).get_by_role("button", name="More formatting").wait_for()
    await text(both).evaluate(
        """(text, bytes) => {
          const clipboardData = new DataTransfer();
          clipboardData.items.add(new File([new Uint8Array(bytes)], 'garden.png', { type: 'image/png' }));
          text.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
        }""",
        list(png(60, 40)),
    )
    for user in ("ada", "ben"):
        image = text(both, user).locator("figure img")
        await expect(image).to_have_attribute("src", re.compile("^blob:"))
        assert await image.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 60
    content = await editor(both, "ben").evaluate("(editor) => editor.getJSON()")
    (shown,) = (each["attrs"]["src"] for each in content["content"] if each["type"] == "image")
    assert shown.startswith("/files/")


async def test_it_looks_and_speaks_as_the_page_says(show: Show, document: str) -> None:
    ada = await show(element(document, theme="dark", lang="ar", toolbar="full"))
    await expect(editor(ada).get_by_role("toolbar")).to_be_visible()
    frame = editor(ada).locator(".embed")
    assert await frame.evaluate("(frame) => [frame.lang, frame.dir, getComputedStyle(frame).colorScheme]") == [
        "ar",
        "rtl",
        "dark",
    ]
    await editor(ada).evaluate("(editor) => { editor.lang = 'de'; editor.theme = 'light'; editor.toolbar = 'none'; }")
    await expect(frame).to_have_attribute("lang", "de")
    assert await frame.evaluate("(frame) => [frame.dir, getComputedStyle(frame).colorScheme]") == ["ltr", "light"]
    await expect(editor(ada).locator(".bar")).to_have_count(0)


async def test_words_are_kept_on_the_device_where_the_page_wants_it(
    window: OpenWindow, make_server: MakeServer, site: Site, document: str
) -> None:
    own = make_server(*TOKEN_AUTH, settings={"secret": SECRET, "allowed_origins": site.host})
    ada = await window()
    where = Site(own, site.host)
    await serve(ada.page, where, element(document, offline=""))
    await ada.page.goto(f"{site.host}/app")
    await write(ada, "Before. ")
    await has_status(ada, "saved")
    own.kill()
    await write(ada, "While it was down.")
    await expect(editor(ada).locator(".status-words")).to_have_text(re.compile("kept on this device"))
    await ada.page.goto("about:blank")
    own.start()
    await ada.page.goto(f"{site.host}/app")
    await has_status(ada, "saved")
    await expect(text(ada)).to_have_text("Before. While it was down.")
    kept = await ada.page.evaluate("indexedDB.databases().then((all) => all.map(({ name }) => name))")
    assert kept == [f"coscribe {own.url} ada:{document}@1"]


async def test_what_stands_inside_is_shown_until_the_editor_is_there(show: Show, document: str) -> None:
    fallback = "<p id=inside>One moment</p></coscribe-editor>"
    ada = await show("<coscribe-editor id=ada>" + fallback)
    await expect(ada.page.locator("#inside")).to_be_visible()
    key = token(document, "edit", "ada")
    await editor(ada).evaluate(
        "(editor, [id, key]) => Object.assign(editor, { token: key, document: id })", [document, key]
    )
    await has_status(ada, "saved")
    await expect(ada.page.locator("#inside")).to_be_hidden()
    await ada.page.route("**/embed/assets/frame-*", lambda route: route.abort())
    await ada.page.reload()
    await editor(ada).evaluate(
        "(editor, [id, key]) => Object.assign(editor, { token: key, document: id })", [document, key]
    )
    await expect(ada.page.locator("#inside")).to_be_visible()
    assert [each["code"] for each in await told(ada, "error")] == ["unreachable"]


async def test_only_pages_that_are_allowed_get_answers(site: Site, window: OpenWindow, document: str) -> None:
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    paths = ("/api/documents", f"/api/documents/{document}", "/files/" + "0" * 64, "/embed/coscribe-editor.js")
    async with aiohttp.ClientSession() as http:
        for path in paths:
            for origin, allowed in ((site.host, True), ("https://evil.example.org", False), ("null", False)):
                async with http.options(site.server.url + path, headers={"Origin": origin, **wanted}) as answer:
                    assert answer.status == (204 if allowed else 403)
                    assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
                    if allowed:
                        assert {"Authorization", "Content-Type"} <= set(
                            answer.headers["Access-Control-Allow-Headers"].split(", ")
                        )
                async with http.get(site.server.url + path, headers={"Origin": origin}) as answer:
                    assert answer.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
                    assert "Access-Control-Allow-Credentials" not in answer.headers
                    assert "Origin" in ", ".join(answer.headers.getall("Vary"))
    stranger = await window()
    await serve(stranger.page, site, element(document))
    await stranger.page.goto(site.host.replace("localhost", "127.0.0.1") + "/app")
    await stranger.page.wait_for_timeout(500)
    assert await stranger.page.evaluate("customElements.get('coscribe-editor') === undefined")
    assert any("CORS" in problem for problem in stranger.problems)
    stranger.problems.clear()


async def test_files_travel_compressed_to_whoever_reads_that(server: Server) -> None:
    async with aiohttp.ClientSession(auto_decompress=False) as http:
        (asset,) = (EDITOR / "dist" / "embed" / "assets").glob("frame-*.js")
        for path in (f"/embed/assets/{asset.name}", "/embed/coscribe-editor.js"):
            sizes = {}
            for coding in ("br", "gzip", "identity"):
                async with http.get(server.url + path, headers={"Accept-Encoding": coding}) as answer:
                    assert answer.headers.get("Content-Encoding", "identity") == coding
                    sizes[coding] = len(await answer.read())
            assert sizes["br"] < sizes["gzip"] < sizes["identity"] / 2
        async with http.get(server.url + "/embed/coscribe-editor.d.ts") as answer:
            assert answer.content_type == "text/plain"
            declared = EDITOR / "src" / "embed" / "types" / "coscribe-editor.d.ts"
            assert await answer.text() == declared.read_text(encoding="utf-8")


async def test_a_page_of_this_machine_needs_no_token(server: Server, window: OpenWindow, document: str) -> None:
    """The way to try it: a server for this machine, and the application's own at another port."""
    both = await window()
    site = Site(server, "http://localhost:5173")
    names = "".join(
        f"<coscribe-editor id={name} document={document} name={name.title()} color=#0f766e></coscribe-editor>"
        for name in ("ada", "ben")
    )
    await serve(both.page, site, names)
    await both.page.goto(f"{site.host}/app")
    await write(both, "Hello")
    await expect(text(both, "ben")).to_have_text("Hello")
    await expect(text(both, "ben").locator(".others-flag")).to_have_attribute("data-name", "Ada")
    await expect(editor(both).locator(".avatars").get_by_role("img", name="Ben")).to_be_visible()
