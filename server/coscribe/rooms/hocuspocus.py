"""Hocuspocus clients: several documents a socket, each signed in for itself, every update answered by a SyncStatus."""

from asyncio import Future, WriteTransport
from collections.abc import Callable

from ..access.roles import Role
from ..access.tokens import Forbidden, SignInRequired
from ..document_id import InvalidDocumentId, canonical
from ..protocol import hocuspocus
from ..protocol.close_codes import CloseCode, CloseSocket
from ..protocol.frames import binary_frame
from ..protocol.hocuspocus import Addressed, MessageType
from ..protocol.lib0 import DecodeError
from ..protocol.sync import AWARENESS, QUERY_AWARENESS, STEP1, SYNC, UPDATE, awareness_message, read_sync, step1
from .limits import Limits
from .phase import Phase
from .session import Attach, Session
from .unread import until_read

DENIED = "permission-denied"

COUNTED, UNCOUNTED = b"\x01", b"\x00"
MAX_OPEN_QUESTIONS = 1000
MAX_UNSIGNED_BYTES = 64 << 10
"""What one socket may send for documents before their tokens: stock clients send the token first."""
MAX_STATELESS_BYTES = 64 << 10
"""It is sent to everybody at once, and waits in memory for each who is slow to read it."""


class HocuspocusSession(Session):
    """A document over a Hocuspocus connection."""

    __slots__ = ("_questions",)

    can_sign_in_again = True

    def __init__(
        self, transport: WriteTransport, prefix: bytes, limits: Limits, end: Callable[[CloseCode, str], None]
    ) -> None:
        super().__init__(transport, prefix, limits, end)
        self._questions = b""  # a byte for each SyncStep1 the client has yet to answer, COUNTED or not
        self.status_frame = binary_frame(prefix + hocuspocus.sync_status(True))

    def greet(self) -> None:
        """Confirm the sign-in and tell who is here."""
        assert self.room is not None
        self.tell_role()
        presence = self.room.presence.snapshot(self)
        if presence:
            self.send(awareness_message(presence))

    def tell_role(self) -> None:
        """Confirm the sign-in, and whether the client may write."""
        self.send(hocuspocus.authenticated(read_only=not self.may_edit))

    def ask_token(self) -> None:
        """Ask for a new token; the stock provider fetches one from its application."""
        self.send(hocuspocus.token_wanted())

    def before_answer(self) -> list[bytes]:
        """Ask for what the client has: the stock provider expects this question before each answer."""
        assert self.room is not None
        self._questions = (self._questions + COUNTED)[-MAX_OPEN_QUESTIONS:]
        return [step1(self.room.ground.vector())]

    def ask(self) -> None:
        """Ask out of turn: the stock provider answers, but counts only the answer to the question it expects."""
        self._questions = (self._questions + UNCOUNTED)[-MAX_OPEN_QUESTIONS:]
        super().ask()

    def awaits_status(self) -> bool:
        """Tell whether the client counts this answer; questions are answered in the order they were asked."""
        question, self._questions = self._questions[:1], self._questions[1:]
        return question != UNCOUNTED

    def acknowledgement(self, update: bytes) -> bytes | None:
        """Say that it is stored."""
        return self.status_frame

    def refuse(self, kind: int, holds_news: bool) -> None:
        """Say that it was not stored; a SyncStep2 without news has nothing that could be refused."""
        self.send(hocuspocus.sync_status(kind != UPDATE and not holds_news))

    def refuse_foreign(self) -> None:
        """Say that it was not stored."""
        self.send(hocuspocus.sync_status(False))

    def tell(self, payload: bytes) -> None:
        """Pass on a stateless message."""
        if self.phase in (Phase.SIGNING_IN, Phase.OPENING, Phase.CLOSED):
            return
        if self.transport.get_write_buffer_size() > self._limits.slow_client_max_bytes:
            self.end(CloseCode.TRY_AGAIN_LATER, "this client does not read what it is sent")
        else:
            self.send(hocuspocus.stateless(payload))

    def stateless(self, payload: bytes) -> None:
        """Pass a client's stateless message to the others in the room, if its role may speak."""
        if self.room is None or self.principal is None or self.principal.role < Role.COMMENT:
            return
        if len(payload) > MAX_STATELESS_BYTES:
            raise CloseSocket(CloseCode.TOO_LARGE, f"a stateless message may have {MAX_STATELESS_BYTES} bytes at most")
        self.room.tell(payload, but=self)


