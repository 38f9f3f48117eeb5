"""The people of a document over HTTP: its owner, its members, and who could become one."""

from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from ..access.roles import Role
from ..access.tokens import MAX_USER_CHARACTERS
from ..journal.audit import Action
from ..journal.journal import Document
from ..journal.members import Person
from .auditing import audit
from .keys import HUB
from .problems import Problem
from .requests import EVERY_DOCUMENT, admit, credential, document_id, find, json_object, json_response, time_text
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
    members = await hub.membership.members(document)
    known = _among(members, user)
    if known is None:
        if len(members) >= MAX_MEMBERS:
            raise Problem(HTTPStatus.CONFLICT, f"A document may have {MAX_MEMBERS} members; share it by a link.")
        people = await hub.membership.people(document, "", user=user)
        if not people:
            raise Problem(
                HTTPStatus.NOT_FOUND, "Nobody here is known by this id; they must have been here once, or use a link."
            )
        known = people[0]._replace(since=hub.env.wall_ms())
    role = Role.of(label)
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
    if _among(await hub.membership.members(document), user) is None:
        raise Problem(HTTPStatus.NOT_FOUND, "This is no member of the document; list them to see who is.")
    audit(request, Action.MEMBER_REMOVE, id, user=user)
    await hub.membership.drop(document, user)
    return web.Response(status=HTTPStatus.NO_CONTENT)


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
        raise Problem(HTTPStatus.CONFLICT, "This person owns the document and stays its admin.")
    return known


def _who(person: Person) -> dict[str, Any]:
    return {"id": person.user, "name": person.name, "color": person.color}


def _described(member: Person) -> dict[str, Any]:
    return {
        "user": _who(member),
        "role": Role(member.role).label,
        "owner": bool(member.owner),
        "since": time_text(member.since),
    }
