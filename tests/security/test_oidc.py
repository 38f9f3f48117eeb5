"""Sign-in with OpenID Connect: what a provider, a stranger's page or another person's browser might try."""

from __future__ import annotations

import asyncio
import base64
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import aiohttp
import pytest
from joserfc.jwk import OctKey, RSAKey

from coscribe.http.api.operations import OPERATIONS
from harness.lib0 import Typist
from harness.oidc import CLIENT_SECRET, FakeProvider, RealProvider, Visitor, settings_for
from harness.peer import Dialect, Kind, Peer
from harness.server import MakeServer, Server
from harness.tokens import TOKEN_AUTH, encoded

SIGN_IN_AGAIN = 4401
FOREIGN = (
    "https://evil.example.org",
    "http://127.0.0.1:1",
    "http://localhost:{port}",
    "https://app.example.org.evil.org",
    "http://127.0.0.1:{port}.evil.org",
    "null",
)
Visit = Callable[[Server], Awaitable[Visitor]]


@pytest.fixture(scope="module")
def provider() -> Iterator[RealProvider]:
    with RealProvider() as running:
        yield running


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, provider: RealProvider) -> Iterator[Server]:
    """A server whose people sign in with a real provider."""
    settings = settings_for(
        provider.issuer,
        oidc_allowed_domains="example.org",
        oidc_admin_emails="Boss@example.org",
        allowed_origins="https://app.example.org",
        trusted_proxies="127.0.0.1",
    )
    with Server(tmp_path_factory.mktemp("oidc") / "data", *TOKEN_AUTH, settings=settings) as running:
        yield running


@pytest.fixture(scope="module")
def lied_to(tmp_path_factory: pytest.TempPathFactory, fake: FakeProvider) -> Iterator[Server]:
    """A server whose provider says whatever a test wants."""
    settings = settings_for(fake.issuer)
    with Server(tmp_path_factory.mktemp("lied-to") / "data", *TOKEN_AUTH, settings=settings) as running:
        yield running


@pytest.fixture
async def visit() -> AsyncIterator[Visit]:
    """Let people come, each with a browser of their own."""
    async with AsyncExitStack() as stack:

        async def make(server: Server) -> Visitor:
            jar = aiohttp.CookieJar(unsafe=True)
            http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
            return Visitor(http, server)

        yield make


async def make_document(visitor: Visitor, document: str) -> None:
    status, answer = await visitor.send("POST", "/api/documents", {"text": "kept"})
    assert status == 201, answer
    visitor.document = answer["id"]  # type: ignore[attr-defined]


# -- with a real provider ---------------------------------------------------------------------------------------------


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
    status, out = await ada.send("POST", "/auth/sign-out")
    assert status == 200
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


@pytest.mark.parametrize(
    "next",
    [
        "//evil.org",
        "/\\evil.org",
        "\\\\evil.org",
        "https://evil.org",
        "https:evil.org",
        "javascript:alert(1)",
        "/%0d%0aLocation:%20https://evil.org",
        "/\t/evil.org",
        "\u2028//evil.org",
        "/d/plan evil",
        "/auth/sign-in?next=/",
        "evil.org",
        "",
        "/" + "a" * 1000,
    ],
)
async def test_way_back_leads_to_this_server_only(lied_to: Server, fake: FakeProvider, visit: Visit, next: str) -> None:
    fake.reset()
    ada = await visit(lied_to)
    asked = await ada.begin(quote(next, safe="%"))
    fake.nonce = asked["nonce"]
    answer = await ada.get(f"/auth/callback?code=x&state={asked['state']}")
    assert answer.headers["Location"] == "/"


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


# -- pages of others --------------------------------------------------------------------------------------------------


