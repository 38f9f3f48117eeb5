"""What an editor does with content that its schema does not know, and what it and the server agree on."""

from __future__ import annotations

import asyncio
import copy
import random
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

import aiohttp
import pycrdt
import pytest
import pytest_asyncio
from playwright.async_api import expect

from coscribe.content.schema import schema
from e2e.browser import IN_ONE_LOOP, OpenWindow, Window
from e2e.older import OlderEditor
from harness.server import MakeServer, Server

pytestmark = IN_ONE_LOOP

Json = dict[str, Any]
DOT = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)
UNKNOWN = "Content that this version cannot show"
LONG_ENOUGH_S = 1.0
"""For whatever an editor might write after opening a document."""


def text(words: str, *marks: Json) -> Json:
    return {"type": "text", "text": words} | ({"marks": list(marks)} if marks else {})


def block(name: str, /, *content: Json, **attrs: Any) -> Json:
    return {"type": name} | ({"attrs": attrs} if attrs else {}) | ({"content": list(content)} if content else {})


def p(*content: Json | str, **attrs: Any) -> Json:
    return block("paragraph", *(text(each) if isinstance(each, str) else each for each in content), **attrs)


EVERYTHING = block(
    "doc",
    block("heading", text("Report"), level=2, textAlign="center"),
    p("H", text("2", {"type": "subscript"}), "O is ", text("red", {"type": "textStyle", "attrs": {"color": "red"}})),
    p(block("mention", id="7", label="Ada"), " says ", block("inlineMath", latex="x^2"), textAlign="right"),
    block(
        "table",
        block("tableRow", block("tableHeader", p("Name"), colwidth=[120]), block("tableHeader", p("Sum"))),
        block("tableRow", block("tableCell", p("Tea")), block("tableCell", p("3"), align="right")),
    ),
    block("taskList", block("taskItem", p("done"), checked=True), block("taskItem", p("to do"))),
    block("image", src=DOT, alt="A dot", width=40, caption="The dot", href="https://example.org/"),
    block("blockMath", latex="e = mc^2"),
    block("callout", p("Mind the gap"), block("table", block("tableRow", block("tableCell", p("in")))), kind="warning"),
    block("blockquote", block("image", src=DOT)),
    p("elsewhere"),
)


@pytest.fixture(scope="session")
def older(tmp_path_factory: pytest.TempPathFactory) -> OlderEditor:
    return OlderEditor.build(tmp_path_factory.mktemp("older"))


class Api:
    """The documents of a server, over its HTTP API."""

    def __init__(self, server: Server, session: aiohttp.ClientSession) -> None:
        self.server = server
        self._session = session

    def _url(self, id: str, rest: str = "") -> str:
        return f"{self.server.url}/api/documents/{id}{rest}"

    async def create(self, id: str, json: Json) -> str:
        """Create a document; returns its page's address."""
        async with self._session.post(self._url("").rstrip("/"), json={"id": id, "json": json}) as answer:
            assert answer.status == 201, await answer.text()
        return f"{self.server.url}/d/{id}"

    async def content(self, id: str) -> Json:
        async with self._session.get(self._url(id, "/content?format=json")) as answer:
            assert answer.status == 200
            return dict(await answer.json())

    async def becomes(self, id: str, expected: Json) -> None:
        """Wait until the document is exactly this; what was typed last may still be on its way."""
        for _ in range(50):
            if await self.content(id) == expected:
                return
            await asyncio.sleep(0.1)
        assert await self.content(id) == expected

    async def head(self, id: str) -> int:
        async with self._session.get(self._url(id)) as answer:
            return int((await answer.json())["head"])

    async def change(self, id: str, edit: Any) -> None:
        """Change a document as another Yjs program would."""
        doc: pycrdt.Doc[Any] = pycrdt.Doc()
        async with self._session.get(self._url(id, "/update")) as answer:
            doc.apply_update(await answer.read())
        before = doc.get_state()
        edit(doc.get("default", type=pycrdt.XmlFragment))
        async with self._session.post(self._url(id, "/update"), data=doc.get_update(before)) as answer:
            assert answer.status == 204


