"""The people of a document: who owns it, who is let in, and what everybody else may do."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from harness.lib0 import Typist
from harness.oidc import RealProvider, Visitor, settings_for
from harness.peer import Dialect, Kind, Peer, status
from harness.server import MakeServer, Server
from harness.tokens import SECRET, TOKEN_AUTH, bearer, token

FORBIDDEN = 4403
ROLES = ("view", "comment", "edit", "admin")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on which nobody may see what is not theirs."""
    settings = {"secret": SECRET, "default_role": "none"}
    with Server(tmp_path_factory.mktemp("members") / "data", *TOKEN_AUTH, settings=settings) as running:
        yield running


def member(user: str, **claims: Any) -> dict[str, str]:
    """Come as somebody who has signed in: the server has their roles."""
    return bearer(token("*", "member", user, name=claims.pop("name", user.title()), **claims))


def make(server: Server, user: str, **fields: Any) -> str:
    """Let somebody make a document."""
    status, made = server.request("POST", "/api/documents", json.dumps(fields).encode(), **member(user))
    assert status == 201, made
    return str(made["id"])


def put(server: Server, document: str, user: str, role: str, by: dict[str, str]) -> tuple[int, Any]:
    path = f"/api/documents/{document}/members/{quote(user, safe='')}"
    return server.request("PUT", path, json.dumps({"role": role}).encode(), **by)


def meet(server: Server, *users: str) -> None:
    """Let the server see people: each makes a document."""
    for user in users:
        make(server, user, text="mine")


def listed(server: Server, who: dict[str, str], query: str = "") -> set[str]:
    _, page = server.request("GET", f"/api/documents?limit=200{query}", **who)
    return {line["id"] for line in page["documents"]}


def test_whoever_makes_a_document_owns_it_and_nobody_else_sees_it(guarded: Server) -> None:
    meet(guarded, "bob")
    mine = make(guarded, "ada", title="Diary", text="secret words")
    path = f"/api/documents/{mine}"
    assert guarded.request("GET", path, **member("ada"))[1]["role"] == "admin"
    assert mine in listed(guarded, member("ada"))
    meet(guarded, "bob", "bob")
    assert mine not in listed(guarded, member("bob"))
    assert listed(guarded, member("bob"), "&q=diary") == set()
    for query in ("", "&q=diary"):
        _, page = guarded.request("GET", f"/api/documents?limit=1{query}", **member("ada"))
        assert [line["id"] for line in page["documents"]] == [mine], "what is left out takes no place on a page"
    unknown = [guarded.request(method, "/api/documents/never-made", **member("bob")) for method in ("GET", "DELETE")]
    assert [guarded.request(method, path, **member("bob")) for method in ("GET", "DELETE")] == unknown
    assert {answer for answer, _ in unknown} == {403}
    for suffix in ("/content", "/export", "/update", "/members", "/people", "/shares"):
        assert guarded.request("GET", path + suffix, **member("bob"))[0] == 403, suffix
    _, members = guarded.request("GET", path + "/members", **member("ada"))
    assert [(line["user"]["id"], line["role"], line["owner"]) for line in members["members"]] == [
        ("ada", "admin", True)
    ]
    assert (members["you"], members["default_role"], members["links"]) == ("ada", "none", True)
    assert guarded.request("DELETE", path, **member("ada"))[0] == 204
    assert mine in listed(guarded, member("ada"), "&deleted=true")
    assert mine not in listed(guarded, member("bob"), "&deleted=true")


def test_whoever_has_made_an_empty_document_is_known_by_name(guarded: Server) -> None:
    mine = make(guarded, "ada")
    _, members = guarded.request("GET", f"/api/documents/{mine}/members", **member("ada"))
    assert members["members"][0]["user"]["name"] == "Ada"
    make(guarded, "newcomer")
    assert put(guarded, mine, "newcomer", "edit", member("ada"))[0] == 200


