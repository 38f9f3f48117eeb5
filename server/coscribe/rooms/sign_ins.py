"""Who is signed in with which browser: begun after a sign-in, kept alive by use, ended by time or by hand.

Always holds: a browser is known by the hash of a secret alone, which changes as it grows old; and what has ended is
refused at once and everywhere, first in memory, then on disk, with the connections that came by it.
"""

import asyncio
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from ..access import secrets
from ..access.principal import Principal, signed_in
from ..access.roles import Role
from ..access.sign_ins import SOURCE, Person
from ..journal.access import Put, SignIn, SignInQuery, SignOut

if TYPE_CHECKING:
    from .hub import Hub

SECRET_BYTES = 32
BEFORE_GOOD_S = 60.0
"""How long, after a secret was replaced, requests that were on their way may still bring the one before."""
NOTE_USE_S = 300.0
"""How often, at most, use is written down."""
SWEEP_S = 60.0


class SignInRules(NamedTuple):
    """How long sign-ins last, when their secret is replaced, how many a person may have, and who is an admin."""

    idle_s: float = 14 * 24 * 3600
    lifetime_s: float = 30 * 24 * 3600
    rotation_s: float = 3600
    per_user: int = 50
    admins: frozenset[str] = frozenset()


def folded(email: str) -> str:
    """Return an e-mail address without the case of ASCII letters: other letters would become those of somebody else."""
    return email.encode().lower().decode()


class SignIns:
    """Begins and ends them; without rules nobody signs in."""

    def __init__(self, hub: "Hub", rules: SignInRules | None) -> None:
        self._hub = hub
        self.rules = rules
        self._lines: dict[str, SignIn] = {}
        self._id_of: dict[bytes, str] = {}

    async def start(self) -> None:
        """Learn who is signed in, and begin to end those who have been for too long."""
        if self.rules is None:
            return
        for line in await self._hub.store.find(SignInQuery()):
            self._know(line)
        self._hub.spawn(self._sweep(self.rules))

    def find(self, secret: str) -> SignIn | None:
        """Find the sign-in with a secret, if it is good; that counts as use."""
        hash = secrets.hash_of(secret)
        line = self._lines.get(self._id_of.get(hash, ""))
        now = self._hub.env.wall_ms()
        if line is None or self.rules is None or self._is_over(line, now):
            return None
        next = line
        if line.before is not None and hash == line.hash and now - line.rotated >= BEFORE_GOOD_S * 1000:
            next = next._replace(before=None)  # the browser has the new one
        if now - line.used >= 1000 * min(NOTE_USE_S, self.rules.idle_s / 10):
            next = next._replace(used=now)
        if next is not line:
            self._know(next)
            self._hub.journal.append(Put(next), None)
        return next

    def principal(self, line: SignIn) -> Principal:
        """Say who came by a sign-in; what they may do, only for admins."""
        assert self.rules is not None
        issued, source = line.created / 1000, SOURCE + line.id
        expires = issued + self.rules.lifetime_s
        if line.email and folded(line.email) in self.rules.admins:
            return Principal(line.user, line.name, "", Role.ADMIN, issued, expires, source)
        return signed_in(line.user, line.name, issued=issued, expires=expires, source=source)

    async def begin(self, person: Person) -> str:
        """Sign somebody in, on disk on return, with the secret that only the browser keeps."""
        assert self.rules is not None
        env = self._hub.env
        mine = sorted((line for line in self._lines.values() if line.user == person.id), key=lambda line: line.used)
        await self.end(*mine[: max(0, len(mine) + 1 - self.rules.per_user)])
        secret, now = secrets.text_of(env.random_bytes(SECRET_BYTES)), env.wall_ms()
        groups = msgspec.json.encode(person.groups).decode()
        line = SignIn(
            id=env.random_id(),
            hash=secrets.hash_of(secret),
            before=None,
            user=person.id,
            name=person.name,
            email=person.email,
            picture=person.picture,
            groups=groups,
            created=now,
            rotated=now,
            used=now,
        )
        await self._hub.author(self.principal(line))  # others find them from now on, to let them in
        await self._hub.journal.submit(Put(line))
        self._know(line)
        return secret

    async def renew(self, line: SignIn, secret: str) -> str | None:
        """Replace the secret with which a browser came if it is old, on disk on return; None when it is not."""
        assert self.rules is not None
        env, hash = self._hub.env, secrets.hash_of(secret)
        # Who still comes with the one before has never had the answer with the new one.
        wait_s = self.rules.rotation_s if hash == line.hash else BEFORE_GOOD_S
        now = env.wall_ms()
        if now - line.rotated < wait_s * 1000:
            return None
        new = secrets.text_of(env.random_bytes(SECRET_BYTES))
        line = line._replace(hash=secrets.hash_of(new), before=hash, rotated=now, used=now)
        self._know(line)
        await self._hub.journal.submit(Put(line))
        return new

    async def end(self, *lines: SignIn) -> None:
        """Sign browsers out, and end every connection that came by them."""
        if not lines:
            return
        for line in lines:
            self._forget(line)
        self._hub.admission.rejudge()
        await self._hub.journal.submit(*(SignOut(line.id) for line in lines))

    async def end_all(self, user: str) -> None:
        """Sign a person out of every browser."""
        await self.end(*(line for line in self._lines.values() if line.user == user))

    def _is_over(self, line: SignIn, now: int) -> bool:
        assert self.rules is not None
        return now - line.used >= self.rules.idle_s * 1000 or now - line.created >= self.rules.lifetime_s * 1000

    def _know(self, line: SignIn) -> None:
        known = self._lines.get(line.id)
        if known is not None:
            for hash in (known.hash, known.before):
                self._id_of.pop(hash or b"", None)
        self._lines[line.id] = line
        self._id_of[line.hash] = line.id
        if line.before is not None:
            self._id_of[line.before] = line.id
        self._hub.gate.sign_ins.begin(line.id)

    def _forget(self, line: SignIn) -> None:
        known = self._lines.pop(line.id, None)
        if known is not None:
            for hash in (known.hash, known.before):
                self._id_of.pop(hash or b"", None)
        self._hub.gate.sign_ins.end(line.id)

    async def _sweep(self, rules: SignInRules) -> None:
        while True:
            now = self._hub.env.wall_ms()
            over = [line for line in self._lines.values() if self._is_over(line, now)]
            for line in over:
                self._forget(line)
                self._hub.journal.append(SignOut(line.id), None)
            if over:
                self._hub.admission.rejudge()
            await asyncio.sleep(min(SWEEP_S, max(0.2, min(rules.idle_s, rules.lifetime_s) / 10)))
