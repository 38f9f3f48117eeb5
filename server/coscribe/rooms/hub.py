"""The hub: all rooms of this server, and what they share: the journal, the workers, the clock, the limits.

Always holds: one document has one room at a time; a room is put away only when everything in it is on disk; a document
that cannot be loaded whole is refused, never served empty.
"""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import nullcontext
from typing import Any, TypeVar

from ..access.gate import Credential, Gate
from ..access.principal import EVERYONE, Principal
from ..env import Env
from ..journal.access import WriterQuery
from ..journal.errors import ChangeRefused, DocumentDamaged
from ..journal.journal import (
    AuthorQuery,
    Checkpoint,
    Document,
    DocumentQuery,
    Journal,
    Loaded,
    PutAuthor,
    PutDocument,
    Quarantine,
    Store,
    StoredFile,
)
from ..journal.webhooks import Event
from ..protocol.close_codes import CloseCode, CloseSocket
from ..protocol.ground import Plan
from ..protocol.lib0 import DecodeError, read_var_uint
from ..workers.pool import ContentTooLarge, WorkerFailed, WorkerPool, WorkerUnavailable
from .admission import Admission
from .audit import Audit, AuditRules
from .erasure import DELETED, Eraser, Keeping
from .files import FileShelf
from .grants import Grants
from .indexing import Indexer
from .limits import Limits
from .long_work import BitByBit, Slots
from .membership import Membership
from .outbox import LARGE_BYTES, Outbox
from .people import People, TooMuch
from .quotas import Quotas
from .room import LONG_TAIL_BYTES, LONG_TAIL_ROWS, Answers, Room, RoomState
from .session import Session, author_bytes
from .sign_ins import SignInRules, SignIns
from .space import Space
from .webhooks import WebhookRules, Webhooks

SWEEP_S = 1.0
LARGE_PLANS = 2
"""How many large updates are with a worker at once, so that others' need not wait for all of somebody's."""
FIRST_EPOCH = 1
QUEUE_BYTES = 64 << 20
REGISTERED_LATELY_S = 30.0
AUTHORS_REMEMBERED = 20_000

_log = logging.getLogger(__name__)

T = TypeVar("T")
Token = tuple[Room, int, Answers]


