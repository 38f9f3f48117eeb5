"""The bundled editor: static files with a strict content security policy."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

from aiohttp import web

from .editor_files import find_editor
from .problems import Problem

POLICY = "; ".join(
    (
        "default-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data: blob: https: http:",  # a document may show pictures from anywhere
        "style-src 'self'",
        "script-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "cross-origin",  # the same for everybody, and parts are for pages that embed it
}
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}").fullmatch
FOR_EVER = "public, max-age=31536000, immutable"
NOT_BUILT = "The editor is not built; run `make build`, or install Coscribe from a wheel, which contains it."


def routes(frame_ancestors: Sequence[str] = ()) -> list[web.RouteDef]:
    """Make the routes of the editor: its page for every document, its files, and the element for other pages.

    `frame_ancestors` are the origins whose pages may show it in a frame.
    """
    folder = find_editor()
    pages = _Pages(folder, frame_ancestors)
    return [
        web.get("/", pages.page),
        web.get("/d/{document:.+}", pages.page),
        web.get("/s/{secret:[^/]+}", pages.share),
        web.get("/assets/{name:[^/]+}", pages.asset),
        web.get("/embed/{name:[^/]+}", pages.embed),
        web.get("/embed/assets/{name:[^/]+}", pages.embed_asset),
        web.get("/{name:[^/]+\\.[a-z0-9]+}", pages.file),
    ]


class _Pages:
    def __init__(self, folder: Path | None, frame_ancestors: Sequence[str]) -> None:
        self._folder = folder
        ancestors = " ".join(frame_ancestors) or "'none'"
        self._headers = {**HEADERS, "Content-Security-Policy": f"{POLICY}; frame-ancestors {ancestors}"}

    async def page(self, request: web.Request) -> web.StreamResponse:
        return self._send("index.html", "no-cache")

    async def share(self, request: web.Request) -> web.StreamResponse:
        """Send the page of a link, whose address is a secret."""
        response = self._send("index.html", "no-store")
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    async def asset(self, request: web.Request) -> web.StreamResponse:
        return self._send(f"assets/{_plain(request)}", FOR_EVER)

    async def embed(self, request: web.Request) -> web.StreamResponse:
        return self._send(f"embed/{_plain(request)}", "no-cache")

    async def embed_asset(self, request: web.Request) -> web.StreamResponse:
        return self._send(f"embed/assets/{_plain(request)}", FOR_EVER)

    async def file(self, request: web.Request) -> web.StreamResponse:
        return self._send(_plain(request), "no-cache")

    def _send(self, name: str, cache: str) -> web.StreamResponse:
        if self._folder is None:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, NOT_BUILT)
        path = self._folder / name
        if not path.is_file():
            raise Problem(HTTPStatus.NOT_FOUND, "The editor has no such file; reload the page.")
        headers = {**self._headers, "Cache-Control": cache}
        if name.endswith(".d.ts"):
            headers["Content-Type"] = "text/plain; charset=utf-8"  # what ends in .ts is otherwise taken for a film
        return web.FileResponse(path, headers=headers)


def _plain(request: web.Request) -> str:
    """Take a file's name out of the path, if it is nothing but a name."""
    name = request.match_info["name"]
    if not _NAME(name):
        raise Problem(HTTPStatus.NOT_FOUND, "The editor has no such file; reload the page.")
    return name
