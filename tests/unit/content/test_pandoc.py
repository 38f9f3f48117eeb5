"""Our documents as pandoc's and back, without pandoc between."""

from __future__ import annotations

from typing import Any

import pytest

from coscribe.content.css_colors import hex_digits
from coscribe.content.input import normalise
from coscribe.content.pandoc_ast import plain_text, words
from coscribe.content.pandoc_dress import OfficeDress, parse_color_style
from coscribe.content.pandoc_reader import from_pandoc
from coscribe.content.pandoc_writer import to_pandoc
from coscribe.content.schema import Json, schema
from harness.rich_document import cell, heading, item, mark, node, paragraph, rich_document, text

FILE = "/files/" + "ab" * 32


def same(source: str) -> str | None:
    return source if source == FILE else None


def back(document: Json, **options: Any) -> Json:
    ast = to_pandoc(document, image=same, **options)
    result = normalise(from_pandoc(ast, same).document)
    schema().check(result)
    return result


def only(*blocks: Json) -> Json:
    return node("doc", *blocks)


def kinds(ast: Json) -> list[str]:
    return [block["t"] for block in ast["blocks"]]


def test_every_node_and_mark_comes_back_as_it_was() -> None:
    given = rich_document(FILE)
    expected = normalise(given)
    content = expected["content"]
    at = next(i for i, each in enumerate(content) if each["type"] == "image" and "https" in each["attrs"]["src"])
    far = content.pop(at)  # what is not embedded is a link
    result = back(given)
    link = result["content"].pop(at)
    assert link["content"][0]["text"] == far["attrs"]["alt"]
    assert link["content"][0]["marks"][0]["attrs"]["href"] == far["attrs"]["src"]
    assert _forgiving(result) == _forgiving(expected)


def _forgiving(document: Json) -> Any:
    """Leave out what pandoc has no place for: who is mentioned, how a colour was written."""

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return _joined([walk(each) for each in value])
        if not isinstance(value, dict):
            return value
        if value.get("type") == "mention":
            return {"type": "text", "text": "@" + value["attrs"]["label"]}
        if "color" in value:
            return {**value, "color": hex_digits(value["color"])}
        if value.get("type") in ("tableCell", "tableHeader"):
            value = {**value, "attrs": {**value["attrs"], "colwidth": None}}
        return {name: walk(inner) for name, inner in value.items()}

    return walk(document)


def _joined(nodes: list[Any]) -> list[Any]:
    result: list[Any] = []
    for each in nodes:
        last = result[-1] if result else None
        texts = all(isinstance(one, dict) and one.get("type") == "text" for one in (last, each))
        if texts and last.get("marks") == each.get("marks"):
            last["text"] += each["text"]
            continue
        result.append(dict(each) if isinstance(each, dict) else each)
    return result


@pytest.mark.parametrize("href", ["javascript:alert(1)", "data:text/html,x", "/relative", "vbscript:x", None, 7])
def test_a_dangerous_link_is_left_out_and_its_text_stays(href: object) -> None:
    ast = to_pandoc(only(paragraph(text("press me", mark("link", href=href)))))
    assert "Link" not in str(ast)
    assert plain_text(ast["blocks"]) == "press me"


@pytest.mark.parametrize("href", ["https://example.org/", "mailto:a@example.org", "tel:+49", "#here"])
def test_a_harmless_link_stays(href: str) -> None:
    ast = to_pandoc(only(paragraph(text("press me", mark("link", href=href)))))
    assert ast["blocks"][0]["c"][0]["c"][2] == [href, ""]


def test_an_image_is_embedded_linked_or_described() -> None:
    document = only(
        node("image", src=FILE, alt="here", width=10),
        node("image", src="https://example.org/x.png", alt="there"),
        node("image", src="/files/" + "cd" * 32, alt="gone"),
        node("image", src="javascript:alert(1)", alt="bad", href="javascript:alert(2)"),
        node("image", src=FILE, alt="pressed", href="https://example.org/"),
    )
    here, there, gone, bad, pressed = to_pandoc(document, image=same)["blocks"]
    assert here["c"][0]["t"] == "Image"
    assert here["c"][0]["c"][0][2] == [["width", "10px"]]
    assert there["c"][0]["t"] == "Link"
    assert (gone["c"][0]["t"], plain_text([gone])) == ("Emph", "gone")
    assert (bad["c"][0]["t"], plain_text([bad])) == ("Emph", "bad")
    assert pressed["c"][0]["c"][1][0]["t"] == "Image"