def test_id_that_could_be_somebody_elses_is_nobodys_to_choose(guarded: Server) -> None:
    mine = make(guarded, "ada")
    answers = [
        guarded.request("POST", "/api/documents", json.dumps({"id": id}).encode(), **member("bob"))
        for id in (mine, "never-made")
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 403
    copied = guarded.request("POST", f"/api/documents/{mine}/duplicate", b"{}", **member("ada"))[1]["id"]
    assert guarded.request("GET", f"/api/documents/{copied}", **member("ada"))[1]["role"] == "admin"


def test_member_may_do_what_the_role_says_and_no_more(guarded: Server) -> None:
    meet(guarded, *ROLES)
    mine = make(guarded, "ada", text="ours")
    path = f"/api/documents/{mine}"
    for role in ROLES:
        assert put(guarded, mine, role, role, member("ada"))[1]["role"] == role
    attempts = [
        ("view", "GET", path, None),
        ("view", "GET", path + "/content", None),
        ("view", "GET", path + "/export?format=txt", None),
        ("edit", "PATCH", path, b'{"title":"renamed"}'),
        ("edit", "PUT", path + "/content", b'{"type":"doc","content":[{"type":"paragraph"}]}'),
        ("admin", "GET", path + "/members", None),
        ("admin", "GET", path + "/people", None),
        ("admin", "PUT", path + "/members/view", b'{"role":"view"}'),
        ("admin", "POST", path + "/shares", b"{}"),
        ("admin", "POST", path + "/revocations", b'{"user":"nobody"}'),
    ]
    for who in ROLES:
        for least, method, address, body in attempts:
            answer = guarded.request(method, address, body, content_type="application/json", **member(who))[0]
            assert (answer != 403) == (ROLES.index(who) >= ROLES.index(least)), (who, method, address, answer)
        assert mine in listed(guarded, member(who))
    for unlucky, expected in (("ada", 409), ("nobody-knows", 404), ("a" * 201, 400)):
        assert put(guarded, mine, unlucky, "view", member("admin"))[0] == expected
        gone = guarded.request("DELETE", f"{path}/members/{unlucky}", **member("admin"))
        assert gone[0] == expected
    assert put(guarded, mine, "view", "owner", member("admin"))[0] == 400
    guarded.restart()
    assert guarded.request("GET", path, **member("comment"))[1]["role"] == "comment"


def hand_on(server: Server, document: str, user: str, by: dict[str, str]) -> int:
    path = f"/api/documents/{document}/owner"
    return server.request("PUT", path, json.dumps({"user": user}).encode(), **by)[0]


def people(server: Server, document: str, by: dict[str, str]) -> list[tuple[str, str, bool]]:
    """List who is in a document: id, role, whether the owner."""
    _, answer = server.request("GET", f"/api/documents/{document}/members", **by)
    return [(line["user"]["id"], line["role"], line["owner"]) for line in answer["members"]]


def test_owner_hands_a_document_on_and_stays_an_admin(guarded: Server) -> None:
    meet(guarded, "bob")
    mine = make(guarded, "ada", text="ours")
    put(guarded, mine, "bob", "view", member("ada"))
    for nonsense in ({}, {"user": ""}, {"user": 5}, {"user": "b" * 201}):
        path = f"/api/documents/{mine}/owner"
        assert guarded.request("PUT", path, json.dumps(nonsense).encode(), **member("ada"))[0] == 400
    assert hand_on(guarded, mine, "nobody-knows", member("ada")) == 404
    assert hand_on(guarded, mine, "ada", member("ada")) == 200
    assert hand_on(guarded, mine, "bob", member("ada")) == 200
    handed_on = [("bob", "admin", True), ("ada", "admin", False)]
    assert people(guarded, mine, member("ada")) == handed_on
    assert hand_on(guarded, mine, "ada", member("ada")) == 403, "it is not hers any more"
    assert put(guarded, mine, "bob", "view", member("ada"))[0] == 409
    assert guarded.request("DELETE", f"/api/documents/{mine}/members/bob", **member("ada"))[0] == 409
    guarded.restart()
    assert people(guarded, mine, member("bob")) == handed_on
    assert put(guarded, mine, "ada", "comment", member("bob"))[0] == 200
    assert guarded.request("GET", f"/api/documents/{mine}", **member("ada"))[1]["role"] == "comment"
    assert guarded.request("DELETE", f"/api/documents/{mine}/members/ada", **member("bob"))[0] == 204
    assert guarded.request("GET", f"/api/documents/{mine}", **member("ada"))[0] == 403
    audit = f"/api/audit?document={mine}&action=document.hand-on"
    _, lines = guarded.request("GET", audit, **bearer(token("*", "admin")))
    assert [(line["actor"]["id"], line["detail"]) for line in lines["lines"]] == [
        ("ada", {"user": "bob", "before": "ada"})
    ]


def test_nobody_takes_a_document_from_its_owner(guarded: Server) -> None:
    meet(guarded, *ROLES)
    mine = make(guarded, "ada", text="ours")
    for role in ROLES:
        put(guarded, mine, role, role, member("ada"))
    minted = {"role": "admin", "user": {"id": "ada"}}
    path = f"/api/documents/{mine}"
    assert guarded.request("POST", path + "/tokens", json.dumps(minted).encode(), **member("admin"))[0] == 403
    _, made = guarded.request("POST", path + "/tokens", json.dumps(minted).encode(), **bearer(token("*", "admin")))
    _, link = guarded.request("POST", path + "/shares", b'{"role":"edit"}', **member("ada"))
    _, guest = guarded.request("POST", "/api/shares", json.dumps({"secret": link["secret"]}).encode())
    claims = [*(member(role) for role in ROLES), member("nobody"), bearer(guest["token"]), bearer(made["token"])]
    claims += [bearer(token(mine, "admin", "ada")), bearer(token("*", "edit", "ada"))]
    for by in claims:
        assert hand_on(guarded, mine, "admin", by) == 403
    for role in (None, "view"):
        body = json.dumps({"user": "ada", "role": role}).encode()
        assert guarded.request("POST", path + "/revocations", body, **member("admin"))[0] == 409
    assert people(guarded, mine, member("ada"))[0] == ("ada", "admin", True)

    def told(by: dict[str, str]) -> bool:
        return bool(guarded.request("GET", path + "/members", **by)[1]["hands_on"])

    everywhere = bearer(token("*", "admin", "root"))
    assert [told(by) for by in (member("ada"), everywhere, member("admin"), bearer(made["token"]))] == [
        True,
        True,
        False,
        False,
    ]
    assert hand_on(guarded, mine, "view", everywhere) == 200
    assert people(guarded, mine, everywhere)[0] == ("view", "admin", True)
    body = json.dumps({"id": f"{mine}-2"}).encode()
    assert guarded.request("POST", "/api/documents", body, **bearer(token("*", "admin")))[0] == 201
    assert people(guarded, f"{mine}-2", everywhere) == [], "nobody's"
    assert hand_on(guarded, f"{mine}-2", "edit", everywhere) == 200
    assert people(guarded, f"{mine}-2", member("edit")) == [("edit", "admin", True)]


@pytest.mark.parametrize("dialect", Dialect)
async def test_token_that_somebody_had_made_gives_no_more_than_they_have_left(
    http: aiohttp.ClientSession, guarded: Server, dialect: Dialect
) -> None:
    meet(guarded, "bob")
    mine = make(guarded, "ada", text="ours")
    path, tokens = f"/api/documents/{mine}", f"/api/documents/{mine}/tokens"
    put(guarded, mine, "bob", "admin", member("ada"))

    def made(by: dict[str, str]) -> str:
        return str(guarded.request("POST", tokens, b'{"role":"admin","ttl":600}', **by)[1]["token"])

    first = made(member("bob", ttl=3600))
    second = made(bearer(first))
    assert {guarded.request("GET", path, **bearer(each))[1]["role"] for each in (first, second)} == {"admin"}
    peer = await Peer.join(
        http, guarded, mine, dialect, token=second, query=f"?token={second}" * (dialect is Dialect.Y_WEBSOCKET)
    )
    put(guarded, mine, "bob", "view", member("ada"))
    await peer.send_update(Typist(1).type("refused"))
    if dialect is Dialect.HOCUSPOCUS:
        await peer.until(Kind.SYNC_STATUS, lambda payload: payload == status(False))
    else:
        await peer.until(Kind.AUTH)
    assert {guarded.request("GET", path, **bearer(each))[1]["role"] for each in (first, second)} == {"view"}
    assert guarded.request("POST", tokens, b'{"role":"view"}', **bearer(first))[0] == 403
    begun = time.monotonic()
    assert guarded.request("DELETE", path + "/members/bob", **member("ada"))[0] == 204
    assert await peer.until_closed() == FORBIDDEN
    assert time.monotonic() - begun < 2
    assert {guarded.request("GET", path, **bearer(each))[0] for each in (first, second)} == {403}


async def test_document_has_an_owner_however_its_members_change_at_once(
    http: aiohttp.ClientSession, guarded: Server
) -> None:
    meet(guarded, "bob", "greta")
    mine = make(guarded, "ada", text="ours")
    members, everywhere = f"{guarded.url}/api/documents/{mine}/members", bearer(token("*", "admin"))
    for round in range(5):
        new, old = ("bob", "ada") if round % 2 == 0 else ("ada", "bob")
        put(guarded, mine, new, "view", everywhere)
        async with asyncio.TaskGroup() as tasks:
            for request in (
                http.delete(f"{members}/{new}", headers=everywhere),
                http.put(f"{guarded.url}/api/documents/{mine}/owner", json={"user": new}, headers=everywhere),
                http.delete(f"{members}/{new}", headers=everywhere),
                http.put(f"{members}/{new}", json={"role": "view"}, headers=everywhere),
            ):
                tasks.create_task(_drained(request))
        assert people(guarded, mine, everywhere)[0] == (new, "admin", True)
        assert guarded.request("GET", f"/api/documents/{mine}", **member(new))[1]["role"] == "admin"
        assert people(guarded, mine, everywhere)[1] == (old, "admin", False)


async def _drained(request: Any) -> None:
    async with request as response:
        await response.read()


@pytest.mark.parametrize("dialect", Dialect)
async def test_change_of_a_member_reaches_open_connections(
    http: aiohttp.ClientSession, guarded: Server, dialect: Dialect
) -> None:
    meet(guarded, "bob")
    mine = make(guarded, "ada", text="ours")
    put(guarded, mine, "bob", "view", member("ada"))
    credential = token("*", "member", "bob")
    query = f"?token={credential}" if dialect is Dialect.Y_WEBSOCKET else ""
    bob = await Peer.join(http, guarded, mine, dialect, token=credential, query=query)
    ada = await Peer.join(http, guarded, mine, Dialect.HOCUSPOCUS, token=token("*", "member", "ada"))
    typist = Typist(17)
    typist.type("dropped")
    begun = time.monotonic()
    assert put(guarded, mine, "bob", "edit", member("ada"))[0] == 200
    if dialect is Dialect.HOCUSPOCUS:
        await bob.until(Kind.AUTH, lambda payload: b"read-write" in payload, after=1)
    await bob.send_update(Typist(18).type("now I may"))
    await ada.until_content(b"now I may")
    assert put(guarded, mine, "bob", "comment", member("ada"))[0] == 200
    await bob.send_update(Typist(19).type("refused"))
    if dialect is Dialect.HOCUSPOCUS:
        await bob.until(Kind.SYNC_STATUS, lambda payload: payload == status(False))
    else:
        await bob.until(Kind.AUTH)
    assert guarded.request("DELETE", f"/api/documents/{mine}/members/bob", **member("ada"))[0] == 204
    if dialect is Dialect.HOCUSPOCUS:
        await bob.until_closed()
    else:
        assert await bob.until_closed() == FORBIDDEN
    assert time.monotonic() - begun < 2
    assert not any(b"refused" in message.payload for message in ada.messages)
    await ada.leave()


def test_people_are_found_by_those_whom_they_are_to_be_shown_to(guarded: Server) -> None:
    meet(guarded, "greta", "gus|auth0/1")
    mine = make(guarded, "ada")
    secret = guarded.request("POST", f"/api/documents/{mine}/shares", b'{"role":"edit"}', **member("ada"))[1]["secret"]
    guest = guarded.request("POST", "/api/shares", json.dumps({"secret": secret, "name": "Gustav"}).encode())[1]
    rename = json.dumps({"type": "doc", "content": [{"type": "paragraph"}]}).encode()
    guarded.request("PUT", f"/api/documents/{mine}/content", rename, **bearer(guest["token"]))

    def found(query: str, who: dict[str, str]) -> list[str]:
        _, answer = guarded.request("GET", f"/api/documents/{mine}/people?q={query}", **who)
        return [person["id"] for person in answer["people"]]

    assert found("g", member("ada")) == ["greta", "gus|auth0/1"]
    assert found("RET", member("ada")) == ["greta"]
    assert found("%25", member("ada")) == []
    app = bearer(token(mine, "admin", "an-admin-of-an-app"))
    assert found("g", app) == []
    assert found("greta", app) == ["greta"]
    assert put(guarded, mine, "gus|auth0/1", "view", member("ada"))[0] == 200
    assert found("g", member("ada")) == ["greta"]
    assert mine in listed(guarded, member("gus|auth0/1"))


def test_everybody_else_has_the_default_of_the_workspace(make_server: MakeServer) -> None:
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET, "default_role": "comment"})
    meet(server, "bob")
    mine = make(server, "ada", text="ours")
    assert server.request("GET", f"/api/documents/{mine}", **member("bob"))[1]["role"] == "comment"
    assert mine in listed(server, member("bob"))
    assert server.request("PATCH", f"/api/documents/{mine}", b'{"title":"no"}', **member("bob"))[0] == 403
    assert put(server, mine, "bob", "view", member("ada"))[0] == 200
    assert server.request("GET", f"/api/documents/{mine}", **member("bob"))[1]["role"] == "comment"
    secret = server.request("POST", f"/api/documents/{mine}/shares", b'{"role":"view"}', **member("ada"))[1]["secret"]
    guest = server.request("POST", "/api/shares", json.dumps({"secret": secret}).encode())[1]
    assert server.request("GET", f"/api/documents/{mine}", **bearer(guest["token"]))[1]["role"] == "view"
    assert listed(server, bearer(guest["token"])) == {mine}


