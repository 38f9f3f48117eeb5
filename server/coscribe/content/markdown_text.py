"""A line of Markdown as inline nodes: text and marks, formulas, mentions, and HTML for what has no sign of its own."""

import re
from functools import lru_cache
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from markdown_it.token import Token

from coscribe.content.builder import Builder
from coscribe.content.html_attributes import formula, image_attributes, marks_of, mention_attributes
from coscribe.content.html_tree import parse_html
from coscribe.content.links import safe_href, safe_image_source
from coscribe.content.markdown_parser import parse_line
from coscribe.content.schema import Json, Schema, schema

MENTION = "mention:"
"""What the address of a mention begins with: `[@Ann](mention:u1)`."""
SIGNS = frozenset("@#+")
"""What the label of such a mention begins with."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)\b[^>]*>")
_MARK_TAGS = {"strong": "bold", "em": "italic", "s": "strike"}


def from_inline_markdown(text: str) -> list[Json]:
    """Return the inline nodes of one paragraph's Markdown."""
    builder = Builder(schema())
    builder.open("paragraph")
    LineReader(builder, schema()).read(parse_line(text))
    content: list[Json] = builder.finish()["content"][0].get("content", [])
    return content


class LineReader:
    """Reads one line after the other into the paragraph that its builder has open."""

    def __init__(self, builder: Builder, known: Schema) -> None:
        self._builder = builder
        self._known = known
        self._marks: dict[str, list[list[Json]]] = {}  # for each tag, the marks of those that are open
        self._mention: Json | None = None  # while its label is read
        self._link = ""  # address of the link that is open
        self._silent_spans = 0  # within an element that says the same as its attributes

    def read(self, token: Token) -> None:
        """Read a line."""
        self._marks, self._mention, self._link, self._silent_spans = {}, None, "", 0
        for child in token.children or ():
            if not self._silent_spans:
                self._inline(child)
            elif child.type == "html_inline" and (found := _TAG.fullmatch(child.content)) and found[2] == "span":
                self._silent_spans += -1 if found[1] else 1
        self._end_line()

    def _end_line(self) -> None:
        frame = self._builder.textblock
        if frame is not None:
            trim(frame.content)

    def _inline(self, token: Token) -> None:
        kind = token.type
        if kind == "text":
            self._text(token.content)
        elif kind == "softbreak":
            self._text(" ")
        elif kind == "hardbreak":
            self._builder.leaf("hardBreak")
        elif kind == "code_inline":
            self._builder.text(token.content, [*self._active(), {"type": "code"}])
        elif kind == "math_inline":
            self._builder.leaf("inlineMath", {"latex": token.content})
        elif kind == "link_open":
            self._open_link(token)
        elif kind == "link_close":
            self._close_link()
        elif kind == "image":
            self._image(token)
        elif kind == "html_inline":
            self._tag(token.content)
        elif kind.endswith("_open"):
            self._mark(token.tag, [{"type": _MARK_TAGS[token.tag]}])
        elif kind.endswith("_close"):
            self._unmark(token.tag)

    def _text(self, text: str) -> None:
        if self._mention is not None:
            self._mention["label"] += text
            return
        frame = self._builder.textblock
        if frame is None or not frame.content or frame.content[-1]["type"] == "hardBreak":
            text = text.lstrip(" ")
        self._builder.text(text, self._active())

    def _tag(self, html: str) -> None:
        found = _TAG.fullmatch(html)
        if found is None:
            return
        tag = found[2].lower()
        if found[1]:
            self._unmark(tag)
        elif tag == "br":
            self._builder.leaf("hardBreak")
        elif (element := _element(html)) is not None:
            self._element(tag, element)

    def _element(self, tag: str, element: Element) -> None:
        if tag == "img":
            if (source := safe_image_source(element.get("src"))) is not None:
                self._end_line()
                self._builder.leaf("image", {"src": source, **image_attributes(element), "href": self._link or None})
        elif element.get("data-type") == "mention":
            self._builder.leaf("mention", mention_attributes(element))
            self._silent_spans = 1
        elif tag == "span" and (math := formula(element)) is not None:
            self._builder.leaf(math[0], {"latex": math[1]})
            self._silent_spans = 1
        else:
            self._mark(tag, marks_of(element, [], self._known))

    def _open_link(self, token: Token) -> None:
        address = str(token.attrGet("href") or "")
        if address.startswith(MENTION):
            self._mention = {"id": unquote(address.removeprefix(MENTION)), "label": ""}
            return
        self._link = safe_href(address) or ""
        link = {"type": "link", "attrs": {"href": self._link, "title": token.attrGet("title") or None}}
        self._mark("a", [link] if self._link else [])

    def _close_link(self) -> None:
        if self._mention is None:
            self._link = ""
            self._unmark("a")
            return
        mention, self._mention = self._mention, None
        label: str = mention["label"]
        sign = label[:1] if label[:1] in SIGNS else ""
        mention["label"] = label.removeprefix(sign) or None
        self._builder.leaf("mention", {**mention, "mentionSuggestionChar": sign or None})

    def _mark(self, tag: str, marks: list[Json]) -> None:
        self._marks.setdefault(tag, []).append(marks)

    def _unmark(self, tag: str) -> None:
        if open_marks := self._marks.get(tag):
            open_marks.pop()

    def _active(self) -> list[Json]:
        result: list[Json] = []
        for open_marks in self._marks.values():
            result += [mark for mark in (open_marks[-1] if open_marks else ()) if mark not in result]
        return result

    def _image(self, token: Token) -> None:
        address = str(token.attrGet("src") or "")
        source, title = safe_image_source(address), token.attrGet("title")
        label = "".join(child.content for child in token.children or ())
        if source is None and address:
            self._text(label)
            return
        attributes = {"src": source, "alt": label or None, "title": title or None, "href": self._link or None}
        self._end_line()
        self._builder.leaf("image", attributes)


@lru_cache(maxsize=256)
def _element(html: str) -> Element | None:
    return next(iter(parse_html(html)), None)


def trim(content: list[Json]) -> None:
    """Take away what does not show at the end of a paragraph: spaces, and then one line break."""
    last = content[-1] if content else None
    if last is None or {"type": "code"} in last.get("marks", ()):
        return
    if last["type"] == "hardBreak":
        content.pop()
    elif last["type"] == "text":
        last["text"] = last["text"].rstrip(" ")
        if not last["text"]:
            content.pop()
