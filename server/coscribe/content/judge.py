"""A quick judge of documents: whether one surely fits the schema.

ProseMirror's own check builds every node and takes most of the time that a write costs. Documents repeat themselves,
so here each content expression is walked along steps that are remembered, and each set of attributes and of marks is
judged once. What this judge is not sure of, ProseMirror decides.
"""

from collections.abc import Mapping
from typing import Any

from prosemirror.model import Schema as ProseMirrorSchema
from prosemirror.model.content import ContentMatch

Json = dict[str, Any]

_TYPES: dict[type, tuple[type, ...]] = {bool: (bool,), int: (int, float), float: (int, float), str: (str,)}


class Judge:
    """Judges documents by one schema."""

    def __init__(self, spec: Mapping[str, Any], model: "ProseMirrorSchema[str, str]") -> None:
        self._spec = spec
        self._model = model
        self._ranks = {name: rank for rank, name in enumerate(spec["marks"])}
        self._steps: dict[tuple[int, str], ContentMatch | None] = {}

    def fits(self, document: Json) -> bool:
        """Tell whether a document surely fits the schema; False says nothing yet.

        document: nodes that are dicts with a string as type, not deeper than MAX_DEPTH.
        """
        if document.get("type") != self._spec["topNode"]:
            return False
        seen: dict[str, bool] = {}
        pending: list[Json] = [document]
        try:
            while pending:
                node = pending.pop()
                children = node.get("content", ())
                if not self._fits_around(node, children, seen):
                    return False
                pending += [child for child in children if child["type"] != "text"]
        except (KeyError, TypeError, AttributeError, RecursionError):
            return False
        return True

    def _fits_around(self, node: Json, children: Any, seen: dict[str, bool]) -> bool:
        kind: str = node["type"]
        if "marks" in node or not self._once(seen, f"{kind} {node.get('attrs')!r}", self._has_attributes, node):
            return False
        match = self._model.nodes[kind].content_match
        for child in children:
            child_kind: str = child["type"]
            following = self.step(match, child_kind)
            if following is None or (child_kind == "text" and not self._fits_text(child, kind, seen)):
                return False
            match = following
        return bool(match.valid_end)

    def _fits_text(self, node: Json, parent: str, seen: dict[str, bool]) -> bool:
        if not isinstance(node["text"], str) or not node["text"] or "content" in node or "attrs" in node:
            return False
        marks = node.get("marks")
        return marks is None or self._once(seen, f"{parent}: {marks!r}", self._takes, marks, parent)

    @staticmethod
    def _once(seen: dict[str, bool], key: str, judge: Any, *given: Any) -> bool:
        if key not in seen:
            seen[key] = judge(*given)
        return seen[key]

    def step(self, match: ContentMatch, kind: str) -> ContentMatch | None:
        """Return what is awaited after a node of this kind, or None where it cannot stand."""
        key = (id(match), kind)  # the schema keeps its matches for good
        if key not in self._steps:
            self._steps[key] = match.match_type(self._model.nodes[kind])
        return self._steps[key]

    def _has_attributes(self, node: Json) -> bool:
        return self._are_attributes(self._spec["nodes"][node["type"]], node.get("attrs"))

    def _takes(self, marks: Any, parent: str) -> bool:
        """Whether text in a node of this kind can carry these marks, in this order."""
        last = -1
        for index, mark in enumerate(marks):
            name = mark["type"]
            rank = self._ranks[name]
            if rank <= last or not self._model.nodes[parent].allows_mark_type(self._model.marks[name]):
                return False
            if not self._are_attributes(self._spec["marks"][name], mark.get("attrs")):
                return False
            own = self._model.marks[name]
            others = [self._model.marks[other["type"]] for other in marks[:index]]
            if any(own.excludes(other) or other.excludes(own) for other in others):
                return False
            last = rank
        return True

    @staticmethod
    def _are_attributes(spec: Json, given: Any) -> bool:
        described: Json = spec.get("attrs", {})
        for name, value in (given or {}).items():
            allowed = _TYPES.get(type(described[name].get("default")))
            if value is not None and allowed is not None and type(value) not in allowed:
                return False
        return all("default" in attribute for attribute in described.values())