@pytest_asyncio.fixture(loop_scope="session")
async def api(server: Server) -> AsyncIterator[Api]:
    async with aiohttp.ClientSession() as session:
        yield Api(server, session)


async def old_window(window: OpenWindow, older: OlderEditor, *, version: int | None = None) -> Window:
    ada = await window()
    await ada.context.add_init_script("delete Navigator.prototype.serviceWorker")  # it would bring this editor
    await older.replace(ada.context, version=version)
    return ada


async def write_elsewhere(ada: Window, word: str) -> None:
    await ada.text.locator("p", has_text="elsewhere").last.click()
    await ada.page.keyboard.press("End")
    await ada.page.keyboard.type(word)
    await ada.sees_status("Saved")


def with_word(content: Json, word: str) -> Json:
    """The same document with a word behind "elsewhere", its last paragraph."""
    changed = copy.deepcopy(content)
    changed["content"][-1]["content"][-1]["text"] += word
    return changed


def strange(fragment: pycrdt.XmlFragment) -> None:
    """Put in what no schema of ours knows: attributes, marks, and a node with words in it."""
    paragraph = fragment.children[1]
    paragraph.attributes["indent"] = 2
    words = paragraph.children[0]
    words.format(0, 1, {"sparkle": {"level": 3}})
    fragment.children[len(fragment.children) - 1].attributes["indent"] = 1
    fragment.children.insert(1, pycrdt.XmlElement("verse", {"metre": "iamb"}))
    fragment.children[1].children.append(pycrdt.XmlText("Shall I compare"))


async def test_an_older_editor_changes_nothing_but_the_word_that_is_written(
    window: OpenWindow, api: Api, older: OlderEditor, document: str
) -> None:
    address = await api.create(document, EVERYTHING)
    await api.change(document, strange)
    before, head = await api.content(document), await api.head(document)
    assert {"verse", "table", "callout"} <= {node["type"] for node in before["content"]}

    ada = await old_window(window, older)
    await ada.open(address)
    await expect(ada.text.locator(".unknown-content").first).to_have_text(UNKNOWN)
    await expect(ada.text.locator("table, figure, input")).to_have_count(0)
    await asyncio.sleep(LONG_ENOUGH_S)
    assert await api.head(document) == head, "opening a document wrote into it"

    await write_elsewhere(ada, " word")
    await api.becomes(document, with_word(before, " word"))


async def test_writing_in_the_very_lines_that_hold_unknown_things_keeps_them(
    window: OpenWindow, api: Api, older: OlderEditor, document: str
) -> None:
    address = await api.create(document, EVERYTHING)
    await api.change(document, strange)
    before = await api.content(document)
    ada = await old_window(window, older)
    await ada.open(address)
    for words in ("red", "says"):
        await ada.page.evaluate(CARET_BEHIND, words)
        await ada.page.keyboard.type("!")
    await ada.sees_status("Saved")

    changed = copy.deepcopy(before)
    changed["content"][2]["content"][-1]["text"] += "!"
    changed["content"][3]["content"][1]["text"] = " says! "
    await api.becomes(document, changed)


