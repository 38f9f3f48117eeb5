"""A pandoc document, as pandoc reads it from an office file, as a ProseMirror document.

The counterpart of `pandoc_writer.py`: the named styles of our own exports become callouts, colours and alignment again.
What the schema has no place for is kept as what comes nearest: footnotes as a list at the end, definitions as
paragraphs. Tracked insertions are text, tracked deletions are not; both are reported, as comments are. The result is
for `input.normalise`, which puts what stands in the wrong place right and judges every address.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from coscribe.content.pandoc_ast import Ast, plain_text
from coscribe.content.pandoc_dress import (
    ALIGNMENT_STYLES,
    CALLOUT_LABELS,
    CHECKED,
    LIST_CONTINUE,
    SEPARATOR,
    TABLE_HEADING,
    UNCHECKED,
)
from coscribe.content.pandoc_inlines import Inlines
from coscribe.content.pandoc_lists import join_lists, numbering
from coscribe.content.schema import Json

LINE_PIXELS = 640
_BOXES = {UNCHECKED: False, CHECKED: True, "☑": True}
_ALIGNMENTS = {name: key for key, name in ALIGNMENT_STYLES.items()}
_CELL_ALIGNMENTS = {"AlignLeft": "left", "AlignCenter": "center", "AlignRight": "right"}
_CALLOUT_KINDS = {label: kind for kind, label in CALLOUT_LABELS.items()}
_CODE_STYLES = frozenset({"Preformatted Text", "HTML Preformatted", "Code", "Source Code"})
"""What word processors call paragraphs of code."""
_HEADING_MAX = 6

FindImage = Callable[[str], str | None]
"""Says for what a file calls an image which address it has for us; None: it cannot be kept."""


class Imported(NamedTuple):
    """What a file holds. comments and changes are dicts of strings: author, at (RFC 3339), text; on or kind."""

    document: Json
    title: str
    comments: list[dict[str, str]]
    changes: list[dict[str, str]]


def from_pandoc(ast: Ast, image: FindImage) -> Imported:
    """Return what a pandoc document holds."""
    reader = _Reader(Inlines(image))
    content = reader.blocks(ast.get("blocks", []))
    content += reader.notes()
    title = plain_text([ast.get("meta", {}).get("title", {})])
    inlines = reader.inlines
    return Imported({"type": "doc", "content": content}, title, inlines.comments, inlines.changes)


class _Reader:
    def __init__(self, inlines: Inlines) -> None:
        self.inlines = inlines
        self._writers: dict[str, Callable[[Any], list[Json]]] = {
            "Para": self._paragraph,
            "Plain": self._paragraph,
            "Header": self._heading,
            "CodeBlock": self._code_block,
            "BlockQuote": lambda content: [_node("blockquote", self.blocks(content))],
            "BulletList": self._bullet_list,
            "OrderedList": self._ordered_list,
            "DefinitionList": self._definitions,
            "LineBlock": self._line_block,
            "HorizontalRule": lambda _: [{"type": "horizontalRule"}],
            "Table": self._table,
            "Figure": self._figure,
            "Div": self._div,
        }

    def blocks(self, blocks: list[Ast]) -> list[Json]:
        result: list[Json] = []
        for block in blocks:
            write = self._writers.get(block["t"])
            if write is not None:
                for node in write(block.get("c")):
                    _append(result, node)
        return [node for node in join_lists(result) if node["type"] != SEPARATOR]

    def notes(self) -> list[Json]:
        """Return the footnotes as the end of the document; a note may hold further notes."""
        items: list[Json] = []
        while len(items) < len(self.inlines.notes):
            blocks = self.blocks(self.inlines.notes[len(items)])
            items.append(_node("listItem", blocks or [{"type": "paragraph"}]))
        return [{"type": "horizontalRule"}, _node("orderedList", items)] if items else []

    def _paragraph(self, inlines: list[Ast]) -> list[Json]:
        """A paragraph; pictures and formulas that stand in it by themselves divide it."""
        nodes = self.inlines.read(inlines)
        result: list[Json] = []
        line: list[Json] = []
        for node in nodes:
            if node["type"] in ("image", "blockMath"):
                if _says_something(line):
                    result.append(_node("paragraph", line))
                line = []
                result.append(node)
            else:
                line.append(node)
        if _says_something(line) or not result:
            result.append(_node("paragraph", line))
        return result

    def _heading(self, content: list[Any]) -> list[Json]:
        level, (_, classes, _), inlines = content
        attrs: Json = {"level": min(max(int(level), 1), _HEADING_MAX)}
        if alignment := next((found for name in classes if (found := _alignment(name, "-"))), None):
            attrs["textAlign"] = alignment
        read = self._paragraph(inlines)
        return [{**node, "type": "heading", "attrs": attrs} if node["type"] == "paragraph" else node for node in read]

    def _code_block(self, content: list[Any]) -> list[Json]:
        (_, classes, _), code = content
        attrs = {"language": classes[0] if classes else None}
        return [{"type": "codeBlock", "attrs": attrs, "content": [{"type": "text", "text": code}]}]

    def _bullet_list(self, items: list[list[Ast]]) -> list[Json]:
        boxes = [_box(item) for item in items]
        if boxes and None not in boxes:
            tasks = [
                _node("taskItem", self.blocks(_without_box(item)), checked=checked)
                for item, checked in zip(items, boxes, strict=True)
            ]
            return [_node("taskList", tasks)]
        return [_node("bulletList", [_node("listItem", self.blocks(item)) for item in items])]

    def _ordered_list(self, content: list[Any]) -> list[Json]:
        attributes, items = content
        return [_node("orderedList", [_node("listItem", self.blocks(item)) for item in items], **numbering(attributes))]

    def _definitions(self, items: list[Any]) -> list[Json]:
        result: list[Json] = []
        for term, definitions in items:
            result += self._paragraph([{"t": "Strong", "c": term}])
            for definition in definitions:
                result += self.blocks(definition)
        return result

    def _line_block(self, lines: list[list[Ast]]) -> list[Json]:
        joined: list[Ast] = []
        for number, line in enumerate(lines):
            joined += [{"t": "LineBreak"}, *line] if number else line
        return self._paragraph(joined)

    def _figure(self, content: list[Any]) -> list[Json]:
        _, (_, caption), blocks = content
        words = plain_text(caption)
        nodes = self.blocks(blocks)
        pictures = [node for node in nodes if node["type"] == "image"]
        if not words:
            return nodes
        if len(pictures) != 1:
            return [*nodes, _node("paragraph", [{"type": "text", "text": words}])]
        pictures[0]["attrs"]["caption"] = words
        return nodes

    def _div(self, content: list[Any]) -> list[Json]:
        (_, classes, pairs), blocks = content
        given = dict(pairs)
        style = str(given.get("custom-style", ""))
        if style == SEPARATOR:
            return [{"type": SEPARATOR}]
        if style in _CODE_STYLES and all(block["t"] in ("Para", "Plain") for block in blocks):
            return [_code(self.inlines.read(block["c"]), style) for block in blocks]
        if "callout" in classes:
            kind = next((name for name in classes if name in CALLOUT_LABELS), "note")
            return [_node("callout", self.blocks([block for block in blocks if not _is_label(block)]), kind=kind)]
        nodes = self.blocks(blocks)
        if (callout := _callout_style(style)) is not None:
            kind, is_title = callout
            return [_node("callout", [] if is_title else nodes, kind=kind, begins=is_title)]
        alignment = _alignment(style, " ") or str(given.get("style", "")).partition("text-align: ")[2]
        for node in nodes:
            if alignment and node["type"] in ("paragraph", "heading"):
                node.setdefault("attrs", {})["textAlign"] = alignment
        if style == LIST_CONTINUE:
            for node in nodes:
                node["continues"] = True
        return nodes

    def _table(self, content: list[Any]) -> list[Json]:
        _, (_, caption), columns, (_, head), bodies, (_, foot) = content
        shares = [column[1].get("c") if column[1]["t"] == "ColWidth" else None for column in columns]
        rows = self._rows(head, shares, len(columns))
        for _, heads, more_head, body in bodies:
            rows += self._rows(more_head, shares, len(columns))
            rows += self._rows(body, shares, int(heads))
        rows += self._rows(foot, shares, 0)
        words = plain_text(caption)
        below = [_node("paragraph", [{"type": "text", "text": words}])] if words else []
        return [_node("table", rows), *below] if any(row.get("content") for row in rows) else below

    def _rows(self, rows: list[Any], shares: list[float | None], heads: int) -> list[Json]:
        """Return rows in which the first `heads` columns are headers."""
        result: list[Json] = []
        taken: list[int] = []
        for _, cells in rows:
            column = 0
            nodes: list[Json] = []
            for _, alignment, rowspan, colspan, blocks in cells:
                while column < len(taken) and taken[column]:
                    column += 1
                inner = self.blocks(blocks)
                align = _CELL_ALIGNMENTS.get(alignment["t"]) or _common_alignment(inner)
                inner = [_not_aligned(block, align) for block in inner]
                header = column < heads or any(_has_style(block, TABLE_HEADING) for block in blocks)
                attrs: Json = {
                    "colspan": colspan,
                    "rowspan": rowspan,
                    "colwidth": _pixels(shares[column : column + colspan]),
                    "align": align,
                }
                kind = "tableHeader" if header else "tableCell"
                nodes.append({"type": kind, "attrs": attrs, "content": inner or [{"type": "paragraph"}]})
                taken += [0] * (column + colspan - len(taken))
                taken[column : column + colspan] = [rowspan] * colspan
                column += colspan
            taken = [max(left - 1, 0) for left in taken]
            result.append(_node("tableRow", nodes))
        return result


def _node(kind: str, content: list[Json], /, **attrs: Any) -> Json:
    node: Json = {"type": kind}
    if attrs:
        node["attrs"] = attrs
    if content:
        node["content"] = content
    return node


def _append(nodes: list[Json], node: Json) -> None:
    """Add a block, joined with the one before where a file has several paragraphs of one style for what is one."""
    last = nodes[-1] if nodes else None
    kind = node["type"]
    if kind == "callout":
        begins = node["attrs"].pop("begins", True)
        if last is not None and last["type"] == kind and last["attrs"] == node["attrs"] and not begins:
            last.setdefault("content", []).extend(node.get("content", []))
            return
    elif last is not None and kind == "codeBlock" == last["type"] and "style" in last and "style" in node:
        before, line = ("".join(each["text"] for each in part.get("content", [])) for part in (last, node))
        last["content"] = [{"type": "text", "text": f"{before}\n{line}"}]
        return
    elif last is not None and kind == "blockquote" == last["type"]:
        last.setdefault("content", []).extend(node.get("content", []))
        return
    nodes.append(node)


def _code(line: list[Json], style: str) -> Json:
    """Return a paragraph that a file sets as code; `style` says that the next of its kind goes on with it."""
    words = "".join(each.get("text", "\n" if each["type"] == "hardBreak" else "") for each in line)
    return {"type": "codeBlock", "style": style, "content": [{"type": "text", "text": words}] if words else []}


def _says_something(line: list[Json]) -> bool:
    return any(node["type"] != "text" or node["text"].strip() for node in line)


def _box(item: list[Ast]) -> bool | None:
    """Whether a list item is a task that is done; None for no task."""
    inlines = _first_line(item)
    return _BOXES.get(inlines[0]["c"]) if inlines and inlines[0]["t"] == "Str" else None


def _without_box(item: list[Ast]) -> list[Ast]:
    inlines = _first_line(item)[1:]
    return [{"t": "Para", "c": inlines[1:] if inlines and inlines[0]["t"] == "Space" else inlines}, *item[1:]]


def _first_line(item: list[Ast]) -> list[Ast]:
    """Return what the first paragraph of a list item says, also one with a style."""
    first: Ast = item[0] if item else {"t": ""}
    while first["t"] == "Div" and len(first["c"][1]) == 1:
        first = first["c"][1][0]
    inlines: list[Ast] = first["c"] if first["t"] in ("Para", "Plain") else []
    return inlines


def _callout_style(style: str) -> tuple[str, bool] | None:
    """Return a callout's kind, and whether the style is that of its title."""
    if not style.startswith("Callout "):
        return None
    words = style.split(" ")
    kind = _CALLOUT_KINDS.get(words[1])
    return None if kind is None else (kind, words[2:] == ["Title"])


