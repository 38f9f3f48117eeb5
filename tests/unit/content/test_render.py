"""The door out: formats by name, and sentences for what cannot be had."""

import json

import pytest
from pycrdt import Doc, Map, Text, XmlElement, XmlFragment

from coscribe.content.errors import ContentError
from coscribe.content.formats import FORMATS, find_format
from coscribe.content.render import read_rich_text, render
from coscribe.content.schema import MAX_DEPTH
from coscribe.content.update import to_update
from unit.content.building import block, doc, nested_elements, opened, p, text

DOCUMENT = doc(block("heading", "Title", level=1), p("a ", text("b", "bold"), " 😀"))


@pytest.mark.parametrize(
    ("format", "media_type", "body"),
    [
        ("json", "application/json", json.dumps(DOCUMENT)),
        ("text", "text/plain; charset=utf-8", "Title\n\na b 😀\n"),
        ("txt", "text/plain; charset=utf-8", "Title\n\na b 😀\n"),
        ("markdown", "text/markdown; charset=utf-8", "# Title\n\na **b** 😀\n"),
        ("md", "text/markdown; charset=utf-8", "# Title\n\na **b** 😀\n"),
        ("html-fragment", "text/html; charset=utf-8", "<h1>Title</h1>\n<p>a <strong>b</strong> 😀</p>\n"),
    ],
)
def test_a_document_in_every_format(format: str, media_type: str, body: str) -> None:
    found_type, found = render(opened(to_update(DOCUMENT)), format, title="")
    assert found_type == media_type
    assert json.loads(found) == json.loads(body) if format == "json" else found.decode() == body


def test_html_is_a_page_with_the_title() -> None:
    media_type, body = render(opened(to_update(DOCUMENT)), "html", title="A & B", language="en")
    assert media_type == "text/html; charset=utf-8"
    assert b"<title>A &amp; B</title>" in body
    assert b'<html lang="en">' in body
    assert b"<h1>Title</h1>" in body


def test_yjs_is_the_whole_state() -> None:
    source = opened(to_update(DOCUMENT))
    assert render(source, "yjs", title="")[0] == "application/octet-stream"
    copy = opened(render(source, "yjs", title="")[1])
    assert read_rich_text(copy) == DOCUMENT


def test_an_unknown_format_is_refused_with_those_there_are() -> None:
    with pytest.raises(ContentError, match="There is no format 'docx'; use one of json, text, markdown, html"):
        render(Doc(), "docx", title="")
    assert find_format("docx") is None


def test_every_format_says_what_it_is() -> None:
    for name, entry in FORMATS.items():
        assert entry.name == name
        assert find_format(entry.extension) is not None
        assert "/" in entry.media_type
        assert entry.package is None


def test_a_new_document_is_an_empty_rich_text() -> None:
    assert read_rich_text(Doc()) == doc(p())
    assert render(Doc(), "markdown", title="")[1] == b""
    assert render(Doc(), "html-fragment", title="")[1] == b"<p></p>\n"


def test_the_fragment_named_prosemirror_will_do() -> None:
    source: Doc = Doc()
    source.get("prosemirror", type=XmlFragment).children.append(XmlElement("paragraph"))
    assert read_rich_text(source) == doc(p())
    source.get("default", type=XmlFragment).children.append(XmlElement("horizontalRule"))
    assert read_rich_text(source) == doc({"type": "horizontalRule"})


def test_other_roots_beside_rich_text_do_not_matter() -> None:
    source = opened(to_update(DOCUMENT))
    source["meta"] = Map({"a": 1})
    assert read_rich_text(source) == DOCUMENT


def test_an_emptied_rich_text_is_one_still() -> None:
    source = opened(to_update(DOCUMENT))
    del source.get("default", type=XmlFragment).children[0:2]
    assert read_rich_text(source) == doc(p())
    source["notes"] = Text("x")
    assert read_rich_text(source) is None


def test_reading_changes_nothing() -> None:
    for source in (opened(to_update(DOCUMENT)), Doc()):
        before = source.get_update(), source.get_state()
        for format in FORMATS:
            render(source, format, title="")
        assert (source.get_update(), source.get_state()) == before


def test_the_deepest_document_is_written_in_every_format() -> None:
    node = p("deep down")
    for _ in range(MAX_DEPTH - 2):
        node = block("blockquote", node)
    for format in FORMATS:
        assert b"deep down" in render(opened(to_update(doc(node))), format, title="")[1]


def test_a_deeper_one_is_refused_with_a_sentence() -> None:
    for format in FORMATS.keys() - {"yjs"}:
        with pytest.raises(ContentError, match="levels deep"):
            render(opened(nested_elements(3000)), format, title="")


def test_a_title_stands_above_the_text_where_the_text_does_not_begin_with_it() -> None:
    doc = opened(to_update(DOCUMENT))
    assert render(doc, "md", title="*T*")[1].decode() == "# \\*T\\*\n\n# Title\n\na **b** 😀\n"
    assert render(doc, "md", title=" Title ")[1].decode() == "# Title\n\na **b** 😀\n"
    page = render(doc, "html", title="T & U")[1].decode()
    assert "<title>T &amp; U</title>" in page
    assert "<body>\n<h1>T &amp; U</h1>\n<h1>Title</h1>" in page
    assert "<title>Untitled</title>" in render(doc, "html", title="")[1].decode()
    assert render(doc, "text", title="T")[1].decode() == "Title\n\na b 😀\n"
