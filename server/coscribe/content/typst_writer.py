"""A rich-text document as typst's source, which calls the functions of our template (`styles/document.typ`).

All text of a document stands between the quotation marks of a string, where only those and the backslash mean
anything: nothing that somebody wrote can be taken for markup, and quotation marks and dashes stay as they were typed.
What else varies is numbers, and names that are checked. Formulas are the exception: they are LaTeX, which the caller
has translated.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from coscribe.content.attributes import ALIGNMENTS, CALLOUT_KINDS
from coscribe.content.leaves import (
    COLOURS,
    FindImage,
    heading_level,
    language_of,
    mention_text,
    no_images,
    pixels_of,
    runs_to_the_left,
    text_of,
    text_under,
    with_colours,
    with_lasting_spaces,
)
from coscribe.content.links import safe_href
from coscribe.content.schema import Json
from coscribe.content.spans import Span, group
from coscribe.content.table_grid import HEADER, LINE_PIXELS, alignment_of, table_grid
from coscribe.content.text import inline_text, is_inline

POINTS_PER_PIXEL = 0.75
_NUMBERINGS = ("1", "a", "A", "i", "I")
_FUNCTIONS = {
    "bold": "strong",
    "italic": "emph",
    "strike": "strike",
    "underline": "underline",
    "subscript": "sub",
    "superscript": "super",
}
_LINE, _GAP = "\n", "\n\n"
_MARKS = frozenset({"link", COLOURS, "code", *_FUNCTIONS})

Formula: TypeAlias = tuple[str, bool]
"""LaTeX, and whether it stands on a line of its own."""


def formulas(document: Json) -> set[Formula]:
    """Return the formulas of a document."""
    found: set[Formula] = set()
    left = [document]
    while left:
        node = left.pop()
        if node["type"] in ("inlineMath", "blockMath"):
            found.add(_formula(node))
        left += node.get("content", ())
    return {formula for formula in found if formula[0]}


def to_typst(
    document: Json, *, title: str = "", image: FindImage = no_images, translated: Mapping[Formula, str] | None = None
) -> str:
    """Return a ProseMirror document as typst's source; `title` stands above it.

    image: names the files of images. translated: the formulas of the document as typst's.
    """
    body = _Writer(image, translated or {}).blocks(document.get("content", []))
    return f"#document-title[{_words(title)}]\n{body}\n" if title else f"{body}\n"


def literal(text: str) -> str:
    """Write a string in typst's source."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Writer:
    def __init__(self, image: FindImage, translated: Mapping[Formula, str]) -> None:
        self._image = image
        self._translated = translated
        self._runs_left = False
        self._writers: dict[str, Callable[[Json, Json, list[Json]], str]] = {
            "paragraph": self._paragraph,
            "heading": self._heading,
            "bulletList": lambda _, __, content: self._list("bullets", "", content),
            "orderedList": self._ordered_list,
            "taskList": self._task_list,
            "blockquote": lambda _, __, content: f"#quotation[{self.blocks(content)}]",
            "callout": self._callout,
            "codeBlock": self._code_block,
            "horizontalRule": lambda _, __, ___: "#horizontal-rule",
            "table": lambda node, _, __: self._table(node),
            "image": lambda _, given, __: self._figure(given),
            "blockMath": lambda node, _, __: f"#formula[{math}]" if (math := self._math(node)) else "",
        }

    def blocks(self, nodes: list[Json], between: str = _GAP) -> str:
        """Write blocks; inline nodes among them are a paragraph: only another schema puts them there.

        between: a blank line makes paragraphs of lines of text, which stand farther apart.
        """
        parts: list[str] = []
        line: list[Json] = []
        for node in nodes:
            if is_inline(node):
                line.append(node)
                continue
            if line:
                parts.append(self._inlines(line))
                line = []
            parts.append(self._block(node))
        if line:
            parts.append(self._inlines(line))
        return between.join(filter(None, parts))

    def _block(self, node: Json) -> str:
        runs_left = runs_to_the_left(node)
        if runs_left is None or runs_left == self._runs_left:
            return self._written(node)
        around, self._runs_left = self._runs_left, runs_left
        written = self._written(node)
        self._runs_left = around
        return f"#{'to-left' if runs_left else 'to-right'}[{written}]" if written else ""

    def _written(self, node: Json) -> str:
        content: list[Json] = node.get("content", [])
        if (write := self._writers.get(node["type"])) is not None:
            return write(node, node.get("attrs", {}), content)
        return self.blocks(content) if content else _words(inline_text([node]))

    def _paragraph(self, _: Json, given: Json, content: list[Json]) -> str:
        return _aligned(self._inlines(content), given)

    def _heading(self, _: Json, given: Json, content: list[Json]) -> str:
        words = self._inlines(content)
        return _aligned(f"#title-{heading_level(given)}[{words}]", given) if words else ""

    def _ordered_list(self, _: Json, given: Json, content: list[Json]) -> str:
        start, kind = given.get("start"), given.get("type")
        start = min(max(start, 0), 1_000_000_000) if isinstance(start, int) else 1
        numbering = kind if kind in _NUMBERINGS else "1"
        return self._list("numbers", f'start: {start}, numbering: "{numbering}.", ', content)

    def _list(self, function: str, arguments: str, items: list[Json]) -> str:
        """Write a list; it stands tight when no item has more than one paragraph."""
        contents: list[list[Json]] = [item.get("content", []) for item in items]
        tight = all(sum(block["type"] == "paragraph" for block in content) <= 1 for content in contents)
        written = ", ".join(f"[{self.blocks(content, _LINE if tight else _GAP)}]" for content in contents)
        return f"#{function}({arguments}tight: {str(tight).lower()}, {written})" if items else ""

    def _task_list(self, _: Json, __: Json, items: list[Json]) -> str:
        written = "".join(
            f"({str(item.get('attrs', {}).get('checked') is True).lower()}, [{self.blocks(item.get('content', []))}]), "
            for item in items
        )
        return f"#tasks({written})" if items else ""

    def _callout(self, _: Json, given: Json, content: list[Json]) -> str:
        kind = given.get("kind")
        return f'#callout("{kind if kind in CALLOUT_KINDS else CALLOUT_KINDS[0]}")[{self.blocks(content)}]'

    def _code_block(self, _: Json, given: Json, content: list[Json]) -> str:
        language = language_of(given)
        return f"#code-block({literal(inline_text(content))}, {literal(language) if language else 'none'})"

    def _table(self, node: Json) -> str:
        rows, heads, shares = table_grid(node)
        if not shares:
            return ""
        widths = ", ".join("auto" if share is None else f"{share * 100:g}%" for share in shares)
        head, body = (["".join(map(self._cell, row)) + "\n" for row in part] for part in (rows[:heads], rows[heads:]))
        header = f"table.header({''.join(head)}), table.hline(),\n" if head else ""
        return f"#grid-table(columns: ({widths},),\n{header}{''.join(body)})"

    def _cell(self, cell: Json) -> str:
        given, align = cell["attrs"], alignment_of(cell)
        body = f"[{self.blocks(cell.get('content', []))}]"
        arguments = [f"{name}: {given[name]}" for name in ("colspan", "rowspan") if given[name] > 1]
        arguments += [f"align: {align}"] if align else []
        if cell["type"] == HEADER:
            return f"header-cell({', '.join([*arguments, body])}), "
        return f"table.cell({', '.join(arguments)}){body}, " if arguments else f"{body}, "

    def _figure(self, given: Json) -> str:
        caption = text_of(given.get("caption"))
        picture = self._picture(given)
        return f"#captioned([{picture}], [{_words(caption)}])" if caption else picture

    def _picture(self, given: Json) -> str:
        """An image of ours is embedded; one from elsewhere is a link to it, since nothing is fetched."""
        source, alt, title = (text_of(given.get(name)) for name in ("src", "alt", "title"))
        file, href = self._image(source), safe_href(given.get("href"))
        if file is None:
            label = _words(alt or title or text_of(given.get("caption")) or "image")
            target = href or safe_href(source)
            return _link(label, target) if target else f"#emph[{label}]"
        described = f", alt: {literal(with_lasting_spaces(alt))}" if alt else ""
        picture = f"#box(image({literal(file)}{_size(given)}{described}))"
        return _link(picture, href) if href else picture

    def _inlines(self, nodes: list[Json]) -> str:
        if len(nodes) == 1 and not nodes[0].get("marks"):
            return self._leaf(nodes[0])
        return self._spans(group([with_colours(node) for node in nodes], _MARKS))

    def _spans(self, spans: list[Span | Json]) -> str:
        return "".join(self._marked(part) if isinstance(part, Span) else self._leaf(part) for part in spans)

    def _marked(self, span: Span) -> str:
        kind, given = span.mark["type"], span.mark.get("attrs", {})
        if kind == "code":
            return f"#code({literal(text_under(span))})"
        inner = self._spans(span.children)
        if kind in _FUNCTIONS:
            return f"#{_FUNCTIONS[kind]}[{inner}]"
        if kind == "link":
            return _link(inner, safe_href(given.get("href")))
        for function, color in (("text", given["color"]), ("highlight", given["background"])):
            inner = f'#{function}(fill: rgb("#{color}"))[{inner}]' if color else inner
        return inner

    def _leaf(self, node: Json) -> str:
        kind = node["type"]
        if kind == "text":
            return _words(node["text"])
        if kind == "hardBreak":
            return "#linebreak()"
        if kind == "inlineMath":
            return self._math(node)
        if kind == "mention":
            return f"#mention[{_words(mention_text(node.get('attrs', {})))}]"
        if kind == "image":
            return self._picture(node.get("attrs", {}))
        return _words(inline_text([node]))

    def _math(self, node: Json) -> str:
        formula = _formula(node)
        return self._translated.get(formula) or _words(formula[0])


def _words(text: str) -> str:
    return "#" + literal(with_lasting_spaces(text)) if text else ""


def _formula(node: Json) -> Formula:
    return text_of(node.get("attrs", {}).get("latex")).strip(), node["type"] == "blockMath"


def _aligned(block: str, given: Json) -> str:
    align = given.get("textAlign")
    if align not in ALIGNMENTS or not block:
        return block
    return f"#justified[{block}]" if align == "justify" else f"#align({align})[{block}]"


def _link(body: str, href: str | None) -> str:
    """Link to an address; a place in the document is none, since nothing in it has a name."""
    return f"#web-link({literal(href)})[{body}]" if href and not href.startswith("#") else body


def _size(given: Json) -> str:
    width, height = pixels_of(given, "width"), pixels_of(given, "height")
    if width is not None and width >= LINE_PIXELS:
        return ", width: 100%"
    sizes = (("width", width), ("height", height))
    return "".join(f", {name}: {value * POINTS_PER_PIXEL:g}pt" for name, value in sizes if value is not None)
