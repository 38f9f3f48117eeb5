"""Builds updates by hand, field by field, so that a test can say exactly what is wrong with one."""

from collections.abc import Sequence

from coscribe.protocol.lib0 import write_var_bytes, write_var_string, write_var_uint

LEFT, RIGHT, PARENT_KEY = 0x80, 0x40, 0x20

Id = tuple[int, int]


def uints(*numbers: int) -> bytes:
    return b"".join(write_var_uint(number) for number in numbers)


def item(
    kind: int,
    content: bytes,
    *,
    left: Id | None = None,
    right: Id | None = None,
    parent: Id | str = "t",
    key: str | None = None,
) -> bytes:
    """Return an item; without neighbours it says where it hangs."""
    info = kind | (LEFT if left else 0) | (RIGHT if right else 0) | (PARENT_KEY if key is not None else 0)
    out = bytes((info,)) + uints(*(left or ()), *(right or ()))
    if left is None and right is None:
        out += b"\1" + write_var_string(parent) if isinstance(parent, str) else b"\0" + uints(*parent)
        if key is not None:
            out += write_var_string(key)
    return out + content


def text(string: str, left: Id | None = None, right: Id | None = None, parent: Id | str = "t") -> bytes:
    return item(4, write_var_string(string), left=left, right=right, parent=parent)


def values(*encoded: bytes) -> bytes:
    return item(8, uints(len(encoded)) + b"".join(encoded))


def embed(json: str) -> bytes:
    return item(5, write_var_string(json))


def gone(length: int) -> bytes:
    """Return a struct that was garbage-collected."""
    return b"\0" + uints(length)


def skip(length: int) -> bytes:
    return b"\x0a" + uints(length)


def section(client: int, clock: int, *structs: bytes) -> bytes:
    return uints(len(structs), client, clock) + b"".join(structs)


def deletes(*ranges: tuple[int, int, int]) -> bytes:
    """Return a delete set with a client for each range."""
    return uints(len(ranges)) + b"".join(uints(client, 1, clock, length) for client, clock, length in ranges)


def update(sections: Sequence[bytes] = (), delete_set: bytes = b"\0") -> bytes:
    return uints(len(sections)) + b"".join(sections) + delete_set


def typed(client: int, clock: int, string: str, left: Id | None = None, right: Id | None = None) -> bytes:
    """Return the update of one inserted string."""
    return update([section(client, clock, text(string, left, right))])


def string(value: bytes) -> bytes:
    return write_var_bytes(value)
