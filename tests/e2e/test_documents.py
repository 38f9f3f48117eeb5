"""The list of documents, with the pointer, with the keyboard, and without the server."""

import pytest
from playwright.async_api import expect

from e2e.browser import IN_ONE_LOOP, OpenWindow
from e2e.test_accessibility import PHONE, findings
from harness.server import Server

pytestmark = IN_ONE_LOOP


async def test_a_new_document_is_opened_and_stands_in_the_list(window: OpenWindow, own_server: Server) -> None:
    ada = await window()
    await ada.page.goto(own_server.url)
    await expect(ada.page.get_by_text("Nothing written yet")).to_be_visible()
    await ada.page.get_by_role("button", name="New document").click()
    await ada.sees_status("Saved")
    await expect(ada.title).to_be_focused()
    await ada.page.keyboard.type("Shopping")
    await ada.sees_status("Saved")
    await ada.page.get_by_role("link", name="All documents").click()
    await expect(ada.page.get_by_role("link", name="Shopping")).to_contain_text("now")
    await ada.page.get_by_role("link", name="Shopping").click()
    await expect(ada.title).to_have_value("Shopping")


async def test_documents_are_found_while_one_types(window: OpenWindow, own_server: Server) -> None:
    for title in ("Apples", "Pears and plums", "Plum cake"):
        own_server.create(title=title)
    ada = await window()
    await ada.page.goto(own_server.url)
    links = ada.page.locator(".row-link")
    await expect(links).to_have_count(3)
    await ada.page.keyboard.press("/")
    await ada.page.keyboard.type("plum")
    await expect(links).to_have_count(2)
    await ada.page.keyboard.type("x")
    await expect(ada.page.get_by_text("No document matches “plumx”.")).to_be_visible()
    await ada.page.keyboard.press("Escape")
    await expect(links).to_have_count(3)


async def test_a_document_is_renamed_deleted_and_brought_back_by_keyboard(
    window: OpenWindow, own_server: Server
) -> None:
    own_server.create(title="First")
    ada = await window()
    await ada.page.goto(own_server.url)
    await expect(ada.page.get_by_role("link", name="First")).to_be_visible()
    keyboard = ada.page.keyboard
    await keyboard.press("/")
    await expect(ada.page.get_by_role("textbox")).to_be_focused()
    await keyboard.press("ArrowDown")
    await expect(ada.page.get_by_role("link", name="First")).to_be_focused()
    await keyboard.press("F2")
    await expect(ada.page.get_by_role("textbox", name="New title")).to_be_focused()
    await keyboard.type("Second")
    await keyboard.press("Enter")
    link = ada.page.get_by_role("link", name="Second")
    await expect(link).to_be_focused()
    await keyboard.press("Delete")
    await expect(link).to_have_count(0)
    await ada.page.get_by_role("button", name="Undo").click()
    await expect(link).to_be_visible()
    await ada.page.reload()
    await expect(link).to_be_visible()


def trashed(server: Server, *titles: str) -> None:
    for title in titles:
        server.create(title=title)
    for document in server.request("GET", "/api/documents")[1]["documents"]:
        if document["title"] in titles:
            assert server.request("DELETE", f"/api/documents/{document['id']}")[0] == 204


def in_trash(server: Server) -> set[str]:
    return {one["title"] for one in server.request("GET", "/api/documents?deleted=true")[1]["documents"]}


async def test_documents_come_out_of_the_trash_or_are_deleted_for_good(window: OpenWindow, own_server: Server) -> None:
    trashed(own_server, "Plan A", "Plan B", "Plan C")
    ada = await window()
    page, keyboard = ada.page, ada.page.keyboard
    await page.goto(own_server.url)
    await page.get_by_role("button", name="Trash").click()
    trash = page.get_by_role("dialog", name="Trash")
    await expect(trash).to_contain_text("Documents are deleted for good after 30 days in the trash.")
    await expect(trash.get_by_role("listitem")).to_have_count(3)
    assert await findings(page) == []

    await trash.get_by_role("button", name="Restore “Plan A”").click()
    await expect(trash.get_by_role("status")).to_have_text("“Plan A” is among your documents again.")
    await expect(trash.get_by_role("listitem")).to_have_count(2)
    await expect(page.locator(".row-link")).to_contain_text("Plan A")

    # By keyboard: whoever only presses Enter, or Escape, loses nothing.
    forever = trash.get_by_role("button", name="Delete for good: “Plan B”")
    sure = page.get_by_role("alertdialog", name="Delete “Plan B” for good?")
    for key in ("Enter", "Escape"):
        await forever.press("Enter")
        await expect(sure).to_contain_text("This cannot be undone.")
        await expect(sure.get_by_role("button", name="Cancel")).to_be_focused()
        assert await findings(page) == []
        await keyboard.press(key)
        await expect(sure).to_have_count(0)
        await expect(forever).to_be_focused()
    assert in_trash(own_server) == {"Plan B", "Plan C"}
    await keyboard.press("Enter")
    await expect(sure).to_be_visible()
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    await expect(trash.get_by_role("status")).to_have_text("“Plan B” has been deleted for good.")
    await expect(trash.get_by_role("button", name="Restore “Plan C”")).to_be_focused()
    assert in_trash(own_server) == {"Plan C"}
    await keyboard.press("Escape")
    await expect(trash).to_have_count(0)
    await expect(page.get_by_role("button", name="Trash")).to_be_focused()


@pytest.mark.parametrize(
    ("locale", "options", "title", "forever"),
    [("de-DE", PHONE, "Papierkorb", "Endgültig löschen"), ("ar", {}, "سلة المهملات", "حذف نهائي")],
)
async def test_axe_finds_nothing_serious_in_the_trash(
    window: OpenWindow,
    own_server: Server,
    locale: str,
    options: dict[str, object],
    title: str,
    forever: str,
) -> None:
    trashed(own_server, "Plan A")
    ada = await window(locale=locale, **options)
    await ada.page.goto(own_server.url)
    await ada.page.get_by_role("button", name=title).click()
    button = ada.page.get_by_role("button", name=forever)
    await expect(button).to_be_visible()
    assert await findings(ada.page) == []
    await button.click()
    await expect(ada.page.get_by_role("alertdialog")).to_be_visible()
    assert await findings(ada.page) == []


async def test_the_list_is_there_without_the_server(window: OpenWindow, own_server: Server) -> None:
    for title in ("Apples", "Pears"):
        own_server.create(title=title)
    ada = await window()
    await ada.page.goto(own_server.url)
    await ada.service_worker_ready()
    await expect(ada.page.locator(".row-link")).to_have_count(2)
    own_server.kill()
    await ada.reload()
    await expect(ada.page.locator(".row-link")).to_have_count(2)
    await expect(ada.page.get_by_text("The server cannot be reached.")).to_be_visible()
    await ada.page.get_by_role("button", name="New document").click()
    await expect(ada.page.get_by_text("A new document needs the server")).to_be_visible()
