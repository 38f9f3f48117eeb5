"""What has been read before is not read again: documents come back with one paragraph changed.

A reader that can tell that its input falls into pieces, each of which it would read as the same nodes whatever stands
around it, says so. The nodes of a piece are kept as JSON by a key that says everything they are made of, so whoever
changes what was read changes nothing here. What is read in pieces is exactly what is read as a whole.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from coscribe.content.input import accept
from coscribe.content.prosemirror import empty
from coscribe.content.schema import MAX_NODES, Json

KEPT_BYTES = 16 * 1024 * 1024
ENTRY_BYTES = 200
"""What a piece takes beside its JSON."""

_encode = msgspec.msgpack.Encoder().encode


class Raw(NamedTuple):
    """What was read of a piece: its nodes, not yet accepted, and how many there are with those below (`size`)."""

    nodes: list[Json]
    size: int


class Piece(NamedTuple):
    """A part of the input. key: everything that its nodes depend on. read: reads it."""

    key: bytes
    read: Callable[[], Raw]


class NotAlone(Exception):
    """A piece does not end by itself, so that what follows depends on it."""


class _Kept(NamedTuple):
    nodes: bytes
    size: int


class Pieces:
    """Keeps what pieces were read as, the last used longest."""

    def __init__(self, most_bytes: int = KEPT_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()

    def document(self, pieces: Sequence[Piece]) -> Json | None:
        """Return the document that pieces are together, or None where they have to be read as a whole.

        Raises ContentError and NotAlone.
        """
        kept = [self._find(piece) for piece in pieces]
        if sum(each.size for each in kept) > MAX_NODES // 2:
            return None
        decode = msgspec.json.Decoder().decode
        content = [node for each in kept for node in decode(each.nodes)]
        return {"type": "doc", "content": content} if content else empty()

    def _find(self, piece: Piece) -> _Kept:
        if (known := self._kept.get(piece.key)) is not None:
            self._kept.move_to_end(piece.key)
            return known
        raw = piece.read()
        nodes = accept({"type": "doc", "content": raw.nodes})["content"] if raw.nodes else []
        kept = _Kept(msgspec.json.encode(nodes), raw.size)
        self._kept[piece.key] = kept
        self._bytes += len(kept.nodes) + ENTRY_BYTES
        while self._bytes > self._most_bytes:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= len(gone.nodes) + ENTRY_BYTES
        return kept


def key_of(kind: str, *parts: Any) -> bytes:
    """Return a key for what a piece is made of: texts, numbers, and lists and mappings of them."""
    return hashlib.blake2b(_encode((kind, parts)), digest_size=20).digest()


def raw(document: Json, count: int, is_empty: bool) -> Raw:
    """Return what a builder finished; `count`: how many nodes it put together, those that it took back included."""
    nodes = [] if is_empty else document["content"]
    level, below = nodes, 0
    while level:
        below += len(level)
        level = [inner for node in level for inner in node.get("content", ())]
    return Raw(nodes, max(below, count))
