"""What the browser shows: a Y.XmlFragment read as ProseMirror JSON, equal to the editor's own `getJSON()`.

y-tiptap stores a node as a Y.XmlElement with typed attributes and a run of text as one Y.XmlText whose formatting
holds the marks; marks that may overlap carry a hash of themselves in the name (`comment--1a2B3c4D`). JavaScript's
only number is a float, so whole numbers are folded back to integers. Attributes left out of the document get the
schema's defaults, neighbouring text with equal marks is one node, and marks stand in the schema's order, because a
browser does all of that when it opens the document.

Walking is iterative and bounded in depth, whatever a document holds.
"""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from pycrdt import Doc, XmlElement, XmlFragment
from pycrdt._pycrdt import XmlElement as RawElement  # the public wrappers take five times as long to walk through
from pycrdt._pycrdt import XmlText as RawText

from coscribe.content.errors import ContentError
from coscribe.content.schema import MAX_DEPTH, MAX_NODES, Json, Schema, schema, too_many_nodes

ROOTS = ("default", "prosemirror")
"""Names of the fragment that holds rich text, in the order they are looked for."""

_HASHED_MARK = re.compile(r"(.*)(--[a-zA-Z0-9+/=]{8})$", re.DOTALL)
_WHOLE_NUMBERS = 2.0**53

Child: TypeAlias = Json | list[Json]
"""An element node, or neighbouring text nodes, which y-tiptap stores as one text."""


def read(doc: Doc[Any], root: str, known: Schema | None = None) -> Json | None:
    """Return the ProseMirror document in a root, or None when the root holds no nodes.

    Safe for a root of any type. known: the schema whose defaults complete the document; the editor's unless given.
    Raises ContentError when nodes are nested deeper than MAX_DEPTH, ContentTooLarge when there are too many.
    """
    known = known or schema()
    with doc.transaction() as transaction:
        fragment: XmlFragment = doc.get(root, type=XmlFragment)
        content = _Reader(transaction._txn, known).content(fragment.integrated)
    return {"type": "doc", "content": _wrap_loose_text(content, known)} if content else None


def read_children(parent: XmlFragment | XmlElement, known: Schema) -> list[Child]:
    """Return every child of a fragment or an element. Raises as `read` does."""
    with parent.doc.transaction() as transaction:
        return _Reader(transaction._txn, known).children(parent.integrated)


def empty(known: Schema | None = None) -> Json:
    """Return what a browser shows for a document without content: one empty paragraph."""
    attributes = (known or schema()).node_attributes("paragraph", {})
    return {"type": "doc", "content": [{"type": "paragraph", **({"attrs": attributes} if attributes else {})}]}


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


