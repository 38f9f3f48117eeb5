"""A title is read once, wherever a document comes from or goes."""

from __future__ import annotations

import json

import pytest

from coscribe.content.input import normalise
from coscribe.content.render import render
from coscribe.content.update import to_update
from coscribe.conversions.converters import Converters
from harness.rich_document import heading, node, paragraph
from unit.content.building import opened

from .back import back, outline
from .conftest import Write


@pytest.mark.parametrize("format", ["md", "html", "docx", "odt"])
@pytest.mark.parametrize("first", ["Report", "Else", None])
async def test_a_title_is_the_same_after_going_out_and_in(
    converters: Converters, write: Write, format: str, first: str | None
) -> None:
    """The text too: a heading above it that says the title is the title; from then on nothing changes."""
    words = normalise(node("doc", paragraph("words"), heading(1, "Report"), paragraph("more")))
    begin = [] if first is None else normalise(node("doc", heading(1, first)))["content"]
    document = {**words, "content": [*begin, *words["content"]]}
    expected = words if first == "Report" else document
    for _ in range(2):
        if format in ("md", "html"):
            _, body = render(opened(to_update(document)), format, title="Report")
        else:
            body = await write(format, document, "Report")
        document, read = await back(converters, format, body)
        assert read.title == "Report"
        assert outline(document) == outline(expected)


@pytest.mark.parametrize(
    ("title", "kept"), [("", False), ("Heading", False), (" Heading ", False), ("Other", True)], ids=str
)
@pytest.mark.parametrize(
    ("name", "body"), [("n.md", b"# *Head*ing\n\ntext"), ("n.html", b"<title>Heading</title><h1>Heading</h1><p>text")]
)
async def test_a_first_heading_is_the_title_unless_there_is_another(
    converters: Converters, name: str, body: bytes, title: str, kept: bool
) -> None:
    read = await converters.read(name, body, image_bytes=1, title=title)
    assert read.title == (title.strip() or "Heading")
    assert [each["type"] for each in json.loads(read.document)["content"]] == ["heading"] * kept + ["paragraph"]


async def test_headings_elsewhere_and_files_of_nothing_else_stay_what_they_are(converters: Converters) -> None:
    for name, body in (("n.md", b"## Two\n\ntext"), ("n.md", b"text\n\n# One"), ("n.txt", b"# One")):
        read = await converters.read(name, body, image_bytes=1)
        assert "text" not in body.decode() or len(json.loads(read.document)["content"]) == 2
    exact = node("doc", heading(1, "H"), paragraph("x"))
    read = await converters.read("n.json", json.dumps(exact).encode(), image_bytes=1)
    assert outline(json.loads(read.document)) == outline(normalise(exact))
    only = await converters.read("n.md", b"# Only", image_bytes=1)
    assert (only.title, json.loads(only.document)) == ("Only", normalise(node("doc", paragraph())))
