"""Find and replace: what is marked, counted, gone to and replaced, and that undo takes it back at once."""

from playwright.async_api import Page, expect

from e2e.browser import IN_ONE_LOOP, OpenWindow, Window
from harness.server import Server

pytestmark = IN_ONE_LOOP

TEXT = "The cat sat.\nA Cat and a concatenation: cat, cat.\nNothing here."


async def opened(window: OpenWindow, address: str, text: str = TEXT) -> tuple[Window, Page]:
    ada = await window()
    await ada.open(address)
    if text:
        await ada.write(text)
    await expect(ada.page.get_by_role("button", name="View and tools")).to_be_visible()
    return ada, ada.page


async def test_matches_are_marked_counted_and_gone_to_from_the_keyboard(window: OpenWindow, address: str) -> None:
    ada, page = await opened(window, address)
    await page.keyboard.press("Control+f")
    field = page.get_by_label("Find", exact=True)
    await expect(field).to_be_focused()
    await field.fill("cat")
    result = page.locator(".find-result")
    await expect(result).to_have_text("1 of 5")
    await expect(ada.text.locator(".found")).to_have_count(5)
    await page.keyboard.press("Enter")
    await expect(result).to_have_text("2 of 5")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.press("Shift+Enter")
    await expect(result).to_have_text("5 of 5")
    await page.get_by_role("button", name="Match case").click()
    await expect(result).to_have_text("1 of 4")
    await page.get_by_role("button", name="Whole words").click()
    await expect(result).to_have_text("1 of 3")
    await field.fill("dog")
    await expect(result).to_have_text("No matches")
    await field.fill("sat")
    await field.press("Escape")
    await expect(ada.text.locator(".found")).to_have_count(0)
    await expect(ada.text).to_be_focused()
    assert await page.evaluate("getSelection().toString()") == "sat"


async def test_what_is_selected_is_looked_for_and_edits_are_followed(window: OpenWindow, address: str) -> None:
    ada, page = await opened(window, address, "one two two")
    await page.keyboard.press("Control+Shift+ArrowLeft")
    await page.keyboard.press("Control+f")
    await expect(page.locator(".find-result")).to_have_text("2 of 2")
    await ada.text.click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type(" two")
    await expect(page.locator(".find-result")).to_have_text("2 of 3")
    await expect(ada.text.locator(".found")).to_have_count(3)


async def test_replace_all_is_one_step_to_undo_and_leaves_others_words_alone(window: OpenWindow, address: str) -> None:
    ada, page = await opened(window, address, "")
    ben = await window()
    await ben.open(address)
    await ada.write("red, red and red")
    await ben.sees("red, red and red")
    await page.keyboard.press("Control+h")
    await page.get_by_label("Find", exact=True).fill("red")
    await page.get_by_label("Replace with").fill("blue")
    await page.get_by_role("button", name="Replace", exact=True).click()
    await expect(ada.text).to_have_text("blue, red and red")
    await expect(page.locator(".find-result")).to_have_text("1 of 2")
    await page.get_by_role("button", name="Replace all").click()
    await expect(ada.text).to_have_text("blue, blue and blue")
    await ben.write(" of Ben")
    await ada.sees("blue, blue and blue of Ben")
    await page.get_by_role("button", name="Undo", exact=True).click()
    await expect(ada.text).to_have_text("blue, red and red of Ben")
    await page.get_by_role("button", name="Undo", exact=True).click()
    await expect(ada.text).to_have_text("red, red and red of Ben")


async def test_expressions_fill_in_their_groups_and_a_bad_one_does_no_harm(window: OpenWindow, address: str) -> None:
    ada, page = await opened(window, address, "2026-05-17 and " + "a" * 40)
    await page.keyboard.press("Control+h")
    await page.get_by_role("button", name="Regular expression").click()
    field = page.get_by_label("Find", exact=True)
    await field.fill("(")
    await expect(page.locator(".find-result")).to_have_text("This is no valid expression")
    await field.fill("(a+)+$|(a+)+b")
    await field.fill("(a|a)*b")
    await expect(page.locator(".find-result")).to_have_text("This expression takes too long")
    await field.fill(r"(\d+)-(\d+)-(\d+)")
    await expect(page.locator(".find-result")).to_have_text("1 of 1")
    await page.get_by_label("Replace with").fill("$3.$2.$1")
    await page.get_by_role("button", name="Replace all").click()
    await ada.sees("17.05.2026 and")


async def test_a_long_document_is_searched_while_one_goes_on_typing(
    window: OpenWindow, server: Server, document: str
) -> None:
    markdown = "\n\n".join(f"Paragraph {n} of the long text." for n in range(2_800))
    server.create(id=document, markdown=markdown)
    ada, page = await opened(window, f"{server.url}/d/{document}", "")
    await page.keyboard.press("Control+f")
    await page.get_by_label("Find", exact=True).fill("paragraph")
    await expect(page.locator(".find-result")).to_have_text("1 of 2,800")
    # Only what is on the screen, and near it, is marked.
    assert 0 < await ada.text.locator(".found").count() < 300
    await page.keyboard.press("Shift+Enter")
    await expect(page.locator(".found-now")).to_be_in_viewport()
    await expect(page.locator("p", has=page.locator(".found-now"))).to_contain_text("2799")
    await page.get_by_label("Find", exact=True).press("Escape")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.type("!")
    await ada.sees("Paragraph! 2799")
