"""The reverse proxy of the documentation: its nginx configuration, run as it stands; only places and ports change."""

from __future__ import annotations

import asyncio
import io
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from harness.certificates import certificate
from harness.lib0 import Typist
from harness.peer import Dialect, Peer
from harness.server import Server
from harness.tokens import SECRET, TOKEN_AUTH, bearer, token

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "run-behind-a-reverse-proxy.md"
NAME = "docs.example.org"
CLIENT = "127.0.0.2"
"""Not the address of a trusted proxy, although it is of this machine as well."""
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Proxied:
    """A server behind nginx, as `Peer` sees a server."""

    def __init__(self, server: Server, port: int, folder: Path) -> None:
        self.server = server
        self.url = f"https://{NAME}:{port}"
        self.port = port
        self.folder = folder
        self.log = folder / "access.log"
        self.trust = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    folder = tmp_path_factory.mktemp("proxy")
    folder.chmod(0o755)
    chain, key = certificate(NAME)
    (folder / "fullchain.pem").write_bytes(chain)
    (folder / "privkey.pem").write_bytes(key)
    settings = {"secret": SECRET, "trusted_proxies": "127.0.0.1", "connections_per_address": 2}
    with Server(folder / "data", *TOKEN_AUTH, settings=settings) as server:
        port = free_port()
        (block,) = re.findall(r"```nginx\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
        block = block.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
        block = block.replace("127.0.0.1:8080", f"127.0.0.1:{server.port}").replace(f"/etc/ssl/{NAME}", str(folder))
        block = block.replace(f"/var/log/nginx/{NAME}.log", str(folder / "access.log"))
        block = block.replace("/var/log/nginx", str(folder))
        configuration = folder / "nginx.conf"
        configuration.write_text(
            f"daemon off; pid {folder}/pid; error_log {folder}/error.log;\nevents {{}}\nhttp {{\n{block}\n}}\n"
        )
        assert NGINX is not None, "install nginx: `make setup` does where apt is there"
        process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(configuration)])
        try:
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield Proxied(server, port, folder)
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture
async def browser(proxied: Proxied) -> AsyncIterator[aiohttp.ClientSession]:
    """An HTTP session that finds the name on this machine."""

    class Here(aiohttp.abc.AbstractResolver):
        async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[aiohttp.abc.ResolveResult]:
            return [
                aiohttp.abc.ResolveResult(
                    hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0
                )
            ]

        async def close(self) -> None:
            return

    connector = aiohttp.TCPConnector(resolver=Here(), ssl=proxied.trust, limit=0, local_addr=(CLIENT, 0))
    async with aiohttp.ClientSession(connector=connector) as session:
        yield session
    await asyncio.sleep(0.2)  # aiohttp does not wait for the end of TLS


async def test_people_write_together_through_the_proxy(
    browser: aiohttp.ClientSession, proxied: Proxied, document: str
) -> None:
    credential = token(document, "edit", "ada", ttl=60)
    origin = {"Origin": proxied.url}
    async with browser.get(f"{proxied.url}/", headers=origin) as response:
        assert response.status == 200
        assert response.headers["Strict-Transport-Security"].startswith("max-age=")
    async with browser.post(
        f"{proxied.url}/api/documents", json={"id": document}, headers={**origin, **bearer(credential)}
    ) as response:
        assert response.status == 201
    one = await Peer.join(browser, proxied, document, Dialect.Y_WEBSOCKET, query=f"?token={credential}")  # type: ignore[arg-type]
    two = await Peer.join(browser, proxied, document, Dialect.HOCUSPOCUS, token=credential)  # type: ignore[arg-type]
    await one.send_update(Typist(1).type("<through the proxy>"))
    await two.until_content(b"<through the proxy>")
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await browser.ws_connect(f"{proxied.url}/hocuspocus", headers={"X-Forwarded-For": "192.0.2.7"})
    assert refused.value.status == 429, "a client's own word on its address is not believed"
    with pytest.raises(aiohttp.WSServerHandshakeError) as foreign:
        await browser.ws_connect(f"{proxied.url}/hocuspocus", headers={"Origin": "https://evil.example.org"})
    assert foreign.value.status == 403
    for peer in (one, two):
        await peer.leave()
    async with browser.get(f"{proxied.url}/s/a-secret-of-a-link") as response:
        assert response.status == 200
    logged = proxied.log.read_text()
    assert f"/sync/{document}" in logged
    assert credential not in logged
    assert "a-secret-of-a-link" not in logged


async def test_body_of_the_largest_import_passes(browser: aiohttp.ClientSession, proxied: Proxied) -> None:
    form = aiohttp.FormData()
    form.add_field("file", io.BytesIO(bytes(33 << 20)), filename="large.txt")
    headers = bearer(token("*", "edit", "ada", ttl=60))
    async with browser.post(f"{proxied.url}/api/import", data=form, headers=headers) as response:
        assert response.status == 413
        assert "application/problem+json" in response.headers["Content-Type"], "it is the server that says so"


async def test_no_log_has_a_secret_either_while_the_server_is_away(
    browser: aiohttp.ClientSession, proxied: Proxied
) -> None:
    proxied.server.stop()
    try:
        for path in ("/sync/doc?token=tokin-7f3a", "/s/secrit-7f3a", "/auth/callback?code=coud-7f3a"):
            async with browser.get(proxied.url + path) as response:
                assert response.status == 502
    finally:
        proxied.server.start()
    logs = {log.name: log.read_text() for log in proxied.folder.glob("*.log")}
    assert len(logs) >= 3, "of accesses, of errors, and the server's"
    assert not [name for name, said in logs.items() if "7f3a" in said]
