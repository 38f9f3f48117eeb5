"""The bytes between the load client and a y-websocket server.

Client frames are masked, as RFC 6455 wants, with a key of zeros: the server's work is the same, the client's is not.
Server bytes come in chunks, as the socket hands them out; everyone in a room receives nearly the same chunks, so a
chunk once read is remembered.
"""

import enum
import re
import struct
from typing import NamedTuple

from coscribe.protocol.lib0 import DecodeError, read_var_bytes, read_var_uint, write_var_bytes, write_var_uint

from .edits import Run, add_run, read_runs

_KEY = b"dGhlIHNhbXBsZSBub25jZQ=="  # the example of RFC 6455; a benchmark has no use for a random one
_ACCEPT = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
_MASKED, _NO_MASK = 0x80, b"\0\0\0\0"
_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10
_REMEMBERED_CHUNKS = 4096
_REMEMBERED_EDITS = 65_536
_VAR = rb"([\x80-\xff]{0,7}[\x00-\x7f])"
_ID = rb"[\x80-\xff]{0,7}[\x00-\x7f][\x80-\xff]{0,7}[\x00-\x7f]"
# the everyday frame: one update, one client, one typed character
_EDIT = re.compile(
    rb"\x82[\x00-\x7d]\x00\x02([\x00-\x7a])\x01\x01" + _VAR + _VAR + rb"(?:\x84" + _ID + rb"|\x04\x01\x04text)"
    rb"\x01[\x20-\x7e]\x00"
)


class Refused(ConnectionError):
    """The server did not accept a WebSocket; the text is its status line."""


class Signal(enum.Enum):
    """What a server says besides edits."""

    STEP1 = enum.auto()
    STEP2 = enum.auto()
    AWARENESS = enum.auto()
    PING = enum.auto()
    CLOSE = enum.auto()
    OTHER = enum.auto()
    UNREADABLE = enum.auto()


class Message(NamedTuple):
    """One message that is not a plain edit: its payload, and the edits in a SyncStep2."""

    signal: Signal
    payload: bytes = b""
    runs: tuple[Run, ...] = ()


class Chunk(NamedTuple):
    """Bytes of a server, read: edits and messages in their order, how many frames, and the cut frame at the end."""

    parts: tuple[Run | Message, ...]
    frames: int
    rest: bytes


def upgrade_request(host: str, port: int, path: str) -> bytes:
    """Ask for a WebSocket, without compression."""
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {host}:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {_KEY.decode()}",
        "Sec-WebSocket-Version: 13",
        "",
        "",
    )
    return "\r\n".join(lines).encode()


def read_upgrade(data: bytes) -> bytes | None:
    """Return what follows the server's answer, None when it is not complete yet. Raises Refused."""
    head, found, after = data.partition(b"\r\n\r\n")
    if not found:
        return None
    if not head.startswith(b"HTTP/1.1 101 ") or _ACCEPT not in head:
        raise Refused(head.split(b"\r\n", 1)[0].decode("latin-1") or "no HTTP answer")
    return after


def client_frame(payload: bytes, opcode: int = _BINARY) -> bytes:
    """Frame one message of the client."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, _MASKED | size)) + _NO_MASK + payload
    if size < 1 << 16:
        return struct.pack("!BBH", 0x80 | opcode, _MASKED | 126, size) + _NO_MASK + payload
    return struct.pack("!BBQ", 0x80 | opcode, _MASKED | 127, size) + _NO_MASK + payload


def pong(payload: bytes) -> bytes:
    """Answer a WebSocket ping."""
    return client_frame(payload, _PONG)


def close_frame() -> bytes:
    """Say goodbye: close code 1000."""
    return client_frame(b"\x03\xe8", _CLOSE)


def step1(vector: dict[int, int]) -> bytes:
    """Ask for what a document with these clocks lacks."""
    known = [write_var_uint(client) + write_var_uint(clock) for client, clock in vector.items() if clock]
    return client_frame(b"\x00\x00" + write_var_bytes(write_var_uint(len(known)) + b"".join(known)))


def empty_step2() -> bytes:
    """Answer a server's SyncStep1: nothing that it lacks."""
    return client_frame(b"\x00\x01\x02\x00\x00")


