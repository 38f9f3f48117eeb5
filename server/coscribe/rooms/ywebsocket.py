"""y-websocket clients: one document a socket, and the update itself, sent back, is the acknowledgement."""

from asyncio import Future, WriteTransport
from collections.abc import Callable

from ..protocol.close_codes import CloseCode, CloseSocket
from ..protocol.frames import binary_frame
from ..protocol.sync import SYNC, UPDATE, awareness_message, step1, update_message
from ..protocol.updates import EMPTY_UPDATE
from ..protocol.ywebsocket import permission_denied, read_messages
from .authorship import NOT_YOURS
from .limits import Limits
from .session import Attach, Session
from .unread import until_read

ONE_BYTE_LENGTH = 3 + 128
"""Frames below this size have a payload whose length is one byte."""
MAX_MESSAGES_PER_FRAME = 1000
"""Nobody else has a turn while one frame is handled; stock clients send one message in each."""


class YWebsocketSession(Session):
    """A document over a y-websocket connection."""

    __slots__ = ()

    def greet(self) -> None:
        """Ask for what the client has, and tell it who is here."""
        assert self.room is not None
        self.send(step1(self.room.ground.vector()))
        presence = self.room.presence.snapshot(self)
        if presence:
            self.send(awareness_message(presence))

    def acknowledgement(self, update: bytes) -> bytes | None:
        """Echo the update; there is nothing to say of an empty one."""
        return binary_frame(update_message(update)) if update and update != EMPTY_UPDATE else None

    def refuse(self, kind: int, holds_news: bool) -> None:
        """Tell the client once per edit that it may only read."""
        if kind == UPDATE or holds_news:
            self.send(permission_denied("This document is read-only for you; your changes are not saved."))

    def refuse_foreign(self) -> None:
        """Tell the client whose edit was not taken."""
        self.send(permission_denied(f"Not saved: {NOT_YOURS}."))


class YWebsocketSocket:
    """A y-websocket connection: frames in."""

    __slots__ = ("_limits", "_session", "_transport", "epoch")

    def __init__(self, transport: WriteTransport, limits: Limits, end: Callable[[CloseCode, str], None]) -> None:
        self._transport = transport
        self._limits = limits
        self._session = YWebsocketSession(transport, b"", limits, end)
        self.epoch: int | None = None
        """The past of the document that the client holds, if it has said."""

    def open(self, attach: Attach, document: str, token: str) -> None:
        """Let the client in; raise SignInRequired, Forbidden or CloseSocket."""
        self._session.epoch = self.epoch
        attach(self._session, document, token)

    def receive(self, frame: bytes) -> "Future[None] | None":
        """Handle one frame; a future tells to read no further until it is done. Raise CloseSocket or DecodeError."""
        session = self._session
        size = len(frame)
        if 3 < size < ONE_BYTE_LENGTH and frame[0] == SYNC and frame[1] == UPDATE and frame[2] == size - 3:
            session.receive(SYNC, UPDATE, frame[3:])  # what typing sends
            return session.busy
        for number, (kind, step, payload) in enumerate(read_messages(frame), 1):
            if number > MAX_MESSAGES_PER_FRAME:
                raise CloseSocket(CloseCode.BAD_MESSAGE, "too many messages in one frame")
            if number > 1 and self._unread() is not None:
                raise CloseSocket(CloseCode.TRY_AGAIN_LATER, "this client does not read what it is sent")
            session.receive(kind, step, payload)
        return session.busy or self._unread()

    def _unread(self) -> "Future[None] | None":
        return until_read(self._transport, self._limits.slow_client_max_bytes)

    def keep_alive(self) -> None:
        """Reassure a client in a quiet room."""
        self._session.keep_alive()

    def leave(self) -> None:
        """Leave the room; safe to call twice."""
        self._session.leave()
