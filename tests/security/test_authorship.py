"""Nobody shows another's name, and nobody writes as another: what is forged reaches neither disk nor screens."""

from __future__ import annotations

import json
from collections.abc import Iterator

import aiohttp
import pytest

from harness.lib0 import Typist, awareness
from harness.peer import Dialect, Kind, Peer, status
from harness.server import MakeServer, Server
from harness.tokens import SECRET, TOKEN_AUTH, bearer, token

STATUS_OF = {Dialect.HOCUSPOCUS: Kind.SYNC_STATUS, Dialect.Y_WEBSOCKET: Kind.UPDATE}
VICTIM = 0xADA


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that wants tokens, shared by tests that use documents of their own."""
    with Server(tmp_path_factory.mktemp("guarded") / "data", *TOKEN_AUTH, settings={"secret": SECRET}) as running:
        yield running


async def join(http: aiohttp.ClientSession, server: Server, document: str, dialect: Dialect, token: str) -> Peer:
    query = f"?token={token}" if dialect is Dialect.Y_WEBSOCKET else ""
    return await Peer.join(http, server, document, dialect, token=token, query=query)


async def write(peer: Peer, update: bytes) -> None:
    """Send an edit and wait until it is acknowledged."""
    mark = len(peer.messages)
    await peer.send_update(update)
    await peer.until(STATUS_OF[peer.dialect], after=mark)


async def refused(peer: Peer, after: int = 0) -> None:
    """Wait until the server has said that it did not take something."""
    if peer.dialect is Dialect.HOCUSPOCUS:
        await peer.until(Kind.SYNC_STATUS, lambda payload: payload == status(False), after=after, within_s=5)
    else:
        words = b"client id of another person"
        await peer.until(Kind.AUTH, lambda payload: words in payload, after=after, within_s=5)


def ahead(client: int, text: str, forged: str) -> bytes:
    """Make the edit that `client` would make after `text`."""
    twin = Typist(client)
    twin.type(text)
    return twin.type(forged)


@pytest.mark.parametrize("dialect", Dialect)
async def test_forged_edit_is_refused_also_after_a_restart_and_the_victim_goes_on(
    http: aiohttp.ClientSession, make_server: MakeServer, document: str, dialect: Dialect
) -> None:
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET})
    typist = Typist(VICTIM)
    ada = await join(http, server, document, Dialect.Y_WEBSOCKET, token(document, "edit", "ada"))
    await write(ada, typist.type("mine"))
    await ada.leave()
    for again in (False, True):
        if again:
            server.restart()
        eve = await join(http, server, document, dialect, token(document, "edit", "eve"))
        await eve.send_update(ahead(VICTIM, typist.typed, "forged"))
        await refused(eve)
        mark = len(eve.messages)
        forger = Typist(0xE7E + again)
        await write(eve, forger.type("and on"))  # its own edits are none the worse for it
        assert not any(m.kind is Kind.AUTH or m.payload == status(False) for m in eve.messages[mark:])
        await eve.leave()
        ada = await join(http, server, document, Dialect.Y_WEBSOCKET, token(document, "edit", "ada"))
        await write(ada, typist.type(" still"))
        assert not any(b"forged" in message.payload for message in ada.messages)
        await ada.leave()


@pytest.mark.parametrize("dialect", Dialect)
async def test_forged_part_of_an_answer_is_left_out_and_the_rest_is_kept(
    http: aiohttp.ClientSession, guarded: Server, document: str, dialect: Dialect
) -> None:
    ada = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "edit", "ada"))
    await write(ada, Typist(VICTIM).type("mine"))
    eve = await join(http, guarded, document, dialect, token(document, "edit", "eve"))
    own, forged = Typist(0xE7E).type("honest"), ahead(VICTIM, "mine", "forged")
    assert (own[0], forged[0], own[-1], forged[-1]) == (1, 1, 0, 0)
    await eve.send_step_2(b"\x02" + own[1:-1] + forged[1:])
    await ada.until_content(b"honest")
    await refused(eve)
    path = f"/api/documents/{document}"
    answer, body = guarded.request("GET", path + "/update", **bearer(token(document, "view")))
    assert answer == 200
    assert b"honest" in body
    assert b"forged" not in body
    for who, expected in (("eve", 403), ("", 403), ("ada", 204)):
        credentials = bearer(token(document, "edit", who))
        assert guarded.request("POST", path + "/update", forged, **credentials)[0] == expected, who
    assert (
        guarded.request("POST", path + "/update", ahead(VICTIM, "mineforged", "!"), **bearer(token("*", "admin")))[0]
        == 204
    )
    for peer in (ada, eve):
        await peer.leave()


async def test_what_is_known_or_comes_from_its_owner_may_be_passed_on(
    http: aiohttp.ClientSession, guarded: Server, document: str
) -> None:
    """Peers that also talk to each other send what the others wrote, sometimes before those do."""
    ada = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "edit", "ada"))
    bob = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "edit", "bob"))
    await ada.send_awareness(awareness((VICTIM, 1, "{}")))
    await bob.send_awareness(awareness((0xB0B, 1, "{}")))
    typist = Typist(VICTIM)
    first = typist.type("first")
    await bob.send_update(first)  # the copy is faster than the original
    await write(ada, first)
    await bob.until_count(Kind.SYNC_STATUS, 2, within_s=5)
    await write(bob, typist.everything())
    await write(bob, Typist(0xB0B).type("bob"))
    assert bob.count(Kind.SYNC_STATUS, status(False)) == 0
    carol = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "edit", "carol"))
    await carol.send_awareness(awareness((0xCA, 1, "{}")))
    absent = Typist(0xDA)
    await write(carol, absent.type("by somebody who is not here"))
    dave = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "edit", "dave"))
    await dave.send_awareness(awareness((0xDA, 1, "{}")))
    await write(dave, absent.type(" and is now"))
    assert carol.count(Kind.SYNC_STATUS, status(False)) == dave.count(Kind.SYNC_STATUS, status(False)) == 0
    for peer in (ada, bob, carol, dave):
        await peer.leave()


@pytest.mark.parametrize("dialect", Dialect)
async def test_name_colour_and_id_are_those_of_the_token_whatever_a_client_claims(
    http: aiohttp.ClientSession, guarded: Server, document: str, dialect: Dialect
) -> None:
    ada = await join(http, guarded, document, dialect, token(document, "edit", "ada", name="Ada", color="#112233"))
    eve = await join(http, guarded, document, dialect, token(document, "view", "eve"))
    guest = await join(http, guarded, document, dialect, token(document, "edit"))
    claim = {"user": {"id": "ada", "name": "Ada", "color": "#112233"}, "cursor": 1}
    await eve.send_awareness(awareness((1, 1, json.dumps(claim))))
    await guest.send_awareness(awareness((2, 1, json.dumps(claim))))
    await ada.until(Kind.AWARENESS, lambda _: {1, 2} <= ada.awareness().keys())
    shown = {client: json.loads(state) for client, (_, state) in ada.awareness().items()}
    assert shown[1] == {"user": {"id": "eve", "name": "eve", "color": "#112233"}, "cursor": 1}
    assert shown[2]["user"] == {"id": "", "name": "Guest", "color": "#112233"}
    await ada.send_awareness(awareness((3, 1, '{"user":"nobody"}')))
    await eve.until(Kind.AWARENESS, lambda _: 3 in eve.awareness())
    assert json.loads(eve.awareness()[3][1])["user"] == {"id": "ada", "name": "Ada", "color": "#112233"}
    # The victim's client id is neither taken over nor ended.
    for clock, state in ((2, '{"mine":true}'), (9, '{"mine":true}'), (10, "null")):
        await eve.send_awareness(awareness((3, clock, state)))
        await guest.send_awareness(awareness((3, clock, state)))
    await eve.send_awareness(awareness((1, 2, '{"last":true}')))
    await guest.until(Kind.AWARENESS, lambda payload: b"last" in payload)
    assert json.loads(guest.awareness()[3][1])["user"]["name"] == "Ada"
    for peer in (ada, eve, guest):
        await peer.leave()


async def test_name_that_comes_of_an_id_shows_nothing_that_cannot_be_seen(
    http: aiohttp.ClientSession, guarded: Server, document: str
) -> None:
    """Somebody without a name is shown by their id, which may be any text."""
    ada = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "edit", "ada"))
    eve = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "view", "\u202eeve\x00\u061c\n"))
    await eve.send_awareness(awareness((1, 1, "{}")))
    await ada.until(Kind.AWARENESS, lambda _: 1 in ada.awareness())
    assert json.loads(ada.awareness()[1][1])["user"]["name"] == "eve"
    for peer in (ada, eve):
        await peer.leave()


@pytest.mark.parametrize("dialect", Dialect)
async def test_who_has_written_as_themselves_writes_no_more_as_others(
    http: aiohttp.ClientSession, guarded: Server, document: str, dialect: Dialect
) -> None:
    ada = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "edit", "ada"))
    await write(ada, Typist(VICTIM).type("mine"))
    eve = await join(http, guarded, document, dialect, token(document, "edit", "eve"))
    own = Typist(0xE7E)
    for size in (1, 10_000):  # the latter is for a worker to look at
        await write(eve, own.type("honest"))
        mark = len(eve.messages)
        await eve.send_update(ahead(VICTIM, "mine", "forged" * size))
        await refused(eve, mark)
    await write(eve, own.type("the end"))
    await ada.until_content(b"the end")
    assert not any(b"forged" in message.payload for message in ada.messages)
    for peer in (ada, eve):
        await peer.leave()


async def test_client_id_of_who_wrote_once_is_nobody_else_s_to_be_here_with(
    http: aiohttp.ClientSession, guarded: Server, document: str
) -> None:
    ada = await join(http, guarded, document, Dialect.Y_WEBSOCKET, token(document, "edit", "ada"))
    await write(ada, Typist(VICTIM).type("mine"))
    await ada.leave()
    eve = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "edit", "eve"))
    bob = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "edit", "bob"))
    await eve.send_awareness(awareness((VICTIM, 1, "{}")))
    await eve.send_awareness(awareness((0xE7E, 1, "{}")))
    await bob.until(Kind.AWARENESS, lambda _: 0xE7E in bob.awareness())
    assert VICTIM not in bob.awareness()
    for peer in (eve, bob):
        await peer.leave()


@pytest.mark.parametrize("dialect", Dialect)
async def test_client_id_of_who_just_left_is_kept_for_them(
    http: aiohttp.ClientSession, guarded: Server, document: str, dialect: Dialect
) -> None:
    """Whoever reconnects comes back under their id, in presence and with their first edit, whatever others say."""
    eve = await join(http, guarded, document, dialect, token(document, "edit", "eve"))
    ada = await join(http, guarded, document, dialect, token(document, "edit", "ada"))
    await ada.send_awareness(awareness((VICTIM, 1, "{}")))
    await eve.until(Kind.AWARENESS, lambda _: VICTIM in eve.awareness())
    await ada.leave()
    await eve.until(Kind.AWARENESS, lambda _: VICTIM not in eve.awareness())
    await eve.send_awareness(awareness((VICTIM, 9, "{}")))
    await eve.send_update(Typist(VICTIM).type("forged"))
    await refused(eve)
    ada = await join(http, guarded, document, dialect, token(document, "edit", "ada"))
    await ada.send_awareness(awareness((VICTIM, 1, "{}")))
    await eve.until(Kind.AWARENESS, lambda _: VICTIM in eve.awareness())
    assert json.loads(eve.awareness()[VICTIM][1])["user"]["id"] == "ada"
    await write(ada, Typist(VICTIM).type("honest"))
    await eve.until_content(b"honest")
    for peer in (ada, eve):
        await peer.leave()


async def test_file_of_edits_brings_none_under_the_client_id_of_another_person(
    http: aiohttp.ClientSession, guarded: Server, document: str
) -> None:
    ada = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "edit", "ada"))
    typist = Typist(VICTIM)
    await write(ada, typist.type("mine"))
    for who, update, expected in (
        ("eve", ahead(VICTIM, "mine", "forged"), 403),
        ("eve", typist.everything(), 200),  # known already
        ("eve", Typist(0xE7E).type("honest"), 200),
        ("ada", ahead(VICTIM, "mine", " more"), 200),
        ("", ahead(VICTIM, "mine more", " passed on"), 200),
    ):
        form = aiohttp.FormData({"into": document})
        form.add_field("file", update, filename="edits.yjs")
        sender = token("*", "admin") if not who else token(document, "edit", who)
        async with http.post(guarded.url + "/api/import", data=form, headers=bearer(sender)) as answer:
            assert answer.status == expected, await answer.text()
    await ada.until_content(b"honest", b" more", b" passed on")
    assert not any(b"forged" in message.payload for message in ada.messages)
    await ada.leave()


async def test_server_that_goes_on_with_a_lesser_token_is_trusted_no_more(
    http: aiohttp.ClientSession, guarded: Server, document: str
) -> None:
    ada = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "edit", "ada"))
    typist = Typist(VICTIM)
    await write(ada, typist.type("mine"))
    server = await join(http, guarded, document, Dialect.HOCUSPOCUS, token(document, "admin"))
    await write(server, ahead(VICTIM, "mine", " passed on"))
    mark = len(server.messages)
    await server.send_auth(token(document, "edit"))
    await server.sync()
    await server.send_update(ahead(VICTIM, "mine passed on", " forged"))
    await server.until(Kind.SYNC_STATUS, lambda payload: payload == status(False), after=mark, within_s=5)
    assert not any(b"forged" in message.payload for message in ada.messages)
    for peer in (ada, server):
        await peer.leave()
