"""Nothing that runs comes in, and nothing that runs leaves, by any door."""

import json
from collections.abc import Iterator

import pytest
from lxml import html as lxml_html
from lxml.html.builder import IMG, A
from markdown_it import MarkdownIt

from corpus.xss import ADDRESSES, BAD, MARKUP, STYLES, dangers, documents
from coscribe.content.colors import safe_color
from coscribe.content.errors import ContentError
from coscribe.content.html_writer import to_fragment, to_page
from coscribe.content.input import normalise
from coscribe.content.links import safe_href, safe_image_source
from coscribe.content.markdown_writer import to_markdown
from coscribe.content.parse import parse
from coscribe.content.schema import Json
from unit.content.building import color, doc, image, link, p, text

ATTACKS = documents()


def test_nothing_that_runs_leaves_as_html() -> None:
    """Whatever was stored by whomever: valid or not."""
    for document in ATTACKS:
        assert not dangers(to_fragment(document)), document
    for title in BAD:
        assert not dangers(to_page(doc(p("x")), title=title, language=title))


def test_nothing_that_runs_leaves_as_markdown() -> None:
    """As a reader would show it that lets HTML through, which most do not."""
    reader = MarkdownIt("commonmark", {"html": True}).enable(["strikethrough", "table"])
    reader.validateLink = lambda url: True  # type: ignore[method-assign]
    for document in ATTACKS:
        markdown = to_markdown(document)
        assert not dangers(reader.render(markdown)), (document, markdown)


def test_nothing_that_runs_gets_in_as_json() -> None:
    for document in ATTACKS:
        try:
            found = parse("json", json.dumps(document).encode())
        except ContentError:
            continue
        assert not list(_unsafe(found)), document


@pytest.mark.parametrize("format", ["html", "markdown", "text"])
def test_nothing_that_runs_gets_in_as_text(format: str) -> None:
    for bad in BAD:
        for body in (bad, f"# {bad}\n\n- {bad}\n\n> {bad}\n\n| a |\n|---|\n| {bad} |", f"<p>{bad}</p><b>{bad}"):
            found = parse(format, body.encode())
            assert not list(_unsafe(found)), body
            assert not dangers(to_fragment(found)), body


def test_no_address_that_runs_gets_in() -> None:
    for address in ADDRESSES:
        if safe_href(address) and safe_image_source(address):
            continue
        written = address.replace("\x01", "")
        html = lxml_html.tostring(A(IMG(src=written), "x", href=written), encoding="unicode")
        for found in (
            parse("html", html.encode()),
            parse("markdown", f"[x](<{address}>) <{address}> ![x](<{address}>)".encode()),
            normalise(doc(p(text("x", link(address))), image(address, href=address))),
        ):
            assert not list(_unsafe(found)), address


def test_no_style_that_loads_gets_in() -> None:
    for style in STYLES:
        for html in (
            f"<span style='color:{style}'>x</span>",
            f"<p style='text-align:{style}'>x</p>",
            f"<mark data-color='{style}' style='background-color:{style}'>x</mark>",
            f"<font color='{style}'>x</font>",
            f"<td style='{style}'>x",
        ):
            for format in ("html", "markdown"):
                found = parse(format, html.encode())
                assert not list(_unsafe(found)), html
                assert not dangers(to_fragment(found)), html
    assert normalise(doc(p(text("x", color(STYLES[0]))))) == doc(p("x"))


def test_the_markup_is_still_there_to_be_read_about() -> None:
    for markup in MARKUP:
        document = doc(p(" ".join(markup.split())))
        assert parse("html", to_fragment(document).encode()) == document
        assert parse("markdown", to_markdown(document).encode()) == document


def _unsafe(document: Json) -> Iterator[object]:
    """Yield the addresses and colours in a document that must not be there."""
    pending = [document]
    while pending:
        node = pending.pop()
        for each in (node, *node.get("marks", ())):
            attributes: Json = each.get("attrs", {})
            for name, judge in (("href", safe_href), ("src", safe_image_source), ("color", safe_color)):
                value = attributes.get(name)
                if value is not None and judge(value) != value:
                    yield value
        pending += node.get("content", ())
