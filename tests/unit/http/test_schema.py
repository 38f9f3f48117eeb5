"""The schema as editors ask for it, and who is turned away for an older one."""

from importlib import resources
from typing import Any

import msgspec
import pytest
from aiohttp import WSMsgType
from aiohttp.test_utils import TestClient

from coscribe.http.schema import OLDEST_CLIENT

from .conftest import SECRET

DUMP: dict[str, Any] = msgspec.json.decode(resources.files("coscribe.content").joinpath("schema.json").read_bytes())
DOORS = ["/hocuspocus", "/sync/plan"]


async def closed(api: TestClient, address: str) -> int | None:
    """Tell with which code the server closes this address, None when it leaves it open."""
    async with api.ws_connect(address) as socket:
        await socket.send_bytes(b"\x04plan\x02\x00\x00" if address.startswith("/hocuspocus") else b"\x00\x00\x01\x00")
        while True:
            message = await socket.receive(timeout=10)
            if message.type is not WSMsgType.BINARY:
                return socket.close_code
            if message.data.startswith((b"\x04plan\x02\x02", b"\x00\x01")):  # let in, or sent the state
                return None


async def test_the_dump_of_the_editor_is_served_with_the_oldest_version_that_may_connect(api: TestClient) -> None:
    answer = await api.get("/api/schema")
    assert answer.status == 200
    assert await answer.json() == {**DUMP, "oldest": OLDEST_CLIENT}
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_who_has_it_already_is_told_so(api: TestClient) -> None:
    tag = (await api.get("/api/schema")).headers["ETag"]
    again = await api.get("/api/schema", headers={"If-None-Match": tag})
    assert (again.status, await again.read()) == (304, b"")
    assert (await api.get("/api/schema", headers={"If-None-Match": '"other"'})).status == 200


@pytest.mark.parametrize("flags", [{"auth": "token", "secret": SECRET}])
async def test_it_is_as_public_as_the_editor(api: TestClient) -> None:
    assert (await api.get("/api/schema")).status == 200


def test_the_editor_of_this_version_may_connect() -> None:
    assert 1 <= OLDEST_CLIENT <= DUMP["version"]


@pytest.mark.parametrize("door", DOORS)
async def test_an_older_editor_is_told_to_update(api: TestClient, door: str) -> None:
    assert await closed(api, f"{door}?schema={OLDEST_CLIENT - 1}") == 4410


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("query", ["", f"?schema={OLDEST_CLIENT}", f"?schema={DUMP['version'] + 7}&epoch=1"])
async def test_everybody_else_is_served(api: TestClient, door: str, query: str) -> None:
    assert await closed(api, door + query) is None


@pytest.mark.parametrize("door", DOORS)
async def test_another_epoch_is_closed_for_good(api: TestClient, door: str) -> None:
    assert await closed(api, f"{door}?epoch=7") == 4409


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("number", ["", "two", "-1", "1.0", "%D9%A1", "1" * 10])
async def test_what_is_no_number_is_a_bad_message(api: TestClient, door: str, number: str) -> None:
    assert await closed(api, f"{door}?schema={number}") == 4400
    assert await closed(api, f"{door}?epoch={number}") == 4400
