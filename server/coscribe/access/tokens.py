"""Document tokens: JSON Web Tokens that name a document, a role and a person.

A token is good for one document, or for all whose id begins with what stands before a final `*`. Its claims are
`document` (or `pattern`), `role`, `exp`, `aud`; and, each if there is one, `sub`, `name`, `color`, `iat`, `nbf`, `iss`,
`src`, `cap`. In place of a role it may say `member`: whatever the document's members and the workspace have for the
person. With `member` as its `cap` it gives its role, but no more than that.
"""

import re
from typing import Any, NamedTuple

from joserfc import jws, jwt
from joserfc.errors import JoseError

from ..document_id import InvalidDocumentId, canonical
from .keys import ALGORITHMS, REGISTRIES, Key, KeyRing, secret_key
from .principal import Principal
from .roles import Role

AUDIENCE = "coscribe"
DEFAULT_LONGEST_TTL_S = 7 * 24 * 3600
MAX_TOKEN_CHARACTERS = 8192
MAX_USER_CHARACTERS = 200
MAX_NAME_CHARACTERS = 100
MEMBER = "member"
"""In place of a role: what the server has for the person."""
CLOCK_LEEWAY_S = 5
"""How far another server's clock may be ahead; the end of a token is taken by this server's clock alone."""
LATEST_S = 1 << 40
_COLOR = re.compile(r"#[0-9a-fA-F]{3,8}").fullmatch
_BLANK = (
    r"\x00-\x20\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u2800\u3000\u3164\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff"
)
"""Space of any kind, and letters and signs that look like it or like nothing."""
_NOT_SHOWN = re.compile(rf"[{_BLANK}][{_BLANK}\ufe00-\ufe0f]*")


class SignInRequired(Exception):
    """No token, or one that is not (or no longer) valid: sign in again."""


class Forbidden(Exception):
    """A valid token that does not reach this document or this deed."""


class Rules(NamedTuple):
    """What tokens must say: for whom they are, from whom (None: anybody with a key), and how long they may last."""

    audience: str = AUDIENCE
    issuer: str | None = None
    longest_ttl_s: int = DEFAULT_LONGEST_TTL_S


def issue(
    key: Key | bytes,
    *,
    document: str,
    role: str,
    user: str = "",
    name: str = "",
    color: str = "",
    source: str = "",
    capped: bool = False,
    ttl_s: int,
    now: float,
    rules: Rules = Rules(),  # noqa: B008 - a tuple
) -> str:
    """Make a token with a key or a shared secret.

    `document` is an id or a prefix and `*`; `role` one of view, comment, edit, admin, member; `color` is `#rgb` or
    `#rrggbb`; `source` what may take it back; `capped` whether it gives no more than the person has as a member; `now`
    seconds since the epoch. Raise ValueError for a document, role, person, name, colour or lifetime that cannot be.
    """
    if isinstance(key, bytes):
        key = secret_key(key)
    if ttl_s <= 0:
        raise ValueError("a token must live for at least one second")
    if ttl_s > rules.longest_ttl_s:
        raise ValueError(f"a token may live for {rules.longest_ttl_s} seconds at most (max_token_ttl_s)")
    if color and not _COLOR(color):
        raise ValueError(f"{color!r} is not a colour like #3366cc")
    if max(len(user), len(name)) > MAX_USER_CHARACTERS:
        raise ValueError(f"the id and the name of a person may have {MAX_USER_CHARACTERS} characters at most")
    claims: dict[str, Any] = {
        "aud": rules.audience,
        "document": checked_scope(document),
        "role": _checked_role(role, user),
        "iat": round(now, 3),
        "exp": int(now) + ttl_s,
    }
    given = {"iss": rules.issuer, "sub": user, "name": name, "color": color, "src": source, "cap": MEMBER * capped}
    claims |= {claim: value for claim, value in given.items() if value}
    header = {"alg": key.algorithm, **({"kid": key.kid} if key.kid else {})}
    return jwt.encode(header, claims, key.key, registry=REGISTRIES[key.algorithm])


