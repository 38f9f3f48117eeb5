"""What kind of thing each root of a Yjs document is, learned from the encoded document and never by trying.

A Yjs document does not say whether its root `notes` is a text, a list or a map: every application knows that of its
own roots. Trying is dangerous, because a text that holds an emoji, read as a list, keeps the engine in an endless
loop. But each item says what it holds and where it stands, so the bytes tell:

- items with a key make a map; without one, runs of characters, formatting or embeds make a text, XML types alone make
  an XML fragment, and anything else is a list;
- a root used as two kinds at once is what its sequence is; the entries of a text's or list's map side are not shown;
- a list, at any depth, that holds characters is refused, and so is nesting that recursion would not survive;
- what is deleted does not count, so a root of which everything is deleted is not there.
"""

from bisect import bisect_right
from enum import Enum
from typing import TypeAlias

from coscribe.content.errors import ContentError
from coscribe.content.schema import MAX_DEPTH
from coscribe.protocol.content import EMBED, FORMAT, STRING, TYPE, skip_content
from coscribe.protocol.deletes import DeletedRanges, parse_delete_set
from coscribe.protocol.lib0 import read_var_string, read_var_uint

_GC, _DELETED, _SKIP = 0, 1, 10
_KIND = 0x1F
_LEFT, _RIGHT, _HAS_KEY = 0x80, 0x40, 0x20

_FIRST_TYPE = 32  # a type of kind n is content of kind 32 + n, apart from all other kinds
_LIST, _ELEMENT, _HOOK, _XML_TEXT = (_FIRST_TYPE + kind for kind in (0, 3, 5, 6))
_IN_TEXT = frozenset((STRING, FORMAT, EMBED))
_IN_XML = frozenset((_ELEMENT, _HOOK, _XML_TEXT))

_Id: TypeAlias = tuple[int, int]
_Place: TypeAlias = tuple[str | _Id, bool]  # the parent, a root's name or an item; and whether the item has a key


class Kind(Enum):
    """What a root is."""

    TEXT = "text"
    LIST = "list"
    MAP = "map"
    XML = "xml"


def kinds_of_roots(state: bytes) -> dict[str, Kind]:
    """Return what each root of a whole encoded document is, by name in order; roots without content are not there.

    Raises ContentError when reading the document would be dangerous, DecodeError when the bytes are no update.
    """
    items = _Items(state)
    content: dict[str | _Id, set[int]] = {}
    keyed: set[str | _Id] = set()
    for (parent, has_key), kind in items.live():
        if has_key:
            keyed.add(parent)
        else:
            content.setdefault(parent, set()).add(kind)
    items.check_depth()
    for parent, kinds in content.items():
        if STRING in kinds and not isinstance(parent, str) and items.kind(parent) == _LIST:
            raise ContentError("This document holds a list with loose characters, which cannot be read; ask for yjs.")
    names = sorted(name for name in {*content, *keyed} if isinstance(name, str))
    return {name: _kind(content.get(name)) for name in names}


def _kind(kinds: set[int] | None) -> Kind:
    if not kinds:
        return Kind.MAP
    if kinds & _IN_TEXT:
        return Kind.TEXT
    return Kind.XML if kinds <= _IN_XML else Kind.LIST