def update_frame(update: bytes) -> bytes:
    """Frame one edit."""
    size = len(update)
    if size < 123:  # the everyday case, joined in one go
        return bytes((0x82, _MASKED | (size + 3), 0, 0, 0, 0, 0, 2, size)) + update
    return client_frame(b"\x00\x02" + write_var_bytes(update))


def awareness_frame(client: int, clock: int, state: bytes) -> bytes:
    """Frame one client's presence; `state` is JSON."""
    entry = b"\x01" + write_var_uint(client) + write_var_uint(clock) + write_var_bytes(state)
    return client_frame(b"\x01" + write_var_bytes(entry))


class ChunkReader:
    """Reads chunks, remembering the latest chunks and everyday frames: everyone in a room receives the same."""

    __slots__ = ("_chunks", "_edits")

    def __init__(self) -> None:
        self._chunks: dict[bytes, Chunk] = {}
        self._edits: dict[bytes, Run] = {}

    def read(self, data: bytes) -> Chunk:
        """Read a chunk; the same bytes are read only once."""
        chunk = self._chunks.get(data)
        if chunk is None:
            if len(self._chunks) >= _REMEMBERED_CHUNKS:
                self._chunks.clear()
            chunk = self._chunks[data] = self._read(data)
        return chunk

    def _read(self, data: bytes) -> Chunk:
        parts: list[Run | Message] = []
        runs: list[Run] = []
        edits = self._edits
        at = frames = 0
        last = len(data) - 2
        while at <= last:
            end = at + 2 + data[at + 1]
            run = edits.get(data[at:end]) or self._everyday(data[at:end])
            if run is not None:
                if runs and runs[-1].end == run.start and runs[-1].client == run.client:
                    run = Run(run.client, runs.pop().start, run.end)
                runs.append(run)
                frames += 1
                at = end
                continue
            message = _read_message(data, at)
            if message is None:
                break
            opcode, payload, at = message
            frames += 1
            for part in _understand(opcode, payload):
                if isinstance(part, Run):
                    add_run(runs, *part)
                else:
                    parts += runs
                    runs.clear()
                    parts.append(part)
        return Chunk((*parts, *runs), frames, data[at:])

    def _everyday(self, frame: bytes) -> Run | None:
        """Read one typed character in one update in one frame; None for anything else."""
        match = _EDIT.fullmatch(frame)
        if match is None or match[1][0] != len(frame) - 5:
            return None
        client, clock = read_var_uint(match[2], 0)[0], read_var_uint(match[3], 0)[0]
        if len(self._edits) >= _REMEMBERED_EDITS:
            self._edits.clear()
        run = self._edits[frame] = Run(client, clock, clock + 1)
        return run


def _read_message(data: bytes, at: int) -> tuple[int, bytes, int] | None:
    """Read one message, its fragments joined: (opcode, payload, next position); None when it is not all there."""
    opcode = 0
    pieces: list[bytes] = []
    while True:
        if len(data) - at < 2:
            return None
        first, size = data[at], data[at + 1] & 127
        at += 2
        if size >= 126:
            width = 2 if size == 126 else 8
            size = int.from_bytes(data[at : at + width], "big")
            at += width
        if len(data) < at + size:
            return None
        pieces.append(data[at : at + size])
        at += size
        opcode = opcode or first & 15
        if first & 0x80:
            return opcode, b"".join(pieces), at


def _understand(opcode: int, payload: bytes) -> list[Run] | list[Message]:
    if opcode == _PING:
        return [Message(Signal.PING, payload)]
    if opcode == _CLOSE:
        return [Message(Signal.CLOSE, payload)]
    if opcode != _BINARY or not payload:
        return [Message(Signal.OTHER)]
    if payload[0] == 1:
        return [Message(Signal.AWARENESS)]
    if payload[0] != 0 or len(payload) < 2:
        return [Message(Signal.OTHER)]
    if payload[1] == 0:
        return [Message(Signal.STEP1)]
    try:
        update, _ = read_var_bytes(payload, 2)
        runs = read_runs(update)
    except (DecodeError, UnicodeDecodeError):
        return [Message(Signal.UNREADABLE, payload)]
    return [Message(Signal.STEP2, update, tuple(runs))] if payload[1] == 1 else runs
