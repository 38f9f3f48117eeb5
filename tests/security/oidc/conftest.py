"""Providers, servers that let people sign in with them, and people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import aiohttp
import pytest

from harness.oidc import FakeProvider, RealProvider, Visit, Visitor, settings_for
from harness.server import Server
from harness.tokens import TOKEN_AUTH


@pytest.fixture(scope="package")
def provider() -> Iterator[RealProvider]:
    with RealProvider() as running:
        yield running


@pytest.fixture(scope="package")
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory, provider: RealProvider) -> Iterator[Server]:
    """A server whose people sign in with a real provider."""
    settings = settings_for(
        provider.issuer,
        oidc_allowed_domains="example.org",
        oidc_admin_emails="Boss@example.org",
        allowed_origins="https://app.example.org",
        trusted_proxies="127.0.0.1",
    )
    with Server(tmp_path_factory.mktemp("oidc") / "data", *TOKEN_AUTH, settings=settings) as running:
        yield running


@pytest.fixture(scope="package")
def lied_to(tmp_path_factory: pytest.TempPathFactory, fake: FakeProvider) -> Iterator[Server]:
    """A server whose provider says whatever a test wants."""
    settings = settings_for(fake.issuer, log_level="debug")
    with Server(tmp_path_factory.mktemp("lied-to") / "data", *TOKEN_AUTH, settings=settings) as running:
        yield running


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    """Let people come, each with a browser of their own."""
    async with AsyncExitStack() as stack:

        async def make(server: Server) -> Visitor:
            jar = aiohttp.CookieJar(unsafe=True)
            http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
            return Visitor(http, server)

        yield make
