"""A rich-text document as a pandoc document, which pandoc then writes in any format.

Everything that pandoc has a node for becomes that node. What it has none for (callouts, colours, alignment) goes
through a `Dress`, which knows what the wanted format can show. Nodes of a newer schema are shown by what they hold.
Addresses are checked again here: a document may be older than the rule.
"""

from collections.abc import Callable

from coscribe.content.leaves import (
    COLOURS,
    FindImage,
    heading_level,
    language_of,
    mention_text,
    no_images,
    pixels_of,
    text_of,
    text_under,
    with_colours,
)
from coscribe.content.links import safe_href
from coscribe.content.pandoc_ast import (
    LINE_BREAK,
    Ast,
    attributes,
    document,
    element,
    meta_text,
    words,
)
from coscribe.content.pandoc_dress import Dress
from coscribe.content.pandoc_tables import write_table
from coscribe.content.schema import Json
from coscribe.content.spans import Span, group
from coscribe.content.text import inline_text, is_inline

_NUMBERS = {"1": "Decimal", "a": "LowerAlpha", "A": "UpperAlpha", "i": "LowerRoman", "I": "UpperRoman"}
_SIMPLE_MARKS = {
    "bold": "Strong",
    "italic": "Emph",
    "strike": "Strikeout",
    "underline": "Underline",
    "subscript": "Subscript",
    "superscript": "Superscript",
}
_MARKS = frozenset({"link", COLOURS, "code", *_SIMPLE_MARKS})
_MERGING = frozenset({"codeBlock", "blockquote", "bulletList", "orderedList", "taskList", "table"})


def to_pandoc(content: Json, *, title: str = "", dress: Dress | None = None, image: FindImage = no_images) -> Ast:
    """Return a ProseMirror document as a pandoc document with `title` in its metadata."""
    writer = _Writer(dress or Dress(), image)
    blocks = writer.blocks(content.get("content", []))
    return document(blocks, {"title": meta_text(title)} if title else {})


