"""How each format shows what pandoc has no node for: callouts, colours, alignment, mentions, task lists.

The plain `Dress` keeps everything as classes, attributes and styles, as pages and e-books want it. The others use a
format's own means: named styles in office documents, macros in LaTeX.
"""

import re
from typing import ClassVar

from coscribe.content.pandoc_ast import Ast, div, element, raw_block, raw_inline, span, words

UNCHECKED, CHECKED = "☐", "☒"
CALLOUT_LABELS = {
    "note": "Note",
    "tip": "Tip",
    "important": "Important",
    "warning": "Warning",
    "caution": "Caution",
}
ALIGNMENT_STYLES = {"center": "Centered", "right": "Right-aligned", "justify": "Justified"}
TABLE_HEADING = "Table Heading"
LIST_CONTINUE = "List Continue"
SEPARATOR = "Separator"
"""The style of an empty paragraph that only keeps two blocks apart."""
_COLOR_STYLE = re.compile(r"(?:Color ([0-9A-F]{6}))? ?(?:Highlight ([0-9A-F]{6}))?")


class Dress:
    """Shows everything by classes and styles of HTML."""

    def aligned(self, alignment: str, block: Ast) -> list[Ast]:
        """Return a paragraph or heading aligned left, center, right or justify."""
        return [div([block], (), [("style", f"text-align: {alignment}")]) if alignment in _ALIGNMENTS else block]

    def callout(self, kind: str, blocks: list[Ast]) -> list[Ast]:
        """Return a callout of one of the kinds in CALLOUT_LABELS."""
        label = element("Para", [element("Strong", words(callout_label(kind)))])
        return [div([div([label], ["callout-label"]), *blocks], ["callout", _known_kind(kind)])]

    def coloured(self, inlines: list[Ast], color: str | None, background: str | None) -> list[Ast]:
        """Return text in a colour, on a background; each is RRGGBB, or None for none."""
        styles = [f"color: #{color}"] if color else []
        styles += [f"background-color: #{background}"] if background else []
        return [span(inlines, ["mark"] if background else (), [("style", "; ".join(styles))])]

    def mention(self, text: str, id: str) -> list[Ast]:
        """Return a person or thing that is mentioned."""
        return [span(words(text), ["mention"], [("data-id", id)] if id else ())]

    def separator(self) -> list[Ast]:
        """Return what keeps two neighbours of one kind apart where the format would make one of them."""
        return []

    def row_header(self, blocks: list[Ast]) -> list[Ast]:
        """Return what is in a header cell beside the cells of its row."""
        return blocks

    def continued(self, blocks: list[Ast]) -> list[Ast]:
        """Return the blocks of a list item that follow its first."""
        return blocks

    def tasks(self, items: list[tuple[bool, list[Ast]]]) -> list[Ast]:
        """Return a list of tasks, each done or not, which pandoc knows by a box in front of the text."""
        return [element("BulletList", [_with_box(checked, blocks) for checked, blocks in items])]


class OfficeDress(Dress):
    """Shows by named styles, and remembers which: a word processor shows them, and reading back knows them again."""

    def __init__(self) -> None:
        self.styles: set[str] = set()

    def _style(self, name: str) -> list[tuple[str, str]]:
        self.styles.add(name)
        return [("custom-style", name)]

    def aligned(self, alignment: str, block: Ast) -> list[Ast]:
        style = ALIGNMENT_STYLES.get(alignment)
        if style is None:
            return [block]
        if block["t"] == "Header":
            level, _, inlines = block["c"]
            return [div([element("Para", inlines)], (), self._style(f"Heading {level} {style}"))]
        return [div([block], (), self._style(style))]

    def callout(self, kind: str, blocks: list[Ast]) -> list[Ast]:
        label = callout_label(kind)
        title = div([element("Para", words(label))], (), self._style(f"Callout {label} Title"))
        return [title, div(blocks, (), self._style(f"Callout {label}"))]

    def coloured(self, inlines: list[Ast], color: str | None, background: str | None) -> list[Ast]:
        return [span(inlines, (), self._style(color_style(color, background)))]

    def mention(self, text: str, id: str) -> list[Ast]:
        return [span(words(text), (), self._style("Mention"))]

    def row_header(self, blocks: list[Ast]) -> list[Ast]:
        paragraphs = [element("Para", block["c"]) if block["t"] == "Plain" else block for block in blocks]
        return [div(paragraphs, (), self._style(TABLE_HEADING))]

    def continued(self, blocks: list[Ast]) -> list[Ast]:
        style = self._style(LIST_CONTINUE)
        return [div([block], (), style) if block["t"] in ("Para", "Plain") else block for block in blocks]

    def separator(self) -> list[Ast]:
        return [div([element("Para", [])], (), self._style(SEPARATOR))]


class QuoteDress(Dress):
    """For formats with few means: a callout is a quotation with a heading, colours and alignment are left out."""

    def aligned(self, alignment: str, block: Ast) -> list[Ast]:
        return [block]

    def callout(self, kind: str, blocks: list[Ast]) -> list[Ast]:
        return [element("BlockQuote", [element("Para", [element("Strong", words(callout_label(kind)))]), *blocks])]

    def coloured(self, inlines: list[Ast], color: str | None, background: str | None) -> list[Ast]:
        return [span(inlines, ["mark"])] if background else inlines

    def mention(self, text: str, id: str) -> list[Ast]:
        return words(text)


class LatexDress(QuoteDress):
    """Colours by xcolor, alignment by environments; pandoc's template loads what they need."""

    _ENVIRONMENTS: ClassVar = {"center": "center", "right": "flushright", "left": "flushleft"}

    def aligned(self, alignment: str, block: Ast) -> list[Ast]:
        name = self._ENVIRONMENTS.get(alignment)
        if name is None or block["t"] == "Header":
            return [block]
        begin, end = (raw_block("latex", rf"\{word}{{{name}}}") for word in ("begin", "end"))
        return [begin, block, end]

    def coloured(self, inlines: list[Ast], color: str | None, background: str | None) -> list[Ast]:
        shown = super().coloured(inlines, None, background)
        if not color:
            return shown
        return [raw_inline("latex", rf"\textcolor[HTML]{{{color}}}{{"), *shown, raw_inline("latex", "}")]


_ALIGNMENTS = ("left", "center", "right", "justify")


def callout_label(kind: str) -> str:
    """Return what is written over a callout."""
    return CALLOUT_LABELS[_known_kind(kind)]


def color_style(color: str | None, background: str | None) -> str:
    """Name the character style of a text colour and a background (RRGGBB each)."""
    parts = [f"Color {color}"] if color else []
    parts += [f"Highlight {background}"] if background else []
    return " ".join(parts)


def parse_color_style(name: str) -> tuple[str | None, str | None] | None:
    """Return the colour and the background that a style's name says, or None for another style."""
    found = _COLOR_STYLE.fullmatch(name)
    return (found[1], found[2]) if found and name else None


def _known_kind(kind: str) -> str:
    return kind if kind in CALLOUT_LABELS else "note"


def _with_box(checked: bool, blocks: list[Ast]) -> list[Ast]:
    box = [element("Str", CHECKED if checked else UNCHECKED), {"t": "Space"}]  # two nodes: pandoc looks for them
    if blocks and blocks[0]["t"] in ("Para", "Plain"):
        return [element(blocks[0]["t"], [*box, *blocks[0]["c"]]), *blocks[1:]]
    return [element("Plain", box), *blocks]
