"""Two people in one document: what one writes the other sees, and where the other is."""

import asyncio
import os

from playwright.async_api import expect

from e2e.browser import IN_ONE_LOOP, OpenWindow
from harness.server import Server

pytestmark = IN_ONE_LOOP


async def test_two_people_type_at_once_and_both_see_both(window: OpenWindow, address: str) -> None:
    ada, ben = await window(), await window()
    await ada.open(address)
    await ben.open(address)
    await ada.write("Begun together: ")
    await ben.sees("Begun together:")
    await asyncio.gather(
        ada.write("The quick brown fox jumps over the lazy dog. ", delay_ms=5),
        ben.write("Victor jagt zwölf Boxkämpfer quer über den Deich. ", delay_ms=5),
    )
    for each in (ada, ben):
        await each.sees_status("Saved")
    assert await ada.words() == await ben.words()
    letters = sorted((await ada.words()).replace(" ", ""))
    both = (
        "Begun together: The quick brown fox jumps over the lazy dog. Victor jagt zwölf Boxkämpfer quer über den Deich."
    )
    assert letters == sorted(both.replace(" ", ""))


async def test_two_people_may_begin_the_same_empty_line_at_once(window: OpenWindow, server: Server) -> None:
    ada, ben = await window(), await window()
    for attempt in range(3):  # without the guard, two in five went wrong
        address = f"{server.url}/d/line-{attempt}-{os.urandom(4).hex()}"
        await ada.open(address)
        await ben.open(address)
        await ada.write("Above\n")
        await ben.sees("Above")
        await ben.text.click()
        await ben.page.keyboard.press("Control+End")
        await asyncio.gather(
            ada.page.keyboard.type("Ada's words here", delay=15), ben.page.keyboard.type("ben was there too", delay=15)
        )
        for each in (ada, ben):
            await each.sees_status("Saved")
            await each.sees("Ada’s words here")
            await each.sees("ben was there too")
        assert await ada.words() == await ben.words()


async def test_each_sees_who_else_is_here_and_where(window: OpenWindow, address: str) -> None:
    ada, ben = await window(), await window()
    await ada.open(address)
    await ben.open(address)
    for each, name in ((ada, "Ada"), (ben, "Ben")):
        await each.page.get_by_role("button", name="Your name and colour").click()
        await each.page.get_by_label("Name", exact=True).fill(name)
        await each.page.keyboard.press("Escape")
    await expect(ada.page.get_by_role("list", name="2 people here")).to_be_visible()
    await expect(ada.page.get_by_role("img", name="Ben", exact=True)).to_be_visible()
    await ben.write("Here I am")
    caret = ada.page.locator(".others-caret")
    await expect(caret).to_have_count(1)
    flag = ada.page.locator(".others-flag")
    await expect(flag).to_have_attribute("data-name", "Ben")
    await expect(flag).to_have_css("opacity", "1")
    await expect(flag).to_have_css("opacity", "0", timeout=6_000)
    await ben.page.keyboard.press("Shift+Home")
    await expect(ada.page.locator(".others-selection")).to_have_text("Here I am")
    await ben.close()
    await expect(caret).to_have_count(0)
    await expect(ada.page.get_by_role("img", name="Ben", exact=True)).to_have_count(0)


async def test_undo_takes_back_only_ones_own(window: OpenWindow, address: str) -> None:
    ada, ben = await window(), await window()
    await ada.open(address)
    await ben.open(address)
    await ada.write("mine")
    await ben.sees("mine")
    await ben.write(" yours")
    await ada.sees("mine yours")
    await ada.page.keyboard.press("Control+z")
    await expect(ben.text).to_have_text(" yours")
    await ada.page.keyboard.press("Control+Shift+z")
    await expect(ben.text).to_have_text("mine yours")


async def test_a_new_title_is_seen_by_the_others(window: OpenWindow, address: str) -> None:
    ada, ben = await window(), await window()
    await ada.open(address)
    await ben.open(address)
    await ada.title.fill("Minutes of May")
    await expect(ben.title).to_have_value("Minutes of May")
    await expect(ben.page).to_have_title("Minutes of May · Coscribe")
    await ada.sees_status("Saved")


async def test_opening_and_watching_a_document_writes_nothing(
    window: OpenWindow, server: Server, address: str, document: str
) -> None:
    ada, ben = await window(), await window()
    await ada.open(address)
    await ada.write("# Heading\nSee https://example.org for more.\n- one\ntwo\n\n```\ncode")
    await ada.sees_status("Saved")
    head = server.get(f"/api/documents/{document}")[1]["head"]
    await ben.open(address)
    await ben.sees("See https://example.org")
    await ada.write("!")
    await ben.sees("code!")
    await ben.page.wait_for_timeout(300)
    assert server.get(f"/api/documents/{document}")[1]["head"] == head + 1
