"""Typst's source: what a document says is text in it, whatever it looks like."""

import random

import pytest

from corpus.documents import CORPUS
from coscribe.content.schema import Json
from coscribe.content.typst_writer import formulas, literal, to_typst
from unit.content.building import (
    block,
    bullets,
    cell,
    color,
    doc,
    header,
    highlight,
    image,
    link,
    math,
    mention,
    p,
    row,
    table,
    text,
)
from unit.content.documents import Documents

EVIL = '#eval("1") ] $ ` */ " \\ // - = @x <y> ~ \'z\' ‘q’ --'


def body(*blocks: Json) -> str:
    return to_typst(doc(*blocks)).rstrip("\n")


def without_strings(source: str) -> str:
    """Return source without what stands in strings, read as typst reads them."""
    kept: list[str] = []
    inside = escaped = False
    for character in source:
        if not inside:
            kept.append(character)
        if inside and not escaped and character == '"':
            inside = False
            kept.append(character)
        elif not inside and character == '"':
            inside = True
        escaped = inside and not escaped and character == "\\"
    assert not inside
    return "".join(kept)


def test_no_text_of_a_document_enters_the_source() -> None:
    source = to_typst(
        doc(
            block("callout", p(EVIL), kind=EVIL),
            block("paragraph", text(EVIL, color(EVIL)), textAlign=EVIL),
            p(mention(EVIL, EVIL, EVIL)),
            block("taskList", block("taskItem", p(EVIL), checked=True)),
            block("codeBlock", EVIL, language=EVIL),
            p(text(EVIL, "code"), text(EVIL, link("https://x/" + EVIL)), math(EVIL)),
            image(EVIL, alt=EVIL, caption=EVIL, width=EVIL),
            table(row(cell(EVIL, align=EVIL, colspan=EVIL))),
            block("orderedList", block("listItem", p("x")), start=EVIL, type=EVIL),
            block("heading", EVIL, level=EVIL),
            {"type": EVIL, "attrs": {"label": EVIL}},
        ),
        title=EVIL,
    )
    assert (
        without_strings(source).split()
        == without_strings(
            '#document-title[#""] '
            '#callout("")[#""] '
            '#"" '
            '#mention[#""] '
            '#tasks((true, [#""]), ) '
            '#code-block("", none) '
            '#code("")#web-link("")[#""]#"" '
            '#captioned([#""], [#""]) '
            '#grid-table(columns: (auto,), [#""], ) '
            '#numbers(start: 1, numbering: "", tight: true, [#""]) '
            '#title-1[#""] #""'
        ).split()
    )


@pytest.mark.parametrize("seed", range(20))
def test_strings_end_where_they_should_in_any_document(seed: int) -> None:
    source = without_strings(to_typst(Documents(random.Random(seed)).document()))
    for letter in "日本語אבגü😀&":
        assert letter not in source


def test_a_string_holds_any_text() -> None:
    assert literal('a"b\\') == r'"a\"b\\"'
    assert body(p("two  spaces\tand a tab")) == '#"two \u00a0spaces \u00a0\u00a0\u00a0and a tab"'


def test_marks_are_functions_within_each_other() -> None:
    assert body(p(text("a", "bold"), text("b", "bold", "italic"), "c")) == '#strong[#"a"#emph[#"b"]]#"c"'
    assert body(p(text("x", color("#00f"), highlight("rgb(1, 2, 3)")))) == (
        '#highlight(fill: rgb("#010203"))[#text(fill: rgb("#0000FF"))[#"x"]]'
    )


def test_links_go_to_the_web_and_nowhere_else() -> None:
    assert body(p(text("x", link("https://x.y/")))) == '#web-link("https://x.y/")[#"x"]'
    for href in ("#part", "javascript:alert(1)", "/files/x"):
        assert body(p(text("x", link(href)))) == '#"x"'


def test_a_list_stands_tight_unless_an_item_has_two_paragraphs() -> None:
    assert body(bullets(p("a"), p("b"))) == '#bullets(tight: true, [#"a"], [#"b"])'
    loose = block("bulletList", block("listItem", p("a"), p("b")))
    assert body(loose) == '#bullets(tight: false, [#"a"\n\n#"b"])'


def test_a_table_has_head_spans_and_widths() -> None:
    made = table(
        row(header("h", colspan=2, colwidth=[160, 480])),
        row(cell("a", align="right", colwidth=[160]), header("b", colwidth=[480])),
    )
    assert body(made).replace("\n", "") == (
        '#grid-table(columns: (25%, 75%,),table.header(header-cell(colspan: 2, [#"h"]), ), table.hline(),'
        'table.cell(align: right)[#"a"], header-cell([#"b"]), )'
    )
    assert body({"type": "table"}) == ""


def test_pictures_are_files_and_no_wider_than_the_line() -> None:
    def shown(**attributes: object) -> str:
        source = to_typst(doc(image("/files/x", **attributes)), image=lambda source: "image1.png")
        return source.rstrip("\n")

    assert shown(alt='a "b"') == r'#box(image("image1.png", alt: "a \"b\""))'
    assert shown(width=100, height=50.5) == '#box(image("image1.png", width: 75pt, height: 37.875pt))'
    assert shown(width=2000, height=1000) == '#box(image("image1.png", width: 100%))'
    assert shown(href="https://x.y/", caption="c") == (
        '#captioned([#web-link("https://x.y/")[#box(image("image1.png"))]], [#"c"])'
    )


def test_formulas_are_taken_as_they_were_translated() -> None:
    document = doc(p(math(" x^2 "), math("")), block("blockMath", latex="x^2"), block("blockMath", latex=""))
    assert formulas(document) == {("x^2", False), ("x^2", True)}
    translated = {("x^2", False): "$x^2$", ("x^2", True): "$ x^2 $"}
    assert to_typst(document, translated=translated) == "$x^2$\n\n#formula[$ x^2 $]\n"


def test_what_holds_nothing_leaves_nothing() -> None:
    assert body(p(), block("heading", level=1), block("bulletList"), block("taskList"), p("x")) == '#"x"'
    assert body(*CORPUS["an empty document"]["content"]) == ""


def test_each_block_runs_the_way_of_its_first_letter() -> None:
    arabic, english = p("1. نص عربي"), p("English")
    assert body(arabic, english) == '#to-left[#"1. نص عربي"]\n\n#"English"'
    assert body(block("blockquote", arabic, english)) == '#to-left[#quotation[#"1. نص عربي"\n\n#to-right[#"English"]]]'
    assert "to-left" not in body(p("12 + 3"), p())
