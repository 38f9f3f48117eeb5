"""Hocuspocus sessions: sign-in, counting, several documents on a socket."""

import asyncio

import pytest

from coscribe.access.roles import Role
from coscribe.protocol.close_codes import CloseCode
from coscribe.protocol.ground import Plan, plan
from coscribe.protocol.state_vectors import read_state_vector
from coscribe.protocol.sync import step1, step2, update_message
from coscribe.rooms import fitting, gaps
from coscribe.rooms.hub import Hub
from coscribe.rooms.limits import Limits

from .conftest import Client, Typist, states_in, text_of, turn, updates_in

DOC = bytes.fromhex("04646f6331")
AUTH = DOC + bytes.fromhex("020003746f6b05342e352e30")
STORED, REFUSED = DOC + b"\x08\x01", DOC + b"\x08\x00"


def address(name: str) -> bytes:
    return bytes((len(name),)) + name.encode()


async def join(hub: Hub, token: str = "") -> Client:
    client = Client(hub, "hocuspocus")
    client.send(DOC + b"\x02\x00" + bytes((len(token),)) + token.encode())
    await hub.ready_room("doc1")
    await turn()
    client.send(DOC + step1(b"\0"))
    return client


async def test_signing_in_is_answered_with_golden_frames(hub: Hub) -> None:
    client = Client(hub, "hocuspocus")
    client.send(AUTH, DOC + bytes.fromhex("00000100"))
    await turn()
    assert client.take() == [
        DOC + bytes.fromhex("02020a726561642d7772697465"),
        DOC + bytes.fromhex("00000100"),
        DOC + bytes.fromhex("0001020000"),
    ]


async def test_each_update_and_each_sync_step_2_gets_one_status_once_on_disk(hub: Hub) -> None:
    client, typist = await join(hub), Typist(1)
    client.take()
    first, second = typist.type("a"), typist.type("b")
    client.send(DOC + update_message(first), DOC + update_message(second))
    assert client.take() == []
    await turn()
    assert client.take() == [STORED, STORED]
    client.send(DOC + step2(b"\0\0"), DOC + step2(typist.doc.get_update()), DOC + update_message(first))
    await turn()
    assert client.take() == [STORED, STORED, STORED]


async def test_the_status_of_an_update_with_a_gap_comes_once_a_later_sync_covers_it(hub: Hub) -> None:
    client, typist = await join(hub), Typist(1)
    client.take()
    typist.type("a")
    client.send(DOC + update_message(typist.type("b")), DOC + update_message(typist.type("c")))
    await turn()
    assert client.take() == [DOC + step1(b"\0")]
    client.send(DOC + step2(typist.doc.get_update()))
    await turn()
    assert client.take() == [STORED] * 3


async def test_statuses_come_in_the_order_of_what_they_answer_also_behind_a_gap(hub: Hub) -> None:
    other, client, typist = await join(hub), await join(hub), Typist(1)
    first = typist.type("abc")
    other.send(DOC + update_message(first))
    await turn()
    client.take()
    typist.type("the missing one")
    gapped, deletion = typist.type("x"), typist.delete(0, 1)
    client.send(DOC + update_message(gapped), DOC + update_message(deletion))
    await turn()
    assert STORED not in client.take()
    assert hub.rooms["doc1"].head == 1
    client.send(DOC + step2(typist.doc.get_update()))
    await turn()
    assert client.take().count(STORED) == 3


async def test_an_answer_that_the_client_does_not_count_is_acknowledged_in_a_pause(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gaps, "PAUSE_S", 0.5)
    client, typist = await join(hub), Typist(1)
    client.send(DOC + step2(b"\0\0"))  # the answer to the question that came with the sync
    await turn()
    client.take()
    typist.type("a")
    client.send(DOC + update_message(typist.type("b")))
    await turn()
    assert client.take() == [DOC + step1(b"\0")]
    client.send(DOC + step2(typist.doc.get_update()), DOC + update_message(typist.type("c")))
    await turn()
    assert client.take().count(STORED) == 2
    client.send(DOC + step2(typist.doc.get_update()))  # nobody asked: counted again
    await turn()
    assert client.take() == [STORED]
    await asyncio.sleep(1)
    assert client.take() == [STORED]


