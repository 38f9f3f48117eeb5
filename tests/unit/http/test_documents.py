"""The REST API: documents, their updates and their content."""

import asyncio
import base64
import time
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from pycrdt import Doc, Text, XmlElement, XmlFragment, XmlText

from coscribe.access.tokens import issue
from coscribe.http.keys import HUB
from coscribe.journal.journal import DocumentQuery

from .conftest import SECRET


async def create(api: TestClient, **body: Any) -> dict[str, Any]:
    answer = await api.post("/api/documents", json=body)
    assert answer.status == 201, await answer.text()
    return await answer.json()


def rich(*paragraphs: str) -> bytes:
    doc: Doc[Any] = Doc()
    fragment = doc.get("default", type=XmlFragment)
    for paragraph in paragraphs:
        fragment.children.append(XmlElement("paragraph", {}, [XmlText(paragraph)]))
    return doc.get_update()


async def problem(answer: Any, status: int) -> str:
    assert answer.status == status, await answer.text()
    assert answer.content_type == "application/problem+json"
    body = await answer.json()
    assert body["status"] == status
    assert body["type"]
    assert body["title"]
    return str(body["detail"])


async def test_a_document_is_created_listed_renamed_trashed_and_restored(api: TestClient) -> None:
    made = await create(api, title="Minutes")
    assert {"id", "title", "epoch", "head", "created", "updated"} <= made.keys()
    id = made["id"]
    assert (await (await api.get(f"/api/documents/{id}")).json())["title"] == "Minutes"
    renamed = await api.patch(f"/api/documents/{id}", json={"title": " Notes "})
    assert (await renamed.json())["title"] == "Notes"
    assert [d["title"] for d in (await (await api.get("/api/documents?q=ote")).json())["documents"]] == ["Notes"]
    assert (await api.delete(f"/api/documents/{id}")).status == 204
    await problem(await api.get(f"/api/documents/{id}"), 404)
    assert (await (await api.get("/api/documents")).json())["documents"] == []
    trash = await (await api.get("/api/documents?deleted=true")).json()
    assert (len(trash["documents"]), trash["trash_keep_days"]) == (1, 30)
    found = await (await api.get("/api/documents?deleted=true&q=nothing")).json()
    assert found == {"documents": [], "cursor": None, "trash_keep_days": 30}
    assert (await api.post(f"/api/documents/{id}/restore")).status == 200
    assert (await api.get(f"/api/documents/{id}")).status == 200


async def test_a_document_is_created_with_its_content(api: TestClient) -> None:
    for format, content in {
        "markdown": "# Head\n\nBody **bold** 👩",
        "html": "<h1>Head</h1><p>Body <strong>bold</strong> 👩</p><script>alert(1)</script>",
    }.items():
        made = await create(api, **{format: content})
        assert made["head"] == 1
        read = await (await api.get(f"/api/documents/{made['id']}/content?format=md")).text()
        assert read.strip() == "# Head\n\nBody **bold** 👩"
    text = await create(api, text="One\n\nTwo")
    json = await (await api.get(f"/api/documents/{text['id']}/content")).json()
    again = await create(api, json=json)
    assert await (await api.get(f"/api/documents/{again['id']}/content")).json() == json


async def test_content_that_cannot_be_read_creates_nothing(api: TestClient) -> None:
    await problem(await api.post("/api/documents", json={"id": "doc", "json": {"type": "nonsense"}}), 422)
    await problem(await api.post("/api/documents", json={"id": "doc", "markdown": "a", "html": "b"}), 400)
    await problem(await api.post("/api/documents", json={"id": "doc", "markdown": 3}), 400)
    await problem(await api.get("/api/documents/doc"), 404)


