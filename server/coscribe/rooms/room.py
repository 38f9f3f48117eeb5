"""A room: the live side of one document.

Always holds: what is accepted is a complete continuation of what the journal holds (`ground`), is numbered without a
gap (`head`), reaches the journal in that order, and is acknowledged only behind `committed`. The room never runs CRDT
code: the state it serves is a snapshot that a worker made, and behind it the raw updates.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Generator
from contextlib import suppress
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING

from ..journal.access import Writer
from ..journal.journal import AppendRow, Checkpoint, Document, Loaded, Row, unpack_entries
from ..protocol.close_codes import CloseCode, CloseSocket
from ..protocol.ground import Ground
from ..protocol.lib0 import DecodeError, write_var_uint
from ..protocol.state_vectors import EMPTY_VECTOR, PeerVector
from ..protocol.updates import EMPTY_UPDATE
from .authorship import Authorship
from .fanout import Fanout, update_frames
from .fitting import Fitting
from .presence import Presence
from .session import Session
from .state import ServedState

if TYPE_CHECKING:
    from .hub import Hub

READ_PATIENCE_S = 1.0
"""How long a read waits for edits to reach the disk; while the journal fails, it gets what is there."""
OPENING_SLICE = 500
RENEWAL_DELAY_S = 5.0
"""Clients renew their presence every 15 s and drop others after 30 s, so a renewal may wait a while for company."""
LONG_TAIL_ROWS = 5000
LONG_TAIL_BYTES = 1 << 20
"""A longer tail, as a crash leaves behind a large update, is folded into a checkpoint before the room opens."""

_log = logging.getLogger(__name__)

Answers = list[tuple[Session, bytes]]


class RoomState(Enum):
    """A room is opened once, and gone once it is closed: the next visitor gets a new one."""

    OPENING = auto()
    READY = auto()
    CLOSED = auto()


class Room:
    """One document, its sessions and what they need in memory."""

    def __init__(self, id: str, hub: "Hub") -> None:
        self.id = id
        self.hub = hub
        self.limits = hub.limits
        self.state = RoomState.OPENING
        self.document: Document | None = None
        self.sessions: set[Session] = set()
        self.ground = Ground()
        self.fitting = Fitting(self)
        self.fanout = Fanout(hub.limits, hub.outbox, self._send_on)
        self.presence = Presence(max_state_bytes=hub.limits.max_awareness_bytes, now_ms=hub.env.wall_ms)
        self.owner = ""
        """Whose it is, where it matters how much somebody has."""
        self.authorship: Authorship | None = None
        """To whom its client ids belong; None where nobody signs in."""
        self.head = 0
        self.committed = 0
        self.served = ServedState(self)
        self.largest_update = hub.limits.max_update_bytes
        """What an update may have at most: the limit of updates, or what is left of the document's."""
        self.idle_since = hub.env.monotonic()
        self._senders: list[Session | None] = []
        self._authors: list[bytes] = []
        self._updates: list[bytes] = []
        self._turn_due = self._turn_held = False
        self._turned_at = float("-inf")
        self._renewal: asyncio.TimerHandle | None = None
        self._tick_s = hub.limits.tick_ms / 1000
        self._waiting: deque[tuple[int, Callable[[], None]]] = deque()
        self.ready: asyncio.Future[None] = hub.loop.create_future()

    # Time, which sessions use through their room

    def monotonic(self) -> float:
        """Seconds of a clock that only goes forward."""
        return self.hub.env.monotonic()

    def call_later(self, delay_s: float, work: Callable[[], None]) -> object:
        """Do something later."""
        return self.hub.loop.call_later(delay_s, work)

    # Opening

    async def opened(self, document: Document, loaded: Loaded | None) -> None:
        """Start from what the journal holds; `place_rows` must follow for the rows behind the checkpoint."""
        self.document = document
        self.head = self.committed = document.head
        if loaded is not None and loaded.checkpoint is not None:
            await self.start_from(loaded.checkpoint)

    def know_writers(self, writers: list[Writer]) -> None:
        """Learn to whom client ids belong, and see to it from now on."""
        self.authorship = Authorship(self, writers)
        self.presence.is_foreign = self.authorship.foreign

    async def start_from(self, checkpoint: Checkpoint) -> None:
        """Take a verified state as the snapshot, and what it holds as the ground."""
        self.served.start_from(checkpoint.seq, checkpoint.state)
        self.ground = await self.hub.gradually(Ground.building(checkpoint.vector, checkpoint.deletes))

    async def place_rows(self, rows: list[Row]) -> None:
        """Put rows that lie behind the snapshot on the ground, in slices that do not hold up other rooms."""
        done = 0
        for row in rows:
            for _, update in unpack_entries(row.body):
                await self.fitting.place_stored(update)
                self.served.tail.append(update)
                done += 1
                if done % OPENING_SLICE == 0:
                    await asyncio.sleep(0)
        await self.hub.gradually(self.ground.adding())
        self.served.rows = len(rows)

    def begin(self) -> None:
        """Let everybody in who has been waiting."""
        self.state = RoomState.READY
        self.measure()
        self.head = self.committed = max(self.head, self.served.head)
        self.ready.set_result(None)
        for session in list(self.sessions):
            session.opened()

    def close(self, code: CloseCode, reason: str) -> None:
        """End the room and the sockets of everybody in it."""
        self.state = RoomState.CLOSED
        if not self.ready.done():
            self.ready.set_exception(CloseSocket(code, reason))
            self.ready.exception()  # seen here, whether or not anybody waits
        for session in list(self.sessions):
            session.end(code, reason)

    # Coming and going

    def join(self, session: Session) -> None:
        """Take in a session; it begins at once when the room is ready, else when it is."""
        if len(self.sessions) >= self.limits.connections_per_document:
            raise CloseSocket(CloseCode.TRY_AGAIN_LATER, "this document has as many connections as it may have")
        self.sessions.add(session)
        if self.state is RoomState.READY:
            session.opened()

    def part(self, session: Session) -> None:
        """Let a session go, and tell the others that its clients have left."""
        self.sessions.discard(session)
        self.fanout.part(session)
        self.hub.behind.discard(session)
        self.hub.people.leave(session)
        if self.presence.leave(session):
            self.touch()
        if not self.sessions:
            self.idle_since = self.monotonic()

    def fall_behind(self, session: Session, head: int) -> None:
        """Take a session that does not read out of the fan-out, which has heard what came up to `head`.

        The hub brings it back once it has read.
        """
        self.fanout.part(session)
        session.behind_since = self.monotonic()
        session.heard = head, self.ground.vector() if head == self.head else EMPTY_VECTOR
        self.hub.behind.add(session)

    # Updates in

    def refuse_size(self, update: bytes) -> None:
        """Raise CloseSocket for an update that is larger than `largest_update`."""
        if len(update) > self.limits.max_update_bytes:
            raise CloseSocket(CloseCode.TOO_LARGE, f"an update may have {self.limits.max_update_bytes} bytes at most")
        self.hub.space.check()
        self.hub.quotas.check(self.owner)
        raise CloseSocket(CloseCode.TOO_LARGE, "this document has reached its size limit; continue in a new one")

    def measure(self) -> None:
        """Find out how large an update may be."""
        # once a turn: within one, a document may pass its limit by what one turn holds
        limits, ground = self.limits, self.ground
        full = (
            self.hub.space.full
            or self.hub.quotas.full(self.owner)
            or len(ground.known) > limits.max_document_clients
            or ground.deleted.count > limits.max_document_deletions
        )
        left = 0 if full else limits.max_document_bytes - self.served.size
        self.largest_update = min(limits.max_update_bytes, left)

    def accept(self, session: Session | None, update: bytes, author: bytes) -> None:
        """Number an update that has been placed on the ground, and put it on the turn."""
        self.head += 1
        self.served.tail.append(update)
        self._senders.append(session)
        self._authors.append(author)
        self._updates.append(update)
        if not self._turn_due:
            self.touch()

    def touch(self) -> None:
        """Have a turn: at once after a pause, else together with what arrives within a tick."""
        if self._turn_due:
            return
        self._turn_due = True
        wait_s = self._turned_at + self._tick_s - self.monotonic()
        if wait_s <= 0:
            self.hub.loop.call_soon(self.turn)
        else:
            self.hub.loop.call_later(wait_s, self.turn)

    def touch_later(self) -> None:
        """Have a turn within RENEWAL_DELAY_S: renewed presence has that time, and several renewals share a frame."""
        if self._renewal is None:
            self._renewal = self.hub.loop.call_later(RENEWAL_DELAY_S, self.turn)

    def turn(self, *, at_once: bool = False) -> None:
        """Send what has come in to everybody, and hand it to the journal as one row.

        While the turn before is still being sent, it waits for that unless it must be had `at_once`.
        """
        if self.fanout.sending and not at_once:
            self._turn_held = True
            return
        self._turn_due = False
        self._turned_at = self.monotonic()
        if self._renewal is not None:
            self._renewal.cancel()
            self._renewal = None
        if self.state is RoomState.CLOSED:
            return
        senders, authors, updates = self._senders, self._authors, self._updates
        changes = self.presence.take_changes()
        if not updates:
            if changes:
                self.fanout.send([], [], changes, self.head)
            return
        self._senders, self._authors, self._updates = [], [], []
        if self.ground.is_behind:
            self.hub.spawn(self.hub.gradually(self.ground.adding()))
        self.measure()
        sized = [(write_var_uint(len(update)), update) for update in updates]
        try:
            echoes = self.fanout.send(senders, sized, changes, self.head)
        except Exception:  # the boundary: whatever fails while sending, what was accepted reaches the journal
            _log.exception("document %s: a turn could not be sent", self.id)
            echoes = None
        answers = _answers(senders, echoes or update_frames(sized))
        body = b"".join([part for author, each in zip(authors, sized, strict=True) for part in (author, *each)])
        self.hub.space.add(size=len(body))
        self.hub.quotas.add(self.owner, len(body))
        assert self.document is not None
        row = Row(self.document.key, self.head, len(updates), self.hub.env.wall_ms(), body)
        self.hub.journal.append(AppendRow(row), (self, self.head, answers))
        if self.hub.webhooks.receivers:
            self.hub.webhooks.changed(self.document)

    def _send_on(self, work: Generator[None, None, None]) -> None:
        task = self.hub.spawn(self._send_bit_by_bit(work))
        self.hub.sends.add(task)
        task.add_done_callback(self.hub.sends.discard)

    async def _send_bit_by_bit(self, work: Generator[None, None, None]) -> None:
        try:
            await self.hub.gradually(work, f"room {self.id}")
        finally:
            work.close()
            held, self._turn_held = self._turn_held, False
            if held:
                self.turn()

    # Durability

    def committed_through(self, sequence: int) -> None:
        """Learn that everything up to a sequence number is on disk."""
        self.committed = sequence
        while self._waiting and self._waiting[0][0] <= sequence:
            self._waiting.popleft()[1]()
        self.served.row_committed()

    def acknowledge_at_head(self, session: Session, answer: bytes) -> None:
        """Send an answer once everything accepted so far is on disk."""
        if self.committed >= self.head:
            session.write(answer)
        else:
            self._waiting.append((self.head, lambda: None if session.closed else session.write(answer)))

    async def durable(self, deadline_s: float | None = None) -> int:
        """Wait until everything accepted so far is on disk; returns its sequence number, or raises TimeoutError."""
        head = self.head
        if self.committed < head:
            done = self.hub.loop.create_future()
            self._waiting.append((head, lambda: None if done.done() else done.set_result(None)))
            await asyncio.wait_for(done, deadline_s)
        return head

    async def on_disk(self) -> int:
        """Say up to where the document is on disk, after giving what was accepted a moment to get there."""
        with suppress(TimeoutError):
            await self.durable(READ_PATIENCE_S)
        return self.committed

    # Out

    def answer(self, session: Session, vector: PeerVector) -> None:
        """Answer a SyncStep1: from memory where that is cheap, else with a worker's help.

        The answer holds only what is on disk, and what is not follows once it is: to see its own edit come back tells
        a y-websocket client that it is saved.
        """
        base = self.served.base_at_once(vector)
        if base is not None:
            self._answer_from(session, *base)
        else:
            session.start_syncing()
            self.fanout.part(session)
            self.hub.spawn(self._answer_later(session, vector))

    def _answer_from(self, session: Session, sequence: int, state: bytes) -> None:
        if sequence <= self.committed:
            self._bring_live(session, sequence, state)
        else:
            session.start_syncing()
            self.fanout.part(session)
            self._waiting.append((sequence, partial(self._bring_live, session, sequence, state)))

    async def _answer_later(self, session: Session, vector: PeerVector) -> None:
        try:
            base = await self.served.base(vector)
        except DecodeError as error:
            session.end(CloseCode.BAD_MESSAGE, str(error))
        else:
            self._bring_live(session, *base)

    def _bring_live(self, session: Session, sequence: int, state: bytes) -> None:
        session.go_live(self.served.messages(sequence, state))
        if self.head > self.committed:
            rest = self.served.tail.after(self.committed)
            self._waiting.append((self.head, partial(session.send_updates, rest)))

    def catch_up(self, session: Session) -> None:
        """Bring a session back that fell behind: one answer with everything since the last turn it was sent."""
        sequence, known = session.heard
        if sequence >= self.served.tail.base:
            self._answer_from(session, sequence, EMPTY_UPDATE)
        else:
            self.answer(session, PeerVector(known))

    def tell(self, payload: bytes, but: Session | None = None) -> None:
        """Pass a stateless message to every session but one whose dialect has them."""
        for session in list(self.sessions):  # some may be ended by it
            if session is not but:
                session.tell(payload)

    @property
    def at_rest(self) -> bool:
        """Tell whether nobody is here and everything is on disk."""
        return (
            self.state is RoomState.READY
            and not self.sessions
            and self.committed >= self.head
            and not self.served.refreshing
            and not self._waiting
        )


def _answers(senders: list[Session | None], echoes: list[bytes]) -> Answers:
    """Frame what each sender is to be told once the turn is on disk; most turns have one sender."""
    if len(set(senders)) == 1:
        session = senders[0]
        if session is None:
            return []
        return [(session, session.status_frame * len(senders) if session.status_frame else b"".join(echoes))]
    return [
        (session, session.status_frame or echo)
        for session, echo in zip(senders, echoes, strict=True)
        if session is not None
    ]
