"""Sharing a document: by a link, with people, and what becomes of whoever came by it."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator

import pytest
from playwright.async_api import Page, Request, WebSocket, expect

from e2e.browser import IN_ONE_LOOP, OpenWindow, Window
from e2e.conftest import EDITOR  # noqa: F401 - the editor is built for these tests
from e2e.test_accessibility import PHONE, TOO_SMALL, findings
from harness.server import Server
from harness.tokens import SECRET, TOKEN_AUTH, bearer, token

pytestmark = IN_ONE_LOOP

HOUR_S = 3600
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server where people sign in, and see nothing that is not theirs."""
    settings = {"secret": SECRET, "default_role": "none"}
    with Server(tmp_path_factory.mktemp("sharing") / "data", *TOKEN_AUTH, settings=settings) as running:
        for user in ("bob", "greta"):
            made(running, user)
        yield running


def member(user: str) -> str:
    return token("*", "member", user, ttl=HOUR_S, name=user.title())


def made(server: Server, user: str, text: str = "Words of the owner.") -> str:
    """Let somebody make a document; its id."""
    return str(server.create(title="Plan", markdown=text, headers=bearer(member(user)))["id"])


async def come(person: Window, server: Server, document: str, user: str) -> Page:
    """Open a document as somebody whom an application has given a token."""
    await person.open(f"{server.url}/d/{document}#token={member(user)}")
    assert "token" not in person.page.url
    return person.page


async def dialog(page: Page) -> None:
    await page.get_by_role("button", name="Share", exact=True).click()
    await expect(page.get_by_role("dialog", name="Share “Plan”")).to_be_visible()


async def new_link(page: Page, *, role: str = "Can view", password: str = "") -> str:
    """Make a link in the open dialog; its address."""
    await page.get_by_role("button", name="New link").click()
    await page.get_by_label("Whoever has it").select_option(label=role)
    if password:
        await page.get_by_label("Password, if you want one").fill(password)
    await page.get_by_role("button", name="Create link").click()
    return await page.get_by_label("The link", exact=True).input_value()


async def test_visitor_of_a_link_reads_then_writes_then_has_no_access(window: OpenWindow, guarded: Server) -> None:
    document = made(guarded, "ada")
    ada = await window()
    page = await come(ada, guarded, document, "ada")
    await dialog(page)
    address = await new_link(page)
    secret = address.rpartition("/")[2]
    assert re.fullmatch(rf"{guarded.url}/s/[\w-]{{22}}", address)

    mia = await window()
    seen: list[str] = []

    def note(request: Request) -> None:
        seen.append(f"{request.url} {request.headers.get('referer', '')}")

    def note_socket(socket: WebSocket) -> None:
        seen.append(socket.url)

    mia.page.on("websocket", note_socket)
    await mia.page.goto(address)
    mia.page.on("request", note)
    await expect(mia.page).to_have_url(f"{guarded.url}/d/{document}")
    await mia.sees("Words of the owner.")
    await mia.sees_status("Read-only")
    await expect(mia.text).to_have_attribute("contenteditable", "false")
    await expect(mia.page.get_by_role("button", name="Share", exact=True)).to_have_count(0)
    guest = page.locator(".avatar-button .avatar")
    await expect(guest).to_have_attribute("aria-label", re.compile(r"^\S+ \(guest\)$"))

    begun = time.monotonic()
    await page.get_by_label("What the link of").select_option(label="Can edit")
    await expect(mia.text).to_have_attribute("contenteditable", "true")
    assert time.monotonic() - begun < 2
    await mia.write(" And of a guest.")
    await mia.sees_status("Saved")
    await ada.sees("And of a guest.")

    await mia.page.get_by_role("button", name="Your name and colour").click()
    await mia.page.get_by_role("textbox", name="Name").fill("Mia")
    await page.keyboard.press("Escape")
    await expect(guest).to_have_attribute("aria-label", "Mia (guest)")
    await mia.page.keyboard.press("Escape")
    await mia.sees_status("Saved")
    await mia.write(" Still the same.")
    await mia.sees_status("Saved")
    await mia.reload()
    await mia.sees("Still the same.")
    await mia.write(" And after a reload.")
    await mia.sees_status("Saved")

    await dialog(page)
    begun = time.monotonic()
    await page.get_by_role("button", name="End the link of").click()
    await expect(mia.page.get_by_role("heading", name="You have no access")).to_be_visible()
    assert time.monotonic() - begun < 2
    await mia.sees_status("No access")
    await expect(mia.text).to_have_count(0)
    assert not any(secret in place for place in seen)
    assert secret not in guarded.stderr()

    late = await window()
    for ended in (address, f"{guarded.url}/s/{'A' * 22}"):
        await late.page.goto(ended)
        await expect(late.page.get_by_role("heading", name="This link leads nowhere")).to_be_visible()


