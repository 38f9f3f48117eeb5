"""Signing in with an OpenID Connect provider: the authorization code flow with PKCE, for any that can be discovered.

The provider is asked for its addresses when somebody first wants to sign in, and again when what it said is old. All of
them must be protected like its own: whoever can change what comes over http can sign in as anybody.
"""

import asyncio
import base64
import hashlib
import logging
from collections.abc import Callable
from typing import Any, NamedTuple, cast
from urllib.parse import quote_plus, urlencode, urlsplit

import msgspec

from ..settings import Settings
from .fetching import FetchFailed, fetch
from .id_tokens import Claims, Expected, UnknownKey, Wanted, person_of, read_id_token
from .keys import KeyRing
from .published import FETCH_AGAIN_AFTER_S, FETCH_EVERY_S, PublishedKeys
from .ring import is_protected
from .secrets import text_of
from .sign_ins import Person

WELL_KNOWN = "/.well-known/openid-configuration"
DISCOVER_EVERY_S = 3600.0
MAX_ANSWER_BYTES = 256 << 10
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
OPTIONAL = ("userinfo_endpoint", "end_session_endpoint")

_log = logging.getLogger(__name__)


class ProviderFailed(Exception):
    """The provider cannot be asked, or does not do as it should; the text is for the log."""


class Attempt(NamedTuple):
    """One sign-in under way: a secret that only the browser has, and where the provider sends it back to."""

    secret: str
    redirect_uri: str

    def derive(self, what: str) -> str:
        """Make another secret, from which this one cannot be found."""
        return text_of(hashlib.sha256(f"{what} {self.secret}".encode()).digest())

    @property
    def state(self) -> str:
        """What comes back with the code."""
        return self.derive("state")

    @property
    def nonce(self) -> str:
        """What the ID token must hold."""
        return self.derive("nonce")

    @property
    def verifier(self) -> str:
        """What proves that who redeems the code is who asked for it (RFC 7636)."""
        return self.derive("verifier")


