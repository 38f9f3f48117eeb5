"""The images of documents over HTTP: uploaded into a document, served by the hash of their bytes."""

from http import HTTPStatus

from aiohttp import web

from ..access.roles import Role
from ..content.images import ImageRefused, NotAnImage
from ..journal.audit import Action
from ..journal.journal import DocumentQuery, FileInfo
from ..rooms.files import FileTooLarge
from .auditing import audit
from .keys import HUB
from .problems import Problem
from .requests import admit, admit_again, bearer, document_id, find, json_response, reach_of
from .unread import UNREAD
from .uploads import read_upload

FOR_EVER_S = 365 * 24 * 3600
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",  # a page that embeds the editor is of another origin
}

routes = web.RouteTableDef()


@routes.post("/api/documents/{id:.+}/files")
async def upload(request: web.Request) -> web.Response:
    """Store an image: a form's field `file`, or the body; 201 with its address once it is on disk."""
    hub = request.app[HUB]
    id = document_id(request, "/files")
    principal = admit(request, id, Role.EDIT)
    document = await find(request, id)
    hub.space.check()
    await hub.quotas.check_document(document.key)
    sent = await read_upload(request, hub.limits.max_file_bytes)
    admit_again(request)
    hub.people.may_upload(principal, len(sent.body))
    try:
        stored = await hub.store_file(document, sent.body)
    except NotAnImage as error:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, str(error)) from None
    except FileTooLarge as error:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(error)) from None
    except ImageRefused as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from None
    audit(request, Action.FILE_UPLOAD, id, hash=stored.info.hash)
    return json_response(_described(stored.info), HTTPStatus.CREATED, {"Location": stored.info.url})


def _described(info: FileInfo) -> dict[str, object]:
    return {
        "hash": info.hash,
        "url": info.url,
        "media_type": info.media_type,
        "size": info.size,
        "width": info.width,
        "height": info.height,
    }


@routes.get("/files/{hash:[0-9a-f]{64}}")
async def read(request: web.Request) -> web.Response:
    """Return a file to whoever may view a document that refers to it, by a bearer token or `?token=`."""
    hub = request.app[HUB]
    hash = request.match_info["hash"]
    if not hub.gate.open_to_all:
        reach = reach_of(request, Role.VIEW, bearer(request) or request.query.get("token", ""))
        showing = await hub.store.find(
            DocumentQuery(file=hash, scope=reach.scope, member=reach.member, least=int(reach.least))
        )
        if not any(hub.gate.may(reach, document.id) for document in showing):
            raise _not_found()
    headers = {
        **HEADERS,
        "ETag": f'"{hash}"',
        "Cache-Control": f"{'public' if hub.gate.open_to_all else 'private'}, max-age={FOR_EVER_S}, immutable",
    }
    if hash in request.headers.get("If-None-Match", ""):
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    await request.app[UNREAD].turn(request)
    stored = await hub.store.file(hash)
    if stored is None:
        raise _not_found()
    return web.Response(body=stored.body, content_type=stored.info.media_type, headers=headers)


def _not_found() -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, "There is no such file in a document that you may view; upload it there.")
