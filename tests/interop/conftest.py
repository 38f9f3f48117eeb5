"""Starts the clients of the quiet rooms early and asks for them last, so that their minute costs the suite nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from harness.node import PACKAGE, SCRIPTS
from harness.server import Server

QUIET_S = 65
"""More than twice the 30 s after which a stock client gives up a connection that says nothing."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.get_closest_marker("last") is not None)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "last: runs after all other tests")


@pytest.fixture(scope="session", autouse=True)
def quiet_rooms(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[bytes] | None]:
    """Stock clients that have been sitting in quiet rooms since the first interop test began."""
    if not any(
        "quiet_rooms" in getattr(item, "fixturenames", ()) and item.get_closest_marker("last")
        for item in request.session.items
    ):
        yield None
        return
    request.getfixturevalue("stock_clients")
    data = request.getfixturevalue("tmp_path_factory").mktemp("quiet") / "data"
    node = shutil.which("node")
    assert node is not None
    with Server(data) as server:
        job = {"url": server.websocket_url, "document": "quiet", "seconds": QUIET_S}
        process = subprocess.Popen(
            [node, str(SCRIPTS / "quiet.mjs")], cwd=PACKAGE, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(job).encode() + b"\n")
        process.stdin.flush()
        try:
            yield process
        finally:
            process.kill()
            process.communicate()
