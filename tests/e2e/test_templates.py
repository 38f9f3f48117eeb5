"""Beginning with more than an empty page."""

from playwright.async_api import expect

from e2e.browser import IN_ONE_LOOP, OpenWindow
from harness.server import Server

pytestmark = IN_ONE_LOOP


async def test_a_template_makes_a_whole_document_once_and_the_keyboard_is_in_its_title(
    window: OpenWindow, server: Server
) -> None:
    ada = await window()
    await ada.page.goto(server.url)
    menu = ada.page.get_by_role("button", name="New from a template")
    await menu.focus()
    await ada.page.keyboard.press("Enter")
    items = ada.page.get_by_role("menuitem")
    await expect(items).to_have_count(6)
    await expect(items.first).to_be_focused()
    await ada.page.keyboard.press("ArrowDown")
    await ada.page.keyboard.press("ArrowDown")
    await ada.page.keyboard.press("Enter")
    await ada.sees_status("Saved")
    await expect(ada.title).to_have_value("Decision: …")
    await expect(ada.title).to_be_focused()
    await expect(ada.text.get_by_role("heading", name="Options")).to_have_count(1)
    await expect(ada.text.locator("table")).to_have_count(1)
    await expect(ada.text.locator("ul[data-type=taskList] > li")).to_have_count(2)
    ben = await window()
    await ben.open(ada.page.url)
    await expect(ben.text.get_by_role("heading", name="Options")).to_have_count(1)


async def test_templates_speak_the_chosen_language(window: OpenWindow, server: Server) -> None:
    ada = await window(locale="de-DE")
    await ada.page.goto(server.url)
    await ada.page.get_by_role("button", name="Neu aus einer Vorlage").click()
    await ada.page.get_by_role("menuitem", name="Wochenrückblick").click()
    await ada.sees_status("Gespeichert")
    await expect(ada.text.get_by_role("heading", name="Zurückschauen")).to_have_count(1)
