"""ID tokens of an OpenID Connect provider: whether one is ours and for this very sign-in, and who it speaks of."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from joserfc import jws, jwt
from joserfc.errors import JoseError

from .keys import REGISTRIES, KeyRing
from .sign_ins import Person
from .tokens import MAX_USER_CHARACTERS, is_time, shown_name

ALGORITHMS = {"RS256": hashlib.sha256, "ES256": hashlib.sha256, "EdDSA": hashlib.sha512}
"""Those that are taken, each with the hash that goes with it. None has a shared secret for its key."""
MAX_ID_TOKEN_CHARACTERS = 32 << 10
CLOCK_LEEWAY_S = 60
"""How far the provider's clock may be from this one."""
OLDEST_S = 600
"""How long ago an ID token may have been made: it comes straight from the provider."""
MAX_GROUPS, MAX_GROUP_CHARACTERS, MAX_ADDRESS_CHARACTERS = 200, 200, 2000
_EMAIL = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,255}").fullmatch

Claims = Mapping[str, Any]


class BadIdToken(Exception):
    """An ID token that is not valid, not for us or not for this sign-in."""


class UnknownKey(BadIdToken):
    """It is signed with no key that is known; the provider may have new ones."""


class Refused(Exception):
    """Somebody whom the provider knows and who may not come in here; the text says why."""


class Expected(NamedTuple):
    """What an ID token must say: from whom, for whom, and for which sign-in."""

    issuer: str
    client_id: str
    nonce: str


class Wanted(NamedTuple):
    """Which claims tell who somebody is, and what they must be to come in."""

    id: str = "sub"
    name: str = "name"
    picture: str = "picture"
    groups: str = "groups"
    domains: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    trust_email: bool = False

    def missing(self, claims: Claims) -> bool:
        """Tell whether claims lack one that is of use."""
        names = [self.id, self.name, self.picture, self.groups, "email", *(name for name, _ in self.requirements)]
        return any(claim(claims, name) is None for name in names)

    @property
    def requirements(self) -> list[tuple[str, str]]:
        """The claims that are required, with their values."""
        return [(name, value) for name, _, value in (line.partition("=") for line in self.required)]


def read_id_token(ring: KeyRing, token: str, expected: Expected, *, now: float, access_token: str) -> dict[str, Any]:
    """Return the claims of an ID token; raise BadIdToken, and UnknownKey where other keys might help."""
    if len(token) > MAX_ID_TOKEN_CHARACTERS:
        raise BadIdToken("it is too long")
    try:
        header = jws.extract_compact(token.encode("ascii")).headers()
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS or not (kid is None or isinstance(kid, str)):
            raise BadIdToken(f"it is signed with none of {', '.join(ALGORITHMS)}")
        claims = _verified(ring, token, algorithm, kid)
        _check(claims, expected, now)
        _check_access_token(claims, access_token, algorithm)
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise BadIdToken(str(error) or type(error).__name__) from None
    return claims


def _verified(ring: KeyRing, token: str, algorithm: str, kid: str | None) -> dict[str, Any]:
    for key in ring.candidates(algorithm, kid):
        try:
            return jwt.decode(token, key.key, registry=REGISTRIES[algorithm]).claims
        except JoseError:
            continue
    raise UnknownKey("none of the provider's keys has signed it")


def _check(claims: Claims, expected: Expected, now: float) -> None:
    if claims.get("iss") != expected.issuer:
        raise BadIdToken("it is from another provider")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if expected.client_id not in audiences:
        raise BadIdToken("it is for somebody else")
    if claims.get("azp", None if len(audiences) > 1 else expected.client_id) != expected.client_id:
        raise BadIdToken("it was made for somebody else")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), expected.nonce.encode()):
        raise BadIdToken("it is from another sign-in")
    if now >= _time(claims, "exp") + CLOCK_LEEWAY_S:
        raise BadIdToken("it has expired")
    issued = _time(claims, "iat")
    if not now - OLDEST_S <= issued <= now + CLOCK_LEEWAY_S:
        raise BadIdToken("it was not made just now; compare the clocks of this server and the provider's")
    if "nbf" in claims and _time(claims, "nbf") > now + CLOCK_LEEWAY_S:
        raise BadIdToken("it is not good yet")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise BadIdToken("it names nobody")


def _time(claims: Claims, name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not is_time(value):
        raise BadIdToken(f"its {name} is no time")
    return value


def _check_access_token(claims: Claims, access_token: str, algorithm: str) -> None:
    if "at_hash" not in claims:
        return
    digest = ALGORITHMS[algorithm](access_token.encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    if claims["at_hash"] != half:
        raise BadIdToken("it came with another access token")


def claim(claims: Claims, name: str) -> Any:
    """Find a claim by its name, or by names that lead inside, with dots between them; None where there is none."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def person_of(claims: Claims, wanted: Wanted, issuer: str) -> Person:
    """Say who somebody is by their claims; raise Refused for whom the settings do not let in."""
    email = _email(claims, wanted.trust_email)
    if wanted.domains and email.rpartition("@")[2].lower() not in [domain.lower() for domain in wanted.domains]:
        raise Refused("your e-mail address is not known to be of a domain that may sign in here")
    for name, value in wanted.requirements:
        if value not in _texts(claim(claims, name)):
            raise Refused("your account lacks what it takes to sign in here")
    own_id = claim(claims, wanted.id)
    if isinstance(own_id, bool) or not isinstance(own_id, str | int) or own_id == "":
        raise Refused("the provider does not say who you are in the way that this server was told to look for")
    fallbacks = (claims.get("preferred_username"), claims.get("nickname"), email.partition("@")[0])
    names = (claim(claims, wanted.name), *fallbacks)
    groups = [group[:MAX_GROUP_CHARACTERS] for group in _texts(claim(claims, wanted.groups))]
    return Person(
        id=_id(issuer, str(own_id)),
        name=next((shown for name in names if isinstance(name, str) and (shown := shown_name(name))), ""),
        email=email,
        picture=_picture(claim(claims, wanted.picture)),
        groups=tuple(groups[:MAX_GROUPS]),
    )


def _id(issuer: str, own_id: str) -> str:
    """Make an id that no other provider's people have, nor whom an application signs tokens for."""
    try:
        own_id.encode()
    except UnicodeEncodeError:
        raise Refused("the provider calls you by what is no text") from None
    prefix = f"oidc:{hashlib.sha256(issuer.encode()).hexdigest()[:12]}:"
    if len(prefix) + len(own_id) > MAX_USER_CHARACTERS:
        return f"{prefix}sha256:{hashlib.sha256(own_id.encode()).hexdigest()}"
    return prefix + own_id


def _email(claims: Claims, trusted: bool) -> str:
    """Take an e-mail address that is known to be somebody's own; empty where it is not."""
    email, verified = claims.get("email"), claims.get("email_verified")
    known = trusted if verified is None else verified in (True, "true")  # some write it as text
    return email if known and isinstance(email, str) and email.isprintable() and _EMAIL(email) else ""


def _picture(address: Any) -> str:
    if not isinstance(address, str) or len(address) > MAX_ADDRESS_CHARACTERS or not address.isprintable():
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme == "https" and parts.hostname and " " not in address else ""


def _texts(value: Any) -> list[str]:
    """Write the value of a claim, or each of its values, as texts."""
    values = value if isinstance(value, list) else [value]
    texts = []
    for one in values:
        if isinstance(one, bool):
            texts.append("true" if one else "false")
        elif isinstance(one, str | int):
            texts.append(str(one).encode(errors="replace").decode())
    return texts
