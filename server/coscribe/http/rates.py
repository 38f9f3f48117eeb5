"""How often an address, and a person, may ask the API for something.

Requests of this machine itself are not counted by address: behind a proxy that is not in `trusted_proxies` they would
be everybody's.
"""

import ipaddress
from collections.abc import Awaitable, Callable
from functools import lru_cache
from http import HTTPStatus
from math import ceil

from aiohttp import web

from ..access.principal import Principal
from ..rooms.rate import BURST_S, Rate
from .doors import client_address
from .problems import Handler, Problem

IPV6_PREFIX = 64
"""What one customer of a provider has at least; who could change addresses within it would have no limit."""
MOST_REMEMBERED = 20_000
UNCOUNTED = ("/healthz", "/readyz", "/metrics")
"""What those ask who look after the server."""


@lru_cache(MOST_REMEMBERED)
def network_of(address: str) -> str:
    """Return what is counted as one client: an IPv4 address, or the network of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False))


@lru_cache(MOST_REMEMBERED)
def is_here(address: str) -> bool:
    """Tell whether an address is this machine's own."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return True  # a socket of this machine has none


class Requests:
    """The rates of requests, each 0 for any."""

    def __init__(self, *, per_address: float, per_user: float, now: Callable[[], float]) -> None:
        """Take rates in requests per second, and a clock that only goes forward."""
        self._per_address, self._per_user, self._now = per_address, per_user, now
        self._rates: dict[str, Rate] = {}

    @web.middleware
    def middleware(self, request: web.Request, handler: Handler) -> Awaitable[web.StreamResponse]:
        """Let requests through that come from an address which does not send too many."""
        if request.path not in UNCOUNTED:
            self.from_address(client_address(request))
        return handler(request)

    def from_address(self, address: str) -> None:
        """Count a request; raise a 429 Problem when the address has sent too many."""
        if self._per_address and not is_here(address):
            self._count("address " + network_of(address), self._per_address, "This address sends")

    def of_person(self, principal: Principal) -> None:
        """Count a request; raise a 429 Problem when the person has sent too many."""
        if self._per_user and principal.id:
            self._count("person " + principal.id, self._per_user, "You send")

    def _count(self, key: str, per_second: float, who: str) -> None:
        now = self._now()
        rate = self._rates.get(key)
        if rate is None:
            if len(self._rates) >= MOST_REMEMBERED:
                self._forget(now)
            rate = self._rates[key] = Rate(per_second, per_second * BURST_S, now)
        wait_s = rate.take(1, now)
        if wait_s:
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"{who} more requests than this server takes; go on after the time in Retry-After.",
                {"Retry-After": str(ceil(wait_s))},
            )

    def _forget(self, now: float) -> None:
        kept = {key: rate for key, rate in self._rates.items() if not rate.is_full(now)}
        # all of them busy: the older half is forgotten, which gives those a new burst and costs nobody anything
        self._rates = kept if len(kept) < MOST_REMEMBERED else dict(list(kept.items())[MOST_REMEMBERED // 2 :])
