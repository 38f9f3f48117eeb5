"""What stands in a line of a pandoc document, as ProseMirror's texts with marks; comments and tracked changes apart."""

import re
from collections.abc import Callable
from typing import Any

from coscribe.content.leaves import HIGHLIGHT
from coscribe.content.pandoc_ast import Ast, plain_text
from coscribe.content.pandoc_dress import parse_color_style
from coscribe.content.schema import Json

_MARKS = {
    "Emph": "italic",
    "Strong": "bold",
    "Underline": "underline",
    "Strikeout": "strike",
    "Superscript": "superscript",
    "Subscript": "subscript",
}
_QUOTES = {"SingleQuote": "‘’", "DoubleQuote": "“”"}
_PIXELS_PER_UNIT = {"px": 1.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4, "pt": 96 / 72, "pc": 16.0}
_LENGTH = re.compile(r"([\d.]+(?:e-?\d+)?)(px|in|cm|mm|pt|pc)")
_CSS_COLOR = re.compile(r"(background-)?color: *(#[0-9a-fA-F]{6})")
_CODE_STYLES = frozenset({"Source Text", "HTML Code", "Code Char"})
"""What word processors call characters of code."""
_DROPPED = frozenset({"deletion", "paragraph-insertion", "paragraph-deletion", "comment-end", "anchor"})


class Inlines:
    """Reads lines, and gathers what the document has beside its text: footnotes, comments, changes."""

    def __init__(self, image: Callable[[str], str | None]) -> None:
        self._image = image
        self._open: dict[str, tuple[dict[str, str], list[str]]] = {}
        self.notes: list[list[Ast]] = []
        self.comments: list[dict[str, str]] = []
        self.changes: list[dict[str, str]] = []

    def read(self, inlines: list[Ast]) -> list[Json]:
        """Return the nodes of a line; pictures and displayed formulas stand among them."""
        nodes: list[Json] = []
        self._read(inlines, (), nodes)
        return nodes

    def _read(self, inlines: list[Ast], marks: tuple[Json, ...], nodes: list[Json]) -> None:
        for inline in inlines:
            self._one(inline["t"], inline.get("c"), marks, nodes)

    def _one(self, kind: str, content: Any, marks: tuple[Json, ...], nodes: list[Json]) -> None:
        match kind:
            case "Str":
                self._text(content, marks, nodes)
            case "Space" | "SoftBreak":
                self._text(" ", marks, nodes)
            case "LineBreak":
                nodes.append({"type": "hardBreak"})
            case "Code":
                self._text(content[1], (*marks, {"type": "code"}), nodes)
            case "Math":
                kind = "inlineMath" if content[0]["t"] == "InlineMath" else "blockMath"
                nodes.append({"type": kind, "attrs": {"latex": content[1].strip()}})
            case "Link":
                _, inner, (href, title) = content
                link = {"type": "link", "attrs": {"href": href, "title": title or None}}
                self._read(inner, (*marks, link), nodes)
            case "Image":
                self._picture(content, marks, nodes)
            case "Span":
                self._span(content, marks, nodes)
            case "Quoted":
                opening, closing = tuple(_QUOTES[content[0]["t"]])
                self._text(opening, marks, nodes)
                self._read(content[1], marks, nodes)
                self._text(closing, marks, nodes)
            case "Note":
                self.notes.append(content)
                self._text(str(len(self.notes)), (*marks, {"type": "superscript"}), nodes)
            case "Cite":
                self._read(content[1], marks, nodes)
            case "SmallCaps":
                self._read(content, marks, nodes)
            case _ if kind in _MARKS:
                self._read(content, (*marks, {"type": _MARKS[kind]}), nodes)

    def _text(self, text: str, marks: tuple[Json, ...], nodes: list[Json]) -> None:
        if not text:
            return
        for _, parts in self._open.values():
            parts.append(text)
        node: Json = {"type": "text", "text": text}
        if marks:
            node["marks"] = list(marks)
        last = nodes[-1] if nodes else None
        if last is not None and last["type"] == "text" and last.get("marks", []) == list(marks):
            last["text"] += text
        else:
            nodes.append(node)

    def _picture(self, content: list[Any], marks: tuple[Json, ...], nodes: list[Json]) -> None:
        """A picture that cannot be kept is its description, as a link to where it is if it is elsewhere."""
        (_, _, pairs), inner, (target, title) = content
        alt = plain_text(inner)
        source = self._image(target)
        if source is None:
            shown = (*marks, {"type": "link", "attrs": {"href": target}}) if target.startswith("http") else marks
            self._text(alt or title or ("image" if shown != marks else ""), shown, nodes)
            return
        sizes = {name: pixels(value) for name, value in pairs if name in ("width", "height")}
        href = next((mark["attrs"]["href"] for mark in marks if mark["type"] == "link"), None)
        attrs = {"src": source, "alt": alt or None, "title": title or None, "href": href, **sizes}
        nodes.append({"type": "image", "attrs": attrs})

    def _span(self, content: list[Any], marks: tuple[Json, ...], nodes: list[Json]) -> None:
        (id, classes, pairs), inner = content
        given = {str(name): str(value) for name, value in pairs}
        about = {"author": given.get("author", ""), "at": given.get("date", "")}
        if "comment-start" in classes:
            self._open[given.get("id") or id] = ({**about, "text": plain_text(inner)}, [])
            return
        if "comment-end" in classes:
            self._end_comment(given.get("id") or id)
        if "deletion" in classes or "insertion" in classes:
            self.changes.append(
                {"kind": "delete" if "deletion" in classes else "insert", **about, "text": plain_text(inner)}
            )
        if not _DROPPED.isdisjoint(classes):
            return
        self._read(inner, (*marks, *_span_marks(classes, given)), nodes)

    def _end_comment(self, id: str) -> None:
        if (found := self._open.pop(id, None)) is not None:
            comment, parts = found
            self.comments.append({**comment, "on": "".join(parts)})


def _span_marks(classes: list[str], given: dict[str, str]) -> list[Json]:
    """Return the marks that a span's style or its class says."""
    color = background = None
    if named := parse_color_style(given.get("custom-style", "")):
        color, background = (f"#{digits.lower()}" if digits else None for digits in named)
    for is_background, digits in _CSS_COLOR.findall(given.get("style", "")):
        color, background = (color, digits) if is_background else (digits, background)
    if given.get("custom-style") in _CODE_STYLES:
        return [{"type": "code"}]
    result: list[Json] = [{"type": "textStyle", "attrs": {"color": color}}] if color else []
    if background or "mark" in classes:
        own = background if background and background[1:].upper() != HIGHLIGHT else None
        result.append({"type": "highlight", "attrs": {"color": own}})
    if "underline" in classes:
        result.append({"type": "underline"})
    return result


def pixels(length: str) -> int | None:
    """Return a length of a picture in whole pixels, or None for one in another unit."""
    found = _LENGTH.fullmatch(length)
    return max(1, round(float(found[1]) * _PIXELS_PER_UNIT[found[2]])) if found else None
