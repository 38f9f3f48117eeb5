"""Sending a room's turn: what arrived within a few milliseconds goes out in one write per client.

Sending is the floor of a relay's cost, whatever the language; the only way down is fewer writes. The first edit after
a pause leaves at once, what follows within a tick goes together. A message is framed once per distinct address and
the same bytes are written to everyone; a sender's own edits are cut out of what it is sent.

In a large room that is done bit by bit, while others have their turn; the room's own next turn waits for it, and
gathers what has come meanwhile.
"""

from asyncio import WriteTransport
from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, NamedTuple

from ..protocol.awareness import State, write_states
from ..protocol.frames import binary_frame, binary_head
from ..protocol.sync import UPDATE_START, awareness_message
from .limits import Limits
from .outbox import LARGE_BYTES, Outbox
from .presence import encode_for

if TYPE_CHECKING:
    from .session import Session

SMALL_ROOM = 128
AT_ONCE = 64
"""How many in a larger room are written to before others have their turn: about half a millisecond."""

Changes = dict[int, tuple[State, "Session | None"]]
Sized = tuple[bytes, bytes]
"""An update, and before it its length."""


def update_frames(updates: list[Sized], prefix: bytes = b"") -> list[bytes]:
    """Frame an update each, copying it once."""
    start = prefix + UPDATE_START
    overhead = len(start)
    return [binary_head(overhead + len(size) + len(update)) + start + size + update for size, update in updates]


class _Message(NamedTuple):
    """What is sent to a group in one turn: its edits, and the changes of presence as most are to see them."""

    prefix: bytes
    group: "dict[Session, WriteTransport]"
    edits: bytes
    presence: bytes
    own: "dict[Session, list[int]]"


