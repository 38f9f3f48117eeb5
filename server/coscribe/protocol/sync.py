"""The messages inside every envelope: y-protocols sync and awareness.

All dialects carry the same inner bytes and differ only in what stands around them, so one encoding serves every
client of a room. Message numbers: https://github.com/yjs/y-protocols.
"""

from .lib0 import DecodeError, read_var_uint, write_var_bytes, write_var_uint

SYNC, AWARENESS, AUTH, QUERY_AWARENESS = 0, 1, 2, 3
STEP1, STEP2, UPDATE = 0, 1, 2

UPDATE_START = bytes((SYNC, UPDATE))
Parts = tuple[bytes, ...]
"""A message that is not put together yet: to copy a long document takes longer than to send it."""


def step1(vector: bytes) -> bytes:
    """Ask the peer for what a document with this state vector lacks."""
    return b"\x00\x00" + write_var_bytes(vector)


def step2(update: bytes) -> bytes:
    """Answer a SyncStep1 with an update."""
    return b"".join(step2_parts(update))


def step2_parts(update: bytes) -> Parts:
    """Answer a SyncStep1 with an update that is not copied."""
    return b"\x00\x01" + write_var_uint(len(update)), update


def update_message(update: bytes) -> bytes:
    """Announce one update."""
    return UPDATE_START + write_var_bytes(update)


def update_parts(update: bytes) -> Parts:
    """Announce one update that is not copied."""
    return UPDATE_START + write_var_uint(len(update)), update


def awareness_message(states: bytes) -> bytes:
    """Carry an encoded awareness update."""
    return b"\x01" + write_var_bytes(states)


def read_sync(data: bytes, at: int) -> tuple[int, bytes, int]:
    """Read a sync sub-message at `at`: (kind, state vector or update, next position)."""
    kind, start = read_var_uint(data, at)
    if kind > UPDATE:
        raise DecodeError(f"sync message {kind} is unknown; this server knows 0, 1 and 2")
    size, start = read_var_uint(data, start)
    end = start + size
    if end > len(data):
        raise DecodeError("a sync message ends before its payload does")
    return kind, data[start:end], end
