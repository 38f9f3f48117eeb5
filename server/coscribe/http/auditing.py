"""What handlers write into the audit, one line a place, and who is behind a request that was refused."""

from collections.abc import Awaitable
from typing import Any

from aiohttp import web

from ..access.principal import Principal
from ..access.tokens import Forbidden, SignInRequired
from ..document_id import InvalidDocumentId, canonical
from ..journal.audit import Action, Result
from ..rooms.audit import Actor, reason_of
from .doors import client_address
from .keys import HUB
from .problems import Handler
from .requests import PRINCIPAL, credential

SOCKETS = ("/sync/", "/hocuspocus")


def audit(
    request: web.Request,
    action: Action,
    document: str = "",
    *,
    result: Result = Result.OK,
    who: Principal | Actor | None = None,
    **detail: Any,
) -> None:
    """Write that whoever was admitted to a request does something; before it is done, so that both are on disk at once.

    `detail` has short values under fixed names: never a title, a text, an e-mail address or a secret.
    """
    who = who or request.get(PRINCIPAL)
    request.app[HUB].audit.note(action, who, document, result=result, address=client_address(request), **detail)


@web.middleware
def refusals(request: web.Request, handler: Handler) -> Awaitable[web.StreamResponse]:
    """Write who was refused what; the sessions of WebSockets write of themselves."""
    return handler(request) if request.path.startswith(SOCKETS) else _watched(request, handler)


async def _watched(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except (SignInRequired, Forbidden) as error:
        _refused(request, error)
        raise


def _refused(request: web.Request, error: SignInRequired | Forbidden) -> None:
    try:
        document = canonical(request.match_info.get("id", ""))
    except InvalidDocumentId:
        document = ""
    audit(
        request,
        Action.ACCESS,
        document,
        result=Result.REFUSED,
        who=request.get(PRINCIPAL) or _holder(request),
        reason=reason_of(error, credential(request)),
        method=request.method,
        route=_route(request),
    )


def _route(request: web.Request) -> str:
    """Name what was asked for, without what stands in its place: `/api/documents/{id}/shares`."""
    resource = request.match_info.route.resource
    return "" if resource is None else resource.canonical


def _holder(request: web.Request) -> Principal | None:
    try:
        return request.app[HUB].gate.read(credential(request))[1]
    except SignInRequired:
        return None
