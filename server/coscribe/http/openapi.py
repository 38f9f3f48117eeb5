"""The API about itself: its OpenAPI document, and a page to read."""

import hashlib
from functools import cache
from http import HTTPStatus
from importlib import resources

import msgspec
from aiohttp import web

from .api.document import openapi
from .api.page import page
from .doors import came_over_tls

POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}

routes = web.RouteTableDef()


@routes.get("/api/openapi.json")
async def document(request: web.Request) -> web.Response:
    """Return the OpenAPI document, which anybody may read."""
    body, tag = _document()
    headers = {**HEADERS, "ETag": tag, "Access-Control-Allow-Origin": "*"}
    if tag in request.headers.get("If-None-Match", ""):
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return web.Response(body=body, content_type="application/json", headers=headers)


@routes.get("/api/docs")
async def docs(request: web.Request) -> web.Response:
    """Return the page."""
    return web.Response(
        text=page(f"{'https' if came_over_tls(request) else 'http'}://{request.host}"),
        content_type="text/html",
        headers={**HEADERS, "Content-Security-Policy": POLICY},
    )


@routes.get("/api/docs/style.css")
async def style(request: web.Request) -> web.Response:
    """Return how the page looks."""
    return web.Response(text=_style(), content_type="text/css", headers=HEADERS)


@cache
def _document() -> tuple[bytes, str]:
    body = msgspec.json.encode(openapi())
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


@cache
def _style() -> str:
    return resources.files("coscribe.http.api").joinpath("style.css").read_text("utf-8")
