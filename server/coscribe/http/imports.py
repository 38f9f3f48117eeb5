"""Files that become documents, over HTTP: read by a converter, stored like any other edit."""

from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import quote

from aiohttp import web

from ..access.principal import Principal
from ..access.roles import Role
from ..content.images import ImageRefused, NotAnImage
from ..document_id import canonical
from ..journal.audit import Action
from ..journal.journal import Document
from ..protocol.ground import Ground
from ..rooms.files import FileTooLarge
from ..rooms.hub import Hub
from .auditing import audit
from .content import WRITE_DEADLINE_S, answered, apply, check_match
from .documents import MAX_TITLE_CHARACTERS
from .exports import converted
from .keys import CONVERTERS, HUB
from .problems import Problem
from .queues import QUEUES
from .requests import (
    PREFIX,
    PRINCIPAL,
    admit,
    admit_again,
    admit_maker,
    check_free,
    credential,
    described,
    find,
    json_response,
    new_id,
)
from .uploads import Upload, read_upload

NO_CLOCKS = b"\0"
"""The state vector of a document in which nothing is written."""

routes = web.RouteTableDef()


class _File(NamedTuple):
    """What a file holds: a Yjs update, or else ProseMirror JSON; and what came along."""

    kind: str
    title: str
    update: bytes = b""
    content: bytes = b""
    images: tuple[bytes, ...] = ()
    comments: int = 0
    changes: int = 0


@routes.post("/api/import")
async def read_file(request: web.Request) -> web.Response:
    """Make a document of a file: a form's `file`, with `id` and `title` if wanted, or `into` an existing document."""
    hub = request.app[HUB]
    if not hub.gate.open_to_all:
        request[PRINCIPAL] = hub.gate.read(credential(request))[1]  # nobody unknown has a file read
    sent = await read_upload(request, request.app[CONVERTERS].limits.import_bytes)
    into = sent.fields.get("into")
    return await (_create(request, sent) if into is None else _replace(request, sent, canonical(into)))


async def _create(request: web.Request, sent: Upload) -> web.Response:
    hub = request.app[HUB]
    chosen = sent.fields.get("id") or None
    id = new_id(hub, chosen)
    principal = admit_maker(request, id, chosen=chosen is not None)
    await check_free(hub, id)
    hub.people.may_upload(principal, len(sent.body))
    hub.space.check_document()
    await hub.quotas.check_person(principal.id)
    title = sent.fields.get("title", "").strip()
    file = await _read(request, sent, title)
    update = await _whole(hub, file.update) if file.update else await answered(hub.pool.build("json", file.content))
    await check_free(hub, id)  # reading took its time
    admit_again(request)
    audit(request, Action.DOCUMENT_IMPORT, id, format=file.kind)
    document = hub.register(id, (title or file.title)[:MAX_TITLE_CHARACTERS], principal)
    await _store(hub, document, file)
    room = await hub.ready_room(id)
    await apply(room, update, await hub.author(principal))
    document = document._replace(head=await room.durable(WRITE_DEADLINE_S))
    return _answer(document, principal, file, HTTPStatus.CREATED)


async def _whole(hub: Hub, update: bytes) -> bytes:
    """Return an update that a new document can begin with; raise MalformedUpdate or a 409 Problem."""
    plan = await answered(hub.pool.plan(update, NO_CLOCKS, False))
    if (await hub.gradually(Ground().fitting(plan))).gap:
        raise Problem(
            HTTPStatus.CONFLICT,
            "This update builds on edits that it does not hold; export the whole document, or import it `into` one "
            "that has them.",
        )
    return update


async def _replace(request: web.Request, sent: Upload, id: str) -> web.Response:
    """Give a document the file's content, as the smallest change; `If-Match` as for writing content."""
    hub = request.app[HUB]
    wanted = request.headers.get("If-Match", "*")
    principal = admit(request, id, Role.EDIT)
    document = await find(request, id)
    hub.people.may_upload(principal, len(sent.body))
    hub.space.check()
    await hub.quotas.check_document(document.key)
    room = await hub.ready_room(id)
    check_match(wanted, await room.durable(WRITE_DEADLINE_S), id)
    file = await _read(request, sent, document.title)
    admit_again(request)
    await _store(hub, document, file)
    head = await room.durable(WRITE_DEADLINE_S)
    update = file.update or await answered(hub.pool.patch(document.key, head, "json", file.content))
    author = await hub.author(principal)
    admit_again(request)
    check_match(wanted, room.head, id)
    audit(request, Action.DOCUMENT_IMPORT, id, format=file.kind)
    await apply(room, update, author, request, made_elsewhere=bool(file.update))
    document = document._replace(head=await room.durable(WRITE_DEADLINE_S))
    return _answer(document, principal, file, HTTPStatus.OK)


async def _read(request: web.Request, sent: Upload, title: str) -> _File:
    """Read a file for a document of this title, "" for one that takes the file's."""
    name = sent.name.replace("\\", "/").rpartition("/")[2]
    if name.lower().endswith(".yjs"):
        return _File("yjs", name[: -len(".yjs")], update=sent.body)
    limits = request.app[HUB].limits
    async with request.app[QUEUES].turn(request):
        read = await converted(
            request.app[CONVERTERS].read(name, sent.body, image_bytes=limits.max_file_bytes, title=title)
        )
    images = tuple(read.images.values())
    if sum(map(len, images)) > limits.max_document_files_bytes:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"The images in this file have more than {limits.max_document_files_bytes} bytes together; make them "
            "smaller, or split the file.",
        )
    return _File(
        kind=read.kind,
        title=read.title,
        content=read.document,
        images=images,
        comments=len(read.comments),
        changes=len(read.changes),
    )


async def _store(hub: Hub, document: Document, file: _File) -> None:
    try:
        for image in file.images:
            await hub.store_file(document, image)
    except FileTooLarge as error:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(error)) from None
    except (NotAnImage, ImageRefused) as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None


def _answer(document: Document, principal: Principal, file: _File, status: HTTPStatus) -> web.Response:
    """Describe the document and what the file had, so that whoever sent it knows what is not in the text."""
    imported = {"kind": file.kind, "images": len(file.images), "comments": file.comments, "changes": file.changes}
    headers = {"Location": PREFIX + quote(document.id), "ETag": f'"{document.head}"'}
    return json_response({**described(document, principal.role), "imported": imported}, status, headers)