async def test_a_placeholder_is_moved_over_and_taken_away_as_a_whole(
    window: OpenWindow, api: Api, older: OlderEditor, document: str
) -> None:
    address = await api.create(document, block("doc", p("first"), EVERYTHING["content"][3], p("elsewhere")))
    ada = await old_window(window, older)
    await ada.open(address)
    await ada.text.locator("p", has_text="first").click()
    await ada.page.keyboard.press("End")
    await ada.page.keyboard.press("ArrowDown")
    await expect(ada.text.locator(".unknown-content")).to_have_class(re.compile("ProseMirror-selectednode"))
    await ada.page.keyboard.type("x")
    await expect(ada.text.locator(".unknown-content")).to_have_count(1)
    await ada.page.keyboard.press("Control+x")
    await expect(ada.text.locator(".unknown-content")).to_have_count(0)
    await ada.text.locator("p", has_text="elsewhere").click()
    await ada.page.keyboard.press("End")
    await ada.page.keyboard.press("Control+v")
    await ada.sees_status("Saved")
    kinds = [node["type"] for node in (await api.content(document))["content"]]
    assert kinds == ["paragraph", "paragraph", "table"] or kinds == ["paragraph", "paragraph", "table", "paragraph"]
    tables = [node for node in (await api.content(document))["content"] if node["type"] == "table"]
    assert tables == [(await api.content(document))["content"][2]]
    assert [cell["type"] for cell in tables[0]["content"][0]["content"]] == ["tableHeader", "tableHeader"]


async def test_what_comes_while_an_older_editor_is_open_is_kept_as_well(
    window: OpenWindow, api: Api, older: OlderEditor, document: str
) -> None:
    address = await api.create(document, block("doc", p("first"), p("elsewhere")))
    ada = await old_window(window, older)
    await ada.open(address)
    await api.change(document, strange)
    await expect(ada.text.locator(".unknown-content")).to_have_text(UNKNOWN)
    before = await api.content(document)
    assert before["content"][1]["type"] == "verse"
    await write_elsewhere(ada, " word")
    await api.becomes(document, with_word(before, " word"))


async def test_without_the_server_an_older_editor_keeps_what_it_remembers_of_the_schema(
    window: OpenWindow, own_server: Server, older: OlderEditor, document: str
) -> None:
    async with aiohttp.ClientSession() as session:
        api = Api(own_server, session)
        address = await api.create(document, EVERYTHING)
        before = await api.content(document)
        ada = await old_window(window, older)
        await ada.open(address)
        own_server.stop()
        await ada.page.reload()
        await ada.sees_status("Offline")
        await ada.text.locator("p", has_text="elsewhere").last.click()
        await ada.page.keyboard.press("End")
        await ada.page.keyboard.type(" word")
        await ada.sees_status(re.compile("kept on this device"))
        own_server.start()
        await ada.sees_status("Saved")
        await api.becomes(document, with_word(before, " word"))


async def test_this_editor_shows_everything_and_writes_nothing_by_itself(
    window: OpenWindow, api: Api, document: str
) -> None:
    address = await api.create(document, EVERYTHING)
    before, head = await api.content(document), await api.head(document)
    ada = await window()
    await ada.open(address)
    for selector, words in (
        ("table:not(.callout *) th >> nth=0", "Name"),
        ("figure.image figcaption", "The dot"),
        (".callout[aria-label=Warning] > p", "Mind the gap"),
        (".mention", "@Ada"),
        ("sub", "2"),
    ):
        await expect(ada.text.locator(selector)).to_have_text(words)
    await expect(ada.text.locator(".math .katex")).to_have_count(2)
    await expect(ada.text.locator("col >> nth=0")).to_have_css("width", "120px")
    await expect(ada.text.locator("td", has_text="3")).to_have_css("text-align", "right")
    await expect(ada.text.locator("h2")).to_have_css("text-align", "center")
    await asyncio.sleep(LONG_ENOUGH_S)
    assert await api.head(document) == head, "opening a document wrote into it"
    assert await ada.page.evaluate(JSON_OF_THE_EDITOR) == before


async def test_a_table_that_two_people_left_uneven_is_not_mended_by_looking_at_it(
    window: OpenWindow, api: Api, document: str
) -> None:
    row = block("tableRow", block("tableCell", p("a")), block("tableCell", p("b")))
    address = await api.create(document, block("doc", block("table", row, row), p("elsewhere")))
    ada = await window()
    await ada.open(address)
    await expect(ada.text.locator("td")).to_have_count(4)
    await ada.page.wait_for_function(TABLES_CAN_BE_EDITED)

    def shorten(fragment: pycrdt.XmlFragment) -> None:
        del fragment.children[0].children[1].children[1]

    await api.change(document, shorten)
    await expect(ada.text.locator("td")).to_have_count(3)
    head = await api.head(document)
    await asyncio.sleep(LONG_ENOUGH_S)
    assert await api.head(document) == head


