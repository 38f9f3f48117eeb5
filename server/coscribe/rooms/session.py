"""A session: one document over one connection. Messages in, decisions out; it knows no network.

Always holds: a message is judged by the role the session has at that moment; each Update and SyncStep2 gets exactly one
answer, positive only once its bytes are durable; and a session never waits while it handles a message: what must wait
(an open room, a big update) is queued in its bounded inbox.
"""

from asyncio import Future, TimerHandle, WriteTransport
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..access.principal import Principal
from ..journal.audit import Action, Result
from ..protocol.awareness import NOBODY
from ..protocol.close_codes import CloseCode, CloseSocket
from ..protocol.frames import binary_frame, binary_head
from ..protocol.ground import Claim, Fit, Outcome, Placement
from ..protocol.lib0 import DecodeError, write_var_uint
from ..protocol.state_vectors import EMPTY_VECTOR, PeerVector
from ..protocol.sync import (
    AWARENESS,
    QUERY_AWARENESS,
    STEP1,
    STEP2,
    SYNC,
    UPDATE,
    Parts,
    awareness_message,
    step1,
    update_message,
)
from ..protocol.updates import Elaborate
from .authorship import Writing, is_trusted
from .gaps import Gaps
from .limits import PLACE_HERE_ELEMENTS, PLACE_IN_WORKER_BYTES, Limits
from .outbox import LARGE_BYTES
from .phase import NEXT, Phase
from .presence import News
from .rate import Rate

if TYPE_CHECKING:
    from .room import Room

AWARENESS_BURST_S = 2.0
"""A pause is made up for by this long of the rate."""
MAX_UNKNOWN_CLIENTS = 20_000
"""So many clients that a document has never heard of may have written in somebody's copy of it."""

Message = tuple[int, int, bytes]


