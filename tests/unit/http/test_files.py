"""Images: uploaded into a document, served to whoever may see it."""

from __future__ import annotations

import asyncio
import hashlib
import os
import struct
import time
import zlib
from typing import Any

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient

from coscribe.access.tokens import issue

from .conftest import SECRET
from .test_documents import create, problem


def png(size: int = 0, width: int = 4, height: int = 3) -> bytes:
    """A PNG file of about so many bytes that nothing else is like."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", os.urandom(max(size - 57, 8))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def form(body: bytes, name: str = "file", **other: str) -> FormData:
    data = FormData()
    for key, value in other.items():
        data.add_field(key, value)
    data.add_field(name, body, filename="image.png", content_type="text/html")
    return data


@pytest.mark.parametrize("size", [100, 128 << 10, 1_000_000])
@pytest.mark.parametrize("as_form", [False, True])
async def test_an_image_is_uploaded_once_and_served_for_ever(api: TestClient, size: int, as_form: bool) -> None:
    await create(api, id="doc/one")
    body = png(size)
    hash = hashlib.sha256(body).hexdigest()
    made = await api.post(
        "/api/documents/doc/one/files", data=form(body, comment="a field before it") if as_form else body
    )
    assert made.status == 201, await made.text()
    assert made.headers["Location"] == f"/files/{hash}"
    assert await made.json() == {
        "hash": hash,
        "url": f"/files/{hash}",
        "media_type": "image/png",
        "size": len(body),
        "width": 4,
        "height": 3,
    }
    assert (await api.post("/api/documents/doc/one/files", data=body)).status == 201
    read = await api.get(f"/files/{hash}")
    assert (read.status, await read.read()) == (200, body)
    assert read.content_type == "image/png"
    assert read.headers["X-Content-Type-Options"] == "nosniff"
    assert read.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert read.headers["Cross-Origin-Resource-Policy"] == "cross-origin", "pages that embed the editor show it too"
    assert read.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = await api.get(f"/files/{hash}", headers={"If-None-Match": read.headers["ETag"]})
    assert (again.status, await again.read()) == (304, b"")
    head = await api.head(f"/files/{hash}")
    assert (head.status, head.headers["Content-Length"]) == (200, str(len(body)))


@pytest.mark.parametrize("body", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF87", b"%PDF-1.7"])
async def test_a_type_is_told_by_the_bytes_and_not_by_the_client(api: TestClient, body: bytes) -> None:
    await create(api, id="doc")
    for headers in ({"Content-Type": "image/png"}, {"Content-Type": "image/svg+xml"}):
        answer = await api.post("/api/documents/doc/files", data=body, headers=headers)
        assert "PNG" in await problem(answer, 415)


async def test_an_image_that_nobody_could_show_is_refused(api: TestClient) -> None:
    await create(api, id="doc")
    await problem(await api.post("/api/documents/doc/files", data=png()[:-4]), 422)
    assert "megapixels" in await problem(
        await api.post("/api/documents/doc/files", data=png(width=100_000, height=100_000)), 422
    )


async def test_a_body_without_a_file_is_refused(api: TestClient) -> None:
    await create(api, id="doc")
    await problem(await api.post("/api/documents/doc/files", data=b""), 400)
    await problem(await api.post("/api/documents/doc/files", data=form(png(), "other")), 400)
    multipart = {"Content-Type": "multipart/form-data"}
    await problem(await api.post("/api/documents/doc/files", data=b"--x\r\n", headers=multipart), 400)
    for body in (b"", b"--x", b"--x\r\n\r\nabc"):
        answer = await api.post(
            "/api/documents/doc/files", data=body, headers={"Content-Type": "multipart/form-data; boundary=x"}
        )
        await problem(answer, 400)


async def test_files_need_a_document_and_an_address_of_one_that_is_there(api: TestClient) -> None:
    await problem(await api.post("/api/documents/none/files", data=png()), 404)
    await problem(await api.get("/files/" + "0" * 64), 404)
    await problem(await api.get("/files/" + "0" * 63), 404)
    await problem(await api.get("/files/..%2fcoscribe.db"), 404)


class TestLimits:
    @pytest.fixture
    def flags(self) -> dict[str, object]:
        return {"max_file_bytes": 100_000, "max_document_files_bytes": 250_000}

    async def test_a_file_may_be_so_large_and_no_larger(self, api: TestClient) -> None:
        await create(api, id="doc")
        assert (await api.post("/api/documents/doc/files", data=png(100_000))).status == 201
        for data in (png(100_001), form(png(100_001)), png(300_000), form(png(300_000))):
            await problem(await api.post("/api/documents/doc/files", data=data), 413)

    async def test_a_length_that_is_not_announced_is_noticed(self, api: TestClient) -> None:
        await create(api, id="doc")

        async def endless() -> Any:
            for _ in range(1000):
                yield bytes(4096)

        await problem(await api.post("/api/documents/doc/files", data=endless()), 413)

    async def test_the_files_of_a_document_have_a_limit_together(self, api: TestClient) -> None:
        await create(api, id="doc")
        await create(api, id="other")
        kept = png(100_000)
        for body in (kept, png(100_000), kept):
            assert (await api.post("/api/documents/doc/files", data=body)).status == 201
        assert "together" in await problem(await api.post("/api/documents/doc/files", data=png(60_000)), 413)
        assert (await api.post("/api/documents/other/files", data=png(60_000))).status == 201
        assert (await api.post("/api/documents/doc/files", data=png(40_000))).status == 201


async def test_many_uploads_at_once_are_all_kept(api: TestClient) -> None:
    await create(api, id="doc")
    bodies = [png(300_000) for _ in range(6)]
    made = await asyncio.gather(*(api.post("/api/documents/doc/files", data=body) for body in [*bodies, *bodies]))
    assert [answer.status for answer in made] == [201] * 12
    for body, answer in zip(bodies, made[:6], strict=True):
        assert await (await api.get((await answer.json())["url"])).read() == body


class TestTokens:
    @pytest.fixture
    def flags(self) -> dict[str, object]:
        return {"auth": "token", "secret": SECRET, "search_delay_s": 0}

    def token(self, document: str, role: str, age_s: int = 0) -> str:
        return issue(SECRET.encode(), document=document, role=role, user="u", ttl_s=60, now=time.time() - age_s)

    def bearer(self, document: str, role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token(document, role)}"}

    async def test_whoever_may_see_a_document_may_see_its_images(self, api: TestClient) -> None:
        admin = self.bearer("*", "admin")
        for id in ("team/one", "team/two", "else"):
            await api.post("/api/documents", json={"id": id}, headers=admin)
        for role, status in {"view": 403, "comment": 403, "edit": 201}.items():
            made = await api.post("/api/documents/team/one/files", data=png(), headers=self.bearer("team/one", role))
            assert made.status == status, role
        await problem(await api.post("/api/documents/team/one/files", data=png()), 401)
        url = (await made.json())["url"]
        for scope, status in {
            "team/one": 200,
            "team/*": 200,
            "*": 200,
            "team/two": 404,
            "else": 404,
        }.items():
            assert (await api.get(url, headers=self.bearer(scope, "view"))).status == status, scope
            assert (await api.get(url, params={"token": self.token(scope, "view")})).status == status, scope
        assert "private" in (await api.get(url, headers=admin)).headers["Cache-Control"]
        await problem(await api.get(url), 401)
        await problem(await api.get(url, params={"token": self.token("team/one", "view", age_s=120)}), 401)
        unknown = await api.get("/files/" + "0" * 64, headers=admin)
        await problem(unknown, 404)

    async def test_the_images_of_a_document_in_the_trash_are_gone_with_it(self, api: TestClient) -> None:
        admin = self.bearer("*", "admin")
        await api.post("/api/documents", json={"id": "doc"}, headers=admin)
        url = (await (await api.post("/api/documents/doc/files", data=png(), headers=admin)).json())["url"]
        await api.delete("/api/documents/doc", headers=admin)
        await problem(await api.get(url, headers=self.bearer("doc", "view")), 404)
        await api.post("/api/documents/doc/restore", headers=admin)
        assert (await api.get(url, headers=self.bearer("doc", "view"))).status == 200

    async def test_an_image_that_was_copied_into_a_document_is_seen_with_it(self, api: TestClient) -> None:
        admin = self.bearer("*", "admin")
        await api.post("/api/documents", json={"id": "one"}, headers=admin)
        url = (await (await api.post("/api/documents/one/files", data=png(), headers=admin)).json())["url"]
        await api.post("/api/documents", json={"id": "two", "markdown": f"![]({url})"}, headers=admin)
        for _ in range(200):
            seen = (await api.get(url, headers=self.bearer("two", "view"))).status
            if seen == 200:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(seen)
