"""Exports: every format over HTTP, with the headers of a file to keep, and what happens when one cannot be made."""

from __future__ import annotations

import hashlib
import io
import time
import zipfile
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from pycrdt import Doc, Text

from coscribe.access.tokens import issue
from coscribe.content.formats import CONVERTED
from coscribe.conversions.converters import Converters
from coscribe.http import exports
from coscribe.http.keys import CONVERTERS
from harness.rich_document import png, rich_document

from .conftest import SECRET
from .test_documents import create, problem

SIGNS = {
    "pdf": b"%PDF-",
    "docx": b"PK",
    "odt": b"PK",
    "epub": b"PK",
    "tex": b"%",
    "rtf": rb"{\rtf1",
    "pptx": b"PK",
    "md": "# Über 1/2\n\n# Field".encode(),
    "html": b"<!doctype html>",
    "txt": b"Field",
    "json": b"{",
    "yjs": b"\x01",
}


def bearer(document: str, role: str) -> str:
    return "Bearer " + issue(SECRET.encode(), document=document, role=role, user="u", ttl_s=60, now=time.time())


async def with_rich_text(api: TestClient, id: str = "doc/one", **fields: object) -> str:
    """Create a document with every node, and store its picture; return the picture's address."""
    body = png()
    address = f"/files/{hashlib.sha256(body).hexdigest()}"
    await create(api, id=id, title="Über 1/2", json=rich_document(address), **fields)
    assert (await api.post(f"/api/documents/{id}/files", data=body)).status == 201
    return address


async def test_every_format_is_a_file_to_keep(api: TestClient) -> None:
    await with_rich_text(api)
    listed = (await (await api.get("/api/export/formats")).json())["formats"]
    assert {each["format"] for each in listed} == set(SIGNS)
    for entry in listed:
        assert entry["available"], entry
        url = f"/api/documents/doc/one/export?format={entry['format']}"
        answer = await api.get(url)
        body = await answer.read()
        assert answer.status == 200, body
        assert body[:200].lower().startswith(SIGNS[entry["format"]].lower()), entry
        assert answer.headers["Content-Type"] == entry["media_type"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"] == (
            f"attachment; filename=\"_ber 1-2.{entry['format']}\"; filename*=UTF-8''%C3%9Cber%201-2.{entry['format']}"
        )
        again = await api.get(url, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status == 304
        assert await again.read() == b""
        assert again.headers["ETag"] == answer.headers["ETag"]


async def test_a_new_title_makes_a_new_file(api: TestClient) -> None:
    await create(api, id="doc", title="Before", markdown="x")
    tag = (await api.get("/api/documents/doc/export?format=md")).headers["ETag"]
    await api.patch("/api/documents/doc", json={"title": "After"})
    answer = await api.get("/api/documents/doc/export?format=md", headers={"If-None-Match": tag})
    assert answer.status == 200
    assert "# After" in await answer.text()


@pytest.mark.parametrize("name", ["latex", "tex"])
async def test_a_format_has_its_name_and_its_extension(api: TestClient, name: str) -> None:
    await create(api, id="a", markdown="x")
    assert (await api.get(f"/api/documents/a/export?format={name}")).content_type == "application/x-tex"


async def test_pictures_are_inside(api: TestClient) -> None:
    await with_rich_text(api)
    body = await (await api.get("/api/documents/doc/one/export?format=docx")).read()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert any(archive.read(name) == png() for name in archive.namelist() if "media" in name)


async def test_a_missing_extra_is_named(api: TestClient) -> None:
    await create(api, id="a", markdown="x")
    converters = api.app[CONVERTERS]  # type: ignore[index]
    converters.installed = frozenset()
    for name in CONVERTED:
        answer = await api.get(f"/api/documents/a/export?format={name}")
        assert answer.status == 501
        assert "pip install 'coscribe[export]'" in (await answer.json())["detail"]
    listed = (await (await api.get("/api/export/formats")).json())["formats"]
    assert {each["format"]: each["available"] for each in listed} == {
        name: name in ("json", "txt", "md", "html", "yjs") for name in SIGNS
    }
    converters.installed = frozenset({"pypandoc"})
    assert (await api.get("/api/documents/a/export?format=pdf")).status == 501
    assert (await api.get("/api/documents/a/export?format=docx")).status == 200


async def test_nobody_is_given_another_version_than_the_one_they_asked_for(api: TestClient) -> None:
    await create(api, id="a", markdown="x")
    assert (await api.get("/api/documents/a/export?format=md&version=1")).status == 200
    for version in ("0", "2", "x", ""):
        await problem(await api.get(f"/api/documents/a/export?format=md&version={version}"), 400)


async def test_an_unknown_format_is_refused_with_those_there_are(api: TestClient) -> None:
    await create(api, id="a", markdown="x")
    answer = await api.get("/api/documents/a/export?format=exe")
    detail = await problem(answer, 400)
    for name in SIGNS:
        assert name in detail


async def test_a_generic_document_has_no_rich_formats(api: TestClient) -> None:
    await create(api, id="a")
    text: Doc[Any] = Doc()
    text.get("text", type=Text).insert(0, "hi")
    update = text.get_update()
    sent = await api.post("/api/documents/a/update", data=update)
    assert sent.status == 204, await sent.text()
    for name in CONVERTED:
        detail = await problem(await api.get(f"/api/documents/a/export?format={name}"), 422)
        assert "holds no rich text" in detail


async def test_too_many_pictures_are_too_much(api: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    await with_rich_text(api)
    monkeypatch.setattr(exports, "MAX_IMAGES_BYTES", 10)
    detail = await problem(await api.get("/api/documents/doc/one/export?format=docx"), 422)
    assert "images" in detail


async def test_a_conversion_over_its_limits_is_refused(api: TestClient) -> None:
    await create(api, id="a", markdown="x")
    converters: Converters = api.app[CONVERTERS]  # type: ignore[index]
    converters.limits = converters.limits._replace(deadline_s=0.001)
    assert "longer than" in await problem(await api.get("/api/documents/a/export?format=pdf"), 422)
    await converters.stop()
    answer = await api.get("/api/documents/a/export?format=pdf")
    assert "try again" in await problem(answer, 503)
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize("flags", [{"auth": "token", "secret": SECRET}])
async def test_who_may_view_a_document_exports_it_with_its_pictures_and_nobody_else(api: TestClient) -> None:
    api.session.headers["Authorization"] = bearer("*", "admin")
    await with_rich_text(api, "secret")
    url = "/api/documents/secret/export?format=docx"
    answer = await api.get(url, headers={"Authorization": bearer("secret", "view")})
    with zipfile.ZipFile(io.BytesIO(await answer.read())) as archive:
        assert len([name for name in archive.namelist() if "media/" in name]) == 1
    assert (await api.get(url, headers={"Authorization": bearer("other", "edit")})).status == 403
    assert (await api.get(url, headers={"Authorization": ""})).status == 401
