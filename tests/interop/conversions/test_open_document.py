"""OpenDocument texts, ours and those of other programs, as documents."""

from __future__ import annotations

import io
import zipfile

from coscribe.content.input import normalise
from coscribe.content.text import to_text
from coscribe.conversions.converters import Converters
from harness.rich_document import Json, node, paragraph

from .back import as_word_has_it, back, marks_of, of, outline
from .conftest import PICTURE, Write

CAPTION = "The same once more"


async def test_a_document_is_the_same_after_open_document(converters: Converters, write: Write, sample: Json) -> None:
    """All but what is not after Word either, and what a picture shows, which pandoc does not read."""
    result, read = await back(converters, "odt", await write("odt", sample))
    expected = normalise(as_word_has_it(sample))
    for picture in of(expected, "image"):
        picture["attrs"] |= {"alt": None, "caption": None}
    result["content"] = [each for each in result["content"] if to_text(node("doc", each)).strip() != CAPTION]
    assert outline(result) == outline(expected)
    assert read.title == "The title"
    assert list(read.images.values()) == [PICTURE]
    assert [each["attrs"]["latex"] for kind in ("inlineMath", "blockMath") for each in of(result, kind)] == [
        "E = mc^{2}",
        r"\int_{0}^{1}x^{2}\, dx = \frac{1}{3}",
    ]
    colors = [mark["attrs"]["color"] for mark in marks_of(result) if mark["type"] in ("textStyle", "highlight")]
    assert colors == [None, "#bbf7d0", "#c00000", "#0000a0", "#fef08a"]


async def test_what_somebody_formatted_by_hand_in_open_document_is_read(converters: Converters, write: Write) -> None:
    """Styles as other programs write them: automatic ones without a name, based on each other."""
    body = _with_content(
        await write("odt", node("doc", paragraph("x")), ""),
        """<office:automatic-styles>
        <style:style style:name="P1" style:family="paragraph" style:parent-style-name="Standard">
          <style:paragraph-properties fo:text-align="center" style:justify-single-word="false"/></style:style>
        <style:style style:name="P2" style:family="paragraph" style:parent-style-name="P1"/>
        <style:style style:name="P3" style:family="paragraph" style:parent-style-name="Heading_20_2">
          <style:paragraph-properties fo:text-align="end"/></style:style>
        <style:style style:name="T1" style:family="text"><style:text-properties fo:color="#c9211e"
          fo:font-weight="bold" style:text-underline-style="solid"/></style:style>
        <style:style style:name="T2" style:family="text"><style:text-properties fo:color="#111111"
          fo:background-color="#ffff00"/></style:style>
        <style:style style:name="T3" style:family="text"><style:text-properties fo:color="#000000"
          fo:background-color="transparent" style:text-underline-style="none"/></style:style>
        </office:automatic-styles><office:body><office:text>
        <text:h text:style-name="P3" text:outline-level="2">Right</text:h>
        <text:p text:style-name="P2">a <text:span text:style-name="T1">red <text:span
          text:style-name="T2">both</text:span></text:span><text:span
          text:style-name="T3">plain</text:span>\ufdd1Color_00FF00\ufdd2x\ufdd3</text:p>
        <text:p text:style-name="P1"/>
        <text:p text:style-name="Nowhere">end</text:p>
        </office:text></office:body>""",
    )
    result, _ = await back(converters, "odt", body)
    first, second, *_, last = result["content"]
    assert (first["type"], first["attrs"]) == ("heading", {"level": 2, "textAlign": "right"})
    assert second["attrs"] == {"textAlign": "center"}
    marks = {
        each["text"].strip(): {m["type"]: (m.get("attrs") or {}).get("color") for m in each.get("marks", [])}
        for each in second["content"]
    }
    assert marks == {
        "a": {},
        "red": {"textStyle": "#c9211e", "bold": None, "underline": None},
        "both": {"textStyle": "#c9211e", "bold": None, "underline": None, "highlight": "#ffff00"},
        "plainColor_00FF00x": {},
    }
    assert last["attrs"] == {"textAlign": None}


def _with_content(body: bytes, content: str) -> bytes:
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(result, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "content.xml":
                start, end = part.index(b"<office:automatic-styles"), part.index(b"</office:document-content")
                part = part[:start] + content.encode() + part[end:]
            new.writestr(name, part)
    return result.getvalue()
