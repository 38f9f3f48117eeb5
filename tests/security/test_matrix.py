"""Each role at each door with each verb: made from the API's own table, so that nothing new goes untested."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from coscribe.http.api.operation import Operation
from coscribe.http.api.operations import OPERATIONS
from harness.lib0 import Typist, awareness
from harness.peer import Dialect, Kind, Peer, status
from harness.server import Server
from harness.tokens import SECRET, TOKEN_AUTH, bearer, token

SIGN_IN_AGAIN, FORBIDDEN = 4401, 4403
ROLES = ("view", "comment", "edit", "admin")
HOUR_S = 3600
SCOPE, DOCUMENT = "matrix/*", "matrix/doc"

CREDENTIALS = {
    "nobody": None,
    "nonsense": "nonsense",
    "expired": token("*", "admin", ttl=-1),
    "forged": token("*", "admin", ttl=HOUR_S, secret="another secret of thirty-two bytes or more"),
    "admin of another": token("matrix/doc2", "admin", "eve", ttl=HOUR_S),
    "admin elsewhere": token("matrix-/*", "admin", "eve", ttl=HOUR_S),
    "server elsewhere": token("other/*", "admin", ttl=HOUR_S),
    **{role: token(SCOPE, role, f"user-{role}", ttl=HOUR_S) for role in ROLES},
    **{f"{role} of all": token("*", role, f"user-{role}", ttl=HOUR_S) for role in ROLES},
}
STRANGERS = ("nobody", "nonsense", "expired", "forged")
ELSEWHERE = ("admin of another", "admin elsewhere", "server elsewhere")

BODIES: dict[str, Any] = {
    "POST /api/documents": {"id": "matrix/new", "text": "new"},
    "PATCH /api/documents/{id}": {"title": "changed"},
    "POST /api/documents/{id}/duplicate": {"id": "matrix/copy"},
    "PUT /api/documents/{id}/content": {"type": "doc", "content": [{"type": "paragraph"}]},
    "POST /api/documents/{id}/tokens": {"role": "view"},
    "POST /api/documents/{id}/revocations": {"user": "somebody"},
    "PUT /api/documents/{id}/members/{user}": {"role": "edit"},
    "PUT /api/documents/{id}/owner": {"user": "somebody"},
    "PATCH /api/documents/{id}/shares/{share}": {"role": "edit"},
    "POST /api/keys": {"documents": "matrix/*", "role": "view"},
    "POST /api/webhooks": {"url": "https://receiver.invalid/", "documents": "matrix/*"},
}
NEEDS_MORE = {"POST /api/documents/{id}/duplicate": "edit"}
"""A role for the copy, too, which is in the same scope here."""
HIDES = {"GET /files/{hash}"}
"""What is not there and what may not be seen are the same by design: 404."""


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a document, in a scope of its own."""
    with Server(tmp_path_factory.mktemp("matrix") / "data", *TOKEN_AUTH, settings={"secret": SECRET}) as running:
        body = json.dumps({"id": DOCUMENT, "title": "kept", "text": "kept"}).encode()
        assert running.request("POST", "/api/documents", body, **bearer(token("*", "admin")))[0] == 201
        yield running


