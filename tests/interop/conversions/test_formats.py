"""What is exported, as independent readers see it; what is imported, as it was before it was exported."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import zipfile
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
from docx.shared import RGBColor
from lxml import etree

from corpus.documents import CORPUS
from coscribe.content.input import normalise
from coscribe.content.text import to_text
from coscribe.conversions.converters import Converters
from harness.rich_document import Json, heading, item, node, paragraph, task, text

from .back import as_word_has_it, back, marks_of, of, outline
from .conftest import FILE, PICTURE, Write

WORDS = [
    "Field report",
    "crimson",
    "second line.",
    "A centred heading",
    "Williams",
    "Reviewed",
    "About the caution.",
    "def double(x):",
    "Harbour",
    "7.25",
    "South",
    "The same once more",
    "Ünïcödé",
]


def opened(body: bytes) -> Document:
    return docx.Document(io.BytesIO(body))


async def test_word_sees_headings_runs_tables_and_pictures(write: Write, sample: Json) -> None:
    document = opened(await write("docx", sample))
    styles = {each.text: each.style.name for each in document.paragraphs if each.style is not None}
    assert styles["The title"] == "Title"
    assert styles["Field report"] == "Heading 1"
    assert styles["A centred heading"] == "Heading 2 Centered"
    assert styles["In the middle."] == "Centered"
    assert styles["About the tip."] == "Callout Tip"
    centred = document.styles["Heading 2 Centered"]
    assert (centred.base_style.name, centred.paragraph_format.alignment) == ("Heading 2", 1)
    runs = {run.text: run for each in document.paragraphs for run in each.runs}
    assert runs["bold"].bold
    assert runs["both"].bold
    assert runs["both"].italic
    assert runs["underlined"].underline
    assert runs["struck"].font.strike
    scripts = [run.font for each in document.paragraphs for run in each.runs if run.text == "2"]
    assert [(font.subscript, font.superscript) for font in scripts[:2]] == [(True, False), (False, True)]
    assert str(document.styles[runs["crimson"].style.name].font.color.rgb) == "C00000"
    assert runs["code_in_line"].style.name == "Verbatim Char"
    first, second = document.tables
    assert [cell.text for cell in first.rows[0].cells] == ["Place", "Readings", "Readings"]
    assert first.cell(1, 0).text == first.cell(2, 0).text == "Harbour"
    assert second.cell(1, 0).paragraphs[0].style.name == "Table Heading"
    assert len(document.inline_shapes) == 2
    assert {part.blob for part in document.part.package.iter_parts() if "image" in part.content_type} == {PICTURE}
    links = [rel.target_ref for rel in document.part.rels.values() if rel.is_external]
    assert sorted(links) == ["https://example.org/a?b=1&c=2", "https://example.org/far.png"]


async def test_open_document_is_sound_and_has_the_words(write: Write, sample: Json) -> None:
    with zipfile.ZipFile(io.BytesIO(await write("odt", sample))) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == "mimetype"
        content = etree.fromstring(archive.read("content.xml"))
        styles = etree.fromstring(archive.read("styles.xml"))
        assert any(archive.read(name) == PICTURE for name in archive.namelist() if name.endswith(".png"))
    said = " ".join("".join(content.itertext()).split())
    assert [word for word in WORDS if word not in said] == []
    spaces = {"style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0"}
    names = set(styles.xpath("//style:style/@style:display-name", namespaces=spaces))
    assert {"Callout Note", "Centered", "Color C00000"} <= names


async def test_an_e_book_is_sound_and_has_the_words(write: Write, sample: Json) -> None:
    with zipfile.ZipFile(io.BytesIO(await write("epub", sample))) as archive:
        assert archive.testzip() is None
        assert archive.read("mimetype") == b"application/epub+zip"
        package = etree.fromstring(archive.read("EPUB/content.opf"))
        pages = [etree.fromstring(archive.read(name)) for name in archive.namelist() if name.endswith(".xhtml")]
        assert any(archive.read(name) == PICTURE for name in archive.namelist() if name.endswith(".png"))
    assert package.findtext(".//{http://purl.org/dc/elements/1.1/}title") == "The title"
    said = " ".join(" ".join(" ".join(page.itertext()) for page in pages).split())
    assert [word for word in WORDS if word not in said and word != "def double(x):"] == []
    space = {"h": "http://www.w3.org/1999/xhtml", "m": "http://www.w3.org/1998/Math/MathML"}
    assert any(page.xpath("//m:math", namespaces=space) for page in pages)
    assert any(page.xpath("//h:div[contains(@class, 'callout warning')]", namespaces=space) for page in pages)
    assert not any(page.xpath("//h:script", namespaces=space) for page in pages)


async def test_a_pdf_has_the_words_in_order(write: Write, sample: Json, tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(await write("pdf", sample))
    said = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout
    places = [said.find(word) for word in ["The title", *WORDS]]
    assert -1 not in places
    assert places == sorted(places)
    about = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout
    assert "The title" in about
    images = subprocess.run(["pdfimages", "-list", path], check=True, capture_output=True, text=True).stdout
    assert "120" in images


@pytest.mark.parametrize("format", ["latex", "rtf"])
async def test_plain_formats_have_the_words(write: Write, sample: Json, format: str) -> None:
    said = " ".join((await write(format, sample)).decode().split())
    for word in ["Field report", "crimson", "Williams", "Harbour", "The same once more"]:
        assert word in said
    assert said.startswith(r"{\rtf1" if format == "rtf" else "%")
    if format == "latex":
        assert r"\textcolor[HTML]{C00000}{crimson}" in said
        assert r"\begin{document}" in said


async def test_slides_have_the_words(write: Write, sample: Json) -> None:
    with zipfile.ZipFile(io.BytesIO(await write("pptx", sample))) as archive:
        slides = [archive.read(name) for name in archive.namelist() if name.startswith("ppt/slides/slide")]
    said = " ".join(" ".join(etree.fromstring(slide).itertext()) for slide in slides)
    assert "crimson" in said
    assert "Harbour" in said


async def test_a_title_that_the_document_says_itself_is_not_said_twice(write: Write) -> None:
    document = node("doc", heading(1, "Report"), paragraph("x"))
    assert [each.text for each in opened(await write("docx", document, "Report")).paragraphs] == ["Report", "x"]
    assert [each.text for each in opened(await write("docx", document, "Else")).paragraphs] == ["Else", "Report", "x"]


async def test_what_looks_like_markup_is_text_in_every_format(write: Write, tmp_path: Path) -> None:
    evil = r"*a* _b_ #eval(\"x\") $x$ \input{/etc/passwd} <script>alert(1)</script> @ref [l](javascript:x) `c` {\b x}"
    document = node(
        "doc", paragraph(evil), heading(1, evil), node("codeBlock", text(evil)), paragraph(text(evil, "code"))
    )
    path = tmp_path / "x.pdf"
    path.write_bytes(await write("pdf", document, evil))
    said = subprocess.run(["pdftotext", "-raw", path, "-"], check=True, capture_output=True, text=True).stdout
    assert "".join(said.split()).count("".join(evil.split())) == 5
    assert [each.text for each in opened(await write("docx", document, evil)).paragraphs] == [evil] * 5
    assert rb"\input{/etc" not in await write("latex", node("doc", paragraph(evil)))
    with zipfile.ZipFile(io.BytesIO(await write("epub", document, evil))) as archive:
        assert not any(b"<script" in archive.read(name) for name in archive.namelist())


async def test_what_begins_a_line_in_typst_is_text(write: Write, tmp_path: Path) -> None:
    lines = [
        "- no list",
        "+ none",
        "1. nor this",
        "= no heading",
        "/ term: x",
        "// comment",
        "/* comment */ x",
        "a -- b",
        "~ y",
        "“q” ‘q’ — – it’s „deutsch“ »x«",
        "https://example.org//x",
        "a // b",
        "#set x",
        "<label>",
        "@ref",
        "*b*",
        "'q' \"q\"",
    ]
    path = tmp_path / "x.pdf"
    path.write_bytes(await write("pdf", node("doc", *map(paragraph, lines)), ""))
    said = subprocess.run(["pdftotext", "-raw", path, "-"], check=True, capture_output=True, text=True).stdout
    assert said.replace("\f", "").splitlines() == lines


async def test_every_document_of_the_corpus_can_be_a_pdf(write: Write, tmp_path: Path) -> None:
    """Among them a link to a place in the document, which typst refuses where there is no such place."""
    path = tmp_path / "x.pdf"
    for title, document in CORPUS.items():
        path.write_bytes(await write("pdf", document, title))
        said = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True).stdout
        assert title in " ".join(said.split())


async def test_formulas_that_nobody_understands_are_shown_as_they_are(write: Write, tmp_path: Path) -> None:
    document = node("doc", node("blockMath", latex=r"\nonsense{a"), paragraph(node("inlineMath", latex="}{ #x")))
    path = tmp_path / "x.pdf"
    path.write_bytes(await write("pdf", document))
    said = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True).stdout
    assert "nonsense" in said
    assert await write("docx", document)


async def test_a_damaged_image_costs_no_export(converters: Converters) -> None:
    torn = PICTURE[:60] + bytes(20) + PICTURE[80:]
    document = json.dumps(node("doc", paragraph("words"), node("image", src=FILE, alt="torn"))).encode()
    for format in ("pdf", "docx", "odt", "epub", "rtf"):
        assert await converters.write(format, "", document, {FILE: torn})


async def test_an_empty_document_is_one_in_every_format(write: Write) -> None:
    for format in ("pdf", "docx", "odt", "epub", "latex", "rtf", "pptx"):
        assert await write(format, node("doc", {"type": "paragraph"}), "")


# -- back again -------------------------------------------------------------------------------------------------------


async def test_a_document_is_the_same_after_word(converters: Converters, write: Write, sample: Json) -> None:
    """All but these: who is mentioned, a picture from elsewhere, widths, and the language of code."""
    result, read = await back(converters, "docx", await write("docx", sample))
    expected = normalise(as_word_has_it(sample))
    assert outline(result) == outline(expected)
    assert read.title == "The title"
    assert list(read.images.values()) == [PICTURE]
    colors = [mark["attrs"]["color"] for mark in marks_of(result) if mark["type"] in ("textStyle", "highlight")]
    assert colors == [None, "#bbf7d0", "#c00000", "#0000a0", "#fef08a"]
    widths = [cell["attrs"]["colwidth"] for row in of(result, "tableRow")[:3] for cell in row["content"]]
    assert [round(sum(width) / 35) for width in widths] == [5, 7, 5, 3, 4, 3, 4]


async def test_words_comments_and_tracked_changes_are_kept_as_data(converters: Converters) -> None:
    document = docx.Document()
    words = document.add_paragraph()
    run = words.add_run("under discussion")
    document.add_comment(run, text="Is it?", author="Ada", initials="A")
    body = io.BytesIO()
    document.save(body)
    result, read = await back(converters, "docx", _with_tracked_changes(body.getvalue()))
    assert to_text(result).split() == ["under", "discussion", "and", "added"]
    [comment] = read.comments
    assert (comment.author, comment.text, comment.on) == ("Ada", "Is it?", "under discussion")
    assert comment.at.startswith("20")
    assert [(each.kind, each.author, each.text) for each in read.changes] == [
        ("insert", "Bob", "and added"),
        ("delete", "Bob", "and dropped"),
    ]


def _with_tracked_changes(body: bytes) -> bytes:
    who = 'w:id="9" w:author="Bob" w:date="2026-01-02T03:04:05Z"'
    changes = (
        f'<w:ins {who}><w:r><w:t xml:space="preserve"> and added</w:t></w:r></w:ins>'
        f'<w:del {who}><w:r><w:delText xml:space="preserve"> and dropped</w:delText></w:r></w:del>'
    )
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "word/document.xml":
                part = part.replace(b"</w:p>", changes.encode() + b"</w:p>", 1)
            new.writestr(name, part)
    return result.getvalue()


async def test_what_somebody_wrote_in_word_is_read(converters: Converters) -> None:
    """A document that another program made, with that program's own styles."""
    document = docx.Document()
    document.core_properties.title = "Minutes"
    document.add_heading("Agenda", 1)
    document.add_paragraph("One", style="List Bullet")
    document.add_paragraph("Two", style="List Bullet")
    document.add_paragraph("First", style="List Number")
    document.add_paragraph("Said", style="Quote")
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
    table.cell(1, 0).text = "left"
    document.add_picture(io.BytesIO(PICTURE))
    body = io.BytesIO()
    document.save(body)
    result, read = await back(converters, "docx", body.getvalue())
    assert read.title == "Minutes"
    assert list(read.images.values()) == [PICTURE]
    kinds = [each["type"] for each in result["content"]]
    assert [kind for kind in kinds if kind != "paragraph"] == [
        "heading",
        "bulletList",
        "orderedList",
        "blockquote",
        "table",
        "image",
    ]
    assert of(result, "tableCell")[0]["attrs"]["colspan"] == 2 or of(result, "tableHeader")[0]["attrs"]["colspan"] == 2


