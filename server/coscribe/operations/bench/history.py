"""A long history of single edits, as one person's typing leaves it behind.

Bursts of typing with backspaces in between, and jumps of the cursor: about 70 % insertions and 30 % deletions, shaped
like the editing traces that CRDT benchmarks use. The same seed gives the same history. Each edit is one Yjs update
with the neighbours that Yjs itself would name.
"""

import random

from coscribe.protocol.lib0 import write_var_bytes, write_var_uint

from .edits import ROOT

_START = 0  # the place before the first character; character n of the history is place n + 1
_BURST = (5, 80)
_JUMP, _FAR_JUMP, _ERASING_BURST, _TYPO = 0.35, 0.4, 0.3, 0.03
_NEARBY = 200  # characters


class History:
    """`updates` in their order, `typed` tells which of them insert a character (the others delete one)."""

    def __init__(self, client: int, edits: int, seed: int = 42) -> None:
        self._random = random.Random(seed)  # noqa: S311
        self._client = write_var_uint(client)
        self._next = [-1]  # places as a linked list; deleted ones stay in it
        self._previous = [-1]
        self._alive = [True]
        self._letters = [""]
        self._cursor = _START
        self.updates: list[bytes] = []
        self.typed: list[bool] = []
        erasing = False
        left = 0
        for _ in range(edits - 1):
            if left == 0:
                left = self._random.randint(*_BURST)
                self._move()
                erasing = self._random.random() < _ERASING_BURST
            left -= 1
            if (erasing or self._random.random() < _TYPO) and self._cursor != _START:
                self._erase()
            else:
                self._type()
        self._type()  # so that the last edit can be seen to arrive

    @property
    def characters(self) -> int:
        """How many characters were ever typed: the clock at the end."""
        return len(self._next) - 1

    def text(self) -> str:
        """Return the text that is left in the end."""
        letters, place = [], self._next[_START]
        while place != -1:
            if self._alive[place]:
                letters.append(self._letters[place])
            place = self._next[place]
        return "".join(letters)

    def _type(self) -> None:
        left, right, place = self._cursor, self._next[self._cursor], len(self._next)
        letter = self._random.choice("abcdefghijklmnopqrstuvwxyz" * 5 + " " * 26)
        info = 4 | (0x80 if left != _START else 0) | (0x40 if right != -1 else 0)
        neighbours = [self._client + write_var_uint(near - 1) for near in (left, right) if near not in (_START, -1)]
        parent = b"" if neighbours else b"\x01" + write_var_bytes(ROOT)
        head = b"\x01\x01" + self._client + write_var_uint(place - 1) + bytes((info,))
        self._note(head + b"".join(neighbours) + parent + b"\x01" + letter.encode() + b"\x00", typed=True)
        self._next.append(right)
        self._previous.append(left)
        self._alive.append(True)
        self._letters.append(letter)
        self._next[left] = place
        if right != -1:
            self._previous[right] = place
        self._cursor = place

    def _erase(self) -> None:
        self._note(b"\x00\x01" + self._client + b"\x01" + write_var_uint(self._cursor - 1) + b"\x01", typed=False)
        self._alive[self._cursor] = False
        self._cursor = self._back(self._cursor)

    def _move(self) -> None:
        if self._random.random() >= _JUMP or len(self._next) == 1:
            return
        if self._random.random() < _FAR_JUMP:
            self._cursor = self._random.randrange(len(self._next))
            if not self._alive[self._cursor]:
                self._cursor = self._back(self._cursor)
            return
        steps = self._random.randint(-_NEARBY, _NEARBY)
        for _ in range(abs(steps)):
            near = self._back(self._cursor) if steps < 0 else self._forward(self._cursor)
            if near == -1:
                break
            self._cursor = near

    def _back(self, place: int) -> int:
        place = self._previous[place] if place != _START else -1
        while place > _START and not self._alive[place]:
            place = self._previous[place]
        return place

    def _forward(self, place: int) -> int:
        place = self._next[place]
        while place != -1 and not self._alive[place]:
            place = self._next[place]
        return place

    def _note(self, update: bytes, *, typed: bool) -> None:
        self.updates.append(update)
        self.typed.append(typed)