def test_nodes_of_a_newer_schema_are_shown_by_what_they_hold() -> None:
    document = only(
        node("spoiler", paragraph("hidden")),
        node("chart", label="Sales"),
        {"type": "paragraph", "content": [{"type": "emoji", "attrs": {"label": "smile"}}, text("x", "sparkle")]},
        text("loose"),
    )
    ast = to_pandoc(document)
    assert plain_text(ast["blocks"]) == "hidden Sales smilex loose"


def test_ragged_tables_are_made_regular() -> None:
    table = node(
        "table",
        node("tableRow", cell(paragraph("a"), colspan=3), cell(paragraph("b"), rowspan=9)),
        node("tableRow", cell(paragraph("c"))),
        node("tableRow"),
    )
    _, _, columns, _, bodies, _ = to_pandoc(only(table))["blocks"][0]["c"]
    rows = bodies[0][3]
    assert len(columns) == 4
    assert [[(entry[2], entry[3]) for entry in row[1]] for row in rows] == [
        [(1, 3), (3, 1)],
        [(1, 1), (1, 1), (1, 1)],
        [(1, 1), (1, 1), (1, 1)],
    ]


def test_leading_rows_of_header_cells_are_the_head() -> None:
    table = node(
        "table",
        node("tableRow", cell(paragraph("h"), header=True, colwidth=[160])),
        node("tableRow", cell(paragraph("v"), colwidth=[160])),
    )
    _, _, columns, head, bodies, _ = to_pandoc(only(table))["blocks"][0]["c"]
    assert len(head[1]) == 1
    assert len(bodies[0][3]) == 1
    assert columns[0][1] == {"t": "ColWidth", "c": 0.25}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a b", "a b"),
        ("a   b", "a \u00a0\u00a0b"),
        (" a ", " a "),
        ("\t", " \u00a0\u00a0\u00a0"),
        ("a\nb\r\nc\rd", "a b c d"),
    ],
)
def test_several_spaces_and_tabs_are_kept_apart(given: str, kept: str) -> None:
    assert words(given) == [{"t": "Str", "c": kept}]


def test_no_text_is_no_node() -> None:
    assert words("") == []


def test_a_text_with_colour_and_highlight_has_one_style_in_an_office_document() -> None:
    dress = OfficeDress()
    both = text("x", mark("textStyle", color="red"), mark("highlight", color="#0f0"), "bold")
    to_pandoc(only(paragraph(both, text("y", "highlight"))), dress=dress)
    assert dress.styles == {"Color FF0000 Highlight 00FF00", "Highlight FDE68A"}
    assert parse_color_style("Color FF0000 Highlight 00FF00") == ("FF0000", "00FF00")
    assert parse_color_style("Body Text") is None
    assert parse_color_style("") is None


@pytest.mark.parametrize(
    ("color", "digits"),
    [
        ("#abc", "AABBCC"),
        ("#A1b2C3", "A1B2C3"),
        ("rgb(255, 0, 16)", "FF0010"),
        ("rgba(100%, 0%, 0%, .5)", "FF0000"),
        ("rgb(0 0 255 / 50%)", "0000FF"),
        ("RebeccaPurple", "663399"),
        ("url(x)", None),
        ("rgb(x,y,z)", None),
        ("#12", None),
        (None, None),
    ],
)
def test_css_colours_are_read(color: object, digits: str | None) -> None:
    assert hex_digits(color) == digits


def test_a_language_that_is_no_name_is_left_out() -> None:
    document = only(node("codeBlock", text("x"), language="```\n#evil"))
    assert to_pandoc(document)["blocks"] == [{"t": "CodeBlock", "c": [["", [], []], "x"]}]


# -- reading what only a word processor writes ------------------------------------------------------------------------


def inlines(*words: str) -> list[Json]:
    return [{"t": "Str", "c": word} for word in words]


def span(classes: list[str], content: list[Json], **pairs: str) -> Json:
    return {"t": "Span", "c": [["", classes, [list(pair) for pair in pairs.items()]], content]}


def para(*content: Json) -> Json:
    return {"t": "Para", "c": list(content)}


def read(*blocks: Json) -> Any:
    return from_pandoc({"meta": {}, "blocks": list(blocks)}, same)


def test_insertions_are_text_deletions_are_not_and_both_are_reported() -> None:
    who = {"author": "Ada", "date": "2026-01-02T03:04:05Z"}
    result = read(
        para(*inlines("a"), span(["insertion"], inlines("b"), **who), span(["deletion"], inlines("c"), **who))
    )
    assert result.document["content"] == [paragraph("ab")]
    assert result.changes == [
        {"kind": "insert", "author": "Ada", "at": who["date"], "text": "b"},
        {"kind": "delete", "author": "Ada", "at": who["date"], "text": "c"},
    ]


