"""Fixtures of the tests in a real browser: the built editor, Chromium, and people who open windows."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from browsers.firefox import stock_firefox
from e2e.browser import OpenWindow, Window
from harness.server import MakeServer, Server

EDITOR = Path(__file__).parents[2] / "editor-web"
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page that a test puts in the place of the server's comes from nowhere, and may still talk to this machine.
    "--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try a test here a few times more before it counts as failed: a browser on a busy machine may miss a deadline.

    Tests of what may never happen, such as a lost edit, are in other folders and have one try.
    """
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.flaky(reruns=6))


@pytest.fixture(scope="session", autouse=True)
def editor() -> None:
    """Have the editor built."""
    if (EDITOR / "dist" / "sw.js").is_file() and (EDITOR / "dist" / "embed" / "coscribe-editor.js").is_file():
        return
    if not (EDITOR / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--ignore-scripts"], cwd=EDITOR, check=True)
    subprocess.run(["npm", "run", "build"], cwd=EDITOR, check=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        if os.environ.get("TEST_BROWSER") == "firefox":
            launched = await playwright.firefox.launch(**stock_firefox(tmp_path_factory.mktemp("firefox")))
        else:
            launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def window(browser: Browser) -> AsyncIterator[OpenWindow]:
    """Open windows; each is a person of their own. A policy violation or an error in any of them fails the test."""
    opened: list[Window] = []

    async def make(**options: Any) -> Window:
        opened.append(await Window.make(browser, **options))
        return opened[-1]

    yield make
    problems = [problem for each in opened for problem in each.problems]
    for each in opened:
        await each.close()
    assert problems == []


@pytest.fixture
def own_server(make_server: MakeServer) -> Server:
    """A server of this test alone, to be stopped, frozen and killed."""
    return make_server()


@pytest.fixture
def address(server: Server, document: str) -> str:
    """The page of a document that no other test uses, on the shared server."""
    return f"{server.url}/d/{document}"
