"""The body of a row: one tick of a room, as entries of (author key, update).

An entry is varUint author, then varBytes update; entries follow each other with nothing between or around them.
"""

from __future__ import annotations

from collections.abc import Iterable

from coscribe.protocol.lib0 import read_var_bytes, read_var_uint, write_var_bytes, write_var_uint


def pack_entries(entries: Iterable[tuple[int, bytes]]) -> bytes:
    """Join (author key, update) pairs into a row's body."""
    return b"".join([write_var_uint(author) + write_var_bytes(update) for author, update in entries])


def unpack_entries(body: bytes) -> list[tuple[int, bytes]]:
    """Split a row's body into (author key, update) pairs; DecodeError when it is not whole."""
    entries = []
    at, end = 0, len(body)
    while at < end:
        author, at = read_var_uint(body, at)
        update, at = read_var_bytes(body, at)
        entries.append((author, bytes(update)))
    return entries
