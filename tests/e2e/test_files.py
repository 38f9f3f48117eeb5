"""Documents found by their text, made of files, and taken away as files."""

from __future__ import annotations

import base64
import io
import zipfile

from docx import Document as WordDocument
from playwright.async_api import expect

from e2e.browser import IN_ONE_LOOP, OpenWindow, Window
from harness.server import Server

pytestmark = IN_ONE_LOOP

_DROP = """([name, type, data]) => {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  const files = new DataTransfer();
  files.items.add(new File([bytes], name, { type }));
  const options = { bubbles: true, cancelable: true, dataTransfer: files };
  document.body.dispatchEvent(new DragEvent('dragover', options));
  requestAnimationFrame(() => document.body.dispatchEvent(new DragEvent('drop', options)));
}"""


async def drop(window: Window, name: str, body: bytes, media_type: str = "") -> None:
    await window.page.get_by_role("button", name="Import").wait_for()
    await window.page.evaluate(_DROP, [name, media_type, base64.b64encode(body).decode()])


async def test_documents_are_found_by_what_is_written_in_them(window: OpenWindow, own_server: Server) -> None:
    own_server.create(title="Holidays", markdown="Bring the blue kayak and a tent.")
    own_server.create(title="Shopping", markdown="Milk")
    ada = await window()
    await ada.page.goto(own_server.url)
    links = ada.page.locator(".row-link")
    await expect(links).to_have_count(2)
    for _ in range(20):  # what was just written is not in the index yet
        await ada.page.get_by_label("Search documents").fill("")
        await ada.page.get_by_label("Search documents").press_sequentially("kaya")
        await ada.page.wait_for_timeout(600)
        if await links.count():
            break
    await expect(links).to_have_count(1)
    await expect(links).to_contain_text("Holidays")
    await expect(ada.page.locator(".row-snippet mark")).to_have_text("kayak")
    await expect(ada.page.locator(".row-snippet")).to_contain_text("Bring the blue kayak and a tent.")


async def test_a_file_that_is_dropped_on_the_list_is_opened_as_a_document(
    window: OpenWindow, own_server: Server
) -> None:
    ada = await window()
    await ada.page.goto(own_server.url)
    await drop(ada, "Notes.md", "# Head\n\nBody **bold** 👩".encode())
    await ada.sees("Body bold 👩")
    await expect(ada.text.locator("strong")).to_have_text("bold")
    await ada.page.get_by_role("link", name="All documents").click()
    word = WordDocument()
    word.add_heading("From Word", 1)
    word.add_paragraph("A paragraph of it")
    packed = io.BytesIO()
    word.save(packed)
    await drop(ada, "Report.docx", packed.getvalue())
    await ada.sees("A paragraph of it")
    await expect(ada.title).to_have_value("From Word")
    await expect(ada.text.get_by_role("heading")).to_have_count(0)


async def test_a_file_that_cannot_be_read_is_named_with_the_reason(window: OpenWindow, own_server: Server) -> None:
    ada = await window()
    await ada.page.goto(own_server.url)
    await drop(ada, "picture.bmp", b"BM" + bytes(100))
    await expect(ada.page.locator(".toast")).to_contain_text("“picture.bmp” could not be imported")
    await expect(ada.page.get_by_role("button", name="Import")).to_be_enabled()


async def test_several_files_are_chosen_with_the_button_and_stand_in_the_list(
    window: OpenWindow, own_server: Server
) -> None:
    ada = await window()
    await ada.page.goto(own_server.url)
    async with ada.page.expect_file_chooser() as choosing:
        await ada.page.get_by_role("button", name="Import").click()
    chooser = await choosing.value
    await chooser.set_files(
        [{"name": f"{name}.txt", "mimeType": "text/plain", "buffer": b"One\n\nTwo"} for name in ("first", "second")]
    )
    await expect(ada.page.locator(".row-link")).to_have_count(2)


async def test_a_document_is_taken_away_in_the_formats_that_the_server_has(
    window: OpenWindow, own_server: Server
) -> None:
    own_server.create(id="doc", title="Plan", markdown="# Head\n\nBody")
    ada = await window()
    await ada.open(f"{own_server.url}/d/doc")
    for name, extension in {"Markdown": "md", "Word": "docx"}.items():
        await ada.page.get_by_role("button", name="Download").click()
        async with ada.page.expect_download() as downloading:
            await ada.page.get_by_role("menuitem", name=name).click()
        download = await downloading.value
        assert download.suggested_filename == f"Plan.{extension}"
        body = (await download.path()).read_bytes()
        if extension == "md":
            assert body.decode().strip() == "# Plan\n\n# Head\n\nBody"
        else:
            assert "word/document.xml" in zipfile.ZipFile(io.BytesIO(body)).namelist()
