"""Links that share a document, over HTTP; the secret of a link is exchanged for a short token."""

from http import HTTPStatus
from typing import Any

from aiohttp import web

from ..access import guests
from ..access.principal import Principal
from ..access.roles import Role
from ..access.tokens import Forbidden, SignInRequired, covers, issue
from ..journal.access import Share
from ..journal.audit import Action, Result
from ..journal.journal import Document, DocumentQuery
from ..rooms.audit import Actor
from ..rooms.grants import TooManyGuesses, source_of
from .auditing import audit
from .keys import HUB
from .problems import Problem
from .requests import admit, credential, document_id, find, json_object, json_response, text_field, time_text
from .tokens import DEFAULT_TTL_S, role_field, signer, whole_field

MAX_PASSWORD_CHARACTERS = 200
MAX_SECRET_CHARACTERS = 200
MAX_NAME_CHARACTERS = 60
MAX_SHARES = 1000
"""Of one document, with those that have ended."""
PATH = "/s/"

routes = web.RouteTableDef()


@routes.get("/api/documents/{id:.+}/shares")
async def listing(request: web.Request) -> web.Response:
    """List the links of a document; their secrets are shown once only, when they are made."""
    id = document_id(request, "/shares")
    admit(request, id, Role.ADMIN)
    shares = await request.app[HUB].grants.shares(await find(request, id))
    return json_response({"shares": [_described(share) for share in shares]})


@routes.post("/api/documents/{id:.+}/shares")
async def create(request: web.Request) -> web.Response:
    """Make a link: `{role?, password?, ttl?}`; 201 with its `secret` and its `url`."""
    grants = request.app[HUB].grants
    id = document_id(request, "/shares")
    admit(request, id, Role.ADMIN)
    signer(request)
    document = await find(request, id)
    body = await json_object(request)
    role = _role(body, Role.VIEW.label)
    password = text_field(body, "password", MAX_PASSWORD_CHARACTERS)
    if password == "":
        raise Problem(HTTPStatus.BAD_REQUEST, "A password has a character at least; leave it out for a link without.")
    ttl_s = whole_field(body, "ttl", 1) if "ttl" in body else None
    if len(await grants.shares(document)) >= MAX_SHARES:
        raise Problem(HTTPStatus.CONFLICT, f"This document has had {MAX_SHARES} links; share a copy of it.")
    share, secret = await grants.create_share(document, role=role, password=password, ttl_s=ttl_s)
    audit(request, Action.SHARE_CREATE, id, share=share.id, role=role.label, password=share.password is not None)
    answer = {**_described(share), "secret": secret, "url": PATH + secret}
    return json_response(answer, HTTPStatus.CREATED, {"Cache-Control": "no-store"})


def _role(body: dict[str, Any], default: str | None) -> Role:
    label = role_field(body, default)
    if label is None:
        raise Problem(HTTPStatus.BAD_REQUEST, "Say which 'role' the link is to give.")
    if label == Role.ADMIN.label:
        raise Problem(HTTPStatus.BAD_REQUEST, "A link may give view, comment or edit, but not admin.")
    return Role.of(label)


async def _named(request: web.Request) -> tuple[str, Share]:
    """Find the link that the address names, with its document's id, for somebody who may change it."""
    share = request.match_info["share"]
    id = document_id(request, f"/shares/{share}")
    admit(request, id, Role.ADMIN)
    for known in await request.app[HUB].grants.shares(await find(request, id)):
        if known.id == share:
            return id, known
    raise Problem(HTTPStatus.NOT_FOUND, "This document has no such link; list them to see which there are.")


@routes.patch("/api/documents/{id:.+}/shares/{share:[A-Za-z0-9_-]+}")
async def change(request: web.Request) -> web.Response:
    """Let a link give another role: `{role}`; whoever came by it has that role at once."""
    id, share = await _named(request)
    role = _role(await json_object(request), None)
    if share.revoked is not None:
        raise Problem(HTTPStatus.CONFLICT, "This link has ended; make a new one.")
    audit(request, Action.SHARE_CHANGE, id, share=share.id, role=role.label)
    return json_response(_described(await request.app[HUB].grants.change_share(share, role)))


@routes.delete("/api/documents/{id:.+}/shares/{share:[A-Za-z0-9_-]+}")
async def revoke(request: web.Request) -> web.Response:
    """End a link, and every connection that came by it, with 4403."""
    id, share = await _named(request)
    audit(request, Action.SHARE_REVOKE, id, share=share.id)
    await request.app[HUB].grants.revoke_shares([share])
    return web.Response(status=HTTPStatus.NO_CONTENT)


@routes.delete("/api/documents/{id:.+}/shares")
async def revoke_all(request: web.Request) -> web.Response:
    """End all links of a document, and every connection that came by one, with 4403."""
    grants = request.app[HUB].grants
    id = document_id(request, "/shares")
    admit(request, id, Role.ADMIN)
    document = await find(request, id)
    audit(request, Action.SHARE_REVOKE, id, share="all")
    await grants.revoke_shares(await grants.shares(document))
    return web.Response(status=HTTPStatus.NO_CONTENT)