async def test_password_is_asked_for_once(window: OpenWindow, guarded: Server) -> None:
    document = made(guarded, "ada")
    ada = await window()
    page = await come(ada, guarded, document, "ada")
    await dialog(page)
    address = await new_link(page, role="Can edit", password="open, sesame")
    await expect(page.get_by_text("with password")).to_be_visible()
    mia = await window()
    await mia.page.goto(address)
    field = mia.page.get_by_label("Password")
    await field.fill("guess")
    await mia.page.keyboard.press("Enter")
    await expect(mia.page.get_by_role("alert")).to_have_text("That is not the password.")
    assert await findings(mia.page) == []
    await field.fill("open, sesame")
    await mia.page.get_by_role("button", name="Open").click()
    await mia.sees("Words of the owner.")
    await mia.sees_status("Saved")
    assert "sesame" not in await mia.page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")
    await mia.page.goto(address)
    await expect(mia.page.get_by_label("Password")).to_be_focused()


async def test_visitor_of_a_link_sees_the_images(window: OpenWindow, guarded: Server) -> None:
    document = made(guarded, "ada")
    path, ours = f"/api/documents/{document}", bearer(member("ada"))
    image = guarded.request("POST", path + "/files", PIXEL, content_type="image/png", **ours)[1]
    body = f"![A pixel]({image['url']})".encode()
    assert guarded.request("PUT", path + "/content", body, content_type="text/markdown", **ours)[0] == 204
    link = guarded.request("POST", path + "/shares", b"{}", **ours)[1]
    mia = await window()
    await mia.page.goto(guarded.url + link["url"])
    await expect(mia.page.get_by_role("img", name="A pixel")).to_have_js_property("naturalWidth", 1)


async def test_link_that_ends_by_itself_leaves_no_access(window: OpenWindow, guarded: Server) -> None:
    document = made(guarded, "ada")
    path = f"/api/documents/{document}/shares"
    link = guarded.request("POST", path, b'{"role":"edit","ttl":4}', **bearer(member("ada")))[1]
    mia = await window()
    await mia.page.goto(guarded.url + link["url"])
    await mia.sees("Words of the owner.")
    await expect(mia.page.get_by_role("heading", name="You have no access")).to_be_visible()
    await expect(mia.text).to_have_count(0)