def _is_label(block: Ast) -> bool:
    return block["t"] == "Div" and "callout-label" in block["c"][0][1]


def _has_style(block: Ast, style: str) -> bool:
    return block["t"] == "Div" and ["custom-style", style] in block["c"][0][2]


def _alignment(style: str, separator: str) -> str | None:
    """Return the alignment that a style's name ends in."""
    return next(
        (key for name, key in _ALIGNMENTS.items() if f"{separator}{style}".endswith(f"{separator}{name}")), None
    )


def _common_alignment(blocks: list[Json]) -> str | None:
    """Return how all paragraphs of a cell are aligned, which is how the cell is."""
    found = {block.get("attrs", {}).get("textAlign") for block in blocks}
    align = found.pop() if len(found) == 1 else None
    return align if align in _CELL_ALIGNMENTS.values() else None


def _not_aligned(block: Json, align: str | None) -> Json:
    """Return a block of a cell without the alignment that the whole cell has."""
    attrs = block.get("attrs", {})
    if align is None or attrs.get("textAlign") != align:
        return block
    return {**block, "attrs": {name: value for name, value in attrs.items() if name != "textAlign"}}


def _pixels(shares: list[float | None]) -> list[int] | None:
    return [round((share or 0) * LINE_PIXELS) for share in shares] if any(shares) else None
