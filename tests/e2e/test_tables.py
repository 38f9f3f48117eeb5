"""Tables: made, filled and rebuilt by keys and by their bar, also by two people at once."""

import asyncio

from playwright.async_api import Locator, expect

from e2e.browser import IN_ONE_LOOP, OpenWindow, Window
from harness.server import Server

pytestmark = IN_ONE_LOOP


async def with_table(window: OpenWindow, address: str, *, rows: int = 2, columns: int = 2) -> Window:
    ada = await window()
    await ada.open(address)
    await ada.writing_tools_ready()
    await ada.write("Before\n")
    await ada.page.get_by_role("button", name="Insert a table").click()
    await ada.page.get_by_role("button", name=f"{rows} × {columns}", exact=True).click()
    await expect(ada.text.locator("tr")).to_have_count(rows)
    await bar(ada).wait_for()
    return ada


def bar(ada: Window) -> Locator:
    return ada.page.get_by_role("toolbar", name="Table", exact=True)


async def cells(ada: Window) -> list[list[str]]:
    rows: list[list[str]] = await ada.text.locator("table").evaluate(
        "(table) => [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    return rows


async def fill(ada: Window, *words: str) -> None:
    for at, word in enumerate(words):
        if at:
            await ada.page.keyboard.press("Tab")
        await ada.page.keyboard.type(word)


async def choose(ada: Window, menu: str, item: str) -> None:
    await bar(ada).get_by_role("button", name=menu, exact=True).click()
    await ada.page.get_by_role("menu", name=menu, exact=True).get_by_text(item, exact=True).click()


async def test_its_size_is_picked_by_the_keyboard(window: OpenWindow, address: str) -> None:
    ada = await window()
    await ada.open(address)
    await ada.writing_tools_ready()
    await ada.text.click()
    await ada.page.get_by_role("button", name="Insert a table").focus()
    await ada.page.keyboard.press("Enter")
    await expect(ada.page.get_by_role("button", name="3 × 3", exact=True)).to_be_focused()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowLeft", "Enter"):
        await ada.page.keyboard.press(key)
    await expect(ada.text.locator("th")).to_have_count(2)
    await expect(ada.text.locator("td")).to_have_count(6)
    await expect(ada.text).to_be_focused()


async def test_tab_goes_from_cell_to_cell_and_makes_a_new_row_at_the_end(window: OpenWindow, address: str) -> None:
    ada = await with_table(window, address)
    await fill(ada, "a", "b", "c", "d", "e")
    assert await cells(ada) == [["a", "b"], ["c", "d"], ["e", ""]]
    await ada.page.keyboard.press("Shift+Tab")
    await ada.page.keyboard.type("D")
    assert await cells(ada) == [["a", "b"], ["c", "D"], ["e", ""]]


async def test_rows_and_columns_are_added_moved_and_taken_away(window: OpenWindow, address: str) -> None:
    ada = await with_table(window, address)
    await fill(ada, "a", "b", "c", "d")
    await choose(ada, "Row", "Insert row above")
    await choose(ada, "Column", "Insert column after")
    assert await cells(ada) == [["a", "b", ""], ["", "", ""], ["c", "d", ""]]
    await ada.page.keyboard.press("Alt+Shift+ArrowUp")
    await choose(ada, "Column", "Move column left")
    assert await cells(ada) == [["b", "a", ""], ["d", "c", ""], ["", "", ""]]
    await choose(ada, "Column", "Delete column")
    await choose(ada, "Row", "Delete row")
    assert len(await cells(ada)) == 2
    await ada.page.keyboard.press("Control+z")
    assert len(await cells(ada)) == 3
    await bar(ada).get_by_role("button", name="Delete table").click()
    await expect(ada.text.locator("table")).to_have_count(0)


async def test_cells_are_merged_and_split(window: OpenWindow, address: str) -> None:
    ada = await with_table(window, address)
    await fill(ada, "a", "b")
    await ada.page.keyboard.press("Shift+ArrowLeft")
    await ada.page.keyboard.press("Shift+ArrowLeft")
    merge = bar(ada).get_by_role("button", name="Merge cells")
    await expect(merge).not_to_have_attribute("aria-disabled", "true")
    await merge.click()
    await expect(ada.text.locator("th")).to_have_attribute("colspan", "2")
    await expect(ada.text.locator("th")).to_have_text("ab")
    await bar(ada).get_by_role("button", name="Split cell").click()
    await expect(ada.text.locator("th")).to_have_count(2)


async def test_headers_and_alignment_are_set(window: OpenWindow, address: str) -> None:
    ada = await with_table(window, address)
    await choose(ada, "Row", "Header row")
    await expect(ada.text.locator("th")).to_have_count(0)
    await choose(ada, "Column", "Header column")
    await expect(ada.text.locator("tr > th:first-child")).to_have_count(2)
    await choose(ada, "Column", "Align right")
    await expect(ada.text.locator("th").first).to_have_css("text-align", "right")


async def test_a_column_is_made_wider_by_the_pointer_and_by_keys(window: OpenWindow, address: str) -> None:
    ada, ben = await with_table(window, address), await window()
    await ben.open(address)
    edge = ada.page.get_by_role("separator", name="Width of column 1")
    before = (await ada.text.locator("th").first.bounding_box() or {})["width"]
    box = await edge.bounding_box()
    assert box is not None
    await ada.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 5)
    await ada.page.mouse.down()
    await ada.page.mouse.move(box["x"] + 104, box["y"] + 5, steps=4)
    await ada.page.mouse.up()
    await ada.sees_status("Saved")

    async def width(each: Window) -> float:
        return float((await each.text.locator("th").first.bounding_box() or {})["width"])

    wide = await width(ada)
    assert before + 90 < wide < before + 110
    assert abs(await width(ben) - wide) < 2
    await edge.focus()
    await ada.page.keyboard.press("ArrowLeft")
    assert wide - 20 < await width(ada) < wide - 12
    await ada.page.keyboard.press("Escape")
    await expect(ada.text).to_be_focused()


async def test_two_people_rebuild_one_table_at_once_and_see_the_same(
    window: OpenWindow, address: str, server: Server, document: str
) -> None:
    ada, ben = await with_table(window, address), await window()
    await fill(ada, "a", "b", "c", "d")
    await ben.open(address)
    await ben.writing_tools_ready()
    await ben.text.locator("td").last.click()
    await bar(ben).wait_for()
    await asyncio.gather(choose(ada, "Row", "Insert row below"), choose(ben, "Column", "Insert column after"))
    for each in (ada, ben):
        await each.sees_status("Saved")
    await expect(ben.text.locator("tr")).to_have_count(3)
    await ada.page.wait_for_timeout(500)
    assert await cells(ada) == await cells(ben)
    # Nobody mends the table because of what somebody else did.
    head = server.get(f"/api/documents/{document}")[1]["head"]
    cleo = await window()
    await cleo.open(address)
    await cleo.page.wait_for_timeout(500)
    assert server.get(f"/api/documents/{document}")[1]["head"] == head


async def test_the_bar_is_reached_by_the_keyboard(window: OpenWindow, address: str) -> None:
    ada = await with_table(window, address)
    await ada.page.keyboard.press("Alt+F10")
    await expect(bar(ada).get_by_role("button", name="Row", exact=True)).to_be_focused()
    await ada.page.keyboard.press("Enter")
    await expect(ada.page.get_by_role("menuitem", name="Insert row above")).to_be_focused()
    await ada.page.keyboard.press("ArrowDown")
    await ada.page.keyboard.press("Enter")
    await expect(ada.text.locator("tr")).to_have_count(3)
    await expect(ada.text).to_be_focused()
