"""Ways to look at the text, and the help for the keyboard."""

from playwright.async_api import expect

from e2e.browser import IN_ONE_LOOP, OpenWindow, Window

pytestmark = IN_ONE_LOOP


async def opened(window: OpenWindow, address: str) -> Window:
    ada = await window()
    await ada.open(address)
    await expect(ada.page.get_by_role("button", name="View and tools")).to_be_visible()
    return ada


async def test_focus_mode_lets_the_block_stand_out_and_is_left_by_its_key(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    await ada.write("one\ntwo\nthree")
    await ada.page.mouse.move(400, 600)
    await ada.page.keyboard.press("Control+Shift+f")
    one, two, three = (ada.text.locator("p").nth(n) for n in range(3))
    await expect(three).to_have_css("opacity", "1")
    await expect(one).to_have_css("opacity", "0.35")
    await ada.page.keyboard.press("ArrowUp")
    await expect(two).to_have_css("opacity", "1")
    await expect(three).to_have_css("opacity", "0.35")
    await expect(ada.page.locator(".bar")).to_have_css("opacity", "0")
    await ada.page.get_by_role("button", name="Undo", exact=True).focus()
    await expect(ada.page.locator(".bar")).to_have_css("opacity", "1")
    await ada.page.get_by_role("button", name="Leave focus mode").click()
    await expect(one).to_have_css("opacity", "1")
    await expect(ada.text).to_be_focused()


async def test_full_width_is_remembered(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    sheet = ada.page.locator(".sheet")
    before = await sheet.bounding_box()
    await ada.page.get_by_role("button", name="View and tools").click()
    await ada.page.get_by_role("menuitemcheckbox", name="Full width").click()
    await expect(sheet).to_have_css("max-width", "1440px")
    after = await sheet.bounding_box()
    assert before
    assert after
    assert after["width"] > before["width"] + 300
    await ada.page.reload()
    await expect(sheet).to_have_css("max-width", "1440px")


async def test_help_lists_the_shortcuts_and_is_searched(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    await ada.write("Is this a question?")
    help = ada.page.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(help).to_have_count(0)
    await ada.page.keyboard.press("Control+/")
    await expect(help).to_be_visible()
    await expect(help.get_by_text("Bold")).to_be_visible()
    await help.get_by_label("Search shortcuts").fill("ctrl+b")
    await expect(help.locator("dt")).to_have_text(["Bold"])
    await help.get_by_label("Search shortcuts").fill("nothing such")
    await expect(help.get_by_text("No shortcut matches.")).to_be_visible()
    await ada.page.keyboard.press("Escape")
    await expect(help).to_have_count(0)
    await ada.page.get_by_role("link", name="All documents").focus()
    await ada.page.keyboard.press("?")
    await expect(help).to_be_visible()


async def test_on_paper_there_is_only_the_text(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    await ada.write("## A heading\nA line.")
    await ada.page.keyboard.press("Control+Alt+o")
    await ada.page.keyboard.press("Control+f")
    await ada.page.emulate_media(media="print")
    for gone in (".bar", ".outline", ".find", ".counts", ".below"):
        await expect(ada.page.locator(gone)).to_be_hidden()
    await expect(ada.text.locator("h2")).to_have_css("break-after", "avoid")
    await expect(ada.text).to_have_css("color", "rgb(0, 0, 0)")
