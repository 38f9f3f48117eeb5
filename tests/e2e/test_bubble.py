"""The bar over a selection, and what the toolbar has beside the everyday marks."""

import re

from playwright.async_api import Locator, expect

from e2e.browser import IN_ONE_LOOP, OpenWindow, Window

pytestmark = IN_ONE_LOOP

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


async def with_words(window: OpenWindow, address: str, words: str, **options: object) -> Window:
    ada = await window(**options)
    await ada.open(address)
    await ada.writing_tools_ready()
    await ada.write(words)
    return ada


def bubble(ada: Window) -> Locator:
    return ada.page.get_by_role("toolbar", name="Selected text")


async def test_it_comes_with_a_selection_and_is_used_by_the_keyboard_alone(window: OpenWindow, address: str) -> None:
    ada = await with_words(window, address, "some words")
    await expect(bubble(ada)).to_have_count(0)
    await ada.page.keyboard.press("Shift+Home")
    await expect(bubble(ada)).to_be_visible()
    await ada.page.keyboard.press("Alt+F10")
    await expect(bubble(ada).get_by_role("button", name=re.compile("Turn into"))).to_be_focused()
    await ada.page.keyboard.press("ArrowRight")
    await ada.page.keyboard.press("Enter")
    await expect(ada.text.locator("strong")).to_have_text("some words")
    await expect(ada.text).to_be_focused()
    await ada.page.keyboard.press("Alt+F10")
    await ada.page.keyboard.press("Escape")
    await expect(ada.text).to_be_focused()
    await expect(bubble(ada)).to_have_count(0)
    await ada.page.keyboard.press("ArrowRight")
    await ada.page.keyboard.press("Shift+Home")
    await expect(bubble(ada)).to_be_visible()


async def test_a_selection_gets_colours_that_others_see(window: OpenWindow, address: str) -> None:
    ada = await with_words(window, address, "a warning")
    ben = await window(color_scheme="dark")
    await ben.open(address)
    await ada.page.keyboard.press("Shift+Home")
    await bubble(ada).get_by_role("button", name="Text colour").click()
    await ada.page.get_by_role("menuitemradio", name="Red").click()
    await bubble(ada).get_by_role("button", name="Highlight colour").click()
    await ada.page.get_by_role("menu", name="Highlight").get_by_role("menuitemradio", name="Yellow").click()
    await expect(ada.text.locator("mark")).to_have_attribute("data-color", "#fef08a")
    coloured = ben.text.locator("[style*='#b91c1c'], [style*='rgb(185, 28, 28)']").first
    await expect(coloured).to_have_text("a warning")
    # On a dark page the stored colour is made lighter.
    await expect(coloured).not_to_have_css("color", "rgb(185, 28, 28)")
    await bubble(ada).get_by_role("button", name="Highlight colour").click()
    await ada.page.get_by_role("menu", name="Highlight").get_by_role("menuitem", name="No colour").click()
    await expect(ada.text.locator("mark")).to_have_count(0)


async def test_a_selection_is_turned_into_another_block(window: OpenWindow, address: str) -> None:
    ada = await with_words(window, address, "one\ntwo")
    await ada.page.keyboard.press("Shift+Control+Home")
    await bubble(ada).get_by_role("button", name=re.compile("Turn into")).click()
    await ada.page.get_by_role("menuitemradio", name="Task list").click()
    await expect(ada.text.locator("ul[data-type=taskList] > li")).to_have_count(2)
    await ada.page.keyboard.press("Control+z")
    await expect(ada.text.locator("li")).to_have_count(0)
    await ada.sees("onetwo")


async def test_a_finger_sees_its_own_menu_only(window: OpenWindow, address: str) -> None:
    ada = await with_words(window, address, "some words", **PHONE)
    await ada.page.keyboard.press("Shift+Home")
    await ada.page.wait_for_timeout(300)
    await expect(bubble(ada)).to_have_count(0)


async def test_letters_and_lines_are_set_from_the_menu(window: OpenWindow, address: str) -> None:
    ada = await with_words(window, address, "H2O")
    for item, selector in (("Subscript", "sub"), ("Superscript", "sup")):
        await ada.page.keyboard.press("Shift+Home")
        await ada.page.get_by_role("button", name="More formatting").click()
        await ada.page.get_by_role("menuitemcheckbox", name=item).click()
        await expect(ada.text.locator(selector)).to_have_text("H2O")
    await expect(ada.text.locator("sub")).to_have_count(0)
    await ada.page.get_by_role("button", name="More formatting").click()
    await ada.page.get_by_role("menuitemcheckbox", name="Centre").click()
    await expect(ada.text.locator("p")).to_have_css("text-align", "center")
    await ada.page.get_by_role("button", name="More formatting").click()
    await ada.page.get_by_role("menuitem", name="Clear formatting").click()
    await expect(ada.text.locator("sup")).to_have_count(0)
    await expect(ada.text.locator("p")).not_to_have_css("text-align", "center")