async def test_people_are_added_changed_and_removed_by_the_keyboard(window: OpenWindow, guarded: Server) -> None:
    document = made(guarded, "ada")
    bob = await window()
    await bob.page.goto(f"{guarded.url}/d/{document}#token={member('bob')}")
    await expect(bob.page.get_by_role("heading", name="You have no access")).to_be_visible()
    ada = await window()
    page = await come(ada, guarded, document, "ada")
    share = page.get_by_role("button", name="Share", exact=True)
    await share.focus()
    await page.keyboard.press("Enter")
    people = page.get_by_role("listitem")
    await expect(people).to_have_text([re.compile("Ada.*you.*Owner")])
    await expect(page.get_by_role("combobox", name="Add people")).to_be_focused()
    await page.keyboard.type("b")
    await expect(page.locator(".share-option")).to_have_text([re.compile("Bob")])
    await page.keyboard.press("Enter")
    await expect(people).to_have_text([re.compile("Ada"), re.compile("Bob")])
    await expect(page.get_by_role("status").get_by_text("Bob has access now.")).to_be_visible()
    await bob.reload()
    await bob.sees_status("Saved")
    await bob.write(" Bob was here.")
    await ada.sees("Bob was here.")
    await page.get_by_label("What Bob may do").select_option(label="Can view")
    await bob.sees_status("Read-only")
    await page.get_by_role("button", name="Remove Bob").focus()
    await page.keyboard.press("Enter")
    await expect(bob.page.get_by_role("heading", name="You have no access")).to_be_visible()
    await expect(page.get_by_role("heading", name="People with access")).to_be_focused()
    for _ in range(20):
        await page.keyboard.press("Tab")
        assert await page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(share).to_be_focused()

    path, ours = f"/api/documents/{document}/members/greta", bearer(member("ada"))
    assert guarded.request("PUT", path, b'{"role":"view"}', **ours)[0] == 200
    await page.keyboard.press("Enter")
    await expect(people).to_have_text([re.compile("Ada.*you.*Owner"), re.compile("Greta")])
    hers = page.get_by_label("What Greta may do")
    for answer, owner in (("Cancel", "Ada"), ("Make owner", "Greta")):
        await hers.select_option(label="Make owner…")
        sure = page.get_by_role("alertdialog", name="Make Greta the owner?")
        await expect(sure.get_by_role("button", name="Cancel")).to_be_focused()
        assert await findings(page) == []
        await sure.get_by_role("button", name=answer).click()
        await expect(sure).to_have_count(0)
        await expect(people.filter(has_text=owner).locator(".share-owner")).to_have_text("Owner")
    await expect(people).to_have_text([re.compile("Greta.*Owner"), re.compile("Ada.*you")])
    await expect(page.get_by_text("Greta owns the document now.")).to_be_visible()
    await expect(page.get_by_role("heading", name="People with access")).to_be_focused()
    await expect(page.get_by_role("option", name="Make owner…", include_hidden=True)).to_have_count(0)


async def test_there_is_nothing_to_share_but_the_address_where_nobody_signs_in(
    window: OpenWindow, server: Server, document: str
) -> None:
    server.create(id=document, title="Plan")
    ada = await window(permissions=["clipboard-read", "clipboard-write"])
    await ada.open(f"{server.url}/d/{document}")
    await dialog(ada.page)
    await expect(ada.page.get_by_text("Everybody who can reach this server can edit")).to_be_visible()
    await expect(ada.page.get_by_role("button", name="New link")).to_have_count(0)
    await expect(ada.page.get_by_label("Add people")).to_have_count(0)
    await ada.page.get_by_role("button", name="Copy address").click()
    await expect(ada.page.get_by_text("Link copied.")).to_be_visible()
    assert await ada.page.evaluate("navigator.clipboard.readText()") == f"{server.url}/d/{document}"


@pytest.mark.parametrize(
    ("options", "share", "title"),
    [
        ({}, "Share", "Share “Plan”"),
        (PHONE, "Share", "Share “Plan”"),
        ({"locale": "ar"}, "مشاركة", "مشاركة «Plan»"),
        ({"locale": "de"}, "Teilen", "„Plan“ teilen"),
    ],
    ids=["desk", "phone", "ar", "de"],
)
async def test_axe_finds_nothing_serious_in_the_dialog(
    window: OpenWindow, guarded: Server, options: dict[str, object], share: str, title: str
) -> None:
    document = made(guarded, "ada")
    path, ours = f"/api/documents/{document}", bearer(member("ada"))
    guarded.request("PUT", path + "/members/bob", b'{"role":"comment"}', **ours)
    guarded.request("POST", path + "/shares", b'{"role":"view","password":"p","ttl":86400}', **ours)
    ada = await window(**options)
    page = ada.page
    await page.goto(f"{guarded.url}/d/{document}#token={member('ada')}")
    await page.get_by_role("button", name=share, exact=True).click()
    shown = page.get_by_role("dialog", name=title)
    await expect(shown.get_by_role("listitem")).to_have_count(3)
    await page.get_by_role("combobox").first.fill("g")
    await expect(page.locator(".share-option")).to_have_count(1)
    assert await findings(page) == []
    assert await page.evaluate(TOO_SMALL, 44 if options is PHONE else 24) == []
    assert await shown.evaluate("(dialog) => dialog.scrollWidth <= dialog.clientWidth")
