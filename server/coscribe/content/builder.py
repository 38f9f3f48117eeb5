"""Puts nodes together so that they fit the schema, for readers of formats that know nothing of it.

A reader says what it meets in the order it meets it: a heading opens, text, the heading closes. The builder finds a
place for each: it wraps text in a paragraph, a list item in a list, ends a paragraph that something larger
interrupts, and fills in what a node cannot be without. The search is ProseMirror's own, over the schema's content
expressions, so a node that is added to the schema needs nothing here.
"""

from collections.abc import Mapping
from typing import Any

from prosemirror.model import Fragment, NodeType
from prosemirror.model.content import ContentMatch

from coscribe.content.errors import ContentError
from coscribe.content.schema import MAX_DEPTH, MAX_NODES, Json, Schema, too_many_nodes

_OPENED_BY_READER_PENALTY = 2  # as in ProseMirror: rather wrap than leave a node that the input opened


class Frame:
    """A node that is still open."""

    __slots__ = ("before", "content", "from_reader", "match", "node", "type")

    def __init__(self, type: NodeType, attributes: Mapping[str, Any], from_reader: bool) -> None:
        self.type = type
        self.content: list[Json] = []
        self.node: Json = {"type": type.name, "content": self.content}
        if attributes:
            self.node["attrs"] = dict(attributes)
        self.match: ContentMatch = type.content_match
        self.before: ContentMatch = type.content_match  # what its parent awaited before it came
        self.from_reader = from_reader


class Builder:
    """A document in the making; `finish` returns it."""

    def __init__(self, known: Schema) -> None:
        self._known = known
        self._types: Mapping[str, NodeType] = known.model.nodes
        self._document = Frame(known.model.top_node_type, {}, True)
        self._open = [self._document]
        self._count = 0

    @property
    def textblock(self) -> Frame | None:
        """The paragraph, heading or code block that is open, if one is."""
        top = self._open[-1]
        return top if top.type.is_textblock else None

    @property
    def count(self) -> int:
        """How many nodes were put in, those that were taken back included."""
        return self._count

    @property
    def is_empty(self) -> bool:
        """Whether nothing has come yet that stays."""
        return not self._document.content

    @property
    def is_closed(self) -> bool:
        """Whether nothing is open but the document."""
        return len(self._open) == 1

    def end_textblock(self) -> None:
        """Close the paragraph, heading or code block that is open, if one is: what follows stands on a new line."""
        if self.textblock is not None:
            self._close_down_to(len(self._open) - 1)

    def open(self, name: str, attributes: Mapping[str, Any] | None = None) -> Frame | None:
        """Open a node where it fits; returns the frame to close, or None where it fits nowhere."""
        type = self._types[name]
        if not self._place(type):
            return None
        return self._push(type, attributes or {}, True)

    def close(self, frame: Frame | None) -> None:
        """Close a node and whatever is still open in it; nothing happens when it was closed already."""
        if frame is not None and frame in self._open:
            self._close_down_to(self._open.index(frame))

    def close_within(self, frame: Frame | None) -> None:
        """Close what is open in a node, but not the node itself."""
        if frame is not None and frame in self._open:
            self._close_down_to(self._open.index(frame) + 1)

    def leaf(self, name: str, attributes: Mapping[str, Any] | None = None) -> None:
        """Add a node without content: a rule, a hard break, an image."""
        type = self._types[name]
        if self._place(type):
            self._append({"type": name, "attrs": dict(attributes)} if attributes else {"type": name}, type)

    def add(self, node: Json) -> None:
        """Add a node that is complete already."""
        type = self._types[node["type"]]
        if self._place(type):
            self._append(node, type)

    def text(self, text: str, marks: list[Json]) -> None:
        """Add text, in a paragraph of its own unless one is open."""
        type = self._types["text"]
        if text and self._place(type):
            parent = self._open[-1].type
            kept = [mark for mark in marks if parent.allows_mark_type(self._known.model.marks[mark["type"]])]
            node: Json = {"type": "text", "text": text}
            if kept:
                node["marks"] = kept
            self._append(node, type)

    def finish(self) -> Json:
        """Close everything and return the document."""
        self._close_down_to(1)
        self._complete(self._document)
        return self._document.node

    def _place(self, type: NodeType) -> bool:
        """Make the innermost open node one that takes `type` next; False where none does."""
        if self._known.judge.step(self._open[-1].match, type.name) is not None:
            return True
        best: tuple[int, list[NodeType], list[Json]] | None = None
        cost = penalty = 0
        for index in range(len(self._open) - 1, -1, -1):
            frame = self._open[index]
            route = _route(frame, type)
            if route is not None and (best is None or len(route[0]) + penalty < cost):
                best = (index, *route)
                cost = len(route[0]) + penalty
                if not route[0]:
                    break
            if frame.from_reader:
                penalty += _OPENED_BY_READER_PENALTY
        if best is None:
            return False
        index, wrappers, before = best
        if index + 1 < len(self._open):
            self._drop_empty_textblock(index, wrappers[0] if wrappers else type)
            self._close_down_to(index + 1)
        for node in before:
            self._append(node, self._types[node["type"]])
        for wrapper in wrappers:
            self._push(wrapper, {}, False)
        return True

    def _drop_empty_textblock(self, index: int, following: NodeType) -> None:
        """Take back a paragraph that a block interrupts before anything stands in it, where the block can stand."""
        top, parent = self._open[-1], self._open[index]
        is_innermost = index == len(self._open) - 2
        if is_innermost and top.type.is_textblock and not top.content and top.before.match_type(following) is not None:
            self._open.pop()
            parent.content.pop()
            parent.match = top.before

    def _push(self, type: NodeType, attributes: Mapping[str, Any], from_reader: bool) -> Frame:
        if len(self._open) > MAX_DEPTH:
            raise ContentError(f"The content nests more than {MAX_DEPTH} levels deep; flatten it.")
        frame = Frame(type, attributes, from_reader)
        frame.before = self._open[-1].match
        self._append(frame.node, type)
        self._open.append(frame)
        return frame

    def _append(self, node: Json, type: NodeType) -> None:
        parent = self._open[-1]
        parent.content.append(node)
        self._count += 1
        if self._count > MAX_NODES:
            raise too_many_nodes()
        if (match := self._known.judge.step(parent.match, type.name)) is not None:
            parent.match = match

    def _close_down_to(self, size: int) -> None:
        while len(self._open) > size:
            frame = self._open.pop()
            if not frame.content and frame.type.is_in_group("list"):
                self._open[-1].content.pop()
                self._open[-1].match = frame.before
            else:
                self._complete(frame)

    def _complete(self, frame: Frame) -> None:
        if not frame.match.valid_end and (missing := frame.match.fill_before(Fragment.empty, True)) is not None:
            frame.content.extend(_as_json(missing))
        if not frame.content:
            del frame.node["content"]


def _route(frame: Frame, type: NodeType) -> tuple[list[NodeType], list[Json]] | None:
    """Return the nodes to open, and those to put before, for `type` to stand in a frame."""
    if frame.match.match_type(type) is not None:
        return [], []
    if not frame.content and not type.is_text and not frame.type.is_leaf:
        filling = frame.match.fill_before(Fragment.from_(type.create()))
        if filling is not None and filling.size:
            return [], _as_json(filling)
    wrappers = frame.match.find_wrapping(type)
    return None if wrappers is None else (wrappers, [])


def _as_json(fragment: Fragment) -> list[Json]:
    return [dict(node.to_json()) for node in fragment.content]
