"""One connection, one reading of it: what a proxy could take for the end of a request is never that of another."""

from __future__ import annotations

import gzip
import zlib

import pytest

from harness.raw import HOST, UPGRADE, exchange
from harness.server import Server

NEXT = b"GET /version HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
POST = b"POST /api/documents HTTP/1.1\r\n" + HOST
GET = b"GET /version HTTP/1.1\r\n" + HOST
CHUNKED = b"Transfer-Encoding: chunked\r\n"
BODY = b"\r\n2\r\n{}\r\n0\r\n\r\n"

DOUBTFUL = {
    "two equal lengths": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
    "a list of lengths": POST + b"Content-Length: 2, 2\r\n\r\n{}",
    "a length with a sign": POST + b"Content-Length: +2\r\n\r\n{}",
    "a negative length": POST + b"Content-Length: -1\r\n\r\n{}",
    "a length in hexadecimal": POST + b"Content-Length: 0x2\r\n\r\n{}",
    "a length with an underscore": POST + b"Content-Length: 0_2\r\n\r\n{}",
    "a length in other digits": POST + "Content-Length: ٢\r\n\r\n{}".encode(),
    "an empty length": POST + b"Content-Length: \r\n\r\n{}",
    "a length beyond 64 bits": POST + b"Content-Length: 99999999999999999999999\r\n\r\n{}",
    "a length and chunks": POST + b"Content-Length: 4\r\n" + CHUNKED + BODY,
    "chunks and a length": POST + CHUNKED + b"Content-Length: 4\r\n\r\n0\r\n\r\n",
    "a coding that only looks like chunked": POST + b"Transfer-Encoding: xchunked\r\n" + BODY,
    "chunked and then another coding": POST + b"Transfer-Encoding: chunked, identity\r\n" + BODY,
    "another coding and then chunked": POST + b"Transfer-Encoding: gzip, chunked\r\n" + BODY,
    "no coding by name": POST + b"Transfer-Encoding: identity\r\n" + BODY,
    "two codings": POST + CHUNKED + b"Transfer-Encoding: identity\r\n" + BODY,
    "a space before the colon": POST + b"Transfer-Encoding : chunked\r\n" + BODY,
    "a vertical tab before chunked": POST + b"Transfer-Encoding: \x0bchunked\r\n" + BODY,
    "chunks in HTTP/1.0": POST.replace(b"1.1", b"1.0") + CHUNKED + BODY,
    "a folded header": GET + b"X-A: b\r\n  folded\r\n\r\n",
    "a folded coding": POST + b"Transfer-Encoding:\r\n chunked\r\n" + BODY,
    "a carriage return in a header": GET + b"X-A: b\rX-B: c\r\n\r\n",
    "a line feed in a header": GET + b"X-A: b\nX-B: c\r\n\r\n",
    "line feeds alone": b"GET /version HTTP/1.1\nHost: a\n\n",
    "a zero byte in a header": GET + b"X-A: b\0c\r\n\r\n",
    "a header without a name": GET + b": c\r\n\r\n",
    "a header name with a space before it": GET + b" X-A: c\r\n\r\n",
    "a header without a colon": GET + b"X-A\r\n\r\n",
    "no host": b"GET /version HTTP/1.1\r\n\r\n",
    "two hosts": GET + b"Host: evil\r\n\r\n",
    "a host with a space": b"GET /version HTTP/1.1\r\nHost: a b\r\n\r\n",
    "a host with a path": b"GET /version HTTP/1.1\r\nHost: a@b/c\r\n\r\n",
    "another host in the address": b"GET http://evil/version HTTP/1.1\r\n" + HOST + b"\r\n",
    "an address that is none": b"GET http://[::1/version HTTP/1.1\r\n" + HOST + b"\r\n",
    "a path without a slash": b"GET version HTTP/1.1\r\n" + HOST + b"\r\n",
    "a tunnel": b"CONNECT evil:80 HTTP/1.1\r\n" + HOST + b"\r\n",
    "a version that is none": GET.replace(b"1.1", b"1.2") + b"\r\n",
    "the beginning of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a version in words that is HTTP/2's": GET.replace(b"1.1", b"2.0") + b"\r\n",
    "a version in words that is HTTP/0.9's": GET.replace(b"1.1", b"0.9") + b"\r\n",
    "a request line alone": b"GET /version\r\n",
    "HTTP/0.9": b"GET /version\r\n\r\n",
    "a space in the address": b"GET /version x HTTP/1.1\r\n" + HOST + b"\r\n",
    "a method that is none": b"G@T /version HTTP/1.1\r\n" + HOST + b"\r\n",
    "an address of 100,000 characters": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a header of 100,000 characters": GET + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
    "ten thousand headers": GET + b"".join(b"X%d: a\r\n" % number for number in range(10_000)) + b"\r\n",
    "a chunk extension with a line feed": POST + CHUNKED + BODY.replace(b"2\r", b"2;a\nb\r", 1),
    "a chunk extension with a carriage return": POST + CHUNKED + BODY.replace(b"2\r", b"2;a\rb\r", 1),
    "a chunk size with a prefix": POST + CHUNKED + BODY.replace(b"2\r", b"0x2\r", 1),
    "a chunk size with a sign": POST + CHUNKED + BODY.replace(b"2\r", b"+2\r", 1),
    "a chunk size with a space": POST + CHUNKED + BODY.replace(b"2\r", b" 2\r", 1),
    "a chunk size beyond 64 bits": POST + CHUNKED + BODY.replace(b"2\r", b"fffffffffffffffff2\r", 1),
    "a chunk without its end": POST + CHUNKED + b"\r\n2\r\n{}xx0\r\n\r\n",
    "chunks with line feeds alone": POST + CHUNKED + b"\r\n2\n{}\n0\n\n",
    "a length after the last chunk": POST + CHUNKED + BODY[:-2] + b"Content-Length: 50\r\nHost: evil\r\n\r\n",
    "a body before a WebSocket": b"GET /sync/doc HTTP/1.1\r\n" + HOST + UPGRADE + b"Content-Length: 5\r\n\r\nhello",
    "chunks before a WebSocket": b"GET /sync/doc HTTP/1.1\r\n" + HOST + UPGRADE + CHUNKED + BODY,
    "a body and another protocol": POST + UPGRADE + b"Content-Length: 2\r\n\r\n{}",
}
"""What is not a request that all programs read alike."""


