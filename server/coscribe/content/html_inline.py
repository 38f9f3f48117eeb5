"""The text of a line as HTML: marks as tags, the outer ones around the inner."""

from collections.abc import Sequence
from html import escape

from coscribe.content.attributes import pixels
from coscribe.content.colors import safe_color
from coscribe.content.links import safe_href, safe_image_source
from coscribe.content.schema import Json
from coscribe.content.spans import Span, group
from coscribe.content.text import inline_text

MARK_TAGS = {
    "link": "a",
    "bold": "strong",
    "code": "code",
    "italic": "em",
    "strike": "s",
    "underline": "u",
    "highlight": "mark",
    "textStyle": "span",
    "subscript": "sub",
    "superscript": "sup",
}
LINK_REL = "noopener noreferrer nofollow"


def write_line(nodes: Sequence[Json]) -> str:
    """Return the inline nodes of a paragraph as HTML, without the space at its end, which no page shows."""
    nodes = _without_space_at_end(nodes)
    html = "".join(map(_piece, group(nodes, MARK_TAGS)))
    return html + "<br>" if nodes and nodes[-1]["type"] == "hardBreak" else html  # the last one shows nothing


def _without_space_at_end(nodes: Sequence[Json]) -> Sequence[Json]:
    while nodes and nodes[-1]["type"] == "text" and nodes[-1]["text"].endswith(" "):
        text = nodes[-1]["text"].rstrip(" ")
        nodes = [*nodes[:-1], {**nodes[-1], "text": text}] if text else nodes[:-1]
    return nodes


def write_image(node: Json) -> str:
    """Return an image with its link, or what it is called where its address must not be fetched."""
    source = safe_image_source(attribute(node, "src"))
    if source is None:
        return escape(inline_text([node]), quote=False)
    alt, title = attribute(node, "alt"), attribute(node, "title")
    more = f' alt="{escape(alt) if isinstance(alt, str) else ""}"'
    more += f' title="{escape(title)}"' if isinstance(title, str) and title else ""
    for name in ("width", "height"):
        if (length := pixels(attribute(node, name))) is not None:
            more += f' {name}="{length}"'
    image = f'<img src="{escape(source)}"{more}>'
    href = safe_href(attribute(node, "href"))
    return image if href is None else f'<a href="{escape(href)}" rel="{LINK_REL}">{image}</a>'


def open_tag(mark: Json) -> str:
    """Return the tag that begins a mark other than a link, as both HTML and Markdown have it."""
    kind = mark["type"]
    color = safe_color(mark.get("attrs", {}).get("color"))
    if kind == "textStyle":
        return f'<span style="color:{color}">' if color else "<span>"
    if kind == "highlight" and color:
        return f'<mark data-color="{color}" style="background-color:{color}">'
    return f"<{MARK_TAGS[kind]}>"


def mention_open_tag(node: Json) -> str:
    """Return the tag that begins a mention and holds all its attributes."""
    html = '<span data-type="mention"'
    names = {"id": "data-id", "label": "data-label", "mentionSuggestionChar": "data-mention-suggestion-char"}
    for name, written in names.items():
        value = attribute(node, name)
        if isinstance(value, str | int | float) and (name, value) != ("mentionSuggestionChar", "@"):
            html += f' {written}="{escape(str(value))}"'
    return html + ">"


def math_open_tag(node: Json, tag: str, kind: str) -> str:
    """Return the tag that begins a formula and holds its LaTeX."""
    latex = attribute(node, "latex")
    return f'<{tag} data-type="{kind}" data-latex="{_unbroken(latex) if isinstance(latex, str) else ""}">'


def write_math(node: Json, tag: str, kind: str) -> str:
    """Return a formula as an element that holds its LaTeX and shows it."""
    return f"{math_open_tag(node, tag, kind)}<code>{escape(inline_text([node]), quote=False)}</code></{tag}>"


def _unbroken(text: str) -> str:
    return escape(text).replace("\n", "&#10;").replace("\r", "&#13;")


def attribute(node: Json, name: str) -> object:
    """Return a node's attribute, or None."""
    attributes: Json = node.get("attrs", {})
    return attributes.get(name)


def _piece(piece: Span | Json) -> str:
    if isinstance(piece, Span):
        inner = "".join(map(_piece, piece.children))
        if piece.mark["type"] == "link":
            return _link(piece.mark, inner)
        return f"{open_tag(piece.mark)}{inner}</{MARK_TAGS[piece.mark['type']]}>"
    kind = piece["type"]
    if kind == "text":
        return escape(piece["text"], quote=False)
    if kind == "hardBreak":
        return "<br>"
    if kind == "image":
        return write_image(piece)
    if kind == "inlineMath":
        return write_math(piece, "span", "inline-math")
    if kind == "mention":
        return f"{mention_open_tag(piece)}{escape(inline_text([piece]), quote=False)}</span>"
    return escape(inline_text([piece]), quote=False)


def _link(mark: Json, inner: str) -> str:
    attributes: Json = mark.get("attrs", {})
    href = safe_href(attributes.get("href"))
    if href is None:
        return inner
    title = attributes.get("title")
    more = f' title="{escape(title)}"' if isinstance(title, str) and title else ""
    return f'<a href="{escape(href)}"{more} rel="{LINK_REL}">{inner}</a>'
