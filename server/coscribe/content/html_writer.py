"""A document as HTML: a fragment to put into a page, or a page of its own.

The tags are those that the editor's clipboard uses, so pasting an export into the editor gives the same document.
Text is escaped, addresses, colours and lengths are checked, and nh3 judges the result once more: nothing that runs
leaves by this door. Formulas show their LaTeX: a page needs no script to be read. A block that begins in Arabic or
Hebrew runs from the right, and one inside of it that does not says so: a page that it is put into may not.
"""

import re
from collections.abc import Callable, Sequence
from html import escape

import nh3

from coscribe.content.attributes import ALIGNMENTS, CALLOUT_KINDS, CELL_ALIGNMENTS, HEADING_MAX, SPAN_MAX, widths
from coscribe.content.colors import safe_color
from coscribe.content.html_inline import MARK_TAGS, attribute, write_image, write_line, write_math
from coscribe.content.html_style import STYLE
from coscribe.content.leaves import runs_to_the_left
from coscribe.content.links import safe_href, safe_image_source
from coscribe.content.schema import Json
from coscribe.content.tables import CELLS
from coscribe.content.text import holds_text, inline_text
from coscribe.content.titles import UNTITLED

_LANGUAGE = re.compile(r"[^\w.+#-]+")
_ALIGNED = {"style", "dir"}
_ATTRIBUTES = {
    "a": {"href", "title", "rel", "target"},
    "aside": {"data-type", "data-callout", "data-kind", "role", "dir"},
    "code": {"class"},
    "col": {"style"},
    "div": {"data-type", "data-latex", "dir"},
    "img": {"src", "alt", "title", "width", "height"},
    "input": {"type", "checked", "disabled"},
    "li": {"data-type", "data-checked"},
    "mark": {"data-color", "style"},
    "blockquote": {"dir"},
    "ol": {"start", "type", "dir"},
    "p": _ALIGNED,
    "pre": {"dir"},
    "span": {"style", "data-type", "data-latex", "data-id", "data-label", "data-mention-suggestion-char"},
    "td": {"colspan", "rowspan", "data-colwidth", "style"},
    "th": {"colspan", "rowspan", "data-colwidth", "style"},
    "ul": {"data-type", "dir"},
    **{f"h{level}": _ALIGNED for level in range(1, HEADING_MAX + 1)},
}
_TAGS = {
    "br", "hr", "table", "colgroup", "thead", "tbody", "tr", "figure", "figcaption",
}  # fmt: skip
_RUNNING = frozenset({"ul", "ol", "blockquote", "aside"})
_Write = Callable[[Json, bool], str]
"""Writes a block, whose surroundings run to the left or not."""
_STYLE = re.compile(r"(text-align|color|background-color|width):([^;:\"]+)")


def _judge(tag: str, name: str, value: str) -> str | None:
    """Judge an attribute once more, whoever wrote it; None takes it away."""
    if name == "href":
        return safe_href(value)
    if name == "src":
        return safe_image_source(value)
    if name == "dir":
        return value if value in ("rtl", "ltr") else None
    if name == "style":
        said = _STYLE.fullmatch(value)
        return value if said is not None and _is_plain(*said.groups()) else None
    return value


def _is_plain(name: str, value: str) -> bool:
    if name == "text-align":
        return value in ALIGNMENTS
    return value.removesuffix("px").isdecimal() if name == "width" else safe_color(value) is not None


_GATE = nh3.Cleaner(
    tags={*_TAGS, *_ATTRIBUTES, *MARK_TAGS.values()},
    attributes=_ATTRIBUTES,
    attribute_filter=_judge,
    url_schemes={"http", "https", "mailto", "tel", "data"},  # `_judge` says where
    link_rel=None,
)

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:"


def to_fragment(document: Json) -> str:
    """Return a ProseMirror document as HTML without a page around it."""
    return str(_GATE.clean(_blocks(document.get("content", []), False)))


def to_page(document: Json, *, title: str, language: str | None = None) -> str:
    """Return a ProseMirror document as a complete page, readable on screen and in print.

    language: the text's language as a BCP 47 tag, where it is known.
    """
    lang = f' lang="{escape(language)}"' if language else ""
    return (
        f'<!doctype html>\n<html{lang}>\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title or UNTITLED)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n{to_fragment(document)}</body>\n</html>\n"
    )


def _blocks(nodes: Sequence[Json], left: bool) -> str:
    return "".join(_block(node, left) for node in nodes)


def _block(node: Json, left: bool) -> str:
    kind = node["type"]
    if (writer := _WRITERS.get(kind)) is not None:
        return writer(node, left)
    content: list[Json] = node.get("content", [])
    if holds_text(node):
        return f"<p>{write_line(content)}</p>\n"
    if content:
        return _blocks(content, left)
    label = inline_text([node])
    return f"<p>{escape(label, quote=False)}</p>\n" if label else ""


def _way(own: bool | None, left: bool) -> str:
    """Say which way a block runs, unless it is as everything does or as what is around it does anyway."""
    if own:
        return ' dir="rtl"'
    return ' dir="ltr"' if left and own is not None else ""


def _element(tag: str, attributes: str = "") -> _Write:
    def write(node: Json, left: bool) -> str:
        own = runs_to_the_left(node) if tag in _RUNNING else None
        inner = _blocks(node.get("content", []), left if own is None else own)
        return f"<{tag}{attributes}{_way(own, left)}>\n{inner}</{tag}>\n"

    return write


