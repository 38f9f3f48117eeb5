"""Documents over HTTP: create, list, describe, rename, move to the trash and back."""

import re
from dataclasses import replace
from http import HTTPStatus
from typing import Any, TypedDict
from urllib.parse import quote

import msgspec
from aiohttp import web

from ..access.gate import Reach
from ..access.roles import Role
from ..content.formats import READABLE
from ..journal.audit import Action
from ..journal.journal import DocumentQuery, FileQuery, ReferToFiles, SearchQuery
from ..journal.webhooks import Event
from ..protocol.state_vectors import KNOWS_NOTHING
from ..protocol.updates import EMPTY_UPDATE
from ..rooms.hub import Hub
from .auditing import audit
from .content import WRITE_DEADLINE_S, answered, apply
from .keys import HUB
from .problems import Problem
from .requests import (
    MAX_FIELDS_BYTES,
    PREFIX,
    admit,
    admit_again,
    admit_maker,
    check_free,
    credential,
    decoded,
    described,
    document_id,
    find,
    json_object,
    json_response,
    new_id,
    number,
    reach_of,
    text_field,
)

MAX_TITLE_CHARACTERS = 300
DEFAULT_PAGE = 50
MAX_PAGE = 200
MAX_ID_CHARACTERS = 1000
MAX_QUERY_CHARACTERS = 300
MAX_HITS = 1000
"""How far a search can be paged through: who looks further should look for something else."""
_CURSOR = re.compile(r"([0-9]{1,18})-([0-9]{1,18})").fullmatch
_NOT_GIVEN = msgspec.Raw()
_encode = msgspec.json.Encoder().encode

routes = web.RouteTableDef()


@routes.post("/api/documents")
async def create(request: web.Request) -> web.Response:
    """Create a document: `{id?, title?}` and at most one of markdown, html, text (strings) or json (ProseMirror)."""
    hub = request.app[HUB]
    if not hub.gate.open_to_all:
        hub.gate.read(credential(request))  # nobody unknown has a body read
    raw = await request.read()
    made = decoded(request, raw, _Making) if raw else _Making()
    body = {"id": _short(request, made.id), "title": _short(request, made.title)}
    chosen = text_field(body, "id", MAX_ID_CHARACTERS)
    id = new_id(hub, chosen)
    title = text_field(body, "title", MAX_TITLE_CHARACTERS) or ""
    principal = admit_maker(request, id, chosen=chosen is not None)
    update = await _first_update(request, made)
    await hub.quotas.check_person(principal.id)
    author = await hub.author(principal)
    await check_free(hub, id)
    admit_again(request)
    document = hub.register(id, title, principal)
    audit(request, Action.DOCUMENT_CREATE, id)
    if update is None:
        await hub.journal.submit()
    else:
        room = await hub.ready_room(id)
        await apply(room, update, author)
        document = document._replace(head=await room.durable(WRITE_DEADLINE_S))
    return json_response(described(document, principal.role), HTTPStatus.CREATED, {"Location": PREFIX + quote(id)})


class _Making(msgspec.Struct):
    """What a document is made of, as it came: content may be large, and is for a worker to take apart."""

    id: msgspec.Raw = _NOT_GIVEN
    title: msgspec.Raw = _NOT_GIVEN
    markdown: msgspec.Raw = _NOT_GIVEN
    html: msgspec.Raw = _NOT_GIVEN
    text: msgspec.Raw = _NOT_GIVEN
    json: msgspec.Raw = _NOT_GIVEN


def _short(request: web.Request, raw: msgspec.Raw) -> Any:
    """Take a field apart, None for none; one that is no short text stays as it is, which no field is."""
    given = bytes(raw)
    if not given or len(given) > MAX_FIELDS_BYTES:
        return raw if given else None
    return decoded(request, given, object)


