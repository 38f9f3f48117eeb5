"""Sign-in with OpenID Connect, from its beginning to its end, with a real provider."""

from __future__ import annotations

import asyncio
import re
import time
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import aiohttp

from harness.oidc import CLIENT_SECRET, RealProvider, Visit, settings_for
from harness.peer import Dialect, Peer
from harness.server import MakeServer, Server
from harness.tokens import TOKEN_AUTH

SIGN_IN_AGAIN = 4401


async def test_somebody_signs_in_works_and_signs_out(server: Server, visit: Visit) -> None:
    ada = await visit(server)
    assert (await ada.get("/api/documents")).status == 401
    answer = await ada.sign_in("ada", "/d/plan")
    assert answer.headers["Location"] == "/d/plan"
    given = next(line for line in answer.headers.getall("Set-Cookie") if "sign-in=" not in line)
    assert "HttpOnly" in given
    assert "SameSite=Lax" in given
    assert "Path=/" in given
    assert "Domain" not in given
    user = (await ada.session())["user"]
    assert (user["name"], user["email"], user["groups"], user["admin"]) == (
        "Ada",
        "ada@example.org",
        ["writers"],
        False,
    )
    assert re.fullmatch(r"oidc:[0-9a-f]{12}:ada", user["id"])
    status, made = await ada.send("POST", "/api/documents", {"title": "Mine", "text": "words"})
    assert status == 201
    assert (await ada.get(f"/api/documents/{made['id']}/export?format=md")).status == 200
    async with ada.http.post(server.url + "/auth/sign-out", headers={"Origin": server.url}) as answer:
        out = await answer.json()
    assert answer.status == 200
    assert answer.headers["Clear-Site-Data"] == '"cache"', "pictures stay for whoever is next at the device"
    assert parse_qs(urlsplit(out["location"]).query)["post_logout_redirect_uri"] == [server.url + "/"]
    assert ada.cookie() is None
    assert (await ada.get("/api/documents")).status == 401
    assert (await ada.session())["signed_in"] is False


async def test_secret_is_kept_as_a_hash_and_never_logged(server: Server, visit: Visit) -> None:
    ada = await visit(server)
    await ada.sign_in("ada")
    secret = ada.cookie()
    assert secret is not None
    assert len(secret) >= 43
    stored = b"".join(each.read_bytes() for each in server.data.iterdir() if each.is_file())
    assert b"oidc:" in stored
    assert secret.encode() not in stored
    logged = server.stderr() + str(server.request("GET", "/metrics")[1])
    assert not any(word in logged for word in (secret, CLIENT_SECRET, "ada@", "Ada"))


async def test_sign_in_outlives_the_server(make_server: MakeServer, provider: RealProvider, visit: Visit) -> None:
    server = make_server(*TOKEN_AUTH, settings=settings_for(provider.issuer))
    ada = await visit(server)
    await ada.sign_in("ada")
    server.restart()
    assert (await ada.session())["signed_in"] is True


async def test_old_secret_is_replaced_and_good_for_requests_on_their_way(
    make_server: MakeServer, provider: RealProvider, visit: Visit
) -> None:
    settings = settings_for(provider.issuer, session_rotation_s=1, sessions_per_user=2)
    server = make_server(*TOKEN_AUTH, settings=settings)
    ada = await visit(server)
    await ada.sign_in("ada")
    first = ada.cookie()
    assert first is not None
    await ada.session()
    assert ada.cookie() == first
    await asyncio.sleep(1.1)
    assert (await ada.session())["signed_in"] is True
    second = ada.cookie()
    assert second not in (None, first)
    late = await visit(server)
    late.http.cookie_jar.update_cookies({f"coscribe-{server.port}": first}, aiohttp.client.URL(server.url))
    assert (await late.session())["signed_in"] is True
    # A person has as many browsers as the settings say: the one not used for longest is signed out.
    others = [await visit(server) for _ in range(2)]
    for other in others:
        await other.sign_in("ada")
    assert [(await one.session())["signed_in"] for one in (ada, *others)] == [False, True, True]


