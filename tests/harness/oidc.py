"""Providers to sign in with: a real one under Node, one that tells whatever a test wants, and people who use them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Awaitable, Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urljoin, urlsplit

import aiohttp
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from coscribe.access.keys import Registry
from harness.node import PACKAGE, install
from harness.server import Server

FOLDER = PACKAGE / "oidc"
CLIENT_SECRET = "what the provider gave this server"


def settings_for(issuer: str, **more: object) -> dict[str, object]:
    """Make the settings of a server whose people sign in with a provider."""
    return {
        "oidc_issuer": issuer,
        "oidc_client_id": "coscribe",
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_name": "Example",
        **more,
    }


class RealProvider:
    """The `oidc-provider` package, on a port of its own; whoever types a name is that person."""

    def __enter__(self) -> RealProvider:
        install(FOLDER)
        node = shutil.which("node")
        assert node is not None, "the tests of sign-in need Node 20: run `make setup`"
        self._process = subprocess.Popen(
            [node, "provider.mjs"],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "CLIENT_SECRET": CLIENT_SECRET},
        )
        assert self._process.stdout is not None
        self.issuer = self._process.stdout.readline().decode().strip()
        assert self.issuer.startswith("http://"), "the provider did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


class Visitor:
    """Somebody's browser without a page: it has cookies and follows redirects when told."""

    def __init__(self, http: aiohttp.ClientSession, server: Server) -> None:
        """`http` must keep cookies of addresses, and be this person's alone."""
        self.http = http
        self.server = server
        self.seen: list[str] = []

    async def get(self, address: str, **headers: str) -> aiohttp.ClientResponse:
        """Go somewhere; the answer is read, and no redirect followed."""
        url = urljoin(self.server.url, address)
        self.seen.append(url)
        async with self.http.get(url, headers=headers, allow_redirects=False) as response:
            await response.read()
        return response

    async def begin(self, next: str = "/") -> dict[str, str]:
        """Begin to sign in; return what the provider is asked."""
        answer = await self.get(f"/auth/sign-in?next={next}")
        assert answer.status == 303, await answer.text()
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    async def callback(self, name: str, next: str = "/") -> str:
        """Sign in at the real provider as somebody; return the address that it sends the browser back to."""
        location = (await self.get(f"/auth/sign-in?next={next}")).headers["Location"]
        while not location.startswith(f"{self.server.url}/auth/callback"):
            answer = await self.get(location)
            if answer.status == 200:
                form = aiohttp.FormData({"name": name})
                async with self.http.post(answer.url, data=form, allow_redirects=False) as answer:
                    pass
            location = urljoin(str(answer.url), answer.headers["Location"])
        return location

    async def sign_in(self, name: str, next: str = "/") -> aiohttp.ClientResponse:
        """Sign in at the real provider as somebody, all the way."""
        answer = await self.get(await self.callback(name, next))
        assert answer.status == 303, await answer.text()
        return answer

    async def session(self, **headers: str) -> dict[str, Any]:
        """Ask who is signed in."""
        found: dict[str, Any] = await (await self.get("/auth/session", **headers)).json()
        return found

    async def make_document(self) -> str:
        """Make a document of one's own; return its id."""
        status, answer = await self.send("POST", "/api/documents", {"text": "kept"})
        assert status == 201, answer
        id: str = answer["id"]
        return id

    async def send(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """Send something as the server's own page does."""
        headers = {"Origin": self.server.url, "Sec-Fetch-Site": "same-origin", **headers}
        headers = {name: value for name, value in headers.items() if value}
        async with self.http.request(method, self.server.url + path, json=body, headers=headers) as response:
            text = await response.text()
            return response.status, json.loads(text) if "json" in response.content_type else text

    def cookie(self, kind: str = "") -> str | None:
        """Return a cookie that the server gave."""
        name = f"coscribe-{self.server.port}{kind}"
        return next((each.value for each in self.http.cookie_jar if each.key == name), None)


Visit = Callable[[Server], Awaitable[Visitor]]
"""Lets somebody come, with a browser of their own."""


class FakeProvider:
    """A provider that says what a test wants it to: its own keys, any ID token, any description of itself."""

    def __init__(self) -> None:
        self.keys: dict[str, RSAKey | ECKey | OKPKey | OctKey] = {
            "RS256": RSAKey.generate_key(2048, {"kid": "rsa"}),
            "ES256": ECKey.generate_key("P-256", {"kid": "ec"}),
            "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
        }
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.reset()

    def reset(self) -> None:
        """Be honest again."""
        self.about: dict[str, Any] = {}
        self.userinfo: dict[str, Any] | None = None
        self.token: Callable[[dict[str, str]], str] = lambda form: self.signed()
        self.claims: dict[str, Any] = {}
        self.nonce = ""
        self.redeemed: list[dict[str, str]] = []

    def __enter__(self) -> FakeProvider:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def good_claims(self, **more: Any) -> dict[str, Any]:
        """Make the claims of a good ID token; those that are None are left out."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": "coscribe",
            "sub": "eve",
            "nonce": self.nonce,
            "iat": now,
            "exp": now + 300,
            "name": "Eve",
            **self.claims,
            **more,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def signed(self, algorithm: str = "RS256", key: Any = None, header: dict[str, Any] | None = None) -> str:
        """Make the ID token."""
        key = key or self.keys[algorithm]
        header = {"alg": algorithm, "kid": key.kid, **(header or {})}
        header = {name: value for name, value in header.items() if value is not None}
        return jwt.encode(header, self.good_claims(), key, registry=Registry(algorithm))

    def _answer(self, path: str, form: dict[str, str]) -> tuple[int, Any]:
        match path:
            case "/.well-known/openid-configuration":
                about = {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                    "userinfo_endpoint": f"{self.issuer}/userinfo",
                }
                return 200, {**about, **self.about}
            case "/keys":
                return 200, {"keys": [key.as_dict(private=False) for key in self.keys.values()]}
            case "/token":
                self.redeemed.append(form)
                return 200, {"access_token": "access", "token_type": "Bearer", "id_token": self.token(form)}
            case "/userinfo" if self.userinfo is not None:
                return 200, self.userinfo
        return 404, {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send({})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self._send({**form, "authorization": self.headers.get("Authorization", "")})

            def _send(self, form: dict[str, str]) -> None:
                status, answer = fake._answer(re.sub(r"\?.*", "", self.path), form)
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler
