"""Images: pasted, dropped, chosen; sent to the server, sized and described."""

import base64
import re
import struct
import zlib
from pathlib import Path

from playwright.async_api import Locator, expect

from e2e.browser import IN_ONE_LOOP, OpenWindow, Window
from e2e.test_editing import PASTE
from harness.server import Server

pytestmark = IN_ONE_LOOP

GIVE = """
async ([kind, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], 'garden.png', { type: 'image/png' }));
  const text = document.querySelector('.prose');
  const { left, top } = text.getBoundingClientRect();
  const place = { clientX: left + 5, clientY: top + 5, bubbles: true, cancelable: true };
  const paste = new ClipboardEvent('paste', { bubbles: true, cancelable: true });
  Object.defineProperty(paste, 'clipboardData', { value: data });  // Firefox does not take it from a script
  text.dispatchEvent(kind === 'paste' ? paste : new DragEvent('drop', { dataTransfer: data, ...place }));
}
"""

# Routing of the browser's does not reach what its service worker sees.
HOLD = """
() => {
  const { send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.send = function (body) {
    window.sendNow = () => send.call(this, body);
  };
}
"""


def png(width: int, height: int) -> bytes:
    """A picture in one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\x1f\x5c\x57" * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


async def opened(window: OpenWindow, address: str) -> Window:
    ada = await window()
    await ada.open(address)
    await ada.writing_tools_ready()
    await ada.write("Before\n")
    return ada


def bar(ada: Window) -> Locator:
    return ada.page.get_by_role("toolbar", name="Image", exact=True)


async def with_image(window: OpenWindow, address: str) -> Window:
    ada = await opened(window, address)
    await ada.page.evaluate(GIVE, ["paste", list(png(300, 150))])
    await expect(ada.text.locator("figure img")).to_be_visible()
    await ada.text.locator("figure img").click()
    await bar(ada).wait_for()
    return ada


async def test_a_pasted_and_a_dropped_image_are_sent_and_seen_by_others(
    window: OpenWindow, address: str, server: Server
) -> None:
    ada, ben = await opened(window, address), await window()
    await ben.open(address)
    for count, kind in enumerate(("paste", "drop"), 1):
        await ada.page.evaluate(GIVE, [kind, list(png(60 + count, 40))])
        await expect(ben.text.locator("figure img")).to_have_count(count)
    image = ben.text.locator("figure img").first
    await expect(image).to_have_attribute("src", re.compile("^/files/[0-9a-f]{64}$"))
    await expect(image).to_have_attribute("alt", "garden")
    assert await image.evaluate("(image) => image.decode().then(() => image.naturalWidth)") in {61, 62}
    await expect(ada.page.locator(".uploading")).to_have_count(0)
    await ada.write("after")
    await ben.sees("after")


async def test_an_image_is_chosen_from_the_menu(window: OpenWindow, address: str, tmp_path: Path) -> None:
    ada = await opened(window, address)
    (tmp_path / "IMG_1234.png").write_bytes(png(20, 20))
    # The browser is told to hand choosers over without an answer, so it is told well before one opens.
    async with ada.page.expect_file_chooser() as chooser:
        await ada.page.keyboard.type("/picture")
        await expect(ada.page.get_by_role("option", selected=True)).to_contain_text("Image")
        await ada.page.keyboard.press("Enter")
    await (await chooser.value).set_files(tmp_path / "IMG_1234.png")
    image = ada.text.locator("figure img")
    await expect(image).to_be_visible()
    # A camera's number describes nothing.
    await expect(image).to_have_attribute("alt", "")


async def test_the_server_refuses_and_the_person_hears_why_and_tries_again(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    await ada.page.evaluate(GIVE, ["paste", list(b"no picture at all")])
    await expect(ada.page.locator(".toast")).to_contain_text("The image was not taken.")
    await expect(ada.page.locator(".uploading")).to_have_count(0)
    await ada.page.get_by_role("button", name="Try again").click()
    await expect(ada.page.locator(".toast")).to_contain_text("The image was not taken.")
    await ada.page.context.set_offline(True)
    await ada.page.evaluate(GIVE, ["paste", list(png(9, 9))])
    await expect(ada.page.locator(".toast")).to_contain_text("An image needs the server")
    await ada.page.context.set_offline(False)
    await expect(ada.text.locator("img")).to_have_count(0)


async def test_while_it_is_sent_its_place_is_kept_though_others_write(window: OpenWindow, address: str) -> None:
    ada, ben = await opened(window, address), await window()
    await ben.open(address)
    await ada.page.evaluate(HOLD)
    await ada.page.evaluate(GIVE, ["paste", list(png(30, 30))])
    await expect(ada.page.get_by_role("progressbar", name="Uploading the image")).to_be_visible()
    await expect(ben.text.locator("figure")).to_have_count(0)
    await ben.text.click()
    await ben.page.keyboard.press("Control+Home")
    await ben.page.keyboard.type("Ben was here. ")
    await ada.sees("Ben was here.")
    await expect(ada.page.locator("p:has-text('Before') ~ .uploading")).to_have_count(1)
    await ada.page.evaluate("sendNow()")
    await expect(ben.text.locator("p:has-text('Ben was here. Before') ~ figure")).to_have_count(1)


async def test_it_gets_a_description_a_caption_and_a_link(window: OpenWindow, address: str) -> None:
    ada = await with_image(window, address)
    for name, field, words in (
        ("Description", "Description", "A walled garden"),
        ("Caption", "Caption", "In May"),
        ("Link", "Address", "example.org/garden"),
    ):
        await bar(ada).get_by_role("button", name=name).click()
        await bar(ada).get_by_label(field, exact=True).last.fill(words)
        await ada.page.keyboard.press("Enter")
        await expect(ada.text).to_be_focused()
    await expect(ada.text.locator("img")).to_have_attribute("alt", "A walled garden")
    await expect(ada.text.locator("figcaption")).to_have_text("In May")
    await expect(ada.text.locator("figure a")).to_have_attribute("href", "https://example.org/garden")
    await bar(ada).get_by_role("button", name="Delete image").click()
    await expect(ada.text.locator("figure")).to_have_count(0)


async def test_it_is_made_smaller_by_the_pointer_and_by_keys(window: OpenWindow, address: str) -> None:
    ada = await with_image(window, address)
    grip = ada.page.get_by_role("slider", name="Width of the image").last
    await expect(grip).to_have_attribute("aria-valuenow", "300")
    box = await grip.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await ada.page.mouse.move(x, y)
    await ada.page.mouse.down()
    await ada.page.mouse.move(x - 50, y, steps=3)
    await ada.page.mouse.up()
    await expect(grip).to_have_attribute("aria-valuenow", "250")
    await grip.focus()
    await ada.page.keyboard.press("ArrowLeft")
    await expect(ada.text.locator("img")).to_have_attribute("width", "226")
    await bar(ada).get_by_role("button", name="Original size").click()
    await expect(grip).to_have_attribute("aria-valuenow", "300")


def inside(data: bytes) -> str:
    """An image as it comes inside of HTML."""
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"


async def test_images_among_pasted_words_are_sent_and_keep_their_places(
    window: OpenWindow, address: str, document: str, server: Server
) -> None:
    ada, ben = await opened(window, address), await window()
    await ben.open(address)
    html = (
        f"<p>One</p><p><img src='{inside(png(30, 20))}' alt='A garden' width=30></p><p>Two</p>"
        f"<ul><li><p>Three</p><img src='{inside(png(31, 20))}'></li></ul>"
        "<p><img src='https://example.org/far.png' alt='Far away'></p><p>Four</p>"
    )
    await ada.page.evaluate(PASTE, ["One Two Three Four", html])
    sent = ben.text.locator("figure img[src^='/files/']")
    await expect(sent).to_have_count(2)
    await expect(ben.text.locator("p:has-text('One') + figure + p:has-text('Two')")).to_have_count(1)
    await expect(ben.text.locator("p:has-text('One') + figure img")).to_have_attribute("alt", "A garden")
    await expect(ben.text.locator("li p:has-text('Three') + figure")).to_have_count(1)
    for width in (30, 31):
        image = sent.nth(width - 30)
        assert await image.evaluate("(image) => image.decode().then(() => image.naturalWidth)") == width
    # What is on the web stays there.
    far = ben.text.locator("figure:has(img[alt='Far away'])")
    await expect(far.locator("img")).to_have_attribute("src", "https://example.org/far.png")
    # It cannot be had here, and says so.
    await far.scroll_into_view_if_needed()
    await expect(far).to_have_class("image is-broken")
    await expect(far).to_have_attribute("data-source", "https://example.org/far.png")
    await expect(ada.text.locator("figure.is-broken")).to_have_count(1)
    await ada.sees_status("Saved")
    assert b"data:" not in server.get(f"/api/documents/{document}/content?format=markdown")[1]
    ada.problems.clear()  # example.org is not there


async def test_an_image_inside_a_paste_that_cannot_be_sent_costs_no_words(window: OpenWindow, address: str) -> None:
    ada = await opened(window, address)
    await ada.page.evaluate(PASTE, ["words", f"<p>words</p><img src='{inside(b'no picture')}'><p>more</p>"])
    await expect(ada.page.locator(".toast")).to_contain_text("The image was not taken.")
    await ada.sees(re.compile("words.*more"))
    await ada.page.evaluate(PASTE, ["Word", "<p>Word</p><img src='file:///C:/Temp/image001.png'>"])
    await expect(ada.page.locator(".toast")).to_contain_text("put them in as files")
    await expect(ada.text.locator("img")).to_have_count(0)