async def test_only_whom_the_settings_let_in_comes_in(server: Server, visit: Visit) -> None:
    stranger = await visit(server)
    answer = await stranger.get(await stranger.callback("stranger"), Accept_Language="de-AT,en;q=0.5")
    assert answer.status == 403
    assert answer.content_type == "text/html"
    page = await answer.text()
    assert 'lang="en"' in page or 'lang="de"' in page
    assert "not known to be of a domain" in page
    assert (await stranger.session())["signed_in"] is False
    boss = await visit(server)
    await boss.sign_in("boss")
    assert (await boss.session())["user"]["admin"] is True
    assert (await boss.get("/api/keys")).status == 200
    ada = await visit(server)
    await ada.sign_in("ada")
    assert (await ada.get("/api/keys")).status == 403


async def test_page_of_a_failure_speaks_the_browsers_language(server: Server, visit: Visit) -> None:
    ada = await visit(server)
    for accepted, language, direction in (
        ("de-AT,en;q=0.5", "de", "ltr"),
        ("ar", "ar", "rtl"),
        ("fr, tlh", "en", "ltr"),
        ("", "en", "ltr"),
    ):
        answer = await ada.get("/auth/callback?state=x&code=y", **{"Accept-Language": accepted})
        assert answer.status == 400
        assert f'<html lang="{language}" dir="{direction}">' in await answer.text()
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_person_who_does_not_want_to_gets_a_page_with_the_reason(server: Server, visit: Visit) -> None:
    ada = await visit(server)
    asked = await ada.begin("/d/plan")
    said = urlencode(
        {"error": "access_denied", "error_description": "<script>alert(1)</script>", "state": asked["state"]}
    )
    answer = await ada.get(f"/auth/callback?{said}")
    page = await answer.text()
    assert answer.status == 403
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "next=%2Fd%2Fplan" in page
    # Without the state of a sign-in of this browser anybody could have written the reason.
    foreign = await ada.get(f"/auth/callback?{said.replace(asked['state'], 'x')}")
    assert foreign.status == 400
    assert "script" not in await foreign.text()


async def test_answer_without_the_state_of_this_browser_signs_nobody_in(server: Server, visit: Visit) -> None:
    ada, eve = await visit(server), await visit(server)
    good = await ada.callback("ada")
    for bad in (
        good.replace("state=", "state=x"),
        re.sub(r"state=[^&]*", "state=", good),
        re.sub(r"&?state=[^&]*", "", good),
        good.replace("state=", "other="),
    ):
        assert (await ada.get(bad)).status == 400
    # Somebody else's answer, sent to Ada as a link, would have her write in Eve's name.
    evil = await eve.callback("eve")
    assert (await ada.get(evil)).status == 400
    assert (await ada.session())["signed_in"] is False
    assert (await ada.get(good)).status == 303
    assert (await ada.session())["user"]["name"] == "Ada"
    # And once only.
    assert (await ada.get(good)).status == 400


async def test_two_windows_may_sign_in_at_once(server: Server, visit: Visit) -> None:
    ada = await visit(server)
    one, two = await ada.callback("ada", "/d/one"), await ada.callback("ada", "/d/two")
    assert (await ada.get(one)).headers["Location"] == "/d/one"
    assert (await ada.get(two)).headers["Location"] == "/d/two"
    for _ in range(10):
        await ada.get("/")  # cookies do not pile up
    assert len(ada.cookie("-sign-in") or "") < 4096


async def test_stolen_code_is_of_no_use_in_another_browser(server: Server, visit: Visit) -> None:
    ada, eve = await visit(server), await visit(server)
    stolen = parse_qs(urlsplit(await ada.callback("ada")).query)["code"][0]
    mine = await eve.callback("eve")
    answer = await eve.get(re.sub(r"code=[^&]*", f"code={stolen}", mine))
    assert answer.status == 502
    assert (await eve.session())["signed_in"] is False


async def test_session_of_an_attackers_choosing_is_not_taken_over(server: Server, visit: Visit) -> None:
    ada, eve = await visit(server), await visit(server)
    await eve.sign_in("eve")
    own = aiohttp.client.URL(server.url)
    planted = eve.cookie()
    assert planted is not None
    for value in ("chosen-by-eve", planted):
        ada.http.cookie_jar.clear()
        callback = await ada.callback("ada")
        ada.http.cookie_jar.update_cookies({f"coscribe-{server.port}": value}, own)
        await ada.get(callback)
        assert ada.cookie() not in (value, None)
        assert (await ada.session())["user"]["name"] == "Ada"
    assert (await eve.session())["signed_in"] is False, "what was there before has ended"