CARET_BEHIND = """
(words) => {
  const { editor } = document.querySelector('.prose');
  editor.state.doc.descendants((node, pos) => {
    const at = node.isText ? node.text.indexOf(words) : -1;
    if (at >= 0) editor.commands.setTextSelection(pos + at + words.length);
  });
  editor.view.focus();
}
"""
JSON_OF_THE_EDITOR = "document.querySelector('.prose').editor.getJSON()"
TABLES_CAN_BE_EDITED = """
document.querySelector('.prose').editor.state.plugins.some((plugin) => plugin.key === 'selectingCells$')
"""
PASTE = """
(html) => {
  const data = new DataTransfer();
  data.setData('text/html', html);
  data.setData('text/plain', '');
  const paste = new ClipboardEvent('paste', { bubbles: true, cancelable: true });
  Object.defineProperty(paste, 'clipboardData', { value: data });  // Firefox does not take it from a script
  document.querySelector('.prose').dispatchEvent(paste);
}
"""
PIECES = [
    "<table><tr><th>a</th><td colspan=2>b</td></tr><tr><td>1</td><td></td><td align=right>3<p>4</p></td></tr></table>",
    "<table><tr><td rowspan=3>tall</td></tr><tr></tr><tr><td style='text-align:center'>mid</td></tr></table>",
    f"<img src='{DOT}' alt=dot width=12>",
    "<img src='javascript:alert(1)'><img src='data:image/svg+xml,<svg/>'><img src='file:///etc/passwd'>",
    f"<figure><a href='https://example.org'><img src='{DOT}'></a><figcaption>Words</figcaption></figure>",
    "<p>H<sub>2</sub>O, x<sup>2</sup>, <sub><sup>both</sup></sub></p>",
    "<p style='text-align:justify'>wide <span style='color:#f00;font-size:90pt'>red</span></p>",
    "<p><span style='color:expression(1)'>odd</span> <mark style='background-color:rgb(1,2,3)'>marked</mark></p>",
    "<ul><li>one<table><tr><td>in a list</td></tr></table></li></ul>",
    "<div data-type=callout data-kind=tip><p>tip</p></div><div data-type=callout data-kind=odd>loose</div>",
    "<p>a <span data-type=inline-math data-latex='x'></span> <span data-type=mention data-id=1></span></p>",
    "<blockquote><h2>Head</h2><pre><code>code</code></pre></blockquote><hr>text",
    "<div data-type=block-math data-latex='\\frac{'></div>",
]


async def test_whatever_is_pasted_fits_the_schema_and_the_server_reads_the_same(
    window: OpenWindow, api: Api, document: str, seed: int
) -> None:
    chance = random.Random(seed)
    address = await api.create(document, block("doc", p("start")))
    ada = await window()
    await ada.open(address)
    await ada.text.click()
    for _ in range(12):
        for _ in range(chance.randrange(4)):
            await ada.page.keyboard.press(chance.choice(["ArrowUp", "ArrowRight", "Enter", "Control+End"]))
        await ada.page.evaluate(PASTE, "".join(chance.sample(PIECES, chance.randint(1, 4))))
        written = await ada.page.evaluate(JSON_OF_THE_EDITOR)
        schema().check(written)
    await ada.sees_status("Saved")
    await api.becomes(document, await ada.page.evaluate(JSON_OF_THE_EDITOR))


