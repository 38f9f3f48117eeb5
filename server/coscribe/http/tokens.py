"""Tokens over HTTP: made for the people of a document, and taken back."""

from http import HTTPStatus
from typing import Any

from aiohttp import web

from ..access.keys import Key
from ..access.principal import Principal
from ..access.roles import GIVEN, Role
from ..access.tokens import MAX_USER_CHARACTERS, Forbidden, issue
from ..journal.audit import Action
from ..rooms.hub import Hub
from .auditing import audit
from .keys import HUB
from .problems import Problem
from .requests import (
    EVERY_DOCUMENT,
    admit,
    admit_again,
    credential,
    document_id,
    json_object,
    json_response,
    text_field,
    time_text,
)

DEFAULT_TTL_S = 900
MAX_FIELD_CHARACTERS = 200

routes = web.RouteTableDef()


@routes.post("/api/documents/{id:.+}/tokens")
async def make(request: web.Request) -> web.Response:
    """Make a token for a document: `{role, user?: {id?, name?, color?}, ttl?}` (seconds); 201 `{token, expires}`.

    It ends with what it is made with. People make tokens for themselves alone, also where they name nobody, unless they
    are admins of all documents.
    """
    hub = request.app[HUB]
    id = document_id(request, "/tokens")
    principal = admit(request, id, Role.ADMIN)
    key = signer(request)
    body = await json_object(request)
    user = body.get("user") or {}
    if not isinstance(user, dict):
        raise Problem(HTTPStatus.BAD_REQUEST, "'user' must be an object with id, name and color.")
    who = {name: text_field(user, name, MAX_FIELD_CHARACTERS) or "" for name in ("id", "name", "color")}
    if principal.id and not _is_everywhere(request, principal):
        if not {who["id"], who["name"]} <= {"", principal.id, principal.name}:
            raise Forbidden("you can have tokens made for yourself only; let others in as members, or by a link")
        who |= {"id": principal.id, "name": principal.name}
    now, ttl_s = hub.gate.now(), whole_field(body, "ttl", DEFAULT_TTL_S)
    if principal.expires is not None and ttl_s <= hub.gate.rules.longest_ttl_s:
        ttl_s = max(1, min(ttl_s, int(principal.expires - now)))
    try:
        token = issue(
            key,
            document=id,
            role=role_field(body, None) or _no_role(),
            user=who["id"],
            name=who["name"],
            color=who["color"],
            source=principal.source,
            capped=principal.member or principal.capped,
            ttl_s=ttl_s,
            now=now,
            rules=hub.gate.rules,
        )
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, f"No token can be made: {error}.") from None
    audit(request, Action.TOKEN_CREATE, id, user=who["id"], role=str(body["role"]))
    body = {"token": token, "expires": time_text((int(now) + ttl_s) * 1000)}
    return json_response(body, HTTPStatus.CREATED, {"Cache-Control": "no-store"})


def _is_everywhere(request: web.Request, principal: Principal) -> bool:
    return not principal.member and request.app[HUB].gate.read(credential(request))[0] == EVERY_DOCUMENT


@routes.post("/api/documents/{id:.+}/revocations")
async def revoke(request: web.Request) -> web.Response:
    """Let the tokens that a person has until now give less: `{user, role?}`, no role at all when none is named.

    Open connections are lowered, or closed with 4403, before the answer. Tokens made later give what they say.
    """
    hub = request.app[HUB]
    id = document_id(request, "/revocations")
    principal = admit(request, id, Role.ADMIN)
    body = await json_object(request)
    user = text_field(body, "user", MAX_USER_CHARACTERS)
    if not user:
        raise Problem(HTTPStatus.BAD_REQUEST, "Name the 'user' whose tokens are to give less.")
    label = role_field(body, None)
    if principal.id not in ("", user) and not _is_everywhere(request, principal):
        await _spare_owner(hub, id, user)
        admit_again(request)
    audit(request, Action.TOKEN_REVOKE, id, user=user, role=label or "none")
    await hub.admission.limit(id, user, Role.NONE if label is None else Role.of(label))
    return web.Response(status=HTTPStatus.NO_CONTENT)


async def _spare_owner(hub: Hub, id: str, user: str) -> None:
    """Raise a 409 Problem for the owner of a document: people may share it, and not take it."""
    document = await hub.document(id)
    members = [] if document is None else await hub.membership.members(document)
    if any(member.owner and member.user == user for member in members):
        raise Problem(HTTPStatus.CONFLICT, "This person owns the document and stays its admin; hand it on first.")


def signer(request: web.Request) -> Key:
    """Find the key that this server signs with; raise a 409 Problem when there is none."""
    ring = request.app[HUB].gate.keys
    key = None if ring is None else ring.signer
    if key is None:
        raise Problem(
            HTTPStatus.CONFLICT, "This server has no key to sign tokens with; start it with --auth token and a secret."
        )
    return key


def role_field(body: dict[str, Any], default: str | None) -> str | None:
    """Take the label of a role out of a JSON body; raise a 400 Problem for a word that is none."""
    given = body.get("role")
    if given is None:
        return default
    if given not in [role.label for role in GIVEN]:
        _no_role()
    return str(given)


def _no_role() -> str:
    labels = ", ".join(role.label for role in GIVEN)
    raise Problem(HTTPStatus.BAD_REQUEST, f"'role' must be one of {labels}.")


def whole_field(body: dict[str, Any], name: str, default: int) -> int:
    """Take a whole number of at least 1 out of a JSON body; raise a 400 Problem for anything else."""
    given = body.get(name, default)
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given < 1 << 31:
        raise Problem(HTTPStatus.BAD_REQUEST, f"{name!r} must be a whole number of seconds, 1 or more.")
    return given
