"""However often something is tried, only so many lines of it are written, and all of it is counted."""

from __future__ import annotations

import pytest

from coscribe.access.gate import Gate
from coscribe.access.principal import EVERYONE, Principal, signed_in
from coscribe.access.roles import Role
from coscribe.journal.audit import Action, AuditLine, AuditQuery, Result
from coscribe.rooms.audit import MOST_REFUSED, THE_SERVER, AuditRules, actor_of
from coscribe.rooms.hub import Hub
from coscribe.settings import Addresses

ADA = Principal("ada", "Ada", "", Role.EDIT, 1.0, 2.0)


@pytest.fixture
def gate() -> Gate:
    return Gate(keys=None, now=lambda: 0.0)


async def lines(hub: Hub) -> list[AuditLine]:
    """Settle what was counted, and return all lines, the oldest first."""
    hub.audit.settle()
    await hub.journal.submit()
    return (await hub.store.find(AuditQuery(limit=10_000)))[::-1]


async def test_lines_are_numbered_on_over_restarts_and_hold_what_was_noted(hub: Hub) -> None:
    hub.audit.note(Action.DOCUMENT_TRASH, ADA, "doc", address="192.0.2.7")
    hub.audit.note(Action.DOCUMENT_DELETE, THE_SERVER, "doc", reason="trash")
    await hub.journal.submit()
    await hub.audit.start()
    hub.audit.note(Action.KEY_CREATE, EVERYONE, key="k1")
    first, second, third = await lines(hub)
    assert (first.seq, first.actor, first.kind, first.action) == (1, "ada", "token", "document.trash")
    assert (first.document, first.result, first.address, first.detail) == ("doc", "ok", "192.0.2.7", {})
    assert (second.seq, second.actor, second.kind, second.detail) == (2, "", "server", {"reason": "trash"})
    assert (third.seq, third.kind, third.document, third.detail) == (3, "anonymous", "", {"key": "k1"})


async def test_what_is_refused_again_and_again_is_counted(hub: Hub) -> None:
    for _ in range(1000):
        hub.audit.note(Action.ACCESS, ADA, "doc", result=Result.REFUSED, reason="forbidden")
    assert [line.detail for line in await lines(hub)] == [
        {"reason": "forbidden"},
        {"reason": "forbidden", "repeated": 999},
    ]


async def test_a_flood_of_refusals_about_ever_other_documents_is_bounded_and_counted(hub: Hub) -> None:
    for number in range(5000):
        hub.audit.note(Action.ACCESS, None, f"doc-{number}", result=Result.REFUSED, reason="missing")
    found = await lines(hub)
    assert len(found) == MOST_REFUSED + 1
    assert found[-1].detail == {"reason": "missing", "others": 5000 - MOST_REFUSED}
    hub.audit.note(Action.ACCESS, None, "after", result=Result.REFUSED, reason="missing")
    assert (await lines(hub))[-1].document == "after", "the next minute has lines of its own"


async def test_what_is_done_seldom_has_a_line_each_time_and_what_is_done_often_is_counted(hub: Hub) -> None:
    for _ in range(5):
        hub.audit.note(Action.DOCUMENT_RENAME, ADA, "doc")
        hub.audit.note(Action.DOCUMENT_EXPORT, ADA, "doc", format="md")
    found = await lines(hub)
    assert [line.action for line in found].count("document.rename") == 5
    exports = [line.detail for line in found if line.action == "document.export"]
    assert exports == [{"format": "md"}, {"format": "md", "repeated": 4}]


@pytest.mark.parametrize(
    ("rule", "given", "kept"),
    [
        (Addresses.FULL, "192.0.2.77", "192.0.2.77"),
        (Addresses.PREFIX, "192.0.2.77", "192.0.2.0/24"),
        (Addresses.PREFIX, "2001:db8:1:2::3", "2001:db8:1::/48"),
        (Addresses.PREFIX, "fe80::1%eth0", "fe80::/48"),
        (Addresses.PREFIX, "nonsense", ""),
        (Addresses.NONE, "192.0.2.77", ""),
    ],
)
async def test_as_much_of_an_address_is_kept_as_the_setting_says(
    hub: Hub, rule: Addresses, given: str, kept: str
) -> None:
    hub.audit.rules = AuditRules(rule)
    hub.audit.note(Action.DOCUMENT_OPEN, ADA, "doc", address=given)
    assert [line.address for line in await lines(hub)] == [kept]


def test_actors_are_named_by_what_they_came_with() -> None:
    assert actor_of(None) == actor_of(EVERYONE) == ("", "anonymous")
    assert actor_of(ADA) == ("ada", "token")
    assert actor_of(ADA._replace(source="key:k1")) == ("k1", "key")
    assert actor_of(ADA._replace(source="share:s1")) == ("ada", "share")
    assert actor_of(ADA._replace(source="share:s1", id="guest:x")) == ("s1", "share")
    assert actor_of(signed_in("ada", "Ada", source="sign-in:x")) == ("ada", "session")
