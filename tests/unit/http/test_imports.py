"""Imports: files become documents, or the content of one that is there."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
from typing import Any

import docx
import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient

from coscribe.http.keys import CONVERTERS
from harness.rich_document import Json, node, paragraph, png, rich_document

from .conftest import SECRET
from .test_documents import create, problem, rich
from .test_exports import bearer, with_rich_text


def form(body: bytes, name: str, **fields: str) -> FormData:
    data = FormData(quote_fields=False)  # as a browser sends it
    data.add_field("file", body, filename=name, content_type="application/octet-stream")
    for key, value in fields.items():
        data.add_field(key, value)
    return data


async def send(api: TestClient, body: bytes, name: str, status: int = 201, **fields: str) -> dict[str, Any]:
    answer = await api.post("/api/import", data=form(body, name, **fields))
    assert answer.status == status, await answer.text()
    return await answer.json()


async def content(api: TestClient, id: str) -> Json:
    return await (await api.get(f"/api/documents/{id}/content?format=json")).json()


def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for each in paragraphs:
        document.add_paragraph(each)
    document.add_picture(io.BytesIO(png()))
    body = io.BytesIO()
    document.save(body)
    return body.getvalue()


async def test_a_word_file_becomes_a_document_with_its_pictures(api: TestClient) -> None:
    made = await send(api, word("Hello", "there"), "My report.docx")
    assert made["title"] == "My report"
    assert made["imported"] == {"kind": "docx", "images": 1, "comments": 0, "changes": 0}
    read = await content(api, made["id"])
    address = f"/files/{hashlib.sha256(png()).hexdigest()}"
    assert [each["type"] for each in read["content"]] == ["paragraph", "paragraph", "image"]
    assert read["content"][2]["attrs"]["src"] == address
    assert await (await api.get(address)).read() == png()
    described = await (await api.get(f"/api/documents/{made['id']}")).json()
    assert {**described, "updated": ""} == {name: made[name] for name in described} | {"updated": ""}


@pytest.mark.parametrize("format", ["docx", "odt", "html", "md", "txt", "json", "yjs"])
async def test_what_is_exported_can_be_imported(api: TestClient, format: str) -> None:
    await with_rich_text(api)
    body = await (await api.get(f"/api/documents/doc/one/export?format={format}")).read()
    made = await send(api, body, f"again.{format}", id="folder/again", title=" Chosen ")
    assert (made["id"], made["title"]) == ("folder/again", "Chosen")
    text = await (await api.get("/api/documents/folder/again/content?format=text")).text()
    for words in ("Field report", "second line.", "Williams", "7.25", "Ünïcödé"):
        assert words in text
    if format in ("json", "yjs"):
        assert await content(api, "folder/again") == await content(api, "doc/one")


async def test_an_import_has_a_location_and_a_version(api: TestClient) -> None:
    answer = await api.post("/api/import", data=form(b"# Hi", "a.md", id="x/y"))
    assert answer.status == 201
    assert answer.headers["Location"] == "/api/documents/x/y"
    assert answer.headers["ETag"] == f'"{(await answer.json())["head"]}"'


async def test_an_id_that_is_taken_is_refused(api: TestClient) -> None:
    await create(api, id="a")
    assert "already" in await problem(await api.post("/api/import", data=form(b"x", "a.md", id="a")), 409)
    assert await problem(await api.post("/api/import", data=form(b"x", "a.md", id="../a")), 400)


async def test_two_that_want_one_id_do_not_both_get_it(api: TestClient) -> None:
    answers = await asyncio.gather(*(api.post("/api/import", data=form(b"x", "a.md", id="a")) for _ in range(4)))
    assert sorted(each.status for each in answers) == [201, 409, 409, 409]
    assert len((await content(api, "a"))["content"]) == 1


async def test_a_document_takes_a_files_content_as_the_smallest_change(api: TestClient) -> None:
    made = await create(api, id="a", title="Mine", markdown="one\n\ntwo\n\nthree")
    before = await (await api.get("/api/documents/a/update")).read()
    told = await send(api, b"one\n\nzwei\n\nthree", "a.md", 200, into="a")
    assert (told["id"], told["title"], told["imported"]["kind"]) == ("a", "Mine", "markdown")
    assert told["head"] > made["head"]
    after = await (await api.get("/api/documents/a/update")).read()
    assert len(after) - len(before) < 60
    assert await (await api.get("/api/documents/a/content?format=text")).text() == "one\n\nzwei\n\nthree\n"


async def test_a_version_that_has_passed_is_not_overwritten(api: TestClient) -> None:
    made = await create(api, id="a", markdown="one")
    stale = {"If-Match": f'"{made["head"]}"'}
    assert (await api.post("/api/import", data=form(b"two", "a.md", into="a"), headers=stale)).status == 200
    answer = await api.post("/api/import", data=form(b"three", "a.md", into="a"), headers=stale)
    assert await problem(answer, 412)
    assert await (await api.get("/api/documents/a/content?format=text")).text() == "two\n"
    assert await problem(await api.post("/api/import", data=form(b"x", "a.md", into="gone")), 404)


async def test_an_update_goes_into_a_document_as_it_is(api: TestClient) -> None:
    await create(api, id="a", json=node("doc", paragraph("mine")))
    await send(api, rich("theirs"), "a.yjs", 200, into="a")
    text = await (await api.get("/api/documents/a/content?format=text")).text()
    assert sorted(text.split()) == ["mine", "theirs"]


@pytest.mark.parametrize(
    ("name", "body", "status", "words"),
    [
        ("a.pdf", b"%PDF-1.7", 415, "PDF"),
        ("a.doc", bytes.fromhex("d0cf11e0a1b11ae1"), 415, "save it as .docx"),
        ("a.png", png(), 415, "use a .docx"),
        ("a.docx", b"PK\x03\x04 torn", 415, "no document"),
        ("a.json", b"{", 422, "JSON"),
        ("a.json", b'{"type": "doc", "content": [{"type": "alien"}]}', 422, "alien"),
        ("a.txt", b"x" * 5000, 413, "4096 bytes"),
        ("a.yjs", b"\xff\xff", 400, ""),
    ],
)
@pytest.mark.parametrize("flags", [{"max_import_bytes": 4096}])
async def test_what_cannot_be_imported_is_refused_and_leaves_nothing(
    api: TestClient, name: str, body: bytes, status: int, words: str
) -> None:
    assert words in await problem(await api.post("/api/import", data=form(body, name, id="a")), status)
    assert (await (await api.get("/api/documents")).json())["documents"] == []


@pytest.mark.parametrize("flags", [{"max_file_bytes": 1024, "max_document_files_bytes": 1024}])
async def test_pictures_over_the_limit_stay_out(api: TestClient) -> None:
    made = await send(api, word("Hello"), "a.docx")
    assert made["imported"]["images"] in (0, 1)
    large = json.dumps(rich_document("data:image/png;base64,AAAA")).encode()
    assert (await send(api, large, "b.json"))["imported"]["images"] == 0


async def test_without_the_extra_word_is_refused_and_text_is_not(api: TestClient) -> None:
    api.app[CONVERTERS].installed = frozenset()  # type: ignore[index]
    assert "coscribe[export]" in await problem(await api.post("/api/import", data=form(word("x"), "a.docx")), 501)
    await send(api, b"# x", "a.md")


async def test_a_form_without_a_file_is_refused(api: TestClient) -> None:
    data = FormData()
    data.add_field("title", "x", content_type="text/plain")
    data.add_field("id", "x")
    assert "'file'" in await problem(await api.post("/api/import", data=data), 400)


@pytest.mark.parametrize("flags", [{"auth": "token", "secret": SECRET}])
async def test_only_who_may_edit_may_import(api: TestClient) -> None:
    assert await problem(await api.post("/api/import", data=form(b"x", "a.md")), 401)
    for scope, role, id, status in (
        ("a", "view", "a", 403),
        ("a", "edit", "b", 403),
        ("a", "edit", "a", 201),
        ("team/*", "edit", "team/new", 201),
        ("*", "admin", "", 201),
    ):
        headers = {"Authorization": bearer(scope, role)}
        fields = {"id": id} if id else {}
        answer = await api.post("/api/import", data=form(b"x", "a.md", **fields), headers=headers)
        assert answer.status == status, (scope, role, id, await answer.text())
