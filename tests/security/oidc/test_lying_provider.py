"""Sign-in with OpenID Connect: what a provider might try, and whoever pretends to come from one."""

from __future__ import annotations

import asyncio
import base64
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import aiohttp
import pytest
from joserfc.jwk import OctKey, RSAKey

from harness.oidc import CLIENT_SECRET, FakeProvider, Visit, Visitor, settings_for
from harness.server import MakeServer, Server
from harness.tokens import TOKEN_AUTH, encoded


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
    "ending in 400 digits": {"exp": 10**400},
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


PLANTED = {
    "name": "nomen-7f3a",
    "email": "mehl-7f3a@example.org",
    "sub": "soub-7f3a",
    "picture": "https://pikt-7f3a.org",
}


@pytest.mark.parametrize("which", ["good", "expired", "another sign-in", "no person", "nonsense", "JSON", "not ASCII"])
async def test_nothing_of_a_person_or_a_sign_in_is_logged(
    lied_to: Server, fake: FakeProvider, visit: Visit, which: str
) -> None:
    fake.reset()
    fake.claims = {**PLANTED, "email_verified": True, **CLAIMS.get(which, {})}
    broken = {"nonsense": "tokin-7f3a.b.c", "JSON": f"{encoded(b'header-7f3a')}.b.c", "not ASCII": "tokin-7f3a-\xe9"}
    if which in broken:
        fake.token = lambda form: broken[which]
    asked = await (ada := await visit(lied_to)).begin()
    fake.nonce = asked["nonce"]
    answer = await ada.get(f"/auth/callback?code=coud-7f3a&state={asked['state']}")
    assert answer.status == (303 if which == "good" else 502)
    said = lied_to.stderr() + str(lied_to.request("GET", "/metrics")[1])
    planted = (*PLANTED.values(), "7f3a", CLIENT_SECRET, *(asked[name] for name in ("state", "nonce")))
    assert not [word for word in planted if word in said]
    assert fake.redeemed[-1]["code_verifier"] not in said


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


async def test_codes_of_one_address_keep_nobody_elsewhere_from_signing_in(
    make_server: MakeServer, fake: FakeProvider, visit: Visit
) -> None:
    fake.reset()
    server = make_server(*TOKEN_AUTH, settings=settings_for(fake.issuer, trusted_proxies="127.0.0.1"))
    waiting, release = threading.Semaphore(0), threading.Event()

    def token(form: dict[str, str]) -> str:
        if form["code"] == "slow":
            waiting.release()
            release.wait(20)
        return fake.signed()

    fake.token = token
    flood = []
    for _ in range(40):
        eve = await visit(server)
        asked = await eve.begin()
        path = f"/auth/callback?code=slow&state={asked['state']}"
        flood.append(asyncio.create_task(eve.get(path, **{"X-Forwarded-For": "192.0.2.1"})))
    for _ in range(8):
        assert await asyncio.to_thread(waiting.acquire, timeout=10)
    assert not await asyncio.to_thread(waiting.acquire, timeout=0.5), "the others wait for their turn"
    ada = await visit(server)
    assert (await answered(ada, fake)).status == 303
    release.set()
    assert {answer.status for answer in await asyncio.gather(*flood)} <= {303, 502}


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