class HocuspocusSocket:
    """A Hocuspocus connection: frames in, to a session for each address."""

    __slots__ = ("_attach", "_end", "_limits", "_sessions", "_transport", "_unsigned", "_unsigned_bytes", "epoch")

    def __init__(
        self, transport: WriteTransport, limits: Limits, attach: Attach, end: Callable[[CloseCode, str], None]
    ) -> None:
        """`attach` judges a token for a document and lets a session in; `end` closes the socket."""
        self._transport = transport
        self._limits = limits
        self._attach = attach
        self._end = end
        self._sessions: dict[bytes, HocuspocusSession] = {}
        self._unsigned: set[bytes] = set()
        self._unsigned_bytes = 0
        self.epoch: int | None = None
        """The past of its documents that the client holds, if it has said."""

    @property
    def signed_in(self) -> bool:
        """Tell whether every document on this socket has been signed in to, and there is at least one."""
        return bool(self._sessions) and all(s.phase is not Phase.SIGNING_IN for s in self._sessions.values())

    def receive(self, frame: bytes) -> "Future[None] | None":
        """Handle one frame; a future tells to read no further until it is done. Raise CloseSocket or DecodeError."""
        if len(frame) == 1:
            self._single(frame)
            return None
        message = hocuspocus.read_frame(frame)
        session = self._sessions.get(message.prefix)
        if session is None:
            if message.type == MessageType.CLOSE:
                return None
            session = self._new_session(message.prefix)
        kind = message.type
        if session.principal is None and kind not in (MessageType.AUTH, MessageType.CLOSE):
            self._hold(len(frame))
        if kind == SYNC:
            step, payload, end = read_sync(frame, message.at)
            if end != len(frame):
                raise DecodeError("a Hocuspocus frame has bytes after its sync message")
            session.receive(SYNC, step, payload)
            if step != STEP1:
                return session.busy
        elif kind == AWARENESS:
            session.receive(AWARENESS, 0, hocuspocus.read_payload(message))
        elif kind == QUERY_AWARENESS:
            session.receive(QUERY_AWARENESS, 0, b"")
        elif kind == MessageType.AUTH:
            self._sign_in(session, message)
        elif kind == MessageType.STATELESS:
            session.stateless(hocuspocus.read_payload(message))
        elif kind == MessageType.CLOSE:
            session.leave()
            del self._sessions[message.prefix]
        else:
            raise DecodeError(f"message type {kind} is not one that a Hocuspocus client sends")
        return session.busy or until_read(self._transport, self._limits.slow_client_max_bytes)

    def _hold(self, size: int) -> None:
        """Count what is kept for a document before its token; raise CloseSocket when it is too much for a socket."""
        self._unsigned_bytes += size
        if self._unsigned_bytes > MAX_UNSIGNED_BYTES:
            raise CloseSocket(CloseCode.TRY_AGAIN_LATER, "too much was sent before the token")

    def _single(self, frame: bytes) -> None:
        if frame == hocuspocus.PING:
            self._transport.write(binary_frame(hocuspocus.PONG))
        elif frame != hocuspocus.PONG:
            raise DecodeError("a frame of one byte that is neither ping nor pong")

    def _new_session(self, prefix: bytes) -> HocuspocusSession:
        if len(self._sessions) >= self._limits.documents_per_socket:
            raise CloseSocket(
                CloseCode.TOO_FAST,
                f"a socket may carry {self._limits.documents_per_socket} documents; open another one",
            )
        hocuspocus.document_of(prefix)  # refuse an address that is not text before anything is kept for it
        session = HocuspocusSession(self._transport, prefix, self._limits, self._end)
        session.epoch = self.epoch
        self._sessions[prefix] = session
        return session

    def _sign_in(self, session: HocuspocusSession, message: Addressed) -> None:
        signing_in = hocuspocus.read_sign_in(message)
        try:
            document = canonical(hocuspocus.document_of(message.prefix))
        except InvalidDocumentId as error:
            raise CloseSocket(CloseCode.BAD_MESSAGE, str(error)) from None
        try:
            self._attach(session, document, signing_in.token)
        except (SignInRequired, Forbidden):
            session.send(hocuspocus.denied(DENIED))
            session.leave()
            del self._sessions[message.prefix]
        if all(session.principal is not None for session in self._sessions.values()):
            self._unsigned_bytes = 0

    def keep_alive(self) -> None:
        """Reassure a client in quiet rooms; any one message keeps the whole socket. Ends one that never signs in."""
        for session in self._sessions.values():
            if session.phase is not Phase.SIGNING_IN:
                session.keep_alive()
                break
        unsigned = {prefix for prefix, session in self._sessions.items() if session.phase is Phase.SIGNING_IN}
        if unsigned & self._unsigned:
            self._end(CloseCode.SIGN_IN_TOO_SLOW, "a document was not signed in to in time")
        self._unsigned = unsigned

    def leave(self) -> None:
        """Leave all rooms; safe to call twice."""
        for session in self._sessions.values():
            session.leave()
        self._sessions.clear()