class _Reader:
    """One reading within a transaction. Attributes and marks repeat themselves, so each is completed once."""

    def __init__(self, transaction: Any, known: Schema) -> None:
        self._transaction = transaction
        self._known = known
        self._count = 0
        self._attributes: dict[str, Json] = {}
        self._marks: dict[str, list[Json]] = {}

    def content(self, parent: Any) -> list[Json]:
        """Return all that is in a fragment or element, neighbouring texts as one."""
        content: list[Json] = []
        open_nodes: list[tuple[Iterator[Any], list[Json]]] = [(iter(parent.children(self._transaction)), content)]
        while open_nodes:
            children, siblings = open_nodes[-1]
            for child in children:
                if isinstance(child, RawText):
                    self._append_text(siblings, child)
                elif isinstance(child, RawElement):
                    inner: list[Json] = []
                    siblings.append(self._element(child, inner))
                    open_nodes.append((iter(child.children(self._transaction)), inner))
                    break
            else:
                open_nodes.pop()
                if open_nodes and not siblings:
                    del open_nodes[-1][1][-1]["content"]
            if len(open_nodes) > MAX_DEPTH + 1:
                raise ContentError(
                    f"The document nests more than {MAX_DEPTH} levels deep and cannot be read as rich text."
                )
        return content

    def children(self, parent: Any) -> list[Child]:
        """Return each child apart."""
        result: list[Child] = []
        for child in parent.children(self._transaction):
            if isinstance(child, RawText):
                texts: list[Json] = []
                self._append_text(texts, child)
                result.append(texts)
            elif isinstance(child, RawElement):
                node = self._element(child, self.content(child))
                if not node["content"]:
                    del node["content"]
                result.append(node)
            else:
                result.append([])
        return result

    def _element(self, element: RawElement, content: list[Json]) -> Json:
        self._count += 1
        if self._count > MAX_NODES:
            raise too_many_nodes()
        kind = element.tag() or ""  # type: ignore[attr-defined]
        stored = element.attributes(self._transaction)
        key = f"{kind} {stored}" if stored else kind
        complete = self._attributes.get(key)
        if complete is None:
            given = {name: plain(value) for name, value in stored if value is not None and name != "ychange"}
            complete = self._attributes[key] = self._known.node_attributes(kind, given)
        return (
            {"type": kind, "attrs": {**complete}, "content": content}
            if complete
            else {"type": kind, "content": content}
        )

    def _append_text(self, siblings: list[Json], text: RawText) -> None:
        for run, attributes in text.diff(self._transaction):
            if not isinstance(run, str) or not run:
                continue  # an embed: no editor of ours writes one, and a browser shows nothing for it
            marks = self._read_marks(attributes) if attributes else []
            if siblings and siblings[-1]["type"] == "text" and siblings[-1].get("marks", []) == marks:
                siblings[-1]["text"] += run
                continue
            node: Json = {"type": "text", "text": run}
            if marks:
                node["marks"] = marks
            siblings.append(node)

    def _read_marks(self, attributes: Mapping[str, Any]) -> list[Json]:
        key = repr(attributes)
        if (known := self._marks.get(key)) is None:
            known = self._marks[key] = _complete_marks(attributes, self._known)
        return list(known)


def _complete_marks(attributes: Mapping[str, Any], known: Schema) -> list[Json]:
    marks: list[tuple[int, str, Json]] = []
    for key, value in attributes.items():
        if value is None or key == "ychange":
            continue
        name = mark_name(key)
        mark: Json = {"type": name}
        if complete := known.mark_attributes(name, plain(value) if isinstance(value, dict) else {}):
            mark["attrs"] = complete
        marks.append((known.rank(name), key, mark))
    marks.sort(key=lambda entry: entry[:2])
    return [mark for _, _, mark in marks]


def _wrap_loose_text(blocks: list[Json], known: Schema) -> list[Json]:
    """Give text that stands right in the fragment a paragraph, rather than lose it as a browser would."""
    wrapped: list[Json] = []
    after_text = False
    for node in blocks:
        is_text = node["type"] == "text"
        if not is_text:
            wrapped.append(node)
        elif after_text:
            wrapped[-1]["content"].append(node)
        else:
            wrapped += [{**paragraph, "content": [node]} for paragraph in empty(known)["content"]]
        after_text = is_text
    return wrapped


def mark_name(key: str) -> str:
    """Return the mark that a text's attribute stands for, without the hash of one that may overlap itself."""
    hashed = _HASHED_MARK.match(key)
    return hashed[1] if hashed else key


def plain(value: Any, depth: int = 0) -> Any:
    """Return a value of a Yjs document as JavaScript's JSON would have it; whole floats become integers.

    Raises ContentError when it nests deeper than MAX_DEPTH.
    """
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) <= _WHOLE_NUMBERS else value
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _WHOLE_NUMBERS else plain(_as_float(value))
    if depth >= MAX_DEPTH:
        raise ContentError(f"A value nests more than {MAX_DEPTH} levels deep and cannot be read.")
    if isinstance(value, dict):
        return {key: plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner, depth + 1) for inner in value]
    return None
