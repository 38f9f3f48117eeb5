"""What the npm packages, unmodified, make of the server: counters, presence, stateless messages, quiet rooms."""

from __future__ import annotations

import pytest

from harness import node
from harness.server import Server

pytestmark = pytest.mark.usefixtures("stock_clients")


async def test_unsynced_changes_return_to_exactly_zero_and_every_edit_comes_back_to_y_websocket(
    server: Server, document: str
) -> None:
    await node.run("acknowledgements", {"url": server.websocket_url, "document": document}, 100)


async def test_presence_is_seen_at_once_and_ends_with_its_connection_in_every_dialect(
    server: Server, document: str
) -> None:
    await node.run("presence", {"url": server.websocket_url, "document": document}, 100)


async def test_stateless_messages_shared_sockets_and_subdocuments_work_as_applications_use_them(
    server: Server, document: str
) -> None:
    await node.run("conversation", {"url": server.websocket_url, "document": document}, 100)
