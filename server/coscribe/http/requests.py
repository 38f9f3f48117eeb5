"""What the API's handlers share: who asks, for which document, and how answers are written."""

from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

import msgspec
from aiohttp import web

from ..access.gate import Credential, Reach
from ..access.principal import Principal
from ..access.roles import Role
from ..access.tokens import Forbidden
from ..document_id import canonical, from_path
from ..journal.journal import Document
from ..rooms.hub import Hub
from .doors import comes_from_page
from .keys import HUB, REQUESTS
from .problems import Problem

PREFIX = "/api/documents/"
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
"""What a page can send to any server without asking first."""
MAX_FIELDS_BYTES = 64 << 10
"""Of a body that has a few fields: whoever reads more of them holds up everybody meanwhile."""
EVERY_DOCUMENT = "*"
"""What a token must be for, where an answer is about all documents: only the pattern `*` covers it."""
_encode = msgspec.json.Encoder().encode

T = TypeVar("T")


def json_response(
    body: object, status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None
) -> web.Response:
    """Write JSON."""
    return web.Response(body=_encode(body), status=status, content_type="application/json", headers=headers)


class Admission(NamedTuple):
    """How whoever asks was admitted, so that it can be done again, and the role that it takes."""

    judge: Callable[[], Principal]
    least: Role


PERSON = "person"
PRINCIPAL = web.RequestKey("principal", Principal)
"""Where a request keeps the `Principal` of whoever is signed in by a cookie, before it reaches its handler."""
ADMISSION = web.RequestKey("admission", Admission)


def credential(request: web.Request) -> Credential:
    """Take what somebody comes with: a token in the Authorization header, else who is signed in; empty for nobody."""
    return bearer(request) or request.get(PERSON) or ""


def bearer(request: web.Request) -> str:
    """Take the token out of the Authorization header; empty when there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def document_id(request: web.Request, suffix: str = "") -> str:
    """Read the canonical document id out of the path, in front of a fixed suffix; raise InvalidDocumentId."""
    return from_path(request.rel_url.raw_path.removeprefix(PREFIX).removesuffix(suffix))


def admit(request: web.Request, id: str, least: Role) -> Principal:
    """Name whoever asks; raise SignInRequired or Forbidden when the role is not enough."""
    gate = request.app[HUB].gate
    return _judged(request, lambda: gate.admit(credential(request), id), least)


def admit_again(request: web.Request) -> Principal:
    """Name whoever was admitted; raise SignInRequired or Forbidden if they may not do any more what that was for.

    To be called after what takes its time, such as reading a body, and before anything comes of it.
    """
    judge, least = request[ADMISSION]
    return _enough(judge(), least)


def reach_of(request: web.Request, least: Role, token: str = "") -> Reach:
    """Say which documents whoever asks has a role for; raise SignInRequired, or Forbidden when it is none of them.

    `token` counts before what they come with otherwise, where a request may bring one in its address.
    """
    found = request.app[HUB].gate.reach(token or credential(request), least)
    _count(request, found.principal)
    return found


def _count(request: web.Request, principal: Principal) -> None:
    request.app[REQUESTS].of_person(principal)
    request[PRINCIPAL] = principal


def _judged(request: web.Request, judge: Callable[[], Principal], least: Role) -> Principal:
    principal = judge()
    _count(request, principal)
    request[ADMISSION] = Admission(judge, least)
    return _enough(principal, least)


def _enough(principal: Principal, least: Role) -> Principal:
    if principal.role < least:
        raise Forbidden(f"this needs the role {least.label}; yours is {principal.role.label}")
    return principal


def admit_maker(request: web.Request, id: str, *, chosen: bool) -> Principal:
    """Name whoever is to make a document; raise SignInRequired or Forbidden when the role is not enough."""
    gate = request.app[HUB].gate
    return _judged(request, lambda: gate.admit_maker(credential(request), id, chosen=chosen), Role.EDIT)


async def find(request: web.Request, id: str) -> Document:
    """Find a document that is not in the trash; raise a 404 Problem."""
    document = await request.app[HUB].document(id)
    if document is None or document.deleted is not None:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such document; look in the list or create it first.")
    return document


def new_id(hub: Hub, given: str | None) -> str:
    """Take the id that was asked for, or make one that nobody guesses; raise InvalidDocumentId."""
    return canonical(given) if given is not None else hub.env.random_id()


async def check_free(hub: Hub, id: str) -> None:
    """Raise a 409 Problem when there is a document with this id; it may be made on return, not after another wait."""
    if await hub.eraser.is_gone(id):
        raise Problem(
            HTTPStatus.CONFLICT,
            f"The document {id!r} was deleted for good, and copies of it may be on some devices; choose another id.",
        )
    found = await hub.document(id)
    if found is not None or hub.has_new(id):  # somebody else may have made it while it was looked for
        raise Problem(HTTPStatus.CONFLICT, f"There is a document {id!r} already, perhaps in the trash; choose an id.")


async def json_object(request: web.Request) -> dict[str, Any]:
    """Read a JSON object of a few short fields from the body; an empty body is one. Raise a 400 or 413 Problem.

    Raise SignInRequired or Forbidden for what whoever asks may not do any more when it has come.
    """
    raw = b""
    while piece := await request.content.readany():
        raw += piece
        if len(raw) > MAX_FIELDS_BYTES:
            raise Problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"Such a body may have {MAX_FIELDS_BYTES} bytes at most here."
            )
    if ADMISSION in request:
        admit_again(request)
    return decoded(request, raw, dict[str, Any]) if raw else {}


def decoded(request: web.Request, raw: bytes, type: type[T]) -> T:
    """Take a JSON object apart as far as a type says; raise a 400 or 415 Problem."""
    if comes_from_page(request) and request.content_type in FORM_TYPES:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the object with Content-Type: application/json.")
    try:
        return msgspec.json.decode(raw, type=type)
    except msgspec.ValidationError:
        raise Problem(HTTPStatus.BAD_REQUEST, "The body must be a JSON object.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Problem(HTTPStatus.BAD_REQUEST, "The body is not JSON; send an object.") from None


def text_field(body: dict[str, Any], name: str, longest: int) -> str | None:
    """Take a string out of a JSON body; None when it is not there. Raise a 400 Problem."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > longest:
        raise Problem(HTTPStatus.BAD_REQUEST, f"{name!r} must be a text of at most {longest} characters.")
    return value


def described(document: Document, role: Role | None = None) -> dict[str, Any]:
    """Write a document's line as the API shows it, with what whoever asks may do; times are RFC 3339, UTC."""
    return {
        **({} if role is None else {"role": role.label}),
        "id": document.id,
        "title": document.title,
        "epoch": document.epoch,
        "head": document.head,
        "created": time_text(document.created),
        "updated": time_text(document.updated),
        "deleted": None if document.deleted is None else time_text(document.deleted),
    }


def number(given: str | None, name: str, most: int) -> int | None:
    """Read a number out of the query, from 1 up; None when it is not given. Raises a 400 Problem."""
    if given is None:
        return None
    if not given.isascii() or not given.isdigit() or len(given) > 19 or not 1 <= int(given) <= most:
        raise Problem(HTTPStatus.BAD_REQUEST, f"{name!r} must be a whole number from 1 to {most}.")
    return int(given)


def time_text(at_ms: int) -> str:
    """Write a moment (milliseconds since the epoch) as the API does: RFC 3339, UTC."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