def read(ring: KeyRing, token: str, *, now: float, rules: Rules) -> tuple[str, Principal]:
    """Read a token: the id or pattern of documents that it is for, and who holds it; raise SignInRequired."""
    if not token:
        raise SignInRequired("a token is needed; ask the application that embeds this document for one")
    if len(token) > MAX_TOKEN_CHARACTERS:
        raise SignInRequired("the token is too long to be one of this server's")
    try:
        claims = _verified(ring, token)
        _check_time(claims, now, rules)
        _check_parties(claims, rules)
        return _scope(claims), _principal(claims)
    except (JoseError, InvalidDocumentId, ValueError, KeyError, TypeError, RecursionError, UnicodeError):
        raise SignInRequired("the token is not valid, or not any more; ask for a new one") from None


def _verified(ring: KeyRing, token: str) -> dict[str, Any]:
    header = jws.extract_compact(token.encode("ascii")).headers()
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS or not (kid is None or isinstance(kid, str)):
        raise ValueError("an algorithm that is not allowed")
    for key in ring.candidates(algorithm, kid):
        try:
            return jwt.decode(token, key.key, registry=REGISTRIES[algorithm]).claims
        except JoseError:
            continue
    raise ValueError("no key has signed it")


def _check_time(claims: dict[str, Any], now: float, rules: Rules) -> None:
    ends = _time(claims, "exp")
    if ends is None or not now < ends <= now + rules.longest_ttl_s + CLOCK_LEEWAY_S:
        raise ValueError("it has expired, or never will")
    for claim in ("nbf", "iat"):
        begins = _time(claims, claim)
        if begins is not None and begins > now + CLOCK_LEEWAY_S:
            raise ValueError("it is not good yet")


def _time(claims: dict[str, Any], claim: str) -> float | None:
    value = claims.get(claim)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not is_time(value):
        raise TypeError(f"{claim} is not a time")
    return value


def is_time(value: float) -> bool:
    """Tell whether a number can be a moment, and be reckoned with; whole numbers in JSON may have any length."""
    return -LATEST_S < value < LATEST_S


def _check_parties(claims: dict[str, Any], rules: Rules) -> None:
    audience = claims["aud"]
    if rules.audience not in (audience if isinstance(audience, list) else [audience]):
        raise ValueError("it is for somebody else")
    if rules.issuer is not None and claims["iss"] != rules.issuer:
        raise ValueError("it is from somebody else")


def _scope(claims: dict[str, Any]) -> str:
    named = [claims[claim] for claim in ("document", "pattern") if claim in claims]
    if len(named) != 1 or not isinstance(named[0], str):
        raise ValueError("it names no document, or several")
    return checked_scope(named[0])


def _principal(claims: dict[str, Any]) -> Principal:
    user, name, color, cap = (_text(claims, claim) for claim in ("sub", "name", "color", "cap"))
    if len(user) > MAX_USER_CHARACTERS:
        raise ValueError("the id of its person is too long")
    if cap not in ("", MEMBER):
        raise ValueError("a bound that is not known")
    return Principal(
        user,
        shown_name(name),
        color if _COLOR(color) else "",
        Role.NONE if _checked_role(claims["role"], user) == MEMBER else Role.of(claims["role"]),
        _time(claims, "iat") or 0.0,
        _time(claims, "exp"),
        _text(claims, "src"),
        claims["role"] == MEMBER,
        cap == MEMBER,
    )


def _checked_role(role: str, user: str) -> str:
    if role != MEMBER:
        return Role.of(role).label
    if not user:
        raise ValueError("a member must have an id: name the person")
    return role


def _text(claims: dict[str, Any], claim: str) -> str:
    value = claims.get(claim, "")
    if not isinstance(value, str):
        raise TypeError(f"{claim} is not a text")
    value.encode()  # half a surrogate pair is no text
    return value


def shown_name(name: str) -> str:
    """Take out of a name what would not be seen, and what is too much."""
    return _NOT_SHOWN.sub(" ", name.encode(errors="replace").decode()).strip()[:MAX_NAME_CHARACTERS]


def checked_scope(scope: str) -> str:
    """Return a document id, or a beginning of ids and a final `*`, if it is one; raise InvalidDocumentId."""
    if scope == "*":
        return scope
    canonical(scope.removesuffix("*").removesuffix("/") if scope.endswith("*") else scope)
    return scope


def covers(scope: str, document: str) -> bool:
    """Tell whether a token's document or pattern reaches a canonical document id."""
    if scope.endswith("*"):
        return document.startswith(scope[:-1])
    return scope == document
