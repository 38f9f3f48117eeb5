"""Documents as files to keep, over HTTP: the native formats at once, the others by a conversion."""

from collections.abc import Awaitable
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import quote
from zlib import crc32

from aiohttp import web

from ..access.roles import Role
from ..content.formats import CONVERTED, FORMATS, Format, full_name
from ..conversions.errors import (
    ConversionError,
    ConverterUnavailable,
    NotConvertible,
    NotInstalled,
    TooLarge,
    UnknownKind,
)
from ..conversions.images import MAX_IMAGES_BYTES, file_hashes
from ..conversions.installed import is_available
from ..journal.audit import Action
from ..journal.journal import Document, FileQuery
from ..rooms.hub import Hub
from .auditing import audit
from .content import FRAGMENT, answered, is_current, known_format, with_etag
from .keys import CONVERTERS, HUB
from .problems import Problem
from .queues import QUEUES
from .requests import admit, document_id, find, json_response
from .unread import UNREAD

EXPORTS = [*(format for format in FORMATS.values() if format.name != FRAGMENT), *CONVERTED.values()]
_STATUS: dict[type[ConversionError], HTTPStatus] = {
    NotInstalled: HTTPStatus.NOT_IMPLEMENTED,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnknownKind: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    NotConvertible: HTTPStatus.UNPROCESSABLE_ENTITY,
    ConverterUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

T = TypeVar("T")

routes = web.RouteTableDef()


@routes.get("/api/documents/{id:.+}/export")
async def export(request: web.Request) -> web.Response:
    """Return the content as a file to keep: `?format=` is one of those that `/api/export/formats` lists."""
    format = _known(request.query.get("format", "md"))
    id = document_id(request, "/export")
    admit(request, id, Role.VIEW)
    document = await find(request, id)
    hub = request.app[HUB]
    room = await hub.ready_room(id)
    head = await room.on_disk()
    if request.query.get("version", str(head)) != str(head):
        raise Problem(HTTPStatus.BAD_REQUEST, f"Only the version that the document is at, {head}, can be exported.")
    disposition = _attachment(document.title or document.id, format.extension)
    headers = {"Content-Type": format.media_type, "Content-Disposition": disposition}
    audit(request, Action.DOCUMENT_EXPORT, id, format=format.extension)
    tag = f"{head}-{crc32(document.title.encode()):x}"  # the title is written too, and is no part of the journal
    body = b"" if is_current(request, tag) else await _written(request, document, head, format)
    return with_etag(request, tag, body, headers)


def _known(name: str) -> Format:
    return CONVERTED.get(full_name(name)) or known_format(name, EXPORTS)


async def _written(request: web.Request, document: Document, head: int, format: Format) -> bytes:
    hub, title = request.app[HUB], document.title
    if format.name not in CONVERTED:
        await request.app[UNREAD].turn(request)
        _, body = await answered(hub.pool.content(document.key, head, format.name, title))
        return body
    converters = request.app[CONVERTERS]
    if not is_available(format, converters.installed):
        await converted(converters.write(format.name, title, b"", {}))  # says what is missing
    async with request.app[QUEUES].turn(request):
        await request.app[UNREAD].turn(request)
        _, content = await answered(hub.pool.content(document.key, head, "json", title))
        images = await _images(hub, document, content)
        return await converted(converters.write(format.name, title, content, images))


async def _images(hub: Hub, document: Document, content: bytes) -> dict[str, bytes]:
    """Read the files that a document shows and that are its own: whoever may read it may see those, and no others."""
    hashes = file_hashes(content)
    if not hashes:
        return {}
    if not hub.gate.open_to_all:
        hashes &= {info.hash for info in await hub.store.find(FileQuery(document=document.key))}
    images: dict[str, bytes] = {}
    room = MAX_IMAGES_BYTES
    for hash in sorted(hashes):
        stored = await hub.store.file(hash)
        if stored is not None:
            room -= len(stored.body)
            if room < 0:
                raise Problem(
                    HTTPStatus.UNPROCESSABLE_ENTITY,
                    f"The images of this document have more than {MAX_IMAGES_BYTES >> 20} MiB together, too much for "
                    "one file; export it as md, html or json, which refer to them.",
                )
            images[stored.info.url] = stored.body
    return images


async def converted(work: Awaitable[T]) -> T:
    """Await a conversion; its failures become Problems."""
    try:
        return await work
    except ConversionError as error:
        status = _STATUS[type(error)]
        retry = {"Retry-After": "5"} if status is HTTPStatus.SERVICE_UNAVAILABLE else None
        raise Problem(status, str(error), retry) from None


def _attachment(name: str, extension: str) -> str:
    name = name.replace("/", "-")
    plain = "".join(c if (c.isascii() and c.isalnum()) or c in " ._-" else "_" for c in name)
    return f"attachment; filename=\"{plain}.{extension}\"; filename*=UTF-8''{quote(name, safe='')}.{extension}"


@routes.get("/api/export/formats")
async def formats(request: web.Request) -> web.Response:
    """List the formats that this server exports, and which of them this installation can write."""
    installed = request.app[CONVERTERS].installed
    return json_response(
        {
            "formats": [
                {
                    "format": format.extension,
                    "name": format.name,
                    "media_type": format.media_type,
                    "needs_rich_text": format.needs_rich_text,
                    "available": is_available(format, installed),
                }
                for format in EXPORTS
            ]
        }
    )
