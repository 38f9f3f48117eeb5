"""Markdown out and in: readable, and the same document when it comes back."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coscribe.content.errors import ContentError, ContentTooLarge
from coscribe.content.markdown_reader import from_markdown
from coscribe.content.markdown_writer import to_markdown
from coscribe.content.parse import parse
from coscribe.content.schema import MAX_NODES, Json
from harness.chance import examples
from unit.content.building import (
    BREAK,
    block,
    bullets,
    cell,
    color,
    doc,
    header,
    image,
    item,
    link,
    math,
    mention,
    p,
    row,
    table,
    task,
    text,
)
from unit.content.documents import Documents
from unit.content.roundtrip import gist


def read(markdown: str) -> Json:
    return parse("markdown", markdown.encode())


def ordered(start: int, *items: Json) -> Json:
    return block("orderedList", *items, start=start, type=None)


def code(value: str, language: str | None = None) -> Json:
    return block("codeBlock", *([value] if value else []), language=language)


RULE = {"type": "horizontalRule"}
URL = "https://example.org/a_b"

BOTH_WAYS = {
    "headings": (
        "# One\n\n#### Four *em*\n",
        doc(block("heading", "One", level=1), block("heading", "Four ", text("em", "italic"), level=4)),
    ),
    "an empty heading": ("##\n\nx\n", doc(block("heading", level=2), p("x"))),
    "marks": (
        "a **b** *c* ~~d~~ `e` <u>f</u> <mark>g</mark>\n",
        doc(
            p(
                "a ",
                text("b", "bold"),
                " ",
                text("c", "italic"),
                " ",
                text("d", "strike"),
                " ",
                text("e", "code"),
                " ",
                text("f", "underline"),
                " ",
                text("g", "highlight"),
            )
        ),
    ),
    "marks in marks": ("***a** b*\n", doc(p(text("a", "bold", "italic"), text(" b", "italic")))),
    "marks where delimiters fail": ('a<strong>"q"</strong>b\n', doc(p("a", text('"q"', "bold"), "b"))),
    "links": (
        f'[a *b*]({URL}) <{URL}> [c](<https://x.y/ (z)> "a \\"t\\"") [d](#part)\n',
        doc(
            p(
                text("a ", link(URL)),
                text("b", link(URL), "italic"),
                " ",
                text(URL, link(URL)),
                " ",
                text("c", link("https://x.y/ (z)", 'a "t"')),
                " ",
                text("d", link("#part")),
            )
        ),
    ),
    "hard breaks": ("a\\\nb\\\n\\\nc\n", doc(p("a", BREAK, "b", BREAK, BREAK, "c"))),
    "a hard break at the end": ("a<br><br>\n", doc(p("a", BREAK))),
    "a hard break in a heading": ("# a<br>b\n", doc(block("heading", "a", BREAK, "b", level=1))),
    "empty paragraphs": ("a\n\n<br>\n\n<br>\n\nb\n", doc(p("a"), p(), p(), p("b"))),
    "a list": (
        "- a\n- b\n  - c\n    - d\n- e\n",
        doc(
            bullets(p("a"))
            | {
                "content": [
                    item(p("a")),
                    item(p("b"), block("bulletList", item(p("c"), bullets(p("d"))))),
                    item(p("e")),
                ]
            }
        ),
    ),
    "a list with blocks": (
        "- a\n\n  b\n\n  > c\n\n- d\n",
        doc(block("bulletList", item(p("a"), p("b"), block("blockquote", p("c"))), item(p("d")))),
    ),
    "empty items": ("-\n- a\n-\n", doc(bullets(p(), p("a"), p()))),
    "items that begin with nothing": (
        "-\n  - a\n\n- <br>\n\n  b\n",
        doc(block("bulletList", item(p(), bullets(p("a"))), item(p(), p("b")))),
    ),
    "numbers": ("7. a\n\n8. b\n\n   c\n", doc(ordered(7, item(p("a")), item(p("b"), p("c"))))),
    "wide numbers": ("9. a\n10. b\n    - c\n", doc(ordered(9, item(p("a")), item(p("b"), bullets(p("c")))))),
    "numbers below text": (
        "- a\n  1. b\n- c\n\n  5. d\n",
        doc(block("bulletList", item(p("a"), ordered(1, item(p("b")))), item(p("c"), ordered(5, item(p("d")))))),
    ),
    "neighbouring lists": (
        "- a\n\n* b\n\n- c\n\n1. d\n\n2) e\n",
        doc(bullets(p("a")), bullets(p("b")), bullets(p("c")), ordered(1, item(p("d"))), ordered(2, item(p("e")))),
    ),
    "tasks": (
        "- [ ] a\n- [x] b\n  - [ ] c\n- [ ]\n",
        doc(
            block(
                "taskList",
                task(False, p("a")),
                task(True, p("b"), block("taskList", task(False, p("c")))),
                task(False, p()),
            )
        ),
    ),
    "tasks beside a list": ("- a\n\n* [x] b\n", doc(bullets(p("a")), block("taskList", task(True, p("b"))))),
    "quotes": (
        "> a\n>\n> > b\n\n> c\n\n>\n\nd\n",
        doc(
            block("blockquote", p("a"), block("blockquote", p("b"))),
            block("blockquote", p("c")),
            block("blockquote", p()),
            p("d"),
        ),
    ),
    "code": ("```py\nx = 1\n\n  y\n```\n\n```\n```\n", doc(code("x = 1\n\n  y", "py"), code(""))),
    "code with fences in it": ("````\n```\nx\n```\n````\n", doc(code("```\nx\n```"))),
    "code in a list": ("- a\n\n  ```\n  x\n\n    y\n  ```\n", doc(block("bulletList", item(p("a"), code("x\n\n  y"))))),
    "code spans": (
        "``a`b`` `` ` `` ` a`\n",
        doc(p(text("a`b", "code"), " ", text("`", "code"), " ", text(" a", "code"))),
    ),
    "rules": ("***\n\na\n\n---\n", doc(RULE, p("a"), RULE)),
    "what looks like markup": (
        "\\# a\n\n1\\. b\n\n\\- c\n\n\\> d\n\n\\=\n\n\\---\n\n"
        "a\\*b\\* \\_c\\_ d_e \\`f\\` \\[g](h) !\\[i] \\<b> \\&amp; & < \\~\\~j\\~\\~ \\\\k\n\n\\| l |\n\n2024\\) m\n",
        None,
    ),
}


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_a_document_and_its_markdown(name: str) -> None:
    markdown, document = BOTH_WAYS[name]
    found = read(markdown)
    if document is not None:
        assert found == document
    assert to_markdown(found) == markdown


def test_what_looks_like_markup_is_text() -> None:
    plain = [
        "# a",
        "1. b",
        "- c",
        "> d",
        "=",
        "---",
        "a*b* _c_ d_e `f` [g](h) ![i] <b> &amp; & < ~~j~~ \\k",
        "| l |",
        "2024) m",
    ]
    document = doc(*map(p, plain))
    assert read(to_markdown(document)) == document


@pytest.mark.parametrize(
    ("markdown", "document"),
    [
        ("", doc(p())),
        ("a\nb  \nc", doc(p("a b", BREAK, "c"))),
        ("Title\n=====\n\nSub\n---", doc(block("heading", "Title", level=1), block("heading", "Sub", level=2))),
        ("    indented", doc(code("indented"))),
        ("~~~js\nx\n~~~", doc(code("x", "js"))),
        ("* a\n+ b", doc(bullets(p("a")), bullets(p("b")))),
        (
            "- [ ] a\n- b\n- [X] c",
            doc(block("taskList", task(False, p("a"))), bullets(p("b")), block("taskList", task(True, p("c")))),
        ),
        (
            "5. a\n6. [ ] b\n7. c",
            doc(ordered(5, item(p("a"))), block("taskList", task(False, p("b"))), ordered(7, item(p("c")))),
        ),
        ("- [a](https://x.y) b", doc(bullets(p(text("a", link("https://x.y")), " b")))),
        ("- \\[ ] a", doc(bullets(p("[ ] a")))),
        ("[a][r]\n\n[r]: https://x.y 'T'", doc(p(text("a", link("https://x.y", "T"))))),
        (
            "<b>a</b> <i>b</i> <del>c</del> <kbd>d</kbd> <a href='https://x.y'>e</a> <span>f</span>",
            doc(
                p(
                    text("a", "bold"),
                    " ",
                    text("b", "italic"),
                    " ",
                    text("c", "strike"),
                    " ",
                    text("d", "code"),
                    " ",
                    text("e", link("https://x.y")),
                    " f",
                )
            ),
        ),
        ("<div>\n<p>a</p><ul><li>b</ul>\n</div>\n\n<!-- gone -->\n\nc", doc(p("a"), bullets(p("b")), p("c"))),
        ("**a `b`** </b></u> c", doc(p(text("a ", "bold"), text("b", "code"), "  c"))),
        ("[`a`](https://x.y)", doc(p(text("a", link("https://x.y"))))),
        ("![alt *text*](https://x.y/z.png)", doc(image("https://x.y/z.png", alt="alt text"))),
        (
            "a ![b](https://x.y/b.png) c\n![d](/files/d)",
            doc(p("a"), image("https://x.y/b.png", alt="b"), p("c"), image("/files/d", alt="d")),
        ),
        (
            "# ![logo](https://x.y/l.png) Title",
            doc(image("https://x.y/l.png", alt="logo"), p("Title")),
        ),
        ("![x](javascript:alert(1)) ![y](local.png)", doc(p("x y"))),
        ("<p align=center>\n  <img src='https://x.y/z.png' width=40>\n</p>", doc(image("https://x.y/z.png", width=40))),
        ("a <img src='https://x.y/z.png'> b", doc(p("a"), image("https://x.y/z.png"), p("b"))),
        ("[![a](https://x.y/a.png)](https://x.y)", doc(image("https://x.y/a.png", alt="a", href="https://x.y"))),
        (
            "| a | b |\n|---|:-:|\n| c |\n| d | e | f |",
            doc(
                table(
                    row(header("a"), header("b", align="center")),
                    row(cell("c"), cell(p(), align="center")),
                    row(cell("d"), cell("e", align="center")),
                )
            ),
        ),
        ("H~2~O <sub>2</sub> <sup>3</sup>", doc(p("H~2~O ", text("2", "subscript"), " ", text("3", "superscript")))),
        ("$a$ b $c d$, $ e$ f$g$", doc(p(math("a"), " b ", math("c d"), ", $ e$ f$g$"))),
        ("costs $5 and $10, or US$3", doc(p("costs $5 and $10, or US$3"))),
        ("a\n$$\nx\n$$\nb", doc(p("a"), block("blockMath", latex="x"), p("b"))),
        ("$$x^2$$\n\n$$ not\n\nmath $$", doc(block("blockMath", latex="x^2"), p("$$ not"), p("math $$"))),
        ("> [!note]  \n> a\n> b", doc(block("callout", p("a b"), kind="note"))),
        ("> [!NOTE] a", doc(block("blockquote", p("[!NOTE] a")))),
        ("> [!OTHER]\n> a", doc(block("blockquote", p("[!OTHER] a")))),
        ("[@Ann](mention:u1) [Bob](mention:u2)", doc(p(mention("u1", "Ann"), " ", mention("u2", "Bob")))),
        (
            "<span data-type='mention' data-id='u1' data-label='A'>**@A** <span>x</span></span> b",
            doc(p(mention("u1", "A"), " b")),
        ),
        ("<font color=red>a</font> <span style='color: url(x)'>b</span>", doc(p(text("a", color("red")), " b"))),
        ("a &nbsp;&copy; \\* b", doc(p("a \u00a0© * b"))),
        ("\ufeffa", doc(p("a"))),
    ],
)
def test_markdown_as_others_write_it(markdown: str, document: Json) -> None:
    assert read(markdown) == document


def test_space_moves_out_of_emphasis() -> None:
    assert to_markdown(doc(p("a", text(" b ", "bold"), "c ", text("  ", "italic"), "d"))) == "a **b** c   d\n"


def test_space_at_the_edges_of_a_line_is_left_out_and_other_space_kept() -> None:
    assert to_markdown(doc(p("  a ", BREAK, " b\t"))) == "a\\\nb\n"
    document = doc(p("\u00a0a\u2003"))
    assert read(to_markdown(document)) == document


def test_unknown_nodes_and_marks_leave_their_text() -> None:
    badge = {"type": "badge", "attrs": {"label": "New"}}
    document = doc(p("by ", badge, text(" x", "sparkle")), block("details", block("summary", "s"), p("t")))
    assert to_markdown(document) == "by New x\n\ns\n\nt\n"


def test_a_table_is_a_table() -> None:
    document = doc(
        table(
            row(header("a|b", align="right"), header("c")),
            row(cell(p(text("d", "bold"), BREAK, "e"), align="right"), cell("f")),
        )
    )
    assert to_markdown(document) == "| a\\|b | c |\n| --: | --- |\n| **d**<br>e | f |\n"
    without_header = doc(table(row(cell("a"), cell("b", colwidth=[90]))))
    assert to_markdown(without_header) == "<!-- table: no header; widths - 90 -->\n|  |  |\n| --- | --- |\n| a | b |\n"


@pytest.mark.parametrize(
    "cells",
    [
        [header("a", colspan=2)],
        [header(p("a"), p("b"))],
        [header("a", align="left"), header("b")],
        [header(block("paragraph", "a", textAlign="center"))],
        [header(bullets(p("a")))],
        [header(block("bulletList", block("listItem", p("אבג"), block("codeBlock", "a\n\nb"))))],
    ],
)
def test_a_table_beyond_lines_is_html(cells: list[Json]) -> None:
    others = [cell("c") for _ in range(2 if cells[0]["attrs"]["colspan"] == 2 else len(cells))]
    document = doc(table(row(*cells), row(*others)), p("after"))
    markdown = to_markdown(document)
    assert markdown.startswith("<table>")
    assert read(markdown) == document


def test_a_comment_that_is_no_hint_is_nothing() -> None:
    lines = "| a |\n|---|"
    plain = doc(table(row(header("a"))))
    for comment in ("<!-- table: widths x -->", "<!-- list: b -->", "<!-- table: -->", "<!-- no header -->"):
        assert read(f"{comment}\n{lines}") == plain
    assert read(f"<!-- table: no header -->\n\nbetween\n\n{lines}") == doc(p("between"), *plain["content"])
    assert read("<!-- table: widths 5 9 -->\n" + lines) == doc(table(row(header("a", colwidth=[5]))))


def test_trailing_empty_paragraphs_are_left_out() -> None:
    assert to_markdown(doc(p("a"), p(), p())) == "a\n"
    assert to_markdown(doc(p())) == ""


@given(st.integers(0, 2**32))
@examples(60)
def test_every_document_comes_back_and_stays_the_same(seed: int) -> None:
    document = Documents(random.Random(seed)).document()
    markdown = to_markdown(document)
    found = read(markdown)
    assert gist(found) == gist(document)
    assert to_markdown(found) == markdown


@given(st.text(st.sampled_from("ab \n*_`~[]()<>!#-+=|\\&;:/.1'\"\t😀é\u00a0"), max_size=60))
@examples(150)
def test_any_markdown_is_stable_once_written(markdown: str) -> None:
    written = to_markdown(read(markdown))
    again = to_markdown(read(written))
    assert again == written


@given(st.text(max_size=80))
@examples(100)
def test_any_text_survives(value: str) -> None:
    line = " ".join(value.replace("\0", "").split()) or "x"
    document = parse("text", line.encode())
    assert gist(read(to_markdown(document))) == gist(document)


@pytest.mark.parametrize(
    "markdown", ["> " * 3000 + "x", "- " * 3000 + "x", "1. " * 3000, "".join("  " * n + "- x\n" for n in range(300))]
)
def test_hostile_nesting_is_refused(markdown: str) -> None:
    with pytest.raises(ContentError, match="levels deep"):
        read(markdown)


@pytest.mark.parametrize("sign", ["|", "*", "`", "$", "\n", "<"])
def test_more_than_a_document_can_hold_is_refused_at_once(sign: str) -> None:
    with pytest.raises(ContentTooLarge, match=f"more than {MAX_NODES} nodes"):
        read(f"a{sign}" * (MAX_NODES + 1))


def test_hostile_brackets_are_refused() -> None:
    with pytest.raises(ContentError, match="opening brackets"):
        read("![" * 20_000)


@pytest.mark.parametrize(
    "markdown",
    [
        "x" * 1_000_000,
        "*" * 5000 + "a" + "*" * 5000,
        "a\n" * 20_000,
        "**a " * 2_000,
        "<" * 100_000,
        "`" * 5000,
        "$a " * 20_000,
        "$" * 20_000,
    ],
)
def test_long_input_is_read_in_good_time(markdown: str) -> None:
    from_markdown(markdown)
