"""A ProseMirror document as a fresh Yjs update, in the form that y-tiptap gives it in the browser.

Written straight as bytes: one client, its structs one after the other, every node behind its sibling. The update is
complete in itself and is applied to a document that has no content yet; content must never be written twice by two
clients, or it doubles.

The document must have passed `Schema.check`: depth is bounded and attributes are complete.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterator
from itertools import groupby

from coscribe.content.anyvalue import write_any
from coscribe.content.prosemirror import ROOTS
from coscribe.content.schema import Json, Schema, schema
from coscribe.protocol.lib0 import write_var_string, write_var_uint
from coscribe.protocol.updates import EMPTY_UPDATE

_ORIGIN = 0x80
_PARENT_SUB = 0x20
_STRING, _FORMAT, _TYPE, _ANY = 4, 6, 7, 8
_XML_ELEMENT, _XML_TEXT = b"\3", b"\6"
_NO_DELETES = b"\0"
_HASH_BYTES = 6


def to_update(document: Json, *, client: int | None = None, known: Schema | None = None) -> bytes:
    """Return the update that puts a valid ProseMirror document into the fragment `default`.

    client: the Yjs client id that the content is written by, used this once; random unless given.
    known: the schema that the document fits; the editor's unless given.
    """
    nodes = document.get("content", [])
    if not nodes:
        return EMPTY_UPDATE
    writer = _Writer(secrets.randbits(32) if client is None else client, known or schema())
    writer.write_root(ROOTS[0], nodes)
    return writer.update()


def mark_key(mark: Json, known: Schema) -> str:
    """Return the name that y-tiptap stores a mark under: its own, and a hash of it when it may overlap itself."""
    name: str = mark["type"]
    if not known.overlaps(name):
        return name
    whole = {"type": name, "attrs": attributes} if (attributes := mark.get("attrs")) else {"type": name}
    digest = hashlib.sha256(write_any(whole)).digest()
    folded = bytearray(_HASH_BYTES)
    for index, byte in enumerate(digest):
        folded[index % _HASH_BYTES] ^= byte
    return f"{name}--{base64.b64encode(folded).decode()}"


class _Writer:
    """The structs of one client, in the order of their clocks."""

    def __init__(self, client: int, known: Schema) -> None:
        self._client = write_var_uint(client)
        self._known = known
        self._clock = 0
        self._structs: list[bytes] = []

    def update(self) -> bytes:
        head = b"\1" + write_var_uint(len(self._structs)) + self._client + b"\0"
        return head + b"".join(self._structs) + _NO_DELETES

    def write_root(self, name: str, nodes: list[Json]) -> None:
        root = b"\1" + write_var_string(name)
        open_nodes: list[tuple[Iterator[Json | list[Json]], bytes, int | None]] = [(children_of(nodes), root, None)]
        while open_nodes:
            children, parent, before = open_nodes.pop()
            for child in children:
                at = self._clock
                if isinstance(child, list):
                    self._add(_TYPE, parent, before, _XML_TEXT)
                    self._write_text(child, self._parent(at))
                    before = at
                    continue
                self._add(_TYPE, parent, before, _XML_ELEMENT + write_var_string(child["type"]))
                self._write_attributes(child, self._parent(at))
                open_nodes.append((children, parent, at))
                open_nodes.append((children_of(child.get("content", [])), self._parent(at), None))
                break

    def _write_attributes(self, node: Json, parent: bytes) -> None:
        for name, value in self._known.node_attributes(node["type"], node.get("attrs", {})).items():
            if value is not None and name != "ychange":
                head = bytes((_ANY | _PARENT_SUB,)) + parent + write_var_string(name)
                self._structs.append(head + b"\1" + write_any(value))
                self._clock += 1

    def _write_text(self, runs: list[Json], parent: bytes) -> None:
        before: int | None = None
        current: Json = {}
        for run in runs:
            wanted = {mark_key(mark, self._known): self._mark_value(mark) for mark in run.get("marks", [])}
            before = self._write_formats(current, wanted, parent, before)
            current = wanted
            text: str = run["text"]
            self._add(_STRING, parent, before, write_var_string(text), len(text.encode("utf-16-le")) // 2)
            before = self._clock - 1
        self._write_formats(current, {}, parent, before)

    def _write_formats(self, current: Json, wanted: Json, parent: bytes, before: int | None) -> int | None:
        changes: Json = {key: None for key in current if key not in wanted}
        changes.update((key, value) for key, value in wanted.items() if key not in current or current[key] != value)
        for key, value in changes.items():
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            self._add(_FORMAT, parent, before, write_var_string(key) + write_var_string(text))
            before = self._clock - 1
        return before

    def _mark_value(self, mark: Json) -> Json:
        return self._known.mark_attributes(mark["type"], mark.get("attrs", {}))

    def _add(self, kind: int, parent: bytes, before: int | None, content: bytes, length: int = 1) -> None:
        if before is None:
            self._structs.append(bytes((kind,)) + parent + content)
        else:
            self._structs.append(bytes((kind | _ORIGIN,)) + self._client + write_var_uint(before) + content)
        self._clock += length

    def _parent(self, clock: int) -> bytes:
        return b"\0" + self._client + write_var_uint(clock)


def children_of(nodes: list[Json]) -> Iterator[Json | list[Json]]:
    """Yield element nodes one by one and neighbouring text nodes together, as y-tiptap stores them."""
    for is_text, group in groupby(nodes, lambda node: bool(node["type"] == "text")):
        if is_text:
            yield list(group)
        else:
            yield from group
