"""The keys that tokens are checked and signed with, each good for one algorithm and no other.

What kind a key is decides its algorithm, never the token: a public RSA key that were taken for an HMAC secret would let
anybody sign. A key of a published set that names itself (`kid`) is asked only for tokens that name it.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

AnyKey = OctKey | RSAKey | ECKey | OKPKey
ALGORITHMS = ("EdDSA", "ES256", "RS256", "HS256")
MIN_SECRET_BYTES = 32
MIN_RSA_BITS = 2048
MAX_KEYS = 64


class BadKey(ValueError):
    """Something that is no key, or one too weak; the text says what to do."""


class Key(NamedTuple):
    """A key, its one algorithm, and what it calls itself."""

    key: AnyKey
    algorithm: str
    kid: str | None = None


class KeyRing:
    """All keys of a server: those given by hand stay, those of a published set are replaced as the set changes."""

    def __init__(self, own: Iterable[Key] = ()) -> None:
        self._own = tuple(own)
        self._published: tuple[Key, ...] = ()
        self.unknown_kid = False
        """Whether a token named a key that is not here since this was last set to False."""

    def publish(self, keys: Iterable[Key]) -> None:
        """Put other published keys in the place of those before."""
        self._published = tuple(keys)

    def candidates(self, algorithm: str, kid: str | None) -> list[Key]:
        """List the keys that a token with this header may be signed with."""
        keys = [key for key in (*self._own, *self._published) if key.algorithm == algorithm]
        if kid is None:
            return keys
        named = [key for key in keys if key.kid == kid]
        self.unknown_kid = self.unknown_kid or not named
        return named

    @property
    def signer(self) -> Key | None:
        """The key that this server signs with: the first given by hand that can."""
        return next((key for key in self._own if key.key.is_private), None)


class Registry(JWSRegistry):
    """One algorithm; also EdDSA, whose very name the library warns of."""

    def __init__(self, algorithm: str) -> None:
        super().__init__(algorithms=[algorithm])
        self._only = algorithm

    def get_alg(self, name: str) -> Any:
        """Find the algorithm; raise JoseError for every other one."""
        if name != self._only:
            raise JoseError(f"{name} is not the algorithm of this key")
        return self.algorithms[name]


REGISTRIES = {algorithm: Registry(algorithm) for algorithm in ALGORITHMS}


def secret_key(secret: bytes) -> Key:
    """Make the key of a shared secret (HS256)."""
    if len(secret) < MIN_SECRET_BYTES:
        raise BadKey(f"the secret is shorter than {MIN_SECRET_BYTES} bytes; set a longer COSCRIBE_SECRET")
    return Key(OctKey.import_key(secret), "HS256")


def keys_of_file(content: bytes) -> list[Key]:
    """Read the keys in a PEM or JWK file, or one with a JWK set."""
    if content.lstrip()[:1] == b"{":
        return _keys_of_json(content, shared_secrets=True)
    for kind in (OKPKey, ECKey, RSAKey):
        try:
            return [_checked(kind.import_key(content), {})]
        except BadKey:
            raise
        except (JoseError, ValueError, TypeError, AttributeError):
            continue
    raise BadKey("it holds no key in PEM or JWK form; make one with `openssl genpkey -algorithm ed25519`")


def keys_of_set(content: bytes) -> list[Key]:
    """Read a published JWK set: public keys only; those of kinds that sign nothing here are passed over."""
    return _keys_of_json(content, shared_secrets=False)


def _keys_of_json(content: bytes, shared_secrets: bool) -> list[Key]:
    try:
        given = json.loads(content)
    except (ValueError, RecursionError):
        raise BadKey("it is not JSON") from None
    entries = given.get("keys", [given]) if isinstance(given, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadKey("it is not a JWK or a JWK set")
    keys = []
    for entry in entries[:MAX_KEYS]:
        key = _key_of_json(entry, shared_secrets)
        if key is not None:
            keys.append(key)
    if not keys:
        raise BadKey(f"it holds no key for {', '.join(ALGORITHMS)}")
    return keys


def _key_of_json(entry: Mapping[str, Any], shared_secrets: bool) -> Key | None:
    kinds: dict[object, type[AnyKey]] = {"OKP": OKPKey, "EC": ECKey, "RSA": RSAKey}
    if shared_secrets:
        kinds["oct"] = OctKey
    kind = kinds.get(entry.get("kty"))
    if kind is None or entry.get("use", "sig") != "sig":
        return None
    if not shared_secrets:
        entry = {name: value for name, value in entry.items() if name not in ("d", "p", "q", "dp", "dq", "qi", "oth")}
    try:
        return _checked(kind.import_key(dict(entry)), entry)
    except BadKey:
        if shared_secrets:
            raise
        return None
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _checked(key: AnyKey, entry: Mapping[str, Any]) -> Key:
    names: tuple[str, ...]
    match key:
        case OKPKey() if key.curve_name == "Ed25519":
            algorithm, names = "EdDSA", ("EdDSA", "Ed25519")
        case ECKey() if key.curve_name == "P-256":
            algorithm, names = "ES256", ("ES256",)
        case RSAKey():
            if key.raw_value.key_size < MIN_RSA_BITS:
                raise BadKey(f"an RSA key has fewer than {MIN_RSA_BITS} bits; make a longer one")
            algorithm, names = "RS256", ("RS256",)
        case OctKey():
            secret_key(key.raw_value)
            algorithm, names = "HS256", ("HS256",)
        case _:
            raise BadKey("a key's curve is neither Ed25519 nor P-256; use one of these, or RSA")
    if entry.get("alg", algorithm) not in names:
        raise BadKey(f"a key is for {entry['alg']}, which is not one of {', '.join(ALGORITHMS)}")
    kid = entry.get("kid")
    return Key(key, algorithm, kid if isinstance(kid, str) else None)
