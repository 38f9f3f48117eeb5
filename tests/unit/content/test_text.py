"""Plain text: what a person would type, and back."""

from coscribe.content.parse import parse
from coscribe.content.text import to_text
from unit.content.building import BREAK, block, bullets, cell, doc, header, image, math, mention, p, row, table, text


def test_blocks_are_a_blank_line_apart() -> None:
    document = doc(block("heading", "Title", level=1), p("one", BREAK, "two"), p("three ", text("four", "bold")))
    assert to_text(document) == "Title\n\none\ntwo\n\nthree four\n"


def test_lists_have_signs_and_indent() -> None:
    nested = block(
        "bulletList", block("listItem", p("a"), bullets(p("b"), p("c", BREAK, "d"))), block("listItem", p("e"))
    )
    assert to_text(doc(nested)) == "- a\n  - b\n  - c\n    d\n- e\n"
    ordered = block("orderedList", block("listItem", p("x")), block("listItem", p("y"), p("z")), start=9, type=None)
    assert to_text(doc(ordered)) == "9. x\n10. y\n\n    z\n"
    tasks = block("taskList", block("taskItem", p("x"), checked=True), block("taskItem", p("y"), checked=False))
    assert to_text(doc(tasks)) == "[x] x\n[ ] y\n"


def test_other_blocks() -> None:
    document = doc(block("blockquote", p("q")), block("codeBlock", "x = 1\n  y"), block("horizontalRule"), p("end"))
    assert to_text(document) == "q\n\nx = 1\n  y\n\n----------\n\nend\n"


def test_what_the_schema_does_not_know_still_says_what_it_can() -> None:
    row = block("tableRow", block("tableCell", p("a")), block("tableCell", p("b")))
    mention = {"type": "mention", "attrs": {"id": "u1", "label": "@Ann"}}
    image = {"type": "image", "attrs": {"src": "x", "alt": "A picture"}}
    document = doc(block("table", row, row), p("by ", mention), image, block("details", p("inner")))
    assert to_text(document) == "a\tb\na\tb\n\nby @Ann\n\nA picture\n\ninner\n"


def test_nothing_is_no_text() -> None:
    assert to_text(doc(p())) == ""


def test_paragraphs_and_breaks_come_back() -> None:
    document = doc(p("one", BREAK, "two"), p(), p("three"))
    assert parse("text", to_text(document).encode()) == document


def test_any_line_ends_will_do() -> None:
    assert parse("txt", b"a\r\nb\r\rc") == doc(p("a", BREAK, "b"), p("c"))
    assert parse("txt", b"") == doc(p())


def test_a_long_line_is_fine() -> None:
    line = "x" * 1_000_000
    assert to_text(parse("text", line.encode())) == line + "\n"


def test_what_is_no_text_says_what_it_is() -> None:
    document = doc(
        p("by ", mention("u1", "Ann"), " and ", mention("u2"), " on ", mention("t", "topic", "#"), ": ", math("x^2")),
        block("blockMath", latex="a\nb"),
        image("/files/a", alt="A cat", caption="Sitting"),
        image("/files/b", caption="Only a caption"),
        image("/files/c"),
        block("callout", p("Mind the gap"), kind="warning"),
        table(row(header("a"), header("b")), row(cell(p("c", BREAK, "d"), p("e")), cell(bullets(p("f"))))),
    )
    assert to_text(document) == (
        "by @Ann and @u2 on #topic: x^2\n\na\nb\n\nA cat\n\nOnly a caption\n\nMind the gap\n\na\tb\nc d e\t- f\n"
    )
