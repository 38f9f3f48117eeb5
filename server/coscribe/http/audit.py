"""The audit over HTTP: a page of it as JSON, or all that fits as lines of JSON."""

from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus

import msgspec
from aiohttp import web

from ..access.roles import Role
from ..journal.audit import Action, AuditQuery, described
from .auditing import audit
from .keys import HUB
from .problems import Problem
from .requests import EVERY_DOCUMENT, admit, json_response, number

NDJSON = "application/x-ndjson"
DEFAULT_PAGE = 50
MAX_PAGE = 1000
EXPORT_PAGE = 1000
MAX_FILTER_CHARACTERS = 300
LARGEST = (1 << 63) - 1

_encode = msgspec.json.Encoder().encode

routes = web.RouteTableDef()


@routes.get("/api/audit")
async def listing(request: web.Request) -> web.StreamResponse:
    """List what happened, the newest first: `?actor=&document=&action=&since=&until=&cursor=&limit=`.

    As `application/x-ndjson`, by the Accept header, it is all of it, a line each, unless there is a limit.
    """
    hub, query = request.app[HUB], request.query
    admit(request, EVERY_DOCUMENT, Role.ADMIN)
    limit = number(query.get("limit"), "limit", MAX_PAGE)
    wanted = AuditQuery(
        actor=_text(request, "actor"),
        document=_text(request, "document"),
        action=_text(request, "action"),
        since=_time(query.get("since"), "since"),
        until=_time(query.get("until"), "until"),
        before=number(query.get("cursor"), "cursor", LARGEST),
    )
    filters = [name for name in ("actor", "document", "action", "since", "until") if name in query]
    audit(request, Action.AUDIT_READ, wanted.document or "", filters=",".join(filters))
    if NDJSON in request.headers.get("Accept", ""):
        return await _export(request, wanted, limit)
    limit = limit or DEFAULT_PAGE
    found = await hub.store.find(replace(wanted, limit=limit + 1))
    page = found[:limit]
    cursor = str(page[-1].seq) if len(found) > limit else None
    return json_response({"lines": [described(line) for line in page], "cursor": cursor})


async def _export(request: web.Request, wanted: AuditQuery, limit: int | None) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": NDJSON, "Cache-Control": "no-store"})
    store, left = request.app[HUB].store, limit
    page = await store.find(replace(wanted, limit=min(EXPORT_PAGE, left or EXPORT_PAGE)))
    await response.prepare(request)
    while page:
        await response.write(b"".join(_encode(described(line)) + b"\n" for line in page))
        if left is not None:
            left -= len(page)
        if left == 0:
            break
        step = EXPORT_PAGE if left is None else min(EXPORT_PAGE, left)
        page = await store.find(replace(wanted, before=page[-1].seq, limit=step))
    await response.write_eof()
    return response


def _text(request: web.Request, name: str) -> str | None:
    given = request.query.get(name)
    if given is not None and (len(given) > MAX_FILTER_CHARACTERS or not given.isprintable()):
        raise Problem(HTTPStatus.BAD_REQUEST, f"{name!r} must be a text of at most {MAX_FILTER_CHARACTERS} characters.")
    return given


def _time(given: str | None, name: str) -> int | None:
    """Read a moment: RFC 3339, or a date; UTC where it does not say."""
    if given is None:
        return None
    try:
        at = datetime.fromisoformat(given)
        return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Problem(HTTPStatus.BAD_REQUEST, f"{name!r} must be a time such as 2026-01-31T12:00:00Z.") from None
