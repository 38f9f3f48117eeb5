"""What this server hands out and can take back: keys of servers, and links that share a document.

Always holds: what was taken back is refused at once and everywhere, first in memory, then on disk.
"""

import asyncio
from typing import TYPE_CHECKING

from ..access import secrets
from ..access.api_keys import SECRET_BYTES, make_key
from ..access.principal import Principal
from ..access.roles import Role
from ..journal.access import ApiKey, KeyQuery, Put, Share, ShareQuery
from ..journal.journal import Document

if TYPE_CHECKING:
    from .hub import Hub

SHARE_BYTES = 16
SHORTEST_TOKEN_MS = 1000
GUESSES_AT_ONCE = 2
"""A guess at a password costs 16 MiB and a core for 50 ms."""
MOST_GUESSES, GUESSES_WITHIN_S = 10, 60.0
MOST_COUNTED = 10_000


class TooManyGuesses(Exception):
    """A link's password was guessed wrong too often; the text says what to do."""


class Grants:
    """Makes and ends them."""

    def __init__(self, hub: "Hub") -> None:
        self._hub = hub
        self._guessing = asyncio.Semaphore(GUESSES_AT_ONCE)
        self._guesses: dict[str, tuple[float, int]] = {}

    async def start(self) -> None:
        """Learn what there is."""
        gate = self._hub.gate
        if gate.open_to_all:
            return
        for key in await self._hub.store.find(KeyQuery()):
            self._know_key(key)
        oldest_ms = self._hub.env.wall_ms() - gate.rules.longest_ttl_s * 1000
        for share in await self._hub.store.find(ShareQuery(changed_after=oldest_ms)):
            if share.revoked is not None:
                gate.revocations.end(source_of(share))
            else:
                gate.revocations.change(source_of(share), Role(share.role))

    # Keys

    async def create_key(self, *, name: str, scope: str, role: Role, ttl_s: int | None) -> tuple[ApiKey, str]:
        """Make a key, on disk on return, with the secret that is shown only now."""
        env = self._hub.env
        now = env.wall_ms()
        secret, hash = make_key(env.random_bytes(SECRET_BYTES))
        expires = None if ttl_s is None else now + ttl_s * 1000
        key = ApiKey(env.random_id(), hash, name, scope, int(role), now, expires, None)
        await self._hub.journal.submit(Put(key))
        self._know_key(key)
        return key, secret

    async def keys(self) -> list[ApiKey]:
        """List all keys, also the revoked."""
        return await self._hub.store.find(KeyQuery())

    async def revoke_key(self, id: str) -> bool:
        """End a key and every session that came with it; False when there is no such key."""
        key = next((key for key in await self.keys() if key.id == id), None)
        if key is None:
            return False
        if key.revoked is None:
            key = key._replace(revoked=self._hub.env.wall_ms())
            self._know_key(key)
            self._hub.admission.rejudge()
            await self._hub.journal.submit(Put(key))
        return True

    def _know_key(self, key: ApiKey) -> None:
        gate, source = self._hub.gate, f"key:{key.id}"
        if key.revoked is not None:
            gate.api_keys.drop(key.hash)
            gate.revocations.end(source)
            return
        expires = None if key.expires is None else key.expires / 1000
        principal = Principal("", key.name, "", Role(key.role), key.created / 1000, expires, source)
        gate.api_keys.put(key.hash, key.scope, principal)

    # Shares

    async def create_share(
        self, document: Document, *, role: Role, password: str | None, ttl_s: int | None
    ) -> tuple[Share, str]:
        """Make a link, on disk on return, with the secret that is shown only now."""
        env = self._hub.env
        now = env.wall_ms()
        secret = secrets.text_of(env.random_bytes(SHARE_BYTES))
        hashed = None
        if password is not None:
            salt = env.random_bytes(secrets.SALT_BYTES)
            async with self._guessing:
                hashed = await asyncio.to_thread(secrets.hash_password, password, salt)
        expires = None if ttl_s is None else now + ttl_s * 1000
        hash = secrets.hash_of(secret)
        share = Share(env.random_id(), hash, document.key, int(role), hashed, now, expires, None)
        await self._hub.journal.submit(Put(share))
        return share, secret

    async def shares(self, document: Document) -> list[Share]:
        """List the links of a document, also those that have ended."""
        return await self._hub.store.find(ShareQuery(document=document.key))

    async def change_share(self, share: Share, role: Role) -> Share:
        """Let a link, and whoever came by it, give another role from now on; on disk on return."""
        share = share._replace(role=int(role), changed=self._hub.env.wall_ms())
        self._hub.gate.revocations.change(source_of(share), role)
        self._hub.admission.rejudge()
        await self._hub.journal.submit(Put(share))
        return share

    async def revoke_shares(self, shares: list[Share]) -> None:
        """End links and every session that came by them."""
        now = self._hub.env.wall_ms()
        ending = [share._replace(revoked=now) for share in shares if share.revoked is None]
        for share in ending:
            self._hub.gate.revocations.end(source_of(share))
        self._hub.admission.rejudge()
        await self._hub.journal.submit(*map(Put, ending))

    async def share(self, secret: str) -> Share | None:
        """Find the link with a secret, if it is good."""
        found = await self._hub.store.find(ShareQuery(hash=secrets.hash_of(secret)))
        soon = self._hub.env.wall_ms() + SHORTEST_TOKEN_MS  # no token may outlive its link
        good = [share for share in found if share.revoked is None and (share.expires is None or share.expires >= soon)]
        return good[0] if good else None

    async def opens(self, share: Share, password: str) -> bool:
        """Tell whether a password is a link's; raise TooManyGuesses."""
        if share.password is None:
            return True
        now = self._hub.env.monotonic()
        since, wrong = self._guesses.get(share.id, (now, 0))
        if now - since >= GUESSES_WITHIN_S:
            since, wrong = now, 0
        if wrong >= MOST_GUESSES:
            raise TooManyGuesses("the password of this link was wrong too often; wait a minute and try again")
        if len(self._guesses) >= MOST_COUNTED:
            self._guesses = {id: at for id, at in self._guesses.items() if now - at[0] < GUESSES_WITHIN_S}
        self._guesses[share.id] = since, wrong + 1  # before it is known, so that guesses at once count too
        async with self._guessing:
            right = await asyncio.to_thread(secrets.is_password, password, share.password)
        if right and share.id in self._guesses:
            since, wrong = self._guesses[share.id]
            self._guesses[share.id] = since, wrong - 1
        return right


def source_of(share: Share) -> str:
    """Name a link as the source of what it gives."""
    return f"share:{share.id}"
