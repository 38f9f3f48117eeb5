"""Sending to addresses that people wrote: to public ones, and to networks that the settings open, never elsewhere.

What is judged is the very address that a connection is made to, at the moment when its socket is made. So it does not
matter how an address is spelled, nor what its name meant before: nothing lies between the check and the use.
"""

import asyncio
import ipaddress
import re
import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum
from functools import partial
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

MAX_URL_CHARACTERS = 2000
LOOK_UPS = 16
"""How many names are looked up at once: a name server that is silent holds a thread for half a minute."""
LOOK_UP_S = 5.0
"""How long whoever writes an address waits for the meaning of its name; what is known later is judged later."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_PUBLIC_6 = ipaddress.ip_network("2000::/3")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NEVER = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",  # protocols' own, among them the metadata of a cloud
            "192.88.99.0/24",  # relays of 6to4
            "168.63.129.16",  # the host of a cloud's machines, under an address that looks public
            "2001::/23",  # Teredo, ORCHID, benchmarks: an IPv4 address may be inside
            "2002::/16",  # 6to4: an IPv4 address is inside
            "3fff::/20",  # documentation (RFC 9637), which this Python may not know
        ),
    )
)
"""Not for us, though `ipaddress` has called them global at one time or another."""
_VISIBLE = re.compile(r"[\x21-\x7e]+").fullmatch
_NUMBER = re.compile(r"(?:[0-9]+|0[xX][0-9a-fA-F]*)").fullmatch


class AddressRefused(OSError):
    """An address that nothing is sent to; the text says what to do."""


class Failure(StrEnum):
    """Why there was no answer."""

    ADDRESS = "address"
    CONNECTION = "connection"
    TIMEOUT = "timeout"
    TLS = "tls"


class NotDelivered(Exception):
    """There was no answer; the text, a `Failure`, is all that is said of it."""


def is_public(address: Address) -> bool:
    """Tell whether an address belongs to one machine somewhere in the public internet."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        elif address not in _PUBLIC_6:
            return False
    return address.is_global and not address.is_multicast and not any(address in network for network in _NEVER)


class Outgoing:
    """Judges addresses, and sends to those that are good; `networks` (CIDR) are so besides the public ones."""

    def __init__(self, networks: Iterable[str] = (), deadline_s: float = 10.0) -> None:
        self._networks = tuple(map(ipaddress.ip_network, networks))
        self._deadline_s = deadline_s
        self._resolver = _Resolver()

    def allows(self, address: str, *, plain: bool) -> bool:
        """Tell whether something may be sent to an IP address; `plain` without TLS, which only open networks take."""
        parsed = ipaddress.ip_address(address.partition("%")[0])
        if isinstance(parsed, ipaddress.IPv6Address):
            parsed = parsed.ipv4_mapped or parsed
        return any(parsed in network for network in self._networks) or (not plain and is_public(parsed))

    async def check(self, text: str) -> None:
        """Raise AddressRefused for an address that nothing would be sent to, as far as that can be known now."""
        url = _parsed(text)
        plain = url.scheme == "http"
        try:
            async with asyncio.timeout(LOOK_UP_S):
                found = await self._resolver.resolve(url.host or "", url.port or 0)
        except (OSError, UnicodeError):  # TimeoutError is one
            found = []
        if plain and not found:
            raise AddressRefused("an http address must be known now to be in webhook_networks; use https")
        if found and not any(self.allows(each["host"], plain=plain) for each in found):
            raise AddressRefused(
                "this address is not in the public internet; webhook_networks names other networks that may be reached"
                if not plain
                else "use https; http is for addresses in webhook_networks only"
            )

    async def post(self, text: str, body: bytes, headers: dict[str, str]) -> int:
        """Send a body to an address and return the status of the answer, whose content is not read.

        No redirect is followed and no proxy asked. Raise NotDelivered when there is no answer within the deadline.
        """
        try:
            url = _parsed(text)
            async with (
                aiohttp.ClientSession(
                    connector=aiohttp.TCPConnector(
                        resolver=self._resolver,
                        use_dns_cache=False,
                        force_close=True,
                        socket_factory=partial(self._socket, url.scheme == "http"),
                    ),
                    cookie_jar=aiohttp.DummyCookieJar(),
                    timeout=aiohttp.ClientTimeout(total=self._deadline_s),
                    trust_env=False,
                    auto_decompress=False,
                ) as http,
                http.post(url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                return response.status
        except aiohttp.ClientSSLError:
            raise NotDelivered(Failure.TLS) from None
        except aiohttp.ClientConnectorError as error:
            refused = isinstance(error.os_error, AddressRefused)
            raise NotDelivered(Failure.ADDRESS if refused else Failure.CONNECTION) from None
        except (AddressRefused, aiohttp.InvalidURL):
            raise NotDelivered(Failure.ADDRESS) from None
        except TimeoutError:
            raise NotDelivered(Failure.TIMEOUT) from None
        except (aiohttp.ClientError, OSError, ValueError, RuntimeError):  # uvloop fails with RuntimeError, too
            raise NotDelivered(Failure.CONNECTION) from None

    def _socket(self, plain: bool, info: tuple[Any, ...]) -> socket.socket:
        """Make the socket for a connection, unless its address is none that may be reached."""
        family, type, protocol, _, address = info
        try:
            allowed = self.allows(address[0], plain=plain)
        except ValueError:
            allowed = False
        if not allowed:
            raise AddressRefused("refused")
        return socket.socket(family=family, type=type, proto=protocol)


def _parsed(text: str) -> URL:
    """Take an address apart as the client will; raise AddressRefused."""
    if len(text) > MAX_URL_CHARACTERS:
        raise AddressRefused(f"an address may have {MAX_URL_CHARACTERS} characters at most")
    if not _VISIBLE(text) or "\\" in text:
        raise AddressRefused("escape what is not ASCII in the address, and blanks; write names as `xn--…`")
    try:
        url = URL(text)
        host, port = url.host, url.port
    except ValueError:
        raise AddressRefused("this is no address; write one such as https://app.example.org/changes") from None
    authority = text.partition("://")[2].partition("/")[0].partition("?")[0]
    if url.scheme not in ("https", "http") or not host or not port or "%" in host:
        raise AddressRefused("this is no address; write one such as https://app.example.org/changes")
    if "@" in authority:
        raise AddressRefused("leave the name and the password out of the address; each message is signed")
    if "#" in text:
        raise AddressRefused("leave the # and what follows it out of the address")
    if ":" not in host and _NUMBER(host.rstrip(".").rpartition(".")[2]):
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            raise AddressRefused("write the IP address as four numbers with dots between") from None
    return url


class _Resolver(AbstractResolver):
    """Finds what names mean, in threads of its own: a name server that is silent holds up nobody else, nor the end."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(LOOK_UPS)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Any]] = loop.create_future()
        await self._free.acquire()

        def settle(found: list[Any] | Exception) -> None:
            self._free.release()
            if answer.done():
                return
            if isinstance(found, Exception):
                answer.set_exception(found)
            else:
                answer.set_result(found)

        def ask() -> None:
            found: list[Any] | Exception
            try:
                found = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError) as error:
                found = error
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(settle, found)

        threading.Thread(target=ask, name="look-up", daemon=True).start()
        return [
            ResolveResult(
                hostname=host, host=address[0], port=port, family=family, proto=protocol, flags=socket.AI_NUMERICHOST
            )
            for family, _, protocol, _, address in await answer
        ]

    async def close(self) -> None:
        """Nothing is kept."""
