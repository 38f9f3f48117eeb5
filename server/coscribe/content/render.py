"""A document in a format: the one door out of content, for reading and for export.

A format that needs the rich-text fragment says so. Asking for it on a generic Yjs document is a ContentError, as is
asking for a format that nobody knows.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from pycrdt import Doc

from coscribe.content import generic, prosemirror
from coscribe.content.errors import ContentError
from coscribe.content.formats import FORMATS, Format, find_format
from coscribe.content.html_writer import to_fragment, to_page
from coscribe.content.markdown_writer import to_markdown
from coscribe.content.schema import Json
from coscribe.content.shape import Kind, kinds_of_roots
from coscribe.content.text import to_text
from coscribe.content.titles import with_title

__all__ = ["FORMATS", "ContentError", "Format", "find_format", "read_rich_text", "render"]


def render(doc: Doc[Any], format: str, *, title: str, language: str | None = None) -> tuple[str, bytes]:
    """Return (media type, body) of a document in one of FORMATS, by its name or extension.

    title: the document's title, which stands above the text as Markdown and on a page; "" for the text alone.
    language: of its text, as a BCP 47 tag, if known.
    The document is only read. Raises ContentError, with a sentence, when it cannot be had that way.
    """
    entry = find_format(format)
    if entry is None:
        raise ContentError(f"There is no format {format!r}; use one of {', '.join(FORMATS)}.")
    return entry.media_type, _write(doc, entry, title, language)


def read_rich_text(doc: Doc[Any]) -> Json | None:
    """Return the ProseMirror document, or None when the document is something else.

    A document in which nothing is written yet is an empty rich text.
    """
    document = _read_fragment(doc)
    return None if document is None and kinds_of_roots(doc.get_update()) else document or prosemirror.empty()


def _read_fragment(doc: Doc[Any]) -> Json | None:
    for root in prosemirror.ROOTS:
        if (document := prosemirror.read(doc, root)) is not None:
            return document
    return None


def _write(doc: Doc[Any], entry: Format, title: str, language: str | None) -> bytes:
    if entry.name == "yjs":
        return doc.get_update()
    document = _read_fragment(doc)
    if document is None:
        if kinds := kinds_of_roots(doc.get_update()):
            return _write_generic(doc, kinds, entry)
        document = prosemirror.empty()
    if entry.name == "json":
        return msgspec.json.encode(document)
    if entry.name == "html":
        return to_page(with_title(document, title), title=title, language=language).encode()
    if entry.name == "markdown":
        document = with_title(document, title)
    return _WRITERS[entry.name](document).encode()


def _write_generic(doc: Doc[Any], kinds: dict[str, Kind], entry: Format) -> bytes:
    if entry.name == "json":
        return msgspec.json.encode(generic.to_json(doc, kinds))
    if entry.name == "text":
        return generic.to_plain_text(doc, kinds).encode()
    raise ContentError(
        f"This document holds no rich text (a Y.XmlFragment named default), so it cannot be had as {entry.name}; "
        f"ask for {', '.join(name for name, other in FORMATS.items() if not other.needs_rich_text)}."
    )


_WRITERS: dict[str, Callable[[Json], str]] = {
    "text": to_text,
    "markdown": to_markdown,
    "html-fragment": to_fragment,
}