class Fanout:
    """The live sessions of a room, grouped by the address that stands before their messages."""

    __slots__ = ("_go_on", "_groups", "_limits", "_outbox", "_under_way")

    def __init__(self, limits: Limits, outbox: Outbox, go_on: Callable[[Generator[None, None, None]], None]) -> None:
        """Take what does the rest of a turn bit by bit."""
        self._groups: dict[bytes, dict[Session, WriteTransport]] = {}
        self._limits = limits
        self._outbox = outbox
        self._go_on = go_on
        self._under_way = 0

    @property
    def sending(self) -> bool:
        """Tell whether a turn is still being sent."""
        return self._under_way > 0

    def join(self, session: "Session") -> None:
        """Let a session hear everything from now on."""
        self._groups.setdefault(session.prefix, {})[session] = session.transport

    def part(self, session: "Session") -> None:
        """Stop sending to a session; nothing happens when it was not listening."""
        group = self._groups.get(session.prefix)
        if group is not None and group.pop(session, None) is not None and not group:
            del self._groups[session.prefix]

    def send(
        self, senders: "list[Session | None]", updates: list[Sized], changes: Changes, head: int
    ) -> list[bytes] | None:
        """Write one turn, with which a session has heard everything up to `head`, to everybody.

        A large one goes to one after another, as the outbox gets on; to many, bit by bit.

        `senders` are who each update came from. Returns the frames of the group without an address,
        which are also the echoes that y-websocket clients take for acknowledgements; None when there is none.
        """
        presence = awareness_message(write_states(state for state, _ in changes.values())) if changes else b""
        echoes = None
        large = sum(map(len, self._groups.values())) > SMALL_ROOM
        messages: list[_Message] = []
        fallen: list[Session] = []
        gone: list[Session] = []
        for prefix, group in self._groups.items():
            frames = update_frames(updates, prefix)
            if not prefix:
                echoes = frames
            edits = frames[0] if len(frames) == 1 else b"".join(frames)
            presence_frame = binary_frame(prefix + presence) if presence else b""
            message = _Message(prefix, group, edits, presence_frame, _own_spans(senders, frames) if senders else {})
            if large:
                messages.append(message)
            else:
                self._write(message, group.items(), changes, gone, fallen)
        if large:
            work = self._write_bit_by_bit(messages, changes, head)
            for _ in work:
                self._under_way += 1
                self._go_on(work)
                break
        else:
            _let_go(gone, fallen, head)
        return echoes

    def _write_bit_by_bit(self, messages: list[_Message], changes: Changes, head: int) -> Generator[None, None, None]:
        fallen: list[Session] = []
        gone: list[Session] = []
        left, later = AT_ONCE, False
        try:
            for message in messages:
                at, sessions = 0, list(message.group.items())
                while at < len(sessions):
                    if not left:
                        _let_go(gone, fallen, head)
                        later = True
                        yield
                        left = AT_ONCE
                    part = sessions[at : at + left]
                    at, left = at + len(part), left - len(part)
                    if later:  # some have left, or are being sent everything anew
                        part = [each for each in part if each[0] in message.group]
                    self._write(message, part, changes, gone, fallen)
            _let_go(gone, fallen, head)
        finally:
            if later:
                self._under_way -= 1

    def _write(
        self,
        message: _Message,
        sessions: "Iterable[tuple[Session, WriteTransport]]",
        changes: Changes,
        gone: "list[Session]",
        fallen: "list[Session]",
    ) -> None:
        prefix, _, edits, presence_frame, own = message
        everything = edits + presence_frame if presence_frame else edits
        limit, most = self._limits.slow_client_bytes, self._limits.slow_client_max_bytes
        unsent = self._outbox.unsent
        in_turn = bool(unsent) or len(everything) > LARGE_BYTES
        for session, transport in list(sessions) if in_turn else sessions:  # to put something may make one leave
            data = everything
            if session in own or (presence_frame and session.client_ids):
                data = _cut(edits, own[session]) if session in own else edits
                if presence_frame:
                    data += self._presence_for(session, prefix, changes, presence_frame)
                if not data:
                    continue
            if transport.get_write_buffer_size() > limit or (in_turn and unsent[session] > most):
                fallen.append(session)  # still with this turn, so that what it has heard ends at a turn's end
            if in_turn:
                self._outbox.put(session, (data,))
                continue
            try:
                transport.write(data)
            except RuntimeError:  # see Session.write; the loop is too hot for a call
                gone.append(session)

    @staticmethod
    def _presence_for(session: "Session", prefix: bytes, changes: Changes, everyone: bytes) -> bytes:
        if not any(client in changes for client in session.client_ids):
            return everyone
        states = encode_for(session, changes)
        return binary_frame(prefix + awareness_message(states)) if states else b""


def _let_go(gone: "list[Session]", fallen: "list[Session]", head: int) -> None:
    for session in gone:
        session.leave()
    for session in fallen:
        session.fall_behind(head)
    gone.clear()
    fallen.clear()


def _own_spans(senders: "list[Session | None]", frames: list[bytes]) -> "dict[Session, list[int]]":
    """Find where each sender's own frames lie in the joined ones: start, end, start, end …"""
    if len(set(senders)) == 1:
        return {} if senders[0] is None else {senders[0]: [0, sum(map(len, frames))]}
    spans: dict[Session, list[int]] = {}
    at = 0
    for session, frame in zip(senders, frames, strict=True):
        end = at + len(frame)
        if session is not None:
            own = spans.get(session)
            if own is None:
                spans[session] = [at, end]
            elif own[-1] == at:
                own[-1] = end
            else:
                own.append(at)
                own.append(end)
        at = end
    return spans


def _cut(joined: bytes, spans: list[int]) -> bytes:
    """Leave out the spans."""
    if len(spans) == 2:
        return joined[: spans[0]] + joined[spans[1] :]
    edges = [0, *spans, len(joined)]
    return b"".join([joined[edges[i] : edges[i + 1]] for i in range(0, len(edges), 2)])
