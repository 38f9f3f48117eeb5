"""The examples of the documentation, run as they stand against a server; only the address and the document change."""

import asyncio
import re
import time
from pathlib import Path

import aiohttp
import pytest

from harness.node import PACKAGE
from harness.server import Server

ROOT = Path(__file__).resolve().parents[2]
BROWSER = "import { WebSocket as Socket } from 'ws'\nglobalThis.WebSocket = Socket\n"
SAYS_S = 30.0

pytestmark = pytest.mark.usefixtures("stock_clients")


def example(page: str, contains: str, server: Server, document: str) -> str:
    text = (ROOT / page).read_text(encoding="utf-8")
    (found,) = [code for code in re.findall(r"```js\n(.*?)```", text, re.DOTALL) if contains in code]
    assert "127.0.0.1:8080" in found
    return found.replace("127.0.0.1:8080", f"127.0.0.1:{server.port}").replace("my-document", document)


async def run_until(code: str, says: str) -> str:
    """Run a program under Node until it has printed something; returns all it printed."""
    process = await asyncio.create_subprocess_exec(
        "node", "--input-type=module", "--eval", code, cwd=PACKAGE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    printed = ""
    try:
        async with asyncio.timeout(SAYS_S):
            while says not in printed:
                line = await process.stdout.readline()
                assert line, f"it ended after printing {printed!r}"
                printed += line.decode()
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await asyncio.sleep(0)  # the pipe's transport closes a turn later
    return printed


@pytest.mark.parametrize("page", ["README.md", "docs/how-to/connect-a-hocuspocus-app.md"])
async def test_hocuspocus_example_ends_with_everything_saved(page: str, server: Server, document: str):
    printed = await run_until(BROWSER + example(page, "'unsyncedChanges'", server, document), "Saved\n")
    assert "Saving…" in printed


@pytest.mark.parametrize("page", ["README.md", "docs/how-to/connect-a-y-websocket-app.md"])
async def test_y_websocket_example_sees_what_a_hocuspocus_client_wrote(page: str, server: Server, document: str):
    await run_until(BROWSER + example("README.md", "'unsyncedChanges'", server, document), "Saved\n")
    printed = await run_until(BROWSER + example(page, "new WebsocketProvider('ws:", server, document), "Hocuspocus. ")
    assert "Hello" in printed.splitlines()[0]


async def test_tutorial_program_writes_a_paragraph(server: Server, document: str, http: aiohttp.ClientSession):
    code = example("docs/tutorial/first-document.md", "Y.XmlElement", server, document)
    process = await asyncio.create_subprocess_exec("node", "--input-type=module", "--eval", code, cwd=PACKAGE)
    assert await asyncio.wait_for(process.wait(), SAYS_S) == 0
    url = f"http://127.0.0.1:{server.port}/api/documents/{document}/content?format=text"
    deadline = time.monotonic() + SAYS_S
    text = ""
    while "Hello from a program." not in text and time.monotonic() < deadline:
        async with http.get(url) as response:
            text = await response.text()
    assert text.strip() == "Hello from a program."