class Session:
    """The dialect-free part; `ywebsocket` and `hocuspocus` add how a client is greeted, answered and refused."""

    __slots__ = (
        "_answer_due",
        "_asked_again",
        "_awareness_rate",
        "_counted",
        "_end",
        "_gaps",
        "_inbox",
        "_inbox_bytes",
        "_limits",
        "_presence_due",
        "address",
        "author",
        "behind_since",
        "busy",
        "client_ids",
        "epoch",
        "heard",
        "may_edit",
        "person",
        "phase",
        "prefix",
        "principal",
        "renewable_at",
        "room",
        "status_frame",
        "transport",
        "watch",
        "writes_freely",
        "writing",
    )

    can_sign_in_again = False
    """Whether the dialect can ask a client for a new token."""

    def __init__(
        self, transport: WriteTransport, prefix: bytes, limits: Limits, end: Callable[[CloseCode, str], None]
    ) -> None:
        """`prefix` is the encoded address before every message; `end` closes the whole socket."""
        self.transport = transport
        self.prefix = prefix
        self._limits = limits
        self._end = end
        self.status_frame: bytes | None = None
        """What acknowledges any update; None for dialects that take the update itself, sent back, for it."""
        self.phase = Phase.SIGNING_IN
        self.room: Room | None = None
        self.principal: Principal | None = None
        self.may_edit = False
        self.writes_freely = False
        """Whether edits need no look at whose client id they are under: the role allows them and nobody signs in."""
        self.writing: Writing | None = None
        """What looks at that, where the role allows edits and people sign in."""
        self.watch: TimerHandle | None = None
        """What will end the session, or ask for a new token, when its token expires."""
        self.renewable_at = 0.0
        """The moment, by the room's clock, from which on another token is judged."""
        self.author = b"\x00"
        self.client_ids: tuple[int, ...] = ()
        self.person = ""
        """Whose connection this is counted as."""
        self.busy: Future[None] | None = None
        self.address = ""
        """Where the client is, for the audit."""
        self.epoch: int | None = None
        """The past of the document that the client holds; None when it has not said."""
        self.behind_since = 0.0
        self.heard: tuple[int, bytes] = 0, EMPTY_VECTOR
        """While behind: the sequence number and the clocks up to which everything was sent."""
        self._inbox: list[Message] | None = []
        self._inbox_bytes = 0
        self._gaps: Gaps | None = None
        self._counted = True
        self._answer_due = False
        self._asked_again: PeerVector | None = None
        self._presence_due = False
        self._awareness_rate: Rate | None = None

    # What a dialect adds

    def greet(self) -> None:
        """Say what the dialect says first, once the room is open."""
        raise NotImplementedError

    def acknowledgement(self, update: bytes) -> bytes | None:
        """Frame the answer to an update that the journal holds already; None when there is nothing to say."""
        raise NotImplementedError

    def refuse(self, kind: int, holds_news: bool) -> None:
        """Answer an update that the role does not allow."""
        raise NotImplementedError

    def refuse_foreign(self) -> None:
        """Answer an update that stands under another person's client id."""
        raise NotImplementedError

    def before_answer(self) -> list[bytes]:
        """Return what the dialect says before the answer to a SyncStep1."""
        return []

    def ask(self) -> None:
        """Ask, out of turn, for all that the client has and the room has not."""
        assert self.room is not None
        self.send(step1(self.room.ground.vector()))

    def awaits_status(self) -> bool:
        """Tell whether the SyncStep2 that has just come is one whose acknowledgement the client counts."""
        return True

    def tell(self, payload: bytes) -> None:
        """Pass on a stateless message, in dialects that have them."""

    def ask_token(self) -> None:
        """Ask for a new token, in dialects that can."""

    def tell_role(self) -> None:
        """Say what the client may do from now on, in dialects that can."""

    # Life

    @property
    def who(self) -> str:
        """Name whose the session is: a person, or an address."""
        return (self.principal.id if self.principal is not None else "") or self.address

    def enter(self, phase: Phase) -> None:
        """Go on to a phase; raise RuntimeError when there is no way from here."""
        if phase not in NEXT[self.phase]:
            raise RuntimeError(f"a session cannot go from {self.phase.name} to {phase.name}")
        self.phase = phase

    @property
    def closed(self) -> bool:
        """Tell whether the session has ended."""
        return self.phase is Phase.CLOSED

    def attach(self, room: "Room", principal: Principal) -> None:
        """Join a room as somebody whose token was judged."""
        self.enter(Phase.OPENING)
        self.room, self.principal = room, principal
        self.may_edit = principal.may_edit
        room.join(self)

    def _let_write(self, room: "Room", principal: Principal) -> None:
        self.may_edit = principal.may_edit
        self.writes_freely, self.writing = principal.may_edit, None
        if principal.may_edit and room.authorship is not None and not is_trusted(principal):
            self.writes_freely, self.writing = False, Writing(self, room, room.authorship)

    def become(self, principal: Principal) -> None:
        """Go on with another role; what waits for edits that may not come any more is refused."""
        before, self.principal = self.principal, principal
        if principal.may_edit == self.may_edit:
            assert self.room is not None
            assert before is not None
            if self.phase is not Phase.OPENING and is_trusted(principal) is not is_trusted(before):
                self._let_write(self.room, principal)
            return
        if self.phase is Phase.OPENING:
            self.may_edit = principal.may_edit
            return
        assert self.room is not None
        self._let_write(self.room, principal)
        self.tell_role()
        gaps, self._gaps = self._gaps, None
        if gaps is not None:
            for _ in range(gaps.waiting):
                self.refuse(UPDATE, True)

    def unwatch(self) -> None:
        """Forget when the token expires."""
        watch, self.watch = self.watch, None
        if watch is not None:
            watch.cancel()

    def opened(self) -> None:
        """Begin, now that the room is ready: greet, then handle what has been waiting."""
        self.enter(Phase.SYNCING)
        self._attempt(self._begin)

    def _begin(self) -> None:
        assert self.room is not None
        assert self.room.document is not None
        if self.epoch is not None and self.epoch != self.room.document.epoch:
            raise CloseSocket(CloseCode.EPOCH_CHANGED, "the past of this document was replaced; load it again")
        assert self.principal is not None
        self._let_write(self.room, self.principal)
        self.greet()
        self._drain()

    def _attempt(self, work: Callable[[], None]) -> None:
        """Do something outside of the socket's own turn; what closes the socket closes it."""
        try:
            work()
        except CloseSocket as error:
            self.end(error.code, error.reason)
        except DecodeError as error:
            self.end(CloseCode.BAD_MESSAGE, str(error))

    def end(self, code: CloseCode, reason: str) -> None:
        """Close the whole socket."""
        self._end(code, reason)

    def leave(self) -> None:
        """Leave the room; safe to call twice."""
        if self.closed:
            return
        self.enter(Phase.CLOSED)
        self._inbox = self._gaps = None
        self.unwatch()
        self._release()
        if self.room is not None:
            self.room.part(self)

    # Out

    def write(self, frames: bytes) -> None:
        """Write whole frames, in order; large ones when it is their turn."""
        if self.room is not None and (len(frames) > LARGE_BYTES or self.room.hub.outbox.unsent):
            self.room.hub.outbox.put(self, (frames,))
        else:
            self.write_now((frames,))

    def write_now(self, parts: Sequence[bytes]) -> None:
        """Write whole frames, in parts; a connection that is gone already is left, its handler will hear of it."""
        try:
            if len(parts) == 1:
                self.transport.write(parts[0])
            else:
                self.transport.writelines(parts)
        except RuntimeError:  # uvloop, for a transport that closed in this very turn; asyncio's own says nothing
            self.leave()

    def send(self, message: bytes) -> None:
        """Send one unaddressed message."""
        self.write(binary_frame(self.prefix + message))

    def keep_alive(self) -> None:
        """Send something harmless, so that a client in a quiet room knows the server is there."""
        if self.phase not in (Phase.SIGNING_IN, Phase.OPENING, Phase.CLOSED):
            self.send(awareness_message(NOBODY))

    def start_syncing(self) -> None:
        """Wait for a state that has to be made first."""
        self.enter(Phase.SYNCING)

    def go_live(self, messages: list[Parts]) -> None:
        """Send an answer to SyncStep1 and join the fan-out, in one write; a long state is not copied for it."""
        if self.closed or self.room is None:
            return
        self.enter(Phase.LIVE)
        prefix = self.prefix
        if self._answer_due:
            # not any earlier: a stock Hocuspocus client that has answered and been acknowledged calls itself synced
            messages = [*((message,) for message in self.before_answer()), *messages]
        presence = self.room.presence.snapshot(self)
        if presence:
            messages = [*messages, (awareness_message(presence),)]
        parts: list[bytes] = []
        for message in messages:
            parts += (binary_head(len(prefix) + sum(map(len, message))), prefix, *message)
        if sum(map(len, parts)) > LARGE_BYTES:
            self.room.hub.outbox.put(self, parts, self._answered)
            self.room.fanout.join(self)
            return
        self.write(b"".join(parts))
        if not self.closed:
            self.room.fanout.join(self)
            self._answered()

    def _answered(self) -> None:
        self._answer_due = False
        if self._asked_again is not None and self.room is not None:
            vector, self._asked_again, self._answer_due = self._asked_again, None, True
            self.room.answer(self, vector)

    def send_updates(self, updates: list[bytes]) -> None:
        """Send some updates in one write."""
        if not self.closed:
            prefix = self.prefix
            self.write(b"".join([binary_frame(prefix + update_message(update)) for update in updates]))

    def fall_behind(self, head: int) -> None:
        """Stop being sent updates until what was written has been read; then one answer catches up."""
        if self.closed:
            return
        assert self.room is not None
        self.enter(Phase.BEHIND)
        self.room.fall_behind(self, head)

    # In

    def receive(self, kind: int, step: int, payload: bytes) -> None:
        """Handle one message; raise CloseSocket or DecodeError when the socket must go."""
        if self._inbox is not None:
            self._queue((kind, step, payload))
        elif self.phase is not Phase.CLOSED:
            if kind == SYNC and step != STEP1:
                self._update(step, payload)
            else:
                self._handle(kind, step, payload)

    def _queue(self, message: Message) -> None:
        assert self._inbox is not None
        self._inbox_bytes += len(message[2])
        if (
            len(self._inbox) >= self._limits.signin_queue_messages
            or self._inbox_bytes > self._limits.signin_queue_bytes
        ):
            raise CloseSocket(CloseCode.TRY_AGAIN_LATER, "too many messages before the document was open")
        self._inbox.append(message)

    def _drain(self) -> None:
        while self._inbox:
            inbox, self._inbox, self._inbox_bytes = self._inbox, None, 0
            for at, message in enumerate(inbox):
                if self.phase is Phase.CLOSED:
                    return
                self._handle(*message)
                if self._inbox is not None:
                    self._inbox = inbox[at + 1 :] + self._inbox
                    return
        self._inbox = None

    def _handle(self, kind: int, step: int, payload: bytes) -> None:
        if kind == SYNC:
            if step == STEP1:
                self._answer(payload)
            else:
                self._update(step, payload)
        elif kind == AWARENESS:
            self._awareness(payload)
        elif kind == QUERY_AWARENESS and not self._presence_due:
            assert self.room is not None
            self._presence_due = True  # who asks a thousand times at once is told once
            self.room.call_later(0.0, self._tell_presence)

    def _tell_presence(self) -> None:
        self._presence_due = False
        if self.closed or self.room is None:
            return
        states = self.room.presence.snapshot(self)
        if states:
            self.send(awareness_message(states))

    def _answer(self, vector: bytes) -> None:
        room = self.room
        assert room is not None
        theirs = PeerVector(vector, len(room.ground.known) + MAX_UNKNOWN_CLIENTS)
        if self._answer_due:
            self._asked_again = theirs  # one answer is on its way, and one more will do for all that was asked since
            return
        self._answer_due = True
        room.answer(self, theirs)

    def _update(self, step: int, update: bytes) -> None:
        room = self.room
        assert room is not None
        size = len(update)
        if size > room.limits.max_update_bytes:
            room.refuse_size(update)
        if step == STEP2:
            self._counted = self.awaits_status()
        ground = room.ground
        try:
            if self._behind_gap(step) or size > room.largest_update or not self.may_edit:
                self._settle(step, update, room.fitting.at_once(update, trim=step == STEP2 or not self.may_edit))
            elif size > PLACE_IN_WORKER_BYTES:
                self._place_elsewhere(step, update)
            elif self.writing is not None:
                self.writing.update(step, update)
            elif step == UPDATE and self._gaps is None and ground.take_everyday(update):
                room.accept(self, update, self.author)
            else:
                self.placed(step, update, ground.place(update, trim=step == STEP2, most=PLACE_HERE_ELEMENTS))
        except Elaborate:
            self._place_elsewhere(step, update)

    def _place_elsewhere(self, step: int, update: bytes) -> None:
        # what this session sends meanwhile waits in its inbox
        assert self.room is not None
        self._inbox, self._inbox_bytes = [], 0
        self.busy = self.room.fitting.begin_elsewhere(self, step, update)

    def fitted(self, step: int, update: bytes, fit: Fit) -> None:
        """Take the result of a check that ran in a worker, and go on with what has been waiting."""
        if not self.closed:
            self._attempt(lambda: self._settle(step, update, fit))

    def _settle(self, step: int, update: bytes, fit: Fit) -> None:
        room = self.room
        assert room is not None
        if self._behind_gap(step):
            self._known_gaps().hold(fit.claim)
        elif len(update) > room.largest_update and self.may_edit and fit.is_news:
            room.refuse_size(update)  # who brings nothing new may stay and read
        elif self.writes_freely:
            self.placed(step, update, room.ground.take(fit))
        elif self.writing is not None:
            self.writing.place(step, update, fit)
        else:
            self.refuse(step, fit.is_news)
            if fit.is_news:
                self._note_refusal(room)
        self._release()
        self._drain()

    def _note_refusal(self, room: "Room") -> None:
        detail = {"address": self.address, "reason": "forbidden", "method": "edit"}
        room.hub.audit.note(Action.ACCESS, self.principal, room.id, result=Result.REFUSED, **detail)

    def _release(self) -> None:
        busy, self.busy = self.busy, None
        if busy is not None and not busy.done():
            busy.set_result(None)

    def placed(self, step: int, update: bytes, placement: Placement) -> None:
        """Pass on and acknowledge what was placed on the room's ground, or ask for what is missing."""
        room = self.room
        assert room is not None
        outcome = placement.outcome
        counted = self._counted or step != STEP2
        if self._gaps is not None:
            self._gaps.heard()
        if outcome is Outcome.WHOLE or outcome is Outcome.PART:
            room.accept(self if counted else None, placement.update, self.author)
        elif outcome is Outcome.DUPLICATE:
            answer = self.acknowledgement(update)
            if counted and answer is not None:
                room.acknowledge_at_head(self, answer)
        else:
            assert placement.claim is not None
            self._known_gaps().hold(placement.claim)
        if placement.stale:
            self._known_gaps().ask_soon()
        if step == STEP2 and self._gaps is not None:
            self._gaps.release_covered()
            if not counted:
                self._gaps.acknowledge_in_a_pause()

    @property
    def has_gaps(self) -> bool:
        """Tell whether the client ever sent something that builds on what is not here."""
        return self._gaps is not None

    def hold_foreign(self, step: int, claim: Claim) -> None:
        """Hold the acknowledgement of edits that are another person's until those are here, but not for long."""
        gaps = self._known_gaps()
        if step == UPDATE or self._counted:
            gaps.hold_foreign(claim)
        if step == STEP2:
            gaps.release_covered()

    def _behind_gap(self, step: int) -> bool:
        return self._gaps is not None and self._gaps.open and step != STEP2

    def _known_gaps(self) -> Gaps:
        assert self.room is not None
        if self._gaps is None:
            self._gaps = Gaps(self, self.room)
        return self._gaps

    # Awareness

    def _awareness(self, states: bytes) -> None:
        room = self.room
        assert room is not None
        if not self._within_awareness_rate(room):
            raise CloseSocket(CloseCode.TOO_FAST, "too many awareness messages; send them less often")
        news = room.presence.receive(self, states)
        if news is News.CHANGE:
            room.touch()
        elif news is News.RENEWAL:
            room.touch_later()

    def _within_awareness_rate(self, room: "Room") -> bool:
        now = room.monotonic()
        if self._awareness_rate is None:
            per_second = room.limits.awareness_per_second
            self._awareness_rate = Rate(per_second, AWARENESS_BURST_S * per_second, now)
        return self._awareness_rate.take(1, now) == 0


def author_bytes(key: int) -> bytes:
    """Encode an author's key as the journal stores it before each of its updates."""
    return write_var_uint(key)


Attach = Callable[[Session, str, str], None]
"""Judges a token for a canonical document id and lets the session in, now or when its author is known.

Raises SignInRequired, Forbidden or CloseSocket.
"""
