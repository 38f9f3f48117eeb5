"""Whether the server lives, whether it can be trusted with edits, and what it is."""

from http import HTTPStatus

import msgspec
from aiohttp import web

from .. import __version__
from .keys import HUB

_encode = msgspec.json.Encoder().encode

routes = web.RouteTableDef()


@routes.get("/healthz")
async def healthz(request: web.Request) -> web.Response:
    """Say that the process answers."""
    return _json({"status": "ok"})


@routes.get("/readyz")
async def readyz(request: web.Request) -> web.Response:
    """Say whether edits can be stored now; 503 and the reason when they cannot."""
    hub = request.app[HUB]
    failure = hub.journal.failure
    body = {
        "status": "ready" if failure is None and not hub.stopping else "not ready",
        "journal": {
            "status": "ok" if failure is None else "failing",
            "reason": None if failure is None else failure.reason,
            "since": None if failure is None else failure.since,
            "queued_bytes": hub.journal.queued_bytes,
        },
        "workers": hub.pool.status,
        "stopping": hub.stopping,
    }
    return _json(body, HTTPStatus.OK if body["status"] == "ready" else HTTPStatus.SERVICE_UNAVAILABLE)


@routes.get("/version")
async def version(request: web.Request) -> web.Response:
    """Name the server and its version."""
    return _json({"name": "coscribe", "version": __version__})


def _json(body: object, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    return web.Response(
        body=_encode(body), status=status, content_type="application/json", headers={"Cache-Control": "no-store"}
    )
