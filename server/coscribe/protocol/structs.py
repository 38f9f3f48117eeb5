"""The structs of an update: items, garbage-collected ranges and skips.

A struct carries its length but neither its client nor its clock: these follow from the section it stands in, so that
reading one needs the two that count has reached. What it refers to decides whether it can be integrated.
"""

from typing import NamedTuple

from coscribe.protocol.content import ANY_NUMBER, skip_content, skip_string
from coscribe.protocol.deletes import MAX_CLOCK
from coscribe.protocol.lib0 import DecodeError, read_var_uint

GC = 0
DELETED = 1
SKIP = 10

LEFT = 0x80
_RIGHT = 0x40
_HAS_NEIGHBOUR = LEFT | _RIGHT
_PARENT_KEY = 0x20
_KIND = 0x1F


def read_struct(
    data: bytes, at: int, own: bytes, clock: int, needs: dict[int, int], most: int = ANY_NUMBER
) -> tuple[int, int, int]:
    """Read the struct at `clock` of the client whose id is encoded as `own`.

    Returns the position after it, the clock after it and its kind, and notes in `needs` the highest clock of every
    other client that it refers to. Raises DecodeError, IndexError where the bytes end, or Elaborate where the struct
    holds `most` values or more.
    """
    info = data[at]
    at += 1
    kind = info & _KIND
    if info & _HAS_NEIGHBOUR:
        if info & LEFT:
            at = _read_id(data, at, own, clock, needs)
        if info & _RIGHT:
            at = _read_id(data, at, own, clock, needs)
    elif info in (GC, SKIP):
        length, at = read_var_uint(data, at)
        if length == 0:
            raise DecodeError("a struct is empty")
        return at, clock + length, kind
    else:
        named = data[at]
        at += 1
        if named == 1:
            at = skip_string(data, at)
        elif named == 0:
            at = _read_id(data, at, own, clock, needs)
        else:
            raise DecodeError(f"a parent of kind {named}")
        if info & _PARENT_KEY:
            at = skip_string(data, at)
    length, at = skip_content(data, at, kind, most)
    return at, clock + length, kind


class Header(NamedTuple):
    """What an item stands beside or else under, each an id (client, clock) or None, and where its content starts."""

    left: tuple[int, int] | None
    right: tuple[int, int] | None
    parent: tuple[int, int] | None
    content_at: int


def read_header(data: bytes, at: int) -> Header:
    """Read the header of an item that `read_struct` has accepted."""
    info = data[at]
    at += 1
    left = right = parent = None
    if info & _HAS_NEIGHBOUR:
        if info & LEFT:
            client, at = read_var_uint(data, at)
            clock, at = read_var_uint(data, at)
            left = (client, clock)
        if info & _RIGHT:
            client, at = read_var_uint(data, at)
            clock, at = read_var_uint(data, at)
            right = (client, clock)
        return Header(left, right, None, at)
    named, at = read_var_uint(data, at)
    if named:
        at = skip_string(data, at)
    else:
        client, at = read_var_uint(data, at)
        clock, at = read_var_uint(data, at)
        parent = (client, clock)
    if info & _PARENT_KEY:
        at = skip_string(data, at)
    return Header(None, None, parent, at)


def _read_id(data: bytes, at: int, own: bytes, clock: int, needs: dict[int, int]) -> int:
    # An id has one encoding only, which no other one starts with: that of the section's client need not be decoded.
    if data.startswith(own, at):
        at += len(own)
        target = data[at]
        at += 1
        if target > 127:
            target, at = read_var_uint(data, at - 1)
        if target >= clock:
            raise DecodeError("a struct refers to its own client's future")
        return at
    other, at = read_var_uint(data, at)
    target, at = read_var_uint(data, at)
    if target > needs.get(other, -1):
        if target >= MAX_CLOCK:
            raise DecodeError(f"a reference to clock {target}")
        needs[other] = target
    return at
