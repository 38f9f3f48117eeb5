"""y-websocket sessions: what they are sent, when, and what refuses them."""

import asyncio
from collections.abc import Callable

import pytest

from coscribe.access.roles import Role
from coscribe.protocol.close_codes import CloseCode
from coscribe.protocol.ground import Plan, plan
from coscribe.protocol.state_vectors import read_state_vector, write_state_vector
from coscribe.protocol.sync import step1, step2, update_message
from coscribe.protocol.updates import EMPTY_UPDATE
from coscribe.rooms.hub import Hub
from coscribe.rooms.limits import Limits
from unit.protocol.building import deletes, section, text, typed, update

from .conftest import Client, Typist, states_in, text_of, turn, updates_in

GAPPED = "too many updates"


async def until(done: Callable[[], bool]) -> None:
    """Let the loop go round until something is so."""
    async with asyncio.timeout(10):
        while not done():
            await asyncio.sleep(0)


async def join(hub: Hub, document: str = "doc", token: str = "") -> Client:
    client = await Client(hub, "y-websocket").open(document, token)
    client.send(step1(b"\0"))
    return client


async def test_a_newcomer_is_asked_and_answered_with_golden_frames(hub: Hub) -> None:
    client = await Client(hub, "y-websocket").open("doc")
    assert client.take() == [bytes.fromhex("00000100")]
    client.send(bytes.fromhex("00000100"))
    assert client.take() == [bytes.fromhex("0001020000")]


async def test_others_hear_an_edit_before_it_is_on_disk_and_the_sender_only_after(hub: Hub) -> None:
    one, two = await join(hub), await join(hub)
    one.take(), two.take()
    update = Typist(1).type("hello")
    room = hub.rooms["doc"]
    one.send(update_message(update))
    room.turn()
    assert two.take() == [update_message(update)]
    assert room.committed == 0
    assert one.take() == []
    await turn()
    assert room.committed == 1
    assert one.take() == [update_message(update)]
    assert two.take() == []


async def test_a_turn_leaves_out_the_senders_own_edits_only(hub: Hub) -> None:
    clients = [await join(hub) for _ in range(3)]
    for client in clients:
        client.take()
    sent = [[Typist(10 * n + i).type(f"{n}{i}") for i in range(3)] for n in range(2)]
    for i in range(3):
        for n in range(2):
            clients[n].send(update_message(sent[n][i]))
    hub.rooms["doc"].turn()
    assert updates_in(clients[0].take()) == sent[1]
    assert updates_in(clients[1].take()) == sent[0]
    assert updates_in(clients[2].take()) == [sent[n][i] for i in range(3) for n in range(2)]


async def test_what_the_journal_holds_is_not_stored_again_but_acknowledged(hub: Hub) -> None:
    client = await join(hub)
    update = Typist(1).type("once")
    client.send(update_message(update))
    await turn()
    client.take()
    client.send(update_message(update), step2(update))
    await turn()
    assert hub.rooms["doc"].head == 1
    assert client.take() == [update_message(update)] * 2


async def test_an_update_with_a_gap_is_neither_stored_nor_passed_on_and_what_is_missing_is_asked_for(hub: Hub) -> None:
    one, two = await join(hub), await join(hub)
    one.take(), two.take()
    typist = Typist(1)
    first, second = typist.type("a"), typist.type("b")
    one.send(update_message(second))
    await turn()
    assert hub.rooms["doc"].head == 0
    assert one.take() == [step1(write_state_vector({}))]
    assert two.take() == []
    one.send(step2(typist.doc.get_update()))
    await turn()
    assert text_of(updates_in(two.take())) == "ab"
    assert first


async def test_gaps_without_end_cost_the_sender_its_connection(hub: Hub) -> None:
    client = await join(hub)
    typist = Typist(1)
    typist.type("the missing one")
    client.send(*(update_message(typist.type("x")) for _ in range(1100)))
    assert client.wire.closed is not None
    assert client.wire.closed[0] is CloseCode.BAD_MESSAGE


async def test_a_viewer_changes_nothing_and_is_told(hub: Hub) -> None:
    editor = await join(hub)
    viewer = await join(hub, token="viewer")
    editor.take(), viewer.take()
    viewer.send(update_message(Typist(1).type("graffiti")))
    await turn()
    assert hub.rooms["doc"].head == 0
    assert editor.take() == []
    assert viewer.take()[0][:2] == b"\x02\x00"


async def test_a_viewer_does_not_create_a_document(hub: Hub) -> None:
    client = Client(hub, "y-websocket")
    client.socket.open(hub.attach, "unheard-of", "viewer")
    await turn()
    assert client.wire.closed is not None
    assert client.wire.closed[0] is CloseCode.DELETED
    assert await hub.document("unheard-of") is None


async def test_a_late_joiner_gets_what_was_typed(hub: Hub) -> None:
    one, typist = await join(hub), Typist(1)
    for word in ("one ", "two ", "three"):
        one.send(update_message(typist.type(word)))
    late = await join(hub)
    await turn()
    assert text_of(updates_in(late.take())) == "one two three"


