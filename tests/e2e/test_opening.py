"""What is there when a document is opened: no block is chosen, and of a long text only what is near is laid out."""

from playwright.async_api import Locator, expect

from e2e.browser import IN_ONE_LOOP, OpenWindow, Window
from harness.server import Server

pytestmark = IN_ONE_LOOP

PARTS = 120
LAID_OUT = "element => element.checkVisibility({contentVisibilityAuto: true})"


def long_text() -> str:
    parts = [f"## Part {n}\n\n{f'Words of part {n}. ' * 30}\n\n- One of {n}\n- Two of {n}" for n in range(PARTS)]
    return "\n\n".join([*parts, "The end."])


async def settled(window: Window) -> None:
    """Wait until nothing moves any more."""
    await window.page.wait_for_timeout(300)


async def test_no_picture_or_formula_is_chosen(window: OpenWindow, address: str, document: str, server: Server) -> None:
    server.create(id=document, title="Opened", markdown="$$\nx^2\n$$\n\nBetween\n\n$$\ny^2\n$$")
    ada = await window()
    await ada.open(address)
    await ada.writing_tools_ready()
    await expect(ada.text.locator(".math")).to_have_count(2)
    await ada.page.locator(".prose").focus()
    await settled(ada)
    await expect(ada.text.locator(".ProseMirror-selectednode")).to_have_count(0)
    await ada.page.keyboard.type("Here: ")
    await expect(ada.text.locator("p")).to_have_text("Here: Between")


async def test_nothing_is_chosen_where_there_is_no_text(
    window: OpenWindow, address: str, document: str, server: Server
) -> None:
    server.create(id=document, title="Opened", markdown="$$\nx^2\n$$")
    ada = await window()
    await ada.open(address)
    await ada.writing_tools_ready()
    await expect(ada.text.locator(".math")).to_have_count(1)
    await expect(ada.text.locator(".ProseMirror-selectednode")).to_have_count(0)
    await ada.page.locator(".prose").focus()
    await ada.page.keyboard.type("Before")
    await expect(ada.text.locator("p")).to_have_text("Before")
    await expect(ada.text.locator(".math")).to_have_count(1)


async def test_a_long_text_is_laid_out_near_the_window_and_found_and_printed_whole(
    window: OpenWindow, address: str, document: str, server: Server
) -> None:
    server.create(id=document, title="Opened", markdown=long_text())
    ada = await window()
    await ada.open(f"{address}#part-90")
    heading = ada.page.get_by_role("heading", name="Part 90", exact=True)
    await expect(heading).to_be_in_viewport()
    await settled(ada)
    await expect(heading).to_be_in_viewport()
    end = ada.text.get_by_text("Two of 119", exact=True)
    assert await heading.evaluate(LAID_OUT)
    assert not await end.evaluate(LAID_OUT)
    # The browser's own search.
    assert await ada.page.evaluate("window.find('Two of 110')")
    await expect(ada.text.get_by_text("Two of 110", exact=True)).to_be_in_viewport()
    # The keys to both ends, also from where nothing is laid out; the caret is never under the bar.
    await ada.text.get_by_text("Two of 110", exact=True).click()
    await ada.page.keyboard.press("Control+Home")
    await ada.page.keyboard.type("The first ")
    await expect(ada.text.locator("h2").first).to_have_text("The first Part 0")
    await ada.page.mouse.wheel(0, 20_000)
    await settled(ada)
    await ada.page.keyboard.press("ArrowDown")
    await ada.page.keyboard.type("Down: ")
    await expect(ada.text.locator("p").first).to_contain_text("Down: ")
    await ada.page.keyboard.press("Control+End")
    await ada.page.keyboard.type(" Really.")
    await expect(ada.text.locator(":scope > *").last).to_have_text("The end. Really.")
    await ada.page.keyboard.press("Control+Home")
    await ada.page.emulate_media(media="print")
    assert await end.evaluate(LAID_OUT)