async def test_a_viewer_signs_in_read_only_and_its_edits_are_refused(hub: Hub) -> None:
    writer, viewer, typist = await join(hub), await join(hub, "viewer"), Typist(1)
    assert DOC + bytes.fromhex("020208726561646f6e6c79") in viewer.take()
    update = typist.type("mine")
    writer.send(DOC + update_message(update))
    await turn()
    viewer.take()
    viewer.send(DOC + step2(update), DOC + step2(b"\0\0"))
    assert viewer.take() == [STORED, STORED]
    news = typist.type("!")
    viewer.send(DOC + step2(typist.doc.get_update()), DOC + update_message(news))
    assert viewer.take() == [REFUSED, REFUSED]
    assert hub.rooms["doc1"].head == 1


def lower(hub: Hub, client: Client) -> None:
    """Let somebody who is in go on as a viewer."""
    [session] = [each for each in hub.rooms["doc1"].sessions if each.transport is client.wire]
    assert session.principal is not None
    session.become(session.principal._replace(role=Role.VIEW))


async def test_an_edit_that_a_worker_looks_at_is_judged_by_the_role_at_its_end(hub: Hub) -> None:
    writer, typist = await join(hub), Typist(1)
    writer.take()
    large, small = typist.type("x" * 50_000), typist.type("!")
    writer.send(DOC + update_message(large), DOC + update_message(small))
    lower(hub, writer)
    await turn()
    assert [message for message in writer.take() if message[5] == 8] == [REFUSED, REFUSED]
    assert hub.rooms["doc1"].head == 0


async def test_edits_that_wait_for_others_are_refused_to_who_may_not_write_any_more(hub: Hub) -> None:
    other, writer, typist = await join(hub), await join(hub), Typist(1)
    missing, waiting = typist.type("a"), typist.type("b")
    await turn()
    writer.take()
    writer.send(DOC + update_message(waiting))
    lower(hub, writer)
    assert REFUSED in writer.take()
    other.send(DOC + update_message(missing))
    writer.send(DOC + step2(typist.doc.get_update()))
    await turn()
    assert STORED not in writer.take()
    assert hub.rooms["doc1"].head == 1


