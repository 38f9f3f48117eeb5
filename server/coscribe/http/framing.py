"""What a request must be like for two programs to agree on where it ends and whom it is for.

A proxy and this server may read one and the same bytes differently, and then somebody's request becomes part of
another's. aiohttp refuses most of what is doubtful. The rest is refused here, and where in doubt the connection ends
with the answer: nothing that follows on it is taken for a request.
"""

import asyncio
import re
from collections.abc import Awaitable
from http import HTTPStatus

from aiohttp import hdrs, web

from .problems import Handler, Problem

CHUNKED = "chunked"
IDENTITY = "identity"
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::[0-9]{0,5})?").fullmatch
_CLOSING = "closing"


class Framing:
    """Looks at requests before anything else does."""

    def __init__(self, body_deadline_s: float) -> None:
        self._body_deadline_s = body_deadline_s

    def install(self, app: web.Application) -> None:
        """See to an application's answers; `middleware` must be among its own."""
        app.on_response_prepare.append(_prepare)

    @web.middleware
    def middleware(self, request: web.Request, handler: Handler) -> Awaitable[web.StreamResponse]:
        """Refuse what is doubtful, and a body that does not come to its end."""
        _check(request)
        return handler(request) if request.content.is_eof() else self._watched(request, handler)

    async def _watched(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        watch = asyncio.get_running_loop().call_later(self._body_deadline_s, _give_up, request)
        try:
            return await handler(request)
        finally:
            watch.cancel()


def _check(request: web.Request) -> None:
    headers = request.headers
    if headers.get(hdrs.TRANSFER_ENCODING, CHUNKED).strip().lower() != CHUNKED:
        raise _doubt(request, "The only transfer coding that this server knows is chunked; send the body with it.")
    if not _HOST(headers.get(hdrs.HOST, "")):
        raise _doubt(request, "The Host header is no name or address.")
    if (
        not request.raw_path.startswith(("/", "*"))
        and _authority(request.raw_path) != headers.get(hdrs.HOST, "").lower()
    ):
        raise _doubt(request, "The address of the request and its Host header name two servers.")
    has_body = hdrs.TRANSFER_ENCODING in headers or headers.get(hdrs.CONTENT_LENGTH, "0") != "0"
    if hdrs.UPGRADE in headers and has_body:
        raise _doubt(request, "A request for another protocol has no body here.")
    if headers.get(hdrs.CONTENT_ENCODING, IDENTITY).strip().lower() not in (IDENTITY, ""):
        raise _doubt(
            request, "This server takes bodies as they are; send it without Content-Encoding.", _NOT_ENCODED, status=415
        )


def _authority(target: str) -> str:
    return target.partition("://")[2].partition("/")[0].lower()


_NOT_ENCODED = {"Accept-Encoding": IDENTITY}


def _doubt(request: web.Request, detail: str, headers: dict[str, str] | None = None, status: int = 400) -> Problem:
    request[_CLOSING] = True
    return Problem(HTTPStatus(status), detail, headers)


def _give_up(request: web.Request) -> None:
    if not request.content.is_eof():
        request[_CLOSING] = True
        problem = Problem(HTTPStatus.REQUEST_TIMEOUT, "The body took too long to come; send it again, or less at once.")
        request.content.set_exception(problem)


async def _prepare(request: web.Request, response: web.StreamResponse) -> None:
    response.headers[hdrs.SERVER] = "Coscribe"  # and not which versions of what
    if response.status == HTTPStatus.SWITCHING_PROTOCOLS:
        return
    # a proxy that was asked for another protocol may pass on everything that follows, whatever the answer is
    if request.get(_CLOSING) or hdrs.UPGRADE in request.headers or request.method == hdrs.METH_CONNECT:
        response.force_close()
        response.headers[hdrs.CONNECTION] = "close"
