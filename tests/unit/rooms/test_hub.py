"""The hub: rooms are opened once, put away safely, and refused when they cannot be whole."""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from coscribe.access import guests
from coscribe.access.principal import Principal
from coscribe.access.roles import Role
from coscribe.journal.journal import AuthorQuery, Change, Loaded
from coscribe.protocol.close_codes import CloseCode
from coscribe.protocol.state_vectors import write_state_vector
from coscribe.protocol.sync import step1, update_message
from coscribe.rooms.fitting import FIT_HERE_BYTES
from coscribe.rooms.hub import Hub
from coscribe.rooms.limits import Limits
from coscribe.rooms.room import RoomState
from unit.protocol.building import section, text, update

from .conftest import Client, Typist, text_of, turn, updates_in


async def join(hub: Hub, document: str = "doc", token: str = "") -> Client:
    client = await Client(hub, "y-websocket").open(document, token)
    client.send(step1(b"\0"))
    return client


@pytest.mark.parametrize("registered", ["before it is looked for", "while it is looked for"])
async def test_a_document_that_reaches_the_disk_while_it_is_looked_for_is_opened(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, registered: str
) -> None:
    load, commit, written, looks = hub.store.load, hub.store.commit, asyncio.Event(), 0
    document = hub.register("doc", "Title") if registered == "before it is looked for" else None

    async def late_commit(changes: Sequence[Change]) -> None:
        await written.wait()
        await commit(changes)

    async def slow_load(id: str, *, after: int | None = None) -> Loaded | None:
        nonlocal document, looks
        looks += 1
        found = await load(id, after=after)
        document = document or hub.register("doc", "Title")
        if looks == 2:
            written.set()
            while hub._registering:
                await asyncio.sleep(0)
        return found

    monkeypatch.setattr(hub.store, "commit", late_commit)
    monkeypatch.setattr(hub.store, "load", slow_load)
    room = await hub.ready_room("doc")
    written.set()
    assert room.document == document


async def test_two_first_joiners_share_one_room_and_one_document(hub: Hub) -> None:
    one, two = Client(hub, "y-websocket"), Client(hub, "y-websocket")
    one.socket.open(hub.attach, "doc", "")
    two.socket.open(hub.attach, "doc", "")
    await hub.ready_room("doc")
    assert len(hub.rooms["doc"].sessions) == 2
    await turn()
    document = await hub.document("doc")
    assert document is not None
    assert document.key == hub.rooms["doc"].document.key  # type: ignore[union-attr]


async def test_a_document_registered_while_its_room_opens_exists_once(hub: Hub) -> None:
    room = hub.room("doc")
    registered = hub.register("doc", "Title")
    await asyncio.shield(room.ready)
    assert room.document == registered


class TestPutAway:
    @pytest.fixture
    def limits(self) -> Limits:
        return Limits(room_idle_s=0)

    async def test_an_idle_room_is_put_away_and_comes_back_as_it_was(self, hub: Hub) -> None:
        client, typist = await join(hub), Typist(1)
        client.send(update_message(typist.type("hello")), update_message(typist.delete(1, 2)))
        await turn()
        room = hub.rooms["doc"]
        vector, deletes, head = room.ground.vector(), room.ground.delete_set(), room.head
        client.socket.leave()
        await asyncio.sleep(1.2)
        assert "doc" not in hub.rooms
        assert room.state is RoomState.CLOSED
        back = await join(hub)
        again = hub.rooms["doc"]
        assert again is not room
        assert (again.ground.vector(), again.ground.delete_set(), again.head) == (vector, deletes, head)
        assert text_of(updates_in(back.take())) == "hllo"

    async def test_a_room_with_somebody_in_it_stays(self, hub: Hub) -> None:
        await join(hub)
        await asyncio.sleep(1.2)
        assert "doc" in hub.rooms


