"""The API's own description is complete: what is answered is described, and what is described is answered."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any, cast

import pytest
from aiohttp.test_utils import TestClient

from coscribe.app import init_app
from coscribe.http.api.document import openapi
from coscribe.http.api.operations import OPERATIONS
from coscribe.http.api.page import page
from coscribe.settings import Settings

NOT_THE_API = ("/sync/", "/hocuspocus", "/d/", "/s/", "/assets/", "/embed/", "/{name}")


def routes() -> set[tuple[str, str]]:
    app = init_app(cast(Any, object()), Settings())
    found = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.method != "HEAD" and route.resource is not None
    }
    return {(method, path) for method, path in found if path != "/" and not path.startswith(NOT_THE_API)}


def test_every_route_is_described_and_nothing_else() -> None:
    assert {(operation.method, operation.path) for operation in OPERATIONS} == routes()


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation.name for operation in OPERATIONS]
    assert len(set(names)) == len(names)


def test_every_shape_that_is_referred_to_exists_and_every_one_is_used() -> None:
    document = openapi()
    referred = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert referred == set(document["components"]["schemas"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_parameters_of_the_path_are_described_with_an_example(operation: Any) -> None:
    described = {parameter.name: parameter.example for parameter in operation.parameters if parameter.place == "path"}
    assert set(described) == set(re.findall(r"{(\w+)}", operation.path))
    assert all(described.values())


async def test_the_document_is_served_and_cached(api: TestClient) -> None:
    answer = await api.get("/api/openapi.json")
    assert answer.status == 200
    body = await answer.json()
    assert body == openapi()
    assert body["openapi"].startswith("3.1")
    again = await api.get("/api/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        if "id" in given:
            self.ids.append(given["id"] or "")
        self.links += [given[name] or "" for name in ("href", "src") if name in given]
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


async def test_the_page_needs_nothing_from_elsewhere_and_its_links_lead_somewhere(api: TestClient) -> None:
    answer = await api.get("/api/docs")
    assert answer.status == 200
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    read = _Page()
    read.feed(await answer.text())
    assert read.open == []
    assert not read.tags & {"script", "iframe", "img", "style"}
    assert len(set(read.ids)) == len(read.ids)
    for link in read.links:
        if link.startswith("#"):
            assert link[1:] in read.ids
        else:
            assert (await api.get(link)).status == 200


def test_the_page_shows_every_request_with_a_call_of_it() -> None:
    text = page("https://documents.example")
    for operation in OPERATIONS:
        assert operation.summary in text
    assert text.count('<pre class="call">curl ') == len(OPERATIONS)
    assert "https://documents.example/api/documents/team/plan/content?format=markdown" in text
    assert "<script>" not in page('http://x"><script>')
