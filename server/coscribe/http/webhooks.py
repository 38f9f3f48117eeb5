"""Webhooks, over HTTP: whom this server tells what happens to documents."""

from http import HTTPStatus
from typing import Any

from aiohttp import web

from ..access.outgoing import MAX_URL_CHARACTERS, AddressRefused
from ..access.roles import Role
from ..access.tokens import checked_scope
from ..journal.audit import Action
from ..journal.webhooks import Event, Outcome, Webhook
from .auditing import audit
from .keys import HUB
from .problems import Problem
from .requests import EVERY_DOCUMENT, admit, admit_again, json_object, json_response, text_field, time_text

MAX_NAME_CHARACTERS = 100

routes = web.RouteTableDef()


@routes.get("/api/webhooks")
async def listing(request: web.Request) -> web.Response:
    """List the webhooks, and how each takes what it is told; their secrets are shown once only, when they are made."""
    admit(request, EVERY_DOCUMENT, Role.ADMIN)
    receivers = request.app[HUB].webhooks.receivers.values()
    listed = [
        {**_described(each.line), "waiting": each.waiting, "last": _outcome(each.line.last)} for each in receivers
    ]
    return json_response({"webhooks": listed})


@routes.post("/api/webhooks")
async def create(request: web.Request) -> web.Response:
    """Make a webhook: `{url, events?, documents?, name?}`; 201 with its `secret`."""
    admit(request, EVERY_DOCUMENT, Role.ADMIN)
    webhooks = request.app[HUB].webhooks
    body = await json_object(request)
    url = text_field(body, "url", MAX_URL_CHARACTERS)
    if not url:
        raise Problem(HTTPStatus.BAD_REQUEST, "Send the 'url' that is to be told.")
    events = _events(body)
    scope = checked_scope(text_field(body, "documents", 1000) or EVERY_DOCUMENT)
    name = text_field(body, "name", MAX_NAME_CHARACTERS) or ""
    try:
        await webhooks.outgoing.check(url)
    except AddressRefused as error:
        raise Problem(HTTPStatus.BAD_REQUEST, f"The 'url' cannot be told: {error}.") from None
    admit_again(request)
    line, secret = await webhooks.create(url=url, events=events, scope=scope, name=name)
    audit(request, Action.WEBHOOK_CREATE, webhook=line.id, documents=scope)
    return json_response({**_described(line), "secret": secret}, HTTPStatus.CREATED, {"Cache-Control": "no-store"})


@routes.delete("/api/webhooks/{webhook:[A-Za-z0-9_-]+}")
async def delete(request: web.Request) -> web.Response:
    """End a webhook, and forget what it has still to be told."""
    admit(request, EVERY_DOCUMENT, Role.ADMIN)
    webhooks, id = request.app[HUB].webhooks, request.match_info["webhook"]
    if id not in webhooks.receivers:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such webhook; list them to see which there are.")
    audit(request, Action.WEBHOOK_DELETE, webhook=id)
    await webhooks.delete(id)
    return web.Response(status=HTTPStatus.NO_CONTENT)


def _events(body: dict[str, Any]) -> tuple[Event, ...]:
    given = body.get("events")
    if given is None:
        return tuple(Event)
    if not isinstance(given, list) or not given or not all(event in list(Event) for event in given):
        raise Problem(HTTPStatus.BAD_REQUEST, f"'events' must be a list of some of: {', '.join(Event)}.")
    return tuple(event for event in Event if event in given)


def _described(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": list(webhook.events),
        "documents": webhook.scope,
        "name": webhook.name,
        "created": time_text(webhook.created),
    }


def _outcome(last: Outcome | None) -> dict[str, Any] | None:
    if last is None:
        return None
    came = {"error": last.error} if last.status is None else {"status": last.status}
    return {"at": time_text(last.at), **came}