async def test_a_large_update_is_planned_by_workers_alone_also_when_it_does_not_fit_or_fits_meanwhile(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    other, writer, typist = await join(hub), await join(hub), Typist(1)
    missing, large = typist.type("a"), typist.type("x" * 50_000)

    async def worker(update: bytes, vector: bytes, trim: bool, who: str) -> Plan:
        planned = plan(update, read_state_vector(vector), trim=trim)
        if len(asked) == 1:
            other.send(DOC + update_message(missing))  # while the worker is at it
        asked.append(vector)
        return planned

    monkeypatch.setattr(hub, "plan", worker)
    monkeypatch.setattr(fitting, "plan", None)
    await turn()
    writer.take()
    writer.send(DOC + update_message(large))
    await turn()
    assert writer.take() == [DOC + step1(b"\0")], "it is asked for what is missing"
    writer.send(DOC + step2(large))
    await turn()
    assert asked == [b"\0", b"\0", b"\x01\x01\x01"]
    assert writer.take().count(STORED) == 2
    assert hub.rooms["doc1"].ground.known == {1: 50_001}


async def test_somebody_who_is_still_looked_up_when_access_is_taken_back_does_not_come_in(hub: Hub) -> None:
    client = Client(hub, "hocuspocus")
    client.send(DOC + b"\x02\x00\x06writer")
    hub.gate.revocations.limit("doc1", "w", Role.NONE, 1.0)
    hub.admission.rejudge()
    await turn()
    assert client.wire.closed is not None
    assert client.wire.closed[0] is CloseCode.FORBIDDEN
    assert client.take() == []


async def test_both_dialects_meet_in_one_room(hub: Hub) -> None:
    hocuspocus = await join(hub)
    plain = await Client(hub, "y-websocket").open("doc1")
    plain.send(step1(b"\0"))
    hocuspocus.take(), plain.take()
    hocuspocus.send(DOC + update_message(Typist(1).type("h")), DOC + bytes.fromhex("0106010100027b7d"))
    plain.send(update_message(Typist(2).type("y")), bytes.fromhex("0106010200027b7d"))
    await turn()
    to_plain, to_hocuspocus = plain.take(), hocuspocus.take()
    assert text_of(updates_in(to_plain)) in ("hy", "yh")
    assert set(states_in(to_plain)) == {1}
    assert text_of(updates_in(to_hocuspocus, DOC)) == "y"
    assert set(states_in(to_hocuspocus, DOC)) == {2}


async def test_an_address_with_a_session_id_is_answered_as_it_was_sent(hub: Hub) -> None:
    client = Client(hub, "hocuspocus")
    addressed = bytes.fromhex("08646f633100616263")
    client.send(addressed + b"\x02\x00\x00", addressed + step1(b"\0"))
    await turn()
    assert all(message.startswith(addressed) for message in client.take())
    assert list(hub.rooms) == ["doc1"]


async def test_close_detaches_one_document_and_leaves_the_socket_open(hub: Hub) -> None:
    client = await join(hub)
    client.send(address("other") + b"\x02\x00\x00", address("other") + step1(b"\0"))
    await turn()
    client.send(DOC + b"\x07")
    client.take()
    assert not hub.rooms["doc1"].sessions
    client.send(address("other") + update_message(Typist(1).type("x")))
    await turn()
    assert client.take() == [address("other") + b"\x08\x01"]


async def test_ping_is_answered_with_pong(hub: Hub) -> None:
    client = Client(hub, "hocuspocus")
    client.send(b"\x09")
    assert client.take() == [b"\x0a"]


async def test_stateless_messages_reach_the_others(hub: Hub) -> None:
    one, two = await join(hub), await join(hub)
    viewer = await join(hub, "viewer")
    for client in (one, two, viewer):
        client.take()
    one.send(DOC + b"\x05\x02hi")
    viewer.send(DOC + b"\x05\x02no")
    assert (one.take(), two.take(), viewer.take()) == ([], [DOC + b"\x05\x02hi"], [DOC + b"\x05\x02hi"])


@pytest.mark.parametrize(
    "frame",
    [
        b"\x08",
        b"\x00",
        b"\x04doc1\x04",
        b"\x04doc1\x06",
        b"\x02\xff\xfe\x02\x00\x00",
        b"\x05/doc1\x02\x00\x00",
        b"\x04doc1\x00\x00\x01\x00\x00",
    ],
)
async def test_hostile_frames_cost_the_sender_its_socket(hub: Hub, frame: bytes) -> None:
    client = Client(hub, "hocuspocus")
    client.send(frame)
    assert client.wire.closed is not None
    assert client.wire.closed[0] is CloseCode.BAD_MESSAGE


class TestLimits:
    @pytest.fixture
    def limits(self) -> Limits:
        return Limits(documents_per_socket=3, signin_queue_messages=4, signin_queue_bytes=100)

    async def test_a_socket_carries_so_many_documents(self, hub: Hub) -> None:
        client = Client(hub, "hocuspocus")
        client.send(*(address(f"d{n}") + b"\x02\x00\x00" for n in range(4)))
        assert client.wire.closed is not None
        assert client.wire.closed[0] is CloseCode.TOO_FAST

    async def test_messages_before_the_sign_in_are_kept_up_to_a_limit(self, hub: Hub) -> None:
        for flood in ([DOC + b"\x03"] * 5, [DOC + step1(b"\0" + b"x" * 101)]):
            client = Client(hub, "hocuspocus")
            client.send(*flood)
            assert client.wire.closed is not None
            assert client.wire.closed[0] is CloseCode.TRY_AGAIN_LATER

    async def test_a_document_that_is_never_signed_in_to_ends_the_socket(self, hub: Hub) -> None:
        client = Client(hub, "hocuspocus")
        client.send(DOC + b"\x03")
        client.socket.keep_alive()
        assert client.wire.closed is None
        client.socket.keep_alive()
        assert client.wire.closed is not None
        assert client.wire.closed[0] is CloseCode.SIGN_IN_TOO_SLOW