async def test_cookie_that_comes_twice_counts_for_nothing(server: Server, visit: Visit) -> None:
    ada, nobody = await visit(server), await visit(server)
    await ada.sign_in("ada")
    name, secret = f"coscribe-{server.port}", ada.cookie()

    async def signed_in(cookies: str, **headers: str) -> bool:
        return bool((await nobody.session(Cookie=cookies, **headers))["signed_in"])

    assert await signed_in(f"{name}={secret}")
    assert await signed_in(f"a=b; {name}={secret}; c=d")
    assert not await signed_in(f"{name}=x; {name}={secret}")
    assert not await signed_in(f"{name}={secret}; {name}=x")
    assert not await signed_in(f"{name.upper()}={secret}")
    assert not await signed_in(f"coscribe={secret}; coscribe-1={secret}")
    # Over TLS only the cookie that no other host and no plain http can set.
    over_tls = {"X-Forwarded-Proto": "https"}
    assert not await signed_in(f"{name}={secret}", **over_tls)
    assert not await signed_in(f"coscribe={secret}", **over_tls)
    assert await signed_in(f"__Host-coscribe={secret}", **over_tls)


async def test_over_tls_the_cookie_is_one_that_only_this_host_can_set(server: Server, visit: Visit) -> None:
    ada = await visit(server)
    headers = {"Host": "docs.example.org", "X-Forwarded-Proto": "https"}
    answer = await ada.get("/auth/sign-in", **headers)
    assert answer.status == 303
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["redirect_uri"] == [
        "https://docs.example.org/auth/callback"
    ]
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-coscribe-sign-in=")
    assert all(part in cookie for part in ("; HttpOnly", "; Secure", "; Path=/", "; SameSite=Lax"))
    assert "omain" not in cookie
    plain = await ada.get("/auth/sign-in", Host="docs.example.org")
    assert plain.status == 400
    assert "public_url" in (await plain.json())["detail"]
    assert "Set-Cookie" not in plain.headers


async def test_admin_signs_somebody_out_everywhere(server: Server, visit: Visit) -> None:
    boss, ada, elsewhere, ben = [await visit(server) for _ in range(4)]
    for person, name in ((boss, "boss"), (ada, "ada"), (elsewhere, "ada"), (ben, "ben")):
        await person.sign_in(name)
    peer = await Peer.open(ada.http, server, await ada.make_document(), Dialect.Y_WEBSOCKET, origin=server.url)
    await peer.sync()
    path = f"/api/people/{quote((await ada.session())['user']['id'], safe='')}/sign-ins"
    assert (await ben.send("DELETE", path))[0] == 403
    assert (await boss.send("DELETE", path))[0] == 204
    assert await peer.until_closed() == SIGN_IN_AGAIN
    assert [(await one.session())["signed_in"] for one in (boss, ada, elsewhere, ben)] == [True, False, False, True]


async def test_sign_in_ends_by_itself_unused_or_after_its_time(
    make_server: MakeServer, provider: RealProvider, visit: Visit
) -> None:
    settings = settings_for(provider.issuer, session_idle_s=3, session_lifetime_s=8)
    server = make_server(*TOKEN_AUTH, settings=settings)
    idle, busy = await visit(server), await visit(server)
    peers = []
    for each in (idle, busy):
        await each.sign_in("ada" if each is idle else "ben")
        document = await each.make_document()
        peers.append(await Peer.open(each.http, server, document, Dialect.Y_WEBSOCKET, origin=server.url))
        await peers[-1].sync()
    begun = time.monotonic()
    while peers[0].closed is None and time.monotonic() - begun < 6:
        await asyncio.sleep(0.3)
        await busy.session()
    assert peers[0].closed is not None
    assert peers[0].closed.code == SIGN_IN_AGAIN
    assert peers[1].closed is None, "it was used"
    while (await busy.session())["signed_in"] and time.monotonic() - begun < 12:
        await asyncio.sleep(0.3)
    assert await peers[1].until_closed() == SIGN_IN_AGAIN
    for each in (idle, busy):
        assert (await each.session())["signed_in"] is False
