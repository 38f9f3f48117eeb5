"""What is in a document, over HTTP: as Yjs updates, and as content in a format."""

import base64
import binascii
from collections.abc import Awaitable, Iterable
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import quote

from aiohttp import web

from ..access.roles import Role
from ..content.formats import FORMATS, READABLE, Format, find_format
from ..journal.audit import Action
from ..protocol.ground import Outcome
from ..protocol.lib0 import DecodeError
from ..protocol.state_vectors import KNOWS_NOTHING, PeerVector
from ..rooms.room import Room
from ..workers.pool import ContentError, ContentTooLarge, WorkerFailed, WorkerUnavailable
from .auditing import audit
from .keys import HUB
from .problems import Problem
from .queues import who_asks
from .requests import PREFIX, admit, admit_again, document_id, find
from .unread import UNREAD

WRITE_DEADLINE_S = 30.0
OCTETS = "application/octet-stream"
FRAGMENT = "html-fragment"
CONTENT = [FORMATS[FRAGMENT if name == "html" else name] for name in READABLE]
"""What content is read and written as; its HTML is a fragment, while an export is a page of its own."""
_BY_MEDIA_TYPE = {FORMATS[name].media_type.partition(";")[0]: name for name in READABLE}

T = TypeVar("T")

routes = web.RouteTableDef()


@routes.get("/api/documents/{id:.+}/update")
async def read_update(request: web.Request) -> web.Response:
    """Return a Yjs update: everything, or what a document with the state vector `?sv=` (base64url) lacks."""
    id = document_id(request, "/update")
    admit(request, id, Role.VIEW)
    await find(request, id)
    given = request.query.get("sv", "")
    try:
        vector = PeerVector(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))) if given else KNOWS_NOTHING
    except (binascii.Error, ValueError, DecodeError):
        raise Problem(HTTPStatus.BAD_REQUEST, "'sv' must be a Yjs state vector in base64url.") from None
    await request.app[UNREAD].turn(request)
    room = await request.app[HUB].ready_room(id)
    await room.on_disk()
    sequence, update = await answered(room.served.current(vector))
    return web.Response(body=update, content_type=OCTETS, headers={"ETag": f'"{sequence}"'})


@routes.post("/api/documents/{id:.+}/update")
async def write_update(request: web.Request) -> web.Response:
    """Apply a Yjs update; 204 once it is on disk, 409 when it builds on edits that this document does not have."""
    hub = request.app[HUB]
    id = document_id(request, "/update")
    principal = admit(request, id, Role.EDIT)
    update = await request.read()
    await find(request, id)
    room = await hub.ready_room(id)
    author = await hub.author(principal)
    admit_again(request)
    audit(request, Action.DOCUMENT_WRITE, id, format="yjs")
    await apply(room, update, author, request, made_elsewhere=True)
    head = await room.durable(WRITE_DEADLINE_S)
    return web.Response(status=HTTPStatus.NO_CONTENT, headers={"ETag": f'"{head}"'})


async def apply(
    room: Room,
    update: bytes,
    author: bytes,
    request: web.Request | None = None,
    *,
    made_elsewhere: bool = False,
    trim: bool = False,
) -> None:
    """Put an update on a room's ground and its turn; raise a 409 Problem when it builds on edits that are not here.

    With `trim`, what builds on such edits is left out instead. With the request that brought it, raise SignInRequired
    or Forbidden if whoever sent that may not write any more, and for one that was `made_elsewhere`, Forbidden for edits
    under another person's client id.
    """
    if len(update) > room.largest_update:
        room.refuse_size(update)
    fit = await room.fitting.find(update, trim=trim, who="" if request is None else who_asks(request))
    principal = None if request is None else admit_again(request)
    if made_elsewhere and principal is not None and room.authorship is not None:
        placement = room.authorship.take(fit, principal, author)
    else:
        placement = room.ground.take(fit)
    if placement.outcome is Outcome.GAP:
        raise Problem(
            HTTPStatus.CONFLICT,
            "This update builds on edits that the document does not have; send those first, or all in one update.",
        )
    if placement.outcome is not Outcome.DUPLICATE:
        room.accept(None, placement.update, author)


