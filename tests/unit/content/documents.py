"""Random documents that fit the editor's schema, or a larger one with comments."""

import random
from functools import cache
from typing import Any

from coscribe.content.schema import Json, Schema, schema

WORDS = [
    "word", "über", "日本語", "אבג", "😀", "👩‍👩‍👧", "a", "B2", "x_y", "_z_", "*", "**", "~~", "`", "``", "\\",
    "[x]", "](", "!", "<b>", "&amp;", "&", "<", "1.", "-", "+", "#", ">", "=", "---", "|",
    "http://x.y/z_w", '"q"', "(", ")", "e\u0301", "\u00a0", "\u2028", "$x$",
]  # fmt: skip
HREFS = [
    "https://example.org/", "http://x.y/a(b)c", "mailto:a@b.c", "tel:+1", "#part", "https://x/ü?a=1&amp=2&b;",
    "http://x/a b", "https://x/_a_*b*`c`",
]  # fmt: skip
PLAIN_MARKS = ["bold", "italic", "underline", "strike"]
COLORS = ["#f00", "#00ff7f", "teal", "rgb(1, 2, 3)"]
FORMULAS = [
    "x",
    "E = mc^2",
    r"\frac{a}{b}",
    "a|b",
    "$",
    " x ",
    "",
    "x\\",
    "a < b & c > d",
    '"',
    "two\nlines",
    r"\$5",
    "`x`",
]
NAMES = ["Ann", "Bob [B]", "a*b*c", "|", "A  B", "é😀", "<b>", "$", "#1"]
CALLOUTS = ["note", "tip", "important", "warning", "caution"]
PICTURES = ["https://x.y/z.png", "/files/0a1b2c", "https://x.y/a_b(c).png?d=1&e=2", "data:image/png;base64,AAAA"]


@cache
def larger_schema() -> Schema:
    """Return the editor's schema with comments, which may overlap."""
    spec: dict[str, Any] = {**schema().spec}
    spec["marks"] = {
        **spec["marks"],
        "comment": {"excludes": "", "inclusive": False, "attrs": {"id": {"default": None}, "rank": {"default": 0}}},
    }
    return Schema(spec)


