"""Errors as problem documents (RFC 9457): every failure of the API says what it is and what to do next."""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from math import ceil

import msgspec
from aiohttp import web

from ..access.tokens import Forbidden, SignInRequired
from ..document_id import InvalidDocumentId
from ..journal.errors import StoreFailed
from ..protocol.close_codes import CloseCode, CloseSocket
from ..protocol.lib0 import DecodeError
from ..rooms.people import TooMuch
from ..rooms.space import WorkspaceFull

MEDIA_TYPE = "application/problem+json"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode

_STATUS_OF = {
    CloseCode.DELETED: HTTPStatus.NOT_FOUND,
    CloseCode.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    CloseCode.TOO_FAST: HTTPStatus.TOO_MANY_REQUESTS,
    CloseCode.BAD_MESSAGE: HTTPStatus.BAD_REQUEST,
    CloseCode.FORBIDDEN: HTTPStatus.FORBIDDEN,
    CloseCode.SIGN_IN_AGAIN: HTTPStatus.UNAUTHORIZED,
}


class Problem(Exception):
    """A request that cannot be answered as asked; the detail says what to do."""

    def __init__(self, status: HTTPStatus, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers


def problem_response(problem: Problem) -> web.Response:
    """Write a problem as its document."""
    status = problem.status
    body = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": problem.detail}
    return web.Response(status=status, body=_encode(body), content_type=MEDIA_TYPE, headers=problem.headers)


def as_problem(error: Exception) -> Problem:
    """Find the problem behind an error of the layers below."""
    match error:
        case Problem():
            return error
        case InvalidDocumentId() | DecodeError():
            return Problem(HTTPStatus.BAD_REQUEST, str(error))
        case SignInRequired():
            return Problem(HTTPStatus.UNAUTHORIZED, str(error), {"WWW-Authenticate": "Bearer"})
        case Forbidden():
            return Problem(HTTPStatus.FORBIDDEN, str(error))
        case StoreFailed():
            return Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), {"Retry-After": "5"})
        case TimeoutError():
            detail = "Nothing can be stored just now; the change is kept in memory and stored as soon as it can be."
            return Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": "5"})
        case WorkspaceFull():
            return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _sentence(error.reason))
        case TooMuch():
            return Problem(
                HTTPStatus.TOO_MANY_REQUESTS, _sentence(error.reason), {"Retry-After": str(ceil(error.retry_after_s))}
            )
        case CloseSocket():
            status = _STATUS_OF.get(error.code, HTTPStatus.SERVICE_UNAVAILABLE)
            retry = (
                {"Retry-After": "5"}
                if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS)
                else None
            )
            return Problem(status, error.reason, retry)
        case web.HTTPException() if error.status >= HTTPStatus.BAD_REQUEST:
            kept = {name: error.headers[name] for name in ("Allow", "Retry-After") if name in error.headers}
            return Problem(HTTPStatus(error.status), _detail(error), kept)
    _log.exception("a request failed", exc_info=error)
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "The server failed on this request; its log has the reason.")


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}."


def _detail(error: web.HTTPException) -> str:
    match error.status:
        case HTTPStatus.NOT_FOUND:
            return "There is nothing at this address; see the API's reference for those that exist."
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return "This address does not know the method; the Allow header has those that it knows."
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return "The body is larger than this server takes; send less, or raise max_update_bytes."
        case HTTPStatus.TOO_MANY_REQUESTS:
            return "This address has as many connections as it may have; close some or come back later."
        case HTTPStatus.SERVICE_UNAVAILABLE:
            return "The server is stopping; come back in a few seconds."
    return error.reason


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error with a problem document."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        return problem_response(as_problem(error))
    except ConnectionResetError:  # the client is gone: there is nobody to be answered
        raise
    except Exception as error:  # the boundary: one request's failure is its own
        return problem_response(as_problem(error))