def called(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def call(server: Server, operation: Operation, credential: str | None) -> int:
    """Make a request that would succeed, or fail for another reason than who asks."""
    path = operation.path.replace("{id}", DOCUMENT).replace("{hash}", "0" * 64)
    path = re.sub(r"{\w+}", "unknown-unknown-unknown", path)
    body: bytes | None = None
    headers = bearer(credential) if credential is not None else {}
    if operation.path == "/api/import":
        body = b'--x\r\nContent-Disposition: form-data; name="id"\r\n\r\nmatrix/imported\r\n' + (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nimported\r\n--x--\r\n'
        )
        headers["Content-Type"] = "multipart/form-data; boundary=x"
    elif operation.method != "GET":
        body = json.dumps(BODIES.get(called(operation), {})).encode()
        headers["Content-Type"] = "application/json"
    return server.request(operation.method, path, body, timeout=60, **headers)[0]


def may(operation: Operation, who: str) -> bool:
    if operation.role is None:
        return True
    if operation.own:
        return who not in STRANGERS
    if who in STRANGERS or who in ELSEWHERE:
        return False
    if (operation.everywhere or operation.owner) and not who.endswith(" of all"):
        return False  # none of them owns the document
    least = NEEDS_MORE.get(called(operation), operation.role)
    return ROLES.index(who.split(" ")[0]) >= ROLES.index(least)


def described(server: Server) -> Any:
    admin = bearer(token("*", "admin"))
    _, document = server.request("GET", f"/api/documents/{DOCUMENT}", **admin)
    _, shares = server.request("GET", f"/api/documents/{DOCUMENT}/shares", **admin)
    _, listed = server.request("GET", "/api/documents", **admin)
    _, keys = server.request("GET", "/api/keys", **admin)
    _, webhooks = server.request("GET", "/api/webhooks", **admin)
    told = [{**each, "waiting": 0, "last": None} for each in webhooks["webhooks"]]
    return document, shares, listed, keys, told


@pytest.mark.parametrize("operation", OPERATIONS, ids=called)
def test_whoever_may_not_is_refused_in_the_same_words_and_changes_nothing(
    guarded: Server, operation: Operation
) -> None:
    before = described(guarded)
    for who, credential in CREDENTIALS.items():
        if not may(operation, who):
            expected = 401 if who in STRANGERS else 404 if called(operation) in HIDES else 403
            assert call(guarded, operation, credential) == expected, who
    assert described(guarded) == before


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("who", CREDENTIALS)
async def test_socket_lets_in_hear_and_write_whom_it_should(
    http: aiohttp.ClientSession, guarded: Server, who: str, dialect: Dialect
) -> None:
    credential = CREDENTIALS[who] or ""
    query = f"?token={credential}" if credential and dialect is Dialect.Y_WEBSOCKET else ""
    peer = await Peer.open(http, guarded, DOCUMENT, dialect, query=query)
    if dialect is Dialect.HOCUSPOCUS:
        await peer.send_auth(credential)
    if who in STRANGERS or who in ELSEWHERE:
        if dialect is Dialect.Y_WEBSOCKET:
            assert await peer.until_closed() == (SIGN_IN_AGAIN if who in STRANGERS else FORBIDDEN)
            return
        await peer.until(Kind.AUTH, lambda payload: payload[:1] == b"\x01")
        for _ in range(2):
            await peer.send_step_1()
            await peer.send_update(Typist(1).type("stranger"))
        assert {message.kind for message in peer.messages} == {Kind.AUTH}
        await peer.leave()
        return
    rank = ROLES.index(who.split(" ")[0])
    witness = await Peer.join(http, guarded, DOCUMENT, Dialect.HOCUSPOCUS, token=token(DOCUMENT, "edit", "witness"))
    await peer.sync()
    mark = len(witness.messages)
    client = 1000 + list(CREDENTIALS).index(who) * 2 + list(Dialect).index(dialect)
    word = f"<{client}>"
    await peer.send_update(Typist(client).type(word))
    await peer.send_awareness(awareness((client, 1, f'{{"here":{client}}}')))
    if dialect is Dialect.HOCUSPOCUS:
        await peer.send_stateless(f"word {client}")
        await peer.until(Kind.SYNC_STATUS, lambda payload: payload == status(rank >= 2), after=1)
    elif rank < 2:
        await peer.until(Kind.AUTH)
    else:
        await peer.until(Kind.UPDATE, lambda payload: word.encode() in payload)
    await witness.until(Kind.AWARENESS, lambda payload: f'"here":{client}'.encode() in payload, after=mark)
    heard = witness.messages[mark:]
    assert any(word.encode() in message.payload for message in heard if message.kind is Kind.UPDATE) == (rank >= 2)
    if dialect is Dialect.HOCUSPOCUS:
        assert any(message.kind is Kind.STATELESS for message in heard) == (rank >= 1)
    for each in (peer, witness):
        await each.leave()


@pytest.mark.parametrize("operation", OPERATIONS, ids=called)
def test_whoever_may_is_not_refused(guarded: Server, operation: Operation) -> None:
    for who, credential in CREDENTIALS.items():
        if may(operation, who):
            answer = call(guarded, operation, credential)
            assert answer not in (401, 403), (who, answer)
            assert answer < 500 or answer == 501, (who, answer)
    if called(operation) == "DELETE /api/documents/{id}":
        restored = guarded.request("POST", f"/api/documents/{DOCUMENT}/restore", b"", **bearer(token("*", "admin")))
        assert restored[0] == 200