@pytest.mark.parametrize("name", DOUBTFUL)
async def test_what_can_be_read_in_two_ways_is_refused_and_ends_the_connection(server: Server, name: str) -> None:
    heard = await exchange(server, DOUBTFUL[name] + NEXT)
    assert heard.statuses == [400]
    assert heard.closed
    assert b"coscribe" not in heard.data, "the request behind it was answered"
    assert b"aiohttp" not in heard.data, "which version it is is nobody's business"


ENDING = {
    "a refused WebSocket": b"GET /sync/doc HTTP/1.1\r\n" + HOST + UPGRADE.replace(b"13", b"9") + b"\r\n",
    "a WebSocket of a foreign page": b"GET /sync/doc HTTP/1.1\r\nOrigin: https://evil\r\n" + HOST + UPGRADE + b"\r\n",
    "a WebSocket where there is none": b"GET /nothing HTTP/1.1\r\n" + HOST + UPGRADE + b"\r\n",
    "another protocol": b"GET /healthz HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
}


@pytest.mark.parametrize("name", ENDING)
async def test_nothing_follows_on_a_connection_that_was_asked_to_be_another(server: Server, name: str) -> None:
    """A proxy that believes in a tunnel passes on whatever comes: it must not be taken for requests."""
    heard = await exchange(server, ENDING[name] + NEXT)
    assert len(heard.statuses) == 1
    assert heard.statuses[0] != 101
    assert heard.closed
    assert b"coscribe" not in heard.data


async def test_what_follows_an_opened_websocket_is_no_request(server: Server, document: str) -> None:
    heard = await exchange(server, b"GET /sync/%s HTTP/1.1\r\n" % document.encode() + HOST + UPGRADE + b"\r\n" + NEXT)
    assert heard.statuses == [101]
    assert heard.closed
    assert b"coscribe" not in heard.data


async def test_body_that_is_read_by_nobody_is_no_request(server: Server) -> None:
    body = b"Content-Length: %d\r\n\r\n" % len(NEXT) + NEXT
    for head in (b"POST /api/nothing HTTP/1.1\r\n" + HOST, POST + b"Origin: https://evil\r\n", GET):
        heard = await exchange(server, head + body + NEXT)
        assert [*heard.statuses[1:]] in ([200], []), "the one behind the body, at most"
        assert heard.data.count(b"coscribe") <= 1 + (head is GET)


BOMBS = {
    "gzip": gzip.compress(bytes(64 << 20)),
    "deflate": zlib.compress(bytes(64 << 20)),
    "x-gzip": gzip.compress(b'{"id": "made-by-a-bomb"}'),
    "br": b"{}",
    "zstd": b"{}",
    "gzip, gzip": gzip.compress(gzip.compress(b"{}")),
    "nonsense": b"{}",
}


@pytest.mark.parametrize("coding", BOMBS)
async def test_packed_body_is_refused_unopened_at_every_door(server: Server, coding: str) -> None:
    memory = server.memory()
    for method, path in (
        (b"POST", b"/api/documents"),
        (b"POST", b"/api/documents/doc/update"),
        (b"PUT", b"/api/documents/doc/content"),
        (b"POST", b"/api/documents/doc/files"),
        (b"POST", b"/api/import"),
    ):
        head = b"%s %s HTTP/1.1\r\n" % (method, path) + HOST + b"Content-Encoding: %s\r\n" % coding.encode()
        body = BOMBS[coding]
        heard = await exchange(server, head + b"Content-Length: %d\r\n\r\n" % len(body) + body, 15)
        assert heard.statuses == [415], path
        assert heard.closed
    assert server.memory() - memory < 32 << 20
    assert "Traceback" not in server.stderr()
