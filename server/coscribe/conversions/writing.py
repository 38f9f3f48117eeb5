"""A document from its JSON to the bytes of a format, inside a converter."""

from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from coscribe.content.leaves import no_images
from coscribe.content.pandoc_ast import Ast, element, raw_block
from coscribe.content.pandoc_dress import Dress, LatexDress, OfficeDress, QuoteDress
from coscribe.content.pandoc_writer import to_pandoc
from coscribe.content.titles import UNTITLED, begins_with
from coscribe.conversions import docx_styles, messages, odt_styles, pandoc, pdf
from coscribe.conversions.directions import with_directions
from coscribe.conversions.errors import NotConvertible
from coscribe.conversions.images import Pictures

Json = dict[str, Any]


def write(request: messages.Write, folder: Path) -> bytes:
    """Write a document in one of the formats of CONVERTED; `folder` is empty and goes afterwards."""
    document = msgspec.json.decode(request.document)
    if not isinstance(document, dict) or document.get("type") != "doc":
        raise NotConvertible(
            f"This document holds no rich text (a Y.XmlFragment named default), so it cannot be had as "
            f"{request.format}; ask for json, text or yjs."
        )
    title = "" if begins_with(document, request.title) else request.title
    return _WRITERS[request.format](document, title, request, folder)


def _office(document: Json, title: str, request: messages.Write, folder: Path) -> bytes:
    dress = OfficeDress()
    ast = to_pandoc(document, title=title, dress=dress, image=Pictures(request.images))
    reference = folder / f"reference.{request.format}"
    styles = docx_styles if request.format == "docx" else odt_styles
    reference.write_bytes(styles.reference(frozenset(dress.styles)))
    written = pandoc.write(ast, f"{request.format}+empty_paragraphs", [f"--reference-doc={reference}"])
    return with_directions(written, request.format)


def _epub(document: Json, title: str, request: messages.Write, folder: Path) -> bytes:
    ast = to_pandoc(document, title=request.title or UNTITLED, dress=Dress(), image=Pictures(request.images))
    look = resources.files(__package__).joinpath("styles/epub.css").read_text(encoding="utf-8")
    # not as a file: in its sandbox pandoc does not find one
    ast["meta"]["header-includes"] = element("MetaBlocks", [raw_block("html", f"<style>\n{look}</style>")])
    return pandoc.write(ast, "epub3", ["--mathml", "--split-level=1"])


def _latex(document: Json, title: str, request: messages.Write, folder: Path) -> bytes:
    """A single file: what it shows would have to lie beside it, so images are their descriptions."""
    ast: Ast = to_pandoc(document, title=title, dress=LatexDress(), image=no_images)
    return pandoc.write(ast, "latex", ["--standalone", "--variable=colorlinks:true"])


def _plain(document: Json, title: str, request: messages.Write, folder: Path) -> bytes:
    ast = to_pandoc(document, title=title, dress=QuoteDress(), image=Pictures(request.images))
    return pandoc.write(ast, request.format, ["--standalone"])


def _pdf(document: Json, title: str, request: messages.Write, folder: Path) -> bytes:
    return pdf.write(document, title, request.title, request.images, folder)


_WRITERS: dict[str, Callable[[Json, str, messages.Write, Path], bytes]] = {
    "docx": _office,
    "odt": _office,
    "epub": _epub,
    "latex": _latex,
    "rtf": _plain,
    "pptx": _plain,
    "pdf": _pdf,
}