class Hub:
    """Rooms by document id."""

    def __init__(
        self,
        *,
        store: Store,
        pool: WorkerPool,
        gate: Gate,
        limits: Limits,
        env: Env,
        commit_gather_s: float,
        sign_in_rules: SignInRules | None = None,
        audit_rules: AuditRules | None = None,
        keeping: Keeping | None = None,
        webhook_rules: WebhookRules | None = None,
    ) -> None:
        """`sign_in_rules` is None where nobody signs in with a browser."""
        self.store = store
        self.pool = pool
        self.gate = gate
        self.limits = limits
        self.env = env
        self.loop = asyncio.get_running_loop()
        self.journal = Journal(
            store, gather_s=commit_gather_s, on_commit=self._committed, on_refused=self._refused, env=env
        )
        self.outbox = Outbox(self.loop)
        self.people = People(limits, env.monotonic)
        self.space = Space(self)
        self.quotas = Quotas(self)
        self.files = FileShelf(self)
        self.indexer = Indexer(self)
        self.audit = Audit(self, audit_rules or AuditRules())
        self.eraser = Eraser(self, keeping or Keeping())
        self.webhooks = Webhooks(self, webhook_rules or WebhookRules())
        self.admission = Admission(self)
        self.grants = Grants(self)
        self.membership = Membership(self)
        self.sign_ins = SignIns(self, sign_in_rules)
        self.rooms: dict[str, Room] = {}
        self.behind: set[Session] = set()
        self.updates = 0
        self.stopping = False
        self._room_to_write = asyncio.Event()
        self.gradually = BitByBit(self.loop).do
        self.sends: set[asyncio.Task[None]] = set()
        """Turns of large rooms that are still being sent."""
        self._plans = Slots(self.loop, LARGE_PLANS)
        self._registering: dict[str, Document] = {}
        self._registered_lately: set[str] = set()
        self._authors: dict[str, bytes] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._sweeper: asyncio.Task[None] | None = None

    # Life

    async def start(self) -> None:
        """Start committing and sweeping; the store must be open."""
        await self.journal.start()
        await self.audit.start()
        await self.admission.start()
        await self.grants.start()
        await self.membership.start()
        await self.sign_ins.start()
        await self.webhooks.start()
        await self.space.learn(self.env.monotonic())
        self._sweeper = self.spawn(self._sweep())
        self.indexer.start()
        self.eraser.start()

    async def settle(self, deadline_s: float) -> None:
        """Bring everything that was accepted to disk, and acknowledge it."""
        self._room_to_write.set()
        for room in self._ready_rooms():
            room.turn(at_once=True)
        await self.journal.drain(deadline_s)
        await self.outbox.drain()
        if self.sends:
            await asyncio.wait(self.sends)

    async def stop(self, deadline_s: float) -> None:
        """Bring everything to disk, fold long tails into checkpoints, and stop."""
        self.stopping = True
        if self._sweeper is not None:
            self._sweeper.cancel()
        await self.webhooks.stop()
        await self.indexer.stop()
        await self.eraser.stop()
        self.audit.settle()
        await self.settle(deadline_s)
        if self.journal.failure is None:
            await asyncio.gather(*(room.served.settle() for room in self._ready_rooms()))
        await self.journal.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ready_rooms(self) -> list[Room]:
        return [room for room in self.rooms.values() if room.state is RoomState.READY]

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run something in the background, and log it when it fails."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a background task failed", exc_info=error)

    # Rooms

    def room(self, id: str) -> Room:
        """Find the room of a canonical document id, or begin to open it."""
        room = self.rooms.get(id)
        if room is None:
            room = self.rooms[id] = Room(id, self)
            self.spawn(self._open(room))
        return room

    async def ready_room(self, id: str) -> Room:
        """Find a room and wait until it is open; raise CloseSocket when it cannot be."""
        room = self.room(id)
        await asyncio.shield(room.ready)
        return room

    async def _open(self, room: Room) -> None:
        try:
            await self._load(room)
        except CloseSocket as error:
            self._drop(room, error.code, error.reason)
        except Exception:  # the boundary: whatever is wrong with one document, the others go on
            _log.exception("document %s cannot be opened", room.id)
            self._drop(room, CloseCode.SERVER_ERROR, "this document cannot be opened just now; try again later")
        else:
            room.begin()

    async def _load(self, room: Room) -> None:
        pending = self._registering.get(
            room.id
        )  # it may be on its way to the disk now, and there when it was looked for
        try:
            loaded = await self.store.load(room.id)
        except DocumentDamaged as error:
            loaded = await self._load_from_first_row(room.id, error)
        if loaded is None and await self.eraser.is_gone(room.id):
            raise CloseSocket(CloseCode.DELETED, DELETED)
        if loaded is None and pending is None and room.id in self._registered_lately:
            pending = self._registering.get(room.id)
            loaded = await self.store.load(room.id)  # the first read may have begun before it was on disk
        if loaded is None:
            await room.opened(pending or self._register_for(room), None)
            await self._learn_writers(room)
            return
        document = loaded.document
        if document.deleted is not None:
            raise CloseSocket(CloseCode.DELETED, "this document is in the trash")
        await room.opened(document, loaded)
        await self._learn_writers(room)
        tail_bytes = sum(len(row.body) for row in loaded.rows)
        if len(loaded.rows) > LONG_TAIL_ROWS or tail_bytes > LONG_TAIL_BYTES or not loaded.complete:
            checkpoint = await self._checkpoint(document.key, document.head)
            if checkpoint is not None and checkpoint.seq >= document.head:
                await room.start_from(checkpoint)
                return
        while True:
            await room.place_rows(loaded.rows)
            if loaded.complete:
                return
            more = await self.store.load(room.id, after=loaded.rows[-1].seq)
            if more is None:
                raise CloseSocket(CloseCode.DELETED, "this document was deleted")
            loaded = more

    async def _learn_writers(self, room: Room) -> None:
        if not self.gate.open_to_all:
            assert room.document is not None
            room.owner = await self.quotas.owner(room.document.key)
            room.know_writers(await self.store.find(WriterQuery(room.document.key)))

    async def _load_from_first_row(self, id: str, damage: DocumentDamaged) -> Loaded:
        """Do without the checkpoint where the rows hold everything; raise DocumentDamaged where they do not."""
        loaded = await self.store.load(id, after=0)
        if loaded is None or not loaded.rows or loaded.rows[0].seq != loaded.rows[0].count:
            raise damage
        _log.error("document %s is opened from its edits: %s", id, damage)
        return loaded

    def _register_for(self, room: Room) -> Document:
        """Create a document for whoever opened an unknown id, if somebody among them may."""
        pending = self._registering.get(room.id)
        if pending is not None:
            return pending
        refused = CloseSocket(CloseCode.DELETED, "there is no such document")
        for principal in {session.principal for session in room.sessions}:
            if principal is not None and principal.may_edit:
                try:
                    return self.register(room.id, "", principal)
                except TooMuch as error:
                    refused = error
        raise refused

    def close_room(self, id: str, code: CloseCode, reason: str) -> None:
        """End the room of a document, if it has one, and the sockets of everybody in it."""
        room = self.rooms.get(id)
        if room is not None:
            self._drop(room, code, reason)

    def _drop(self, room: Room, code: CloseCode, reason: str) -> None:
        if self.rooms.get(room.id) is room:
            del self.rooms[room.id]
        room.close(code, reason)

    # Documents and authors

    def register(self, id: str, title: str, principal: Principal = EVERYONE) -> Document:
        """Enter somebody's new document into the journal; its room may be used at once.

        Raise TooMuch or WorkspaceFull when there may not be another.
        """
        self.space.check_document()
        self.quotas.check(principal.id)
        self.people.may_create(principal)
        self.space.add(documents=1)
        now = self.env.wall_ms()
        document = Document(self.store.allocate_key(), id, title, FIRST_EPOCH, 0, now, now, None)
        self._registering[id] = document
        self.journal.append(PutDocument(document), None)
        self.webhooks.tell(Event.CREATED, document)
        self.membership.own(document, principal)
        self.spawn(self._registered(id))
        self.indexer.note(id)
        return document

    async def _registered(self, id: str) -> None:
        self._registered_lately.add(id)
        try:
            await self.journal.submit()
        finally:
            del self._registering[id]
        self.loop.call_later(REGISTERED_LATELY_S, self._registered_lately.discard, id)

    def has_new(self, id: str) -> bool:
        """Tell whether a document has just been made, or is being opened, that a look at the disk may have missed."""
        return id in self.rooms or id in self._registering or id in self._registered_lately

    async def document(self, id: str) -> Document | None:
        """Find a document, also one in the trash; its head is what is on disk."""
        pending = self._registering.get(id)
        if pending is not None:
            return pending
        found = await self.store.find(DocumentQuery(id=id, deleted=None, limit=1))
        return found[0] if found else None

    async def change(self, document: Document, event: Event | None = None) -> Document:
        """Store a document's title, its epoch, or its way to the trash and back, and let its room and webhooks know."""
        document = document._replace(updated=self.env.wall_ms())
        if event is not None:
            self.webhooks.tell(event, document)
        try:
            await self.journal.submit(PutDocument(document))
        except ChangeRefused:
            if await self.eraser.is_gone(document.id):
                raise CloseSocket(CloseCode.DELETED, DELETED) from None
            raise
        self.indexer.note(document.id)
        room = self.rooms.get(document.id)
        if room is not None:
            known, room.document = room.document, document
            if document.deleted is not None:
                self._drop(room, CloseCode.DELETED, "this document was moved to the trash")
            elif known is not None and document.epoch != known.epoch:
                self._drop(room, CloseCode.EPOCH_CHANGED, "the past of this document was replaced; load it again")
        return document

    async def store_file(self, document: Document, body: bytes) -> StoredFile:
        """Store an image that a document shows, on disk when this returns; see `FileShelf.store` for what it raises."""
        return await self.files.store(document, body)

    async def author(self, principal: Principal) -> bytes:
        """Find the author key of somebody signed in, encoded.

        A new author is entered into the journal; a guest not before they may write, since guests are without number.
        """
        if not principal.id:
            return b"\x00"
        known = self.known_author(principal)
        if known is None:
            found = await self.store.find(AuthorQuery(ids=[principal.id]))
            known = self._authors.get(principal.id)  # somebody else may have come in meanwhile
            if known is None:
                if len(self._authors) >= AUTHORS_REMEMBERED:
                    del self._authors[next(iter(self._authors))]
                known = author_bytes(found[0].key if found else self.store.allocate_key())
                self._authors[principal.id] = known
                if principal.may_edit or not principal.is_guest:
                    self.enter_author(principal, known)
        return known

    def known_author(self, principal: Principal) -> bytes | None:
        """Return the encoded author key of somebody, if that takes no look-up."""
        if not principal.id:
            return b"\x00"
        known = self._authors.get(principal.id)
        if known is not None and principal.is_guest and principal.may_edit:
            self.enter_author(principal, known)
        return known

    def enter_author(self, principal: Principal, author: bytes) -> None:
        """Enter somebody among the authors, under the encoded key that they have."""
        key, _ = read_var_uint(author, 0)
        self.journal.append(PutAuthor(key, principal.id, principal.name, principal.color), None)

    def attach(self, session: Session, id: str, credential: Credential) -> None:
        """Let a session into the room of a canonical id; raise SignInRequired, Forbidden or CloseSocket."""
        self.admission.attach(session, id, credential)

    async def room_to_write(self) -> None:
        """Wait while more is queued for the disk than may be: a full journal slows writers down."""
        if self.journal.queued_bytes > QUEUE_BYTES and not self.stopping:
            self._room_to_write.clear()
            await self._room_to_write.wait()

    # The journal's side

    def _committed(self, tokens: list[Token]) -> None:
        """Send every answer that was waiting for this commit, one write per connection."""
        writes: dict[Session, list[bytes]] = {}
        for room, sequence, answers in tokens:
            for session, answer in answers:
                if session in writes:
                    writes[session].append(answer)
                else:
                    writes[session] = [answer]
            self.updates += sequence - room.committed
            room.committed_through(sequence)
        if self.journal.queued_bytes <= QUEUE_BYTES:
            self._room_to_write.set()
        most = self.limits.slow_client_max_bytes
        for session, frames in writes.items():
            if session.closed:
                continue
            if session.transport.get_write_buffer_size() > most:
                session.end(CloseCode.TRY_AGAIN_LATER, "this client does not read what it is sent")
            elif sum(map(len, frames)) <= LARGE_BYTES:
                session.write(b"".join(frames))
            else:
                for frame in frames:
                    session.write(frame)

    def _refused(self, token: Token | None, error: Exception) -> None:
        if token is not None:
            self._drop(token[0], CloseCode.SERVER_ERROR, "an edit could not be stored; reconnect to send it again")

    def quarantine(self, document: int, sequence: int, reason: str) -> None:
        """Set a row aside that no worker survives."""
        _log.error("row %d of document key %d is quarantined: %s", sequence, document, reason)
        self.journal.append(Quarantine(document, sequence, reason), None)

    # The workers' side: None when there is no answer to be had, and the caller does without

    async def checkpoint(self, room: Room) -> Checkpoint | None:
        """Have the state of a room folded, as of what is on disk."""
        assert room.document is not None
        return await self._checkpoint(room.document.key, room.committed)

    async def _checkpoint(self, key: int, sequence: int) -> Checkpoint | None:
        return await self._ask(self.pool.checkpoint(key, sequence), f"checkpoint of document key {key}")

    async def difference(self, room: Room, vector: bytes) -> tuple[int, bytes] | DecodeError | None:
        """Have a worker say what a peer with this state vector lacks of what is on disk, or that it is none."""
        assert room.document is not None
        try:
            return await self._ask(self.pool.diff(room.document.key, room.committed, vector), f"state of {room.id}")
        except DecodeError as error:
            return error

    async def plan(self, update: bytes, vector: bytes, trim: bool, who: str) -> Plan | None:
        """Have a worker check somebody's update, which may take it seconds.

        Raise MalformedUpdate, or CloseSocket for more than an update has.
        """
        turn = self._plans.turn(who) if len(update) > LARGE_BYTES else nullcontext()
        try:
            async with turn:
                return await self._ask(self.pool.plan(update, vector, trim), "check of an update")
        except ContentTooLarge as error:
            raise CloseSocket(CloseCode.TOO_LARGE, str(error)) from None

    @staticmethod
    async def _ask(answer: Coroutine[Any, Any, T], what: str) -> T | None:
        try:
            return await answer
        except (WorkerUnavailable, WorkerFailed) as error:
            _log.warning("%s: no worker could answer: %s", what, error)
            return None

    # Sweeping

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            now = self.env.monotonic()
            await self.space.learn(now)
            await self.quotas.learn(now)
            for session in list(self.behind):
                self._sweep_behind(session, now)
            for room in list(self.rooms.values()):
                room.served.pause()
                if room.at_rest and now - room.idle_since >= self.limits.room_idle_s:
                    room.idle_since = now
                    self.spawn(self._put_away(room))

    def _sweep_behind(self, session: Session, now: float) -> None:
        waiting = session.transport.get_write_buffer_size()
        if waiting > self.limits.slow_client_max_bytes or now - session.behind_since > self.limits.slow_client_max_s:
            session.end(CloseCode.TRY_AGAIN_LATER, "this client does not read what it is sent")
        elif waiting + self.outbox.unsent[session] <= self.limits.slow_client_bytes // 4 and session.room is not None:
            self.behind.discard(session)
            session.room.catch_up(session)

    async def _put_away(self, room: Room) -> None:
        await room.served.settle()
        if room.at_rest and self.rooms.get(room.id) is room and room.id not in self._registering:
            del self.rooms[room.id]
            room.state = RoomState.CLOSED
