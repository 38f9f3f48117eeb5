"""The schema: what it takes, what it refuses, and what it completes."""

import pytest

from coscribe.content.errors import ContentError
from coscribe.content.schema import MAX_DEPTH, check_bounds, schema
from unit.content.building import BREAK, block, bullets, doc, link, p, text
from unit.content.documents import larger_schema


def test_the_editor_s_nodes_and_marks_are_known() -> None:
    known = schema()
    assert known.version >= 1
    assert {"doc", "paragraph", "heading", "taskItem", "codeBlock", "hardBreak", "text"} <= known.nodes
    assert {"link", "bold", "italic", "underline", "strike", "code", "highlight"} <= known.marks


@pytest.mark.parametrize(
    "document",
    [
        doc(p()),
        doc(block("heading", "x", level=4), bullets(p("a"), p())),
        doc(block("taskList", block("taskItem", p("a"), checked=True))),
        doc(block("codeBlock", "x\ny", language="py"), block("horizontalRule"), p("a", BREAK, text("b", "bold"))),
    ],
)
def test_a_document_that_the_editor_could_write_fits(document: object) -> None:
    schema().check(document)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "document",
    [
        doc(),
        doc(text("x")),
        doc(block("widget")),
        doc(block("listItem", p())),
        doc(block("bulletList")),
        doc(block("bulletList", block("listItem", block("heading", "x", level=1)))),
        doc(block("heading", "x", level="1")),
        doc(block("taskList", block("taskItem", p("a"), checked="true"))),
        doc(block("codeBlock", text("x", "bold"))),
        doc(p(text("x", "code", "bold"))),
        doc(p(text("x", "sparkle"))),
        doc(p(text("x", link("https://a.b"), link("https://c.d")))),
        p("x"),
        {"content": []},
        {"type": "doc", "content": 3},
        {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": ""}]}]},
    ],
)
def test_a_document_that_browsers_would_cut_is_refused(document: object) -> None:
    with pytest.raises(ContentError, match=r"fit the schema|outermost node"):
        schema().check(document)  # type: ignore[arg-type]


def test_depth_is_judged_before_anything_recursive() -> None:
    inner = p("x")
    for _ in range(MAX_DEPTH - 3):
        inner = block("blockquote", inner)
    schema().check(doc(inner))
    for _ in range(3000):
        inner = block("blockquote", inner)
    with pytest.raises(ContentError, match="levels deep"):
        check_bounds(doc(inner))


def test_marks_know_what_they_exclude() -> None:
    known = larger_schema()
    assert known.excludes("bold", "code")
    assert known.excludes("link", "link")
    assert not known.excludes("bold", "italic")
    assert not known.excludes("comment", "comment")
    assert not known.excludes("unknown", "code")
    assert known.is_exclusive("code")
    assert not known.is_exclusive("comment")