class Documents:
    """Makes documents; the same Random in the same state makes the same ones.

    With the larger schema also such as no text format can hold: comments, and attributes of types that they lose.
    """

    def __init__(self, chance: random.Random, known: Schema | None = None) -> None:
        self.chance = chance
        self.known = known or schema()
        self.larger = "comment" in self.known.marks

    def document(self) -> Json:
        return {"type": "doc", "content": self.blocks(0, 6)}

    def blocks(self, depth: int, most: int) -> list[Json]:
        return [self.block(depth) for _ in range(self.chance.randint(1, most))]

    def block(self, depth: int) -> Json:
        kinds = ["paragraph"] * 4 + ["heading", "codeBlock", "horizontalRule", "image", "blockMath"]
        if depth < 3:
            kinds += ["bulletList", "orderedList", "taskList", "blockquote", "callout"] * 2
        if depth < 2:
            kinds += ["table"] * 2
        kind = self.chance.choice(kinds)
        return getattr(self, f"_{kind}")(depth)

    def _paragraph(self, depth: int) -> Json:
        return self._with_content(self._node("paragraph", textAlign=self._alignment()), self.inline())

    def _alignment(self) -> str | None:
        return self.chance.choice([None] * 12 + ["left", "center", "right", "justify"])

    def _node(self, kind: str, /, **attributes: Any) -> Json:
        return {"type": kind, "attrs": self.known.node_attributes(kind, attributes)}

    def _heading(self, depth: int) -> Json:
        heading = self._node("heading", level=self.chance.randint(1, 6), textAlign=self._alignment())
        return self._with_content(heading, self.inline())

    def _codeBlock(self, depth: int) -> Json:
        language = self.chance.choice([None, "python", "c++", "js"])
        lines = [self.chance.choice(["", "x = 1", "  ```", "````", "~~~", "\tt", "<b>&amp;", *WORDS]) for _ in range(4)]
        text = "\n".join(lines[: self.chance.randint(0, 4)])
        node: Json = {"type": "codeBlock", "attrs": {"language": language}}
        return self._with_content(node, [{"type": "text", "text": text}] if text else [])

    def _horizontalRule(self, depth: int) -> Json:
        return {"type": "horizontalRule"}

    def _blockquote(self, depth: int) -> Json:
        return {"type": "blockquote", "content": self.blocks(depth + 1, 3)}

    def _callout(self, depth: int) -> Json:
        return {**self._node("callout", kind=self.chance.choice(CALLOUTS)), "content": self.blocks(depth + 1, 3)}

    def _blockMath(self, depth: int) -> Json:
        return self._node("blockMath", latex=self.chance.choice([*FORMULAS, "a\n\nb", "$$", "> q\n- r\n  s"]))

    def _bulletList(self, depth: int) -> Json:
        return {"type": "bulletList", "content": self._items("listItem", depth)}

    def _orderedList(self, depth: int) -> Json:
        kind = self.chance.choice([None, None, None, "a", "I"])
        attributes = {"start": self.chance.choice([1, 1, 0, 7, 1000]), "type": kind}
        return {"type": "orderedList", "attrs": attributes, "content": self._items("listItem", depth)}

    def _taskList(self, depth: int) -> Json:
        items = self._items("taskItem", depth)
        for item in items:
            item["attrs"] = {"checked": self.chance.random() < 0.5}
        return {"type": "taskList", "content": items}

    def _items(self, kind: str, depth: int) -> list[Json]:
        items = []
        for _ in range(self.chance.randint(1, 3)):
            more = self.blocks(depth + 1, 2) if self.chance.random() < 0.4 else []
            first = self._with_content(self._node("paragraph"), self.inline())
            items.append({"type": kind, "content": [first, *more]})
        return items

    def _image(self, depth: int) -> Json:
        pick = self.chance.choice
        return self._node(
            "image",
            src=pick(PICTURES),
            alt=pick([None, *NAMES]),
            title=pick([None, None, 'a "title" & more']),
            width=pick([None, None, 120, 0.5 if self.larger else 10]),
            height=pick([None, None, 90]),
            href=pick([None, None, *HREFS]),
            caption=pick([None, None, None, *NAMES[:2]]),
        )

    def _table(self, depth: int) -> Json:
        width, height = self.chance.randint(1, 3), self.chance.randint(1, 3)
        widths = [self.chance.choice([0, 0, 0, 120]) for _ in range(width)]
        has_spans, has_header = self.chance.random() < 0.3, self.chance.random() < 0.7
        covered: set[tuple[int, int]] = set()
        rows: list[Json] = []
        for y in range(height):
            cells: list[Json] = []
            for x in range(width):
                if (y, x) in covered:
                    continue
                columns = 2 if has_spans and x + 1 < width and not {(y, x + 1)} & covered else 1
                lines = 2 if has_spans and y + 1 < height and self.chance.random() < 0.5 else 1
                covered |= {(y + down, x + right) for down in range(lines) for right in range(columns)}
                cells.append(self._cell(y == 0 and has_header, columns, lines, widths[x : x + columns], depth))
            rows.append(self._with_content({"type": "tableRow"}, cells))
        return {"type": "table", "content": rows}

    def _cell(self, is_header: bool, columns: int, lines: int, widths: list[int], depth: int) -> Json:
        node = self._node(
            "tableHeader" if is_header else "tableCell",
            colspan=columns,
            rowspan=lines,
            colwidth=widths if any(widths) else None,
            align=self.chance.choice([None, None, None, "left", "center", "right"]),
        )
        is_line = self.chance.random() < 0.8
        content = [self._with_content(self._node("paragraph"), self.inline())] if is_line else self.blocks(depth + 1, 2)
        return {**node, "content": content}

    def inline(self) -> list[Json]:
        nodes: list[Json] = []
        for _ in range(self.chance.randint(0, 5)):
            roll = self.chance.random()
            if roll < 0.1:
                nodes.append({"type": "hardBreak"})
            elif roll < 0.17:
                nodes.append(self._mention())
            elif roll < 0.24:
                nodes.append(self._node("inlineMath", latex=self.chance.choice(FORMULAS)))
            else:
                nodes.append(self._text(nodes[-1] if nodes else None))
        return nodes

    def _mention(self) -> Json:
        id = self.chance.choice(["u1", "a/b ü", *([7, 1.5] if self.larger else ["x&y"])])
        label, sign = self.chance.choice([None, *NAMES]), self.chance.choice(["@", "@", "#", "~"])
        return self._node("mention", id=id, label=label, mentionSuggestionChar=sign)

    def _text(self, before: Json | None) -> Json:
        """Make a text node whose marks differ from those of the one before."""
        while True:
            marks = self._marks()
            if before is None or before["type"] != "text" or before.get("marks", []) != marks:
                break
        words = [self.chance.choice(WORDS) for _ in range(self.chance.randint(1, 4))]
        text = self.chance.choice(["", " "]).join(words) + self.chance.choice(["", "", " "])
        return {"type": "text", "text": text, "marks": marks} if marks else {"type": "text", "text": text}

    def _marks(self) -> list[Json]:
        if self.chance.random() < 0.1:
            return [{"type": "code"}]
        marks: list[Json] = [{"type": name} for name in PLAIN_MARKS if self.chance.random() < 0.15]
        if self.chance.random() < 0.15:
            marks.append({"type": "link", "attrs": self._link()})
        if self.chance.random() < 0.1:
            marks.append({"type": self.chance.choice(["subscript", "superscript"])})
        if self.chance.random() < 0.1:
            marks.append({"type": "highlight", "attrs": {"color": self.chance.choice([None, *COLORS])}})
        if self.chance.random() < 0.1:
            marks.append({"type": "textStyle", "attrs": {"color": self.chance.choice(COLORS)}})
        if self.larger and self.chance.random() < 0.3:
            ids = sorted(self.chance.sample(["c1", "c2", "c3"], self.chance.randint(1, 3)))
            marks += [
                {"type": "comment", "attrs": {"id": each, "rank": self.chance.choice([0, 3, 1.5])}} for each in ids
            ]
        return sorted(marks, key=lambda mark: self.known.rank(mark["type"]))

    def _link(self) -> Json:
        title = self.chance.choice([None, None, 'a "title" & more'])
        return {"href": self.chance.choice(HREFS), "target": None, "rel": None, "class": None, "title": title}

    @staticmethod
    def _with_content(node: Json, content: list[Json]) -> Json:
        return {**node, "content": content} if content else node


def comparable(node: Any) -> Any:
    """Return a node with marks of one kind in a fixed order: ProseMirror keeps them as they came."""
    if isinstance(node, list):
        return [comparable(inner) for inner in node]
    result = {**node}
    if "content" in node:
        result["content"] = comparable(node["content"])
    if "marks" in node:
        result["marks"] = sorted(node["marks"], key=lambda mark: (mark["type"], str(mark.get("attrs"))))
    return result