async def test_an_answer_never_shows_a_writer_its_own_edit_before_it_is_on_disk(hub: Hub) -> None:
    one, typist = await join(hub), Typist(1)
    one.send(update_message(typist.type("first")))
    await turn()
    one.take()
    one.send(update_message(typist.type(" second")))
    again = await Client(hub, "y-websocket").open("doc")
    again.take()
    for each, vector in ((one, b"\0"), (again, b"\0"), (again, typist.doc.get_state())):
        each.send(step1(vector))
        assert b"second" not in b"".join(each.take())
    assert hub.rooms["doc"].committed == 1
    await turn()
    for each in (one, again):
        assert b"second" in b"".join(each.take())


async def test_whoever_knows_every_struct_is_sent_the_deletions_only(hub: Hub) -> None:
    one, typist = await join(hub), Typist(1)
    one.send(update_message(typist.type("hello")), update_message(typist.delete(0, 2)))
    back = await Client(hub, "y-websocket").open("doc")
    back.take()
    back.send(step1(typist.doc.get_state()))
    await turn()
    assert updates_in(back.take()) == [b"\0\1\1\1\0\2"]


async def test_a_client_that_reads_nothing_is_left_out_then_sent_what_it_missed_and_no_more(hub: Hub) -> None:
    one, slow, typist = await join(hub), await join(hub), Typist(1)
    slow.take()
    slow.wire.unread = hub.limits.slow_client_bytes + 1
    heard, missed = typist.type("a"), typist.type("b")
    one.send(update_message(heard))
    hub.rooms["doc"].turn()
    assert updates_in(slow.take()) == [heard]
    one.send(update_message(missed))
    hub.rooms["doc"].turn()
    assert slow.take() == []
    assert len(hub.behind) == 1
    await hub.rooms["doc"].durable()
    slow.wire.unread = 0
    session = next(iter(hub.behind))
    hub._sweep_behind(session, hub.env.monotonic())
    await turn()
    assert updates_in(slow.take()) == [missed, EMPTY_UPDATE]
    one.send(update_message(typist.type("c")))
    hub.rooms["doc"].turn()
    assert len(updates_in(slow.take())) == 1


async def test_a_client_that_reads_nothing_for_too_long_is_told_to_come_back(hub: Hub) -> None:
    one, slow = await join(hub), await join(hub)
    slow.wire.unread = hub.limits.slow_client_bytes + 1
    one.send(update_message(Typist(1).type("a")))
    hub.rooms["doc"].turn()
    session = next(iter(hub.behind))
    hub._sweep_behind(session, hub.env.monotonic() + hub.limits.slow_client_max_s + 1)
    assert slow.wire.closed is not None
    assert slow.wire.closed[0] is CloseCode.TRY_AGAIN_LATER


async def test_a_connection_that_vanished_does_not_keep_an_edit_from_the_others_or_the_disk(hub: Hub) -> None:
    one, gone, other = await join(hub), await join(hub), await join(hub)
    other.take()
    gone.wire.gone = True
    one.send(update_message(Typist(1).type("still here")))
    await turn()
    assert text_of(updates_in(other.take())) == "still here"
    assert hub.rooms["doc"].committed == 1
    assert len(hub.rooms["doc"].sessions) == 2


async def test_awareness_is_passed_on_and_ended_when_its_owner_leaves(hub: Hub) -> None:
    one, two = await join(hub), await join(hub)
    one.take(), two.take()
    one.send(bytes.fromhex("0106010100027b7d"))
    await turn()
    clock, json = states_in(two.take())[1]
    assert json == b"{}"
    assert states_in(one.take()) == {}
    one.socket.leave()
    await turn()
    assert states_in(two.take()) == {1: (clock, b"null")}


async def test_query_awareness_is_answered_with_everybody_else(hub: Hub) -> None:
    one, two = await join(hub), await join(hub)
    one.send(bytes.fromhex("0106010100027b7d"))
    await turn()
    two.take()
    two.send(b"\x03" * 500)
    await turn()
    [answer] = two.take()
    assert set(states_in([answer])) == {1}
    one.take()
    one.send(b"\x03")
    await turn()
    assert one.take() == []


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"", CloseCode.BAD_MESSAGE),
        (b"\x04", CloseCode.BAD_MESSAGE),
        (b"\x00\x03\x00", CloseCode.BAD_MESSAGE),
        (b"\x00\x00\x05\x00", CloseCode.BAD_MESSAGE),
        (step1(b"\xff\xff\xff\x7f"), CloseCode.BAD_MESSAGE),
        (update_message(b"\xff\xff\xff\x7f\x04\xc6\x03"), CloseCode.BAD_MESSAGE),
        (b"\x01\x03\xff\xff\x7f", CloseCode.BAD_MESSAGE),
    ],
)
async def test_hostile_bytes_cost_the_sender_its_connection(hub: Hub, frame: bytes, code: CloseCode) -> None:
    client, other = await join(hub), await join(hub)
    client.send(frame)
    assert client.wire.closed is not None
    assert client.wire.closed[0] is code
    assert other.wire.closed is None


