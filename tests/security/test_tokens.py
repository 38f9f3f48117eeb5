"""Tokens that try to be more than they are, and keys that come, go and fail."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from harness.peer import Dialect, Kind, Peer
from harness.server import MakeServer, Server
from harness.tokens import SECRET, TOKEN_AUTH, bearer, claims, encoded, signed, token

SIGN_IN_AGAIN, FORBIDDEN, DELETED, BAD_MESSAGE = 4401, 4403, 4404, 4400
KEY = SECRET.encode()
NOW = time.time

ED25519 = ed25519.Ed25519PrivateKey.generate()
P256 = ec.generate_private_key(ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)


def public_pem(key: Any) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def number(value: int, size: int) -> str:
    return encoded(value.to_bytes(size, "big"))


def jwk(key: Any, **other: str) -> dict[str, str]:
    """Publish a key, with numbers written by this test."""
    public = key.public_key()
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return {"kty": "OKP", "crv": "Ed25519", "x": encoded(raw), **other}
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = public.public_numbers()
        return {"kty": "RSA", "n": number(numbers.n, 256), "e": number(numbers.e, 3), **other}
    point = public.public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": number(point.x, 32), "y": number(point.y, 32), **other}


def sign(key: Any, claims: dict[str, Any], alg: str, **header: Any) -> str:
    """Sign with a private key, without the library that the server uses."""
    body = f"{encoded({'alg': alg, **header})}.{encoded(claims)}"
    if isinstance(key, ed25519.Ed25519PrivateKey):
        signature = key.sign(body.encode())
    elif isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(body.encode(), padding.PKCS1v15(), SHA256())
    else:
        r, s = decode_dss_signature(key.sign(body.encode(), ec.ECDSA(SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return f"{body}.{encoded(signature)}"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a secret and an RSA key, that wants an audience and an issuer."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "public.pem").write_bytes(public_pem(RSA))
    settings = {"secret": SECRET, "key_file": folder / "public.pem", "token_issuer": "the-app"}
    with Server(folder / "data", *TOKEN_AUTH, settings=settings) as running:
        yield running


def good(**other: Any) -> dict[str, Any]:
    made = {**claims("doc", "edit", "ada", ttl=3600, iss="the-app"), **other}
    return {name: value for name, value in made.items() if value is not None}


def under_another_signature() -> str:
    header, _, signature = hs256(good()).split(".")
    return f"{header}.{encoded(good(role='admin'))}.{signature}"


def hs256(claims: dict[str, Any], **header: Any) -> str:
    return signed({"alg": "HS256", **header}, claims, KEY)


def none(claims: dict[str, Any], name: str = "none") -> str:
    return f"{encoded({'alg': name})}.{encoded(claims)}."


ROLES = (" edit", "edit ", "Edit", "EDIT", "edit\n", "ｅｄｉｔ", "", 3, ["edit"], {})
ATTACKS = {
    "no signature": none(good()),
    "None": none(good(), "None"),
    "nOnE with a signature": none(good(), "nOnE") + encoded(b"x"),
    "a public key as a secret": signed({"alg": "HS256"}, good(), public_pem(RSA)),
    "a public key as a secret, without the last newline": signed({"alg": "HS256"}, good(), public_pem(RSA).strip()),
    "RS256 in name, HMAC in fact": signed({"alg": "RS256"}, good(), KEY),
    "a longer hash": signed({"alg": "HS512"}, good(), KEY, "sha512"),
    "an RSA algorithm of another kind": sign(RSA, good(), "PS256"),
    "the key of somebody else": sign(rsa.generate_private_key(65537, 2048), good(), "RS256"),
    "a key in the header": sign(P256, good(), "ES256", jwk=jwk(P256)),
    "an address of keys in the header": sign(P256, good(), "ES256", jku="http://127.0.0.1:1/keys"),
    "a kid that nobody has": hs256(good(), kid="../../dev/null"),
    "a kid that is no text": hs256(good(), kid={"a": 1}),
    "a critical extension": hs256(good(), crit=["exp"]),
    "an unencoded payload": hs256(good(), b64=False, crit=["b64"]),
    "an empty key": signed({"alg": "HS256"}, good(), b""),
    "another's signature": hs256(good())[:-6] + "AAAAAA",
    "other claims under a signature": under_another_signature(),
    "expired": hs256(good(exp=NOW() - 1)),
    "expired within any leeway": hs256(good(exp=NOW() - 0.01)),
    "without an end": hs256(good(exp=None)),
    "an end that is text": hs256(good(exp="9999999999")),
    "an end that is true": hs256(good(exp=True)),
    "an endless end": hs256(good(exp=float("inf"))),
    "no number for an end": hs256(good(exp=float("nan"))),
    "an end of 400 digits": hs256(good(exp=10**400)),
    "a beginning of 400 digits": hs256(good(nbf=-(10**400))),
    "made 10^400 seconds ago": hs256(good(iat=-(10**400))),
    "an end in a year": hs256(good(exp=NOW() + 365 * 86400)),
    "not yet": hs256(good(nbf=NOW() + 3600)),
    "made tomorrow": hs256(good(iat=NOW() + 86400)),
    "a beginning that is text": hs256(good(nbf="0")),
    "another audience": hs256(good(aud="someone")),
    "an audience that begins alike": hs256(good(aud="coscribe2")),
    "no audience": hs256(good(aud=None)),
    "audiences without this one": hs256(good(aud=["a", "b"])),
    "another issuer": hs256(good(iss="another")),
    "no issuer": hs256(good(iss=None)),
    **{f"the role {role!r}": hs256(good(role=role)) for role in ROLES},
    "no role": hs256(good(role=None)),
    "no document": hs256(good(document=None)),
    "a document and a pattern": hs256(good(pattern="*")),
    "a document that is a list": hs256(good(document=["doc"])),
    "a path out": hs256(good(document="../doc")),
    "a document with a star within": hs256(good(document="*doc")),
    "a person without end": hs256(good(sub="a" * 201)),
    "a person that is a number": hs256(good(sub=1)),
    "half a surrogate pair": hs256(good(name="\ud800")),
    "nesting without end": f"{encoded({'alg': 'HS256'})}.{encoded(b'[' * 5000)}.{encoded(b'x')}",
    "four parts": hs256(good()) + ".a",
    "no token": "nonsense",
    "nothing but dots": "..",
    "letters of no alphabet": "ä.ö.ü",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_token_that_is_not_what_it_should_be_opens_nothing(guarded: Server, name: str) -> None:
    attack = ATTACKS[name]
    try:
        attack.encode("latin-1")
    except UnicodeEncodeError:
        attack = attack.encode().decode("latin-1")
    status, problem = guarded.request("GET", "/api/documents/doc", **bearer(attack))
    assert (status, problem["title"]) == (401, "Unauthorized")
    assert len(attack) < 20 or attack not in guarded.stderr()


async def test_attacks_open_no_socket_either(http: aiohttp.ClientSession, guarded: Server) -> None:
    for name in ("no signature", "a public key as a secret", "expired", "the role ' edit'", "an end of 400 digits"):
        attack = ATTACKS[name]
        stream = await Peer.open(http, guarded, "doc", Dialect.Y_WEBSOCKET, query=f"?token={attack}")
        assert await stream.until_closed() == SIGN_IN_AGAIN
        provider = await Peer.open(http, guarded, "doc", Dialect.HOCUSPOCUS)
        await provider.send_auth(attack)
        await provider.until(Kind.AUTH, lambda payload: payload[:1] == b"\x01")
        await provider.send_auth(hs256(good(name="a" * 9000)))
        await provider.until_count(Kind.AUTH, 2)
        await provider.leave()


def test_good_tokens_come_in(guarded: Server) -> None:
    for number, each in enumerate(
        (
            hs256(good(document="*")),
            hs256(good(aud=["other", "coscribe"])),
            hs256(good(document=None, pattern="do*")),
            hs256(good(nbf=NOW() + 2)),
            sign(RSA, good(), "RS256"),
            hs256({**good(), "x": [[["nested"]]]}),
        )
    ):
        assert guarded.request("GET", "/api/documents/doc", **bearer(each))[0] == 404, number


SCOPES = {
    "doc%2Fa": ("doc/a", True), "doc%2fa": ("doc/a", True), "doc%252Fa": ("doc/a", None), "Doc/a": ("doc/a", False),
    "doc/a.": ("doc/a", False), "doc/a/": ("doc/a", None), "/doc/a": ("doc/a", None), "doc//a": ("doc/a", False),
    "doc/%61": ("doc/a", True), "doc/./a": ("doc/a", False), "%64oc/../doc/a": ("doc/a", None),
    "%EF%BD%84oc/a": ("doc/a", None), "doc/a%00": ("doc/a", None), "doc/a%20": ("doc/a", None),
    "doc/a;x": ("doc/a", None), "doc%5Ca": ("doc/a", None), "team%2Fa": ("team/*", True), "team": ("team/*", False),
    "teams/a": ("team/*", False), "team/../other": ("team/*", None), "team%2F..%2Fother": ("team/*", None),
    "team/%2e%2e/other": ("team/*", None),
}  # fmt: skip


@pytest.mark.parametrize("address", SCOPES)
async def test_every_spelling_of_an_id_is_judged_as_the_one_that_it_names(guarded: Server, address: str) -> None:
    scope, reaches = SCOPES[address]
    credential = hs256(claims(scope, "view", "ada", iss="the-app"))
    expected = {True: (404, DELETED), False: (403, FORBIDDEN), None: (400, BAD_MESSAGE)}[reaches]
    status = await raw_status(guarded, f"/api/documents/{address}", credential)
    assert status == expected[0]
    code = await raw_close(guarded, f"/sync/{address}?token={credential}")
    assert code == expected[1]


async def raw_status(server: Server, path: str, credential: str) -> int:
    """Ask for a path as it stands: a client library would tidy it up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = f"GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {credential}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode())
    status = int((await reader.readline()).split()[1])
    writer.close()
    return status


