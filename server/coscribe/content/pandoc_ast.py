"""The pandoc document in its JSON form: the constructors that our writer uses, and reading text out of it.

Only the shape of nodes is here (`{"t": type, "c": content}`); what becomes what is the writer's and the reader's
business. The types are those of pandoc-types 1.23.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from coscribe.content.leaves import with_lasting_spaces

API_VERSION = [1, 23, 1]
"""Versions of pandoc-types whose first two numbers are these read what is written here."""

Ast: TypeAlias = dict[str, Any]
Pairs: TypeAlias = Sequence[tuple[str, str]]

LINE_BREAK: Ast = {"t": "LineBreak"}


def attributes(id: str = "", classes: Sequence[str] = (), pairs: Pairs = ()) -> list[Any]:
    """Make an Attr: identifier, classes, key-value pairs."""
    return [id, list(classes), [list(pair) for pair in pairs]]


def element(kind: str, content: Any) -> Ast:
    """Make a node of a kind whose content is one value: Str, Para, Strong, BulletList and the like."""
    return {"t": kind, "c": content}


def div(blocks: list[Ast], classes: Sequence[str] = (), pairs: Pairs = ()) -> Ast:
    """Make a Div."""
    return element("Div", [attributes("", classes, pairs), blocks])


def span(inlines: list[Ast], classes: Sequence[str] = (), pairs: Pairs = ()) -> Ast:
    """Make a Span."""
    return element("Span", [attributes("", classes, pairs), inlines])


def raw_block(format: str, text: str) -> Ast:
    """Make a block in a format's own source, which the other formats leave out."""
    return element("RawBlock", [format, text])


def raw_inline(format: str, text: str) -> Ast:
    """Make inline source of a format, which the other formats leave out."""
    return element("RawInline", [format, text])


def words(text: str) -> list[Ast]:
    """Return text as one Str, spaces and all: pandoc takes a third of the time that it takes for single words."""
    return [element("Str", with_lasting_spaces(text))] if text else []


def document(blocks: list[Ast], meta: Ast) -> Ast:
    """Make the whole, ready to be encoded."""
    return {"pandoc-api-version": API_VERSION, "meta": meta, "blocks": blocks}


def meta_text(text: str) -> Ast:
    """Make a value of the metadata."""
    return element("MetaInlines", words(text))


def plain_text(nodes: Iterable[Any]) -> str:
    """Return the text of inlines, blocks or metadata, blocks separated by a space."""
    parts: list[str] = []
    _collect(list(nodes), parts)
    return " ".join("".join(parts).split())


def _collect(node: Any, parts: list[str]) -> None:
    if isinstance(node, list):
        for inner in node:
            _collect(inner, parts)
        return
    if not isinstance(node, dict):
        return
    kind, content = node.get("t"), node.get("c")
    if kind == "Str":
        parts.append(str(content))
    elif kind in ("Space", "SoftBreak", "LineBreak"):
        parts.append(" ")
    elif kind in ("Code", "CodeBlock", "Math") and isinstance(content, list):
        parts.append(str(content[-1]))
    elif kind == "MetaString":
        parts.append(str(content))
    elif kind not in ("Note", "RawInline", "RawBlock"):
        _collect(content, parts)
        if kind in ("Para", "Plain", "Header"):
            parts.append(" ")