async def test_foreign_page_signs_nobody_out(server: Server, visit: Visit) -> None:
    ada = await visit(server)
    await ada.sign_in("ada")
    for origin in FOREIGN:
        status, _ = await ada.send("POST", "/auth/sign-out", Origin=origin.format(port=server.port))
        assert status == 403, origin
    for site in ("", "cross-site", "same-site", "none"):
        await ada.send("POST", "/auth/sign-out", **{"Origin": "", "Sec-Fetch-Site": site})
    assert (await ada.get("/auth/sign-out")).status == 405
    assert (await ada.session())["signed_in"] is True
    # Also not a page that may come with tokens.
    assert (await ada.send("POST", "/auth/sign-out", Origin="https://app.example.org"))[0] == 200
    assert (await ada.session())["signed_in"] is True


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if one.method != "GET"], ids=lambda one: f"{one.method} {one.path}"
)
async def test_cookie_counts_for_no_change_that_another_page_asks_for(
    server: Server, visit: Visit, operation: Any
) -> None:
    boss = await visit(server)
    await boss.sign_in("boss")
    path = re.sub(r"{\w+}", "unknown-unknown-unknown", operation.path)
    for origin in FOREIGN:
        assert (await boss.send(operation.method, path, {}, Origin=origin.format(port=server.port)))[0] == 403
    if operation.role is None:
        return
    for other in (
        {"Origin": "https://app.example.org"},
        {"Origin": server.url.replace("http", "https")},
        {"Origin": "", "Sec-Fetch-Site": "same-site"},
        {"Origin": ""},
    ):
        headers = {"Sec-Fetch-Site": "", **other}
        assert (await boss.send(operation.method, path, {}, **headers))[0] == 401, other
    assert (await boss.send(operation.method, path, {}))[0] not in (401, 403)