class _Writer:
    def __init__(self, dress: Dress, image: FindImage) -> None:
        self.dress = dress
        self._image = image
        self._block_writers: dict[str, Callable[[Json, Json, list[Json]], list[Ast]]] = {
            "paragraph": self._paragraph,
            "heading": self._heading,
            "bulletList": self._bullet_list,
            "taskList": self._task_list,
            "orderedList": self._ordered_list,
            "blockquote": lambda _, __, content: [element("BlockQuote", self.blocks(content))],
            "callout": self._callout,
            "codeBlock": self._code_block,
            "horizontalRule": lambda _, __, ___: [{"t": "HorizontalRule"}],
            "table": lambda node, _, __: [write_table(node, self.blocks, self.dress)],
            "image": self._picture,
            "blockMath": self._block_math,
        }

    def blocks(self, nodes: list[Json]) -> list[Ast]:
        result: list[Ast] = []
        line: list[Json] = []
        before = ""
        for node in nodes:
            if is_inline(node):
                line.append(node)
                continue
            self._end_line(line, result)
            if node["type"] == before and before in _MERGING:
                result += self.dress.separator()
            before = node["type"]
            result += self._block(node)
        self._end_line(line, result)
        return result

    def _end_line(self, line: list[Json], result: list[Ast]) -> None:
        """Give inline nodes that stand among blocks a paragraph: only another schema puts them there."""
        if line:
            result.append(element("Para", self._inlines(line)))
            line.clear()

    def _block(self, node: Json) -> list[Ast]:
        content: list[Json] = node.get("content", [])
        write = self._block_writers.get(node["type"])
        if write is not None:
            return write(node, node.get("attrs", {}), content)
        if not content:
            label = inline_text([node])
            return [element("Para", words(label))] if label else []
        return self.blocks(content)

    def _paragraph(self, _: Json, given: Json, content: list[Json]) -> list[Ast]:
        block = element("Para", self._inlines(content))
        align = given.get("textAlign")
        return self.dress.aligned(align, block) if isinstance(align, str) else [block]

    def _heading(self, _: Json, given: Json, content: list[Json]) -> list[Ast]:
        block = element("Header", [heading_level(given), attributes(), self._inlines(content)])
        align = given.get("textAlign")
        return self.dress.aligned(align, block) if isinstance(align, str) else [block]

    def _bullet_list(self, _: Json, __: Json, content: list[Json]) -> list[Ast]:
        return [element("BulletList", self._items(content))] if content else []

    def _ordered_list(self, _: Json, given: Json, content: list[Json]) -> list[Ast]:
        start = given.get("start")
        style = _NUMBERS.get(str(given.get("type")), "Decimal")
        numbering = [start if isinstance(start, int) else 1, {"t": style}, {"t": "Period"}]
        return [element("OrderedList", [numbering, self._items(content)])] if content else []

    def _task_list(self, _: Json, __: Json, content: list[Json]) -> list[Ast]:
        done = [item.get("attrs", {}).get("checked") is True for item in content]
        return self.dress.tasks(list(zip(done, self._items(content), strict=True))) if content else []

    def _items(self, items: list[Json]) -> list[list[Ast]]:
        written = [self.blocks(item.get("content", [])) for item in items]
        if all(sum(block["t"] == "Para" for block in item) <= 1 for item in written):
            for item in written:  # a list whose items are single paragraphs stands tight
                item[:] = [element("Plain", block["c"]) if block["t"] == "Para" else block for block in item]
        return [[*item[:1], *self.dress.continued(item[1:])] for item in written]

    def _callout(self, _: Json, given: Json, content: list[Json]) -> list[Ast]:
        kind = given.get("kind")
        return self.dress.callout(kind if isinstance(kind, str) else "note", self.blocks(content))

    def _code_block(self, _: Json, given: Json, content: list[Json]) -> list[Ast]:
        language = language_of(given)
        return [element("CodeBlock", [attributes("", [language] if language else []), inline_text(content)])]

    def _block_math(self, _: Json, given: Json, __: list[Json]) -> list[Ast]:
        latex = text_of(given.get("latex")).strip()
        return [element("Para", [element("Math", [{"t": "DisplayMath"}, latex])])] if latex else []

    def _picture(self, _: Json, given: Json, __: list[Json]) -> list[Ast]:
        picture, caption = self._image_inline(given), given.get("caption")
        if isinstance(caption, str) and caption:
            if picture["t"] not in ("Image", "Link"):
                return [element("Para", [picture]), element("Para", words(caption))]
            described = [None, [element("Plain", words(caption))]]
            return [element("Figure", [attributes(), described, [element("Plain", [picture])]])]
        return [element("Para", [picture])]

    def _image_inline(self, given: Json) -> Ast:
        """An image of ours is embedded; one from elsewhere is a link to it, since nothing is fetched."""
        source, alt, title = (text_of(given.get(name)) for name in ("src", "alt", "title"))
        file, href = self._image(source), safe_href(given.get("href"))
        if file is None:
            label = words(alt or title or text_of(given.get("caption")) or "image")
            target = href or safe_href(source)
            return _link(label, target, title) if target else element("Emph", label)
        sizes = [(name, f"{size:g}px") for name in ("width", "height") if (size := pixels_of(given, name))]
        picture = element("Image", [attributes("", (), sizes), words(alt), [file, title]])
        return _link([picture], href, "") if href else picture

    def _inlines(self, nodes: list[Json]) -> list[Ast]:
        return self._spans(group([with_colours(node) for node in nodes], _MARKS))

    def _spans(self, spans: list[Span | Json]) -> list[Ast]:
        result: list[Ast] = []
        for part in spans:
            result += self._marked(part) if isinstance(part, Span) else self._leaf(part)
        return result

    def _marked(self, part: Span) -> list[Ast]:
        kind, given = part.mark["type"], part.mark.get("attrs", {})
        if kind == "code":
            return [element("Code", [attributes(), text_under(part)])]
        inner = self._spans(part.children)
        if kind in _SIMPLE_MARKS:
            return [element(_SIMPLE_MARKS[kind], inner)]
        if kind == "link":
            href = safe_href(given.get("href"))
            return [_link(inner, href, text_of(given.get("title")))] if href else inner
        return self.dress.coloured(inner, given["color"], given["background"])

    def _leaf(self, node: Json) -> list[Ast]:
        kind, given = node["type"], node.get("attrs", {})
        if kind == "text":
            return words(node["text"])
        if kind == "hardBreak":
            return [LINE_BREAK]
        if kind == "inlineMath":
            latex = text_of(given.get("latex"))
            return [element("Math", [{"t": "InlineMath"}, latex])] if latex.strip() else []
        if kind == "mention":
            return self.dress.mention(mention_text(given), text_of(given.get("id")))
        if kind == "image":
            return [self._image_inline(given)]
        return words(inline_text([node]))


def _link(inlines: list[Ast], href: str, title: str) -> Ast:
    return element("Link", [attributes(), inlines, [href, title]])