async def raw_close(server: Server, path: str) -> int | None:
    """Open a WebSocket at a path as it stands; return the code it is closed with, None when it stays open."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    try:
        await reader.readuntil(b"\r\n\r\n")
        head = await reader.readexactly(2)
        payload = await reader.readexactly(head[1])
        return int.from_bytes(payload[:2], "big") if head[0] == 0x88 else None
    finally:
        writer.close()


KEY_FILES = {
    "Ed25519": (public_pem(ED25519), ED25519, "EdDSA", {}),
    "P-256": (public_pem(P256), P256, "ES256", {}),
    "RSA": (public_pem(RSA), RSA, "RS256", {}),
    "a JWK set": (json.dumps({"keys": [jwk(RSA), jwk(P256, kid="one")]}).encode(), P256, "ES256", {"kid": "one"}),
}


@pytest.mark.parametrize("name", KEY_FILES)
def test_public_key_in_a_file_checks_tokens(make_server: MakeServer, tmp_path: Path, name: str) -> None:
    content, key, algorithm, kid = KEY_FILES[name]
    file = tmp_path / "key"
    file.write_bytes(content)
    server = make_server(*TOKEN_AUTH, "--key-file", str(file))
    view, admin = claims("doc", "view"), claims("*", "admin")
    assert server.request("GET", "/api/documents/doc", **bearer(sign(key, view, algorithm, **kid)))[0] == 404
    for bad in (signed({"alg": "HS256"}, view, content), sign(key, view, algorithm, kid="two")):
        assert server.request("GET", "/api/documents/doc", **bearer(bad))[0] == 401
    credentials = bearer(sign(key, admin, algorithm, **kid))
    status, problem = server.request("POST", "/api/documents/doc/tokens", b'{"role":"view"}', **credentials)
    assert status == 409, "it cannot sign, and says so"
    assert "no key to sign" in problem["detail"]


class Publisher:
    """A server that publishes keys, or fails to."""

    def __init__(self) -> None:
        self.answer: Any = {"keys": []}
        self.asked = 0

    async def keys(self, _: web.Request) -> web.StreamResponse:
        self.asked += 1
        if isinstance(self.answer, web.HTTPException):
            raise self.answer
        return web.json_response(self.answer)


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    publisher = Publisher()
    app = web.Application()
    app.router.add_get("/keys", publisher.keys)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    publisher.url = f"http://127.0.0.1:{runner.addresses[0][1]}/keys"  # type: ignore[attr-defined]
    yield publisher
    await runner.cleanup()


async def test_published_keys_are_fetched_and_a_new_one_is_looked_for_but_not_at_every_token(
    make_server: MakeServer, publisher: Publisher
) -> None:
    secret = {"kty": "oct", "k": encoded(b"s" * 32), "kid": "s"}
    publisher.answer = {"keys": [jwk(ED25519, kid="a"), secret, {"kty": "of the future"}]}
    start = asyncio.to_thread(make_server, *TOKEN_AUTH, "--jwks-url", publisher.url)  # type: ignore[attr-defined]
    server = await start

    async def status(credential: str) -> int:
        return (await asyncio.to_thread(server.request, "GET", "/api/documents/doc", **bearer(credential)))[0]

    old = sign(ED25519, claims("doc", "view"), "EdDSA", kid="a")
    new = sign(P256, claims("doc", "view"), "ES256", kid="b")
    assert await status(old) == 404
    assert await status(signed({"alg": "HS256", "kid": "s"}, claims("doc", "view"), b"s" * 32)) == 401
    publisher.answer = web.HTTPServiceUnavailable()
    for _ in range(20):
        assert await status(new) == 401
    assert publisher.asked == 1, "tokens cannot make the server ask at once"
    deadline = time.monotonic() + 20
    while publisher.asked == 1 and time.monotonic() < deadline:
        await asyncio.sleep(0.2)
    assert await status(old) == 404, "a failure keeps the old keys"
    assert publisher.asked == 2
    assert "503" in server.stderr()
    publisher.answer = {"keys": [jwk(P256, kid="b", alg="ES256")]}
    assert await status(new) == 401
    while publisher.asked == 2 and time.monotonic() < deadline:
        await asyncio.sleep(0.2)
    await asyncio.sleep(0.2)
    assert await status(new) == 404
    assert await status(old) == 401, "what is not published any more is not believed any more"


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ((), "--jwks-url"),
        (("--jwks-url", "http://keys.example.org/set"), "https"),
        (("--jwks-url", "file:///etc/passwd"), "https"),
        (("--key-file", "missing"), "COSCRIBE_KEY_FILE"),
        (("--key-file", os.devnull), "no key"),
    ],
)
def test_server_without_usable_keys_does_not_start(tmp_path: Path, flags: tuple[str, ...], says: str) -> None:
    command = [sys.executable, "-m", "coscribe", "serve", "--port", "0", "--data", str(tmp_path / "d")]
    ended = subprocess.run([*command, *TOKEN_AUTH, *flags], capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert says in ended.stderr


def test_application_has_tokens_made_for_its_people_and_for_one_document_only(make_server: MakeServer) -> None:
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET, "max_token_ttl_s": 1000})
    path, admin = "/api/documents/team/plan/tokens", bearer(token("team/*", "admin"))
    wanted = {"role": "comment", "user": {"id": "ada", "name": "Ada", "color": "#123456"}, "ttl": 60}
    status, made = server.request("POST", path, json.dumps(wanted).encode(), **admin)
    assert status == 201
    assert server.request("GET", "/api/documents/team/plan", **bearer(made["token"]))[0] == 404
    assert server.request("GET", "/api/documents/team/other", **bearer(made["token"]))[0] == 403
    assert server.request("POST", path, b'{"role":"view"}', **bearer(made["token"]))[0] == 403
    assert server.request("POST", path, b'{"role":"view"}', **bearer(token("team/plan", "edit")))[0] == 403
    assert server.request("POST", "/api/documents/other/tokens", b'{"role":"view"}', **admin)[0] == 403
    for bad in (
        *({}, {"role": "owner"}),
        *({"role": "view", "ttl": ttl} for ttl in (0, 1001, "9", True)),
        *({"role": "view", "user": user} for user in ("ada", {"color": "red;x"}, {"id": 1})),
    ):
        assert server.request("POST", path, json.dumps(bad).encode(), **admin)[0] == 400, bad


def test_somebody_has_tokens_made_for_themselves_and_none_that_outlives_their_own(make_server: MakeServer) -> None:
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET})
    path = "/api/documents/doc/tokens"

    def made(by: dict[str, str], **wanted: Any) -> tuple[int, dict[str, Any]]:
        status, answer = server.request("POST", path, json.dumps({"role": "admin", **wanted}).encode(), **by)
        part = answer.get("token", "..").split(".")[1]
        return status, json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) or "{}")

    expires = int(NOW()) + 60
    eve = bearer(token("doc", "admin", "eve", name="Eve", exp=expires))
    for user in ({"id": "ada"}, {"name": "Ada"}, {"id": "eve", "name": "Ada"}):
        assert made(eve, user=user)[0] == 403, user
    for user in ({}, {"id": "eve"}, {"id": "eve", "name": "Eve"}, {"color": "#123456"}):
        status, claims = made(eve, user=user, ttl=3600)
        assert status == 201
        assert (claims["sub"], claims["name"], claims["exp"] <= expires) == ("eve", "Eve", True), user
    assert made(bearer(token("*", "admin", "root", ttl=7200)), user={"id": "ada"}, ttl=3600)[1]["sub"] == "ada"
    server_of_one = bearer(token("doc", "admin", exp=expires))
    assert made(server_of_one, user={"id": "ada"}, ttl=3600)[1]["exp"] <= expires


async def test_key_of_a_server_ends_after_its_time_with_its_connections(
    http: aiohttp.ClientSession, make_server: MakeServer
) -> None:
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET})
    wanted = b'{"documents":"team/*","role":"admin","ttl":2}'
    _, made = server.request("POST", "/api/keys", wanted, **bearer(token("*", "admin")))
    assert server.request("POST", "/api/documents", b'{"id":"team/plan"}', **bearer(made["secret"]))[0] == 201
    stream = await Peer.join(http, server, "team/plan", Dialect.Y_WEBSOCKET, query=f"?token={made['secret']}")
    provider = await Peer.join(http, server, "team/plan", Dialect.HOCUSPOCUS, token=made["secret"])
    assert [await peer.until_closed(within_s=5) for peer in (stream, provider)] == [SIGN_IN_AGAIN, SIGN_IN_AGAIN]
    for again in (False, True):
        if again:
            server.restart()
        assert server.request("GET", "/api/documents/team/plan", **bearer(made["secret"]))[0] == 401


def test_nobody_makes_a_key_for_later_where_nobody_signs_in(server: Server) -> None:
    status, answer = server.request("POST", "/api/keys", b'{"documents":"*","role":"admin"}')
    assert status == 409
    assert "--auth token" in answer["detail"]


async def test_key_of_a_server_is_kept_as_a_hash_reaches_its_documents_and_ends_at_once(
    http: aiohttp.ClientSession, make_server: MakeServer
) -> None:
    server = make_server(*TOKEN_AUTH, settings={"secret": SECRET})

    def command(*arguments: str, expect: int = 0) -> str:
        ended = subprocess.run(
            [sys.executable, "-m", "coscribe", "key", *arguments, "--url", server.url],
            env={**os.environ, "COSCRIBE_SECRET": SECRET}, capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        assert ended.returncode == expect, ended.stderr
        return ended.stdout.strip()

    secret = command("create", "--documents", "team/*", "--role", "admin", "--name", "the app")
    server.restart()
    key = bearer(secret)
    assert server.request("POST", "/api/documents", b'{"id":"team/plan"}', **key)[0] == 201
    assert server.request("POST", "/api/documents", b'{"id":"other"}', **key)[0] == 403
    assert server.request("GET", "/api/keys", **key)[0] == 403
    _, made = server.request("POST", "/api/documents/team/plan/tokens", b'{"role":"edit","user":{"id":"ada"}}', **key)
    stream = await Peer.join(http, server, "team/plan", Dialect.Y_WEBSOCKET, query=f"?token={made['token']}")
    provider = await Peer.join(http, server, "team/plan", Dialect.HOCUSPOCUS, token=secret)
    assert secret.encode() not in b"".join(file.read_bytes() for file in server.data.iterdir())
    assert secret not in server.stderr()
    [line] = command("list").splitlines()
    begun = time.monotonic()
    command("revoke", line.split()[0])
    assert [await stream.until_closed(), await provider.until_closed()] == [FORBIDDEN, FORBIDDEN]
    assert time.monotonic() - begun < 3  # the command takes its time to start
    assert "revoked" in command("list")
    for again in (False, True):
        if again:
            server.restart()
        assert server.request("GET", "/api/documents/team/plan", **key)[0] == 401
        assert server.request("GET", "/api/documents/team/plan", **bearer(made["token"]))[0] == 403
    command("revoke", "unknown", expect=1)
    assert server.request("POST", "/api/keys", b'{"documents":"../x"}', **bearer(token("*", "admin")))[0] == 400
