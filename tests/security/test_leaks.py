"""What people write, who they are and what lets them in is in no log, figure, error or address; nor who is not let in.

Strings that are found nowhere else are sent through every door, also where it is shut, and looked for afterwards in all
that a server says to others than whoever sent them.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import signal
import statistics
import time
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from coscribe.http.api.operations import OPERATIONS
from harness.lib0 import Typist, awareness, var_bytes
from harness.peer import Dialect, Kind, Peer
from harness.raw import HOST, UPGRADE, exchange
from harness.rich_document import png
from harness.server import MakeServer, Server
from harness.tokens import SECRET, TOKEN_AUTH, bearer, token

TITLE, CONTENT, NAME, PERSON, COLOR = "tittle-7f3a", "contint-7f3a", "nomen-7f3a", "persona-7f3a", "#7f3a7f"
PASSWORD, FILE, SEARCH, KEY_NAME, URL = "passwurd-7f3a", "fyle-7f3a", "serch-7f3a", "keynaim-7f3a", "yoorl-7f3a"
PLANTED = {TITLE, CONTENT, NAME, PERSON, PASSWORD, FILE, SEARCH, KEY_NAME, URL, SECRET}
JSON = "application/json"


@pytest.fixture(scope="module")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that says all it can."""
    settings = {"secret": SECRET, "log_level": "debug", "max_update_bytes": 100_000, "webhook_networks": "127.0.0.0/8"}
    with Server(tmp_path_factory.mktemp("talkative") / "data", *TOKEN_AUTH, settings=settings) as running:
        yield running


def body_for(path: str) -> bytes:
    """Make a body with something planted in every field that any request knows."""
    fields: dict[str, Any] = {"id": "planted", "title": TITLE, "text": CONTENT, "role": "view", "password": PASSWORD}
    fields |= {"user": {"id": PERSON, "name": NAME, "color": COLOR}, "name": KEY_NAME, "documents": "planted"}
    fields["url"] = f"http://127.0.0.1:9/{URL}"  # where nobody answers
    if path.endswith("/revocations"):
        fields["user"] = PERSON
    return json.dumps(fields).encode()


async def ask(
    http: aiohttp.ClientSession, server: Server, method: str, path: str, **options: Any
) -> tuple[int, str, dict[str, str]]:
    async with http.request(method, server.url + path, allow_redirects=False, **options) as response:
        return response.status, (await response.read()).decode(errors="replace"), dict(response.headers)


