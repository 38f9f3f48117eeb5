"""What the attributes of an HTML element say about the node or the marks that it becomes."""

import re
from xml.etree.ElementTree import Element

from coscribe.content.attributes import ALIGNMENTS, CALLOUT_KINDS, CELL_ALIGNMENTS, SPAN_MAX, pixels, widths
from coscribe.content.colors import safe_color
from coscribe.content.html_tree import style_of
from coscribe.content.links import safe_href
from coscribe.content.schema import Json, Schema

MARKS = {
    "strong": "bold", "b": "bold", "em": "italic", "i": "italic", "u": "underline", "ins": "underline",
    "s": "strike", "del": "strike", "strike": "strike", "code": "code", "tt": "code", "kbd": "code", "samp": "code",
    "mark": "highlight", "sub": "subscript", "sup": "superscript",
}  # fmt: skip
"""Tags that are marks."""

_LANGUAGE = re.compile(r"(?:^|\s)(?:language|lang|highlight-source)-(\S+)")
_PIXELS = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)(?:px)?", re.ASCII)
_WEIGHTS = {"bold": True, "bolder": True, "600": True, "700": True, "800": True, "900": True, "normal": False}
_WEIGHTS |= dict.fromkeys(("100", "200", "300", "400", "lighter"), False)
_POSTURES = {"italic": True, "oblique": True, "normal": False}
_POSITIONS = {"sub": "subscript", "super": "superscript"}
_WHITE = frozenset({"white", "#fff", "#ffffff", "rgb(255, 255, 255)", "rgb(255,255,255)"})
_BLACK = frozenset({"black", "#000", "#000000", "rgb(0, 0, 0)", "rgb(0,0,0)"})
_LINK_COLORS = frozenset({"#1155cc", "#0563c1", "#0000ee", "blue", "#0000ff", "rgb(17, 85, 204)"})
"""What word processors colour links with, all by themselves."""
_PANDOC_MATH = re.compile(r"\s*\\[(\[](.*)\\[)\]]\s*", re.DOTALL)
_ALERT = re.compile(r"(?:^|\s)markdown-alert-(\w+)")


def node_attributes(name: str, element: Element) -> Json:
    """Return the attributes of the node that an element becomes."""
    if name == "heading":
        return {"level": int(element.tag[1]), "textAlign": _alignment(element, ALIGNMENTS)}
    if name == "paragraph":
        return {"textAlign": _alignment(element, ALIGNMENTS)}
    if name == "codeBlock":
        return {"language": _language(element)}
    if name == "orderedList":
        start = number(element.get("start"))
        style = element.get("type")
        return {"start": 1 if start is None else start, "type": style if style in ("a", "A", "i", "I") else None}
    if name in ("tableCell", "tableHeader"):
        colwidth = widths([number(each.strip()) or 0 for each in element.get("data-colwidth", "").split(",")])
        return {
            **{key: min(max(number(element.get(key)) or 1, 1), SPAN_MAX) for key in ("colspan", "rowspan")},
            "colwidth": colwidth,
            "align": _alignment(element, CELL_ALIGNMENTS),
        }
    return {}


def image_attributes(element: Element) -> Json:
    """Return what an `img` says about its picture, its address left out."""
    style = style_of(element)
    return {
        **{name: element.get(name) or None for name in ("alt", "title")},
        **{name: _length(element.get(name) or style.get(name)) for name in ("width", "height")},
    }


def mention_attributes(element: Element) -> Json:
    """Return the attributes of a mention."""
    attributes = {"id": element.get("data-id"), "label": element.get("data-label")}
    sign = element.get("data-mention-suggestion-char")
    return attributes if sign is None else {**attributes, "mentionSuggestionChar": sign}


def callout_kind(element: Element) -> str | None:
    """Return the kind of callout that an element is, or None for no callout."""
    kind = element.get("data-callout")
    if kind is None and element.get("data-type") == "callout":
        kind = element.get("data-kind", "")
    if kind is None and (alert := _ALERT.search(element.get("class", ""))) is not None:
        kind = alert[1]
    return None if kind is None else kind if kind in CALLOUT_KINDS else CALLOUT_KINDS[0]


