"""What the page says about saving is true at every point, and nothing that it calls kept is lost."""

import re
import signal

from playwright.async_api import expect

from e2e.browser import IN_ONE_LOOP, OpenWindow
from harness.server import Server

pytestmark = IN_ONE_LOOP

KEPT = re.compile(r"^(Offline, |Reconnecting… )\d+ changes? kept on this device$")


async def test_a_change_is_saved_only_when_the_server_has_acknowledged_it(
    window: OpenWindow, own_server: Server, document: str
) -> None:
    ada = await window()
    await ada.open(f"{own_server.url}/d/{document}")
    own_server.signal(signal.SIGSTOP)
    await ada.write("not yet")
    await ada.sees_status("Saving…")
    await ada.page.wait_for_timeout(2_000)
    await ada.sees_status("Saving…")
    own_server.signal(signal.SIGCONT)
    await ada.sees_status("Saved")


async def test_a_killed_server_loses_nothing_and_the_windows_come_back_by_themselves(
    window: OpenWindow, own_server: Server, document: str
) -> None:
    address = f"{own_server.url}/d/{document}"
    ada, ben = await window(), await window()
    await ada.open(address)
    await ben.open(address)
    await ada.write("Before the crash. ")
    await ada.sees_status("Saved")
    own_server.kill()
    await ada.sees_status(re.compile("^(Reconnecting…|Offline)$"))
    await ada.write("While it was down. ")
    await ada.sees_status(KEPT)
    own_server.start()
    for each in (ada, ben):
        await each.sees_status("Saved")
    await ben.sees("Before the crash. While it was down.")
    await ben.write("After it.")
    await ada.sees("After it.")
    carol = await window()
    await carol.open(address)
    await carol.sees("Before the crash. While it was down. After it.")


async def test_two_people_write_apart_and_their_words_are_merged(
    window: OpenWindow, own_server: Server, document: str
) -> None:
    address = f"{own_server.url}/d/{document}"
    ada, ben = await window(), await window()
    await ada.open(address)
    await ben.open(address)
    await ada.write("Together. ")
    await ben.sees("Together.")
    await ada.sees_status("Saved")
    await ada.context.set_offline(True)
    await ada.sees_status(re.compile("^(Offline|Reconnecting…)$"))
    await ada.write("Ada alone. ")
    await ada.sees_status(re.compile(r"^Offline, \d+ changes kept on this device$"))
    await ben.text.click()
    await ben.page.keyboard.press("Control+Home")
    await ben.page.keyboard.type("Ben meanwhile. ")
    await ben.sees_status("Saved")
    await ada.context.set_offline(False)
    for each in (ada, ben):
        await each.sees_status("Saved")
        await each.sees("Ben meanwhile. Together. Ada alone.")


async def test_a_reload_without_the_server_keeps_the_words_and_their_number(
    window: OpenWindow, own_server: Server, document: str
) -> None:
    address = f"{own_server.url}/d/{document}"
    ada = await window()
    await ada.open(address)
    await ada.service_worker_ready()
    await ada.write("Saved words. ")
    await ada.sees_status("Saved")
    own_server.kill()
    await ada.write("abc")
    await ada.sees_status(re.compile(" 3 changes kept on this device$"))
    await ada.reload()
    await ada.sees_status("Offline, 3 changes kept on this device")
    await ada.sees("Saved words. abc")
    await ada.write("d")
    await ada.sees_status("Offline, 4 changes kept on this device")
    await ada.reload()
    await ada.sees_status("Offline, 4 changes kept on this device")
    await ada.sees("Saved words. abcd")
    own_server.start()
    await ada.sees_status("Saved")
    ben = await window()
    await ben.open(address)
    await ben.sees("Saved words. abcd")
    own_server.kill()
    await ada.reload()
    await ada.sees_status("Offline")
    await ada.sees("Saved words. abcd")


async def test_a_document_that_is_not_on_this_device_opens_when_the_server_is_back(
    window: OpenWindow, own_server: Server, document: str
) -> None:
    ada = await window()
    await ada.page.goto(own_server.url)
    await ada.service_worker_ready()
    own_server.kill()
    await ada.page.goto(f"{own_server.url}/d/{document}")
    await expect(ada.page.get_by_role("heading", name="Not on this device yet")).to_be_visible()
    await ada.sees_status("Offline")
    own_server.start()
    await ada.sees_status("Saved")
    await expect(ada.text).to_be_visible()


async def test_a_title_typed_without_the_server_arrives_later(
    window: OpenWindow, own_server: Server, document: str
) -> None:
    ada = await window()
    await ada.open(f"{own_server.url}/d/{document}")
    own_server.kill()
    await ada.title.fill("Written on a train")
    await ada.sees_status(KEPT)
    own_server.start()
    await ada.sees_status("Saved")
    assert own_server.get(f"/api/documents/{document}")[1]["title"] == "Written on a train"


async def test_words_written_offline_stay_on_the_device_when_their_document_was_deleted_for_good(
    window: OpenWindow, server: Server, address: str
) -> None:
    ada = await window()
    await ada.open(address)
    await ada.write("Saved before. ")
    await ada.sees_status("Saved")
    await ada.context.set_offline(True)
    await ada.write("Written on a train.")
    await ada.sees_status(KEPT)
    path = "/api/documents/" + address.rpartition("/d/")[2]
    assert server.request("DELETE", path + "?permanent=true")[0] == 204
    await ada.context.set_offline(False)
    await ada.sees_status("Deleted")
    assert server.request("GET", path)[0] == 404
    await ada.reload()
    await ada.sees_status("Deleted")
    async with ada.page.expect_download() as download:
        await ada.page.get_by_role("button", name="Save my text as a file").click()
    assert (await (await download.value).path()).read_text() == "Saved before. Written on a train.\n"
    assert server.request("GET", path)[0] == 404


async def test_a_deleted_document_gives_the_words_back(window: OpenWindow, server: Server, address: str) -> None:
    ada = await window()
    await ada.open(address)
    await ada.title.fill("Letter")
    await ada.write("Do not lose this.")
    await ada.sees_status("Saved")
    status, _ = server.request("DELETE", "/api/documents/" + address.rpartition("/d/")[2])
    assert status == 204
    await ada.sees_status("Deleted")
    await expect(ada.text).to_have_count(0)
    async with ada.page.expect_download() as download:
        await ada.page.get_by_role("button", name="Save my text as a file").click()
    file = await download.value
    assert file.suggested_filename == "Letter.md"
    assert (await file.path()).read_text() == "Do not lose this.\n"
    await ada.page.get_by_role("button", name="Remove it from this device").click()
    await expect(ada.page.get_by_role("heading", name="Documents")).to_be_visible()
