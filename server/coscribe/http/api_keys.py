"""Keys of servers, over HTTP."""

from http import HTTPStatus
from typing import Any, NamedTuple

from aiohttp import web

from ..access.roles import Role
from ..access.tokens import checked_scope
from ..journal.access import ApiKey
from ..journal.audit import Action
from .auditing import audit
from .keys import HUB
from .problems import Problem
from .requests import EVERY_DOCUMENT, admit, json_object, json_response, text_field, time_text
from .tokens import role_field, whole_field

MAX_NAME_CHARACTERS = 100

routes = web.RouteTableDef()


class Wanted(NamedTuple):
    """What a new key is to be."""

    scope: str
    role: Role
    name: str
    ttl_s: int | None


@routes.get("/api/keys")
async def listing(request: web.Request) -> web.Response:
    """List the keys; their secrets are shown once only, when they are made."""
    admit(request, EVERY_DOCUMENT, Role.ADMIN)
    return json_response({"keys": [_described(key) for key in await request.app[HUB].grants.keys()]})


@routes.post("/api/keys")
async def create(request: web.Request) -> web.Response:
    """Make a key: `{documents, role, name?, ttl?}`; 201 with its `secret`."""
    admit(request, EVERY_DOCUMENT, Role.ADMIN)
    if request.app[HUB].gate.open_to_all:  # or anybody might make themselves one for the day when people sign in
        raise Problem(HTTPStatus.CONFLICT, "This server asks nobody for a key; start it with --auth token first.")
    wanted = judged(await json_object(request))
    key, secret = await request.app[HUB].grants.create_key(**wanted._asdict())
    audit(request, Action.KEY_CREATE, key=key.id, documents=wanted.scope, role=wanted.role.label)
    return json_response({**_described(key), "secret": secret}, HTTPStatus.CREATED, {"Cache-Control": "no-store"})


@routes.delete("/api/keys/{key:[A-Za-z0-9_-]+}")
async def revoke(request: web.Request) -> web.Response:
    """End a key, and every connection that came with it."""
    admit(request, EVERY_DOCUMENT, Role.ADMIN)
    if not await request.app[HUB].grants.revoke_key(request.match_info["key"]):
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such key; list them to see which there are.")
    audit(request, Action.KEY_REVOKE, key=request.match_info["key"])
    return web.Response(status=HTTPStatus.NO_CONTENT)


def judged(body: dict[str, Any]) -> Wanted:
    """Read `{documents, role?, name?, ttl?}`; raise a 400 Problem or InvalidDocumentId."""
    return Wanted(
        scope=checked_scope(text_field(body, "documents", 1000) or ""),
        role=Role.of(role_field(body, Role.EDIT.label) or ""),
        name=text_field(body, "name", MAX_NAME_CHARACTERS) or "",
        ttl_s=whole_field(body, "ttl", 1) if "ttl" in body else None,
    )


def _described(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "documents": key.scope,
        "role": Role(key.role).label,
        "created": time_text(key.created),
        "expires": None if key.expires is None else time_text(key.expires),
        "revoked": None if key.revoked is None else time_text(key.revoked),
    }
