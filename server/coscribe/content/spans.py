"""Runs of marked text as a tree of spans, which is what tags and delimiters need.

ProseMirror says for each text which marks it has; Markdown and HTML say where a mark begins and ends. Of the marks
that begin at a place, the one that reaches farthest becomes the outer span.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from coscribe.content.input import merge_text
from coscribe.content.schema import Json


class Span(NamedTuple):
    """A mark and what it covers: leaf nodes without marks, and further spans."""

    mark: Json
    children: "list[Span | Json]"


def group(nodes: Sequence[Json], marks: Collection[str]) -> list[Span | Json]:
    """Return inline nodes as spans of the marks named in `marks`, in order; other marks are left out."""
    return _group(merge_text([_keep(node, marks) for node in nodes]))


def _keep(node: Json, marks: Collection[str]) -> Json:
    """Keep a node's known marks, one of each kind: a tag or delimiter within itself says nothing."""
    kept = {mark["type"]: mark for mark in node.get("marks", []) if mark["type"] in marks}
    rest = {key: value for key, value in node.items() if key != "marks"}
    return {**rest, "marks": list(kept.values())} if kept else rest


def _group(nodes: Sequence[Json]) -> list[Span | Json]:
    result: list[Span | Json] = []
    index = 0
    while index < len(nodes):
        node = nodes[index]
        marks = node.get("marks")
        if not marks:
            result.append(node)
            index += 1
            continue
        mark, end = max(((mark, _reach(nodes, index, mark)) for mark in marks), key=lambda pair: pair[1])
        result.append(Span(mark, _group([_without(inner, mark) for inner in nodes[index:end]])))
        index = end
    return result


def _reach(nodes: Sequence[Json], start: int, mark: Json) -> int:
    end = start + 1
    while end < len(nodes) and mark in nodes[end].get("marks", ()):
        end += 1
    return end


def _without(node: Json, mark: Json) -> Json:
    marks = [other for other in node["marks"] if other != mark]
    rest = {key: value for key, value in node.items() if key != "marks"}
    return {**rest, "marks": marks} if marks else rest
