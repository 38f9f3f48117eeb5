"""Start a stock Firefox for Playwright, which expects one command of WebDriver BiDi more than Firefox has.

Playwright runs this in the place of Firefox and reads the address that it prints. What goes by is passed on as it is,
but for the command that Firefox does not know: it is answered here, as if it had been done.
"""

from __future__ import annotations

import asyncio
import functools
import json
import re
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

UNKNOWN_TO_FIREFOX = "emulation.setMediaFeaturesOverride"
FIREFOX = ("firefox", "firefox-esr")
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


def stock_firefox(folder: Path) -> dict[str, Any]:
    """Say how Playwright launches the Firefox of this machine; raise `FileNotFoundError` where there is none."""
    found = next(filter(None, map(shutil.which, FIREFOX)), None)
    if found is None:
        raise FileNotFoundError(FIREFOX[0])
    start = folder / "firefox"
    start.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{Path(__file__).resolve()}" "{found}" "$@"\n')
    start.chmod(0o700)
    return {
        "channel": "moz-firefox",
        "executable_path": start,
        # Two windows have the keyboard at once, each its own.
        "firefox_user_prefs": {"focusmanager.testmode": True},
    }


async def relay(request: web.Request, firefox: str) -> web.WebSocketResponse:
    """Pass the messages of one connection on, both ways, until either side ends it."""
    ours = web.WebSocketResponse(max_msg_size=0)
    await ours.prepare(request)
    async with aiohttp.ClientSession() as session, session.ws_connect(firefox, max_msg_size=0) as theirs:

        async def down() -> None:
            async for message in theirs:
                await ours.send_str(message.data)
            await ours.close()

        back = asyncio.create_task(down())
        async for message in ours:
            command = json.loads(message.data)
            if command["method"] == UNKNOWN_TO_FIREFOX:
                await ours.send_json({"type": "success", "id": command["id"], "result": {}})
            else:
                await theirs.send_str(message.data)
        await theirs.close()
        await back
    return ours


async def main(executable: str, *arguments: str) -> int:
    """Run Firefox to its end and return its exit code."""
    browser = await asyncio.create_subprocess_exec(executable, *arguments, stderr=asyncio.subprocess.PIPE)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, browser.terminate)
    assert browser.stderr is not None
    async for line in browser.stderr:
        listening = LISTENING.search(line.decode(errors="replace"))
        if listening is None:
            sys.stderr.buffer.write(line)
            sys.stderr.flush()
            continue
        app = web.Application()
        app.router.add_get("/session", functools.partial(relay, firefox=f"{listening[1]}/session"))
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        print(f"WebDriver BiDi listening on ws://127.0.0.1:{runner.addresses[0][1]}", file=sys.stderr, flush=True)
    return await browser.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
