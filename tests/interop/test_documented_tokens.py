"""The token examples of the documentation, run as they stand in their frameworks, and tried on a server."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Annotated, Any

import aiohttp
import pytest

from harness import node
from harness.peer import Dialect, Kind, Peer
from harness.server import Server
from harness.tokens import SECRET, TOKEN_AUTH, bearer

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "make-tokens.md"
EXPRESS = Path(__file__).parent / "tokens"
DOCUMENT = "team/plan"
ADA = {"id": "ada", "name": "Ada Lovelace", "color": "#3366cc"}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("tokens") / "data", *TOKEN_AUTH, settings={"secret": SECRET}) as running:
        yield running


def example(language: str, contains: str) -> str:
    text = PAGE.read_text(encoding="utf-8")
    (found,) = [code for code in re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL) if contains in code]
    return found


async def lets_ada_in(http: aiohttp.ClientSession, server: Server, made: str) -> None:
    """Use a token: it is for its document, with its role and under its name, and for no other."""
    url = f"{server.url}/api/documents"
    async with http.post(url, json={"id": DOCUMENT}, headers=bearer(made)) as response:
        assert response.status in (201, 409), await response.text()
    async with http.get(f"{url}/{DOCUMENT}", headers=bearer(made)) as response:
        assert response.status == 200
        assert (await response.json())["role"] == "edit"
    async with http.get(f"{url}/team/other", headers=bearer(made)) as response:
        assert response.status == 403
    peer = await Peer.join(http, server, DOCUMENT, Dialect.HOCUSPOCUS, token=made)
    assert peer.count(Kind.AUTH) == 1
    await peer.leave()


async def test_django_view_makes_tokens(http: aiohttp.ClientSession, guarded: Server) -> None:
    code = f"""
import json, sys
urlpatterns = []
from django.conf import settings
settings.configure(
    COSCRIBE_SECRET={SECRET!r}, ALLOWED_HOSTS=["*"], ROOT_URLCONF="__main__", LOGIN_URL="/login",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
)
import django
django.setup()
{example("python", "from django")}
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
class Ada:
    pk, is_authenticated = "ada", True
    def has_perm(self, name): return name == "notes.change_note"
    def get_full_name(self): return "Ada Lovelace"
request = RequestFactory().get("/coscribe-token/{DOCUMENT}")
request.user = AnonymousUser()
away = coscribe_token(request, {DOCUMENT!r})
request.user = Ada()
answer = coscribe_token(request, {DOCUMENT!r})
print(json.dumps([away.status_code, answer["Cache-Control"], json.loads(answer.content)["token"]]))
"""
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    away, cache, made = json.loads(done.stdout)
    assert away == 302, "who is not signed in is sent to do so"
    assert "no-store" in cache
    await lets_ada_in(http, guarded, made)


async def test_fastapi_route_makes_tokens(
    http: aiohttp.ClientSession, guarded: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = ModuleType("notes")
    notes.User = SimpleNamespace  # type: ignore[attr-defined]
    notes.current_user = lambda: SimpleNamespace(**ADA)  # type: ignore[attr-defined]
    notes.role_of = lambda user, document: "edit" if document == DOCUMENT else None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "notes", notes)
    monkeypatch.setenv("COSCRIBE_SECRET", SECRET)
    names: dict[str, Any] = {"Annotated": Annotated}
    exec(compile(example("python", "FastAPI"), str(PAGE), "exec", dont_inherit=True), names)
    status, headers, body = await asgi(names["app"], f"/coscribe-token/{DOCUMENT}")
    assert status == 200
    assert headers["cache-control"] == "no-store"
    await lets_ada_in(http, guarded, json.loads(body)["token"])
    assert (await asgi(names["app"], "/coscribe-token/another"))[0] == 404


async def asgi(app: Any, path: str) -> tuple[int, dict[str, str], bytes]:
    """Ask an ASGI application, without a server."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": path}
    scope |= {"raw_path": path.encode(), "query_string": b"", "root_path": "", "scheme": "http", "headers": []}
    await app({**scope, "server": ("a", 80), "client": ("b", 1)}, receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


NOTES_JS = """
export const signedIn = (request, response, next) => {
  if (request.get('Cookie') !== 'ada') return response.sendStatus(401);
  request.user = { id: 'ada', name: 'Ada Lovelace', color: '#3366cc' };
  next();
};
export const roleOf = (user, document) => (document === 'team/plan' ? 'edit' : undefined);
"""


async def test_express_route_makes_tokens(http: aiohttp.ClientSession, guarded: Server, tmp_path: Path) -> None:
    await asyncio.to_thread(node.install, EXPRESS)
    (tmp_path / "node_modules").symlink_to(EXPRESS / "node_modules")
    shutil.copy(EXPRESS / "package.json", tmp_path)
    (tmp_path / "notes.js").write_text(NOTES_JS)
    serve = "\nconst server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));\n"
    (tmp_path / "app.js").write_text(example("js", "SignJWT") + serve)
    process = await asyncio.create_subprocess_exec(
        "node", "app.js", cwd=tmp_path, stdout=asyncio.subprocess.PIPE, env={**os.environ, "COSCRIBE_SECRET": SECRET}
    )
    try:
        assert process.stdout is not None
        port = int(await asyncio.wait_for(process.stdout.readline(), 30))
        url = f"http://127.0.0.1:{port}/coscribe-token"
        async with http.get(f"{url}/{DOCUMENT}") as response:
            assert response.status == 401
        async with http.get(f"{url}/other", headers={"Cookie": "ada"}) as response:
            assert response.status == 404
        async with http.get(f"{url}/{DOCUMENT}", headers={"Cookie": "ada"}) as response:
            assert response.headers["Cache-Control"] == "no-store"
            made = (await response.json())["token"]
    finally:
        process.kill()
        await process.wait()
        await asyncio.sleep(0)
    await lets_ada_in(http, guarded, made)
