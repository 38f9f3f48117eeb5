"""What newcomers are sent: the last snapshot that a worker made, and behind it the raw updates.

Always holds: snapshot and tail together are the whole document up to the room's head, whatever workers do. Without one
newcomers are sent the old snapshot and a longer tail: always right, only longer.
"""

import asyncio
from typing import TYPE_CHECKING

from ..journal.journal import PutCheckpoint
from ..protocol.lib0 import DecodeError
from ..protocol.state_vectors import PeerVector
from ..protocol.sync import Parts, step2_parts, update_parts
from ..protocol.updates import EMPTY_UPDATE
from .tail import Tail

if TYPE_CHECKING:
    from .room import Room

SMALL_STATE_BYTES = 16 << 10
"""Up to this size a newcomer with old state is sent everything: cheaper than asking a worker for the difference."""
SHORT_TAIL_UPDATES = 200
SHORT_TAIL_BYTES = 64 << 10
"""A tail up to here is sent raw; a longer one is folded into a fresh snapshot first."""
WORKER_PATIENCE_S = 2.0
"""How long a newcomer waits for a worker before it is sent the last snapshot and all raw updates behind it."""
CHECKPOINT_RETRY_S = 5.0
GROWTH = 4
"""Another checkpoint is made once a quarter more has come: it copies all there is, which a long document pays for."""
PAUSE_GROWTH = 16
"""In a pause a smaller part is enough."""


class ServedState:
    """The state of one room's document, as bytes; `rows` counts those behind its last checkpoint."""

    def __init__(self, room: "Room") -> None:
        self._room = room
        self.snapshot = (0, EMPTY_UPDATE)
        self.tail = Tail(0)
        self.rows = 0
        self._refreshing: asyncio.Task[None] | None = None
        self._next_refresh_at = float("-inf")
        self._head_before = 0

    @property
    def head(self) -> int:
        """The number of the last update."""
        return self.tail.base + len(self.tail)

    @property
    def size(self) -> int:
        """Bytes in memory, which is also what a newcomer is sent."""
        return len(self.snapshot[1]) + self.tail.size

    @property
    def refreshing(self) -> bool:
        """Tell whether a worker is making a snapshot."""
        return self._refreshing is not None

    def start_from(self, sequence: int, state: bytes) -> None:
        """Begin with a verified state."""
        self.snapshot = (sequence, state)
        self.tail = Tail(sequence)

    # Out

    def base_at_once(self, vector: PeerVector) -> tuple[int, bytes] | None:
        """Find in memory what to send a client with this state vector: (sequence, state); None when a worker should.

        The sequence may lie beyond what is on disk: the answer must wait for that.
        """
        room = self._room
        if room.hub.journal.failure is None and (deletions := self._deletions_for(vector)) is not None:
            return room.head, deletions
        if self._tail_is_short() and (not vector or len(self.snapshot[1]) <= SMALL_STATE_BYTES):
            return self.snapshot
        return None

    async def base(self, vector: PeerVector) -> tuple[int, bytes]:
        """Find it with a worker's help: a difference, a fresh snapshot, or at worst an old one; all are on disk.

        Raise DecodeError for a long vector that is none.
        """
        hub = self._room.hub
        if vector and len(self.snapshot[1]) > SMALL_STATE_BYTES:
            asked = hub.spawn(hub.difference(self._room, vector.encoded))
            await asyncio.wait([asked], timeout=WORKER_PATIENCE_S)
            difference = asked.result() if asked.done() else None
            if isinstance(difference, DecodeError):
                raise difference
            if difference is not None and difference[0] >= self.tail.base:
                return difference
        if not self._tail_is_short():
            await self._refreshed()
        return self.snapshot

    def messages(self, sequence: int, state: bytes) -> list[Parts]:
        """Bring a client to what is on disk.

        SyncStep2 comes last: who has it calls the document loaded, be it still empty.
        """
        tail = self.tail.after(sequence)[: self._room.committed - sequence]
        if not tail:
            return [step2_parts(state)]
        updates = tail if state == EMPTY_UPDATE else [state, *tail]
        return [*map(update_parts, updates), step2_parts(EMPTY_UPDATE)]

    async def current(self, vector: PeerVector) -> tuple[int, bytes]:
        """Return what a document with this state vector lacks of what is on disk, as one update, and its sequence.

        Raise WorkerUnavailable, WorkerFailed, or DecodeError for a long vector that is none.
        """
        room = self._room
        assert room.document is not None
        if room.committed == room.head and (deletions := self._deletions_for(vector)) is not None:
            return room.head, deletions
        if vector:
            return await room.hub.pool.diff(room.document.key, room.committed, vector.encoded)
        if self.snapshot[0] == room.head:
            return self.snapshot
        return await room.hub.pool.state(room.document.key, room.committed)

    def _deletions_for(self, vector: PeerVector) -> bytes | None:
        """Return the deletions, as an update, for a peer that lacks no more; None for another, or for very many."""
        ground = self._room.ground
        deletions = ground.delete_set() if ground.covers_vector(vector) else None
        return None if deletions is None else b"\x00" + deletions

    def _tail_is_short(self) -> bool:
        return len(self.tail) <= SHORT_TAIL_UPDATES and self.tail.size <= SHORT_TAIL_BYTES

    # Snapshots

    def row_committed(self) -> None:
        """Count a row, and have a checkpoint made when the tail has grown long."""
        self.rows += 1
        limits = self._room.limits
        much = max(limits.checkpoint_bytes, len(self.snapshot[1]) // GROWTH)
        if self.rows >= limits.checkpoint_rows or self.tail.size >= much:
            self._refresh_in_time()

    def pause(self) -> None:
        """Have a long tail folded when nothing has come since the last call, so that no newcomer waits for it."""
        head, before = self.head, self._head_before
        self._head_before = head
        if head == before and not self._tail_is_short() and self.tail.size >= len(self.snapshot[1]) // PAUSE_GROWTH:
            self._refresh_in_time()

    def _refresh_in_time(self) -> None:
        if self._room.monotonic() >= self._next_refresh_at:
            self._refresh()

    async def settle(self) -> None:
        """Fold a long tail into a checkpoint before the room is put away."""
        if len(self.tail) > SHORT_TAIL_UPDATES // 4 or self.tail.size > SHORT_TAIL_BYTES // 4:
            await self._refreshed()

    async def _refreshed(self) -> None:
        """Have a snapshot made and wait for it, but not for ever."""
        self._refresh()
        if self._refreshing is not None:
            await asyncio.wait([self._refreshing], timeout=WORKER_PATIENCE_S)

    def _refresh(self) -> None:
        if self._refreshing is None and self._room.committed > self.snapshot[0]:
            self._refreshing = self._room.hub.spawn(self._take_checkpoint())

    async def _take_checkpoint(self) -> None:
        room = self._room
        try:
            checkpoint = await room.hub.checkpoint(room)
            if checkpoint is None:
                self._next_refresh_at = room.monotonic() + CHECKPOINT_RETRY_S
                return
            self.rows = 0
            self.snapshot = (checkpoint.seq, checkpoint.state)
            self.tail.drop_through(checkpoint.seq)
            room.hub.journal.append(PutCheckpoint(checkpoint), None)
        finally:
            self._refreshing = None