async def test_nothing_that_was_planted_is_said_to_others(http: aiohttp.ClientSession, talkative: Server) -> None:
    good = token("*", "admin", PERSON, name=NAME, color=COLOR, ttl=600)
    bad = token("*", "admin", PERSON, name=NAME, secret="another secret of thirty-two bytes or more")
    expired = token("*", "admin", PERSON, name=NAME, ttl=-5)
    elsewhere = token("elsewhere", "admin", PERSON, name=NAME)
    secrets = {good, bad, expired, elsewhere} | {each.split(".")[2] for each in (good, bad, expired)}
    made = await ask(http, talkative, "POST", "/api/documents", data=body_for(""), headers=bearer(good))
    assert made[0] == 201, made
    _, key, _ = await ask(
        http,
        talkative,
        "POST",
        "/api/keys",
        json={"documents": "*", "role": "admin", "name": KEY_NAME},
        headers=bearer(good),
    )
    _, share, _ = await ask(
        http,
        talkative,
        "POST",
        "/api/documents/planted/shares",
        json={"role": "view", "password": PASSWORD},
        headers=bearer(good),
    )
    secrets |= {json.loads(key)["secret"], json.loads(share)["secret"]}
    answers: list[tuple[int, str, dict[str, str]]] = []
    for operation in OPERATIONS:
        path = operation.path.replace("{id}", "planted").replace("{secret}", json.loads(share)["secret"])
        path = path.replace("{hash}", "0" * 64).replace("{user}", PERSON)
        path = path if "{" not in path else re.sub(r"{(share|key|webhook)}", "none", path)
        for parameter in operation.parameters:
            if parameter.place == "query":
                path += f"{'&' if '?' in path else '?'}{parameter.name}={SEARCH}"
        if operation.method == "DELETE" and operation.path == "/api/documents/{id}":
            continue
        for credential in (bad, expired, elsewhere, f"{good}x", good):
            for data, kind in (
                (body_for(operation.path), JSON),
                (b"{" + CONTENT.encode(), JSON),
                (CONTENT.encode() * 10, "application/octet-stream"),
                (CONTENT.encode() * 20_000, JSON),
            ):
                options = {"headers": {**bearer(credential), "Content-Type": kind}, "data": data}
                if operation.method == "GET":
                    options = {"headers": bearer(credential)}
                answers.append(await ask(http, talkative, operation.method, path, **options))
                if operation.method == "GET":
                    break
    form = aiohttp.FormData()
    form.add_field("file", CONTENT.encode() * 100, filename=f"{FILE}.docx")
    answers.append(await ask(http, talkative, "POST", "/api/import", data=form, headers=bearer(good)))
    for status, text, headers in answers:
        assert status < 500 or status == 501, text
        assert not any(secret in value for secret in secrets for value in headers.values())
        if status >= 400:
            assert not any(secret in text for secret in secrets), "an error repeats what lets somebody in"
            assert CONTENT not in text
    for dialect in Dialect:
        for credential in (good, bad, expired, elsewhere):
            query = f"?token={credential}" if dialect is Dialect.Y_WEBSOCKET else ""
            peer = await Peer.open(http, talkative, "planted", dialect, query=query)
            if dialect is Dialect.HOCUSPOCUS:
                await peer.send_auth(credential)
            await peer.send_update(Typist(7 + list(Dialect).index(dialect)).type(CONTENT))
            await peer.send_awareness(awareness((7, 1, json.dumps({"user": {"name": NAME}, "text": CONTENT}))))
            await peer.send(b"\x00\x02" + var_bytes(CONTENT.encode()))  # no update at all
            if dialect is Dialect.Y_WEBSOCKET or credential is good:
                await peer.until_closed()
            await peer.leave()
    for broken in (
        b"GET /api/documents HTTP/1.1\r\n" + HOST + f"Authorization: Bearer {good}\0\r\n\r\n".encode(),
        f"GET /sync/planted?token={good} {CONTENT} HTTP/1.1\r\n\r\n".encode(),
        f"GET /sync/planted?token={good} HTTP/1.1\r\n".encode() + HOST + UPGRADE + b"Content-Length: 5\r\n\r\nhello",
        f"{good} / HTTP/1.1\r\n\r\n".encode(),
        f"POST /api/documents HTTP/1.1\r\nCookie: token={good}\r\nContent-Length: x{CONTENT}\r\n\r\n".encode(),
    ):
        heard = await exchange(talkative, broken)
        assert heard.statuses == [400]
        assert good not in heard.data.decode()
        assert CONTENT not in heard.data.decode()
    status, figures, _ = await ask(http, talkative, "GET", "/metrics")
    assert status == 200
    restarted = talkative.stderr()
    for where, said in {"the log": restarted, "the figures": figures}.items():
        for planted in (*PLANTED, *secrets):
            for spelling in {planted, quote(planted, safe="")}:
                line = next((line for line in said.splitlines() if spelling in line), "")
                assert not line, f"{where}: {line[:300]}"
    assert "Traceback" not in restarted


async def test_log_of_the_end_and_of_a_worker_that_dies_has_nothing_either(
    http: aiohttp.ClientSession, talkative: Server
) -> None:
    good = bearer(token("*", "admin", PERSON, name=NAME, ttl=600))
    await ask(
        http, talkative, "POST", "/api/documents", json={"id": "dying", "title": TITLE, "text": CONTENT}, headers=good
    )
    for pid in talkative.workers():
        os.kill(pid, signal.SIGKILL)
    await ask(http, talkative, "GET", "/api/documents/dying/content", headers=good)
    await asyncio.to_thread(talkative.restart)
    said = talkative.stderr()
    assert [line for line in said.splitlines() if any(planted in line for planted in PLANTED)] == []


DOCUMENT_OPERATIONS = [operation for operation in OPERATIONS if "{id}" in operation.path]
SAME_HEADERS = ("Date", "Content-Length")