class Provider:
    """The provider that the settings name."""

    def __init__(self, settings: Settings, *, now: Callable[[], float], monotonic: Callable[[], float]) -> None:
        """`now` gives seconds since the epoch."""
        assert settings.oidc_issuer is not None
        assert settings.oidc_client_id is not None
        self.issuer = settings.oidc_issuer
        self._client_id = settings.oidc_client_id
        secret = settings.oidc_client_secret
        self._client_secret = None if secret is None else secret.get_secret_value()
        self._scopes = " ".join(dict.fromkeys(("openid", *settings.oidc_scopes)))
        self._wanted = Wanted(
            id=settings.oidc_claim_id,
            name=settings.oidc_claim_name,
            picture=settings.oidc_claim_picture,
            groups=settings.oidc_claim_groups,
            domains=settings.oidc_allowed_domains,
            required=settings.oidc_required_claims,
            trust_email=settings.oidc_trust_email,
        )
        self._now = now
        self._monotonic = monotonic
        self._lock = asyncio.Lock()
        self._about: dict[str, Any] | None = None
        self._discovered = 0.0
        self._ring = KeyRing()
        self._keys: PublishedKeys | None = None
        self._keys_fetched = 0.0

    # What it says of itself

    async def _discover(self) -> dict[str, Any]:
        async with self._lock:
            if self._about is not None and self._monotonic() - self._discovered < DISCOVER_EVERY_S:
                return self._about
            try:
                about = await self._ask(self.issuer.rstrip("/") + WELL_KNOWN)
                self._check(about)
            except ProviderFailed as error:
                if self._about is None:
                    raise
                _log.warning("the sign-in provider could not be asked again: %s", error)
                about = self._about
            if self._keys is None or self._about is None or about["jwks_uri"] != self._about["jwks_uri"]:
                self._keys = PublishedKeys(about["jwks_uri"], self._ring, self._monotonic, "the sign-in provider")
                self._keys_fetched = -FETCH_EVERY_S
            self._about, self._discovered = about, self._monotonic()
            return about

    def _check(self, about: dict[str, Any]) -> None:
        if about.get("issuer") != self.issuer:
            raise ProviderFailed(
                f"it calls itself {str(about.get('issuer'))[:200]!r}; if that is right, set oidc_issuer to exactly that"
            )
        for name in NEEDED:
            if not isinstance(about.get(name), str) or not is_protected(about[name]):
                raise ProviderFailed(f"its {name} is no https address")
        for name in OPTIONAL:
            if not isinstance(about.get(name), str) or not is_protected(about[name]):
                about.pop(name, None)

    async def _fresh_keys(self, after_s: float) -> bool:
        """Fetch the keys unless that was just done; say whether they are new."""
        async with self._lock:
            assert self._keys is not None
            if self._monotonic() - self._keys_fetched < after_s:
                return False
            await self._keys.fetch()
            self._keys_fetched = self._monotonic()
            return True

    # A sign-in

    async def begin(self, attempt: Attempt) -> str:
        """Return the address that a browser is sent to; raise ProviderFailed."""
        about = await self._discover()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
        return _with_query(
            about["authorization_endpoint"],
            response_type="code",
            client_id=self._client_id,
            redirect_uri=attempt.redirect_uri,
            scope=self._scopes,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=challenge,
            code_challenge_method="S256",
        )

    async def is_issuer(self, given: str | None) -> bool:
        """Tell whether an answer's `iss` is this provider (RFC 9207); one that always says so must have said so."""
        if given is None:
            return not (await self._discover()).get("authorization_response_iss_parameter_supported", False)
        return given == self.issuer

    async def finish(self, attempt: Attempt, code: str) -> Person:
        """Redeem a code and say who signed in; raise ProviderFailed, BadIdToken, or Refused."""
        about = await self._discover()
        answer = await self._redeem(about, attempt, code)
        token, access_token = answer.get("id_token"), answer.get("access_token", "")
        if not isinstance(token, str) or not isinstance(access_token, str):
            raise ProviderFailed("it gave no ID token")
        await self._fresh_keys(FETCH_EVERY_S)
        expected = Expected(self.issuer, self._client_id, attempt.nonce)
        try:
            claims = read_id_token(self._ring, token, expected, now=self._now(), access_token=access_token)
        except UnknownKey:
            if not await self._fresh_keys(FETCH_AGAIN_AFTER_S):
                raise
            claims = read_id_token(self._ring, token, expected, now=self._now(), access_token=access_token)
        return person_of(await self._completed(about, claims, access_token), self._wanted, self.issuer)

    async def _redeem(self, about: dict[str, Any], attempt: Attempt, code: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": attempt.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        headers: dict[str, str] = {}
        methods = about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if self._client_secret is None:
            form["client_id"] = self._client_id
        elif "client_secret_basic" in methods:
            pair = f"{quote_plus(self._client_id)}:{quote_plus(self._client_secret)}"  # RFC 6749 §2.3.1
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form |= {"client_id": self._client_id, "client_secret": self._client_secret}
        return await self._ask(about["token_endpoint"], form=form, headers=headers)

    async def _completed(self, about: dict[str, Any], claims: Claims, access_token: str) -> Claims:
        """Add what the ID token does not say and the provider tells when asked."""
        if "userinfo_endpoint" not in about or not access_token or not self._wanted.missing(claims):
            return claims
        try:
            more = await self._ask(about["userinfo_endpoint"], headers={"Authorization": f"Bearer {access_token}"})
        except ProviderFailed as error:
            _log.warning("the sign-in provider tells no more of somebody: %s", error)
            return claims
        if more.get("sub") != claims["sub"]:
            raise ProviderFailed("it told of somebody else than who signed in")
        if "email" in claims:
            more.pop("email_verified", None)  # goes with its own address
        return {**more, **claims}

    async def sign_out_address(self, back: str) -> str | None:
        """Return where a browser goes to be signed out at the provider too, if it offers that, and then back."""
        try:
            address = (await self._discover()).get("end_session_endpoint")
        except ProviderFailed:
            return None
        if address is None:
            return None
        return _with_query(address, client_id=self._client_id, post_logout_redirect_uri=back)

    async def _ask(
        self, url: str, form: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        try:
            answer = await fetch(url, most_bytes=MAX_ANSWER_BYTES, form=form, headers=headers)
            body = msgspec.json.decode(answer.content)
        except (FetchFailed, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ProviderFailed(f"{urlsplit(url).path} does not answer as it should: {error}") from None
        if answer.status != 200 or not isinstance(body, dict):
            said = body.get("error", "") if isinstance(body, dict) else ""
            raise ProviderFailed(f"{urlsplit(url).path} answers {answer.status} {str(said)[:100]!r}")
        return cast(dict[str, Any], body)


def _with_query(address: str, **parameters: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}"
