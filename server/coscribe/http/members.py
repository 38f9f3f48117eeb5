"""The people of a document over HTTP: its owner, its members, and who could become one.

Whoever may let people in may not take a document from its owner. A token for one document does not do either, whomever
it names: servers that are its admins can have such tokens made.
"""

from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from ..access.principal import Principal
from ..access.roles import Role
from ..access.tokens import MAX_USER_CHARACTERS, Forbidden
from ..journal.audit import Action
from ..journal.journal import Document
from ..journal.members import Person
from .auditing import audit
from .keys import HUB
from .problems import Problem
from .requests import (
    EVERY_DOCUMENT,
    admit,
    credential,
    document_id,
    find,
    json_object,
    json_response,
    text_field,
    time_text,
)
from .tokens import role_field

MAX_MEMBERS = 1000
"""Of one document; the settings of the workspace are for more."""
MAX_QUERY_CHARACTERS = 200
_MARK = "/members/"

routes = web.RouteTableDef()


@routes.get("/api/documents/{id:.+}/members")
async def listing(request: web.Request) -> web.Response:
    """List the people of a document, its owner first, and say what everybody else may do with it."""
    hub = request.app[HUB]
    id = document_id(request, "/members")
    principal = admit(request, id, Role.ADMIN)
    members = await hub.membership.members(await find(request, id))
    gate = hub.gate
    answer = {
        "members": [_described(member) for member in members],
        "you": principal.id,
        "hands_on": _hands_on(request, principal, _owner(members)),
        "default_role": (Role.ADMIN if gate.open_to_all else gate.members.default).label,
        "links": gate.keys is not None and gate.keys.signer is not None,
    }
    return json_response(answer)


@routes.put("/api/documents/{id:.+}/members/{user:[^/]+}")
async def put(request: web.Request) -> web.Response:
    """Make somebody a member, or give a member another role: `{role}`; open connections hear of it at once."""
    hub = request.app[HUB]
    id, user = _address(request)
    admit(request, id, Role.ADMIN)
    document = await find(request, id)
    label = role_field(await json_object(request), None)
    if label is None:
        raise Problem(HTTPStatus.BAD_REQUEST, "Say which 'role' the person is to have.")
    role = Role.of(label)
    async with hub.membership.changing:
        members = await hub.membership.members(document)
        known = _among(members, user) or await _newcomer(request, document, members, user)
        audit(request, Action.MEMBER_SET, id, user=user, role=label)
        await hub.membership.put(document, user, role)
    return json_response(_described(known._replace(role=int(role))))


@routes.delete("/api/documents/{id:.+}/members/{user:[^/]+}")
async def drop(request: web.Request) -> web.Response:
    """Let somebody be no member any more; open connections of theirs get what is left to them, or are closed."""
    hub = request.app[HUB]
    id, user = _address(request)
    admit(request, id, Role.ADMIN)
    document = await find(request, id)
    async with hub.membership.changing:
        if _among(await hub.membership.members(document), user) is None:
            raise Problem(HTTPStatus.NOT_FOUND, "This is no member of the document; list them to see who is.")
        audit(request, Action.MEMBER_REMOVE, id, user=user)
        await hub.membership.drop(document, user)
    return web.Response(status=HTTPStatus.NO_CONTENT)


@routes.put("/api/documents/{id:.+}/owner")
async def hand_on(request: web.Request) -> web.Response:
    """Make somebody the owner: `{user}`, a member or whoever could become one; who was the owner stays an admin."""
    hub = request.app[HUB]
    id = document_id(request, "/owner")
    principal = admit(request, id, Role.ADMIN)
    document = await find(request, id)
    user = text_field(await json_object(request), "user", MAX_USER_CHARACTERS)
    async with hub.membership.changing:
        members = await hub.membership.members(document)
        owner = _owner(members)
        if not _hands_on(request, principal, owner):
            raise Forbidden("only its owner, or an admin of all documents, may hand a document on")
        if not user:
            raise Problem(HTTPStatus.BAD_REQUEST, "Name the 'user' who is to own the document.")
        known = next((member for member in members if member.user == user), None)
        if known is None:
            known = await _newcomer(request, document, members, user)
        if not known.owner:
            await hub.quotas.check_gift(user, document.key)
            before = "" if owner is None else owner.user
            audit(request, Action.DOCUMENT_HAND_ON, id, user=user, before=before)
            await hub.membership.hand_on(document, user, before)
    return json_response(_described(known._replace(role=int(Role.ADMIN), owner=1)))


