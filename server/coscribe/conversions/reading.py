"""A file from its bytes to a document, inside a converter."""

import hashlib
import html
import posixpath
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from coscribe.content.assets import image_sources, with_sources
from coscribe.content.images import ImageRefused, NotAnImage, inspect
from coscribe.content.input import normalise
from coscribe.content.pandoc_reader import Imported, from_pandoc
from coscribe.content.parse import parse
from coscribe.content.schema import Json, schema
from coscribe.content.text import inline_text
from coscribe.content.titles import first_heading, without_title
from coscribe.conversions import messages, pandoc
from coscribe.conversions.archive import pack, unpack
from coscribe.conversions.directions import with_sides
from coscribe.conversions.docx_formatting import with_styles
from coscribe.conversions.errors import NotConvertible, NotInstalled
from coscribe.conversions.images import bytes_of
from coscribe.conversions.installed import missing
from coscribe.conversions.kinds import kind_of
from coscribe.conversions.odt_formatting import with_named_styles, with_notes

MAX_TITLE_CHARACTERS = 300
_MEDIA = {"docx": "word/", "odt": ""}
_READERS = {"docx": "docx+styles+empty_paragraphs", "odt": "odt"}
_TITLED = frozenset({"docx", "odt", "html", "markdown"})
"""Kinds of files whose first heading, above all, is their title; the others are read as they are."""
_XML_TITLE = re.compile(rb"<dc:title[^>]*>([^<]{1,1000})</dc:title>")
_HTML_TITLE = re.compile(r"<title[^>]*>([^<]{1,1000})</title", re.IGNORECASE)


def read(request: messages.Read) -> messages.ReadResult:
    """Read a file of any kind but yjs. Raises UnknownKind, TooLarge, NotConvertible, ContentError."""
    kind = kind_of(request.name, request.body)
    if kind == "yjs":
        raise NotConvertible("A Yjs update is applied as it is.")
    images: dict[str, bytes] = {}
    if kind in _READERS:
        if not request.office:
            raise NotInstalled(missing(kind))
        imported = _office(kind, request, images)
    else:
        document = _with_files(parse(kind, request.body, max_bytes=len(request.body)), request.image_bytes, images)
        imported = Imported(document, _given_title(kind, request), [], [])
    title = request.title.strip() or _title(imported, request.name)
    document = without_title(imported.document, title) if kind in _TITLED else imported.document
    shown = set(image_sources(document))
    return messages.ReadResult(
        kind=kind,
        document=msgspec.json.encode(document),
        title=title[:MAX_TITLE_CHARACTERS],
        comments=[messages.Comment(**comment) for comment in imported.comments],
        changes=[messages.Change(**change) for change in imported.changes],
        images={hash: body for hash, body in images.items() if f"/files/{hash}" in shown},
    )


def _office(kind: str, request: messages.Read, images: dict[str, bytes]) -> Imported:
    parts = unpack(request.body, kind)
    parts = with_styles(with_sides(parts)) if kind == "docx" else with_notes(parts)
    with tempfile.TemporaryDirectory() as folder:
        ast = pandoc.read(pack(parts), _READERS[kind], Path(folder))
    ast = with_named_styles(ast) if kind == "odt" else ast
    imported = from_pandoc(ast, _finder(parts, _MEDIA[kind], request.image_bytes, images))
    title = imported.title or _stated_title(parts)
    document = normalise(_without_title_paragraph(imported.document, title))
    schema().check(document)
    return imported._replace(document=document, title=title)


def _without_title_paragraph(document: Json, title: str) -> Json:
    """Leave out a first paragraph that is the title: it is shown above the text in any case."""
    content = document["content"]
    if title and len(content) > 1 and content[0]["type"] == "paragraph":
        words = " ".join(inline_text(content[0].get("content", [])).split())
        if words == title:
            return {**document, "content": content[1:]}
    return document


def _stated_title(parts: dict[str, bytes]) -> str:
    """Return the title among the file's properties."""
    found = _XML_TITLE.search(parts.get("docProps/core.xml") or parts.get("meta.xml") or b"")
    return " ".join(html.unescape(found[1].decode(errors="replace")).split()) if found else ""


def _with_files(document: Json, largest: int, images: dict[str, bytes]) -> Json:
    """Return a document in which images written out in their addresses are files."""
    written_out = [source for source in image_sources(document) if source.lower().startswith("data:")]
    return with_sources(document, {source: _keep(bytes_of(source, {}), largest, images) for source in written_out})


def _keep(body: bytes | None, largest: int, images: dict[str, bytes]) -> str | None:
    """Put an image among the others and return its address; None for what is none, or too large."""
    if body is None or len(body) > largest:
        return None
    try:
        inspect(body)
    except (NotAnImage, ImageRefused):
        return None
    hash = hashlib.sha256(body).hexdigest()
    images[hash] = body
    return f"/files/{hash}"


def _finder(
    parts: dict[str, bytes], folder: str, largest: int, images: dict[str, bytes]
) -> Callable[[str], str | None]:
    """Find the images of a file among its parts; those that are found are put into `images`, by hash."""

    def find(target: str) -> str | None:
        body = parts.get(posixpath.normpath(folder + target)) or parts.get(posixpath.normpath(target))
        return _keep(body, largest, images)

    return find


def _given_title(kind: str, request: messages.Read) -> str:
    found = _HTML_TITLE.search(request.body.decode(errors="replace")) if kind == "html" else None
    return " ".join(html.unescape(found[1]).split()) if found else ""


def _title(imported: Imported, name: str) -> str:
    """Choose a title: the file's own, else its first heading, else its name."""
    return imported.title or first_heading(imported.document) or Path(name).stem.strip()
