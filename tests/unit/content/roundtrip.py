"""What a document says apart from what no text format keeps: space between words, empty paragraphs at the end."""

from typing import Any

from coscribe.content.schema import Json
from unit.content.building import p


def gist(node: Json) -> list[Any]:
    """Return a node's kind, attributes and content, its text as single characters with their marks."""
    kind, attributes = node["type"], node.get("attrs")
    content: list[Json] = list(node.get("content", []))
    if kind == "codeBlock":
        return [kind, attributes, "".join(inner["text"] for inner in content)]
    if kind in ("paragraph", "heading"):
        return [kind, attributes, [piece for inner in content for piece in _pieces(inner)]]
    while kind == "doc" and content and content[-1] == p():
        content.pop()
    return [kind, attributes, [gist(inner) for inner in content]]


def _pieces(node: Json) -> list[Any]:
    if node["type"] != "text":
        return [(node["type"], str(node.get("attrs")))]
    marks = frozenset(map(_mark, node.get("marks", [])))
    return [(character, marks) for character in node["text"] if not character.isspace()]


def _mark(mark: Json) -> tuple[Any, ...]:
    attributes: Json = mark.get("attrs") or {}
    return mark["type"], attributes.get("href"), attributes.get("title"), attributes.get("color")
