"""Health, readiness, figures and the editor's pages."""

from aiohttp.test_utils import TestClient

from coscribe import __version__
from coscribe.http.editor import POLICY


async def test_a_running_server_is_healthy_ready_and_says_its_version(api: TestClient) -> None:
    assert (await (await api.get("/healthz")).json()) == {"status": "ok"}
    ready = await api.get("/readyz")
    assert ready.status == 200
    assert (await ready.json())["journal"]["status"] == "ok"
    assert (await (await api.get("/version")).json()) == {"name": "coscribe", "version": __version__}


async def test_figures_come_in_the_format_of_prometheus(api: TestClient) -> None:
    async with api.ws_connect("/sync/doc"):
        text = await (await api.get("/metrics")).text()
    assert "coscribe_connections 1.0" in text
    assert "coscribe_rooms 1.0" in text


async def test_live_rooms_are_listed(api: TestClient) -> None:
    async with api.ws_connect("/sync/doc") as ws:
        await ws.receive()
        rooms = (await (await api.get("/api/rooms")).json())["rooms"]
    assert [(room["id"], room["clients"], room["head"]) for room in rooms] == [("doc", 1, 0)]


async def test_the_editors_page_has_a_strict_policy_and_no_way_out_of_its_folder(api: TestClient) -> None:
    page = await api.get("/d/any/document")
    if page.status == 200:
        assert page.headers["Content-Security-Policy"] == f"{POLICY}; frame-ancestors 'none'"
        assert "unsafe" not in POLICY
    else:
        assert page.status == 503
        assert "make build" in (await page.json())["detail"]
    for escape in ("/assets/..%2f..%2fpackage.json", "/..%2fpackage.json", "/assets/%2e%2e%2findex.html"):
        assert (await api.get(escape)).status in (404, 503)
