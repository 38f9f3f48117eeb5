"""The server asks nobody for anything because somebody wrote an address: not for images, styles, entities or keys."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from harness.lib0 import awareness
from harness.peer import Dialect, Peer
from harness.receiver import Receiver
from harness.server import MakeServer, Server, ServerDidNotStart
from harness.tokens import TOKEN_AUTH, bearer, claims, signed

EXPORTS = ("md", "html", "txt", "json", "docx", "odt", "epub", "tex", "rtf", "pdf")
TINY_DOCX = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
    'Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>',
    "word/_rels/document.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="p" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
    'Target="URL/docx.png" TargetMode="External"/><Relationship Id="t" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/attachedTemplate" Target="URL/t.dotx" TargetMode="External"/></Relationships>',
    "word/document.xml": '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "URL/entity">]>'
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>words '
    "&e;</w:t></w:r></w:p></w:body></w:document>",
}
TINY_ODT = {
    "mimetype": "application/vnd.oasis.opendocument.text",
    "META-INF/manifest.xml": '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>',
    "content.xml": '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"><office:body><office:text><text:p>words '
    '<draw:frame><draw:image xlink:href="URL/odt.png"/></draw:frame></text:p></office:text></office:body>'
    "</office:document-content>",
}


class Listener:
    """A server on this machine that nobody has a reason to ask."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.url = ""
        self.redirect = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        if self.redirect and request.path == "/redirected":
            raise web.HTTPFound(self.redirect)
        return web.json_response({"keys": []})


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    made = Listener()
    app = web.Application()
    app.router.add_route("*", "/{any:.*}", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


def packed(parts: dict[str, str], url: str, **more: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**parts, **more}.items():
            archive.writestr(name, part.replace("URL", url))
    return made.getvalue()


def page(url: str) -> str:
    return (
        f'<base href="{url}/"><link rel=stylesheet href="{url}/a.css"><style>@import "{url}/b.css";</style><p>words'
        f'<img src="{url}/c.png" srcset="{url}/d.png 2x"><img src="//{url[7:]}/e.png"><img src="\\\\{url[7:]}\\f.png">'
        f'<iframe src="{url}/g"></iframe><object data="{url}/h"></object><svg><image href="{url}/i.svg"/></svg>'
        f'<video poster="{url}/j.png"></video><img src="file:///etc/passwd"><img src="/etc/passwd">'
    )


async def test_address_in_a_document_is_never_asked(
    http: aiohttp.ClientSession, server: Server, document: str, listener: Listener
) -> None:
    url = listener.url
    markdown = f"words ![a]({url}/1.png) [![b]({url}/2.png)]({url}/3)\n\n![c][r]\n\n[r]: {url}/4.png\n\n"
    markdown += "```{=html}\n<img src='" + url + "/5.png'>\n```\n\n![d](file:///etc/passwd)\n"
    image = {"type": "image", "attrs": {"src": f"{url}/6.png"}}
    words = {"type": "paragraph", "content": [{"type": "text", "text": "words"}]}
    rich = {"type": "doc", "content": [words, image, {"type": "image", "attrs": {"src": "/files/../../etc/passwd"}}]}
    files = {
        "a.docx": packed(TINY_DOCX, url),
        "b.odt": packed(TINY_ODT, url),
        "c.html": page(url).encode(),
        "d.md": markdown.encode(),
        "e.json": json.dumps(rich).encode(),
    }
    made = []
    for number, body in enumerate(({"markdown": markdown}, {"html": page(url)}, {"json": rich})):
        async with http.post(f"{server.url}/api/documents", json={"id": f"{document}-{number}", **body}) as response:
            assert response.status in (201, 400, 422), await response.text()
            made += [f"{document}-{number}"] * (response.status == 201)
    for name, content in files.items():
        form = aiohttp.FormData()
        form.add_field("file", content, filename=name)
        form.add_field("id", f"{document}-{name}")
        async with http.post(f"{server.url}/api/import", data=form) as response:
            assert response.status in (201, 400, 413, 415, 422), await response.text()
            made += [f"{document}-{name}"] * (response.status == 201)
    assert len(made) >= 5, "most of them are documents all the same"
    for id in made:
        for format in EXPORTS if id.endswith(("-1", ".docx")) else ("docx", "pdf"):
            async with http.get(f"{server.url}/api/documents/{id}/export?format={format}") as response:
                assert response.status in (200, 422), (id, format)
                assert b"root:" not in await response.read()
    peer = await Peer.join(http, server, made[0], Dialect.HOCUSPOCUS)
    await peer.send_awareness(awareness((9, 1, json.dumps({"user": {"name": "a", "picture": f"{url}/7.png"}}))))
    await asyncio.sleep(0.2)
    await peer.leave()
    assert listener.asked == []


async def test_archive_that_climbs_out_writes_nothing(
    http: aiohttp.ClientSession, make_server: MakeServer, listener: Listener
) -> None:
    server = make_server()
    before = set(server.data.parent.rglob("*"))
    for climb in ("../../../climbed.txt", "/tmp/climbed-7f3a.txt", "word/media/../../../../climbed.png", "..\\climbed"):
        form = aiohttp.FormData()
        form.add_field("file", packed(TINY_DOCX, listener.url, **{climb: "climbed"}), filename="a.docx")
        async with http.post(f"{server.url}/api/import", data=form) as response:
            assert response.status in (201, 400, 415, 422)
    assert {path.name for path in set(server.data.parent.rglob("*")) - before} <= {"coscribe.db-wal", "coscribe.db-shm"}
    assert not Path("/tmp/climbed-7f3a.txt").exists()


async def test_key_that_a_token_points_to_is_not_fetched(make_server: MakeServer, listener: Listener) -> None:
    server = await asyncio.to_thread(make_server, *TOKEN_AUTH, "--jwks-url", f"{listener.url}/keys")
    asked = list(listener.asked)
    for header in ({"jku": f"{listener.url}/jku"}, {"x5u": f"{listener.url}/x5u"}, {"kid": f"{listener.url}/kid"}):
        attack = signed({"alg": "HS256", **header}, claims("doc", "admin"), b"s" * 32)
        status, _ = await asyncio.to_thread(server.request, "GET", "/api/documents/doc", **bearer(attack))
        assert status == 401
    assert listener.asked == asked


async def test_published_keys_are_not_looked_for_where_a_redirect_leads(
    make_server: MakeServer, listener: Listener
) -> None:
    listener.redirect = f"{listener.url}/inside"
    with_redirect: dict[str, Any] = {"jwks_url": f"{listener.url}/redirected"}
    try:
        server = await asyncio.to_thread(make_server, *TOKEN_AUTH, settings=with_redirect)
        attack = signed({"alg": "HS256"}, claims("doc", "admin"), b"s" * 32)
        status, _ = await asyncio.to_thread(server.request, "GET", "/api/documents/doc", **bearer(attack))
        assert status == 401
    except ServerDidNotStart:
        pass  # nor does it have to start without keys
    assert listener.asked
    assert set(listener.asked) == {"/redirected"}


OPEN = "127.0.0.2"
"""An address of this machine that `webhook_networks` names; what listens at 127.0.0.1 is none of their business."""
WEBHOOKS: dict[str, Any] = {"webhook_networks": OPEN, "webhook_delay_s": 0.05, "webhook_retry_s": "0.05"}


async def make_webhook(http: aiohttp.ClientSession, server: Server, url: str) -> tuple[int, dict[str, Any]]:
    async with http.post(f"{server.url}/api/webhooks", json={"url": url}) as response:
        return response.status, await response.json()


async def last_of(http: aiohttp.ClientSession, server: Server) -> dict[str, Any]:
    """Wait until a webhook, the only one, has nothing more to be told; say how the last message went."""
    async with asyncio.timeout(10):
        while True:
            async with http.get(f"{server.url}/api/webhooks") as response:
                [line] = (await response.json())["webhooks"]
            if line["last"] is not None and not line["waiting"]:
                return dict(line["last"])
            await asyncio.sleep(0.02)


async def test_webhook_to_an_address_inside_is_refused_at_once(
    http: aiohttp.ClientSession, make_server: MakeServer, listener: Listener
) -> None:
    server = await asyncio.to_thread(make_server, settings=WEBHOOKS)
    port = listener.url.split(":")[2]
    for host in (
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
    ):
        for scheme in ("http", "https"):
            status, problem = await make_webhook(http, server, f"{scheme}://{host}:{port}/inside")
            assert status == 400, (scheme, host)
            assert "webhook_networks" in problem["detail"] or "IP address" in problem["detail"]
    for host in ("169.254.169.254", "10.0.0.1", "192.168.0.1", "[fd00:ec2::254]", "[64:ff9b::a9fe:a9fe]", "224.0.0.1"):
        assert (await make_webhook(http, server, f"https://{host}/latest/meta-data"))[0] == 400, host
    server.create(id="doc", text="words")
    await asyncio.sleep(0.2)
    assert listener.asked == []


async def test_webhook_that_was_stored_is_judged_again_by_every_start_and_delivery(
    http: aiohttp.ClientSession, make_server: MakeServer, listener: Listener
) -> None:
    server = await asyncio.to_thread(make_server, settings=WEBHOOKS | {"webhook_networks": "127.0.0.0/8"})
    assert (await make_webhook(http, server, f"{listener.url}/inside"))[0] == 201
    await asyncio.to_thread(server.stop)
    server.settings["webhook_networks"] = OPEN
    await asyncio.to_thread(server.start)
    await asyncio.to_thread(server.create, id="doc")
    last = await last_of(http, server)
    assert last == {"at": last["at"], "error": "address"}
    assert listener.asked == []


async def test_answers_to_webhooks_lead_nowhere_and_are_shown_to_nobody(
    http: aiohttp.ClientSession, make_server: MakeServer, listener: Listener
) -> None:
    said = "what-the-inside-says-7f3a"

    async def elsewhere(request: web.Request) -> web.Response:
        return web.Response(status=307, reason=said, headers={"Location": f"{listener.url}/{said}"}, text=said)

    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), listener.url)
    async with Receiver(OPEN) as receiver:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in proxies.items():
                patch.setenv(name, value)
            server = await asyncio.to_thread(make_server, settings=WEBHOOKS | {"log_level": "debug"})
        receiver.answers = [elsewhere] * 10
        assert (await make_webhook(http, server, f"{receiver.url}hook-7f3a?key=url-7f3a"))[0] == 201
        await asyncio.to_thread(server.create, id="doc", title="title-7f3a")
        last = await last_of(http, server)
        assert last == {"at": last["at"], "status": 307}
        assert len(receiver.told) >= 2, "it is tried again"
        async with http.get(f"{server.url}/api/webhooks") as response:
            assert said not in await response.text()
        async with http.get(f"{server.url}/metrics") as response:
            assert "7f3a" not in await response.text()
        assert "7f3a" not in server.stderr()
        assert listener.asked == []