async def _first_update(request: web.Request, made: _Making) -> bytes | None:
    given = {name: raw for name in READABLE if (raw := bytes(getattr(made, name)))}
    if not given:
        return None
    if len(given) > 1:
        raise Problem(HTTPStatus.BAD_REQUEST, f"Give one content only, not {' and '.join(given)}.")
    [(format, content)] = given.items()
    if format != "json":
        try:
            content = msgspec.json.decode(content, type=str).encode(errors="replace")
        except msgspec.DecodeError:
            raise Problem(HTTPStatus.BAD_REQUEST, f"{format!r} must be a text.") from None
    return await answered(request.app[HUB].pool.build(format, content))


@routes.get("/api/documents")
async def listing(request: web.Request) -> web.Response:
    """List the documents that one may see, last changed first; `?q=` searches titles and texts.

    `?deleted=true` looks in the trash, at those that one may take out of it.
    """
    hub = request.app[HUB]
    query = request.query
    limit = number(query.get("limit"), "limit", MAX_PAGE) or DEFAULT_PAGE
    deleted = _truth(query.get("deleted"), "deleted")
    reach = reach_of(request, Role.ADMIN if deleted else Role.VIEW)
    within: _Within = {"deleted": deleted, "scope": reach.scope, "member": reach.member, "least": int(reach.least)}
    kept = {"trash_keep_days": hub.eraser.keeping.trash_days} if deleted else {}
    if text := query.get("q", "").strip():
        wanted = SearchQuery(_searched(text), **within, limit=limit)
        return json_response(await _search(hub, reach, wanted, query.get("cursor")) | kept)
    before = _place(query.get("cursor"))
    found = await hub.store.find(DocumentQuery(**within, before=before, limit=limit + 1))
    page = found[:limit]
    cursor = f"{page[-1].updated}-{page[-1].key}" if len(found) > limit else None
    seen = [described(document, role) for document in page if (role := hub.gate.may(reach, document.id))]
    return json_response({"documents": seen, "cursor": cursor, **kept})


class _Within(TypedDict):
    """What every query for a list must say."""

    deleted: bool
    scope: str
    member: str | None
    least: int


async def _search(hub: Hub, reach: Reach, query: SearchQuery, cursor: str | None) -> dict[str, Any]:
    offset = number(cursor, "cursor", MAX_HITS) or 0
    found = await hub.store.find(replace(query, offset=offset, limit=query.limit + 1))
    page, after = found[: query.limit], offset + query.limit
    return {
        "documents": [
            {
                **described(hit.document, role),
                "snippet": [{"text": text, "match": match} for text, match in hit.snippet],
            }
            for hit in page
            if (role := hub.gate.may(reach, hit.document.id))
        ],
        "cursor": str(after) if len(found) > query.limit and after <= MAX_HITS else None,
    }


def _searched(text: str) -> str:
    if len(text) > MAX_QUERY_CHARACTERS:
        raise Problem(HTTPStatus.BAD_REQUEST, f"'q' may have {MAX_QUERY_CHARACTERS} characters at most.")
    return text


def _truth(given: str | None, name: str) -> bool:
    if given not in (None, "", "true", "false"):
        raise Problem(HTTPStatus.BAD_REQUEST, f"{name!r} must be true or false.")
    return given == "true"


def _place(cursor: str | None) -> tuple[int, int] | None:
    """Read a cursor: when the last document of the page before changed, and its key."""
    if cursor is None:
        return None
    match = _CURSOR(cursor)
    if match is None:
        raise Problem(HTTPStatus.BAD_REQUEST, "'cursor' must be one that a page of this list gave.")
    return int(match[1]), int(match[2])


