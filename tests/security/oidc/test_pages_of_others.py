"""Sign-in with OpenID Connect: what a stranger's page, or a page of who was here before, might try."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import pytest

from coscribe.http.api.operations import OPERATIONS
from harness.lib0 import Typist
from harness.oidc import Visit
from harness.peer import Dialect, Kind, Peer
from harness.server import Server

SIGN_IN_AGAIN = 4401
FOREIGN = (
    "https://evil.example.org",
    "http://127.0.0.1:1",
    "http://localhost:{port}",
    "https://app.example.org.evil.org",
    "http://127.0.0.1:{port}.evil.org",
    "null",
)


async def test_foreign_page_signs_nobody_out(server: Server, visit: Visit) -> None:
    ada = await visit(server)
    await ada.sign_in("ada")
    for origin in FOREIGN:
        status, _ = await ada.send("POST", "/auth/sign-out", Origin=origin.format(port=server.port))
        assert status == 403, origin
    for site in ("", "cross-site", "same-site", "none"):
        await ada.send("POST", "/auth/sign-out", **{"Origin": "", "Sec-Fetch-Site": site})
    assert (await ada.get("/auth/sign-out")).status == 405
    assert (await ada.session())["signed_in"] is True
    # Also not a page that may come with tokens.
    assert (await ada.send("POST", "/auth/sign-out", Origin="https://app.example.org"))[0] == 200
    assert (await ada.session())["signed_in"] is True


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if one.method != "GET"], ids=lambda one: f"{one.method} {one.path}"
)
async def test_cookie_counts_for_no_change_that_another_page_asks_for(
    server: Server, visit: Visit, operation: Any
) -> None:
    boss = await visit(server)
    await boss.sign_in("boss")
    path = re.sub(r"{\w+}", "unknown-unknown-unknown", operation.path)
    for origin in FOREIGN:
        assert (await boss.send(operation.method, path, {}, Origin=origin.format(port=server.port)))[0] == 403
    if operation.role is None:
        return
    for other in (
        {"Origin": "https://app.example.org"},
        {"Origin": server.url.replace("http", "https")},
        {"Origin": "", "Sec-Fetch-Site": "same-site"},
        {"Origin": ""},
    ):
        headers = {"Sec-Fetch-Site": "", **other}
        assert (await boss.send(operation.method, path, {}, **headers))[0] == 401, other
    assert (await boss.send(operation.method, path, {}))[0] not in (401, 403)


async def test_cookie_shows_nothing_to_another_page(server: Server, visit: Visit) -> None:
    ada = await visit(server)
    await ada.sign_in("ada")
    for path in ("/api/documents", "/auth/session"):
        for headers in (
            {"Origin": "https://app.example.org"},
            {"Origin": "https://evil.example.org"},
            {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
            {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
            {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
        ):
            answer = await ada.get(path, **headers)
            assert answer.headers.get("Access-Control-Allow-Credentials") is None
            if path == "/auth/session":
                assert (await answer.json())["signed_in"] is False
            else:
                assert answer.status == 401
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert (await ada.get("/api/documents", **followed)).status == 200


@pytest.mark.parametrize("dialect", Dialect)
async def test_sockets_know_somebody_by_the_cookie_for_pages_of_this_server_only(
    server: Server, visit: Visit, dialect: Dialect
) -> None:
    ada = await visit(server)
    await ada.sign_in("ada")
    document = await ada.make_document()
    for origin in FOREIGN:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await Peer.open(ada.http, server, document, dialect, origin=origin.format(port=server.port))
        assert refused.value.status == 403, origin
    # A program's, and that of an application which comes with tokens: they are let in without the cookie.
    for origin in (None, "https://app.example.org", server.url.replace("http", "https")):
        peer = await Peer.open(ada.http, server, document, dialect, origin=origin)
        if dialect is Dialect.HOCUSPOCUS:
            await peer.send_auth("")
        assert await peer.until_closed() == SIGN_IN_AGAIN
    own = await Peer.open(ada.http, server, document, dialect, origin=server.url)
    if dialect is Dialect.HOCUSPOCUS:
        await own.send_auth("")
    await own.sync()
    await own.send_update(Typist(7).type("hers"))
    await own.until(Kind.SYNC_STATUS if dialect is Dialect.HOCUSPOCUS else Kind.UPDATE)
    begun = time.monotonic()
    assert (await ada.send("POST", "/auth/sign-out"))[0] == 200
    assert await own.until_closed() == SIGN_IN_AGAIN
    assert time.monotonic() - begun < 2
    again = await Peer.open(ada.http, server, document, dialect, origin=server.url)
    if dialect is Dialect.HOCUSPOCUS:
        await again.send_auth("")
    assert await again.until_closed() == SIGN_IN_AGAIN


@pytest.mark.parametrize("dialect", Dialect)
async def test_page_of_one_person_does_nothing_as_the_next_who_signs_in(
    server: Server, visit: Visit, dialect: Dialect
) -> None:
    ada, ben = await visit(server), await visit(server)
    await ada.sign_in("ada")
    hers = (await ada.session())["user"]["id"]
    await ben.sign_in("ben")
    his = (await ben.session())["user"]["id"]
    document = await ben.make_document()
    for meant, status in ((hers, 401), (quote(his, safe=""), 200), ("", 200)):
        assert (await ben.get(f"/api/documents/{document}", **{"Coscribe-Account": meant})).status == status
        assert (await ben.session(**{"Coscribe-Account": meant}))["user"]["id"] == his
    for meant, is_in in ((his, True), (hers, False)):
        query = "?" + urlencode({"account": meant})
        peer = await Peer.open(ben.http, server, document, dialect, origin=server.url, query=query)
        if dialect is Dialect.HOCUSPOCUS:
            await peer.send_auth("")
        if is_in:
            await peer.sync()
        else:
            assert await peer.until_closed() == SIGN_IN_AGAIN
