"""What every request passes: where it comes from, whether its page may send it, and what its answer must carry.

A page of another origin may read an answer where it may also connect and change things: one rule for all. Nothing is
ever said of credentials: what a browser sends by itself, the cookie of a sign-in, counts for this server's own pages.
"""

import logging
import re
from collections.abc import Awaitable
from http import HTTPStatus

from aiohttp import HttpVersion10, HttpVersion11, hdrs, web

from ..settings import Auth, Settings, is_loopback
from .origins import Origins, Proxies
from .problems import Handler, Problem, problem_response

HSTS = "max-age=31536000"
READING = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""For answers that do not say otherwise: they are data, and no page, and for whoever asked alone."""
MOST_REMEMBERED = 100

PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match, If-None-Match",
    "Access-Control-Max-Age": "7200",
}
EXPOSED = "Content-Disposition, ETag, Location, Retry-After"
"""What a page may read of an answer beside its body."""

SYNC = "/sync/"
"""Below it, what is no document's id is told to clients of y-websocket so that they hear of it."""
_has_controls = re.compile(r"[\x00-\x1f\x7f]").search
_ADDRESS = "client address"
_SECURE = "came over TLS"
_log = logging.getLogger(__name__)


class Doors:
    """Looks at requests before their handlers, and at answers before they leave."""

    def __init__(self, settings: Settings) -> None:
        local_only = settings.auth is Auth.NONE and is_loopback(settings.host)
        own = () if settings.public_url is None else (settings.public_url,)
        self._origins = Origins((*settings.allowed_origins, *own), local_only=local_only)
        self._proxies = Proxies(settings.trusted_proxies)
        self._refused: set[str] = set()

    def install(self, app: web.Application) -> None:
        """See to an application's answers; `middleware` must be among its own."""
        app.on_response_prepare.append(self._prepare)

    @web.middleware
    def middleware(self, request: web.Request, handler: Handler) -> Awaitable[web.StreamResponse]:
        """Learn the client's address, and refuse what a foreign page sends, or asks under a name of its own."""
        if request.version not in (HttpVersion10, HttpVersion11):
            return _refuse_version()
        if _has_controls(request.path) and not request.path.startswith(SYNC):
            raise Problem(HTTPStatus.BAD_REQUEST, "No address here has a control character in it.")
        peer = request.remote or ""
        if self._proxies.trusted(peer):
            request[_ADDRESS] = self._proxies.client(peer, ",".join(request.headers.getall("X-Forwarded-For", [])))
            request[_SECURE] = request.headers.get("X-Forwarded-Proto", "").strip().lower() == "https"
        # a browser says always which encodings it takes, and no page can keep it from that; programs may call us names
        if hdrs.ACCEPT_ENCODING in request.headers and not self._origins.answers_to(request.headers.get(hdrs.HOST, "")):
            raise Problem(
                HTTPStatus.FORBIDDEN,
                "This server is for its own machine and is not called that; `public_url` names what else it is called.",
            )
        if request.method not in READING or hdrs.UPGRADE in request.headers or is_preflight(request):
            self._check_origin(request)
        return _preflight() if is_preflight(request) else handler(request)

    def _check_origin(self, request: web.Request) -> None:
        origins = request.headers.getall(hdrs.ORIGIN, [])
        if self._allows(request):
            return
        origin = ", ".join(origins)[:200]
        if origin not in self._refused and len(self._refused) < MOST_REMEMBERED:
            self._refused.add(origin)
            _log.warning("a page of %r was refused; if it is yours, add its origin to allowed_origins", origin)
        raise Problem(
            HTTPStatus.FORBIDDEN, "Pages of this origin may not do this here; `allowed_origins` names those that may."
        )

    def _allows(self, request: web.Request) -> bool:
        origins = request.headers.getall(hdrs.ORIGIN, [])
        return len(origins) <= 1 and self._origins.allows(origins[0] if origins else None, request.host)

    async def _prepare(self, request: web.Request, response: web.StreamResponse) -> None:
        if response.status == HTTPStatus.SWITCHING_PROTOCOLS:
            return
        response.headers.add(hdrs.VARY, hdrs.ORIGIN)
        if hdrs.ORIGIN in request.headers and self._allows(request):
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = request.headers[hdrs.ORIGIN]
            response.headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = EXPOSED
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if came_over_tls(request):
            response.headers.setdefault("Strict-Transport-Security", HSTS)


async def _refuse_version() -> web.Response:
    response = problem_response(Problem(HTTPStatus.BAD_REQUEST, "This server speaks HTTP/1.1, and HTTP/1.0."))
    response.force_close()  # what follows may be no request at all
    return response


async def _preflight() -> web.Response:
    return web.Response(status=HTTPStatus.NO_CONTENT, headers=PREFLIGHT)


def is_preflight(request: web.Request) -> bool:
    """Tell whether a browser asks what a page of another origin may send."""
    return request.method == hdrs.METH_OPTIONS and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers


def came_over_tls(request: web.Request) -> bool:
    """Tell whether a request came over TLS, to this server or to a trusted proxy."""
    return request.secure or bool(request.get(_SECURE))


def client_address(request: web.Request) -> str:
    """Return the address of the client: the peer's, or what a trusted proxy says."""
    return str(request.get(_ADDRESS) or request.remote or "")


def comes_from_page(request: web.Request) -> bool:
    """Tell whether a browser sent a request for a page."""
    return hdrs.ORIGIN in request.headers or "Sec-Fetch-Site" in request.headers