async def test_tables_images_and_letters_below_and_above_the_line_are_pasted_as_what_they_are(
    window: OpenWindow, api: Api, document: str
) -> None:
    address = await api.create(document, block("doc", p()))
    ada = await window()
    await ada.open(address)
    await ada.text.click()
    await ada.page.evaluate(PASTE, "".join(PIECES[:6]))
    await expect(ada.text.locator("table")).to_have_count(2)
    await expect(ada.text.locator("th")).to_have_text("a")
    await expect(ada.text.locator("img")).to_have_count(2)
    await expect(ada.text.locator("img[alt=dot]")).to_have_attribute("width", "12")
    await expect(ada.text.locator("figure a")).to_have_attribute("href", "https://example.org")
    await expect(ada.text.locator("figcaption")).to_have_text("Words")
    await expect(ada.text.locator("sub").first).to_have_text("2")


async def test_dollars_become_formulas_and_prices_stay(window: OpenWindow, address: str) -> None:
    ada = await window()
    await ada.open(address)
    await ada.write("It costs $5 or $6, with $x^2$ inside.\n$$a+b$$")
    await expect(ada.text.locator("p .math annotation")).to_have_text("x^2")
    await expect(ada.text.locator("div.math annotation")).to_have_text("a+b")
    await ada.sees("It costs $5 or $6, with")


async def test_an_editor_that_is_too_old_loads_itself_again_once_and_then_says_so(
    window: OpenWindow, api: Api, older: OlderEditor, document: str
) -> None:
    address = await api.create(document, EVERYTHING)
    head = await api.head(document)
    ada = await old_window(window, older, version=1)
    loads: list[str] = []
    ada.page.on("domcontentloaded", lambda page: loads.append(page.url))
    await ada.page.goto(address)
    await ada.sees_status("Update required")
    await asyncio.sleep(LONG_ENOUGH_S)
    await ada.sees_status("Update required")
    assert len(loads) == 2
    await expect(ada.text).to_have_count(0)
    assert await api.head(document) == head

    await older.give_back(ada.context)
    await ada.page.get_by_role("button", name="Load again").click()
    await ada.sees_status("Saved")


async def test_the_newer_editor_comes_past_the_service_worker(window: OpenWindow, server: Server, address: str) -> None:
    ada = await window()
    await ada.open(address)
    await ada.service_worker_ready()
    first = True

    async def refuse_once(socket: Any) -> None:
        nonlocal first
        if first:
            first = False
            await socket.close(code=4410, reason="this editor is too old")
        else:
            socket.connect_to_server()

    await ada.page.route_web_socket(re.compile("/hocuspocus"), refuse_once)
    await ada.page.evaluate("navigator.serviceWorker.ready.then((it) => { window.before = it })")
    await ada.page.reload()
    await ada.page.wait_for_function("performance.getEntriesByType('navigation')[0].type === 'reload'")
    await ada.sees_status("Saved")
    assert not first
    controller = "navigator.serviceWorker.getRegistration().then((it) => Boolean(it))"
    assert await ada.page.evaluate(controller)
    await ada.write("going on")
    await ada.sees_status("Saved")


async def test_words_of_a_past_that_was_replaced_are_offered_and_not_merged(
    window: OpenWindow, make_server: MakeServer, document: str
) -> None:
    server = make_server()
    async with aiohttp.ClientSession() as session:
        api = Api(server, session)
        ada = await window()
        await ada.open(await api.create(document, block("doc", p("old past"))))
        server.stop()
        await ada.write(", written too late")
        await ada.sees_status(re.compile("kept on this device"))
        with closing(sqlite3.connect(server.data / "coscribe.db")) as database, database:
            database.execute("UPDATE documents SET epoch = epoch + 1 WHERE id = ?", (document,))
        server.start()
        await expect(ada.page.get_by_role("alert")).to_contain_text("history of this document was cut")
        await ada.sees_status("Saved")
        await api.becomes(document, {"type": "doc", "content": [plain("old past")]})
        async with ada.page.expect_download() as download:
            await ada.page.get_by_role("button", name="Save my text as a file").click()
        saved = await (await download.value).path()
        assert saved.read_text() == "old past, written too late\n"


def plain(words: str) -> Json:
    return {"type": "paragraph", "attrs": {"textAlign": None}, "content": [text(words)]}
