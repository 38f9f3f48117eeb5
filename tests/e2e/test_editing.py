"""What the keys, the toolbar and the clipboard do to the text."""

import pycrdt
from playwright.async_api import expect

from e2e.browser import IN_ONE_LOOP, OpenWindow
from harness.server import Server

pytestmark = IN_ONE_LOOP

PASTE = """
([text, html]) => {
  const data = new DataTransfer();
  data.setData('text/plain', text);
  if (html) data.setData('text/html', html);
  const paste = new ClipboardEvent('paste', { bubbles: true, cancelable: true });
  Object.defineProperty(paste, 'clipboardData', { value: data });  // Firefox does not take it from a script
  document.querySelector('.prose').dispatchEvent(paste);
}
"""


TOOLS = {
    "Bold": "strong",
    "Italic": "em",
    "Underline": "u",
    "Strike through": "s",
    "Highlight": "mark",
    "Code": "code",
    "Bulleted list": "ul:not([data-type]) > li",
    "Numbered list": "ol > li",
    "Task list": "ul[data-type=taskList] > li p",
    "Quote": "blockquote",
    "Code block": "pre > code",
}


async def test_every_tool_changes_the_text_is_pressed_in_and_takes_it_back(window: OpenWindow, address: str) -> None:
    ada = await window()
    await ada.open(address)
    await ada.write("words")
    await ada.page.keyboard.press("Shift+Home")
    for tool, selector in TOOLS.items():
        button = ada.tools.get_by_role("button", name=tool, exact=True)
        await expect(button).to_have_attribute("aria-pressed", "false")
        await button.click()
        await expect(ada.text.locator(selector)).to_have_text("words")
        await expect(button).to_have_attribute("aria-pressed", "true")
        await button.click()
        await expect(ada.text.locator(selector)).to_have_count(0)
        await expect(ada.text).to_have_text("words")


async def test_markdown_becomes_what_it_means(window: OpenWindow, address: str) -> None:
    ada = await window()
    await ada.open(address)
    await ada.write("## Plan\nBe **bold** and *brief*.\n- one\ntwo\n\n[ ] do it\n\n\n> said\n\n\n---")
    for selector, words in (
        ("h2", "Plan"),
        ("strong", "bold"),
        ("em", "brief"),
        ("ul:not([data-type]) > li >> nth=1", "two"),
        ("ul[data-type=taskList] > li p", "do it"),
        ("blockquote", "said"),
    ):
        await expect(ada.text.locator(selector)).to_have_text(words)
    await expect(ada.text.locator("hr")).to_have_count(1)


async def test_a_heading_is_chosen_from_the_menu_by_keyboard(window: OpenWindow, address: str) -> None:
    ada = await window()
    await ada.open(address)
    await ada.write("Chapter")
    await ada.page.get_by_role("button", name="Kind of text").click()
    await ada.page.keyboard.press("ArrowDown")  # at once: the menu has the keys as soon as it is open
    await ada.page.keyboard.press("Enter")
    await expect(ada.text.locator("h1")).to_have_text("Chapter")
    await expect(ada.text).to_be_focused()
    kind = ada.page.get_by_role("button", name="Kind of text")
    await kind.focus()
    await ada.page.keyboard.press("ArrowDown")
    await expect(ada.page.locator("[role^=menuitem]:focus")).to_contain_text("Heading 1")
    await ada.page.keyboard.press("Escape")
    await expect(kind).to_be_focused()
    await ada.text.focus()
    await kind.click()
    await kind.click()
    await ada.page.keyboard.type("!")  # what is closed has the keys no more, though it still fades
    await expect(ada.text.locator("h1")).to_contain_text("!")


async def test_an_address_pasted_over_words_links_them(window: OpenWindow, address: str) -> None:
    ada = await window()
    await ada.open(address)
    await ada.write("the report")
    await ada.page.keyboard.press("Shift+Home")
    await ada.page.evaluate(PASTE, ["https://example.org/report", None])
    link = ada.text.locator("a")
    await expect(link).to_have_text("the report")
    await expect(link).to_have_attribute("href", "https://example.org/report")
    await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")


async def test_a_link_is_made_changed_and_removed_in_its_box(window: OpenWindow, address: str) -> None:
    ada = await window()
    await ada.open(address)
    await ada.write("the report")
    await ada.page.keyboard.press("Shift+Home")
    await ada.page.keyboard.press("Control+k")
    field = ada.page.get_by_label("Address")
    await field.fill("javascript:alert(1)")
    await ada.page.keyboard.press("Enter")
    await expect(ada.page.get_by_role("alert")).to_contain_text("http, https, mailto or tel")
    await field.fill("example.org")
    await ada.page.keyboard.press("Enter")
    link = ada.text.locator("a")
    await expect(link).to_have_attribute("href", "https://example.org")
    await link.click()
    await ada.page.get_by_role("button", name="Remove link").click()
    await expect(link).to_have_count(0)
    await expect(ada.text).to_have_text("the report")


async def test_pasted_html_brings_no_script_no_style_and_no_forbidden_link(window: OpenWindow, address: str) -> None:
    ada = await window()
    await ada.open(address)
    await ada.text.click()
    html = (
        "<p style='color:red' onclick='x()'>Safe <a href='javascript:alert(1)'>bad</a> "
        "<a href='https://example.org'>good</a><script>alert(1)</script><img src=x onerror=alert(1)></p>"
    )
    await ada.page.evaluate(PASTE, ["Safe bad good", html])
    await ada.sees("Safe bad good")
    await expect(ada.text.locator("a")).to_have_count(1)
    await expect(ada.text.locator("script, img, [style], [onclick]")).to_have_count(0)


async def test_pasted_words_keep_what_their_styles_say(window: OpenWindow, address: str) -> None:
    ada = await window()
    await ada.open(address)
    await ada.text.click()
    html = (
        "<b style='font-weight:normal' id='docs-internal-guid-1'><p><span style='font-weight:700'>bold</span>"
        "<span style='font-weight:400'> plain </span><span style=\"font-style:italic\">slanted</span></p></b>"
    )
    await ada.page.evaluate(PASTE, ["bold plain slanted", html])
    await expect(ada.text.locator("strong")).to_have_text("bold")
    await expect(ada.text.locator("em")).to_have_text("slanted")
    await expect(ada.text).to_have_text("bold plain slanted")


async def test_what_this_version_does_not_know_is_not_deleted(
    window: OpenWindow, server: Server, address: str, document: str
) -> None:
    ada = await window()
    await ada.open(address)
    await ada.write("Known words")
    await ada.sees_status("Saved")

    def append(child: pycrdt.XmlElement | pycrdt.XmlText) -> None:
        doc = pycrdt.Doc()
        doc.apply_update(server.get(f"/api/documents/{document}/update")[1])
        before = doc.get_state()
        doc.get("default", type=pycrdt.XmlFragment).children.append(child)
        path = f"/api/documents/{document}/update"
        assert server.request("POST", path, doc.get_update(before), content_type="application/octet-stream")[0] == 204

    append(pycrdt.XmlElement("chart"))
    await ada.sees("Content that this version cannot show")
    await ada.sees_status("Saved")
    append(pycrdt.XmlText("loose"))  # words outside of any block have no place in any schema
    await ada.sees_status("Update required")
    ben = await window()
    await ben.open(address, status="Update required")
    after = pycrdt.Doc()
    after.apply_update(server.get(f"/api/documents/{document}/update")[1])
    kept = str(after.get("default", type=pycrdt.XmlFragment))
    assert "<chart" in kept
    assert kept.endswith("loose")