async def test_what_somebody_formatted_by_hand_in_word_is_read(converters: Converters) -> None:
    document = docx.Document()
    document.add_heading("Middle", 2).alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph("right").alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph("justified").alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    document.add_paragraph("left").alignment = WD_ALIGN_PARAGRAPH.LEFT
    centred = document.styles.add_style("Motto", WD_STYLE_TYPE.PARAGRAPH)
    centred.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    document.add_paragraph("styled", style="Motto")
    item = document.add_paragraph("item", style="List Bullet")
    item.alignment = WD_ALIGN_PARAGRAPH.CENTER
    line = document.add_paragraph()
    for words, color, highlight in (
        ("red", RGBColor(192, 0, 0), None),
        ("dark", RGBColor(0x22, 0x22, 0x22), None),
        ("green", None, WD_COLOR_INDEX.BRIGHT_GREEN),
        ("yellow", None, WD_COLOR_INDEX.YELLOW),
        ("both", RGBColor(0, 0, 255), WD_COLOR_INDEX.TURQUOISE),
    ):
        run = line.add_run(words)
        run.bold = words == "red"
        run.font.color.rgb = color
        run.font.highlight_color = highlight
    table = document.add_table(1, 1)
    table.cell(0, 0).text = "cell"
    table.cell(0, 0).paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    body = io.BytesIO()
    document.save(body)
    result, _ = await back(converters, "docx", body.getvalue())
    aligned = {
        to_text(node("doc", each)).strip(): each["attrs"]["textAlign"]
        for kind in ("heading", "paragraph")
        for each in of(result, kind)
    }
    assert aligned.pop("reddarkgreenyellowboth") is None
    assert aligned == {
        "Middle": "center",
        "right": "right",
        "justified": "justify",
        "left": None,
        "styled": "center",
        "item": "center",
        "cell": None,
    }
    assert [each["type"] for each in result["content"]] == [
        "heading",
        "paragraph",
        "paragraph",
        "paragraph",
        "paragraph",
        "bulletList",
        "paragraph",
        "table",
    ]
    assert of(result, "tableHeader")[0]["attrs"]["align"] == "right"
    [line] = [each for each in of(result, "paragraph") if len(each.get("content", [])) > 2]
    marks = {
        each["text"]: {m["type"]: (m.get("attrs") or {}).get("color") for m in each.get("marks", [])}
        for each in line["content"]
    }
    assert marks == {
        "red": {"textStyle": "#c00000", "bold": None},
        "dark": {},
        "green": {"highlight": "#00ff00"},
        "yellow": {"highlight": None},
        "both": {"textStyle": "#0000ff", "highlight": "#00ffff"},
    }


