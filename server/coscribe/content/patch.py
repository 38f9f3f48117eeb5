"""New content for a document that people are writing in, as the smallest change of its CRDT.

What is equal stays untouched, so that edits made meanwhile, carets and comments survive: children are matched by their
common beginning and end and by what is equal in between; a node of the same type keeps its identity and has only its
attributes and its content changed; text changes by words, and marks only where they differ. What the schema does not
know (marks and attributes of a newer editor) is not compared: content from outside cannot say it, so it stays.
"""

import secrets
from typing import Any

import msgspec
from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from coscribe.content import prosemirror
from coscribe.content.errors import ContentError
from coscribe.content.input import merge_text
from coscribe.content.pairing import changes, common_ends, paired, text_changes
from coscribe.content.prosemirror import Child
from coscribe.content.schema import Json, Schema, schema
from coscribe.content.shape import kinds_of_roots
from coscribe.content.update import children_of, mark_key, to_update
from coscribe.protocol.state_vectors import read_state_vector

_encode = msgspec.json.Encoder(order="deterministic").encode


def patch(state: bytes, document: Json, *, client: int | None = None, known: Schema | None = None) -> bytes:
    """Return the update that makes a document in this state (a full Yjs update) say what `document` says.

    document: valid ProseMirror JSON. client: the Yjs client id that the change is written by; random unless given.
    Raises ContentError for a document that holds something else than rich text.
    """
    doc: Doc[Any] = Doc(client_id=secrets.randbits(32) if client is None else client)
    doc.apply_update(state)
    before = doc.get_state()
    with doc.transaction():
        patcher = _Patcher(known or schema())
        fragment, children = patcher.root(doc, state)
        if not children and doc.client_id not in read_state_vector(before):
            return to_update(document, client=doc.client_id, known=known)
        patcher.children(fragment, children, list(children_of(document.get("content", []))))
    return doc.get_update(before)


