"""A document with every node and mark of the schema, and a picture to put into it."""

from __future__ import annotations

import struct
import zlib
from typing import Any

Json = dict[str, Any]


def png(width: int = 120, height: int = 60, color: tuple[int, int, int] = (60, 110, 200)) -> bytes:
    """Make a picture of one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + bytes(color) * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def node(kind: str, /, *content: Json, **attrs: Any) -> Json:
    result: Json = {"type": kind}
    if attrs:
        result["attrs"] = attrs
    if content:
        result["content"] = list(content)
    return result


def text(words: str, *marks: str | Json) -> Json:
    result: Json = {"type": "text", "text": words}
    if marks:
        result["marks"] = [{"type": mark} if isinstance(mark, str) else mark for mark in marks]
    return result


def mark(kind: str, /, **attrs: Any) -> Json:
    return {"type": kind, "attrs": attrs}


def paragraph(*content: Json | str, **attrs: Any) -> Json:
    return node("paragraph", *(text(each) if isinstance(each, str) else each for each in content), **attrs)


def heading(level: int, words: str, **attrs: Any) -> Json:
    return node("heading", text(words), level=level, **attrs)


def item(*blocks: Json) -> Json:
    return node("listItem", *blocks)


def task(checked: bool, *blocks: Json) -> Json:
    return node("taskItem", *blocks, checked=checked)


def cell(*blocks: Json, header: bool = False, colspan: int = 1, rowspan: int = 1, **attrs: Any) -> Json:
    return node("tableHeader" if header else "tableCell", *blocks, colspan=colspan, rowspan=rowspan, **attrs)


def rich_document(image: str) -> Json:
    """Return the document; `image` is the address of its pictures."""
    return node(
        "doc",
        heading(1, "Field report"),
        paragraph(
            "Plain, ",
            text("bold", "bold"),
            ", ",
            text("italic", "italic"),
            ", ",
            text("both", "bold", "italic"),
            ", ",
            text("underlined", "underline"),
            ", ",
            text("struck", "strike"),
            ", ",
            text("code_in_line", "code"),
            ", H",
            text("2", "subscript"),
            "O, x",
            text("2", "superscript"),
            ", ",
            text("marked", "highlight"),
            ", ",
            text("marked green", mark("highlight", color="#bbf7d0")),
            ", ",
            text("crimson", mark("textStyle", color="#c00000")),
            ", ",
            text("both colours", mark("textStyle", color="rgb(0, 0, 160)"), mark("highlight", color="#fef08a"), "bold"),
            " and ",
            text("a link", mark("link", href="https://example.org/a?b=1&c=2", title="Example")),
            ".",
        ),
        paragraph("First line", node("hardBreak"), "second line."),
        paragraph("In the middle.", textAlign="center"),
        paragraph("On the right.", textAlign="right"),
        paragraph("Justified " + "words run on and on " * 8 + "to the end.", textAlign="justify"),
        heading(2, "A centred heading", textAlign="center"),
        paragraph("Asked ", node("mention", id="u-7", label="Ada Lovelace", mentionSuggestionChar="@"), " about it."),
        heading(3, "Lists"),
        node(
            "bulletList",
            item(paragraph("Apples")),
            item(paragraph("Pears"), node("bulletList", item(paragraph("Conference")), item(paragraph("Williams")))),
        ),
        node(
            "orderedList",
            item(paragraph("Third"), paragraph("with a second paragraph")),
            item(paragraph("Fourth")),
            start=3,
        ),
        node("orderedList", item(paragraph("Letter")), item(paragraph("Letters")), start=1, type="a"),
        node(
            "taskList",
            task(True, paragraph("Measured")),
            task(False, paragraph("Written up"), node("taskList", task(False, paragraph("Reviewed")))),
        ),
        heading(4, "Blocks"),
        node("blockquote", paragraph("What is quoted."), paragraph("In two paragraphs.")),
        *(
            node("callout", paragraph(f"About the {kind}."), paragraph("And more of it."), kind=kind)
            for kind in ("note", "tip", "important", "warning", "caution")
        ),
        node("codeBlock", text("def double(x):\n    return x * 2\n\n# $math$ #let *stars*"), language="python"),
        node("codeBlock", text("no language")),
        node("horizontalRule"),
        paragraph("Mass and energy: ", node("inlineMath", latex="E = mc^2"), "."),
        node("blockMath", latex=r"\int_0^1 x^2 \, dx = \frac{1}{3}"),
        heading(5, "Tables"),
        node(
            "table",
            node(
                "tableRow",
                cell(paragraph("Place"), header=True, colwidth=[200]),
                cell(paragraph("Readings"), header=True, colspan=2, colwidth=[120, 160]),
            ),
            node(
                "tableRow",
                cell(paragraph("Harbour"), rowspan=2, colwidth=[200]),
                cell(paragraph("12.5"), align="right", colwidth=[120]),
                cell(paragraph("calm"), align="center", colwidth=[160]),
            ),
            node(
                "tableRow",
                cell(paragraph("7.25"), align="right", colwidth=[120]),
                cell(paragraph("two"), paragraph("paragraphs"), colwidth=[160]),
            ),
        ),
        node(
            "table",
            node("tableRow", cell(paragraph("North"), header=True), cell(paragraph("cold"))),
            node("tableRow", cell(paragraph("South"), header=True), cell(paragraph(text("warm", "italic")))),
        ),
        heading(6, "Pictures"),
        node("image", src=image, alt="A blue square", title="Blue", width=240, height=120),
        node("image", src=image, alt="Another", caption="The same once more"),
        node("image", src="https://example.org/far.png", alt="far away"),
        paragraph("Ünïcödé — “quotes”, 漢字, עברית, 🎉 and the end."),
    )
