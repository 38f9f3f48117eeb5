"""The formats that a document can be had in, and those it can be made from.

Apart from what writes and reads them, so that a process that must not load the CRDT engine can still name them.
"""

from typing import NamedTuple


class Format(NamedTuple):
    """A way to write a document out.

    needs_rich_text: not for generic Yjs documents. package: what must be installed beside the server to write it.
    """

    name: str
    media_type: str
    extension: str
    needs_rich_text: bool = True
    package: str | None = None


FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("json", "application/json", "json", needs_rich_text=False),
        Format("text", "text/plain; charset=utf-8", "txt", needs_rich_text=False),
        Format("markdown", "text/markdown; charset=utf-8", "md"),
        Format("html", "text/html; charset=utf-8", "html"),
        Format("html-fragment", "text/html; charset=utf-8", "html"),
        Format("yjs", "application/octet-stream", "yjs", needs_rich_text=False),
    )
}
"""Every format by its name; `html` is a page of its own, `html-fragment` is for putting into one."""

CONVERTED: dict[str, Format] = {
    each.name: each
    for each in (
        Format("pdf", "application/pdf", "pdf", package="typst"),
        Format(
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "docx",
            package="pypandoc",
        ),
        Format("odt", "application/vnd.oasis.opendocument.text", "odt", package="pypandoc"),
        Format("epub", "application/epub+zip", "epub", package="pypandoc"),
        Format("latex", "application/x-tex; charset=utf-8", "tex", package="pypandoc"),
        Format("rtf", "application/rtf", "rtf", package="pypandoc"),
        Format(
            "pptx",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "pptx",
            package="pypandoc",
        ),
    )
}
"""The formats that a conversion process writes from a document's JSON (`coscribe.conversions`)."""

READABLE = ("json", "text", "markdown", "html")
"""Names of the formats that content is read from."""

_BY_EXTENSION = {"txt": "text", "md": "markdown", "tex": "latex"}


def full_name(name: str) -> str:
    """Return a format's name for its extension; a name is itself."""
    return _BY_EXTENSION.get(name, name)


def find_format(name: str) -> Format | None:
    """Return a format of FORMATS by its name or extension, or None."""
    return FORMATS.get(full_name(name))
