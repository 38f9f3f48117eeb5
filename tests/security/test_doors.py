"""Which pages and proxies are believed, what answers carry, and that what is forbidden looks like what is not there."""

from __future__ import annotations

import asyncio
import re
import ssl
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from coscribe.http.api.operations import OPERATIONS
from harness.certificates import certificate
from harness.peer import Dialect, Kind, Peer
from harness.server import MakeServer, Server
from harness.tokens import SECRET, TOKEN_AUTH, bearer, token

BROWSER = {"Accept-Encoding": "gzip"}
"""What every browser sends, and no page can keep it from sending."""
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for one other page, behind a proxy on this machine."""
    settings = {
        "secret": SECRET,
        "allowed_origins": "https://app.example.org, https://two.example.org:8443",
        "frame_ancestors": "https://app.example.org",
        "trusted_proxies": "127.0.0.0/8 10.0.0.0/8",
        "connections_per_address": 2,
    }
    with Server(tmp_path_factory.mktemp("guarded") / "data", *TOKEN_AUTH, settings=settings) as running:
        yield running


async def answer(server: Server, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Send a request as it stands; return status, headers and what of the body came with them."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    lines = {"Host": f"127.0.0.1:{server.port}", **headers}
    text = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"{text}\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    found = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    body = await reader.readexactly(int(found.get("content-length", 0)))
    writer.close()
    return int(head[0].split()[1]), found, body


def origins(server: Server) -> dict[str, tuple[bool, bool]]:
    """List origins, and whether a server for anybody here, and one with a secret, let them in."""
    port = server.port
    return {
        f"http://127.0.0.1:{port}": (True, True),
        "http://localhost:5173": (True, False),
        "http://[::1]:3000": (True, False),
        "https://app.example.org": (False, True),
        "https://APP.example.org": (False, True),
        "https://two.example.org:8443": (False, True),
        "http://app.example.org": (False, False),
        "https://app.example.org:444": (False, False),
        "https://two.example.org": (False, False),
        "https://evil.example.org": (False, False),
        "https://app.example.org.evil.org": (False, False),
        f"http://127.0.0.1:{port}.evil.org": (False, False),
        f"http://127.0.0.1:{port}@evil.org": (False, False),
        f"http://evil.org/127.0.0.1:{port}": (False, False),
        "http://localhost.evil.org": (False, False),
        "file://": (False, False),
        "null": (False, False),
        "": (False, False),
    }


@pytest.mark.parametrize("path", ["/sync/doc", "/hocuspocus", "/sync/doc?token=x"])
async def test_socket_opens_only_for_pages_that_are_known(guarded: Server, server: Server, path: str) -> None:
    for which, each in enumerate((server, guarded)):
        for origin, lets_in in origins(each).items():
            status, _, _ = await answer(each, path, **UPGRADE, Origin=origin)
            assert status == (101 if lets_in[which] else 403), (origin, which)
        assert (await answer(each, path, **UPGRADE))[0] == 101, "programs send no Origin"
        await asyncio.sleep(0.05)


async def test_name_that_was_bent_to_this_machine_opens_nothing(server: Server, guarded: Server) -> None:
    """A page of evil.org whose name now means 127.0.0.1 is of the same origin as the server, by its name."""
    host = f"evil.org:{server.port}"
    assert (await answer(server, "/sync/doc", **UPGRADE, Host=host, Origin=f"http://{host}"))[0] == 403
    assert (await answer(server, "/api/documents", "POST", Host=host, Origin=f"http://{host}"))[0] == 403
    assert (await answer(guarded, "/sync/doc", **UPGRADE, Host=host, Origin=f"http://{host}"))[0] == 101, (
        "it has no token"
    )


async def test_name_that_was_bent_to_this_machine_reads_nothing_either(server: Server, make_server: MakeServer) -> None:
    """A page's own requests to its own host say no Origin: only the name that they call the server by tells."""
    for host in (f"evil.org:{server.port}", "evil.org", "localhost.evil.org", "127.0.0.1.evil.org", "10.0.0.1"):
        for path in ("/", "/api/documents", "/api/documents/doc/content", "/healthz", "/metrics", "/api/docs"):
            assert (await answer(server, path, **BROWSER, Host=host))[0] == 403, (host, path)
            assert (await answer(server, path, Host=host))[0] != 403, "programs may call it what they like"
    for host in (f"127.0.0.1:{server.port}", f"LOCALHOST:{server.port}", "localhost", "[::1]:3000", "my.localhost", ""):
        assert (await answer(server, "/api/documents", **BROWSER, Host=host))[0] == 200, host
    named = make_server(
        settings={"public_url": "https://docs.example.org", "allowed_origins": "https://app.example.org:8443"}
    )
    for host, status in {"docs.example.org": 200, "APP.example.org:81": 200, "example.org": 403}.items():
        assert (await answer(named, "/api/documents", **BROWSER, Host=host))[0] == status, host


