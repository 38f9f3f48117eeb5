"""What `/`, `@` and `:` offer at the caret."""

import re

from playwright.async_api import Locator, expect

from e2e.browser import IN_ONE_LOOP, OpenWindow, Window

pytestmark = IN_ONE_LOOP


async def opened(window: OpenWindow, address: str, **options: object) -> Window:
    ada = await window(**options)
    await ada.open(address)
    await ada.writing_tools_ready()
    await ada.text.click()
    return ada


def offered(ada: Window, name: str = "Blocks") -> Locator:
    return ada.page.get_by_role("listbox", name=name)


async def test_a_block_is_found_by_its_name_and_put_in_by_the_keyboard(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    await ada.page.keyboard.type("/")
    options = offered(ada).get_by_role("option")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    assert await options.count() == 18
    await ada.page.keyboard.type("hea")
    await expect(options).to_have_count(3)
    await ada.page.keyboard.press("ArrowDown")
    chosen = offered(ada).get_by_role("option", selected=True)
    await expect(chosen).to_contain_text("Heading 2")
    await expect(ada.text).to_have_attribute("aria-activedescendant", await chosen.get_attribute("id") or "")
    await ada.page.keyboard.press("Enter")
    await ada.page.keyboard.type("Chapter")
    await expect(ada.text.locator("h2")).to_have_text("Chapter")
    await expect(offered(ada)).to_have_count(0)
    await expect(ada.text).not_to_have_attribute("aria-activedescendant", re.compile("."))


async def test_every_block_can_be_put_in(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    for typed, selector in {
        "todo": "ul[data-type=taskList] p",
        "bulle": "ul:not([data-type]) p",
        "number": "ol p",
        "quote": "blockquote p",
        "tip": ".callout[data-kind=tip] p",
        "danger": ".callout[data-kind=caution] p",
        "code": "pre code",
        "line": "hr + p",
        "table": "table th:first-child p",
    }.items():
        await ada.page.keyboard.type(f"/{typed}")
        await offered(ada).wait_for()
        await ada.page.keyboard.press("Enter")
        await ada.page.keyboard.type("words")
        await expect(ada.text.locator(selector)).to_have_text("words")
        await ada.page.keyboard.press("Control+a")
        await ada.page.keyboard.press("Control+a")  # inside of a table the first one chooses a cell
        await ada.page.keyboard.press("Delete")
        await ada.page.keyboard.press("Control+Home")
        await ada.page.keyboard.press("Control+Alt+0")


async def test_escape_closes_the_menu_and_keeps_what_was_typed(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    await ada.page.keyboard.type("either /or")
    await expect(offered(ada)).to_be_visible()
    await ada.page.keyboard.press("Escape")
    await expect(offered(ada)).to_have_count(0)
    await ada.page.keyboard.type("d and 1/2")
    await expect(offered(ada)).to_have_count(0)
    await ada.sees("either /ord and 1/2")


async def test_the_menu_opens_for_nobody_else_and_survives_what_others_write(window: OpenWindow, address: str) -> None:
    ada, ben = await opened(window, address), await opened(window, address)
    await ada.page.keyboard.type("first\n/quo")
    await expect(offered(ada)).to_be_visible()
    await ben.sees("/quo")
    await expect(offered(ben)).to_have_count(0)
    await ben.page.keyboard.press("Control+Home")
    await ben.page.keyboard.type("the ")
    await ada.sees("the first")
    await expect(offered(ada)).to_be_visible()
    await ada.page.keyboard.press("Enter")
    await ada.page.keyboard.type("said")
    await expect(ben.text.locator("blockquote")).to_have_text("said")
    await expect(ben.text.locator("p").first).to_have_text("the first")


async def test_an_option_is_chosen_with_the_mouse(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    await ada.page.keyboard.type("/")
    await offered(ada).get_by_role("option", name="Warning").click()
    await ada.page.keyboard.type("Mind the gap")
    await expect(ada.text.locator(".callout[data-kind=warning]")).to_have_text("Mind the gap")


async def test_a_person_is_mentioned_who_is_here_or_was(window: OpenWindow, address: str, document: str) -> None:
    ada, ben = await opened(window, address), await opened(window, address)
    await ben.page.get_by_role("button", name="Your name and colour").click()
    await ben.page.get_by_label("Name", exact=True).fill("Benedikta Öhler")
    await ben.page.keyboard.press("Escape")
    await expect(ada.page.get_by_role("img", name="Benedikta Öhler")).to_be_visible()
    await ada.page.keyboard.type("Ask @ohl")
    await expect(offered(ada, "People").get_by_role("option")).to_have_text(re.compile("Benedikta Öhler"))
    await ada.page.keyboard.press("Enter")
    await ada.page.keyboard.type("first")
    mention = ada.text.locator(".mention")
    await expect(mention).to_have_text("@Benedikta Öhler")
    await expect(ada.text).to_have_text("Ask @Benedikta Öhler first")
    await ben.close()
    await ada.open(address + "-later")
    await ada.writing_tools_ready()
    await ada.text.click()
    await ada.page.keyboard.type("@ben")
    await expect(offered(ada, "People").get_by_role("option")).to_have_count(1)


async def test_an_emoji_is_found_by_its_name(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    await ada.page.keyboard.type("Note: at 10:30 we are ready :rocke")
    await expect(offered(ada, "Emoji")).to_be_visible()
    await ada.page.keyboard.press("Enter")
    await expect(ada.text).to_have_text("Note: at 10:30 we are ready 🚀")


async def test_the_menu_speaks_german(window: OpenWindow, address: str) -> None:
    ada = await window(locale="de-DE")
    await ada.open(address, status="Gespeichert")
    await ada.page.get_by_role("button", name="Weitere Formate").wait_for()
    await ada.text.click()
    await ada.page.keyboard.type("/uber")
    await expect(offered(ada, "Blöcke").get_by_role("option")).to_have_count(3)
