"""Keys of servers that use the API: random, known by their hashes, good until they are taken back."""

from .principal import Principal
from .secrets import hash_of, text_of

PREFIX = "csk_"
SECRET_BYTES = 32


def make_key(random: bytes) -> tuple[str, bytes]:
    """Make a key out of random bytes: what its holder is given, and the hash that is kept."""
    secret = PREFIX + text_of(random)
    return secret, hash_of(secret)


class ApiKeys:
    """The keys that are good, by their hashes: for which documents each is, and who holds it."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[str, Principal]] = {}

    def put(self, hash: bytes, scope: str, principal: Principal) -> None:
        """Let a key in."""
        self._known[hash] = scope, principal

    def drop(self, hash: bytes) -> None:
        """Let a key in no more."""
        self._known.pop(hash, None)

    def find(self, secret: str) -> tuple[str, Principal] | None:
        """Say for which documents a key is, and whose; None for what is no key of this server."""
        return self._known.get(hash_of(secret)) if secret.startswith(PREFIX) else None
