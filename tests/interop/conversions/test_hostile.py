"""Files that mean harm, and documents that are too much: refused or harmless, and nobody else notices."""

from __future__ import annotations

import base64
import http.server
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest

from coscribe.content.pandoc_ast import document as pandoc_document
from coscribe.conversions import pandoc
from coscribe.conversions.archive import pack, unpack
from coscribe.conversions.converters import Converters
from coscribe.conversions.errors import ConversionError, NotConvertible, TooLarge
from harness.rich_document import Json, cell, node, paragraph, png, text

from .conftest import LIMITS

IMAGE_PART = (
    '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
    '<wp:extent cx="900000" cy="900000"/><wp:docPr id="1" name="p" descr="spy"/>'
    '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData '
    'uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill><a:blip '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:link="rIdSpy" r:embed="rIdSpy"/>'
    "</pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
)
LINK_PART = (
    '<w:p><w:hyperlink r:id="rIdBad" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    "<w:r><w:t>press me</w:t></w:r></w:hyperlink></w:p>"
)
FIELD_PART = (
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> HYPERLINK "javascript:alert(2)" '
    '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>field</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
)
RELATION = '<Relationship Id="{id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}" TargetMode="External"/>'  # noqa: E501


def changed(*, body: str = "", relations: str = "", **parts: bytes) -> bytes:
    """Return a small Word file with markup, relations and parts added; `__` in a name stands for a slash."""
    source = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("honest words")
    document.save(source)
    result = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "word/document.xml":
                part = part.replace(b"<w:sectPr", body.encode() + b"<w:sectPr", 1)
            if name == "word/_rels/document.xml.rels":
                part = part.replace(b"</Relationships>", relations.encode() + b"</Relationships>")
            new.writestr(name, part)
        for name, part in parts.items():
            new.writestr(name.replace("__", "/"), part)
    return result.getvalue()


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A web server on this machine that notes who asks it for something."""
    asked: list[str] = []

    class Note(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Note) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


async def test_nothing_is_fetched_and_dangerous_links_are_left_out(
    converters: Converters, listener: tuple[str, list[str]]
) -> None:
    url, asked = listener
    relations = RELATION.format(id="rIdSpy", kind="image", target=f"{url}/spy.png")
    relations += RELATION.format(id="rIdBad", kind="hyperlink", target="javascript:alert(1)")
    file = changed(body=IMAGE_PART + LINK_PART + FIELD_PART, relations=relations, word__vbaProject__bin=b"macro" * 100)
    read = await converters.read("evil.docx", file, image_bytes=1 << 20)
    assert read.images == {}
    assert b"javascript" not in read.document
    assert b'"image"' not in read.document
    for words in (b"honest words", b"press me", b"field"):
        assert words in read.document
    page = (
        f'<h1>x</h1><img src="{url}/a.png"><link rel=stylesheet href="{url}/b.css"><script src="{url}/c.js"></script>'
    )
    read = await converters.read("evil.html", page.encode(), image_bytes=1 << 20)
    for format in ("pdf", "docx", "odt", "epub", "rtf", "latex", "pptx"):
        assert await converters.write(format, "", read.document, {})
    assert asked == []


@pytest.mark.parametrize("kind", ["docx", "odt"])
@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        "<!DOCTYPE a [" + "".join(f'<!ENTITY e{n + 1} "&e{n};&e{n};">' for n in range(30)) + "]>",
        '<!doctype a SYSTEM "http://127.0.0.1:1/a.dtd">',
    ],
)
def test_file_that_declares_entities_is_refused_before_anything_reads_it(kind: str, declaration: str) -> None:
    part = {"docx": "word/document.xml", "odt": "content.xml"}[kind]
    markup = f'<?xml version="1.0"?>\n{declaration}<a>&e;</a>'.encode()
    assert unpack(pack({part: b"<a/>", "evil.xml": markup}), kind) == {part: b"<a/>"}, "what is not read harms nobody"
    with pytest.raises(NotConvertible, match="entities"):
        unpack(pack({part: markup}), kind)


@pytest.mark.parametrize("format", ["docx", "odt", "epub3", "rtf"])
def test_pandoc_reads_no_file_that_a_document_names(tmp_path: Path, format: str) -> None:
    """Nothing that gets that far names one; this is the second wall."""
    picture = png()
    (tmp_path / "a.png").write_bytes(picture)
    attributes: list[object] = ["", [], []]

    def written(address: str) -> bytes:
        image = {"t": "Image", "c": [attributes, [], [address, ""]]}
        return pandoc.write(pandoc_document([{"t": "Para", "c": [image]}], {}), format)

    def has(body: bytes) -> bool:
        if format == "rtf":
            return b"pngblip" in body
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return any(name.endswith(".png") for name in archive.namelist())

    assert has(written(f"data:image/png;base64,{base64.b64encode(picture).decode()}"))
    for address in (str(tmp_path / "a.png"), f"file://{tmp_path}/a.png"):
        try:
            body = written(address)
        except NotConvertible:
            continue
        assert not has(body)


async def test_an_archive_that_unpacks_to_too_much_is_refused(converters: Converters) -> None:
    bomb = changed(word__media__a=bytes(300 << 20))
    assert len(bomb) < 1 << 20
    with pytest.raises(TooLarge):
        await converters.read("bomb.docx", bomb, image_bytes=1 << 20)


async def test_a_file_with_endless_markup_is_given_up_and_the_next_is_read() -> None:
    """60 MB of one paragraph in another: as much as is let through, and more than there is memory or time for."""
    converters = Converters(LIMITS._replace(deadline_s=15, memory_bytes=700 << 20))
    deep = changed(body="<w:tbl><w:tr><w:tc>" * 300_000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 300_000)
    try:
        with pytest.raises(ConversionError):
            await converters.read("deep.docx", deep, image_bytes=1)
        assert (await converters.read("a.docx", changed(), image_bytes=1)).title == "a"
    finally:
        await converters.stop()


async def test_torn_files_are_refused_with_a_sentence(converters: Converters) -> None:
    whole = changed()
    for body in (whole[:-40], whole[: len(whole) // 2], whole.replace(b"word/document.xml", b"word/documenT.xml")):
        with pytest.raises(ConversionError, match=r"\w{3,}.*\."):
            await converters.read("a.docx", body, image_bytes=1)
    for markup in ("<w:p><w:r>", "&undefined;"):
        with pytest.raises(ConversionError):
            await converters.read("a.docx", changed(body=markup), image_bytes=1)


async def test_a_giant_table_and_an_endless_line_are_written_or_refused_in_time(converters: Converters) -> None:
    row = node("tableRow", *(cell(paragraph("x")) for _ in range(40)))
    line = "word " * 40_000
    for document in (node("doc", node("table", *[row] * 40)), node("doc", paragraph(line)), _deep(100)):
        body = json.dumps(document).encode()
        for format in ("docx", "odt", "pdf"):
            assert await _written_or_refused(converters, format, body)


def _deep(levels: int) -> Json:
    inner = paragraph("deep")
    for _ in range(levels):
        inner = node("blockquote", inner)
    return node("doc", inner)


async def _written_or_refused(converters: Converters, format: str, body: bytes) -> bool:
    try:
        return bool(await converters.write(format, "", body, {}))
    except ConversionError as error:
        return isinstance(error, NotConvertible)


@pytest.mark.parametrize(
    "document",
    [b"[]", b"{}", b'{"type": "paragraph"}', b'{"texts": {"t": "x"}}', b'"doc"'],
)
async def test_what_is_no_rich_text_is_refused(converters: Converters, document: bytes) -> None:
    with pytest.raises(NotConvertible, match="holds no rich text"):
        await converters.write("docx", "", document, {})


async def test_odd_attributes_hurt_nobody(converters: Converters) -> None:
    odd: list[Json] = [
        node("heading", text("h"), level="1]]", textAlign={"x": 1}),
        node("orderedList", node("listItem", paragraph("x")), start="; rm", type=["a"]),
        node("codeBlock", text("c"), language="```\n#eval(1)"),
        node("image", src="data:image/png;base64,////", width="1px}", caption={"x": 1}, alt=7),
        node("table", node("tableRow", node("tableCell", paragraph("x"), colspan="9", rowspan=-4, colwidth="x"))),
        node("callout", paragraph("x"), kind=["note"]),
        node("blockMath", latex=["x"]),
        paragraph(node("mention", id={}, label=[]), node("inlineMath", latex=3)),
        paragraph(text("x", {"type": "textStyle", "attrs": {"color": ["red"]}}, {"type": "link"})),
    ]
    body = json.dumps(node("doc", *odd)).encode()
    for format in ("docx", "odt", "epub", "latex", "rtf", "pptx", "pdf"):
        assert await converters.write(format, "#x", body, {})
