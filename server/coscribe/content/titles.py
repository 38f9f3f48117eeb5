"""A document's title and its text: whoever reads a file, or a page, should read the title once.

The title is no part of the text. A file has one place for it, above the text: what is written into a file puts it
there unless the text begins with it, and what is read from a file takes it from there. So a document that is exported
and imported again has the same title and the same text.
"""

from typing import Any

from coscribe.content.schema import Json
from coscribe.content.text import inline_text

UNTITLED = "Untitled"
"""What a page or a book is called whose document has no title: neither may have none."""


def begins_with(document: Json, title: str) -> bool:
    """Whether the first heading, with nothing before it, says what the title says."""
    first = _first(document)
    return first.get("type") == "heading" and _words(first) == " ".join(title.split())


def with_title(document: Json, title: str) -> Json:
    """Return a document with its title as a heading above the text, unless it has none or begins with it."""
    if not title.strip() or begins_with(document, title):
        return document
    heading = {"type": "heading", "attrs": {"level": 1}, "content": [{"type": "text", "text": title}]}
    return {**document, "content": [heading, *document.get("content", [])]}


def without_title(document: Json, title: str) -> Json:
    """Return a document without a heading of the first level that is above all and says what the title says."""
    if not leading_title(document) or not begins_with(document, title):
        return document
    return {**document, "content": document["content"][1:] or [{"type": "paragraph", "attrs": {"textAlign": None}}]}


def leading_title(document: Json) -> str:
    """Return what a heading of the first level says that has nothing before it; "" where there is none."""
    first = _first(document)
    is_title = first.get("type") == "heading" and first.get("attrs", {}).get("level") == 1
    return _words(first) if is_title else ""


def first_heading(document: Json) -> str:
    """Return what the first heading says that says anything, wherever it stands."""
    headings = (node for node in document.get("content", []) if node["type"] == "heading")
    return next(filter(None, map(_words, headings)), "")


def _first(document: Json) -> Json:
    return next(iter(document.get("content", ())), {})


def _words(node: Any) -> str:
    return " ".join(inline_text(node.get("content", [])).split())