async def test_the_list_comes_in_pages(api: TestClient) -> None:
    for n in range(5):
        await create(api, id=f"d{n}")
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        page = await (await api.get(f"/api/documents?limit=2{cursor}")).json()
        seen += [document["id"] for document in page["documents"]]
        if page["cursor"] is None:
            break
        cursor = f"&cursor={page['cursor']}"
    assert seen == ["d4", "d3", "d2", "d1", "d0"]
    await api.post("/api/documents/d1/update", data=rich("One"))
    page = await (await api.get("/api/documents?limit=2")).json()
    assert [document["id"] for document in page["documents"]] == ["d1", "d4"]
    for wrong in ("cursor=x", "cursor=1", "cursor=1-", "cursor=1-" + "9" * 30, "limit=0", "limit=201", "deleted=maybe"):
        await problem(await api.get(f"/api/documents?{wrong}"), 400)


async def test_an_id_is_taken_once(api: TestClient) -> None:
    await create(api, id="team/plan")
    assert "choose" in await problem(await api.post("/api/documents", json={"id": "team/plan"}), 409)
    assert (await api.get("/api/documents/team%2Fplan")).status == 200
    assert (await api.get("/api/documents/team/plan")).status == 200


async def test_of_those_who_make_a_document_in_one_moment_one_does(
    api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert api.app is not None
    hub = api.app[HUB]
    find, looking = hub.store.find, asyncio.Barrier(5)

    async def slow_find(query: Any) -> Any:
        found = await find(query)
        if isinstance(query, DocumentQuery):
            await looking.wait()  # nobody sees what the others do
        return found

    monkeypatch.setattr(hub.store, "find", slow_find)
    answers = await asyncio.gather(*(api.post("/api/documents", json={"id": "doc"}) for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [201, 409, 409, 409, 409]
    assert hub.journal.failure is None


@pytest.mark.parametrize("id", ["", "/a", "a/", "a/../b", "ä", "a b", "x" * 201, "a%2fb"])
async def test_an_id_that_names_no_document_is_refused(api: TestClient, id: str) -> None:
    await problem(await api.post("/api/documents", json={"id": id}), 400)


BAD_BODIES = [
    *(b"{", b"[]", b"7", b'{"title": 3}', b'{"title": "' + b"x" * 301 + b'"}', b'{"title": "' + b"x" * 100_000 + b'"}'),
    *(
        b"[" * 5000,
        b'{"id": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b'{"id": {"a": [1]}}',
        b'{"more": ' + b"[" * 99_999,
    ),
    *(b'{"title": "\xff"}', b'{"id": "\xc0\xaf"}', b'{"title": "\\ud800"}', b'{"title": "\\ud83dx"}'),
    *(b'{"text": "\xff"}', b'{"text": "\\ud800"}', b'{"text": null}', b'{"text": ["a"]}', b'{"markdown": {"a": 1}}'),
]


@pytest.mark.parametrize("body", BAD_BODIES, ids=range(len(BAD_BODIES)))
async def test_a_body_that_is_not_what_it_should_be_is_refused(api: TestClient, body: bytes) -> None:
    await problem(await api.post("/api/documents", data=body), 400)
    if b"title" in body:
        await create(api, id="doc")
        await problem(await api.patch("/api/documents/doc", data=body), 400 if len(body) < 65_536 else 413)


async def test_content_that_is_no_json_is_refused(api: TestClient) -> None:
    for content in (b'{"type": "doc", "content": [{"type": "\xff"}]}', b"[" * 50_000 + b"]" * 50_000, b"null", b'"a"'):
        answer = await api.post("/api/documents", data=b'{"json": ' + content + b"}")
        assert answer.status in (400, 422), content[:50]


async def test_an_update_is_durable_when_it_is_answered_and_read_back_whole_or_in_part(api: TestClient) -> None:
    await create(api, id="doc")
    doc: Doc[Any] = Doc(client_id=7)
    text = doc.get("text", type=Text)
    text += "hello"
    first = doc.get_state()
    answer = await api.post("/api/documents/doc/update", data=doc.get_update())
    assert (answer.status, answer.headers["ETag"]) == (204, '"1"')
    text += " world"
    assert (await api.post("/api/documents/doc/update", data=doc.get_update(first))).status == 204
    whole = await (await api.get("/api/documents/doc/update")).read()
    copy: Doc[Any] = Doc()
    copy.apply_update(whole)
    assert str(copy.get("text", type=Text)) == "hello world"
    vector = base64.urlsafe_b64encode(first).decode().rstrip("=")
    part = await (await api.get(f"/api/documents/doc/update?sv={vector}")).read()
    assert len(part) < len(whole)
    vector = base64.urlsafe_b64encode(doc.get_state()).decode()
    nothing = await (await api.get("/api/documents/doc/update", params={"sv": vector})).read()
    assert nothing == b"\0\0"


async def test_updates_that_cannot_be_taken_are_refused_and_say_why(api: TestClient) -> None:
    await create(api, id="doc")
    await problem(await api.post("/api/documents/doc/update", data=b"\xff\xff\xff\x7f\x04\xc6\x03"), 400)
    await problem(await api.post("/api/documents/none/update", data=b"\0\0"), 404)
    doc: Doc[Any] = Doc()
    text = doc.get("text", type=Text)
    text += "a"
    before = doc.get_state()
    text += "b"
    assert "builds on" in await problem(await api.post("/api/documents/doc/update", data=doc.get_update(before)), 409)
    await problem(await api.get("/api/documents/doc/update?sv=%ff"), 400)


@pytest.mark.parametrize(
    ("format", "media_type", "holds"),
    [
        ("json", "application/json", '"text":"Two"'),
        ("text", "text/plain", "One\n\nTwo"),
        ("markdown", "text/markdown", "One\n\nTwo"),
        ("html", "text/html", "<p>Two</p>"),
    ],
)
async def test_content_comes_by_format_and_by_accept(api: TestClient, format: str, media_type: str, holds: str) -> None:
    await create(api, id="doc")
    await api.post("/api/documents/doc/update", data=rich("One", "Two"))
    for answer in (
        await api.get(f"/api/documents/doc/content?format={format}"),
        await api.get("/api/documents/doc/content", headers={"Accept": f"image/png, {media_type};q=0.9"}),
    ):
        assert answer.status == 200
        assert answer.content_type == media_type
        assert answer.headers["ETag"] == '"1"'
        assert holds in (await answer.text()).replace(" ", " ").replace('": "', '":"')


@pytest.mark.parametrize("format", ["md", "html", "txt", "json", "yjs"])
async def test_an_export_is_a_file_with_the_documents_name(api: TestClient, format: str) -> None:
    await create(api, id="doc", title='Käse/"Plan"')
    await api.post("/api/documents/doc/update", data=rich("One"))
    answer = await api.get(f"/api/documents/doc/export?format={format}")
    assert answer.status == 200
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="K_se-_Plan_.')
    assert disposition.endswith(f"filename*=UTF-8''K%C3%A4se-%22Plan%22.{format}")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    again = await api.get(
        f"/api/documents/doc/export?format={format}", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status == 304


async def test_a_document_without_rich_text_says_which_formats_it_has(api: TestClient) -> None:
    await create(api, id="doc")
    doc: Doc[Any] = Doc()
    doc["text"] = Text("plain 👩")
    await api.post("/api/documents/doc/update", data=doc.get_update())
    assert (await api.get("/api/documents/doc/content?format=text")).status == 200
    await problem(await api.get("/api/documents/doc/content?format=html"), 422)
    await problem(await api.get("/api/documents/doc/content?format=docx"), 400)


async def test_a_changed_paragraph_is_written_while_others_type(api: TestClient) -> None:
    made = await create(api, id="doc", markdown="One\n\nTwo\n\nThree")
    async with api.ws_connect("/sync/doc") as typist:
        await typist.receive()
        await typist.send_bytes(bytes.fromhex("00000100"))
        while (await typist.receive()).data[:2] != b"\0\1":
            pass
        before = made["head"]
        answer = await api.put(
            "/api/documents/doc/content",
            data="One\n\nTwo changed\n\nThree",
            headers={"Content-Type": "text/markdown", "If-Match": f'"{before}"'},
        )
        assert answer.status == 204, await answer.text()
        assert answer.headers["ETag"] != f'"{before}"'
        told = (await typist.receive()).data
        assert b" changed" in told
        assert len(told) < 100
    read = await (await api.get("/api/documents/doc/content?format=md")).text()
    assert read.strip() == "One\n\nTwo changed\n\nThree"


async def test_content_is_not_written_over_a_version_that_its_writer_has_not_seen(api: TestClient) -> None:
    await create(api, id="doc", markdown="One")
    answer = await api.put(
        "/api/documents/doc/content", data="Two", headers={"Content-Type": "text/plain", "If-Match": '"99"'}
    )
    assert answer.headers["ETag"] == '"1"'
    assert "/api/documents/doc/content" in answer.headers["Link"]
    await problem(answer, 412)
    await problem(await api.put("/api/documents/doc/content", data=b"x", headers={"Content-Type": "image/png"}), 415)
    other = {"Content-Type": "text/plain; charset=utf-16"}
    await problem(await api.put("/api/documents/doc/content", data="x".encode("utf-16"), headers=other), 415)
    await problem(
        await api.put("/api/documents/doc/content", data="{", headers={"Content-Type": "application/json"}), 422
    )
    assert (await (await api.get("/api/documents/doc/content?format=text")).text()).strip() == "One"


async def test_unknown_addresses_and_methods_are_problems(api: TestClient) -> None:
    await problem(await api.get("/api/nothing"), 404)
    await problem(await api.put("/api/documents"), 405)
    for path in ("/api/documents/a%0ab", "/api/documents/a%00b/content", "/d/%0a", "/files/%7f"):
        await problem(await api.get(path), 400)


class TestTokens:
    @pytest.fixture
    def flags(self) -> dict[str, object]:
        return {"auth": "token", "secret": SECRET}

    def headers(self, document: str, role: str, age_s: int = 0) -> dict[str, str]:
        token = issue(SECRET.encode(), document=document, role=role, user="u", ttl_s=60, now=time.time() - age_s)
        return {"Authorization": f"Bearer {token}"}

    async def test_every_deed_needs_its_role(self, api: TestClient) -> None:
        for role, statuses in {
            "view": (200, 403, 403, 403),
            "comment": (200, 403, 403, 403),
            "edit": (200, 204, 200, 403),
            "admin": (200, 204, 200, 204),
        }.items():
            id = f"doc-{role}"
            made = await api.post("/api/documents", json={"id": id}, headers=self.headers("*", "admin"))
            assert made.status == 201
            headers = self.headers("doc-*", role)
            got = (
                (await api.get(f"/api/documents/{id}", headers=headers)).status,
                (await api.post(f"/api/documents/{id}/update", data=b"\0\0", headers=headers)).status,
                (await api.patch(f"/api/documents/{id}", json={"title": "t"}, headers=headers)).status,
                (await api.delete(f"/api/documents/{id}", headers=headers)).status,
            )
            assert got == statuses, role

    async def test_no_token_an_old_one_and_one_for_another_document_open_nothing(self, api: TestClient) -> None:
        await problem(await api.get("/api/documents/doc"), 401)
        await problem(await api.get("/api/documents/doc", headers=self.headers("doc", "view", age_s=120)), 401)
        await problem(await api.get("/api/documents/doc", headers=self.headers("other", "view")), 403)
        assert (await (await api.get("/api/documents", headers=self.headers("doc", "admin"))).json())["documents"] == []
        await problem(await api.get("/api/documents?deleted=true", headers=self.headers("doc", "edit")), 403)
        await problem(await api.get("/api/documents/doc", headers={"Authorization": "Bearer x.y.z"}), 401)
