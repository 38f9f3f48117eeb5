"""Who may only read is told so, gets nothing stored, and disturbs nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import aiohttp
import pytest

from harness import node
from harness.lib0 import Typist, awareness
from harness.peer import Dialect, Kind, Peer, status
from harness.server import MakeServer, Server

SECRET = "a secret of more than thirty-two bytes for tests"
SIGN_IN_AGAIN, FORBIDDEN = 4401, 4403
DENIED = bytes.fromhex("01117065726d697373696f6e2d64656e696564")
READ_WRITE, READ_ONLY = bytes.fromhex("020a726561642d7772697465"), bytes.fromhex("0208726561646f6e6c79")

Token = Callable[..., str]


@pytest.fixture
def guarded(make_server: MakeServer) -> Server:
    """A server that wants tokens."""
    return make_server("--auth", "token", settings={"secret": SECRET})


def token(document: str, role: str) -> str:
    """Let `coscribe token` print a token for a document."""
    return subprocess.run(
        [sys.executable, "-m", "coscribe", "token", document, "--role", role, "--user", f"user-{role}"],
        env={**os.environ, "COSCRIBE_SECRET": SECRET},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


async def test_viewer_reads_and_what_it_writes_is_refused_and_goes_nowhere(
    http: aiohttp.ClientSession, guarded: Server
) -> None:
    edit, view = token("doc", "edit"), token("doc", "view")
    writer = await Peer.join(http, guarded, "doc", Dialect.HOCUSPOCUS, token=edit)
    typist = Typist(1)
    await writer.send_update(typist.type("written"))
    await writer.until_count(Kind.SYNC_STATUS, 2)

    viewer = await Peer.join(http, guarded, "doc", Dialect.HOCUSPOCUS, token=view)
    assert (await viewer.until(Kind.AUTH)).payload == READ_ONLY
    assert (await writer.until(Kind.AUTH)).payload == READ_WRITE
    await viewer.until_content(b"written")
    await viewer.until_count(Kind.SYNC_STATUS, 1)
    assert viewer.count(Kind.SYNC_STATUS, status(True)) == 1, "the answer to the server's SyncStep1 held nothing new"

    forbidden = Typist(2)
    await viewer.send_update(forbidden.type("forbidden"))
    await viewer.until_count(Kind.SYNC_STATUS, 2)
    await viewer.send_step_2(typist.everything())
    await viewer.until_count(Kind.SYNC_STATUS, 3)
    await viewer.send_step_2(forbidden.everything())
    await viewer.until_count(Kind.SYNC_STATUS, 4)
    answers = [m.payload for m in viewer.messages if m.kind is Kind.SYNC_STATUS]
    assert answers == [status(True), status(False), status(True), status(False)]

    stream = await Peer.join(http, guarded, "doc", Dialect.Y_WEBSOCKET, query=f"?token={view}")
    await stream.send_update(Typist(3).type("forbidden"))
    await stream.until(Kind.AUTH)
    # Presence is a viewer's as well.
    await stream.send_awareness(awareness((3, 1, '{"here":true}')))
    await writer.until(Kind.AWARENESS, lambda payload: b"here" in payload)
    await writer.send_update(typist.type(" and on"))
    for reader in (viewer, stream):
        await reader.until_content(b" and on")
    newcomer = await Peer.join(http, guarded, "doc", Dialect.HOCUSPOCUS, token=edit)
    for peer in (writer, newcomer, viewer, stream):
        assert all(b"forbidden" not in m.payload for m in peer.messages if m.kind is not Kind.AUTH)
    for peer in (writer, newcomer, viewer, stream):
        await peer.leave()


async def test_without_a_good_token_nobody_comes_in(http: aiohttp.ClientSession, guarded: Server) -> None:
    good = token("doc", "edit")
    for bad in ("", "nonsense", good[:-4] + "AAAA", token("other", "edit")):
        denied = await Peer.open(http, guarded, "doc", Dialect.HOCUSPOCUS)
        await denied.send_auth(bad)
        await denied.send_step_1()
        assert (await denied.until(Kind.AUTH)).payload == DENIED
        # The socket stays, and another token may be tried on it.
        await denied.send_auth(good)
        await denied.until(Kind.AUTH, lambda payload: payload == READ_WRITE)
        await denied.leave()
        stream = await Peer.open(http, guarded, "doc", Dialect.Y_WEBSOCKET, query=f"?token={bad}")
        assert await stream.until_closed() in (SIGN_IN_AGAIN, FORBIDDEN)


async def test_token_travels_as_a_subprotocol_too(http: aiohttp.ClientSession, guarded: Server) -> None:
    offered = f"auth.{token('doc', 'edit')}"
    stream = await Peer.open(http, guarded, "doc", Dialect.Y_WEBSOCKET, protocols=(offered,))
    assert stream.socket.protocol == offered
    await stream.sync()
    await stream.leave()


@pytest.mark.usefixtures("stock_clients")
async def test_stock_clients_know_that_they_may_only_read(guarded: Server) -> None:
    job = {"url": guarded.websocket_url, "document": "doc", "edit": token("doc", "edit"), "view": token("doc", "view")}
    result = await node.run("viewers", job)
    assert result == {
        "event": "done",
        "scopes": {"edit": "read-write", "view 4": "readonly", "view 3": "readonly"},
        "texts": ["by the editor"] * 3,
        "unsynced": {"edit": 0, "view 4": 1, "view 3": 1},
    }