def _line(tag: str, node: Json, left: bool) -> str:
    alignment = attribute(node, "textAlign")
    style = f' style="text-align:{alignment}"' if alignment in ALIGNMENTS else ""
    return f"<{tag}{_way(runs_to_the_left(node), left)}{style}>{write_line(node.get('content', []))}</{tag}>\n"


def _paragraph(node: Json, left: bool) -> str:
    return _line("p", node, left)


def _heading(node: Json, left: bool) -> str:
    level = attribute(node, "level")
    return _line(f"h{min(max(level, 1), HEADING_MAX) if isinstance(level, int) else 1}", node, left)


def _code_block(node: Json, left: bool) -> str:
    language = attribute(node, "language")
    name = _LANGUAGE.sub("-", language).strip("-") if isinstance(language, str) else ""
    css = f' class="language-{escape(name)}"' if name else ""
    text = escape(inline_text(node.get("content", [])), quote=False)
    return f"<pre{_way(False, left)}><code{css}>{text}</code></pre>\n"


def _ordered_list(node: Json, left: bool) -> str:
    start, style = attribute(node, "start"), attribute(node, "type")
    attributes = f' start="{start}"' if isinstance(start, int) and start != 1 else ""
    if style in ("a", "A", "i", "I"):
        attributes += f' type="{style}"'
    return _element("ol", attributes)(node, left)


def _item(node: Json, left: bool) -> str:
    return f"<li>{_blocks(node.get('content', []), left).removesuffix(chr(10))}</li>\n"


def _task(node: Json, left: bool) -> str:
    checked = attribute(node, "checked") is True
    box = f'<input type="checkbox"{" checked" if checked else ""} disabled>'
    inner = _blocks(node.get("content", []), left).removesuffix("\n")
    return f'<li data-type="taskItem" data-checked="{"true" if checked else "false"}">{box}{inner}</li>\n'


def _rule(node: Json, left: bool) -> str:
    return "<hr>\n"


def _image(node: Json, left: bool) -> str:
    image, caption = write_image(node), attribute(node, "caption")
    if isinstance(caption, str) and caption and safe_image_source(attribute(node, "src")):
        return f"<figure>{image}<figcaption>{escape(caption, quote=False)}</figcaption></figure>\n"
    if not image.startswith("<"):
        return f"<p>{image}</p>\n" if image else ""
    return f"{image}\n"


def _block_math(node: Json, left: bool) -> str:
    return f"<div{_way(False, left)}{write_math(node, 'div', 'block-math').removeprefix('<div')}\n"


def _callout(node: Json, left: bool) -> str:
    kind = attribute(node, "kind")
    kind = kind if kind in CALLOUT_KINDS else CALLOUT_KINDS[0]
    attributes = f' data-type="callout" data-callout="{kind}" data-kind="{kind}" role="note"'
    return _element("aside", attributes)(node, left)


def _table(node: Json, left: bool) -> str:
    rows: list[Json] = node.get("content", [])
    head = rows[:1] if rows and all(map(_is_heading, rows[0].get("content", ()))) else []
    html = "<table>"
    if any(columns := _columns(rows)):
        cols = [f'<col style="width:{width}px">' if width else "<col>" for width in columns]
        html += f"<colgroup>{''.join(cols)}</colgroup>"
    html += f"<thead>\n{_blocks(head, left)}</thead>" if head else ""
    return html + f"<tbody>\n{_blocks(rows[len(head) :], left)}</tbody></table>\n"


def _is_heading(cell: Json) -> bool:
    return cell["type"] == "tableHeader" and attribute(cell, "rowspan") in (None, 1)


def _columns(rows: Sequence[Json]) -> list[int]:
    """Return the width of each column in pixels as the first row has it, 0 for those without."""
    result: list[int] = []
    for cell in rows[0].get("content", ()) if rows else ():
        span = _span(cell, "colspan")
        colwidth = widths(attribute(cell, "colwidth")) or []
        result += (colwidth + [0] * span)[:span]
        if len(result) > SPAN_MAX:
            return []
    return result


def _span(cell: Json, name: str) -> int:
    span = attribute(cell, name)
    return min(max(span, 1), SPAN_MAX) if isinstance(span, int) else 1


def _cell(node: Json, left: bool) -> str:
    tag = "td" if node["type"] == "tableCell" else "th"
    attributes = "".join(f' {name}="{span}"' for name in ("colspan", "rowspan") if (span := _span(node, name)) > 1)
    if (colwidth := widths(attribute(node, "colwidth"))) is not None:
        attributes += f' data-colwidth="{",".join(map(str, colwidth))}"'
    if (align := attribute(node, "align")) in CELL_ALIGNMENTS:
        attributes += f' style="text-align:{align}"'
    return f"<{tag}{attributes}>{_blocks(node.get('content', []), left).removesuffix(chr(10))}</{tag}>\n"


_WRITERS: dict[str, _Write] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "blockquote": _element("blockquote"),
    "callout": _callout,
    "bulletList": _element("ul"),
    "orderedList": _ordered_list,
    "listItem": _item,
    "taskList": _element("ul", ' data-type="taskList"'),
    "taskItem": _task,
    "codeBlock": _code_block,
    "horizontalRule": _rule,
    "image": _image,
    "blockMath": _block_math,
    "table": _table,
    "tableRow": _element("tr"),
    **dict.fromkeys(CELLS, _cell),
}