async def test_a_damaged_document_is_refused_and_never_served_empty(hub: Hub, tmp_path: Path) -> None:
    client = await join(hub)
    client.send(update_message(Typist(1).type("precious")))
    await turn()
    client.socket.leave()
    del hub.rooms["doc"]
    with sqlite3.connect(tmp_path / "coscribe.db") as database:
        database.execute("UPDATE updates SET body = zeroblob(20)")
    database.close()
    victim = Client(hub, "y-websocket")
    victim.socket.open(hub.attach, "doc", "")
    other = await join(hub, "another")
    await turn()
    assert victim.take() == []
    assert victim.wire.closed is not None
    assert victim.wire.closed[0] is CloseCode.SERVER_ERROR
    assert other.wire.closed is None


async def test_a_document_with_a_damaged_checkpoint_is_opened_from_its_edits(hub: Hub, tmp_path: Path) -> None:
    client = await join(hub)
    client.send(update_message(Typist(1).type("precious")))
    await turn()
    client.socket.leave()
    del hub.rooms["doc"]
    with sqlite3.connect(tmp_path / "coscribe.db") as database:
        database.execute("INSERT INTO checkpoints SELECT key, head, x'00', x'00', x'00', 12345 FROM documents")
    database.close()
    reader = await join(hub)
    await turn()
    assert text_of(updates_in(reader.take())) == "precious"


async def test_a_document_in_the_trash_closes_its_sockets_and_refuses_newcomers(hub: Hub) -> None:
    client = await join(hub)
    document = await hub.document("doc")
    assert document is not None
    await hub.change(document._replace(deleted=1))
    late = Client(hub, "y-websocket")
    late.socket.open(hub.attach, "doc", "")
    await turn()
    for each in (client, late):
        assert each.wire.closed is not None
        assert each.wire.closed[0] is CloseCode.DELETED


async def test_edits_carry_the_key_of_who_wrote_them(hub: Hub) -> None:
    client = Client(hub, "y-websocket")
    client.socket.open(hub.attach, "doc", "writer")
    await turn()
    client.send(step1(b"\0"), update_message(Typist(1).type("signed")))
    await turn()
    loaded = await hub.store.load("doc")
    assert loaded is not None
    key = loaded.rows[0].body[0]
    assert hub._authors["w"] == bytes((key,))
    assert key != 0


async def authors(hub: Hub, *names: str) -> list[str]:
    await turn()
    return sorted(author.id for author in await hub.store.find(AuthorQuery(ids=list(names))))


async def test_a_guest_is_entered_among_the_authors_with_the_right_to_write_and_not_before(
    hub: Hub, principals: dict[str, Principal]
) -> None:
    names = [f"{guests.ID}{number}" for number in range(3)]
    for number, name in enumerate(names):
        principals[name] = Principal(name, "Guest", "", Role.VIEW if number else Role.EDIT)
    clients = [await Client(hub, "y-websocket").open("doc", name) for name in names]
    assert await authors(hub, *names) == names[:1]
    viewer, room = clients[1], hub.rooms["doc"]
    session = next(each for each in room.sessions if each.transport is viewer.wire)
    principals[names[1]] = principals[names[1]]._replace(role=Role.EDIT)
    hub.attach(session, "doc", names[1])
    viewer.send(step1(b"\0"), update_message(Typist(1).type("a")))
    assert await authors(hub, *names) == names[:2]
    loaded = await hub.store.load("doc")
    assert loaded is not None
    assert loaded.rows[-1].body[:1] == session.author
    assert await hub.author(principals[names[2]]._replace(role=Role.EDIT)) == hub._authors[names[2]]
    assert await authors(hub, *names) == names