@routes.get("/api/documents/{id:.+}/people")
async def people(request: web.Request) -> web.Response:
    """Find people to make members: `?q=` is a part of their name or id.

    Whoever is let into one document only, by an application's token, finds people by their whole id: others in the
    application are not theirs to know.
    """
    hub = request.app[HUB]
    id = document_id(request, "/people")
    principal = admit(request, id, Role.ADMIN)
    document = await find(request, id)
    text = request.query.get("q", "").strip()
    if len(text) > MAX_QUERY_CHARACTERS:
        raise Problem(HTTPStatus.BAD_REQUEST, f"'q' may have {MAX_QUERY_CHARACTERS} characters at most.")
    everybody = principal.member or hub.gate.read(credential(request))[0] == EVERY_DOCUMENT
    found = await _found(request, document, text, everybody)
    return json_response({"people": [_who(person) for person in found]})


async def _found(request: web.Request, document: Document, text: str, everybody: bool) -> list[Person]:
    membership = request.app[HUB].membership
    if everybody:
        return await membership.people(document, text)
    return await membership.people(document, "", user=text) if text else []


def _address(request: web.Request) -> tuple[str, str]:
    """Read document and person out of the path, where both may hold escaped characters; raise a 400 Problem."""
    escaped = request.rel_url.raw_path.rpartition(_MARK)[2]
    try:
        user = unquote(escaped, errors="strict")
    except UnicodeDecodeError:
        user = ""
    if not 0 < len(user) <= MAX_USER_CHARACTERS:
        raise Problem(HTTPStatus.BAD_REQUEST, f"The id of a person has 1 to {MAX_USER_CHARACTERS} characters.")
    return document_id(request, _MARK + escaped), user


def _among(members: list[Person], user: str) -> Person | None:
    """Find a member that can be changed, None for who is no member; raise a 409 Problem for the owner."""
    known = next((member for member in members if member.user == user), None)
    if known is not None and known.owner:
        raise Problem(HTTPStatus.CONFLICT, "This person owns the document and stays its admin; hand it on first.")
    return known


async def _newcomer(request: web.Request, document: Document, members: list[Person], user: str) -> Person:
    """Find who is to become a member; raise a 404 Problem for somebody whom the server has never seen."""
    hub = request.app[HUB]
    if len(members) >= MAX_MEMBERS:
        raise Problem(HTTPStatus.CONFLICT, f"A document may have {MAX_MEMBERS} members; share it by a link.")
    people = await hub.membership.people(document, "", user=user)
    if not people:
        raise Problem(
            HTTPStatus.NOT_FOUND, "Nobody here is known by this id; they must have been here once, or use a link."
        )
    return people[0]._replace(since=hub.env.wall_ms())


def _owner(members: list[Person]) -> Person | None:
    return next((member for member in members if member.owner), None)


def _hands_on(request: web.Request, principal: Principal, owner: Person | None) -> bool:
    """Tell whether an admin of a document may say whose it is: its owner, and admins of all documents."""
    if principal.member:
        return owner is not None and principal.id == owner.user
    return request.app[HUB].gate.read(credential(request))[0] == EVERY_DOCUMENT


def _who(person: Person) -> dict[str, Any]:
    return {"id": person.user, "name": person.name, "color": person.color}


def _described(member: Person) -> dict[str, Any]:
    return {
        "user": _who(member),
        "role": Role(member.role).label,
        "owner": bool(member.owner),
        "since": time_text(member.since),
    }