@routes.post("/api/documents/{id:.+}/duplicate")
async def duplicate(request: web.Request) -> web.Response:
    """Copy a document as it is on disk, without its history: `{id?, title?}`; 201 once the copy is stored."""
    hub = request.app[HUB]
    source_id = document_id(request, "/duplicate")
    admit(request, source_id, Role.VIEW)
    body = await json_object(request)
    chosen = text_field(body, "id", MAX_ID_CHARACTERS)
    id = new_id(hub, chosen)
    principal = admit_maker(request, id, chosen=chosen is not None)
    source = await find(request, source_id)
    await hub.quotas.check_person(principal.id)
    title = text_field(body, "title", MAX_TITLE_CHARACTERS)
    if title is None:
        title = f"Copy of {source.title or source_id}"[:MAX_TITLE_CHARACTERS]
    room = await hub.ready_room(source_id)
    await room.on_disk()
    _, state = await answered(room.served.current(KNOWS_NOTHING))
    author = await hub.author(principal)
    files = await hub.store.find(FileQuery(document=source.key))
    await check_free(hub, id)
    document = hub.register(id, title.strip(), principal)
    audit(request, Action.DOCUMENT_DUPLICATE, source_id, copy=id)
    copy = await hub.ready_room(id)
    if state != EMPTY_UPDATE:
        await apply(copy, state, author, trim=True)
    await hub.journal.submit(ReferToFiles(document.key, [file.hash for file in files]))
    document = document._replace(head=await copy.durable(WRITE_DEADLINE_S))
    return json_response(described(document, principal.role), HTTPStatus.CREATED, {"Location": PREFIX + quote(id)})


@routes.post("/api/documents/{id:.+}/restore")
async def restore(request: web.Request) -> web.Response:
    """Take a document out of the trash."""
    hub = request.app[HUB]
    id = document_id(request, "/restore")
    principal = admit(request, id, Role.ADMIN)
    document = await hub.document(id)
    if document is None:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such document, also not in the trash.")
    if document.deleted is not None:
        audit(request, Action.DOCUMENT_RESTORE, id)
        document = await hub.change(document._replace(deleted=None), Event.RESTORED)
    return json_response(described(document, principal.role))


@routes.get("/api/documents/{id:.+}")
async def read(request: web.Request) -> web.Response:
    """Describe a document."""
    id = document_id(request)
    principal = admit(request, id, Role.VIEW)
    document = await find(request, id)
    room = request.app[HUB].rooms.get(id)
    if room is not None:
        document = document._replace(head=max(document.head, room.committed))
    return json_response(described(document, principal.role))


@routes.patch("/api/documents/{id:.+}")
async def rename(request: web.Request) -> web.Response:
    """Change the title: `{title}`; everybody who has the document open is told."""
    hub = request.app[HUB]
    id = document_id(request)
    principal = admit(request, id, Role.EDIT)
    title = text_field(await json_object(request), "title", MAX_TITLE_CHARACTERS)
    if title is None:
        raise Problem(HTTPStatus.BAD_REQUEST, 'Send {"title": "…"}: the title is what can be changed here.')
    document = await find(request, id)
    audit(request, Action.DOCUMENT_RENAME, id)
    event = Event.RENAMED if title.strip() != document.title else None
    document = await hub.change(document._replace(title=title.strip()), event)
    room = hub.rooms.get(id)
    if room is not None:
        room.tell(_encode({"type": "title", "title": document.title}))
    return json_response(described(document, principal.role))


@routes.delete("/api/documents/{id:.+}")
async def trash(request: web.Request) -> web.Response:
    """Move a document to the trash; whoever has it open is disconnected with 4404.

    With `?permanent=true` it is deleted for good, also from the trash, and its id never belongs to another document.
    """
    hub = request.app[HUB]
    id = document_id(request)
    permanent = _truth(request.query.get("permanent"), "permanent")
    admit(request, id, Role.ADMIN)
    if permanent:
        document = await hub.document(id)
        if document is None:
            raise Problem(HTTPStatus.NOT_FOUND, "There is no such document, also not in the trash.")
        audit(request, Action.DOCUMENT_DELETE, id, reason="request")
        await hub.eraser.delete(document)
        return web.Response(status=HTTPStatus.NO_CONTENT)
    document = await find(request, id)
    audit(request, Action.DOCUMENT_TRASH, id)
    await hub.change(document._replace(deleted=hub.env.wall_ms()), Event.TRASHED)
    return web.Response(status=HTTPStatus.NO_CONTENT)
