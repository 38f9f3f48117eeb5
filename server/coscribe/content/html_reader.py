"""HTML from anywhere as a ProseMirror document: pasted pages, word processors' exports, our own.

What runs or loads is thrown away first (`html_tree.py`); from what is left only the structure and the marks that the
schema knows are taken. Tags without a node of their own are seen through.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import TypeAlias
from xml.etree.ElementTree import Element

from coscribe.content.builder import Builder, Frame
from coscribe.content.html_attributes import (
    callout_kind,
    column_widths,
    formula,
    image_attributes,
    marks_of,
    mention_attributes,
    node_attributes,
    number,
    text_of,
)
from coscribe.content.html_tree import parse_html
from coscribe.content.html_word import gather_lists
from coscribe.content.links import safe_href, safe_image_source
from coscribe.content.pieces import NotAlone, Piece, Raw, key_of, raw
from coscribe.content.schema import Json, Schema, schema

_NODES = {
    "p": "paragraph", "h1": "heading", "h2": "heading", "h3": "heading", "h4": "heading", "h5": "heading",
    "h6": "heading", "blockquote": "blockquote", "pre": "codeBlock", "tr": "tableRow",
    "td": "tableCell", "th": "tableHeader",
}  # fmt: skip
_ON_THEIR_OWN_LINE = {
    "address", "article", "aside", "body", "caption", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "li", "main", "nav", "section", "summary", "tbody", "tfoot",
    "thead",
}  # fmt: skip
_BLOCKS = {*_NODES, *_ON_THEIR_OWN_LINE, "ul", "ol", "table", "hr"}
_ALONE = {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol", "table", "hr", "div", "aside", "figure",
}  # fmt: skip
_UNSEEN = {"colgroup", "col", "input"}
_LISTS = {"ul": "bulletList", "ol": "orderedList"}
_END_OF_CLIPBOARD = "Apple-interchange-newline"
_SPACES = re.compile(r"[ \t\n\r\f]+")
_UNUSUAL_SPACE = re.compile(r"[\t\n\r\f]|  ")
_BOX_DEPTH = 4  # a checkbox stands in its item, or in a label or paragraph at its beginning
_ROWS_IN = ("thead", "tbody", "tfoot")

_Step: TypeAlias = Callable[[], object]


def from_html(html: str) -> Json:
    """Return the document that an HTML page or fragment describes.

    Raises ContentError when it nests too deeply, ContentTooLarge when there is too much of it.
    """
    return _Reader(schema()).read(html)


def html_pieces(html: str) -> list[Piece] | None:
    """Return the outermost elements of HTML, each to be read by itself, or None where text stands among them."""
    if "mso-list" in html:
        return None  # neighbours make a list
    body = parse_html(html)
    if any(child.tag not in _ALONE or (child.tail or "").strip() for child in body) or (body.text or "").strip():
        return None
    known = schema()
    return [
        Piece(
            key_of("html", [(each.tag, each.text, each.tail, len(each), each.attrib) for each in child.iter()]),
            partial(_read_piece, child, known),
        )
        for child in body
    ]


def _read_piece(element: Element, known: Schema) -> Raw:
    return _Reader(known).read_piece(element)


class _Reader:
    """One reading. What is left to do is a stack, not recursion: pages nest as deep as they like."""

    def __init__(self, known: Schema) -> None:
        self._known = known
        self._builder = Builder(known)
        self._steps: list[_Step] = []

    def read(self, html: str) -> Json:
        body = parse_html(html)
        if "mso-list" in html:
            gather_lists(body)
        self._do(self._children(body, [], False))
        while self._steps:
            self._steps.pop()()
        document = self._builder.finish()
        _trim(document)
        return document

    def read_piece(self, element: Element) -> Raw:
        """Read an element that stands by itself."""
        self._element(element, [], False)
        while self._steps:
            self._steps.pop()()
        if not self._builder.is_closed:
            raise NotAlone
        is_empty = self._builder.is_empty
        document = self._builder.finish()
        _trim(document)
        return raw(document, self._builder.count, is_empty)

    def _do(self, steps: Iterable[_Step]) -> None:
        self._steps.extend(reversed(list(steps)))

    def _children(self, element: Element, marks: list[Json], preformatted: bool) -> Iterator[_Step]:
        text = element.text
        after_block = False
        for child in element:
            is_block = child.tag in _BLOCKS
            if text and (preformatted or not ((is_block or after_block) and text.isspace())):
                yield partial(self._text, text, marks, preformatted)
            yield partial(self._element, child, marks, preformatted)
            text, after_block = child.tail, is_block
        if text:
            yield partial(self._text, text, marks, preformatted)

    def _element(self, element: Element, marks: list[Json], preformatted: bool) -> None:
        tag = element.tag
        if tag == "br":
            if element.get("class") != _END_OF_CLIPBOARD:
                self._line_break(preformatted)
        elif tag == "hr":
            self._builder.leaf("horizontalRule")
        elif tag == "img":
            self._image(element, marks)
        elif tag in _LISTS:
            self._list(element, marks)
        elif tag == "table":
            self._table(element, marks)
        elif tag in _NODES:
            name = _NODES[tag]
            if "markdown-alert-title" in element.get("class", ""):
                return
            if tag == "p" and not len(element):
                self._plain_paragraph(element, marks)
            else:
                self._node(name, node_attributes(name, element), element, marks)
        elif tag in _ON_THEIR_OWN_LINE:
            self._division(element, marks, preformatted)
        elif tag not in _UNSEEN:
            self._span(element, marks, preformatted)

    def _plain_paragraph(self, element: Element, marks: list[Json]) -> None:
        """Read a paragraph without tags in it, as most are."""
        text = _with_single_spaces(element.text or "").strip(" ")
        paragraph: Json = {"type": "paragraph", "attrs": node_attributes("paragraph", element)}
        if text:
            paragraph["content"] = [{"type": "text", "text": text, "marks": marks}]
        self._builder.add(paragraph)

    def _node(self, name: str, attributes: Json, element: Element, marks: list[Json]) -> None:
        frame = self._builder.open(name, attributes)
        self._do([*self._children(element, marks, name == "codeBlock"), partial(self._builder.close, frame)])

    def _division(self, element: Element, marks: list[Json], preformatted: bool) -> None:
        if (kind := callout_kind(element)) is not None:
            self._node("callout", {"kind": kind}, element, marks)
        elif (math := formula(element)) is not None:
            self._builder.leaf(math[0], {"latex": math[1]})
        elif element.tag == "figure" and (image := _only_image(element)) is not None:
            self._figure(element, *image)
        elif element.tag != "caption":  # of a table: it has been read already
            self._builder.end_textblock()
            self._do([*self._children(element, marks, preformatted), self._builder.end_textblock])

    def _span(self, element: Element, marks: list[Json], preformatted: bool) -> None:
        if element.get("data-type") == "mention":
            self._builder.leaf("mention", mention_attributes(element))
        elif (math := formula(element)) is not None:
            self._builder.leaf(math[0], {"latex": math[1]})
        else:
            self._do(self._children(element, marks_of(element, marks, self._known), preformatted))

    def _table(self, element: Element, marks: list[Json]) -> None:
        self._builder.end_textblock()
        captions = [step for caption in element.findall("caption") for step in self._children(caption, marks, False)]
        _set_widths(element, column_widths(element))

        def rows() -> None:
            frame = self._builder.open("table")
            self._do([*self._children(element, marks, False), partial(self._builder.close, frame)])

        self._do([*captions, self._builder.end_textblock, rows])

    def _list(self, element: Element, marks: list[Json]) -> None:
        """Read a list as one or several: tasks and ordinary items cannot share one."""
        items: list[Element] = []
        for child in element:
            if child.tag == "li" or not items:
                items.append(child)
            else:
                items[-1].append(child)  # a list right in a list belongs to the item before it
        ordinary = _LISTS[element.tag]
        for is_task, run in reversed([(key, list(run)) for key, run in groupby(items, _is_task)]):
            self._steps.append(partial(self._items, "taskList" if is_task else ordinary, element, run, marks))

    def _items(self, name: str, element: Element, items: list[Element], marks: list[Json]) -> None:
        frame = self._builder.open(name, node_attributes(name, element))
        steps = [partial(self._item, item, name == "taskList", marks) for item in items]
        self._do([*steps, partial(self._builder.close, frame)])

    def _item(self, item: Element, is_task: bool, marks: list[Json]) -> None:
        if is_task:
            frame = self._builder.open("taskItem", {"checked": _is_checked(item)})
        else:
            frame = self._builder.open("listItem")
        self._do([*self._children(item, marks, False), partial(self._builder.close, frame)])

    def _text(self, text: str | None, marks: list[Json], preformatted: bool) -> None:
        if not text:
            return
        frame = self._builder.textblock
        if not (preformatted and _is_code(frame)):
            text = _with_single_spaces(text)
            if text[0] == " " and (frame is None or _ends_in_space(frame.content)):
                text = text[1:]
        self._builder.text(text, marks)

    def _line_break(self, preformatted: bool) -> None:
        frame = self._builder.textblock
        if frame is None:
            self._builder.close(self._builder.open("paragraph"))
        elif preformatted and _is_code(frame):
            self._builder.text("\n", [])
        else:
            self._builder.leaf("hardBreak")

    def _image(self, element: Element, marks: list[Json]) -> None:
        source = safe_image_source(element.get("src"))
        if source is None:
            self._text(element.get("alt"), marks, False)
            return
        href = next((mark["attrs"]["href"] for mark in marks if mark["type"] == "link"), None)
        self._builder.leaf("image", {"src": source, **image_attributes(element), "href": href})

    def _figure(self, element: Element, image: Element, href: str | None) -> None:
        caption = " ".join(text for each in element.iter("figcaption") if (text := text_of(each).strip()))
        source = safe_image_source(image.get("src"))
        attributes = {"src": source, **image_attributes(image), "href": href, "caption": caption or None}
        self._builder.leaf("image", attributes)


def _is_code(frame: Frame | None) -> bool:
    """Tell whether text stays as it is: what follows a block inside of code is a paragraph."""
    return frame is not None and frame.node["type"] == "codeBlock"


def _with_single_spaces(text: str) -> str:
    return _SPACES.sub(" ", text) if _UNUSUAL_SPACE.search(text) else text


def _only_image(figure: Element) -> tuple[Element, str | None] | None:
    """Return the image that a figure is about and what it links to, or None where it shows something else."""
    images = [(element, None) for element in figure.iter("img")]
    linked = [(image, safe_href(link.get("href"))) for link in figure.iter("a") for image in link.iter("img")]
    if len(images) != 1 or figure.find(".//table") is not None or safe_image_source(images[0][0].get("src")) is None:
        return None
    caption = "".join(text_of(each) for each in figure.iter("figcaption"))
    says_more = len(text_of(figure).split()) > len(caption.split())
    return None if says_more else (linked or images)[0]


def _set_widths(table: Element, columns: list[int]) -> None:
    """Give the widths that a table's columns have to the cells, unless some of them say their own."""
    if not any(columns) or table.find(".//*[@data-colwidth]") is not None:
        return
    covered = [0] * len(columns)  # of each column, for how many more rows a cell above reaches into it
    rows = [row for part in (table, *(part for part in table if part.tag in _ROWS_IN)) for row in part.findall("tr")]
    for row in rows:
        at = 0
        for cell in row:
            while at < len(columns) and covered[at]:
                at += 1
            span = min(max(number(cell.get("colspan")) or 1, 1), len(columns) - at)
            if span > 0:
                cell.set("data-colwidth", ",".join(map(str, columns[at : at + span])))
            covered[at : at + span] = [max(number(cell.get("rowspan")) or 1, 1)] * max(span, 0)
            at += span
        covered = [max(left - 1, 0) for left in covered]