@pytest.mark.parametrize(
    ("name", "body", "title"),
    [
        ("Notes.md", b"# Heading\n\ntext", "Heading"),
        ("Notes.md", b"text", "Notes"),
        ("x.html", b"<title> A &amp; B </title><h1>C</h1>", "A & B"),
        ("x.html", b"<h1>C</h1>", "C"),
        ("folder.name.txt", b"words", "folder.name"),
        ("x.json", json.dumps(node("doc", heading(2, "H"))).encode(), "H"),
    ],
)
async def test_text_formats_are_read_with_a_title(converters: Converters, name: str, body: bytes, title: str) -> None:
    read = await converters.read(name, body, image_bytes=1 << 20)
    assert read.title == title
    assert json.loads(read.document)["type"] == "doc"


async def test_images_in_the_page_itself_become_files(converters: Converters) -> None:
    address = "data:image/png;base64," + base64.b64encode(PICTURE).decode()
    page = f'<p>x</p><img src="{address}" alt="in"><img src="data:image/png;base64,AAAA" alt="torn">'.encode()
    result, read = await back(converters, "html", page)
    assert [each["attrs"]["src"] for each in of(result, "image")][:1] == [FILE]
    assert list(read.images.values()) == [PICTURE]
    assert b"base64" not in read.document
    small = await converters.read("x.html", page, image_bytes=10)
    assert small.images == {}


async def test_long_lists_and_tasks_stay_what_they_are(converters: Converters, write: Write) -> None:
    document = node(
        "doc",
        node("orderedList", *(item(paragraph(f"{number}"), paragraph("more")) for number in range(12)), start=1),
        node(
            "bulletList",
            item(paragraph("a"), node("codeBlock", text("code")), paragraph("after")),
            item(paragraph("b")),
        ),
        node("taskList", task(True, paragraph("done"), paragraph("with more")), task(False, paragraph("open"))),
    )
    result, _ = await back(converters, "docx", await write("docx", document))
    assert outline(result) == outline(normalise(document))