async def test_so_many_authors_are_remembered_and_no_more(
    hub: Hub, principals: dict[str, Principal], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coscribe.rooms.hub.AUTHORS_REMEMBERED", 3)
    people = [Principal(f"p{number}", "", "", Role.EDIT) for number in range(6)]
    keys = [await hub.author(each) for each in people]
    await turn()
    assert len(hub._authors) == 3
    assert [await hub.author(each) for each in people] == keys, "who was forgotten is looked up"


async def test_a_big_update_is_placed_also_when_no_worker_can_check_it(hub: Hub) -> None:
    one, two = await join(hub), await join(hub)
    two.take()
    typist = Typist(1)
    one.send(update_message(typist.type("x" * 50_000)), update_message(typist.type("after")))
    await turn()
    assert text_of(updates_in(two.take())) == "x" * 50_000 + "after"


async def test_one_that_would_hold_everybody_up_is_sent_again_later_when_no_worker_can_check_it(hub: Hub) -> None:
    one, two = await join(hub), await join(hub)
    two.take()
    one.send(update_message(Typist(1).type("x" * (FIT_HERE_BYTES + 1))))
    await turn()
    assert one.wire.closed is not None
    assert one.wire.closed[0] is CloseCode.TRY_AGAIN_LATER
    assert two.wire.closed is None
    assert (hub.rooms["doc"].head, two.take()) == (0, [])


@pytest.mark.parametrize("letters", [400, 60_000])
async def test_what_is_long_to_look_at_and_stored_is_opened_also_when_no_worker_can_check_it(
    hub: Hub, letters: int
) -> None:
    update_ = update([section(1, 0, *[text("x")] * letters)])
    client = await join(hub)
    room = hub.rooms["doc"]
    room.accept(None, room.ground.place(update_, trim=False).update, b"\0")
    await turn()
    assert len(update_) > FIT_HERE_BYTES or letters == 400
    client.socket.leave()
    await hub._put_away(room)
    await join(hub)
    again = hub.rooms["doc"]
    assert again is not room
    assert again.ground.known == {1: letters}
    assert again.ground.vector() == write_state_vector({1: letters})


async def test_a_big_update_that_is_malformed_ends_its_sender_only(hub: Hub) -> None:
    one, two = await join(hub), await join(hub)
    one.send(update_message(b"\x01" * 40_000))
    await turn()
    assert one.wire.closed is not None
    assert one.wire.closed[0] is CloseCode.BAD_MESSAGE
    assert two.wire.closed is None


async def test_what_was_accepted_is_on_disk_when_the_hub_stops(hub: Hub, tmp_path: Path) -> None:
    client, typist = await join(hub), Typist(1)
    for letter in "stop":
        client.send(update_message(typist.type(letter)))
    await hub.settle(5)
    loaded = await hub.store.load("doc")
    assert loaded is not None
    assert loaded.document.head == 4


async def test_the_journal_that_lags_holds_up_writers_until_it_has_room(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coscribe.rooms.hub.QUEUE_BYTES", -1)
    waiting = asyncio.create_task(hub.room_to_write())
    await asyncio.sleep(0.05)
    assert not waiting.done()
    monkeypatch.setattr("coscribe.rooms.hub.QUEUE_BYTES", 1 << 20)
    client = await join(hub)
    client.send(update_message(Typist(1).type("room")))
    await asyncio.wait_for(waiting, 2)


async def test_a_newcomer_does_not_wait_for_a_worker_that_hangs(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    one, typist = await join(hub), Typist(1)
    one.send(update_message(typist.type("x" * 20_000)))
    old = typist.doc.get_state()
    one.send(*(update_message(typist.type(f"{n} ")) for n in range(300)))
    await turn()
    room = hub.rooms["doc"]
    room.served.snapshot = (
        1,
        room.served.tail.after(0)[0],
    )  # too large to be sent whole

    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("coscribe.rooms.state.WORKER_PATIENCE_S", 0.05)
    monkeypatch.setattr(hub.pool, "diff", hang, raising=False)
    monkeypatch.setattr(hub.pool, "checkpoint", hang, raising=False)
    late = await Client(hub, "y-websocket").open("doc")
    late.take()
    late.send(step1(old))
    await asyncio.sleep(0.5)
    assert text_of(updates_in(late.take())) == str(typist.text)
