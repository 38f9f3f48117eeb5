"""A rich-text document as plain text, the way a person would type it.

Blocks are a blank line apart, list items a line; a hard break is a line break; a table's row is a line, its cells
apart by tabs, as a spreadsheet takes them. Reading it back (`parse.py`) gives the same paragraphs.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from coscribe.content.errors import ContentError
from coscribe.content.schema import Json

if TYPE_CHECKING:
    from pycrdt import Doc

SEARCH_TEXT_MAX_BYTES = 1_000_000

_RULE = "-" * 10
_TIGHT = frozenset({"bulletList", "orderedList", "taskList"})
_TEXTBLOCKS = frozenset({"paragraph", "heading", "codeBlock"})
_INLINE = frozenset({"text", "hardBreak", "mention", "inlineMath"})
_INDENT = "  "
_LINE_START = re.compile(r"(?<=\n)(?=[^\n])")


def to_text(document: Json) -> str:
    """Return the text of a ProseMirror document, ending in a line break unless it is empty."""
    text = _blocks(document.get("content", []))
    return text + "\n" if text else ""


def search_text(doc: "Doc[Any]") -> str:
    """Return the words of a Yjs document of any kind, for an index to find it by.

    At most SEARCH_TEXT_MAX_BYTES of UTF-8, the document's beginning; "" for a document that cannot be read.
    """
    from coscribe.content.render import render  # late: it writes texts with this module

    try:
        _, body = render(doc, "text", title="")
    except ContentError:
        return ""
    return body[:SEARCH_TEXT_MAX_BYTES].decode(errors="ignore")


def inline_text(nodes: Iterable[Json]) -> str:
    """Return the text of inline nodes: a hard break is a line break, an image its description, math its LaTeX."""
    parts: list[str] = []
    for node in nodes:
        kind = node["type"]
        if kind == "text":
            parts.append(node["text"])
        elif kind == "hardBreak":
            parts.append("\n")
        elif "content" in node:
            parts.append(inline_text(node["content"]))
        else:
            parts.append(_label(node))
    return "".join(parts)


def is_inline(node: Json) -> bool:
    """Whether a node stands in a line of text."""
    return node["type"] in _INLINE


def holds_text(node: Json) -> bool:
    """Whether a node's content is a line of text, for nodes that the schema knows and those it does not."""
    return node["type"] in _TEXTBLOCKS or any(map(is_inline, node.get("content", ())))


def _blocks(nodes: list[Json], separator: str = "\n\n") -> str:
    parts: list[str] = []
    line: list[Json] = []
    for node in nodes:
        if is_inline(node):
            line.append(node)
            continue
        if line:
            parts.append(inline_text(line))
            line = []
        text = _block(node)
        if text or node["type"] in _TEXTBLOCKS:
            parts.append(text)
    if line:
        parts.append(inline_text(line))
    return separator.join(parts)


def _block(node: Json) -> str:
    kind = node["type"]
    content: list[Json] = node.get("content", [])
    if kind in _TIGHT:
        return "\n".join(_item(item, _bullet(node, item, index)) for index, item in enumerate(content))
    if kind == "horizontalRule":
        return _RULE
    if kind == "tableRow":
        return "\t".join(" ".join(_blocks(cell.get("content", []), " ").split()) for cell in content)
    if kind == "table":
        return _blocks(content, "\n")
    if not content:
        return _label(node)
    return inline_text(content) if holds_text(node) else _blocks(content)


def _item(item: Json, bullet: str) -> str:
    blocks: list[Json] = item.get("content", [])
    tight = all(block["type"] in _TIGHT for block in blocks[1:])
    text = _blocks(blocks, "\n" if tight else "\n\n")
    margin = " " * len(bullet) if bullet.strip() != "-" else _INDENT
    return bullet + _LINE_START.sub(margin, text)


def _bullet(parent: Json, item: Json, index: int) -> str:
    if parent["type"] == "orderedList":
        return f"{_start(parent) + index}. "
    if parent["type"] == "taskList":
        return "[x] " if item.get("attrs", {}).get("checked") else "[ ] "
    return "- "


def _start(ordered: Json) -> int:
    start: Any = ordered.get("attrs", {}).get("start")
    return start if isinstance(start, int) else 1


def _label(node: Json) -> str:
    attributes: Json = node.get("attrs", {})
    if node["type"] == "mention":
        return _mention(attributes)
    for name in ("latex", "label", "alt", "caption", "title"):
        if isinstance(value := attributes.get(name), str) and value:
            return value
    return ""


def _mention(attributes: Json) -> str:
    name = next((str(value) for key in ("label", "id") if (value := attributes.get(key)) not in (None, "")), "")
    sign = attributes.get("mentionSuggestionChar", "@")
    return name if not isinstance(sign, str) or name.startswith(sign) else sign + name
