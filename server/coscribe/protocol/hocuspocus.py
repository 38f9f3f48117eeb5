"""The Hocuspocus dialect (@hocuspocus/provider 3 and 4): many documents a socket, each message behind an address.

A frame is a varString address, a varUint type and a payload. The address is the document's name, or the name, a NUL
and a session id; answers carry the address that the client used. Ping and pong are single bytes without one.
"""

from enum import IntEnum
from typing import NamedTuple

from .lib0 import DecodeError, read_var_bytes, read_var_string, read_var_uint, write_var_bytes, write_var_string

PING = b"\x09"
PONG = b"\x0a"
_SCOPE_READ_WRITE = "read-write"
_SCOPE_READ_ONLY = "readonly"


class MessageType(IntEnum):
    """The types a client and this server exchange; 4 and 6 are for servers among themselves."""

    SYNC = 0
    AWARENESS = 1
    AUTH = 2
    QUERY_AWARENESS = 3
    STATELESS = 5
    CLOSE = 7
    SYNC_STATUS = 8


class Addressed(NamedTuple):
    """A client frame taken apart; `prefix` is the encoded address, which every answer repeats."""

    prefix: bytes
    type: int
    frame: bytes
    at: int


class SignIn(NamedTuple):
    """An Auth message: `version` is None for providers that do not tell theirs (3 and older)."""

    token: str
    version: str | None


def read_frame(frame: bytes) -> Addressed:
    """Take the address and the type off a client frame."""
    size, at = read_var_uint(frame, 0)
    end = at + size
    if end >= len(frame):
        raise DecodeError("a Hocuspocus frame ends before its type")
    kind, at = read_var_uint(frame, end)
    return Addressed(frame[:end], kind, frame, at)


def document_of(prefix: bytes) -> str:
    """Read the document's name out of an encoded address; what stands behind a NUL is the client's own business."""
    address, _ = read_var_string(prefix, 0)
    return address.partition("\0")[0]


def read_sign_in(message: Addressed) -> SignIn:
    """Read an Auth message of a client."""
    kind, at = read_var_uint(message.frame, message.at)
    if kind != 0:
        raise DecodeError(f"auth message {kind} is not one that a client sends")
    token, at = read_var_string(message.frame, at)
    version = read_var_string(message.frame, at)[0] if at < len(message.frame) else None
    return SignIn(token, version)


def read_payload(message: Addressed) -> bytes:
    """Read a payload that is one varUint8Array or varString to the end of the frame."""
    payload, end = read_var_bytes(message.frame, message.at)
    if end != len(message.frame):
        raise DecodeError("a Hocuspocus frame has bytes after its payload")
    return payload


def token_wanted() -> bytes:
    """Ask the client to send its token again."""
    return bytes((MessageType.AUTH, 0))


def denied(reason: str) -> bytes:
    """Refuse a sign-in."""
    return bytes((MessageType.AUTH, 1)) + write_var_string(reason)


def authenticated(read_only: bool) -> bytes:
    """Accept a sign-in and say what the client may do."""
    return bytes((MessageType.AUTH, 2)) + write_var_string(_SCOPE_READ_ONLY if read_only else _SCOPE_READ_WRITE)


def sync_status(stored: bool) -> bytes:
    """Answer one Update or SyncStep2: stored on disk, or refused."""
    return bytes((MessageType.SYNC_STATUS, 1 if stored else 0))


def stateless(payload: bytes) -> bytes:
    """Carry an application's own message."""
    return bytes((MessageType.STATELESS,)) + write_var_bytes(payload)


def close(reason: str) -> bytes:
    """Detach one document from a socket that stays open."""
    return bytes((MessageType.CLOSE,)) + write_var_string(reason)