def test_a_comment_is_reported_with_the_text_it_is_about() -> None:
    start = span(["comment-start"], inlines("Really?"), id="0", author="Bob", date="2026-01-02T03:04:05Z")
    result = read(
        para(
            *inlines(
                "so ",
            ),
            start,
            *inlines("it"),
            {"t": "Space"},
            *inlines("is"),
            span(["comment-end"], [], id="0"),
        )
    )
    assert result.document["content"] == [paragraph("so it is")]
    assert result.comments == [{"author": "Bob", "at": "2026-01-02T03:04:05Z", "text": "Really?", "on": "it is"}]


def test_footnotes_are_a_list_at_the_end() -> None:
    result = read(para(*inlines("word"), {"t": "Note", "c": [para(*inlines("note"))]}))
    assert result.document["content"] == [
        paragraph("word", text("1", "superscript")),
        {"type": "horizontalRule"},
        node("orderedList", item(paragraph("note"))),
    ]


def test_a_list_in_pieces_is_one_list() -> None:
    def numbered(start: int, *blocks: Json) -> Json:
        return {"t": "OrderedList", "c": [[start, {"t": "Decimal"}, {"t": "Period"}], [list(blocks)]]}

    style = [["custom-style", "List Continue"]]
    more = {"t": "Div", "c": [["", [], style], [para(*inlines("more"))]]}
    result = read(
        numbered(3, para(*inlines("a"))), {"t": "BulletList", "c": [[more]]}, numbered(4, para(*inlines("b")))
    )
    [found] = normalise(result.document)["content"]
    assert found["attrs"]["start"] == 3
    assert [[block["content"][0]["text"] for block in each["content"]] for each in found["content"]] == [
        ["a", "more"],
        ["b"],
    ]


def test_lists_right_after_each_other_are_one_and_tasks_are_known_in_a_style() -> None:
    def tasks(box: str) -> Json:
        return {"t": "BulletList", "c": [[styled("Text body", para(*inlines(box), {"t": "Space"}, *inlines("do")))]]}

    [found] = normalise(read(tasks("☒"), tasks("☐")).document)["content"]
    assert found["type"] == "taskList"
    assert [each["attrs"]["checked"] for each in found["content"]] == [True, False]
    assert found["content"][0]["content"][0]["content"] == [text("do")]


def styled(style: str, *blocks: Json) -> Json:
    return {"t": "Div", "c": [["", [], [["custom-style", style]]], list(blocks)]}


def test_paragraphs_of_code_are_one_block() -> None:
    code = span([], inlines("x()"), **{"custom-style": "Source Text"})
    lines = [styled("Preformatted Text", para(*inlines(line))) for line in ("def f():", "", "    pass")]
    content = normalise(read(*lines, para(*inlines("see "), code), lines[0]).document)["content"]
    assert [each["type"] for each in content] == ["codeBlock", "paragraph", "codeBlock"]
    assert content[0]["content"] == [text("def f():\n\n    pass")]
    assert content[1]["content"][1] == text("x()", "code")


def test_two_lists_stay_two() -> None:
    one = {"t": "BulletList", "c": [[para(*inlines("a"))]]}
    assert [each["type"] for each in read(one, para(*inlines("x")), one).document["content"]] == [
        "bulletList",
        "paragraph",
        "bulletList",
    ]


def test_pictures_in_a_line_are_blocks_and_the_line_is_divided() -> None:
    picture = {"t": "Image", "c": [["", [], [["width", "1in"]]], inlines("alt"), [FILE, ""]]}
    lost = {"t": "Image", "c": [["", [], []], inlines("lost"), ["media/x.emf", ""]]}
    far = {"t": "Image", "c": [["", [], []], inlines("far"), ["http://evil.example/track.png", ""]]}
    content = normalise(read(para(*inlines("before"), picture, *inlines("after"), lost, far)).document)["content"]
    assert [each["type"] for each in content] == ["paragraph", "image", "paragraph"]
    assert content[1]["attrs"]["width"] == 96
    assert [each["text"] for each in content[2]["content"]] == ["afterlost", "far"]
    assert content[2]["content"][1]["marks"][0]["type"] == "link"


def test_definitions_and_line_blocks_lose_no_word() -> None:
    definitions = {"t": "DefinitionList", "c": [[inlines("term"), [[para(*inlines("meaning"))]]]]}
    lines = {"t": "LineBlock", "c": [inlines("one"), inlines("two")]}
    content = read(definitions, lines).document["content"]
    assert content == [
        paragraph(text("term", "bold")),
        paragraph("meaning"),
        paragraph("one", node("hardBreak"), "two"),
    ]


def test_the_title_is_metadata() -> None:
    ast = to_pandoc(only(heading(2, "First")), title="A title")
    assert from_pandoc(ast, same).title == "A title"
    assert kinds(ast) == ["Header"]