async def test_cookie_shows_nothing_to_another_page(server: Server, visit: Visit) -> None:
    ada = await visit(server)
    await ada.sign_in("ada")
    for path in ("/api/documents", "/auth/session"):
        for headers in (
            {"Origin": "https://app.example.org"},
            {"Origin": "https://evil.example.org"},
            {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
            {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
            {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
        ):
            answer = await ada.get(path, **headers)
            assert answer.headers.get("Access-Control-Allow-Credentials") is None
            if path == "/auth/session":
                assert (await answer.json())["signed_in"] is False
            else:
                assert answer.status == 401
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert (await ada.get("/api/documents", **followed)).status == 200


@pytest.mark.parametrize("dialect", Dialect)
async def test_sockets_know_somebody_by_the_cookie_for_pages_of_this_server_only(
    server: Server, visit: Visit, dialect: Dialect
) -> None:
    ada = await visit(server)
    await ada.sign_in("ada")
    await make_document(ada, "")
    document = ada.document  # type: ignore[attr-defined]
    for origin in FOREIGN:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await Peer.open(ada.http, server, document, dialect, origin=origin.format(port=server.port))
        assert refused.value.status == 403, origin
    # A program's, and that of an application which comes with tokens: they are let in without the cookie.
    for origin in (None, "https://app.example.org", server.url.replace("http", "https")):
        peer = await Peer.open(ada.http, server, document, dialect, origin=origin)
        if dialect is Dialect.HOCUSPOCUS:
            await peer.send_auth("")
        assert await peer.until_closed() == SIGN_IN_AGAIN
    own = await Peer.open(ada.http, server, document, dialect, origin=server.url)
    if dialect is Dialect.HOCUSPOCUS:
        await own.send_auth("")
    await own.sync()
    await own.send_update(Typist(7).type("hers"))
    await own.until(Kind.SYNC_STATUS if dialect is Dialect.HOCUSPOCUS else Kind.UPDATE)
    begun = time.monotonic()
    assert (await ada.send("POST", "/auth/sign-out"))[0] == 200
    assert await own.until_closed() == SIGN_IN_AGAIN
    assert time.monotonic() - begun < 2
    again = await Peer.open(ada.http, server, document, dialect, origin=server.url)
    if dialect is Dialect.HOCUSPOCUS:
        await again.send_auth("")
    assert await again.until_closed() == SIGN_IN_AGAIN


@pytest.mark.parametrize("dialect", Dialect)
async def test_page_of_one_person_does_nothing_as_the_next_who_signs_in(
    server: Server, visit: Visit, dialect: Dialect
) -> None:
    ada, ben = await visit(server), await visit(server)
    await ada.sign_in("ada")
    hers = (await ada.session())["user"]["id"]
    await ben.sign_in("ben")
    his = (await ben.session())["user"]["id"]
    await make_document(ben, "")
    document = ben.document  # type: ignore[attr-defined]
    for meant, status in ((hers, 401), (quote(his, safe=""), 200), ("", 200)):
        assert (await ben.get(f"/api/documents/{document}", **{"Coscribe-Account": meant})).status == status
        assert (await ben.session(**{"Coscribe-Account": meant}))["user"]["id"] == his
    for meant, is_in in ((his, True), (hers, False)):
        query = "?" + urlencode({"account": meant})
        peer = await Peer.open(ben.http, server, document, dialect, origin=server.url, query=query)
        if dialect is Dialect.HOCUSPOCUS:
            await peer.send_auth("")
        if is_in:
            await peer.sync()
        else:
            assert await peer.until_closed() == SIGN_IN_AGAIN


async def test_admin_signs_somebody_out_everywhere(server: Server, visit: Visit) -> None:
    boss, ada, elsewhere, ben = [await visit(server) for _ in range(4)]
    for person, name in ((boss, "boss"), (ada, "ada"), (elsewhere, "ada"), (ben, "ben")):
        await person.sign_in(name)
    await make_document(ada, "")
    peer = await Peer.open(ada.http, server, ada.document, Dialect.Y_WEBSOCKET, origin=server.url)  # type: ignore[attr-defined]
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
        await make_document(each, "")
        peers.append(await Peer.open(each.http, server, each.document, Dialect.Y_WEBSOCKET, origin=server.url))  # type: ignore[attr-defined]
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


# -- with a provider that lies ----------------------------------------------------------------------------------------


async def answered(visitor: Visitor, fake: FakeProvider, query: str = "") -> aiohttp.ClientResponse:
    """Begin to sign in, and come back with a code."""
    asked = await visitor.begin()
    fake.nonce = asked["nonce"]
    return await visitor.get(f"/auth/callback?code=x&state={asked['state']}{query}")


async def test_request_to_the_provider_has_what_protects_it(lied_to: Server, fake: FakeProvider, visit: Visit) -> None:
    fake.reset()
    ada = await visit(lied_to)
    one, two = await ada.begin(), await ada.begin()
    assert one["response_type"] == "code"
    assert one["code_challenge_method"] == "S256"
    assert one["scope"] == "openid profile email"
    assert all(one[name] != two[name] and len(one[name]) == 43 for name in ("state", "nonce", "code_challenge"))
    assert one["redirect_uri"] == f"{lied_to.url}/auth/callback"


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_good_id_token_is_taken(lied_to: Server, fake: FakeProvider, visit: Visit, algorithm: str) -> None:
    fake.reset()
    fake.token = lambda form: fake.signed(algorithm)
    fake.claims = {"aud": ["other", "coscribe"], "azp": "coscribe", "email": "eve@example.org"}
    eve = await visit(lied_to)
    assert (await answered(eve, fake)).status == 303
    user = (await eve.session())["user"]
    assert user["name"] == "Eve"
    assert user["email"] is None, "nobody says that it is verified"
    assert fake.redeemed[-1]["grant_type"] == "authorization_code"
    assert len(fake.redeemed[-1]["code_verifier"]) == 43


def _unsigned(fake: FakeProvider) -> str:
    return f"{encoded({'alg': 'none'})}.{encoded(fake.good_claims())}."


def _public_key_as_secret(fake: FakeProvider) -> str:
    return fake.signed("HS256", OctKey.import_key(fake.keys["RS256"].as_pem(private=False)), {"kid": "rsa"})


def _own_key_in_the_header(fake: FakeProvider) -> str:
    key = RSAKey.generate_key(2048, {"kid": "rsa"})
    return fake.signed("RS256", key, {"jwk": key.as_dict(private=False)})


TOKENS: dict[str, Callable[[FakeProvider], str]] = {
    "no signature": _unsigned,
    "the public key as a secret": _public_key_as_secret,
    "the client's secret": lambda fake: fake.signed("HS256", OctKey.import_key(CLIENT_SECRET), {"kid": None}),
    "another key of the same name": lambda fake: fake.signed("RS256", RSAKey.generate_key(2048, {"kid": "rsa"})),
    "its own key": _own_key_in_the_header,
    "another algorithm of the key": lambda fake: fake.signed("RS512", fake.keys["RS256"]),
    "another key's name": lambda fake: fake.signed("ES256", None, {"kid": "rsa"}),
    "no token": lambda fake: "",
    "nonsense": lambda fake: "a.b.c",
    "far too long": lambda fake: "a" * 100_000,
}
CLAIMS: dict[str, dict[str, Any]] = {
    "another provider": {"iss": "https://other.example.org"},
    "no provider": {"iss": None},
    "somebody else": {"aud": "other"},
    "nobody": {"aud": None},
    "several without saying whom": {"aud": ["coscribe", "other"]},
    "made for another": {"azp": "other"},
    "another sign-in": {"nonce": "x" * 43},
    "no sign-in": {"nonce": None},
    "a number for a sign-in": {"nonce": 7},
    "expired": {"exp": int(time.time()) - 120},
    "never ending": {"exp": None},
    "ending in words": {"exp": "tomorrow"},
    "an old one": {"iat": int(time.time()) - 24 * 3600},
    "of the future": {"iat": int(time.time()) + 24 * 3600},
    "not good yet": {"nbf": int(time.time()) + 3600},
    "no person": {"sub": None},
    "an empty person": {"sub": ""},
    "another access token": {"at_hash": "x"},
}


@pytest.mark.parametrize("which", [*TOKENS, *CLAIMS])
async def test_bad_id_token_signs_nobody_in(lied_to: Server, fake: FakeProvider, visit: Visit, which: str) -> None:
    fake.reset()
    if which in TOKENS:
        fake.token = lambda form: TOKENS[which](fake)
    else:
        fake.claims = CLAIMS[which]
    eve = await visit(lied_to)
    answer = await answered(eve, fake)
    assert answer.status == 502
    assert answer.content_type == "text/html"
    assert (await eve.session())["signed_in"] is False
    assert eve.cookie() is None


async def test_id_token_of_another_sign_in_is_no_use(lied_to: Server, fake: FakeProvider, visit: Visit) -> None:
    fake.reset()
    ada, eve = await visit(lied_to), await visit(lied_to)
    assert (await answered(ada, fake)).status == 303
    replayed = fake.signed()
    fake.token = lambda form: replayed
    assert (await answered(eve, fake)).status == 502
    assert (await eve.session())["signed_in"] is False


async def test_answer_of_another_provider_is_not_redeemed(lied_to: Server, fake: FakeProvider, visit: Visit) -> None:
    fake.reset()
    eve = await visit(lied_to)
    for query in ("&iss=https%3A%2F%2Fother.example.org", "&iss="):
        assert (await answered(eve, fake, query)).status == 502
    assert fake.redeemed == []
    assert (await answered(eve, fake, f"&iss={quote(fake.issuer, safe='')}")).status == 303


async def test_provider_tells_more_of_the_same_person_only(lied_to: Server, fake: FakeProvider, visit: Visit) -> None:
    fake.reset()
    fake.userinfo = {"sub": "ada", "name": "Ada", "email": "ada@example.org", "email_verified": True}
    eve = await visit(lied_to)
    assert (await answered(eve, fake)).status == 502
    fake.userinfo = {"sub": "eve", "email": "eve@example.org", "email_verified": True, "picture": "javascript:alert(1)"}
    assert (await answered(eve, fake)).status == 303
    user = (await eve.session())["user"]
    assert (user["email"], user["picture"]) == ("eve@example.org", None)
    # An address of the ID token is not verified by what was said of another one.
    fake.claims = {"email": "boss@example.org"}
    mallory = await visit(lied_to)
    assert (await answered(mallory, fake)).status == 303
    assert (await mallory.session())["user"]["email"] is None


async def test_new_key_of_the_provider_is_learned(lied_to: Server, fake: FakeProvider, visit: Visit) -> None:
    fake.reset()
    eve = await visit(lied_to)
    assert (await answered(eve, fake)).status == 303
    await eve.send("POST", "/auth/sign-out")
    before = fake.keys["RS256"]
    try:
        fake.keys["RS256"] = RSAKey.generate_key(2048, {"kid": "rsa-2"})
        deadline = time.monotonic() + 6
        while (await answered(eve, fake)).status != 303:  # keys are not fetched at a stranger's whim
            assert time.monotonic() < deadline
            await asyncio.sleep(0.5)
    finally:
        fake.keys["RS256"] = before


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
async def test_code_is_redeemed_in_the_way_that_the_provider_takes(
    make_server: MakeServer, fake: FakeProvider, visit: Visit, method: str
) -> None:
    fake.reset()
    fake.about = {"token_endpoint_auth_methods_supported": [method]}
    settings = settings_for(fake.issuer, oidc_client_id="id with: signs", oidc_client_secret="one & two")
    if method == "none":
        del settings["oidc_client_secret"]
    fake.claims = {"aud": "id with: signs"}
    eve = await visit(make_server(*TOKEN_AUTH, settings=settings))
    assert (await answered(eve, fake)).status == 303
    form = fake.redeemed[-1]
    expected = {
        "client_secret_basic": ("Basic " + base64.b64encode(b"id+with%3A+signs:one+%26+two").decode(), None, None),
        "client_secret_post": ("", "id with: signs", "one & two"),
        "none": ("", "id with: signs", None),
    }
    assert (form["authorization"], form.get("client_id"), form.get("client_secret")) == expected[method]


async def test_address_that_people_use_is_the_one_of_the_settings(
    make_server: MakeServer, fake: FakeProvider, visit: Visit
) -> None:
    """A proxy that passes neither the host on nor that the client came over TLS."""
    fake.reset()
    server = make_server(*TOKEN_AUTH, settings=settings_for(fake.issuer, public_url="https://docs.example.org"))
    eve = await visit(server)
    begun = await eve.get("/auth/sign-in?next=/d/plan")
    asked = parse_qs(urlsplit(begun.headers["Location"]).query)
    assert asked["redirect_uri"] == ["https://docs.example.org/auth/callback"]
    fake.nonce = asked["nonce"][0]
    kept = begun.headers["Set-Cookie"].partition(";")[0]
    answer = await eve.get(f"/auth/callback?code=x&state={asked['state'][0]}", Cookie=kept)
    assert (answer.status, answer.headers["Location"]) == (303, "/d/plan")
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    assert cookie.startswith("__Host-coscribe=")
    assert (await eve.session(Cookie=cookie))["signed_in"] is True
    made = await eve.send("POST", "/api/documents", {}, Cookie=cookie, Origin="https://docs.example.org")
    assert made[0] == 201
    assert (await eve.send("POST", "/api/documents", {}, Cookie=cookie))[0] == 401, "of another name for the server"


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://other.example.org"},
        {"token_endpoint": "http://198.51.100.7/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
        {"authorization_response_iss_parameter_supported": True},
    ],
    ids=lambda about: next(iter(about)),
)
async def test_provider_that_contradicts_itself_is_not_used(
    make_server: MakeServer, fake: FakeProvider, visit: Visit, about: dict[str, Any]
) -> None:
    fake.reset()
    fake.about = about
    server = make_server(*TOKEN_AUTH, settings=settings_for(fake.issuer))
    eve = await visit(server)
    answer = await eve.get("/auth/sign-in")
    if "authorization_response_iss_parameter_supported" in about:
        assert (await answered(eve, fake)).status == 502
        return
    assert answer.status == 502
    assert answer.content_type == "text/html"
    assert "the provider failed" in server.stderr()


def test_provider_that_cannot_be_trusted_on_the_way_is_refused(make_server: MakeServer) -> None:
    with pytest.raises(RuntimeError, match="must be an https address"):
        make_server(*TOKEN_AUTH, settings=settings_for("http://id.example.org"))
