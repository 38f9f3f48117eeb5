"""Which pages may speak to this server, and where a request comes from.

A browser sends a page's requests from wherever the page is, and says so in `Origin`; programs send none. WebSockets and
requests that change something are taken from this server's own pages and from the origins that are configured.
"""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

ANY = "*"
_WITH_PORT = re.compile(r"^(?:\[([^\]]*)\](?::\d+)?|([^:]*):\d+)$")
_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Origins:
    """The origins that are let in beside the server's own."""

    def __init__(self, allowed: Iterable[str], *, local_only: bool) -> None:
        """`local_only`: everybody on this machine may come in, and pages of this machine at any port are its own.

        The name in `Host` must then be this machine's as well: a page can give its own name this machine's address.
        """
        self._allowed = frozenset(origin.rstrip("/").lower() for origin in allowed)
        self._named = frozenset(place[1] for origin in self._allowed if (place := place_of(origin)) is not None)
        self._local_only = local_only

    def answers_to(self, host: str) -> bool:
        """Tell whether a page that calls the server `host` may be one of its own, or of one that is let in.

        A page's requests to its own host name no origin, and it can give its own name this machine's address.
        """
        if not self._local_only or not host or ANY in self._allowed:
            return True
        name = _host_of(host)
        return is_local_name(name) or name in self._named

    def allows(self, origin: str | None, host: str) -> bool:
        """Tell whether a page of this origin may speak to the server that it calls `host`; None is no page."""
        if origin is None or ANY in self._allowed or origin.lower() in self._allowed:
            return True
        page = place_of(origin)
        if page is None:
            return False
        scheme, name, port = page
        if self._local_only:
            return is_local_name(name) and is_local_name(_host_of(host))
        return place_of(f"{scheme}://{host}") == (scheme, name, port)


def is_same(origin: str, other: str) -> bool:
    """Tell whether two origins are one; what is none is no other either."""
    place = place_of(origin)
    return place is not None and place == place_of(other)


def place_of(origin: str) -> tuple[str, str, int] | None:
    """Take an origin apart into scheme, name and port; None for what is none, such as `null`."""
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc or parts.path or parts.query:
        return None
    return parts.scheme, parts.hostname, port or _PORTS[parts.scheme]


def _host_of(host: str) -> str:
    place = place_of(f"http://{host}")
    return "" if place is None else place[1]


def is_local_name(name: str) -> bool:
    """Tell whether a name or an address can only be this machine."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class Proxies:
    """The proxies whose word on where a request comes from is believed."""

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks: tuple[Network, ...] = tuple(ipaddress.ip_network(network) for network in networks)

    def trusted(self, address: str) -> bool:
        """Tell whether an address is that of a trusted proxy."""
        if not self._networks:
            return False
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)

    def client(self, peer: str, forwarded: str) -> str:
        """Find the client: the last address in `X-Forwarded-For` that is not itself that of a trusted proxy.

        What stands before it was written by the client, and may be anything.
        """
        address = peer
        for hop in reversed(forwarded.split(",")):
            if not self.trusted(address):
                break
            found = _address_in(hop.strip())
            if not found:
                break
            address = found
        return address


def _address_in(hop: str) -> str:
    """Read an address in one spelling, also with a port and as IPv6 that stands for IPv4; empty for what is none."""
    try:
        parsed = ipaddress.ip_address(_WITH_PORT.sub(r"\1\2", hop))
    except ValueError:
        return ""
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return str(mapped or parsed)