def formula(element: Element) -> tuple[str, str] | None:
    """Return the node and the LaTeX of a formula, or None for no formula."""
    kind = element.get("data-type")
    if kind in ("inline-math", "block-math"):
        latex = element.get("data-latex")
        return ("inlineMath" if kind == "inline-math" else "blockMath"), text_of(element) if latex is None else latex
    classes = element.get("class", "").split()
    if classes[:1] == ["math"] and (written := _PANDOC_MATH.fullmatch(text_of(element))) is not None:
        return ("blockMath" if "display" in classes else "inlineMath"), written[1]
    return None


def text_of(element: Element) -> str:
    """Return all text in an element."""
    return "".join(element.itertext())


def link_mark(element: Element, href: str) -> Json:
    """Return the mark of a link with an address."""
    return {"type": "link", "attrs": {"href": href, "title": element.get("title") or None}}


def marks_of(element: Element, marks: list[Json], known: Schema) -> list[Json]:
    """Return the marks of the text in an inline element, which stands in text with `marks`."""
    given: dict[str, Json | None] = {}  # None takes a mark away
    in_link = element.tag == "a" or any(mark["type"] == "link" for mark in marks)
    if style := style_of(element):
        given = _styled(style, in_link)
    if element.tag == "font" and (color := safe_color(element.get("color"))):
        given["textStyle"] = {"type": "textStyle", "attrs": {"color": color}}
    if (name := MARKS.get(element.tag)) is not None:
        given.setdefault(name, {"type": name})
        if name == "highlight":
            color = safe_color(element.get("data-color")) or _background(style)
            given[name] = {"type": name, "attrs": {"color": color}}
    if element.tag == "a" and (href := safe_href(element.get("href"))):
        given["link"] = link_mark(element, href)
    if not given:
        return marks
    kept = [mark for mark in marks if mark["type"] not in given]
    return kept + [mark for name, mark in given.items() if mark is not None and name in known.marks]


def _styled(style: dict[str, str], in_link: bool) -> dict[str, Json | None]:
    given: dict[str, Json | None] = {}
    switches = {
        "bold": _WEIGHTS.get(style.get("font-weight", "")),
        "italic": _POSTURES.get(style.get("font-style", "")),
    }
    given.update((name, {"type": name} if on else None) for name, on in switches.items() if on is not None)
    lines = " ".join(value for name, value in style.items() if name.startswith("text-decoration"))
    if "underline" in lines and not in_link:  # every link is underlined
        given["underline"] = {"type": "underline"}
    if "line-through" in lines:
        given["strike"] = {"type": "strike"}
    if (position := _POSITIONS.get(style.get("vertical-align", ""))) is not None:
        given[position] = {"type": position}
    color = safe_color(style.get("color"))
    said_for_nothing = (color in _BLACK and len(style) > 1) or (in_link and color in _LINK_COLORS)
    if color is not None and not said_for_nothing:
        given["textStyle"] = {"type": "textStyle", "attrs": {"color": color}}
    if (background := _background(style)) is not None and background not in _WHITE:
        given["highlight"] = {"type": "highlight", "attrs": {"color": background}}
    return given


def _background(style: dict[str, str]) -> str | None:
    return safe_color(style.get("background-color") or style.get("background"))


def _alignment(element: Element, allowed: tuple[str, ...]) -> str | None:
    found = style_of(element).get("text-align") or element.get("align", "").lower()
    return found if found in allowed else None


def _language(element: Element) -> str | None:
    for place in (element, *element):
        if (found := _LANGUAGE.search(place.get("class", ""))) is not None:
            return found[1]
    return None


def _length(text: str | None) -> int | float | None:
    """Return a length in pixels; those in other units depend on the page around."""
    found = _PIXELS.fullmatch(text.strip()) if text else None
    if found is None:
        return None
    value = float(found[1])
    return pixels(int(value) if value.is_integer() else value)


def number(text: str | None) -> int | None:
    """Return a whole number of at most nine digits, or None."""
    return int(text) if text and re.fullmatch(r"-?\d{1,9}", text) and text.isascii() else None


def column_widths(table: Element) -> list[int]:
    """Return the widths in pixels of the columns that a table's `col` elements describe, 0 for those without."""
    result: list[int] = []
    for group in table.findall("colgroup"):
        for column in group.findall("col"):
            width = _length(column.get("width") or style_of(column).get("width"))
            result += [round(width or 0)] * min(max(number(column.get("span")) or 1, 1), SPAN_MAX)
            if len(result) > SPAN_MAX:
                return result[:SPAN_MAX]
    return result
