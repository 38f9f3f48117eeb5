"""Rewriting characters that an edit cut in two, before yrs sees them.

Text ids count UTF-16 units, so a character outside the basic plane has two. When an edit lands between them, Yjs turns
each half into U+FFFD; yrs keeps strings as UTF-8, cannot cut there, and from then on encodes a state that differs from
Yjs's under the same state vector: characters are lost without a sign. The remedy is to do to the bytes what Yjs does,
before they are applied: a guard sees every update of a document in order, notes where such characters are and whether
something refers to their middle, and rewrites the cut ones.

It also rewrites lone surrogates in JSON (`"\\ud83d"`), which JavaScript writes and serde refuses to read.
What is stored and passed on to clients stays as it came.
"""

import re
from collections.abc import Iterator

from coscribe.protocol.content import EMBED, FORMAT, STRING, skip_string
from coscribe.protocol.everyday import match_delete, match_insert, uint
from coscribe.protocol.lib0 import read_var_bytes, write_var_bytes, write_var_uint
from coscribe.protocol.structs import GC, LEFT, SKIP, read_header, read_struct
from coscribe.protocol.updates import Walk, check

_find_astral = re.compile(rb"[\xf0-\xf4][\x80-\xbf]{3}").search
_find_escape = re.compile(rb"\\u[dD][89a-fA-F]").search
_replace_escapes = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\.", re.DOTALL
).sub
_ESCAPED_UNIT = len(rb"\ud83d")

_Item = tuple[int, int, int, int, int]  # client, clock, kind, position, position after it


class SurrogateGuard:
    """Knows the characters of one document that edits have cut, and rewrites them in its updates.

    `scan` every update in the order in which they are applied, and `repair` each before it is applied.
    """

    __slots__ = ("_cuts", "_escapes", "_halves")

    def __init__(self) -> None:
        self._halves: dict[int, set[int]] = {}  # by client: clocks of the second units of characters
        self._cuts: dict[int, set[int]] = {}  # those of them at which the character is cut
        self._escapes = False

    @property
    def has_cuts(self) -> bool:
        """Whether updates have to be repaired before they are applied."""
        return self._escapes or bool(self._cuts)

    def scan(self, update: bytes) -> bool:
        """Note what an update holds and what it cuts; True when there is a new cut.

        True means that what was applied before is wrong by now: build the document again from repaired updates.
        Raises MalformedUpdate.
        """
        escapes = not self._escapes and _find_escape(update) is not None
        if _find_astral(update) is None and not escapes:
            return bool(self._halves) and self._cut_by(update)
        walk = check(update)
        found = False
        for client, clock, kind, at, end in _items(update, walk):
            if kind == STRING:
                text, _ = read_var_bytes(update, read_header(update, at).content_at)
                if _find_astral(text) is not None:
                    self._note_halves(client, clock, text.decode())
            elif escapes and _json_changes(update, kind, at, end):
                found = self._escapes = True
        cut = bool(self._halves) and self._cut_by_walk(update, walk)
        return cut or found

    def repair(self, update: bytes) -> bytes:
        """Return an update with its cut characters rewritten; the same bytes where there is none.

        Raises MalformedUpdate.
        """
        cuts = bool(self._cuts) and _find_astral(update) is not None
        escapes = self._escapes and _find_escape(update) is not None
        if not cuts and not escapes:
            return update
        out: list[bytes] = []
        done = 0
        for client, clock, kind, at, end in _items(update, check(update)):
            if kind == STRING and cuts and client in self._cuts:
                content_at = read_header(update, at).content_at
                text, _ = read_var_bytes(update, content_at)
                if _find_astral(text) is not None:
                    out += (update[done:content_at], write_var_bytes(self._mend(client, clock, text.decode())))
                    done = end
            elif escapes and kind in (EMBED, FORMAT):
                content_at = _json_at(update, kind, at)
                text, _ = read_var_bytes(update, content_at)
                out += (update[done:content_at], write_var_bytes(_replace_escapes(_without_lone, text)))
                done = end
        out.append(update[done:])
        return b"".join(out)

    def _note_halves(self, client: int, clock: int, text: str) -> None:
        halves = self._halves.setdefault(client, set())
        for character in text:
            clock += 1
            if character > "\uffff":
                halves.add(clock)
                clock += 1

    def _mend(self, client: int, clock: int, text: str) -> bytes:
        cuts = self._cuts[client]
        out: list[str] = []
        for character in text:
            clock += 1
            if character > "\uffff":
                out.append("\ufffd\ufffd" if clock in cuts else character)
                clock += 1
            else:
                out.append(character)
        return "".join(out).encode()

    def _cut_by(self, update: bytes) -> bool:
        match = match_insert(update)
        if match is not None and len(match[10]) == match[9][0]:
            if match[3] is None:
                left, left_clock, right, right_clock = match.group(5, 6, 7, 8)
                return self._cut(uint(left), uint(left_clock) + 1) | self._cut(uint(right), uint(right_clock))
            only, clock = uint(match[3]), uint(match[4])
            return self._cut(only, clock + 1 if update[match.start(3) - 1] & LEFT else clock)
        match = match_delete(update)
        if match is not None:
            client, clock = uint(match[1]), uint(match[2])
            return self._cut(client, clock) | self._cut(client, clock + match[3][0])
        return self._cut_by_walk(update, check(update))

    def _cut_by_walk(self, update: bytes, walk: Walk) -> bool:
        new = False
        for _, _, _, at, _ in _items(update, walk):
            if update[at] in (GC, SKIP):
                continue
            left, right, _, _ = read_header(update, at)
            if left is not None:
                new |= self._cut(left[0], left[1] + 1)
            if right is not None:
                new |= self._cut(*right)
        for client, clock, length in walk.deletes:
            new |= self._cut(client, clock) | self._cut(client, clock + length)
        return new

    def _cut(self, client: int, clock: int) -> bool:
        """Note that something refers to the place before a clock; True when that newly cuts a character."""
        halves = self._halves.get(client)
        if halves is None or clock not in halves:
            return False
        cuts = self._cuts.setdefault(client, set())
        if clock in cuts:
            return False
        cuts.add(clock)
        return True


def _items(update: bytes, walk: Walk) -> Iterator[_Item]:
    for section in walk.sections:
        at, clock, own = section.at, section.start, write_var_uint(section.client)
        for _ in range(section.structs):
            after, end, kind = read_struct(update, at, own, clock, {})
            yield section.client, clock, kind, at, after
            at, clock = after, end


def _json_at(update: bytes, kind: int, at: int) -> int:
    content_at = read_header(update, at).content_at
    return skip_string(update, content_at) if kind == FORMAT else content_at


def _json_changes(update: bytes, kind: int, at: int, end: int) -> bool:
    if kind not in (EMBED, FORMAT) or _find_escape(update, at, end) is None:
        return False
    text, _ = read_var_bytes(update, _json_at(update, kind, at))
    return _replace_escapes(_without_lone, text) != text


def _without_lone(match: "re.Match[bytes]") -> bytes:
    escape = match[0]
    return rb"\ufffd" if len(escape) == _ESCAPED_UNIT else escape
