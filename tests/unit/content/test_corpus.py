"""Every node, mark and attribute, there and back in every format, exactly."""

import json

import pytest

from corpus.documents import CORPUS
from coscribe.content.build import build
from coscribe.content.html_writer import to_fragment, to_page
from coscribe.content.input import normalise
from coscribe.content.markdown_writer import to_markdown
from coscribe.content.parse import parse
from coscribe.content.prosemirror import read
from coscribe.content.schema import Json, schema
from coscribe.content.text import to_text
from coscribe.protocol.updates import check
from unit.content.building import opened


@pytest.fixture(params=CORPUS)
def document(request: pytest.FixtureRequest) -> Json:
    found: Json = CORPUS[request.param]
    return found


def test_it_is_valid_and_complete(document: Json) -> None:
    schema().check(document)
    assert normalise(document) == document


def test_it_comes_back_from_its_update(document: Json) -> None:
    update = build("json", json.dumps(document).encode())
    check(update)
    assert read(opened(update), "default") == document


def test_it_comes_back_from_html(document: Json) -> None:
    fragment = to_fragment(document)
    assert parse("html", fragment.encode()) == document
    assert to_fragment(parse("html", fragment.encode())) == fragment
    assert parse("html", to_page(document, title="A title").encode()) == document


def test_it_comes_back_from_markdown(document: Json) -> None:
    markdown = to_markdown(document)
    assert parse("markdown", markdown.encode()) == document
    assert to_markdown(parse("markdown", markdown.encode())) == markdown


def test_its_text_stays_the_same_once_read(document: Json) -> None:
    text = to_text(parse("text", to_text(document).encode()))
    assert to_text(parse("text", text.encode())) == text


def test_the_corpus_has_all_that_the_schema_has() -> None:
    nodes: dict[str, dict[str, set[str]]] = {}
    marks: dict[str, dict[str, set[str]]] = {}
    pending = list(CORPUS.values())
    while pending:
        node = pending.pop()
        for seen, each in ((nodes, node), *((marks, mark) for mark in node.get("marks", ()))):
            attributes = seen.setdefault(each["type"], {})
            for name, value in each.get("attrs", {}).items():
                attributes.setdefault(name, set()).add(json.dumps(value))
        pending += node.get("content", ())
    assert nodes.keys() == schema().nodes
    assert marks.keys() == schema().marks
    for seen in (nodes, marks):
        for kind, attributes in seen.items():
            for name, values in attributes.items():
                is_varied = len(values) > 1 or (kind, name) in (("link", "target"), ("link", "rel"), ("link", "class"))
                assert is_varied or kind == "textStyle", (kind, name)