class _Items:
    """The items of an encoded document: what each holds, and where it stands."""

    def __init__(self, state: bytes) -> None:
        self._clocks: dict[int, list[int]] = {}
        self._kinds: dict[int, list[int]] = {}
        self._places: dict[int, list[_Place | _Id | None]] = {}
        """Where each item stands: a place, or the neighbour that stands in the same; None for what is collected."""
        self._deleted = self._read(state)
        self._depths: dict[_Id, int] = {}

    def live(self) -> list[tuple[_Place, int]]:
        """Return the place and the kind of content of every item that is not deleted."""
        result: list[tuple[_Place, int]] = []
        for client, clocks in self._clocks.items():
            for index, clock in enumerate(clocks):
                kind = self._kinds[client][index]
                if kind == _DELETED or self._deleted.holds([(client, clock, 1)]):
                    continue
                if (place := self._place(client, index)) is not None:
                    result.append((place, kind))
                    if kind >= _FIRST_TYPE:
                        self._depths[client, clock] = 0
        return result

    def kind(self, item: _Id) -> int:
        """Return what an item holds."""
        client, index = self._find(item)
        return self._kinds[client][index] if index >= 0 else _DELETED

    def check_depth(self) -> None:
        """Raise ContentError when types are nested deeper than recursion should go; call after `live`."""
        depths = self._depths
        for item in depths:
            chain: list[_Id] = []
            parent: str | _Id = item
            while not isinstance(parent, str) and depths.get(parent, 1) == 0 and len(chain) <= MAX_DEPTH:
                chain.append(parent)
                place = self._place(*self._find(parent))
                parent = place[0] if place is not None else ""
            depth = 0 if isinstance(parent, str) else depths.get(parent, 0)
            if depth + len(chain) > MAX_DEPTH:
                raise ContentError(f"The document nests more than {MAX_DEPTH} levels deep; ask for yjs.")
            for nested in reversed(chain):
                depth += 1
                depths[nested] = depth

    def _find(self, item: _Id) -> tuple[int, int]:
        """Return the client and index of the item that covers an id; index -1 where there is none."""
        return item[0], bisect_right(self._clocks.get(item[0], []), item[1]) - 1

    def _place(self, client: int, index: int) -> _Place | None:
        """Follow neighbours to one whose place is written, and remember it for all on the way."""
        way: list[tuple[int, int]] = []
        found: _Place | None = None
        while index >= 0:
            entry = self._places[client][index]
            if entry is None:
                break
            if isinstance(entry[1], bool):
                found = entry  # type: ignore[assignment]
                break
            way.append((client, index))
            self._places[client][index] = None  # a circle ends here
            client, index = self._find(entry)  # type: ignore[arg-type]
        for passed, at in way:
            self._places[passed][at] = found
        return found

    def _read(self, data: bytes) -> DeletedRanges:
        clients, at = read_var_uint(data, 0)
        for _ in range(clients):
            count, at = read_var_uint(data, at)
            client, at = read_var_uint(data, at)
            clock, at = read_var_uint(data, at)
            clocks = self._clocks[client] = []
            kinds = self._kinds[client] = []
            places = self._places[client] = []
            for _ in range(count):
                info = data[at]
                at += 1
                kind = info & _KIND
                clocks.append(clock)
                if info in (_GC, _SKIP):
                    length, at = read_var_uint(data, at)
                    kinds.append(_DELETED)
                    places.append(None)
                    clock += length
                    continue
                place, at = _read_place(data, at, info)
                length, end = skip_content(data, at, kind)
                kinds.append(_FIRST_TYPE + data[at] if kind == TYPE else kind)
                places.append(place)
                at = end
                clock += length
        return DeletedRanges(parse_delete_set(data, at)[0])


def _read_place(data: bytes, at: int, info: int) -> tuple[_Place | _Id, int]:
    """Read where an item stands: behind its left neighbour, else before its right one, else in a parent."""
    neighbour: _Id | None = None
    for flag in (_LEFT, _RIGHT):
        if info & flag:
            client, at = read_var_uint(data, at)
            clock, at = read_var_uint(data, at)
            neighbour = neighbour or (client, clock)
    if neighbour is not None:
        return neighbour, at
    parent: str | _Id
    named, at = read_var_uint(data, at)
    if named:
        parent, at = read_var_string(data, at)
    else:
        client, at = read_var_uint(data, at)
        clock, at = read_var_uint(data, at)
        parent = (client, clock)
    if info & _HAS_KEY:
        _, at = read_var_string(data, at)
    return (parent, bool(info & _HAS_KEY)), at
