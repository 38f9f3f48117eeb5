"""Where the server sends to because somebody wrote an address: to public ones, and to networks that were opened."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from coscribe.access import outgoing
from coscribe.access.outgoing import AddressRefused, NotDelivered, Outgoing, is_public
from harness.certificates import certificate
from harness.receiver import Receiver

OPEN = "127.0.0.2"
"""An address of this machine that the tests open; 127.0.0.1 stays closed."""

PUBLIC = ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "64:ff9b::1.1.1.1"]
NOT_PUBLIC = [
    *("0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254"),
    *("172.16.0.1", "192.0.0.8", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1"),
    *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("168.63.129.16", "::", "::1", "::ffff:127.0.0.1", "::ffff:1.1.1.1", "::127.0.0.1", "::ffff:0:127.0.0.1"),
    *("64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1.1.1.1", "100::1", "2001::1", "2001:0:7f00:1::"),
    *("2001:db8::1", "2002:7f00:1::", "2002:101:101::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254"),
    *("fe80::1", "fec0::1", "ff02::1", "ff0e::1"),
]
SPELLINGS = [
    *("127.0.0.1", "localhost", "LOCALHOST", "2130706433", "0x7f.1", "0x7f000001", "127.1", "127.0.1"),
    *("0177.0.0.1", "017700000001", "127.0.0.1.", "0", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]"),
    *("[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "169.254.169.254"),
    *("[fe80::1]", "[fe80::1%25lo]", "10.0.0.1", "[fd00::1]", "127.0.0.1:8080", "[2002:7f00:1::]"),
]
NO_ADDRESSES = [
    *("", "nonsense", "//a.example/", "https:a.example", "https:///a", "https://", "ftp://a.example/", "file:///etc"),
    *("https://me@a.example/", "https://me:pw@a.example/", "https://@a.example/", "https://a.example/#", "https://:1/"),
    *("https://a.example/#x", "https://a.example:0/", "https://a.example:65536/", "https://a.example\\@b.example/"),
    *(
        "https://[::1/",
        "https://a example/",
        "https://a.example/ä",
        "https://a.example/\r\nX: y",
        "javascript:alert(1)",
    ),
    *(
        "https://１２７.0.0.1/",
        "https://a.example/" + "a" * 2000,
        "unix:///run/x",
        "javascript:alert(1)",
        "https://a.example\t/",
    ),
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))
    assert Outgoing().allows(address, plain=False)
    assert not Outgoing().allows(address, plain=True), "nothing is sent into the internet without TLS"


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))
    if not address.startswith("::ffff:1.1"):  # is what is inside, to whoever connects
        assert not Outgoing().allows(address, plain=False)


def test_networks_that_were_opened_are_reached_in_every_spelling_and_no_others() -> None:
    guard = Outgoing(["10.1.0.0/16", "fd00::/8"])
    for address in ("10.1.2.3", "::ffff:10.1.2.3", "fd00::5"):
        assert guard.allows(address, plain=True)
    for address in ("10.2.0.1", "::ffff:10.2.0.1", "64:ff9b::10.1.2.3", "2002:a01:203::", "fe80::1", "fe80::1%lo"):
        assert not guard.allows(address, plain=False)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_leads_inside(scheme: str, host: str) -> None:
    guard = Outgoing([OPEN], deadline_s=2)
    with pytest.raises(AddressRefused):
        await guard.check(f"{scheme}://{host}/")
    with pytest.raises(NotDelivered, match="address"):
        await guard.post(f"{scheme}://{host}/", b"", {})


@pytest.mark.parametrize("host", ["localhost.", "ip6-localhost", "a.localhost"])
async def test_no_name_of_this_machine_leads_inside(host: str) -> None:
    with pytest.raises(AddressRefused):
        await Outgoing().check(f"http://{host}/")
    with pytest.raises(NotDelivered, match=r"address|connection"):  # not every machine knows all of them
        await Outgoing().post(f"https://{host}/", b"", {})


@pytest.mark.parametrize("text", NO_ADDRESSES)
async def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(AddressRefused):
        await Outgoing([OPEN]).check(text)
    with pytest.raises(NotDelivered, match="address"):
        await Outgoing([OPEN]).post(text, b"", {})


async def test_names_that_mean_nothing_just_now_are_taken_with_tls_alone() -> None:
    await Outgoing().check("https://nobody.invalid/")
    with pytest.raises(AddressRefused, match="use https"):
        await Outgoing().check("http://nobody.invalid/")
    with pytest.raises(NotDelivered, match="connection"):
        await Outgoing().post("https://nobody.invalid/", b"", {})


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver(OPEN) as made:
        yield made


@pytest.fixture
async def inside() -> AsyncIterator[Receiver]:
    """A server on this machine that nobody may be led to."""
    async with Receiver() as made:
        yield made


def mean(monkeypatch: pytest.MonkeyPatch, meaning: Callable[[str], list[str]]) -> None:
    """Let names mean addresses."""

    def look_up(host: str, port: int, **_: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in meaning(host)]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", look_up)


async def test_a_message_arrives_as_it_is_with_nothing_of_the_environment(
    receiver: Receiver, inside: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, inside.url)
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {OPEN} login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    guard = Outgoing([OPEN])
    await guard.check(receiver.url)

    async def with_cookie(request: web.Request) -> web.Response:
        return web.Response(status=202, headers={"Set-Cookie": "a=b"})

    receiver.answers = [with_cookie]
    assert await guard.post(f"{receiver.url}path?query", b'{"a":1}', {"X-Own": "yes"}) == 202
    assert await guard.post(receiver.url, b"again", {}) == 204
    assert inside.told == []
    assert [(told.path, told.body) for told in receiver.told] == [("/path", b'{"a":1}'), ("/", b"again")]
    assert receiver.told[0].headers["x-own"] == "yes"
    assert not {"cookie", "authorization"} & {name for told in receiver.told for name in told.headers}


async def test_a_name_that_means_another_address_when_it_is_used_leads_nowhere(
    inside: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def rebind(host: str) -> list[str]:
        asked.append(host)
        return ["93.184.215.14"] if len(asked) == 1 else ["127.0.0.1"]

    mean(monkeypatch, rebind)
    guard = Outgoing([OPEN])
    port = inside.url.split(":")[2]
    await guard.check(f"https://rebinding.example:{port}")
    for _ in range(2):
        with pytest.raises(NotDelivered, match="address"):
            await guard.post(f"https://rebinding.example:{port}", b"", {})
    assert len(asked) == 3, "each time it is asked anew"
    with pytest.raises(NotDelivered, match="address"):
        await guard.post(f"http://rebinding.example:{port}", b"", {})
    assert inside.told == []


async def test_of_several_addresses_only_those_that_are_good_are_connected_to(
    inside: Receiver, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    mean(monkeypatch, lambda host: ["127.0.0.1", "10.0.0.1", OPEN])
    guard = Outgoing([OPEN])
    url = f"http://several.example:{receiver.url.split(':')[2]}"
    await guard.check(url)
    assert await guard.post(url, b"", {}) == 204
    mean(monkeypatch, lambda host: ["127.0.0.1", "10.0.0.1"])
    with pytest.raises(AddressRefused):
        await guard.check(f"http://several.example:{inside.url.split(':')[2]}")
    with pytest.raises(NotDelivered, match="address"):
        await guard.post(f"http://several.example:{inside.url.split(':')[2]}", b"", {})
    assert inside.told == []


async def test_a_redirect_is_not_followed(receiver: Receiver, inside: Receiver) -> None:
    for status in (301, 302, 303, 307, 308):

        async def elsewhere(request: web.Request, status: int = status) -> web.Response:
            return web.Response(status=status, headers={"Location": inside.url})

        receiver.answers = [elsewhere]
        assert await Outgoing([OPEN]).post(receiver.url, b"", {}) == status
    assert inside.told == []


async def test_what_the_receiver_says_beyond_its_status_is_not_waited_for(receiver: Receiver) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(bytes(65536))

    receiver.answers = [endless]
    begun = time.monotonic()
    assert await Outgoing([OPEN], deadline_s=5).post(receiver.url, b"", {}) == 200
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 O", b"HTTP/1.1 100 Continue\r\n\r\n"])
async def test_whoever_dribbles_or_is_silent_is_left_at_the_deadline(said: bytes) -> None:
    async def dribble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        try:
            for number in range(10_000):
                if said.endswith(b"\n"):
                    writer.write(b"HTTP/1.1 100 C\r\n\r\n" if b"100" in said else b"X-%d: y\r\n" % number)
                    await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(dribble, OPEN, 0)
    async with server:
        begun = time.monotonic()
        with pytest.raises(NotDelivered, match=r"timeout|connection"):
            await Outgoing([OPEN], deadline_s=0.3).post(f"http://{OPEN}:{server.sockets[0].getsockname()[1]}", b"", {})
        assert time.monotonic() - begun < 2


async def test_a_name_server_that_is_silent_is_left_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "LOOK_UP_S", 0.05)

    def silent(host: str) -> list[str]:
        time.sleep(0.6)
        return ["127.0.0.1"]

    mean(monkeypatch, silent)
    begun = time.monotonic()
    await Outgoing().check("https://silent.example/")  # what it means is seen when it is used
    with pytest.raises(NotDelivered, match="timeout"):
        await Outgoing(deadline_s=0.05).post("https://silent.example/", b"", {})
    assert time.monotonic() - begun < 0.5


async def test_so_many_names_are_looked_up_at_once_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "LOOK_UPS", 3)
    end, asked = threading.Event(), []

    def silent(host: str) -> list[str]:
        asked.append(host)
        end.wait(10)
        return ["127.0.0.1"]

    mean(monkeypatch, silent)
    guard = Outgoing()
    checks = [asyncio.create_task(guard.check(f"https://{number}.example/")) for number in range(8)]
    while len(asked) < 3:
        await asyncio.sleep(0.01)
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(asked) == 3
    end.set()
    refused = await asyncio.gather(*checks, return_exceptions=True)
    assert len(asked) == 8
    assert all(isinstance(each, AddressRefused) for each in refused)


async def test_the_certificate_must_be_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chain, key = certificate("good.example")
    (tmp_path / "both.pem").write_bytes(chain + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")

    async def answer(request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_post("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, OPEN, 0, ssl_context=context).start()
    mean(monkeypatch, lambda host: [OPEN])
    with pytest.raises(NotDelivered, match="tls"):
        await Outgoing([OPEN]).post(f"https://good.example:{runner.addresses[0][1]}/", b"", {})
    await runner.cleanup()