class TestLimits:
    @pytest.fixture
    def limits(self) -> Limits:
        return Limits(connections_per_document=2, max_update_bytes=100, max_document_bytes=150, awareness_per_second=5)

    async def test_a_full_document_sends_newcomers_away(self, hub: Hub) -> None:
        await join(hub), await join(hub)
        with pytest.raises(Exception, match="as many connections") as refused:
            Client(hub, "y-websocket").socket.open(hub.attach, "doc", "")
        assert refused.value.code is CloseCode.TRY_AGAIN_LATER  # type: ignore[attr-defined]

    async def test_too_large_an_update_is_refused(self, hub: Hub) -> None:
        client = await join(hub)
        client.send(update_message(Typist(1).type("x" * 101)))
        assert client.wire.closed is not None
        assert client.wire.closed[0] is CloseCode.TOO_LARGE

    async def test_a_document_stops_growing_at_its_limit(self, hub: Hub) -> None:
        client, typist = await join(hub), Typist(1)
        client.send(update_message(typist.type("x" * 80)))
        await turn()
        assert client.wire.closed is None
        client.send(update_message(typist.type("x" * 80)))
        assert client.wire.closed is not None
        assert client.wire.closed[0] is CloseCode.TOO_LARGE

    async def test_awareness_floods_are_ended(self, hub: Hub) -> None:
        client = await join(hub)
        client.send(*(bytes.fromhex(f"01060101{clock:02x}027b7d") for clock in range(11)))
        assert client.wire.closed is not None
        assert client.wire.closed[0] is CloseCode.TOO_FAST


class TestMuchToLookAt:
    """What takes long to look at is planned by a worker, of whatever size it is; here one that runs in the test."""

    @pytest.fixture
    def limits(self) -> Limits:
        return Limits(max_document_clients=100, max_document_deletions=200)

    @pytest.fixture
    def planned(self, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
        seen: list[bytes] = []

        async def plan_it(update: bytes, vector: bytes, trim: bool) -> Plan:
            seen.append(update)
            await asyncio.sleep(0)
            return plan(update, read_state_vector(vector), trim=trim)

        monkeypatch.setattr(hub.pool, "plan", plan_it, raising=False)
        return seen

    async def test_it_is_planned_by_a_worker_and_what_follows_waits_for_it(
        self, hub: Hub, planned: list[bytes]
    ) -> None:
        client, other = await join(hub), await join(hub)
        letters = update([section(1, 0, *[text("x")] * 400)])
        client.send(update_message(letters), update_message(typed(1, 400, "~", (1, 399))))
        room = hub.rooms["doc"]
        assert room.head == 0
        await until(lambda: room.head == 2)
        assert planned == [letters]
        await turn()
        assert updates_in(other.take())[-2:] == [letters, typed(1, 400, "~", (1, 399))]

    async def test_what_is_short_to_look_at_is_not(self, hub: Hub, planned: list[bytes]) -> None:
        client = await join(hub)
        client.send(update_message(update([section(1, 0, text("x" * 20_000))])))
        assert hub.rooms["doc"].head == 1
        assert planned == []

    async def test_many_deletions_are_in_the_set_a_little_later(self, hub: Hub, planned: list[bytes]) -> None:
        client = await join(hub)
        ranges = [(1, 2 * number, 1) for number in range(2000)]
        client.send(
            update_message(update([section(1, 0, text("x" * 4000))])), update_message(update([], deletes(*ranges)))
        )
        room = hub.rooms["doc"]
        await until(lambda: room.head == 2)
        await until(lambda: room.ground.deleted.count == 2000)
        assert not room.ground.is_behind

    @pytest.mark.parametrize("of_clients", [True, False])
    async def test_document_with_as_many_as_it_may_have_takes_no_more(
        self, hub: Hub, planned: list[bytes], of_clients: bool
    ) -> None:
        client, reader = await join(hub), await join(hub)
        if of_clients:
            much = [update([section(number, 0, text("x")) for number in range(1, 102)])]
        else:
            ranges = [(1, 2 * number, 1) for number in range(201)]
            much = [update([section(1, 0, text("x" * 500))]), update([], deletes(*ranges))]
        for each in much:
            client.send(update_message(each))
            await turn()
        assert client.wire.closed is None
        reader.send(update_message(much[0]))  # it is known
        assert reader.wire.closed is None
        client.send(update_message(update([section(999, 0, text("y"))])))
        assert client.wire.closed is not None
        assert client.wire.closed[0] is CloseCode.TOO_LARGE
        assert 999 not in hub.rooms["doc"].ground.known


def test_roles_are_judged_by_order() -> None:
    assert Role.VIEW < Role.COMMENT < Role.EDIT < Role.ADMIN
