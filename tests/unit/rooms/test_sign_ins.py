"""How long sign-ins last, and how their secrets change, by a clock that a test moves."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, cast

import pytest

from coscribe.access.gate import Gate
from coscribe.access.keys import KeyRing
from coscribe.access.principal import Principal
from coscribe.access.roles import Role
from coscribe.access.sign_ins import Person
from coscribe.access.tokens import SignInRequired
from coscribe.env import SeededEnv
from coscribe.journal.access import Put, SignIn, SignInQuery, SignOut
from coscribe.rooms.hub import Hub
from coscribe.rooms.sign_ins import BEFORE_GOOD_S, SignInRules, SignIns

ADA = Person("oidc:x:ada", "Ada", "ada@example.org", "", ("writers",))


class Journal:
    """Keeps the lines, as a store would."""

    def __init__(self) -> None:
        self.lines: dict[str, SignIn] = {}

    def append(self, change: object, token: None) -> None:
        match change:
            case Put(SignIn() as line):
                self.lines[line.id] = line
            case SignOut(id):
                self.lines.pop(id, None)

    async def submit(self, *changes: object) -> None:
        for change in changes:
            self.append(change, None)

    async def find(self, query: SignInQuery) -> list[SignIn]:
        return sorted(self.lines.values(), key=lambda line: line.used)


class FakeHub:
    """What of a hub sign-ins need."""

    def __init__(self, journal: Journal, env: SeededEnv) -> None:
        self.journal = self.store = journal
        self.env = env
        self.gate = Gate(keys=KeyRing(), now=lambda: env.wall_ms() / 1000)
        self.admission = self
        self.rejudged = 0
        self.tasks: list[asyncio.Task[Any]] = []

    def rejudge(self) -> None:
        self.rejudged += 1

    async def author(self, principal: Principal) -> bytes:
        return principal.id.encode()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        self.tasks.append(asyncio.get_running_loop().create_task(work))


RULES = SignInRules(idle_s=1000, lifetime_s=5000, rotation_s=300, admins=frozenset({"boss@example.org"}))


def made(journal: Journal | None = None, env: SeededEnv | None = None) -> tuple[SignIns, FakeHub, Journal, SeededEnv]:
    journal, env = journal or Journal(), env or SeededEnv(1)
    hub = FakeHub(journal, env)
    return SignIns(cast(Hub, hub), RULES), hub, journal, env


async def test_somebody_is_known_by_a_secret_of_which_only_the_hash_is_kept() -> None:
    sign_ins, hub, journal, _ = made()
    secret = await sign_ins.begin(ADA)
    line = sign_ins.find(secret)
    assert line is not None
    assert secret not in repr(journal.lines)
    assert sign_ins.find("another") is None
    principal = sign_ins.principal(line)
    assert (principal.id, principal.name, principal.member, principal.role) == (ADA.id, "Ada", True, Role.NONE)
    hub.gate.sign_ins.check(principal)
    await sign_ins.end(line)
    assert sign_ins.find(secret) is None
    assert journal.lines == {}
    assert hub.rejudged == 1
    with pytest.raises(SignInRequired):
        hub.gate.sign_ins.check(principal)


async def test_admin_is_whose_address_the_settings_name() -> None:
    sign_ins, *_ = made()
    boss = sign_ins.find(await sign_ins.begin(ADA._replace(email="Boss@Example.org")))
    nobody = sign_ins.find(await sign_ins.begin(ADA._replace(email="")))
    assert boss is not None
    assert nobody is not None
    assert sign_ins.principal(boss).role is Role.ADMIN
    assert not sign_ins.principal(boss).member
    assert sign_ins.principal(nobody).member


async def test_use_keeps_a_sign_in_and_its_lifetime_ends_it() -> None:
    sign_ins, _, _, env = made()
    secret = await sign_ins.begin(ADA)
    for _ in range(9):
        env.advance(550)
        assert sign_ins.find(secret) is not None
    env.advance(100)
    assert sign_ins.find(secret) is None
    idle = await sign_ins.begin(ADA)
    env.advance(999)
    assert sign_ins.find(idle) is not None
    env.advance(1001)
    assert sign_ins.find(idle) is None


async def test_use_is_written_down_now_and_then_only() -> None:
    sign_ins, _, journal, env = made()
    secret = await sign_ins.begin(ADA)
    (before,) = journal.lines.values()
    env.advance(50)
    sign_ins.find(secret)
    assert [*journal.lines.values()] == [before]
    env.advance(60)
    sign_ins.find(secret)
    (after,) = journal.lines.values()
    assert after.used == env.wall_ms()


async def test_secret_changes_and_the_one_before_is_good_until_the_browser_has_the_new_one() -> None:
    sign_ins, _, _, env = made()
    first = await sign_ins.begin(ADA)
    line = sign_ins.find(first)
    assert line is not None
    assert await sign_ins.renew(line, first) is None
    env.advance(301)
    second = await sign_ins.renew(line, first)
    assert second is not None
    for secret in (first, second):
        assert sign_ins.find(secret) is not None
    # The answer got lost: whoever still comes with the first gets another.
    env.advance(BEFORE_GOOD_S + 1)
    line = sign_ins.find(first)
    assert line is not None
    third = await sign_ins.renew(line, first)
    assert third is not None
    assert sign_ins.find(second) is None
    env.advance(1)
    assert sign_ins.find(third) is not None
    assert sign_ins.find(first) is not None
    env.advance(BEFORE_GOOD_S)
    assert sign_ins.find(third) is not None
    assert sign_ins.find(first) is None


async def test_sweeping_forgets_what_is_over_and_tells_open_connections() -> None:
    sign_ins, _, journal, env = made()
    await sign_ins.begin(ADA)
    env.advance(500)
    kept = await sign_ins.begin(ADA._replace(id="oidc:x:ben"))
    env.advance(600)
    again, hub, _, _ = made(journal, env)
    await again.start()
    await asyncio.sleep(0)
    assert [line.user for line in journal.lines.values()] == ["oidc:x:ben"]
    assert hub.rejudged == 1
    assert again.find(kept) is not None
    for task in hub.tasks:
        task.cancel()
    await asyncio.gather(*hub.tasks, return_exceptions=True)


async def test_person_has_so_many_browsers_and_no_more() -> None:
    sign_ins, _, _, env = made()
    secrets = []
    for _ in range(RULES.per_user + 1):
        secrets.append(await sign_ins.begin(ADA))
        env.advance(1)
    assert [sign_ins.find(secret) is not None for secret in secrets[:3]] == [False, True, True]
    assert sum(sign_ins.find(secret) is not None for secret in secrets) == RULES.per_user


async def test_signing_out_everywhere_waits_for_no_disk() -> None:
    class Stuck(Journal):
        async def submit(self, *changes: object) -> None:
            if any(isinstance(change, SignOut) for change in changes):
                await asyncio.Event().wait()
            await super().submit(*changes)

    sign_ins, hub, _, _ = made(Stuck())
    secrets = [await sign_ins.begin(ADA) for _ in range(3)]
    ending = asyncio.create_task(sign_ins.end_all(ADA.id))
    await asyncio.sleep(0)
    assert [sign_ins.find(secret) for secret in secrets] == [None] * 3
    assert hub.rejudged == 1
    ending.cancel()


async def test_admin_is_who_has_the_address_and_not_who_has_one_that_looks_alike() -> None:
    _, hub, _, _ = made()
    sign_ins = SignIns(cast(Hub, hub), RULES._replace(admins=frozenset({"mark@example.org"})))
    for email, role in (("Mark@Example.org", Role.ADMIN), ("mar\u212a@example.org", Role.NONE)):  # the sign of kelvins
        line = sign_ins.find(await sign_ins.begin(ADA._replace(email=email)))
        assert line is not None
        assert sign_ins.principal(line).role is role, email