async def test_in_a_long_text_one_selects_and_writes_anywhere(
    window: OpenWindow, address: str, document: str, server: Server
) -> None:
    server.create(id=document, title="Opened", markdown=long_text())
    ada = await window()
    await ada.open(address)
    await ada.writing_tools_ready()
    page, blocks = ada.page, ada.text.locator(":scope > *")
    before = await blocks.count()
    assert await blocks.evaluate_all(f"all => all.filter({LAID_OUT}).length") < before / 2

    def item(name: str) -> Locator:
        return ada.text.get_by_text(name, exact=True)

    # Over more blocks than are laid out together, by the keys and by the pointer.
    await item("Two of 11").click()
    for _ in range(120):
        await page.keyboard.press("Shift+ArrowDown")
    selected = str(await page.evaluate("getSelection().toString()"))
    assert selected.count("Words of part 20.") == 30
    await item("Two of 3").click()
    await item("One of 60").scroll_into_view_if_needed()
    await settled(ada)
    await item("One of 60").click(modifiers=["Shift"])
    await page.keyboard.press("Delete")
    await expect(blocks).to_have_count(before - 57 * 3)
    await page.keyboard.press("Control+z")
    await expect(blocks).to_have_count(before)
    # What is new is there to see at once, wherever it comes.
    for number in range(20, 60, 10):
        await item(f"Part {number}").scroll_into_view_if_needed()
        await settled(ada)
        await item(f"Part {number}").click()
        await page.keyboard.press("End")
        await page.keyboard.press("Enter")
        await page.keyboard.type(f"New {number}")
        await expect(item(f"New {number}")).to_be_in_viewport()
    # A keyboard on the screen presses no key that has a name.
    cdp = await page.context.new_cdp_session(page)
    await cdp.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": "\r", "windowsVirtualKeyCode": 229})
    await page.keyboard.type("Unnamed")
    await expect(item("Unnamed")).to_be_in_viewport()
    texts = await blocks.all_inner_texts()
    assert texts[texts.index("New 50") + 1] == "Unnamed"
    await page.keyboard.press("Control+a")
    await page.keyboard.type("Anew")
    await expect(blocks).to_have_text(["Anew"])
    await page.keyboard.press("Control+z")
    await expect(item("Two of 119")).to_have_count(1)


async def test_in_a_long_text_the_others_are_seen_and_followed_and_blocks_are_moved(
    window: OpenWindow, address: str, document: str, server: Server
) -> None:
    server.create(id=document, title="Opened", markdown=long_text())
    ada, ben = await window(), await window()
    for each in (ada, ben):
        await each.open(address)
        await each.writing_tools_ready()
    await ben.write(" Really.")
    await ada.sees("The end. Really.")
    caret = ada.text.locator(".others-caret")
    await expect(caret).to_have_count(1)
    await ada.page.locator(".avatar-button").click()
    await expect(caret).to_be_in_viewport()
    end = ada.text.get_by_text("The end. Really.")
    await settled(ada)
    paragraph, shown = await end.bounding_box(), await caret.bounding_box()
    assert paragraph is not None
    assert shown is not None
    assert paragraph["y"] - 2 <= shown["y"] <= paragraph["y"] + paragraph["height"]
    await ada.page.mouse.move(paragraph["x"] + 20, paragraph["y"] + paragraph["height"] / 2, steps=2)
    grip = await ada.page.get_by_role("button", name="Block: drag to move").bounding_box()
    assert grip is not None
    assert abs(grip["y"] + grip["height"] / 2 - paragraph["y"] - paragraph["height"] / 2) < 12
    await end.click()
    await ada.page.keyboard.press("Alt+Shift+ArrowUp")
    await expect(ben.text.locator(":scope > p").last).to_contain_text("The end. Really.")
    await expect(ben.text.locator(":scope > *").last).to_contain_text("Two of 119")
