"""A copy of a document is a document of its own."""

from __future__ import annotations

import time
from typing import Any

import pytest
from aiohttp.test_utils import TestClient
from pycrdt import Array, Doc, Map

from coscribe.access.tokens import issue

from .conftest import SECRET
from .test_documents import create, problem
from .test_files import png


async def test_a_copy_has_the_content_and_goes_its_own_way(api: TestClient) -> None:
    await create(api, id="team/one", title="Plan", markdown="# Head\n\nBody **bold** 👩")
    answer = await api.post("/api/documents/team/one/duplicate")
    assert answer.status == 201
    copy = await answer.json()
    assert (copy["title"], copy["head"], copy["deleted"]) == ("Copy of Plan", 1, None)
    assert answer.headers["Location"] == f"/api/documents/{copy['id']}"
    for path in ("content?format=md", "content?format=json"):
        theirs = await (await api.get(f"/api/documents/team/one/{path}")).text()
        assert await (await api.get(f"/api/documents/{copy['id']}/{path}")).text() == theirs
    await api.put(f"/api/documents/{copy['id']}/content", data="Other", headers={"Content-Type": "text/plain"})
    assert "Head" in await (await api.get("/api/documents/team/one/content?format=md")).text()


async def test_a_copy_of_a_generic_document_has_all_its_roots(api: TestClient) -> None:
    await create(api, id="doc")
    doc: Doc[Any] = Doc()
    doc["map"] = Map({"a": 1, "b": Array([1, "two"])})
    doc["list"] = Array(["x"])
    await api.post("/api/documents/doc/update", data=doc.get_update())
    copy = await api.post("/api/documents/doc/duplicate", json={"id": "copy", "title": " Mine "})
    assert (await copy.json())["title"] == "Mine"
    read: Doc[Any] = Doc()
    read.apply_update(await (await api.get("/api/documents/copy/update")).read())
    assert read.get("map", type=Map).to_py() == {"a": 1, "b": [1, "two"]}
    assert read.get("list", type=Array).to_py() == ["x"]


async def test_an_empty_document_has_an_empty_copy(api: TestClient) -> None:
    await create(api, id="doc")
    copy = await (await api.post("/api/documents/doc/duplicate", json={"title": "x" * 300})).json()
    assert copy["head"] == 0
    again = await (await api.post(f"/api/documents/{copy['id']}/duplicate")).json()
    assert again["title"] == "Copy of " + "x" * 292


async def test_a_copy_is_refused_where_there_is_nothing_to_copy_or_no_place_for_it(api: TestClient) -> None:
    await create(api, id="doc")
    await problem(await api.post("/api/documents/none/duplicate"), 404)
    await problem(await api.post("/api/documents/doc/duplicate", json={"id": "doc"}), 409)
    await problem(await api.post("/api/documents/doc/duplicate", json={"id": "a b"}), 400)
    await problem(await api.post("/api/documents/doc/duplicate", json={"title": 3}), 400)


class TestTokens:
    @pytest.fixture
    def flags(self) -> dict[str, object]:
        return {"auth": "token", "secret": SECRET}

    def bearer(self, document: str, role: str) -> dict[str, str]:
        token = issue(SECRET.encode(), document=document, role=role, user="u", ttl_s=60, now=time.time())
        return {"Authorization": f"Bearer {token}"}

    async def test_a_copy_needs_a_view_of_the_one_and_the_right_to_write_the_other(self, api: TestClient) -> None:
        await api.post("/api/documents", json={"id": "team/one"}, headers=self.bearer("*", "admin"))
        for scope, role, status in (("team/one", "edit", 403), ("team/*", "view", 403), ("team/*", "edit", 201)):
            copy = await api.post(
                "/api/documents/team/one/duplicate", json={"id": "team/two"}, headers=self.bearer(scope, role)
            )
            assert copy.status == status

    async def test_a_copy_shows_the_images_of_the_original(self, api: TestClient) -> None:
        admin = self.bearer("*", "admin")
        await api.post("/api/documents", json={"id": "one"}, headers=admin)
        url = (await (await api.post("/api/documents/one/files", data=png(), headers=admin)).json())["url"]
        assert (await api.get(url, headers=self.bearer("two", "view"))).status == 404
        await api.post("/api/documents/one/duplicate", json={"id": "two"}, headers=admin)
        assert (await api.get(url, headers=self.bearer("two", "view"))).status == 200