async def test_host_that_is_no_address_fails_nothing(server: Server, guarded: Server) -> None:
    for each in (server, guarded):
        for host in ("127.0.0.1:99999", "", "[::::]", "127.0.0.1:", "%00", "a,b"):
            for path in ("/", "/api/docs", "/api/documents", "/auth/session", "/healthz"):
                assert (await answer(each, path, Host=host))[0] < 500, (host, path)
    assert "Traceback" not in server.stderr() + guarded.stderr()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_foreign_page_changes_nothing_over_http(server: Server, method: str) -> None:
    evil = {"Origin": "https://evil.example.org", "Content-Length": "2"}
    for path in ("/api/documents", "/api/documents/doc", "/api/documents/doc/content", "/api/documents/doc/update"):
        assert (await answer(server, path, method, **evil))[0] == 403, path
    assert (await answer(server, "/api/documents", Origin="https://evil.example.org"))[0] == 200, (
        "it cannot read it either"
    )
    assert (
        "access-control-allow-origin"
        not in (await answer(server, "/api/documents", Origin="https://evil.example.org"))[1]
    )


async def test_pages_that_are_refused_do_not_fill_the_log(make_server: MakeServer) -> None:
    server = make_server()
    for number in range(150):
        for _ in range(2):
            origin = f"https://{number}.evil.example.org\x1b[31m"
            assert (await answer(server, "/api/documents", "POST", Origin=origin))[0] in (400, 403)
            assert (await answer(server, "/api/documents", "POST", Origin=origin[:-5]))[0] == 403
    warnings = [line for line in server.stderr().splitlines() if "was refused" in line]
    assert len(warnings) == len(set(warnings)) == 100
    assert "\x1b" not in server.stderr()


async def test_own_page_sends_json_as_json(http: aiohttp.ClientSession, server: Server) -> None:
    for media_type, status in {
        "application/json": 201,
        "text/plain": 415,
        "application/x-www-form-urlencoded": 415,
        "multipart/form-data; boundary=x": 415,
    }.items():
        headers = {"Origin": server.url, "Content-Type": media_type}
        async with http.post(server.url + "/api/documents", data=b'{"title":"a"}', headers=headers) as response:
            assert response.status == status, media_type