@routes.get("/api/documents/{id:.+}/content")
async def content(request: web.Request) -> web.Response:
    """Return the content, by `?format=` or the Accept header, as JSON, Markdown, HTML or text."""
    wanted = request.query.get("format") or _accepted(request.headers.get("Accept", ""))
    format = known_format(wanted, CONTENT)
    media_type, body, head = await rendered(request, "/content", format)
    return with_etag(request, str(head), body, {"Content-Type": media_type, "Vary": "Accept"})


@routes.put("/api/documents/{id:.+}/content")
async def write_content(request: web.Request) -> web.Response:
    """Give the document new content (its Content-Type says what it is), as the smallest change.

    What others write meanwhile stays. With `If-Match` nothing is changed unless the document is still at that version.
    """
    hub = request.app[HUB]
    id = document_id(request, "/content")
    principal = admit(request, id, Role.EDIT)
    format = _BY_MEDIA_TYPE.get(request.content_type)
    if format is None:
        names = ", ".join(_BY_MEDIA_TYPE)
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Name the content in Content-Type, as one of {names}.")
    if (request.charset or "utf-8").lower() not in ("utf-8", "utf8", "us-ascii"):
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Content is read as UTF-8; send it as that.")
    document = await find(request, id)
    room = await hub.ready_room(id)
    head = await room.durable(WRITE_DEADLINE_S)
    wanted = request.headers.get("If-Match", "*")
    check_match(wanted, head, id)
    update = await answered(hub.pool.patch(document.key, head, format, await request.read()))
    author = await hub.author(principal)
    admit_again(request)
    check_match(wanted, room.head, id)
    audit(request, Action.DOCUMENT_WRITE, id, format=format)
    await apply(room, update, author, request)
    return web.Response(status=HTTPStatus.NO_CONTENT, headers={"ETag": f'"{await room.durable(WRITE_DEADLINE_S)}"'})


def check_match(wanted: str, head: int, id: str) -> None:
    """Raise a 412 Problem unless a document is at a version that `If-Match` names."""
    if wanted != "*" and f'"{head}"' not in [tag.strip() for tag in wanted.split(",")]:
        raise Problem(
            HTTPStatus.PRECONDITION_FAILED,
            "The document has changed since that version; read its content again, at the link, and repeat.",
            {"Link": f'<{PREFIX}{quote(id)}/content>; rel="latest-version"', "ETag": f'"{head}"'},
        )


def _accepted(header: str) -> str:
    for offer in header.split(","):
        format = _BY_MEDIA_TYPE.get(offer.partition(";")[0].strip().lower())
        if format is not None:
            return format
    return "json"


def known_format(name: str, formats: Iterable[Format]) -> Format:
    """Find a format by name or extension among some; raise a 400 Problem."""
    known = {format.name: format for format in formats}
    found = known.get(FRAGMENT) if name == "html" and FRAGMENT in known else find_format(name)
    if found is None or found.name not in known:
        names = ", ".join(sorted({format.extension for format in known.values()}))
        raise Problem(HTTPStatus.BAD_REQUEST, f"The format {name!r} is unknown; use one of {names}.")
    return found


async def rendered(request: web.Request, suffix: str, format: Format) -> tuple[str, bytes, int]:
    """Write out the document of a request, as it is on disk: (media type, body, head)."""
    id = document_id(request, suffix)
    admit(request, id, Role.VIEW)
    document = await find(request, id)
    await request.app[UNREAD].turn(request)
    hub = request.app[HUB]
    room = await hub.ready_room(id)
    head = await room.on_disk()
    media_type, body = await answered(hub.pool.content(document.key, head, format.name, ""))
    return media_type, body, head


async def answered(work: Awaitable[T]) -> T:
    """Await what a worker does; its failures become Problems."""
    try:
        return await work
    except ContentTooLarge as error:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(error)) from None
    except ContentError as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None
    except (WorkerFailed, WorkerUnavailable) as error:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), {"Retry-After": "5"}) from None


def is_current(request: web.Request, tag: str) -> bool:
    """Whether the client says that it has the answer of this tag."""
    return request.headers.get("If-None-Match") in (f'"{tag}"', f'W/"{tag}"')


def with_etag(request: web.Request, tag: str, body: bytes, headers: dict[str, str]) -> web.Response:
    """Answer with the body of a tag, or with 304 to whoever has it."""
    headers = {
        **headers,
        "ETag": f'"{tag}"',
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    if is_current(request, tag):
        del headers["Content-Type"]
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return web.Response(body=body, headers=headers)