@routes.post("/api/shares")
async def exchange(request: web.Request) -> web.Response:
    """Exchange a link's secret for a token: `{secret, password?, name?, guest?}`.

    Whoever has not signed in becomes a guest, with `name` if they say one; the answer's `guest`, sent back next time,
    keeps them the same guest and is asked for no password. Who is signed in stays who they are, and needs no token
    where they may do as much without the link.
    """
    hub = request.app[HUB]
    body = await json_object(request)
    secret = text_field(body, "secret", MAX_SECRET_CHARACTERS)
    if not secret:
        raise Problem(HTTPStatus.BAD_REQUEST, "Send the link's 'secret': what follows /s/ in its address.")
    password = text_field(body, "password", MAX_PASSWORD_CHARACTERS)
    name = text_field(body, "name", MAX_NAME_CHARACTERS) or ""
    given = text_field(body, "guest", MAX_SECRET_CHARACTERS) or ""
    share = await hub.grants.share(secret)
    found = await hub.store.find(DocumentQuery(key=share.document, limit=1)) if share is not None else []
    if share is None or not found:
        _refused(request, "", Actor("", "share"), "unknown")
        raise Problem(HTTPStatus.NOT_FOUND, "This link leads nowhere, or not any more; ask for a new one.")
    link = share.hash + (share.password or b"")
    guest = guests.guest_of(given, link)
    if guest is None:
        await _check_password(request, found[0].id, share, password)
        given = guests.make_pass(hub.env.random_bytes(guests.GUEST_BYTES), link)
        guest = guests.guest_of(given, link)
    answer: dict[str, Any] = {"document": found[0].id, "title": found[0].title, "role": Role(share.role).label}
    person = _person(request, found[0].id)
    audit(request, Action.SHARE_USE, found[0].id, who=person or Actor(share.id, "share"), share=share.id)
    own = Role.NONE if person is None else _own_role(request, found[0].id)
    if own >= share.role:
        answer |= {"role": own.label, "token": None, "expires": None, "guest": None}
    elif person is not None:
        answer |= {**_token(request, found[0], share, person.id, person.name, person.color), "guest": given}
    else:
        answer |= {**_token(request, found[0], share, guest or "", guests.shown_name(name), ""), "guest": given}
    return json_response(answer, headers={"Cache-Control": "no-store"})


def _refused(request: web.Request, id: str, who: Actor, reason: str) -> None:
    audit(request, Action.SHARE_USE, id, who=who, result=Result.REFUSED, reason=reason)


async def _check_password(request: web.Request, id: str, share: Share, password: str | None) -> None:
    if share.password is not None and password is None:
        raise Problem(HTTPStatus.UNAUTHORIZED, "This link needs its password; send it as 'password'.")
    try:
        if not await request.app[HUB].grants.opens(share, password or ""):
            _refused(request, id, Actor(share.id, "share"), "password")
            raise Problem(HTTPStatus.UNAUTHORIZED, "This is not the link's password.")
    except TooManyGuesses as error:
        _refused(request, id, Actor(share.id, "share"), "guesses")
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, f"{error}.", {"Retry-After": "60"}) from None


def _person(request: web.Request, id: str) -> Principal | None:
    """Say who has signed in, if somebody has; a token that is not good any more, or for another document, does not."""
    gate = request.app[HUB].gate
    if gate.open_to_all:
        return None
    try:
        scope, principal = gate.read(credential(request))
    except SignInRequired:
        return None
    is_person = principal.id and not principal.is_guest
    return principal if is_person and covers(scope, id) else None


def _own_role(request: web.Request, id: str) -> Role:
    try:
        return request.app[HUB].gate.admit(credential(request), id).role
    except (SignInRequired, Forbidden):
        return Role.NONE


def _token(request: web.Request, document: Document, share: Share, user: str, name: str, color: str) -> dict[str, Any]:
    gate = request.app[HUB].gate
    now = gate.now()
    left_s = DEFAULT_TTL_S if share.expires is None else int(share.expires / 1000 - now)
    ttl_s = max(1, min(DEFAULT_TTL_S, left_s, gate.rules.longest_ttl_s))
    token = issue(
        signer(request),
        document=document.id,
        role=Role(share.role).label,
        user=user,
        name=name,
        color=color,
        source=source_of(share),
        ttl_s=ttl_s,
        now=now,
        rules=gate.rules,
    )
    return {"token": token, "expires": time_text((int(now) + ttl_s) * 1000)}


def _described(share: Share) -> dict[str, Any]:
    return {
        "id": share.id,
        "role": Role(share.role).label,
        "password": share.password is not None,
        "created": time_text(share.created),
        "expires": None if share.expires is None else time_text(share.expires),
        "revoked": None if share.revoked is None else time_text(share.revoked),
    }
