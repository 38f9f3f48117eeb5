"""Whoever comes later sees all of it: also when the server has made a checkpoint, and after a restart."""

from e2e.browser import IN_ONE_LOOP, OpenWindow
from harness.server import MakeServer

pytestmark = IN_ONE_LOOP


async def test_a_long_text_with_links_is_whole_for_newcomers_and_after_a_restart(
    window: OpenWindow, make_server: MakeServer, document: str
) -> None:
    own_server = make_server(settings={"checkpoint_rows": 40})
    address = f"{own_server.url}/d/{document}"
    ada = await window()
    await ada.open(address)
    await ada.write("A first line with https://example.org/link inside, then **bold** and so on.\n")
    await ada.write("- every key is an edit of its own, so that the server makes checkpoints of them\n")
    await ada.write("The very end.")
    await ada.sees_status("Saved")
    whole = await ada.words()
    ben = await window()
    await ben.open(address)
    await ben.sees("The very end.")
    assert await ben.words() == whole
    own_server.restart()
    cleo = await window()
    await cleo.open(address)
    await cleo.sees("The very end.")
    assert await cleo.words() == whole
    status, text = own_server.get(f"/api/documents/{document}/content?format=text")
    assert status == 200
    assert b"The very end." in text
    assert "a worker failed" not in own_server.stderr()