def _box(item: Element) -> Element | None:
    """Return the checkbox that a list item begins with, if it does."""
    place = item
    for _ in range(_BOX_DEPTH):
        if (place.text or "").strip() or not len(place):
            return None
        place = place[0]
        if place.tag == "input":
            return place if place.get("type", "").lower() == "checkbox" else None
    return None


def _is_task(item: Element) -> bool:
    return item.tag == "li" and (item.get("data-type") == "taskItem" or _box(item) is not None)


def _is_checked(item: Element) -> bool:
    if (said := item.get("data-checked")) is not None:
        return said != "false"
    box = _box(item)
    return box is not None and box.get("checked") is not None


def _ends_in_space(content: Sequence[Json]) -> bool:
    """Whether a space after this would not show: at a line's start, or after another space."""
    if not content or content[-1]["type"] == "hardBreak":
        return True
    return str(content[-1].get("text", "x")).endswith(" ")


def _trim(document: Json) -> None:
    """Take away what does not show at the end of a line: a space, and then one line break."""
    level: list[Json] = [document]
    while level:
        node = level.pop()
        content: list[Json] = node.get("content", [])
        last = content[-1] if content else None
        if last is None or node["type"] == "codeBlock":
            continue
        if last["type"] == "hardBreak":
            content.pop()
            last = content[-1] if content else last
        if last["type"] == "text":
            last["text"] = last["text"].rstrip(" ")
        else:
            level.extend(content)
