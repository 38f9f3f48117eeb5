"""The door in: a valid document, or a sentence."""

import json

import pytest

from coscribe.content.build import build
from coscribe.content.errors import ContentError, ContentTooLarge
from coscribe.content.formats import READABLE
from coscribe.content.parse import MAX_BODY_BYTES, parse
from coscribe.content.render import read_rich_text
from coscribe.protocol.updates import check
from unit.content.building import block, doc, opened, p, text

DOCUMENT = doc(block("heading", "Title", level=1), p("a ", text("b", "bold")))
BODIES = {
    "json": json.dumps(DOCUMENT),
    "markdown": "# Title\n\na **b**",
    "md": "# Title\n\na **b**",
    "html": "<h1>Title</h1><p>a <b>b</b>",
}


@pytest.mark.parametrize("format", BODIES)
def test_the_same_document_from_every_format(format: str) -> None:
    assert parse(format, BODIES[format].encode()) == DOCUMENT


@pytest.mark.parametrize("format", [*BODIES, "text", "txt"])
def test_an_update_makes_the_document(format: str) -> None:
    update = build(format, BODIES.get(format, "just text").encode())
    check(update)
    assert read_rich_text(opened(update)) == (DOCUMENT if format in BODIES else doc(p("just text")))


@pytest.mark.parametrize("format", ["markdown", "html", "text"])
def test_nothing_makes_an_empty_paragraph(format: str) -> None:
    assert parse(format, b"") == doc(p())
    assert read_rich_text(opened(build(format, b"\n"))) == doc(p())


@pytest.mark.parametrize(
    ("format", "body", "sentence"),
    [
        ("docx", b"", "Content cannot be read from 'docx'; use one of json, text, markdown, html"),
        ("json", b"\xff", r"not UTF-8 \(at byte 0\)"),
        ("markdown", b"a\xc3", r"not UTF-8 \(at byte 1\)"),
        ("json", b"", "not JSON"),
        ("json", b'{"type": "doc"', "not JSON"),
        ("json", b'{"type": NaN}', "not JSON: NaN is not a JSON value"),
        ("json", b"[" * 100_000, "nested too deeply"),
        ("json", b'{"type":"doc","content":[' * 3000, "nested too deeply|not JSON"),
        ("json", b"[]", "ProseMirror JSON is an object"),
        ("json", b'{"type":"doc","content":[{"type":"widget"}]}', "does not fit the schema: Unknown node type: widget"),
        ("json", b'{"type":"paragraph"}', "outermost node must be doc, not paragraph"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(format: str, body: bytes, sentence: str) -> None:
    with pytest.raises(ContentError, match=sentence):
        parse(format, body)


def test_size_is_limited() -> None:
    with pytest.raises(ContentTooLarge, match="11 bytes long; send at most 10"):
        build("text", b"x" * 11, max_bytes=10)
    with pytest.raises(ContentTooLarge):
        parse("text", b"x" * (MAX_BODY_BYTES + 1))


def test_json_nested_within_its_bound_is_judged_by_the_document_s_own() -> None:
    node = p("x")
    for _ in range(200):
        node = block("blockquote", node)
    with pytest.raises(ContentError, match="128 levels"):
        parse("json", json.dumps(doc(node)).encode())


def test_every_readable_format_has_a_reader() -> None:
    for name in READABLE:
        assert parse(name, BODIES.get(name, "text").encode())["type"] == "doc"
