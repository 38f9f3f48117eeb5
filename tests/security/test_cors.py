"""What pages of other origins may ask and read: those that are named, all of the API; the others, nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import aiohttp
import pytest

from coscribe.http.api.operation import Operation
from coscribe.http.api.operations import OPERATIONS
from harness.server import Server
from harness.tokens import SECRET, TOKEN_AUTH, bearer, token

FRIEND = "https://app.example.org"
STRANGERS = (
    "https://evil.example.org",
    "http://app.example.org",
    "https://app.example.org:444",
    "https://app.example.org.evil.org",
    "https://app.example.org@evil.org",
    "https://evil.org/app.example.org",
    "https://xapp.example.org",
    "https://app.example.org\tevil",
    "null",
    "file://",
    "*",
    "",
)
ALLOW = "Access-Control-Allow-"
FOR_EVERYBODY = "/api/openapi.json"
"""It is the same for all, and tools in browsers read it."""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {"secret": SECRET, "allowed_origins": FRIEND}
    with Server(tmp_path_factory.mktemp("cors") / "data", *TOKEN_AUTH, settings=settings) as running:
        yield running


def address(server: Server, operation: Operation) -> str:
    return server.url + re.sub(r"{\w+}", "0" * 64, operation.path)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
async def test_page_is_answered_if_its_origin_is_named(
    http: aiohttp.ClientSession, guarded: Server, operation: Operation
) -> None:
    url, credentials = address(guarded, operation), bearer(token("*", "view"))
    asking = {"Access-Control-Request-Method": operation.method, "Access-Control-Request-Headers": "authorization"}
    for origin in (FRIEND, *STRANGERS):
        friend = origin == FRIEND
        for sends in (asking, credentials):
            method = "OPTIONS" if sends is asking else operation.method
            async with http.request(method, url, headers={**sends, "Origin": origin}) as response:
                allowed = response.headers.get(f"{ALLOW}Origin")
                if operation.path != FOR_EVERYBODY or sends is asking:
                    assert allowed == (FRIEND if friend else None), (origin, method)
                assert f"{ALLOW}Credentials" not in response.headers, "a cookie is no way in for another page"
                assert "Origin" in response.headers["Vary"]
                if sends is asking:
                    assert response.status == (204 if friend else 403)
                    if friend:
                        assert operation.method in response.headers[f"{ALLOW}Methods"]
                        assert "Authorization" in response.headers[f"{ALLOW}Headers"]
                elif operation.method != "GET" and not friend:
                    assert response.status == 403


async def test_refusals_can_be_read_by_the_page_that_was_refused(http: aiohttp.ClientSession, guarded: Server) -> None:
    for path in ("/api/documents/none", "/nothing", "/api/documents/a%00"):
        async with http.get(guarded.url + path, headers={"Origin": FRIEND}) as response:
            assert response.status in (400, 401, 404)
            assert response.headers[f"{ALLOW}Origin"] == FRIEND
