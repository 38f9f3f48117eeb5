"""Formulas, callouts and code: what has a small editor of its own."""

import re

from playwright.async_api import expect

from e2e.browser import IN_ONE_LOOP, OpenWindow, Window
from harness.server import Server

pytestmark = IN_ONE_LOOP


async def opened(window: OpenWindow, address: str) -> Window:
    ada = await window()
    await ada.open(address)
    await ada.writing_tools_ready()
    await ada.text.click()
    return ada


async def test_a_formula_is_written_with_a_preview_and_changed_by_a_click(window: OpenWindow, address: str) -> None:
    ada, ben = await opened(window, address), await window()
    await ben.open(address)
    await ada.page.keyboard.type("/formula")
    await ada.page.keyboard.press("Enter")
    field = ada.page.get_by_label("Formula in LaTeX")
    await expect(field).to_be_focused()
    await ada.page.keyboard.type("a^2 + b^2")
    await expect(ada.page.locator(".math-drawn .katex")).to_be_visible()
    await ada.page.keyboard.type(" = \\frac{")
    await expect(ada.page.locator(".math-box .field-problem")).not_to_be_empty()
    for _ in range(len(" = \\frac{")):
        await ada.page.keyboard.press("Backspace")
    await ada.page.keyboard.press("Enter")
    await expect(ada.text).to_be_focused()
    await expect(ben.text.locator("div.math .katex-display")).to_have_count(1)
    await ada.text.locator(".math").click()
    await expect(field).to_have_value("a^2 + b^2")
    await field.fill("c^2")
    await ada.page.keyboard.press("Escape")
    await ada.text.locator(".math").click()
    await expect(field).to_have_value("a^2 + b^2")
    await ada.page.get_by_role("button", name="Remove", exact=True).click()
    await expect(ben.text.locator(".math")).to_have_count(0)


async def test_a_formula_typed_between_dollars_is_opened_by_enter(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    await ada.page.keyboard.type("It costs $5 and $6, but $x^2$")
    await expect(ada.text.locator("span.math")).to_have_count(1)
    await ada.page.keyboard.press("Shift+ArrowLeft")
    await ada.page.keyboard.press("ArrowLeft")
    await ada.page.keyboard.press("ArrowRight")
    await ada.page.keyboard.press("Enter")
    await expect(ada.page.get_by_label("Formula in LaTeX")).to_have_value("x^2")


async def test_an_empty_formula_goes_with_escape(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    await ada.page.keyboard.type("/formula")
    await ada.page.keyboard.press("Enter")
    await ada.page.get_by_label("Formula in LaTeX").wait_for()
    await ada.page.keyboard.press("Escape")
    await expect(ada.text.locator(".math")).to_have_count(0)
    await expect(ada.text).to_be_focused()


async def test_a_callout_changes_its_kind(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    await ada.page.keyboard.type("/note")
    await ada.page.keyboard.press("Enter")
    await ada.page.keyboard.type("Mind this")
    await ada.page.keyboard.press("Alt+F10")
    await expect(ada.page.get_by_role("button", name="Kind of callout: Note")).to_be_focused()
    await ada.page.keyboard.press("Enter")
    await ada.page.get_by_role("menuitemradio", name="Caution").click()
    await expect(ada.text.locator(".callout")).to_have_attribute("data-kind", "caution")
    await expect(ada.text).to_be_focused()


async def test_code_is_coloured_in_its_language_and_the_colours_are_not_stored(
    window: OpenWindow, address: str, server: Server, document: str
) -> None:
    ada, ben = await opened(window, address), await window()
    await ben.open(address)
    await ada.page.keyboard.type('/code\ndef f():\nreturn "x"')
    await ada.page.get_by_label("Language").select_option("Python")
    for each in (ada, ben):
        await expect(each.text.locator("pre .hljs-keyword").first).to_have_text("def")
        await expect(each.text.locator("pre .hljs-string")).to_have_text('"x"')
    await expect(ada.text).to_be_focused()
    await ada.page.keyboard.type(" # why")
    await expect(ben.text.locator("pre .hljs-comment")).to_have_text("# why")
    await ada.sees_status("Saved")
    _, markdown = server.get(f"/api/documents/{document}/content?format=markdown")
    assert re.match(rb"```python\ndef f\(\):\n.*return \"x\" # why\n```", markdown)
