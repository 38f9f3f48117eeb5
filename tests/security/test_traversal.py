"""No parameter of any route leads to a file: made from the routes themselves, so that nothing new goes untried."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest

from coscribe.app import init_app
from coscribe.http.api.operations import OPERATIONS
from coscribe.settings import Settings
from harness.raw import HOST, UPGRADE
from harness.server import Server

CANARY = b"canary-in-a-file-that-nobody-may-read"
TARGETS = ("etc/passwd", "coscribe.db", "canary.txt", "server.log")
CLIMBS = [
    "../" * 12,
    "..%2f" * 12,
    "..%2F" * 12,
    "%2e%2e/" * 12,
    "%2e%2e%2f" * 12,
    "%252e%252e%252f" * 12,
    "..%252f" * 12,
    "..%5c" * 12,
    "..\\" * 12,
    "%c0%ae%c0%ae%c0%af" * 12,
    "%e0%80%ae%e0%80%ae/" * 12,
    "..%c0%af" * 12,
    "..%ef%bc%8f" * 12,
    "%ef%bc%8e%ef%bc%8e/" * 12,
    "....//" * 12,
    "..;/" * 12,
    "a/../" * 3 + "../" * 9,
    "./" * 3 + "../" * 9,
    "/",
    "//",
    "%2f",
    "%2f%2f",
    "file:///",
    "C:%5c",
    "~/",
]
ODD = [
    "%00", "a%00.md", "..%00/", "%0d%0aX-Injected:%201", "%0aX", "%ff%fe", "%", "%zz", "%u002e%u002e", "..", ".", "...",
    "%2e", "%2e%2e", "%20", "%09", "a%20b", "%7f", "%e2%80%ae", "con", "nul", "a" * 201, "a" * 5000, "%41" * 2000,
    "${jndi:ldap://x}", "{{7*7}}", "$(id)", "`id`", "|id", ";id", "'%20OR%201=1--", '"', "<script>", "*", "?", "%3f",
    "%23", "%25", "%26", "%2b", "-1", "99999999999999999999999", "1e309", "NaN", "true", "[]", "%5b%5d",
]  # fmt: skip
ATTACKS = [*(climb + target for climb in CLIMBS for target in TARGETS), *ODD]
QUERY_ONLY = {"/sync/{document}": ("token", "epoch", "schema"), "/hocuspocus": ("token", "epoch", "schema")}


def routes() -> list[tuple[str, str]]:
    app = init_app(cast(Any, object()), Settings())
    return sorted(
        {
            (route.method, route.resource.canonical)
            for route in app.router.routes()
            if route.method != "HEAD" and route.resource is not None
        }
    )


def cases() -> Iterator[tuple[str, str, str]]:
    """Yield method, path and the path with `{}` where the attack goes."""
    described = {(operation.method, operation.path): operation for operation in OPERATIONS}
    for method, path in routes():
        names = re.findall(r"{(\w+)}", path)
        for name in names:
            yield method, path, path.replace(f"{{{name}}}", "\0")
        operation = described.get((method, path))
        asked = [each.name for each in operation.parameters if each.place == "query"] if operation else []
        for name in (*asked, *QUERY_ONLY.get(path, ())):
            yield method, path, f"{path}?{name}=\0"


CASES = list(cases())


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server for everybody, with files around its data that are none of its business."""
    folder = tmp_path_factory.mktemp("traversal")
    for place in (folder, folder / "data"):
        place.mkdir(exist_ok=True)
        (place / "canary.txt").write_bytes(CANARY)
    with Server(folder / "data") as running:
        assert running.request("POST", "/api/documents", b'{"id":"doc","text":"x"}')[0] == 201
        yield running


class Asker:
    """Sends requests as they stand, over one connection as long as it lasts."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, target: str, upgrade: bool) -> tuple[int, bytes, bytes]:
        if self._open is None:
            self._open = await asyncio.open_connection("127.0.0.1", self._server.port)
        reader, writer = self._open
        body = b"" if method == "GET" else b"{}"
        head = f"{method} {target} HTTP/1.1\r\n".encode() + HOST
        head += UPGRADE if upgrade else b"Content-Type: application/json\r\nContent-Length: %d\r\n" % len(body)
        writer.write(head + b"\r\n" + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        status = int(answer.split()[1])
        length = re.search(rb"(?i)^content-length: (\d+)", answer, re.MULTILINE)
        content = await reader.readexactly(int(length[1])) if length and status != 304 else b""
        if status in (101, 204) or status == 400 or upgrade or re.search(rb"(?i)connection: close", answer):
            await self.close()
        return status, answer, content

    async def close(self) -> None:
        if self._open is not None:
            self._open[1].close()
            self._open = None


@pytest.fixture
async def asker(served: Server) -> AsyncIterator[Asker]:
    made = Asker(served)
    yield made
    await made.close()


@pytest.mark.parametrize(
    ("method", "path", "template"), CASES, ids=[f"{m} {t}".replace("\0", "!") for m, _, t in CASES]
)
async def test_nothing_leads_out(served: Server, asker: Asker, method: str, path: str, template: str) -> None:
    upgrade = path in QUERY_ONLY
    query = "?" in template
    for attack in ATTACKS:
        target = re.sub(r"{\w+}", "doc", template).replace("\0", attack)
        if any(ord(character) < 33 for character in target) or (not query and attack in ("?", "*")):
            continue
        status, head, content = await asker.ask(method, target, upgrade)
        everything = head + content
        assert status < 500, (target[:200], content[:500])
        assert CANARY not in everything, target
        assert b"root:" not in everything, target
        assert b"SQLite format 3" not in everything, target
        assert b"\r\nX-Injected" not in head, target
    assert "Traceback" not in served.stderr()


async def test_only_the_database_is_written(served: Server, asker: Asker) -> None:
    """The test before has tried everything, this one sees what became of it."""
    for method, target in (("GET", "/files/" + "0" * 64), ("GET", "/assets/..%2f..%2fcanary.txt")):
        assert (await asker.ask(method, target, False))[0] == 404
    there = {path.name for path in served.data.iterdir()}
    assert there <= {"coscribe.db", "coscribe.db-wal", "coscribe.db-shm", "canary.txt"}


NAMES = [
    "../../../canary.txt",
    "..\\..\\canary.md",
    "/etc/passwd",
    "a/../../b.html",
    "\x00.md",
    "%2e%2e%2fcanary.md",
    "a" * 3000 + ".md",
]


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
async def test_name_of_an_upload_is_no_path(
    http: aiohttp.ClientSession, served: Server, tmp_path: Path, name: str
) -> None:
    before = set(served.data.parent.rglob("*"))
    boundary = "x"
    disposition = f'form-data; name="file"; filename="{name}"'
    body = f"--{boundary}\r\nContent-Disposition: {disposition}\r\n\r\n# words\r\n--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    async with http.post(f"{served.url}/api/import", data=body, headers=headers) as response:
        assert response.status in (201, 400, 415)
        answer = await response.json()
    if response.status == 201:
        assert "/" not in answer["title"]
        assert "\\" not in answer["title"]
    assert set(served.data.parent.rglob("*")) == before