async def test_unknown_and_forbidden_documents_answer_alike_at_every_door(
    http: aiohttp.ClientSession, talkative: Server
) -> None:
    admin = bearer(token("*", "admin", ttl=600))
    await ask(http, talkative, "POST", "/api/documents", json={"id": "isthere", "text": CONTENT}, headers=admin)
    for credential in (
        token("mine", "admin", "eve"),
        token("mine/*", "admin"),
        token("isther", "admin", "eve"),
        "none",
        "",
    ):
        headers = bearer(credential) if credential else {}
        for operation in DOCUMENT_OPERATIONS:
            seen = []
            for document in ("isthere", "nothere"):
                path = operation.path.replace("{id}", document).replace("{user}", "ada")
                path = path.replace("{share}", "none").replace("{seq}", "1").replace("{thread}", "t")
                data = None if operation.method == "GET" else body_for(operation.path)
                kind = {} if data is None else {"Content-Type": JSON}
                status, text, heard = await ask(
                    http, talkative, operation.method, path, data=data, headers={**headers, **kind}
                )
                seen.append(
                    (
                        status,
                        text.replace(document, "…"),
                        {name: value for name, value in heard.items() if name not in SAME_HEADERS},
                    )
                )
            assert seen[0] == seen[1], (operation.method, operation.path)
            assert seen[0][0] in (401, 403), (operation.method, operation.path)
        for dialect in Dialect:
            ends = []
            for document in ("isthere", "nothere"):
                query = f"?token={credential}" if dialect is Dialect.Y_WEBSOCKET else ""
                peer = await Peer.open(http, talkative, document, dialect, query=query)
                if dialect is Dialect.HOCUSPOCUS:
                    await peer.send_auth(credential)
                    ends.append((await peer.until(Kind.AUTH)).payload)
                else:
                    ends.append(await peer.until_closed())
                await peer.leave()
            assert ends[0] == ends[1]


async def test_time_does_not_tell_whether_a_document_is_there(http: aiohttp.ClientSession, talkative: Server) -> None:
    other = bearer(token("mine", "admin", "eve"))
    for method, path in (("GET", "/content"), ("GET", "/export?format=md"), ("DELETE", ""), ("GET", "/shares")):
        taken: dict[str, list[float]] = {"isthere": [], "nothere": []}
        for _ in range(40):
            for document, times in taken.items():
                begun = time.perf_counter()
                await ask(http, talkative, method, f"/api/documents/{document}{path}", headers=other)
                times.append(time.perf_counter() - begun)
        middle = [statistics.median(times) for times in taken.values()]
        assert max(middle) < 3 * min(middle) + 0.002, (method, path, middle)


async def test_guessed_links_and_files_say_nothing_of_what_there_is(
    http: aiohttp.ClientSession, talkative: Server
) -> None:
    good = bearer(token("*", "admin", ttl=600))
    _, share, _ = await ask(
        http, talkative, "POST", "/api/documents/isthere/shares", json={"role": "view"}, headers=good
    )
    made = json.loads(share)
    await ask(http, talkative, "DELETE", f"/api/documents/isthere/shares/{made['id']}", headers=good)
    ended = await ask(http, talkative, "POST", f"/api/shares/{made['secret']}", json={})
    guessed = await ask(http, talkative, "POST", f"/api/shares/{made['secret'][:-1]}A", json={})
    assert (ended[0], ended[1]) == (guessed[0], guessed[1])
    assert ended[0] == 404


async def test_export_has_no_picture_that_its_document_does_not_have(make_server: MakeServer) -> None:
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET, "search_delay_s": 600, "search_delay_max_s": 600})
    admin = bearer(token("*", "admin", ttl=600))
    for id in ("closed", "open"):
        assert server.request("POST", "/api/documents", json.dumps({"id": id, "text": id}).encode(), **admin)[0] == 201
    status, file = server.request("POST", "/api/documents/closed/files", png(), Content_Type="image/png", **admin)
    assert status == 201
    shown = f"![]({file['url']})".encode()
    for id, has in (("closed", True), ("open", False)):
        headers = {**bearer(token(id, "edit", "eve")), "Content-Type": "text/markdown"}
        assert server.request("PUT", f"/api/documents/{id}/content", shown, **headers)[0] == 204
        status, body = server.request("GET", f"/api/documents/{id}/export?format=docx", timeout=60, **headers)
        assert status == 200
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            assert any(name.startswith("word/media/") for name in archive.namelist()) == has
    assert server.request("GET", file["url"], **bearer(token("open", "edit", "eve")))[0] == 404
