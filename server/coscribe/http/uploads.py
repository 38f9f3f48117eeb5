"""Reading an uploaded file: the field `file` of a multipart form, or the body itself.

It is read in pieces and refused at the first that passes the limit; what a client says of its length or type is not
relied on. Uploads are held in memory, so only so many are read at once.
"""

import asyncio
from http import HTTPStatus
from typing import NamedTuple, Protocol

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from ..settings import Settings
from .problems import Problem
from .queues import Queues

FIELD = "file"
MAX_FIELDS = 16
UPLOAD_DEADLINE_S = 300.0
PIECE_BYTES = 64 << 10
RETRY_AFTER_S = 5

_READING = web.AppKey("uploads", asyncio.Semaphore)
_OF_ONE = web.AppKey("uploads of one", Queues)


class Upload(NamedTuple):
    """A file as it came: its bytes, the name and media type that its sender gave it, and the form's other fields.

    All but the bytes may be anything.
    """

    body: bytes
    name: str
    media_type: str
    fields: dict[str, str]


class _Source(Protocol):
    async def piece(self) -> bytes:
        """Return the next bytes, none at the end."""


def prepare(app: web.Application, settings: Settings) -> None:
    """Let an application take uploads; only some of one person, or whoever sends slowly would keep out everybody."""
    app[_READING] = asyncio.Semaphore(settings.uploads)
    app[_OF_ONE] = Queues(settings.uploads_per_user, settings.waiting_per_user)


async def read_upload(request: web.Request, limit_bytes: int) -> Upload:
    """Read the file that a request brings; raise a Problem (400, 408, 413, 429, 503)."""
    if (request.content_length or 0) > limit_bytes + PIECE_BYTES:  # of a form around it
        raise _too_large(limit_bytes)
    async with request.app[_OF_ONE].turn(request):
        return await _read_in_turn(request, limit_bytes)


async def _read_in_turn(request: web.Request, limit_bytes: int) -> Upload:
    reading = request.app[_READING]
    if reading.locked():
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "As many files as this server takes at once are being uploaded; repeat this in a moment.",
            {"Retry-After": str(RETRY_AFTER_S)},
        )
    async with reading:
        try:
            async with asyncio.timeout(UPLOAD_DEADLINE_S):
                return await _read(request, limit_bytes)
        except TimeoutError:
            raise Problem(HTTPStatus.REQUEST_TIMEOUT, "The upload took too long; try again.") from None
        except (ValueError, KeyError, AssertionError, HttpProcessingError, web.RequestPayloadError):
            raise Problem(HTTPStatus.BAD_REQUEST, "The body is no whole multipart form; send it again.") from None


async def _read(request: web.Request, limit_bytes: int) -> Upload:
    if request.content_type != "multipart/form-data":
        body = await _collect(_Body(request), limit_bytes)
        if not body:
            raise Problem(HTTPStatus.BAD_REQUEST, "The body is empty; send the file as the body, or in a form.")
        return Upload(body, "", request.content_type, {})
    form = await request.multipart()
    file: Upload | None = None
    fields: dict[str, str] = {}
    while (part := await form.next()) is not None:
        if not isinstance(part, BodyPartReader):
            continue
        if part.name == FIELD and file is None:
            body = await _collect(_Part(part), limit_bytes)
            media_type = part.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            file = Upload(body, part.filename or "", media_type, fields)
        elif part.name and len(fields) < MAX_FIELDS:
            fields[part.name] = (await _collect(_Part(part), PIECE_BYTES)).decode(errors="replace")
        else:
            raise ValueError("more than a form with one file has")
    if file is None:
        raise Problem(HTTPStatus.BAD_REQUEST, f"The form has no field {FIELD!r}; send the file in it.")
    return file


async def _collect(source: _Source, limit_bytes: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := await source.piece():
        size += len(piece)
        if size > limit_bytes:
            raise _too_large(limit_bytes)
        pieces.append(piece)
    return b"".join(pieces)


class _Body:
    def __init__(self, request: web.Request) -> None:
        self._content = request.content

    async def piece(self) -> bytes:
        return await self._content.read(PIECE_BYTES)


class _Part:
    def __init__(self, part: BodyPartReader) -> None:
        self._part = part

    async def piece(self) -> bytes:
        return bytes(await self._part.read_chunk(PIECE_BYTES))


def _too_large(limit_bytes: int) -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A file may have {limit_bytes} bytes at most here; send a smaller one."
    )