async def test_people_who_have_signed_in_share_with_each_other(make_server: MakeServer) -> None:
    async with AsyncExitStack() as stack:
        provider = stack.enter_context(RealProvider())
        server = make_server(*TOKEN_AUTH, settings=settings_for(provider.issuer, secret=SECRET, default_role="none"))
        people = {}
        for name in ("ada", "bob"):
            jar = aiohttp.CookieJar(unsafe=True)
            http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
            people[name] = Visitor(http, server)
            await people[name].sign_in(name)
        ada, bob = people["ada"], people["bob"]
        _, made = await ada.send("POST", "/api/documents", {"title": "Ours", "text": "words"})
        path = f"/api/documents/{made['id']}"
        assert made["role"] == "admin"
        assert (await bob.get(path)).status == 403
        _, found = await ada.send("GET", path + "/people?q=bo")
        assert [person["name"] for person in found["people"]] == ["Bob"]
        user = quote(found["people"][0]["id"], safe="")
        assert (await ada.send("PUT", f"{path}/members/{user}", {"role": "comment"}))[0] == 200
        _, seen = await bob.send("GET", "/api/documents")
        assert [(line["title"], line["role"]) for line in seen["documents"]] == [("Ours", "comment")]
        assert (await ada.send("DELETE", f"{path}/members/{user}"))[0] == 204
        assert (await bob.send("GET", "/api/documents"))[1]["documents"] == []
        _, link = await ada.send("POST", path + "/shares", {"role": "edit"})
        _, given = await bob.send("POST", "/api/shares", {"secret": link["secret"], "name": "Nobody"})
        assert (await bob.send("PATCH", path, {"title": "By Bob"}, **bearer(given["token"])))[0] == 200
        assert given["role"] == "edit"


def test_token_with_a_role_means_what_it_says(guarded: Server) -> None:
    mine = make(guarded, "ada", text="ours")
    assert guarded.request("GET", f"/api/documents/{mine}", **bearer(token(mine, "view", "ada")))[1]["role"] == "view"
    assert guarded.request("GET", f"/api/documents/{mine}", **bearer(token(mine, "edit", "bob")))[1]["role"] == "edit"
    for nobody in (token("*", "member"), token("*", "member", "")):
        assert guarded.request("GET", "/api/documents", **bearer(nobody))[0] == 401
    elsewhere = bearer(token("other/*", "member", "ada"))
    assert guarded.request("GET", f"/api/documents/{mine}", **elsewhere)[0] == 403
    assert listed(guarded, elsewhere) == set()
