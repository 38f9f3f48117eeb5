"""The cookies of people who sign in, and when they count.

A browser sends a cookie whoever made it ask. So it counts for this server's own pages only: by the origin that the
browser names, which it always does for sockets and for what changes something.

Over TLS the name begins with `__Host-`: no other host, and no page over plain http, can put a cookie of that name in
its place. Over plain http there are cookies on this machine alone, with the port in their name: all ports share them.
"""

from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web

from .doors import READING, came_over_tls
from .origins import is_local_name, is_same, place_of
from .problems import Problem

SESSION: Final = ""
SIGNING_IN: Final = "-sign-in"
"""The two cookies, as their names end."""

NO_TLS = (
    "Nobody can sign in here over plain http: use the https address. If a proxy speaks TLS for this server, name the "
    "address in `public_url`, or the proxy in `trusted_proxies`."
)


class Cookies:
    """Reads and writes them."""

    def __init__(self, public_url: str | None) -> None:
        """`public_url` is the address that people use, where the requests themselves do not show it."""
        self._public_url = public_url

    def own_origin(self, request: web.Request) -> str:
        """Name the origin of this server's pages."""
        return self._public_url or f"{'https' if came_over_tls(request) else 'http'}://{request.host}"

    def _name(self, request: web.Request, kind: str) -> str | None:
        place = place_of(self.own_origin(request))
        if place is None:
            return None
        scheme, host, port = place
        if scheme == "https":
            return f"__Host-coscribe{kind}"
        return f"coscribe-{port}{kind}" if is_local_name(host) else None

    def read(self, request: web.Request, kind: str) -> str:
        """Return what a browser keeps; empty for nothing, and for two things of one name."""
        name = self._name(request, kind)
        found = {
            value.strip()
            for header in request.headers.getall(hdrs.COOKIE, [])
            for key, _, value in (part.partition("=") for part in header.split(";"))
            if key.strip() == name
        }
        return found.pop() if len(found) == 1 else ""

    def write(self, request: web.Request, response: web.StreamResponse, kind: str, value: str, ttl_s: float) -> None:
        """Have a browser keep something, or nothing any more; raise a Problem where it would not be safe."""
        name = self._name(request, kind)
        if name is None:
            raise Problem(HTTPStatus.BAD_REQUEST, NO_TLS)
        response.set_cookie(
            name,
            value,
            max_age=int(ttl_s) if value else 0,
            path="/",
            secure=name.startswith("__Host-"),
            httponly=True,
            samesite="Lax",
        )

    def can_be_kept(self, request: web.Request) -> bool:
        """Tell whether it is safe to have a browser keep something."""
        return self._name(request, SESSION) is not None

    def count(self, request: web.Request) -> bool:
        """Tell whether a request comes from a page of this server, or for one, so that its cookies count."""
        origins = request.headers.getall(hdrs.ORIGIN, [])
        if origins:
            return len(origins) == 1 and is_same(origins[0], self.own_origin(request))
        if hdrs.UPGRADE in request.headers:
            return False
        site = request.headers.get("Sec-Fetch-Site")
        if request.method not in READING:
            return site == "same-origin"
        # Whoever follows a link to here sees a page of this server: the page that has the link does not.
        return site in (None, "same-origin", "none") or _is_followed_link(request)


def _is_followed_link(request: web.Request) -> bool:
    return (request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")) == ("navigate", "document")
