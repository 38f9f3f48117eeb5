"""Awareness updates: who is here, where their caret is (y-protocols awareness, version 1).

An update is a varUint count, then for each state: varUint client id, varUint clock, varString JSON; the JSON `null`
says that the client has left. A state is newer when its clock is greater, or equal and `null`.
"""

from collections.abc import Iterable
from typing import NamedTuple

from .lib0 import DecodeError, read_var_bytes, read_var_uint, write_var_bytes, write_var_uint

LEFT = b"null"
NOBODY = b"\x00"
"""An update with no states: it changes nothing, and tells a quiet client that the server is still there."""

MAX_STATES = 20_000
"""More than a document has connections: to read millions of them, each a few bytes, would take seconds."""

_MIN_STATE_BYTES = 3


class State(NamedTuple):
    """One client's state as it travels: `json` is UTF-8 text, or `LEFT`."""

    client: int
    clock: int
    json: bytes


def read_states(update: bytes) -> list[State]:
    """Read the states of an update; raise DecodeError on anything but whole states and nothing after them."""
    count, at = read_var_uint(update, 0)
    if count * _MIN_STATE_BYTES > len(update) - at:
        raise DecodeError("an awareness update announces more states than it has bytes for")
    if count > MAX_STATES:
        raise DecodeError(f"an awareness update may have {MAX_STATES} states at most")
    states = []
    for _ in range(count):
        client, at = read_var_uint(update, at)
        clock, at = read_var_uint(update, at)
        json, at = read_var_bytes(update, at)
        states.append(State(client, clock, json))
    if at != len(update):
        raise DecodeError("an awareness update has bytes after its last state")
    return states


def write_states(states: Iterable[State]) -> bytes:
    """Encode states as one update."""
    encoded = [write_var_uint(client) + write_var_uint(clock) + write_var_bytes(json) for client, clock, json in states]
    return write_var_uint(len(encoded)) + b"".join(encoded)
