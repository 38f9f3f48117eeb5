"""What a rich-text document may hold, told to editors, so that an older one keeps what it does not know.

The binding of ProseMirror to Yjs deletes whatever its schema has no name for, for everybody, already by opening a
document. An editor therefore asks here first, and puts placeholders for what it lacks. One that does not even do that
names an older schema at its socket, and is told to update.
"""

import json
from functools import cache
from http import HTTPStatus
from importlib import resources

from aiohttp import web

from ..protocol.close_codes import CloseCode, CloseSocket

OLDEST_CLIENT = 2
"""The first version of the schema whose editor keeps what it does not know."""

routes = web.RouteTableDef()


@routes.get("/api/schema")
async def schema(request: web.Request) -> web.Response:
    """Tell the nodes, marks and attributes, the version they make up, and the oldest that may connect."""
    body, tag = _served()
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if tag in request.headers.get("If-None-Match", ""):
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return web.Response(body=body, content_type="application/json", headers=headers)


@cache
def _served() -> tuple[bytes, str]:
    dump = json.loads(resources.files("coscribe.content").joinpath("schema.json").read_bytes())
    body = {"version": dump.pop("version"), "oldest": OLDEST_CLIENT, **dump}
    return json.dumps(body, separators=(",", ":")).encode(), f'"{dump["fingerprint"]}-{OLDEST_CLIENT}"'


def check_schema(request: web.Request) -> None:
    """Raise CloseSocket for a client whose `schema` would delete what others write; one that names none is served."""
    version = whole_number(request, "schema")
    if version is not None and version < OLDEST_CLIENT:
        raise CloseSocket(CloseCode.CLIENT_TOO_OLD, "this editor is too old for this server; reload the page")


def whole_number(request: web.Request, name: str) -> int | None:
    """Read a number that a client may name in its address; raise CloseSocket for anything else."""
    given = request.query.get(name)
    if given is None:
        return None
    if not given.isascii() or not given.isdecimal() or len(given) > 9:
        raise CloseSocket(CloseCode.BAD_MESSAGE, f"`{name}` must be a whole number; leave it out or correct it")
    return int(given)
