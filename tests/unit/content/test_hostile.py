"""Content that is there to do harm: refused with a sentence, or read, and soon."""

import json
from typing import Any

import pytest
from pycrdt import Doc, Text, XmlElement, XmlFragment

from coscribe.content.attributes import SPAN_MAX
from coscribe.content.errors import ContentError, ContentTooLarge
from coscribe.content.formats import FORMATS
from coscribe.content.parse import parse
from coscribe.content.patch import patch
from coscribe.content.render import render
from coscribe.content.schema import MAX_NODES, Json
from coscribe.content.tables import MAX_CELLS
from coscribe.content.text import search_text
from unit.content.building import block, cell, doc, nested_elements, opened, p, row, table

DEEP = 3000
SIDE = 1000  # of a table

DEEP_BODIES = {
    "json": '{"type":"doc","content":[' + '{"type":"blockquote","content":[' * DEEP + "]}" * DEEP + "]}",
    "json tables": '{"type":"table","content":[' * DEEP + "]}" * DEEP,
    "json in a value": '{"type":"doc","attrs":{"a":' + "[" * 900 + "]" * 900 + "}}",
    "markdown": "> " * DEEP + "x",
    "markdown lists": "".join("  " * n + "- x\n" for n in range(DEEP // 10)),
    "markdown callouts": "".join("> " * n + "[!NOTE]\n" for n in range(1, DEEP // 10)),
    "html": "<blockquote>" * DEEP + "x",
    "html tables": "<table><tr><td>" * DEEP + "x",
    "html callouts": "<aside data-callout=note>" * DEEP + "x",
}


@pytest.mark.parametrize("name", DEEP_BODIES)
def test_deep_nesting_is_refused(name: str) -> None:
    with pytest.raises(ContentError, match=r"level|nested too deeply|fit the schema"):
        parse(name.split()[0], DEEP_BODIES[name].encode())


def test_a_deep_document_is_refused_in_every_format() -> None:
    deep = opened(nested_elements(DEEP))
    for format in FORMATS.keys() - {"yjs"}:
        with pytest.raises(ContentError, match="levels deep"):
            render(deep, format, title="")
    with pytest.raises(ContentError, match="levels deep"):
        patch(deep.get_update(), doc(p("x")))
    assert search_text(deep) == ""


GIANT_TABLES = {
    "json": json.dumps({"type": "doc", "content": [{"type": "table", "content": [{"type": "tableRow"}]}]}).replace(
        '{"type": "tableRow"}', ",".join(['{"type":"tableRow","content":[' + ",".join(["{}"] * SIDE) + "]}"] * SIDE)
    ),
    "html": "<table>" + ("<tr>" + "<td>x" * SIDE) * SIDE,
    "markdown": "|x" * SIDE + "|\n" + "|-" * SIDE + "|\n" + ("|x" * SIDE + "|\n") * SIDE,
    "text": ("x\t" * SIDE + "\n") * SIDE,
}


@pytest.mark.parametrize("format", ["json", "html", "markdown"])
def test_a_giant_table_is_refused(format: str) -> None:
    with pytest.raises(ContentTooLarge, match="nodes; split it"):
        parse(format, GIANT_TABLES[format].encode())


def test_a_giant_table_as_text_is_long_lines() -> None:
    assert len(parse("text", GIANT_TABLES["text"].encode())["content"]) == 1


def test_a_table_of_spans_is_refused_before_it_is_filled() -> None:
    huge = row(cell("x", colspan=SPAN_MAX, rowspan=SPAN_MAX))
    with pytest.raises(ContentTooLarge, match=f"more than {MAX_CELLS} cells"):
        parse("json", json.dumps(doc(table(*[huge] * 100))).encode())
    with pytest.raises(ContentTooLarge, match=f"more than {MAX_CELLS} cells"):
        parse("html", ("<table>" + "<tr><td colspan=1000>x" + "<tr><td>x" * 100).encode())


def test_a_large_stored_document_is_refused_in_every_format() -> None:
    stored: Doc[Any] = Doc()
    fragment: XmlFragment = stored.get("default", type=XmlFragment)
    with stored.transaction():
        for _ in range(MAX_NODES + 1):
            fragment.children.insert(0, XmlElement("p"))
    for format in FORMATS.keys() - {"yjs"}:
        with pytest.raises(ContentTooLarge, match="nodes; split it"):
            render(stored, format, title="")
    assert search_text(stored) == ""
    with pytest.raises(ContentTooLarge, match="nodes; split it"):
        patch(stored.get_update(), doc(p("x")))


@pytest.mark.parametrize("format", ["json", "text", "markdown", "html"])
def test_a_million_characters_in_a_line_go_through(format: str) -> None:
    line = "x" * 1_000_000
    body = json.dumps(doc(p(line))) if format == "json" else line
    document = parse(format, body.encode())
    assert document == doc(p(line))
    stored = opened(patch(b"\0\0", document))
    for name in FORMATS:
        assert line.encode() in render(stored, name, title="")[1]
    changed = doc(p(line[:500_000] + "y" + line[500_000:]))
    assert len(patch(stored.get_update(), changed)) < 100


def test_an_emoji_text_where_rich_text_is_looked_for_is_a_text() -> None:
    """Read as a list, it keeps the engine in an endless loop."""
    stored: Doc[Any] = Doc()
    stored["default"] = Text("emoji 👩‍👩‍👧 in a plain text")
    state = stored.get_update()
    assert render(opened(state), "text", title="")[1].decode() == "emoji 👩‍👩‍👧 in a plain text"
    assert search_text(opened(state)) == "emoji 👩‍👩‍👧 in a plain text"
    with pytest.raises(ContentError, match="no rich text"):
        render(opened(state), "markdown", title="")
    with pytest.raises(ContentError, match="no rich text"):
        patch(state, doc(p("x")))


def test_a_whole_document_is_exchanged_in_good_time() -> None:
    before = doc(*(p(f"old {n}") for n in range(20_000)))
    after = doc(*(block("heading", f"new {n}", level=1) for n in range(20_000)))
    stored = opened(patch(b"\0\0", before))
    stored.apply_update(patch(stored.get_update(), after))
    assert json.loads(render(stored, "json", title="")[1]) == after


@pytest.mark.parametrize(
    "node",
    [
        table(row({"type": "tableCell", "attrs": {"colspan": "x"}, "content": [p()]})),
        {"type": "heading", "attrs": {"level": "1"}},
        {"type": "taskList", "content": [{"type": "taskItem", "attrs": {"checked": "no"}}]},
        {"type": "blockMath", "attrs": {"latex": 7}},
    ],
)
def test_values_of_the_wrong_type_are_refused(node: Json) -> None:
    with pytest.raises(ContentError, match="fit the schema"):
        parse("json", json.dumps(doc(node)).encode())