async def test_every_answer_says_how_it_may_be_used(guarded: Server, server: Server) -> None:
    credentials = bearer(token("*", "admin"))
    for path in ("/healthz", "/metrics", "/api/documents", "/api/documents/nothing", "/nothing/here", "/api/keys"):
        status, headers, _ = await answer(guarded, path, **credentials)
        assert headers["x-content-type-options"] == "nosniff", (path, status)
        assert headers["content-security-policy"] == (
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        assert headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in headers
    _, headers, _ = await answer(guarded, "/healthz", **{"X-Forwarded-Proto": "https"})
    assert headers["strict-transport-security"].startswith("max-age=")
    _, headers, _ = await answer(server, "/healthz", **{"X-Forwarded-Proto": "https"})
    assert "strict-transport-security" not in headers, "nobody is believed who is not trusted"
    for each, ancestors in ((guarded, "https://app.example.org"), (server, "'none'")):
        _, headers, _ = await answer(each, "/")
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["frame-ancestors"] == ancestors
        assert policy["script-src"] == policy["connect-src"] == "'self'"
        assert policy["object-src"] == policy["base-uri"] == "'none'"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["x-content-type-options"] == "nosniff"
    _, headers, _ = await answer(guarded, "/s/secret")
    assert (headers["referrer-policy"], headers["cache-control"]) == ("no-referrer", "no-store")


PUBLIC = {"/api/schema", "/api/openapi.json", "/api/docs", "/api/docs/style.css"}
"""What is the same for everybody."""


async def test_nothing_private_is_kept_on_the_way_or_shown_by_other_pages(guarded: Server) -> None:
    admin = bearer(token("*", "admin"))
    assert guarded.request("POST", "/api/documents", b'{"id":"cached","text":"secret"}', **admin)[0] == 201
    for operation in OPERATIONS:
        for credentials in (admin, {}):
            path = operation.path.replace("{id}", "cached").replace("{hash}", "0" * 64)
            path = re.sub(r"{\w+}", "unknown", path)
            _, headers, _ = await answer(guarded, path, operation.method, **credentials)
            cache = headers["cache-control"]
            if operation.path not in PUBLIC:
                assert cache == "no-store" or cache.startswith("private, no-cache"), (operation.method, path)
            assert headers["cross-origin-resource-policy"] == "same-origin", path


async def test_address_of_a_client_is_what_a_trusted_proxy_says_and_nobody_else(
    guarded: Server, make_server: MakeServer
) -> None:
    async def fill(each: Server, forwarded: list[str]) -> list[int]:
        writers, statuses = [], []
        for chain in forwarded:
            reader, writer = await asyncio.open_connection("127.0.0.1", each.port)
            lines = {**UPGRADE, "Host": "127.0.0.1", "X-Forwarded-For": chain}
            writer.write(
                ("GET /hocuspocus HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in lines.items()) + "\r\n").encode()
            )
            statuses.append(int((await reader.readline()).split()[1]))
            writers.append(writer)
        for writer in writers:
            writer.close()
        await asyncio.sleep(0.2)
        return statuses

    # Of one client, two connections; what it claims stands before what the proxies add.
    assert await fill(guarded, ["1.1.1.1", "9.9.9.9, 1.1.1.1", "8.8.8.8, 1.1.1.1, 10.1.2.3"]) == [101, 101, 429]
    assert await fill(guarded, ["1.1.1.1", "1.1.1.2", "1.1.1.3", "2001:db8::1", "2001:db8::2"]) == [101] * 5
    assert await fill(guarded, ["nonsense", "", "300.1.1.1"]) == [101, 101, 429]
    # However a proxy writes it: with the port, or as an IPv6 address that stands for an IPv4 one.
    assert await fill(guarded, ["1.1.1.1:4711", "::ffff:1.1.1.1", "1.1.1.1, ::ffff:10.1.2.3"]) == [101, 101, 429]
    assert await fill(guarded, ["[2001:db8::1]:443", "2001:db8::2", "2001:DB8::3"]) == [101, 101, 429]
    direct = make_server(settings={"connections_per_address": 2})
    assert await fill(direct, ["1.1.1.1", "1.1.1.2", "1.1.1.3"]) == [101, 101, 429]


async def test_unknown_and_forbidden_documents_look_the_same(
    http: aiohttp.ClientSession, make_server: MakeServer
) -> None:
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET})
    assert (
        server.request("POST", "/api/documents", b'{"id":"there","text":"secret"}', **bearer(token("*", "admin")))[0]
        == 201
    )
    other = token("mine", "admin", "eve")
    seen: dict[str, list[object]] = {"there": [], "not-there": []}
    times: dict[str, list[float]] = {"there": [], "not-there": []}
    for document, answers in seen.items():
        for path in ("", "/content", "/update", "/export?format=md"):
            answers.append(server.request("GET", f"/api/documents/{document}{path}", **bearer(other)))
        for method, path in (
            ("PATCH", ""),
            ("DELETE", ""),
            ("PUT", "/content"),
            ("POST", "/update"),
            ("POST", "/tokens"),
        ):
            answers.append(server.request(method, f"/api/documents/{document}{path}", b"{}", **bearer(other)))
        answers.append(server.request("POST", "/api/documents", f'{{"id":"{document}"}}'.encode(), **bearer(other)))
        stream = await Peer.open(http, server, document, Dialect.Y_WEBSOCKET, query=f"?token={other}")
        answers.append(await stream.until_closed())
        provider = await Peer.open(http, server, document, Dialect.HOCUSPOCUS)
        await provider.send_auth(other)
        answers.append((await provider.until(Kind.AUTH)).payload)
        await provider.leave()
    assert seen["there"] == seen["not-there"]
    for _ in range(60):
        for document, taken in times.items():
            begun = time.perf_counter()
            server.request("GET", f"/api/documents/{document}/content", **bearer(other))
            taken.append(time.perf_counter() - begun)
    middle = {document: statistics.median(taken) for document, taken in times.items()}
    assert max(middle.values()) < 3 * min(middle.values()) + 0.002, middle
    everything = server.stderr() + server.request("GET", "/metrics")[1].decode()
    assert other not in everything
    assert not any(word in everything for word in ("eve", "secret", "there"))


@pytest.fixture
def tls_file(tmp_path: Path) -> Path:
    file = tmp_path / "tls.pem"
    file.write_bytes(b"".join(certificate("localhost")))
    return file


async def test_server_speaks_tls_by_itself(
    http: aiohttp.ClientSession, make_server: MakeServer, tls_file: Path
) -> None:
    server = make_server("--tls-cert", str(tls_file))
    context = ssl.create_default_context(cafile=str(tls_file))
    async with http.get(f"https://localhost:{server.port}/healthz", ssl=context) as response:
        assert response.status == 200
        assert response.headers["Strict-Transport-Security"].startswith("max-age=")
    async with http.ws_connect(f"wss://localhost:{server.port}/sync/doc", ssl=context) as socket:
        await socket.send_bytes(b"\x00\x00\x01\x00")
        assert (await socket.receive_bytes())[:2] == b"\x00\x00"
    assert server.stop() == 0
