"""The y-websocket dialect: one document a socket, its messages without an address.

A client frame may hold several messages; a server frame holds exactly one, since y-websocket 3 reads only the first.
"""

from collections.abc import Iterator

from .lib0 import DecodeError, read_var_bytes, write_var_bytes
from .sync import AUTH, AWARENESS, QUERY_AWARENESS, SYNC, read_sync


def read_messages(frame: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield the messages of a client frame as (type, sync kind, payload); the kind is 0 outside of sync messages."""
    at, end = 0, len(frame)
    if not end:
        raise DecodeError("a frame without a message")
    while at < end:
        kind = frame[at]
        if kind == SYNC:
            step, payload, at = read_sync(frame, at + 1)
            yield SYNC, step, payload
        elif kind == AWARENESS:
            payload, at = read_var_bytes(frame, at + 1)
            yield AWARENESS, 0, payload
        elif kind == QUERY_AWARENESS:
            at += 1
            yield QUERY_AWARENESS, 0, b""
        else:
            raise DecodeError(f"message type {kind} is unknown in the y-websocket protocol")


def permission_denied(reason: str) -> bytes:
    """Tell a y-websocket client that something it sent was refused; the stock client logs the reason."""
    return bytes((AUTH, 0)) + write_var_bytes(reason.encode())