class _Patcher:
    """Changes nodes within one transaction."""

    def __init__(self, known: Schema) -> None:
        self._known = known

    def root(self, doc: Doc[Any], state: bytes) -> tuple[XmlFragment, list[Child]]:
        """Return the fragment that holds the rich text, or will hold it, and what is in it."""
        for name in prosemirror.ROOTS:
            fragment: XmlFragment = doc.get(name, type=XmlFragment)
            if any(children := prosemirror.read_children(fragment, self._known)):
                return fragment, children
        if kinds_of_roots(state):
            raise ContentError("This document holds no rich text; change it with a Yjs update.")
        return doc.get(prosemirror.ROOTS[0], type=XmlFragment), []

    def children(self, parent: XmlFragment | XmlElement, have: list[Child], wanted: list[Child]) -> None:
        """Make the children of a fragment or element, which say what `have` says, say what is wanted."""
        start, end = common_ends([_Comparable(child, self._known) for child in have], wanted)
        if start == len(have) == len(wanted):
            return
        have, wanted = have[start : len(have) - end], wanted[start : len(wanted) - end]
        old_keys = [_encode(_said(child, self._known)) for child in have]
        new_keys = [_encode(child) for child in wanted]
        stored = list(parent.children)[start:]
        shift = start  # where a child lies, beyond its index here, by what was put in or taken out before it
        for old_from, old_to, new_from, new_to in changes(old_keys, new_keys):
            self._replace(
                parent,
                old_from + shift,
                list(zip(stored[old_from:old_to], have[old_from:old_to], strict=True)),
                wanted[new_from:new_to],
            )
            shift += (new_to - new_from) - (old_to - old_from)

    def _replace(
        self, parent: XmlFragment | XmlElement, at: int, old: list[tuple[Any, Child]], new: list[Child]
    ) -> None:
        """Turn some neighbouring children, which stand at a position, into others."""
        # a text with something embedded, which no editor of ours writes, is replaced
        kept = [(stored, said) for stored, said in old if not _holds_embeds(stored)]
        pairs = [(kept[i], j) for i, j in paired([said for _, said in kept], new)]
        into = {id(stored): (said, j) for (stored, said), j in pairs}
        position, taken, gone = at, 0, 0
        for stored, _ in old:
            if id(stored) not in into:
                gone += 1
                continue
            said, index = into[id(stored)]
            position += self._exchange(parent, position, gone, new[taken:index]) + 1
            self._child(stored, said, new[index])
            taken, gone = index + 1, 0
        self._exchange(parent, position, gone, new[taken:])

    def _exchange(self, parent: XmlFragment | XmlElement, at: int, gone: int, new: list[Child]) -> int:
        """Take away some children at a position and put others there; returns how many those are.

        The last is put in first: finding a place takes time that grows with its distance from the beginning.
        """
        if gone:
            del parent.children[at : at + gone]
        for child in reversed(new):
            self._insert(parent, at, child)
        return len(new)

    def _child(self, stored: Any, said: Child, wanted: Child) -> None:
        if isinstance(wanted, list) or isinstance(said, list):
            self._text(stored, wanted if isinstance(wanted, list) else [])
            return
        current: Json = said.get("attrs", {})
        for name, value in wanted.get("attrs", {}).items():
            if current.get(name) == value:
                continue
            if value is None:
                del stored.attributes[name]
            else:
                stored.attributes[name] = value
        children = prosemirror.read_children(stored, self._known)
        self.children(stored, children, list(children_of(wanted.get("content", []))))

    def _insert(self, parent: XmlFragment | XmlElement, at: int, wanted: Child) -> None:
        if isinstance(wanted, list):
            text = XmlText()
            parent.children.insert(at, text)
            self._text(text, wanted)
            return
        element = XmlElement(wanted["type"])
        parent.children.insert(at, element)
        for name, value in self._known.node_attributes(wanted["type"], wanted.get("attrs", {})).items():
            if value is not None:
                element.attributes[name] = value
        self._exchange(element, 0, 0, list(children_of(wanted.get("content", []))))

    def _text(self, stored: XmlText, wanted: list[Json]) -> None:
        old = "".join(run for run, _ in stored.diff())
        new = "".join(run["text"] for run in wanted)
        last = at = 0  # characters of `old` and bytes of what it has become, up to here
        for start, stop, text in text_changes(old, new):
            at += _bytes(old[last:start])
            if stop > start:
                del stored[at : at + _bytes(old[start:stop])]
            if text:
                stored.insert(at, text)
                at += _bytes(text)
            last = stop
        self._marks(stored, wanted)

    def _marks(self, stored: XmlText, wanted: list[Json]) -> None:
        """Give and take marks where they differ; marks that the schema does not know are nobody's to take."""
        have = [(len(run), dict(attributes or {})) for run, attributes in stored.diff()]
        want = [(len(run["text"]), self._mark_values(run.get("marks", []))) for run in wanted]
        text = "".join(run["text"] for run in wanted)
        start = at = 0  # in characters and in bytes
        while have and want:
            length = min(have[0][0], want[0][0])
            current, target = have[0][1], want[0][1]
            changed: Json = {
                key: value for key, value in target.items() if prosemirror.plain(current.get(key)) != value
            }
            changed |= {key: None for key in current if key not in target and self._is_known(key)}
            size = _bytes(text[start : start + length])
            if changed:
                stored.format(at, at + size, changed)
            start, at = start + length, at + size
            for runs in (have, want):
                left = runs[0][0] - length
                if left:
                    runs[0] = (left, runs[0][1])
                else:
                    del runs[0]

    def _mark_values(self, marks: list[Json]) -> Json:
        return {
            mark_key(mark, self._known): self._known.mark_attributes(mark["type"], mark.get("attrs", {}))
            for mark in marks
        }

    def _is_known(self, key: str) -> bool:
        return prosemirror.mark_name(key) in self._known.marks


class _Comparable:
    """A stored child that is equal to what content from outside can say of it."""

    __slots__ = ("_child", "_known")

    def __init__(self, child: Child, known: Schema) -> None:
        self._child = child
        self._known = known

    def __eq__(self, other: object) -> bool:
        return self._child == other or _said(self._child, self._known) == other

    __hash__ = None  # type: ignore[assignment]


def _said(child: Child, known: Schema) -> Child:
    """Return a child without what the schema does not know."""
    if isinstance(child, list):
        return merge_text(_with_known_marks(node, known) for node in child)
    result: Json = {"type": child["type"]}
    if attributes := known.known_attributes(child["type"], child.get("attrs", {})):
        result["attrs"] = attributes
    if content := child.get("content"):
        nodes = (_with_known_marks(node, known) if node["type"] == "text" else _node(node, known) for node in content)
        result["content"] = merge_text(nodes)
    return result


def _node(node: Json, known: Schema) -> Json:
    said = _said(node, known)
    return said if isinstance(said, dict) else node


def _with_known_marks(node: Json, known: Schema) -> Json:
    marks = node.get("marks", ())
    kept = [mark for mark in marks if mark["type"] in known.marks]
    if len(kept) == len(marks):
        return node
    rest = {key: value for key, value in node.items() if key != "marks"}
    return {**rest, "marks": kept} if kept else rest


def _holds_embeds(stored: Any) -> bool:
    return isinstance(stored, XmlText) and not all(isinstance(run, str) for run, _ in stored.diff())


def _bytes(text: str) -> int:
    return len(text.encode())
