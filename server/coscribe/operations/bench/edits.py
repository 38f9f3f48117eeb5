"""Edits as Yjs updates (v1), written and read by hand.

A typist is one Yjs client that types one character after its previous one; its clock counts its edits. Reading
yields runs: (client, first clock, clock after the last), whatever the server made of the updates on the way, so a
server that merges several edits into one update is credited with each of them.
"""

from typing import NamedTuple

from coscribe.protocol.lib0 import DecodeError, read_var_bytes, read_var_uint, write_var_bytes, write_var_uint

ROOT = b"text"
_LETTERS = [bytes((letter,)) for letter in b"abcdefghijklmnopqrstuvwxyz"]
_CONTENT_DELETED, _CONTENT_STRING, _GC, _SKIP = 1, 4, 0, 10
_HAS_ORIGIN, _HAS_RIGHT_ORIGIN, _HAS_PARENT_KEY = 0x80, 0x40, 0x20


class Run(NamedTuple):
    """Consecutive edits of one client: clocks `start` to `end` - 1."""

    client: int
    start: int
    end: int


class Keys:
    """Makes the updates of one client's typing, one character after the other."""

    __slots__ = ("_after", "_client", "_clock", "_first")

    def __init__(self, client: int) -> None:
        self._client = write_var_uint(client)
        self._clock = 0
        self._after = b""  # the previous clock, encoded: what the next character stands behind
        self._first = b"\x04\x01" + write_var_bytes(ROOT)

    def press(self) -> bytes:
        """Return the update of the next character."""
        clock = write_var_uint(self._clock)
        place = b"\x84" + self._client + self._after if self._clock else self._first
        update = b"\x01\x01" + self._client + clock + place + b"\x01" + _LETTERS[self._clock % 26] + b"\x00"
        self._clock += 1
        self._after = clock
        return update


def read_runs(update: bytes) -> list[Run]:
    """List what an update says exists. Raises DecodeError for content other than text, deletions and gaps."""
    runs: list[Run] = []
    clients, at = read_var_uint(update, 0)
    for _ in range(clients):
        structs, at = read_var_uint(update, at)
        client, at = read_var_uint(update, at)
        clock, at = read_var_uint(update, at)
        for _ in range(structs):
            length, skipped, at = _read_struct(update, at)
            if not skipped:
                add_run(runs, client, clock, clock + length)
            clock += length
    return runs


def add_run(runs: list[Run], client: int, start: int, end: int) -> None:
    """Append a run, joined to the last one where it continues it."""
    if runs and runs[-1].client == client and runs[-1].end == start:
        start = runs.pop().start
    runs.append(Run(client, start, end))


def _read_struct(update: bytes, at: int) -> tuple[int, bool, int]:
    """Read one struct: (its length in clocks, whether it is a gap, next position)."""
    if at >= len(update):
        raise DecodeError("an update ends before its structs do")
    info = update[at]
    kind, at = info & 31, at + 1
    if kind in (_GC, _SKIP):
        length, at = read_var_uint(update, at)
        return length, kind == _SKIP, at
    for flag in (_HAS_ORIGIN, _HAS_RIGHT_ORIGIN):
        if info & flag:
            _, at = read_var_uint(update, at)
            _, at = read_var_uint(update, at)
    if not info & (_HAS_ORIGIN | _HAS_RIGHT_ORIGIN):
        named, at = read_var_uint(update, at)
        if named:
            _, at = read_var_bytes(update, at)
        else:
            _, at = read_var_uint(update, at)
            _, at = read_var_uint(update, at)
        if info & _HAS_PARENT_KEY:
            _, at = read_var_bytes(update, at)
    if kind == _CONTENT_STRING:
        text, at = read_var_bytes(update, at)
        return len(text.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")) // 2, False, at
    if kind == _CONTENT_DELETED:
        length, at = read_var_uint(update, at)
        return length, False, at
    raise DecodeError(f"content of kind {kind} was not typed by this client")
