"""Which way paragraphs run in Word and OpenDocument files, as independent readers see it, and when they come back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from lxml import etree

from coscribe.content.input import normalise
from coscribe.conversions.converters import Converters
from harness.rich_document import cell, heading, item, node, paragraph, task, text

from .back import back, outline
from .conftest import Write

ODF = "urn:oasis:names:tc:opendocument:xmlns"
SPACES = {"style": f"{ODF}:style:1.0", "text": f"{ODF}:text:1.0", "office": f"{ODF}:office:1.0"}
FO_ALIGN = f"{{{ODF}:xsl-fo-compatible:1.0}}text-align"
WRITING_MODE = f"{{{SPACES['style']}}}writing-mode"


DOCUMENT = node(
    "doc",
    heading(2, "عنوان"),
    paragraph("عربي ", text("مهم", "bold"), " و", text("English", "italic"), "."),
    paragraph("English and عربي"),
    paragraph("(12) < & שלום"),
    paragraph("وسط", textAlign="center"),
    paragraph("يمين", textAlign="right"),
    node("blockquote", paragraph("اقتباس"), paragraph("Quoted")),
    node("bulletList", item(paragraph("بند")), item(paragraph("Item"))),
    node("taskList", task(True, paragraph("مهمة")), task(False, paragraph("مهمة أخرى"))),
    node("callout", paragraph("نصيحة"), kind="tip"),
    node("codeBlock", text("# تعليق")),
    node(
        "table",
        node("tableRow", cell(paragraph("عمود"), header=True), cell(paragraph("Column"), header=True)),
        node("tableRow", cell(paragraph("خلية")), cell(paragraph("Cell"))),
    ),
    paragraph("The end."),
)
LEFTWARDS = {
    *("عنوان", "عربيمهموEnglish.", "(12)<&שלום", "وسط", "يمين", "اقتباس", "بند", "مهمة", "مهمةأخرى"),
    *("نصيحة", "عمود", "خلية"),
}
RIGHTWARDS = {"Englishandعربي", "Quoted", "Item", "Tip", "#تعليق", "Column", "Cell", "Theend."}


def words_of(text: str) -> str:
    """Return a paragraph without spaces, and without the boxes of tasks, which are no text in one format."""
    return "".join(text.strip("☐☒ ").split())


def paragraphs(body: bytes) -> Iterator[Any]:
    document = docx.Document(io.BytesIO(body))
    yield from document.paragraphs
    for table in document.tables:
        for row in table.rows:
            for each in row.cells:
                yield from each.paragraphs


async def test_word_sees_which_way_paragraphs_and_runs_run(write: Write) -> None:
    found = {words_of(each.text): each for each in paragraphs(await write("docx", DOCUMENT, ""))}
    turned = {words for words, each in found.items() if each._p.find(f"{qn('w:pPr')}/{qn('w:bidi')}") is not None}
    assert turned == LEFTWARDS
    assert {words for words in found if words} - turned == RIGHTWARDS
    runs = {run.text: run.font.rtl for run in found["عربيمهموEnglish."].runs if run.text.strip()}
    assert runs.pop("English", None) is None
    assert set(runs.values()) == {True}
    assert all(not run.font.rtl for run in found["Englishandعربي"].runs)
    assert found["وسط"].style.name == "Centered"
    assert found["يمين"].alignment == WD_ALIGN_PARAGRAPH.LEFT, "where lines begin, which is at the right"


async def test_properties_stand_in_the_order_of_the_format(write: Write) -> None:
    """A word processor that is strict about it refuses the file otherwise."""
    order = [
        *("pStyle", "keepNext", "keepLines", "numPr", "pBdr", "shd", "tabs", "bidi", "spacing", "ind"),
        *("contextualSpacing", "jc", "outlineLvl", "rPr"),
    ]
    for each in paragraphs(await write("docx", DOCUMENT, "")):
        names = [] if each._p.pPr is None else [etree.QName(child).localname for child in each._p.pPr]
        assert names == sorted(names, key=order.index)
        for run in each.runs:
            names = [] if run._r.rPr is None else [etree.QName(child).localname for child in run._r.rPr]
            assert "rtl" not in names or names.index("rtl") == len(names) - 1 - ("lang" in names)


async def test_open_document_says_which_way_paragraphs_run(write: Write) -> None:
    with zipfile.ZipFile(io.BytesIO(await write("odt", DOCUMENT, ""))) as archive:
        assert archive.testzip() is None
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        content, named = (etree.fromstring(archive.read(name)) for name in ("content.xml", "styles.xml"))
    looks = {
        style.get(f"{{{SPACES['style']}}}name"): style
        for style in content.xpath("//office:automatic-styles/style:style", namespaces=SPACES)
    }
    parents = set(named.xpath("//office:styles/style:style/@style:name", namespaces=SPACES))
    found = {}
    for each in content.xpath("//text:p | //text:h", namespaces=SPACES):
        style = looks.get(each.get(f"{{{SPACES['text']}}}style-name"))
        found[words_of("".join(each.itertext()))] = None if style is None else style.find("style:*", SPACES)
        if style is not None:
            assert style.get(f"{{{SPACES['style']}}}parent-style-name") in parents
    turned = {words: look for words, look in found.items() if look is not None and look.get(WRITING_MODE) == "rl-tb"}
    assert set(turned) == LEFTWARDS
    assert {words for words in found if words and words not in turned} == RIGHTWARDS
    assert {words: turned[words].get(FO_ALIGN) for words in ("وسط", "يمين", "اقتباس")} == {
        "وسط": None,
        "يمين": "right",
        "اقتباس": "right",
    }


@pytest.mark.parametrize("format", ["docx", "odt"])
async def test_what_runs_to_the_left_comes_back_as_it_was(converters: Converters, write: Write, format: str) -> None:
    """All but this: to the right is where such a paragraph stands anyway."""
    result, _ = await back(converters, format, await write(format, DOCUMENT, ""))
    content = list(DOCUMENT["content"])
    if format == "odt":
        content[5] = paragraph("يمين")
    assert outline(result) == outline(normalise({**DOCUMENT, "content": content}))


async def test_a_single_paragraph_is_turned(write: Write) -> None:
    body = await write("odt", node("doc", paragraph("عربي")), "")
    assert b'style:writing-mode="rl-tb"' in zipfile.ZipFile(io.BytesIO(body)).read("content.xml")


async def test_nothing_is_turned_where_nothing_runs_to_the_left(write: Write) -> None:
    body = await write("docx", node("doc", paragraph("Only English")), "")
    assert b"w:bidi/" not in zipfile.ZipFile(io.BytesIO(body)).read("word/document.xml")


async def test_sides_in_a_word_file_are_those_that_one_sees(converters: Converters) -> None:
    document = docx.Document()
    for words, side, turned in (("عربي", "right", True), ("يمين", "left", True), ("English", "right", False)):
        written = document.add_paragraph(words)
        written.alignment = getattr(WD_ALIGN_PARAGRAPH, side.upper())
        if turned:
            written._p.get_or_add_pPr().insert(0, written._p.makeelement(qn("w:bidi"), {}))
    body = io.BytesIO()
    document.save(body)
    result, _ = await back(converters, "docx", body.getvalue())
    sides = {each["content"][0]["text"]: each["attrs"]["textAlign"] for each in result["content"]}
    assert sides == {"عربي": None, "يمين": "right", "English": "right"}
