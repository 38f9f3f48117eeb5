"""Whole blocks: moved, doubled and taken away, by keys, by their menu and by dragging."""

from playwright.async_api import Locator, expect

from e2e.browser import IN_ONE_LOOP, OpenWindow, Window

pytestmark = IN_ONE_LOOP


async def opened(window: OpenWindow, address: str, words: str) -> Window:
    ada = await window()
    await ada.open(address)
    await ada.writing_tools_ready()
    await ada.write(words)
    return ada


def grip(ada: Window) -> Locator:
    return ada.page.get_by_role("button", name="Block: drag to move")


async def point_at(ada: Window, words: str) -> None:
    box = await ada.text.get_by_text(words, exact=True).bounding_box()
    assert box is not None
    await ada.page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2, steps=2)
    await ada.page.wait_for_timeout(100)


async def test_blocks_and_items_move_by_keys(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address, "one\ntwo\n- a\nb")
    await ada.page.keyboard.press("Alt+Shift+ArrowUp")
    await expect(ada.text.locator("li")).to_have_text(["b", "a"])
    await ada.page.keyboard.type("!")
    await expect(ada.text.locator("li").first).to_have_text("b!")
    await ada.page.keyboard.press("Control+Home")
    await ada.page.keyboard.press("Alt+Shift+ArrowDown")
    await expect(ada.text.locator(":scope > p")).to_have_text(["two", "one"])
    await ada.page.keyboard.press("Alt+Shift+ArrowDown")
    await expect(ada.text.locator(":scope > *").last).to_have_text("one")
    await ada.page.keyboard.press("Alt+Shift+ArrowDown")
    await expect(ada.text.locator(":scope > *").last).to_have_text("one")


async def test_the_menu_of_a_block_changes_that_block(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address, "one\ntwo\nthree")
    await point_at(ada, "two")
    await grip(ada).click()
    await ada.page.get_by_role("menuitem", name="Duplicate").click()
    await expect(ada.text.locator("p")).to_have_text(["one", "two", "two", "three"])
    await point_at(ada, "one")
    await grip(ada).click()
    await ada.page.get_by_role("menuitemradio", name="Heading 2").click()
    await expect(ada.text.locator("h2")).to_have_text("one")
    await point_at(ada, "three")
    await grip(ada).click()
    await ada.page.get_by_role("menuitem", name="Delete block").click()
    await expect(ada.text.locator("p")).to_have_text(["two", "two"])
    await point_at(ada, "one")
    await grip(ada).click()
    await ada.page.get_by_role("menuitem", name="Move down").click()
    await expect(ada.text.locator(":scope > *")).to_have_text(["two", "one", "two"])


async def test_the_menu_is_reached_by_the_keyboard(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address, "one\ntwo")
    await ada.page.keyboard.press("Alt+F10")
    await expect(grip(ada)).to_be_focused()
    await ada.page.keyboard.press("Enter")
    await expect(ada.page.get_by_role("menuitem", name="Move up")).to_be_focused()
    await ada.page.keyboard.press("Enter")
    await expect(ada.text.locator("p")).to_have_text(["two", "one"])
    await expect(ada.text).to_be_focused()


async def test_a_block_is_dragged_to_another_place(window: OpenWindow, address: str) -> None:
    ada, ben = await opened(window, address, "one\ntwo\nthree"), await window()
    await ben.open(address)
    await point_at(ada, "three")
    source, target = await grip(ada).bounding_box(), await ada.text.get_by_text("one", exact=True).bounding_box()
    assert source is not None
    assert target is not None
    await ada.page.mouse.move(source["x"] + 10, source["y"] + 10)
    await ada.page.mouse.down()
    await ada.page.mouse.move(target["x"] + 2, target["y"] + 12, steps=8)
    await ada.page.mouse.move(target["x"] + 2, target["y"] + 2, steps=3)
    await ada.page.mouse.up()
    await expect(ben.text.locator("p")).to_have_text(["three", "one", "two"])
    await ada.page.keyboard.press("Control+z")
    await expect(ben.text.locator("p")).to_have_text(["one", "two", "three"])


async def test_the_menu_of_a_heading_gives_its_address(window: OpenWindow, address: str) -> None:
    ada = await window(permissions=["clipboard-read", "clipboard-write"])
    await ada.open(address)
    await ada.writing_tools_ready()
    await ada.write("# Part\n# Part\nwords")
    await point_at(ada, "words")
    await grip(ada).click()
    await expect(ada.page.get_by_role("menuitem", name="Duplicate")).to_be_visible()
    await expect(ada.page.get_by_role("menuitem", name="Copy link")).to_have_count(0)
    await ada.page.keyboard.press("Escape")
    box = await ada.text.locator("h1").last.bounding_box()
    assert box is not None
    await ada.page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2, steps=2)
    await grip(ada).click()
    await ada.page.get_by_role("menuitem", name="Copy link").click()
    await expect(ada.page.get_by_role("status").filter(has_text="Link copied.")).to_be_visible()
    assert await ada.page.evaluate("navigator.clipboard.readText()") == f"{address}#part-2"
