"""Presence: whose states are believed, and with which clocks they travel."""

import json

import pytest

from coscribe.access.principal import EVERYONE, Principal
from coscribe.access.roles import Role
from coscribe.protocol.awareness import LEFT, State, read_states, write_states
from coscribe.protocol.close_codes import CloseCode, CloseSocket
from coscribe.rooms.presence import SERVER_CLOCK, News, Presence, encode_for

NOW_MS = 1_800_000_000_000


class Someone:
    """As much of a session as presence looks at."""

    def __init__(self, principal: Principal = EVERYONE) -> None:
        self.principal = principal
        self.author = principal.id.encode()
        self.client_ids: tuple[int, ...] = ()


@pytest.fixture
def now() -> list[int]:
    return [NOW_MS]


@pytest.fixture
def presence(now: list[int]) -> Presence:
    return Presence(max_state_bytes=200, now_ms=lambda: now[0])


def say(presence: Presence, who: Someone, client: int, clock: int, state: bytes = b"{}") -> News:
    return presence.receive(who, write_states([State(client, clock, state)]))  # type: ignore[arg-type]


def told(presence: Presence) -> dict[int, State]:
    return {client: state for client, (state, _) in presence.take_changes().items()}


def test_clocks_are_the_servers_and_rise_with_the_clients_by_one(presence: Presence) -> None:
    one = Someone()
    say(presence, one, 1, 0)
    first = told(presence)[1].clock
    assert SERVER_CLOCK <= first < 1 << 40
    for later, clock in enumerate((3, 1 << 52, (1 << 53) - 1), 1):
        say(presence, one, 1, clock, b'{"a":%d}' % later)
        assert told(presence)[1].clock == first + later


def test_a_client_that_reconnects_with_its_old_clock_is_newer_for_its_peers(presence: Presence) -> None:
    one, again = Someone(), Someone()
    say(presence, one, 1, 70_000)
    before = told(presence)[1].clock
    assert presence.leave(one)  # type: ignore[arg-type]
    left = told(presence)[1]
    assert (left.clock, left.json) == (before, LEFT)
    assert say(presence, again, 1, 70_000) is News.CHANGE
    assert told(presence)[1].clock > before


def test_a_repeated_state_with_a_newer_clock_is_a_renewal(presence: Presence) -> None:
    one = Someone()
    assert say(presence, one, 1, 0) is News.CHANGE
    assert say(presence, one, 1, 1) is News.RENEWAL
    assert say(presence, one, 1, 1) is News.NOTHING
    assert say(presence, one, 1, 2, b'{"x":1}') is News.CHANGE


def test_a_forwarded_copy_is_dropped_also_after_its_owner_left(presence: Presence) -> None:
    one, two = Someone(), Someone()
    say(presence, one, 1, 0)
    copy = told(presence)[1]
    assert presence.receive(two, write_states([copy])) is News.NOTHING  # type: ignore[arg-type]
    presence.leave(one)  # type: ignore[arg-type]
    told(presence)
    assert presence.receive(two, write_states([copy])) is News.NOTHING  # type: ignore[arg-type]
    assert len(presence) == 0


def test_only_the_owner_may_end_a_state(presence: Presence) -> None:
    one, two = Someone(), Someone()
    say(presence, one, 1, 5)
    assert say(presence, two, 1, 6, LEFT) is News.NOTHING
    assert len(presence) == 1
    assert say(presence, one, 1, 5, LEFT) is News.CHANGE
    assert len(presence) == 0


def test_nobody_is_sent_an_id_that_it_introduced_also_when_another_connection_owns_it_now(presence: Presence) -> None:
    one, two = Someone(), Someone()
    say(presence, one, 1, 0)
    say(presence, two, 1, 1, b'{"second":true}')
    changes = presence.take_changes()
    assert encode_for(one, changes) is None  # type: ignore[arg-type]
    assert presence.snapshot(one) is None  # type: ignore[arg-type]
    assert not presence.leave(one)  # type: ignore[arg-type]
    assert len(presence) == 1


def test_the_identity_of_a_signed_in_person_is_written_over_what_it_claims(presence: Presence) -> None:
    one = Someone(Principal("u1", "Ada", "#aa0000", Role.EDIT))
    say(presence, one, 1, 0, b'{"user":{"name":"Root","id":"0","avatar":"x"},"cursor":[1,2]}')
    assert json.loads(told(presence)[1].json) == {
        "user": {"name": "Ada", "id": "u1", "color": "#aa0000", "avatar": "x"},
        "cursor": [1, 2],
    }


@pytest.mark.parametrize("state", [b"", b"{", b"[" * 150, b"\xff\xff"])
def test_a_state_that_is_not_json_ends_the_connection(presence: Presence, state: bytes) -> None:
    with pytest.raises(CloseSocket) as error:
        say(presence, Someone(), 1, 0, state)
    assert error.value.code is CloseCode.BAD_MESSAGE


def test_too_large_a_state_ends_the_connection(presence: Presence) -> None:
    with pytest.raises(CloseSocket) as error:
        say(presence, Someone(), 1, 0, b'"' + b"x" * 200 + b'"')
    assert error.value.code is CloseCode.TOO_LARGE


def test_a_connection_speaks_for_a_few_clients_only(presence: Presence) -> None:
    one = Someone()
    for client in range(16):
        say(presence, one, client, 0)
    with pytest.raises(CloseSocket) as error:
        say(presence, one, 16, 0)
    assert error.value.code is CloseCode.TOO_FAST


def test_the_snapshot_has_everybody_else(presence: Presence) -> None:
    one, two = Someone(), Someone()
    say(presence, one, 1, 0)
    say(presence, two, 2, 0)
    snapshot = presence.snapshot(one)  # type: ignore[arg-type]
    assert snapshot is not None
    assert [state.client for state in read_states(snapshot)] == [2]


def test_a_peer_that_comes_back_is_shown_newer_clocks_and_what_follows_is_newer_still(presence: Presence) -> None:
    one, peer = Someone(), Someone()
    say(presence, one, 1, 5)
    before = told(presence)[1].clock
    shown = []
    for _ in range(3):
        snapshot = presence.snapshot(peer)  # type: ignore[arg-type]
        assert snapshot is not None
        shown.append(read_states(snapshot)[0].clock)
    assert before < shown[0] < shown[1] < shown[2]
    say(presence, one, 1, 6, b'{"a":1}')
    assert told(presence)[1].clock > shown[2]
    assert presence.leave(one)  # type: ignore[arg-type]
    assert told(presence)[1].clock > shown[2]


@pytest.mark.parametrize(
    ("claimed", "kept"),
    [
        ("#3366cc", True),
        ("#3366CC80", True),
        ("tomato", True),
        ("rgb(1, 2, 3)", True),
        ("hsla(120deg 100% 50% / 0.5)", True),
        ("red; background: url(https://evil.example)", False),
        ("url(https://evil.example)", False),
        ('#fff" onload="alert(1)', False),
        ("#333\n", False),
        (["red"], False),
        ({"toString": "red"}, False),
    ],
)
@pytest.mark.parametrize("name", ["color", "colorLight"])
def test_a_colour_that_somebody_claims_is_a_colour(presence: Presence, name: str, claimed: object, kept: bool) -> None:
    say(presence, Someone(Principal("a", "Ada", "", Role.EDIT)), 1, 0, json.dumps({"user": {name: claimed}}).encode())
    user = json.loads(told(presence)[1].json)["user"]
    assert user.get(name, "none") == (claimed if kept else "none")
    assert user["name"] == "Ada"
